"""Overdue dossiers of officers: whose they are, out of which, the ten per cent, and what is not published."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.formats.log import read_log
from dossier.formats.mapping import read_mapping
from rules.figures.figures import figures
from rules.figures.indicators import indicators
from rules.figures.officers import OfficerFigure, Officers, _hidden, officers
from rules.figures.officersheet import officers_report
from rules.figures.pages import render
from rules.figures.periods import Period
from rules.figures.table import measured
from tests.rules.logs import Row, at, log_of

if TYPE_CHECKING:
    from rules.figures.attribution import Attribution

JUNE = Period.parse("2026-06")
WABO = Path(__file__).parents[3] / "examples" / "wabo.toml"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "wabo_receipt.csv.gz"


def case(code: str, end: str | None, *actors: str | None, start: str = "2026-06-01") -> list[Row]:
    """Received with five working days (from Monday 1 June to Monday 8 June), forwarded, completed on a day."""
    steps = [("received", f"{start} 09:00"), ("forwarded", f"{start} 10:00")]
    steps += [("completed", f"{end} 10:00")] if end else []
    return [
        {"dossier": code, "event": kind, "at": at(moment), "limit": "5 ngày làm việc" if kind == "received" else None}
        | {"actor": actor}
        for (kind, moment), actor in zip(steps, actors, strict=True)
    ]


def counts(found: Officers) -> dict[str | None, tuple[int, int, int]]:
    return {row.officer: (row.overdue, row.fine, row.unknown) for row in found.rows}


STORY = [
    *case("D1", "2026-06-09", "reception", "chief", "an"),  # a day late: An completed it
    *case("D2", "2026-06-08", "reception", "chief", "an"),
    *case("D3", "2026-06-05", "reception", "chief", "binh"),
    *case("D4", None, "reception", "chief"),  # open and late on 30 June
    *case("D5", "2026-06-09", "reception", "binh", "system"),  # late: the system closed what Binh had forwarded
    *case("D6", "2026-06-09", "reception", "chief", "?"),  # late, by nobody knows whom
    *case("D7", "2026-05-29", "reception", "chief", "an", start="2026-05-25"),  # ended before June
]


@pytest.mark.parametrize(
    ("attribution", "denominator", "expected"),
    [
        ("responsible", "finished", {"an": (1, 1, 0), "binh": (1, 1, 0), None: (1, 0, 0)}),
        ("responsible", "handled", {"an": (1, 1, 0), "binh": (1, 1, 0), "chief": (1, 0, 0), None: (1, 0, 0)}),
        (
            "everyone",
            "finished",
            {"an": (1, 1, 0), "binh": (1, 1, 0), "chief": (2, 2, 0), "reception": (3, 2, 0), None: (1, 0, 0)},
        ),
    ],
)
def test_a_dossier_counts_for_whom_the_parameter_says(
    attribution: Attribution, denominator: str, expected: dict[str | None, tuple[int, int, int]]
) -> None:
    found = officers(log_of(STORY), JUNE, attribution=attribution, denominator=denominator)  # type: ignore[arg-type]
    assert counts(found) == expected


def test_the_indicator_by_officer_gives_the_same_shares() -> None:
    handed_over: Row = {"dossier": "D1", "event": "delivered", "at": at("2026-06-10 09:00"), "actor": "counter"}
    found = figures(measured(log_of([*STORY, handed_over]), JUNE), indicators().only("I.6"), by=["officer"])
    shares = {one.group["officer"]: (one.numerator, one.denominator) for one in found if one.denominator}
    assert shares == {"an": (1, 2), "binh": (1, 2), None: (1, 1)}


WITHDRAWN: list[Row] = [
    {"dossier": "W", "event": "received", "at": at("2026-06-01 08:00"), "limit": "5 ngày làm việc", "actor": "an"},
    {"dossier": "W", "event": "forwarded", "at": at("2026-06-01 09:00"), "limit": "2 ngày làm việc", "actor": "an"},
    {"dossier": "W", "event": "consulted", "at": at("2026-06-02 09:00"), "actor": "an"},
    {"dossier": "W", "event": "withdrawn", "at": at("2026-06-10 09:00"), "actor": "applicant"},
]


@pytest.mark.parametrize("denominator", ["finished", "handled"])
def test_what_was_withdrawn_dilutes_nobodys_share_but_its_late_step_counts(denominator: str) -> None:
    rows = [*STORY, *WITHDRAWN]
    assert counts(officers(log_of(rows), JUNE, denominator=denominator))["an"] == (1, 1, 0)  # type: ignore[arg-type]
    # the step was to be passed on by Wednesday the 3rd and stood until the 10th
    steps = officers(log_of(WITHDRAWN), JUNE, attribution="step", denominator=denominator)  # type: ignore[arg-type]
    assert counts(steps) == {"an": (1, 0, 0)}


def test_the_parameters_are_printed_with_the_result() -> None:
    found = officers(log_of(STORY), JUNE, attribution="everyone", denominator="handled")
    told = {name[1]: value for name, value in found.parameters}
    assert told["A dossier counts for"][1].startswith("every officer who acted in it")
    assert told["Denominator"][1] == "dossiers under way in the period"
    assert (found.to_dict()["attribution"], found.to_dict()["denominator"]) == ("everyone", "handled")


def test_each_figure_names_its_dossiers() -> None:
    found = officers(log_of(STORY), JUNE)
    assert found.dossiers("binh").rows() == [("2026-06", "D3", False), ("2026-06", "D5", True)]
    assert found.dossiers(None)["dossier"].to_list() == ["D6"]


def forwarded(day: str, actor: str, limit: str | None) -> Row:
    return {"dossier": "S1", "event": "forwarded", "at": at(f"{day} 09:00"), "actor": actor, "limit": limit}


STEPS: list[Row] = [
    {"dossier": "S1", "event": "received", "at": at("2026-06-01 08:00"), "limit": "20 ngày làm việc", "actor": "an"},
    forwarded("2026-06-01", "an", "2 ngày làm việc"),  # to be passed on by Wednesday the 3rd
    {"dossier": "S1", "event": "consulted", "at": at("2026-06-02 09:00"), "actor": "binh"},
    forwarded("2026-06-03", "binh", "2 ngày làm việc"),  # Binh was in time; the next has until Friday the 5th
    forwarded("2026-06-08", "chi", "1 ngày làm việc"),  # Chi was late; the last has until Tuesday the 9th
    {"dossier": "S1", "event": "completed", "at": at("2026-06-09 09:00"), "actor": "dung"},
    {"dossier": "S1", "event": "delivered", "at": at("2026-06-12 09:00"), "actor": "late-but-after-the-end"},
]


def test_a_step_counts_for_the_officer_who_acted_last_in_it_by_its_own_limit() -> None:
    found = officers(log_of(STEPS), JUNE, attribution="step")
    assert counts(found) == {"binh": (0, 1, 0), "chi": (1, 0, 0), "dung": (0, 1, 0)}
    # the dossier itself was in time, so nobody is late for it as a whole
    whole = counts(officers(log_of(STEPS), JUNE, attribution="everyone"))
    assert whole == dict.fromkeys(("an", "binh", "chi", "dung"), (0, 1, 0))


def test_a_step_without_limit_cannot_be_said_to_be_late() -> None:
    found = officers(log_of([*STEPS[:1], forwarded("2026-06-01", "an", None), STEPS[5]]), JUNE, attribution="step")
    assert counts(found) == {"dung": (0, 0, 1)}


def test_a_step_that_is_open_and_late_with_nobody_seen_in_it_is_nobodys() -> None:
    log = log_of(STEPS[:2])
    found = officers(log, JUNE, attribution="step", denominator="handled")
    # the log ends on 1 June, so the step is not late yet
    assert counts(found) == {None: (0, 1, 0)}
    later = log_of([*STEPS[:2], {"dossier": "X", "event": "received", "at": at("2026-06-20 09:00")}])
    assert counts(officers(later, JUNE, attribution="step", denominator="handled"))[None] == (1, 0, 1)


@pytest.mark.parametrize(
    ("overdue", "fine", "unknown", "capped"),
    [
        (1, 9, 0, True),  # ten per cent exactly: "từ 10% trở lên"
        (1, 10, 0, False),
        (0, 9, 1, None),  # it hangs on the one that nobody can judge
        (0, 10, 1, False),
        (10, 80, 10, True),
        (0, 0, 0, None),
    ],
)
def test_ten_per_cent_caps_the_rating_inclusive(overdue: int, fine: int, unknown: int, capped: object) -> None:
    assert OfficerFigure(JUNE, "an", overdue, fine, unknown).capped is capped


def test_nothing_out_of_nothing_is_no_share() -> None:
    assert OfficerFigure(JUNE, "an", 0, 0, 3).share.percent("vi") == "N/A"


def test_the_result_is_due_before_the_fifth_of_the_month_after() -> None:
    assert officers(log_of(STORY), JUNE).due_on == date(2026, 7, 4)
    assert officers(log_of(STORY), Period.parse("2026-12")).due_on == date(2027, 1, 4)


def test_each_month_is_judged_as_it_stood_at_its_end() -> None:
    # five working days from Friday 29 May end on 5 June; it is open at the end of May and of June
    log = log_of(case("D1", "2026-07-02", "an", "an", "an", start="2026-05-29"))
    found = officers(log, Period.parse("2026-05-01..2026-07-31"), denominator="handled")
    assert [(row.period.name, row.overdue, row.fine) for row in found.rows] == [
        ("2026-05", 0, 1), ("2026-06", 1, 0), ("2026-07", 1, 0),
    ]  # fmt: skip


def test_small_groups_are_not_published_and_cannot_be_worked_out_from_the_total() -> None:
    rows = [*STORY, *(row for number in range(6) for row in case(f"E{number}", "2026-06-05", "x", "x", "chi"))]
    found = officers(log_of(rows), JUNE).published(5)
    shown = {row.officer: row.hidden for row in found.rows}
    assert shown == {"an": True, "binh": True, "chi": False, None: True}
    assert all(one["overdue"] is None for one in found.to_dict()["officers"] if one["hidden"])
    page = render(officers_report(found, "log"))
    assert "ẩn: nhóm nhỏ" in page


@given(st.lists(st.integers(1, 60), max_size=12), st.integers(1, 20))
def test_what_is_hidden_is_never_one_group_nor_a_small_sum_beside_shown_ones(sizes: list[int], smallest: int) -> None:
    hidden = _hidden(sizes, smallest)
    assert {place for place, size in enumerate(sizes) if size < smallest} <= hidden
    if hidden and len(hidden) < len(sizes):
        assert len(hidden) > 1
        assert sum(sizes[place] for place in hidden) >= smallest


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["an", "binh", "?", None]), st.integers(1, 28)), min_size=1, max_size=10))
def test_responsible_officers_partition_the_finished_dossiers(ended: list[tuple[str | None, int]]) -> None:
    rows = [
        row
        for number, (actor, day) in enumerate(ended)
        for row in case(f"D{number}", f"2026-06-{day:02}", None, None, actor)
    ]
    found = officers(log_of(rows), JUNE)
    assert sum(row.dossiers for row in found.rows) == len(ended)
    assert found.cases["dossier"].n_unique() == len(ended)


def test_the_overdue_share_of_each_wabo_officer_is_that_of_an_independent_count(tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip(f"the WABO log is not at {SHARED}")
    text = WABO.read_text(encoding="utf-8").replace(
        'column = "case:enddate"\n', 'column = "case:enddate"\nactor = "case:responsible"\n'
    )
    (tmp_path / "wabo.toml").write_text(text, encoding="utf-8")
    log = read_log(SHARED, read_mapping(tmp_path / "wabo.toml"))
    found = officers(log, Period.parse("2010-10-01..2012-12-31"), monthly=False)
    # the same with the csv module: ended after the deadline, by the instants as printed
    with gzip.open(SHARED, "rt", encoding="utf-8") as file:
        cases = {row["case:concept:name"]: row for row in csv.DictReader(file)}
    late, ended = Counter[str](), Counter[str]()
    for row in cases.values():
        if row["case:enddate"]:
            ended[row["case:responsible"]] += 1
            end, due = (datetime.fromisoformat(row[name]) for name in ("case:enddate", "case:deadline"))
            late[row["case:responsible"]] += end > due
    received = set(log.events.filter(log.events["event"] == "received")["dossier"])
    assert len(received) == len(cases)
    assert {row.officer: (row.overdue, row.dossiers) for row in found.rows} == {
        officer: (late[officer], count) for officer, count in ended.items()
    }
    assert (sum(late.values()), sum(ended.values())) == (377, 1329)
    worst = max(found.rows, key=lambda row: Fraction(row.overdue, row.dossiers))
    assert worst.capped
