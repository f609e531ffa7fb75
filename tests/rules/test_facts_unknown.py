"""What a source cannot say is never read as an answer: it only makes judgements not assessable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.events import KINDS, LOG_COLUMNS
from rules.checks import Checked, check
from rules.rulebook import rulebook
from tests.rules.logs import Row, at, judgements, log_of
from tests.rules.test_rules_stories import CENTRES, STORIES, procedures, rows_of

AS_OF = at("2026-12-31 17:00")
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]
DESCRIBED = {procedure.code for procedure in procedures()}

RECKONED = {"R13", "R14", "R15", "R16", "R21", "S02", "S03", "S04", "S11"}
"""The rules that ask for a due date."""
CLOCK_ROWS: Mapping[str, Callable[[Row], bool]] = {
    "limit": lambda row: row["event"] == "received" and bool(row.get("limit")),
    "procedure": lambda row: row.get("procedure") == "?" or row.get("procedure") in DESCRIBED,
}
"""The one exception. A log without a column of limits prints none: the procedure file, which is the law itself, or the
first promise gives the date. A log without procedures is judged by the general law of the clock. So a log that had the
column may be judged by another date, in the dossiers whose clock the column spoke of, and in those only."""


def told(random: Random, count: int) -> list[dict[str, Any]]:
    """The rows of some stories, all in one log."""
    chosen = random.sample([story for story in STORIES if "others" not in story], count)
    return [row for story in chosen for row in rows_of(story)]


def judged(rows: Iterable[Row], without: Iterable[str] = ()) -> Checked:
    log = log_of(rows, without=list(without))
    return check(log, as_of=AS_OF, procedures=procedures(), centres=CENTRES)


def moved(before: Checked, after: Checked) -> Iterator[tuple[str, str, str, str]]:
    """Judgements that became another answer."""
    found = judgements(after)
    for dossier, rules in judgements(before).items():
        for code, judgement in rules.items():
            if found[dossier][code] not in {judgement, "not_assessable"}:
                yield dossier, code, judgement, found[dossier][code]


def excused(rows: Iterable[Row], column: str) -> set[tuple[str, str]]:
    """The dossiers and rules that a log without the column may judge by another date."""
    speaks = CLOCK_ROWS.get(column)
    return {(str(row["dossier"]), code) for row in rows if speaks and speaks(row) for code in RECKONED}


def hidden(random: Random, rows: Iterable[Row], column: str) -> list[Row]:
    """The rows with some cells of a column unknown, empty ones among them."""
    return [{**row, column: "?"} if random.random() < 0.3 else row for row in rows]


@pytest.mark.parametrize("column", OPTIONAL)
def test_dropping_a_column_only_makes_judgements_not_assessable(column: str) -> None:
    rows = told(Random(column), 150)
    assert {found[:2] for found in moved(judged(rows), judged(rows, without=[column]))} <= excused(rows, column)


@settings(max_examples=40, deadline=None)
@given(st.integers(), st.sampled_from(OPTIONAL))
def test_a_cell_that_cannot_say_only_makes_judgements_not_assessable(seed: int, column: str) -> None:
    random = Random(seed)
    rows = told(random, 40)
    assert not [*moved(judged(rows), judged(hidden(random, rows, column)))]


# any steps in any order, any cell empty or unknown; but a dossier has one applicant, one procedure and one channel

CELLS: Mapping[str, tuple[str | None, ...]] = {
    "limit": ("5 ngày làm việc", "8 giờ làm việc", "1 tháng", "?", None),
    "promised": ("2026-06-08", "2026-06-08T10:00:00+07:00", "?", None),
    "ground": ("verification", "no_answer", "?", None),
    "recorded_at": ("2026-06-03T08:00:00+07:00", None),
    "parent": ("A1", "A2", "?", None),
    **dict.fromkeys(("signed", "digitised"), ("true", "false", "?", None)),
    **dict.fromkeys(("reason", "notice", "slip", "office", "document"), ("x", "?", None)),
}
ONE_OF: Mapping[str, tuple[str, ...]] = {
    "procedure": (*sorted(DESCRIBED), "9.999999"),
    "channel": ("online", "in_person"),
    "applicant": ("p", "q"),
}


def junk(random: Random, dossier: str) -> Iterator[Row]:
    cells = {**CELLS} | {column: (random.choice(texts), "?", None) for column, texts in ONE_OF.items()}
    kinds = [random.choice(["received", *KINDS]), *random.choices(KINDS, k=random.randrange(12))]
    for kind, minute in zip(kinds, sorted(random.sample(range(40_000), len(kinds))), strict=True):
        row = {column: random.choice(texts) for column, texts in cells.items() if random.random() < 0.6}
        yield {**row, "dossier": dossier, "event": kind, "at": at("2026-06-01 00:00") + timedelta(minutes=minute)}


@settings(max_examples=12, deadline=None)
@given(st.integers(), st.sampled_from(OPTIONAL))
def test_a_cell_that_cannot_say_gives_no_answer_in_a_muddled_log_either(seed: int, column: str) -> None:
    random = Random(seed)
    rows = [row for number in range(120) for row in junk(random, f"A{number}")]
    assert not [*moved(judged(rows), judged(hidden(random, rows, column)))]


RECEIVED: Row = {"event": "received", "at": at("2026-06-01 09:00"), "procedure": "9.000002", "promised": "2026-06-05"}


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        ({"limit": "3 ngày làm việc"}, "limit"),
        ({}, "procedure"),
        ({"procedure": None}, "promise"),
        ({"procedure": "9.000001"}, "promise"),
        ({"procedure": None, "promised": None}, None),
        ({"limit": "?"}, None),
        ({"procedure": "?"}, None),
        ({"procedure": "?", "limit": "3 ngày làm việc"}, "limit"),
    ],
)
def test_a_date_says_what_it_comes_from_and_none_stands_in_for_an_unknown_one(
    cells: dict[str, str | None], source: str | None
) -> None:
    facts = judged([{**RECEIVED, **cells}]).facts
    assert facts["due_source"].item() == source
    assert (facts["legal_due_on"].item() is None) == (source is None)


@pytest.mark.parametrize(("column", "source"), [("limit", "procedure"), ("procedure", "limit")])
def test_a_log_that_lacks_a_column_is_judged_by_what_is_left(column: str, source: str) -> None:
    facts = judged([{**RECEIVED, "limit": "3 ngày làm việc"}], without=[column]).facts
    assert facts["due_source"].item() == source


@pytest.mark.parametrize(("wait", "known"), [("payment_requested", True), ("supplement_requested", False)])
def test_what_a_supplement_does_is_unknown_where_the_procedure_is_but_a_payment_always_suspends(
    wait: str, *, known: bool
) -> None:
    rows: list[Row] = [
        {**RECEIVED, "procedure": "?", "limit": "3 ngày làm việc"},
        {"event": wait, "at": at("2026-06-02 09:00")},
    ]
    assert (judged(rows).facts["legal_due_on"].item() is not None) == known


def test_nearly_every_rule_finds_something_in_these_logs() -> None:
    rows = [row for story in STORIES for row in rows_of(story)]
    found = judgements(judged(rows)).values()
    violated = {code for rules in found for code, judgement in rules.items() if judgement == "violated"}
    assert violated == {rule.code for rule in rulebook()} - {"S09"}  # one slip is unknown: no gap is certain
