"""What a source cannot say is never read as an answer: it only makes judgements not assessable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.events import LOG_COLUMNS
from rules.checks import check
from rules.rulebook import rulebook
from tests.rules.logs import Row, at, judgements, log_of
from tests.rules.test_rules_stories import CENTRES, STORIES, procedures, rows_of

AS_OF = at("2026-12-31 17:00")
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]

ANOTHER_DATE = {"limit", "promised", "procedure"}
"""Columns from which a due date is reckoned, one in place of the other: without it there is another date, not none."""
RECKONED = {"R13", "R14", "R15", "R16", "R21", "S02", "S03", "S04", "S11"}
DESCRIBED = {"R04", "R19", "R20", "R34"}
"""Where nobody knows the procedure, it is taken to end with a document, and only the general numbers hold."""
EXCUSED: Mapping[str, set[str]] = dict.fromkeys(ANOTHER_DATE, RECKONED) | {"procedure": RECKONED | DESCRIBED}


def told(random: Random, count: int) -> list[dict[str, Any]]:
    """The rows of some stories, all in one log."""
    chosen = random.sample([story for story in STORIES if "others" not in story], count)
    return [row for story in chosen for row in rows_of(story)]


def judged(rows: Iterable[Row], without: Iterable[str] = ()) -> dict[str, dict[str, str]]:
    log = log_of(rows, without=list(without))
    return judgements(check(log, as_of=AS_OF, procedures=procedures(), centres=CENTRES))


def moved(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]], column: str
) -> Iterator[tuple[str, str, str, str]]:
    """Judgements that became another answer."""
    for dossier, rules in before.items():
        for code, judgement in rules.items():
            found = after[dossier][code]
            if found not in {judgement, "not_assessable"} and code not in EXCUSED.get(column, set()):
                yield dossier, code, judgement, found


@pytest.mark.parametrize("column", OPTIONAL)
def test_dropping_a_column_only_makes_judgements_not_assessable(column: str) -> None:
    rows = told(Random(column), 150)
    assert not [*moved(judged(rows), judged(rows, without=[column]), column)]


@settings(max_examples=40, deadline=None)
@given(st.integers(), st.sampled_from(OPTIONAL))
def test_a_cell_that_cannot_say_only_makes_judgements_not_assessable(seed: int, column: str) -> None:
    random = Random(seed)
    rows = told(random, 40)
    hidden = [row | {column: "?"} if random.random() < 0.3 else row for row in rows]
    assert not [*moved(judged(rows), judged(hidden), column)]


def test_nearly_every_rule_finds_something_in_these_logs() -> None:
    rows = [row for story in STORIES for row in rows_of(story)]
    violated = {code for rules in judged(rows).values() for code, found in rules.items() if found == "violated"}
    assert violated == {rule.code for rule in rulebook()} - {"S09"}  # one slip is unknown: no gap is certain
