"""The three readings against independent judges: the facts, the national status of a case, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.logs import synthetic_log
from dossier.case import Case
from dossier.events import LOG_COLUMNS
from dossier.outbox.statuses import end_of_handling, national_status
from dossier.stores.records import Record
from rules.figures.causes import CAUSES, OTHER
from rules.figures.periods import Period
from rules.figures.readings import LATE, OUTCOMES, READINGS
from rules.figures.table import Measured, measured
from tests.rules.figures.june import DOSSIERS, june, rows
from tests.rules.logs import Row, at, log_of

JUDGED = [f"{reading}_outcome" for reading in READINGS]
SAID = [*JUDGED, "officer", "rating", "reused", "published_status", "returned_by_post", "received_by_post"]
KINDS = ("supplement_requested", "supplemented", "paused", "resumed", "completed", "delivered", "withdrawn", "rated")
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]

REPEATED = {"limit", "procedure"}
"""Columns for which the law itself stands in where a log lacks them, as docs/rules.md says."""


def judged(events: Iterable[Row], **unsaid: Any) -> dict[str, dict[str, Any]]:
    table = june(events, **unsaid).frame().select("dossier", *SAID)
    return {row.pop("dossier"): row for row in table.iter_rows(named=True)}


@cache
def half_a_year() -> Measured:
    return measured(synthetic_log(4_000), Period.parse("2026"))


def outcome(events: Iterable[Mapping[str, Any]], reading: str) -> str | None:
    (found,) = june(events).frame()[f"{reading}_outcome"].to_list()
    return None if found is None else str(found)


def received(**cells: Any) -> Row:
    said = {"procedure": "9.000001", "limit": "5 ngày làm việc", "promised": date(2026, 6, 8)}
    return {"event": "received", "at": at("2026-06-01 09:00"), **said, **cells}


# -- against the facts


def test_late_by_law_is_what_the_facts_call_overdue() -> None:
    table = half_a_year().frame()
    assert table.filter(pl.col("law_outcome").is_in(LATE).ne_missing(pl.col("overdue")), "received").is_empty()


def test_every_outcome_is_one_of_the_six_and_the_open_ones_are_open() -> None:
    table = half_a_year().frame()
    assert {*table["law_outcome"].drop_nulls()} <= {*OUTCOMES}
    still = table.filter(pl.col("law_outcome").is_in(["open_in_time", "open_overdue"]))
    assert still["open"].all()


def test_whatever_differs_has_a_cause_that_is_known() -> None:
    table = half_a_year().frame()
    assert table.filter("differs")["difference_causes"].list.len().min() == 1 or table.filter("differs").is_empty()
    told = set(table["difference_causes"].explode().drop_nulls())
    assert told <= set(CAUSES)
    assert OTHER not in told


# -- against the national record of one case


def cases() -> Iterable[tuple[str, Case]]:
    events: dict[str, list[Row]] = {}
    for row in rows():
        events.setdefault(str(row["dossier"]), []).append(row)
    for code, own in events.items():
        records = [Record(n, dict.fromkeys(LOG_COLUMNS) | dict(row), "import", None) for n, row in enumerate(own, 1)]
        yield code, Case(code, tuple(records))


def test_the_system_status_is_that_of_the_national_record() -> None:
    found = dict(june().frame().select("dossier", "system_status").iter_rows())
    assert found == {code: str(national_status(case)) for code, case in cases()}


def test_a_passing_step_shows_that_a_received_dossier_is_at_work_and_changes_nothing_else() -> None:
    steps = ("received", "consulted", "supplement_requested", "paused")
    for count, status in ((1, "2"), (2, "4"), (3, "5"), (4, "5")):
        events = [{"event": kind, "at": at(f"2026-06-0{n} 09:00")} for n, kind in enumerate(steps[:count], 1)]
        assert june(events).frame()["system_status"].item() == status


def test_handling_ends_by_decision_766_where_the_national_record_says_so() -> None:
    table = june().frame().filter(pl.col("d766_end_kind").is_in(["completed", "delivered", "stopped", "withdrawn"]))
    expected = {code: end_of_handling(case) for code, case in cases()}
    found = dict(table.select("dossier", "d766_end_at").iter_rows())
    assert found == {code: end for code, end in expected.items() if end is not None}


# -- Decision 766, sentence by sentence


def test_status_9_counts_before_10() -> None:
    events = [
        received(),
        {"event": "delivered", "at": at("2026-06-05 09:00")},
        {"event": "completed", "at": at("2026-06-09 09:00")},
    ]
    assert outcome(events, "d766") == "overdue"


@pytest.mark.parametrize(("hour", "expected"), [("09:00", "on_time"), ("09:01", "overdue")])
def test_a_promised_moment_is_compared_as_a_moment(hour: str, expected: str) -> None:
    events = [
        received(promised=at("2026-06-08 09:00")),
        {"event": "completed", "at": at(f"2026-06-08 {hour}")},
    ]
    assert outcome(events, "d766") == expected


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-06-14", "early"), ("2026-06-15", "on_time"), ("2026-06-16", "overdue")]
)
def test_seven_days_of_a_supplement_are_taken_off_the_end(day: str, expected: str) -> None:
    events = [
        received(),
        {"event": "supplement_requested", "at": at("2026-06-02 09:00")},
        {"event": "supplemented", "at": at("2026-06-09 09:00")},
        {"event": "completed", "at": at(f"{day} 09:00")},
    ]
    assert outcome(events, "d766") == expected


def test_a_pause_is_not_taken_off() -> None:
    events = [
        received(),
        {"event": "paused", "at": at("2026-06-02 09:00")},
        {"event": "resumed", "at": at("2026-06-05 09:00")},
        {"event": "completed", "at": at("2026-06-09 09:00")},
    ]
    assert (outcome(events, "d766"), outcome(events, "law")) == ("overdue", "early")


def test_an_open_dossier_is_judged_at_the_end_of_the_period_and_not_by_what_came_after() -> None:
    events: list[Row] = [received(promised=date(2026, 7, 10)), {"event": "completed", "at": at("2026-07-20 09:00")}]
    log = log_of(events)
    june_, july = (measured(log, Period.parse(f"2026-{month}")).frame() for month in ("06", "07"))
    assert (june_["d766_outcome"].item(), july["d766_outcome"].item()) == ("open_in_time", "overdue")


def test_a_period_that_still_runs_is_judged_at_the_last_moment_of_the_log() -> None:
    events: list[Row] = [received(), {"event": "published", "at": at("2026-06-04 08:00")}]
    found = measured(log_of(events), Period.parse("2026"))
    assert found.as_of == at("2026-06-04 08:00")
    assert found.frame()["law_outcome"].item() == "open_in_time"


# -- practice, sentence by sentence


@pytest.mark.parametrize(("kind", "ground"), [("supplement_requested", None), ("paused", "expertise")])
def test_practice_counts_what_waits_as_in_time_however_long(kind: str, ground: str | None) -> None:
    events = [received(), {"event": kind, "at": at("2026-06-02 09:00"), "ground": ground}]
    assert outcome(events, "practice") == "open_in_time"


def test_practice_does_not_excuse_a_wait_for_a_payment() -> None:
    events = [received(), {"event": "payment_requested", "at": at("2026-06-02 09:00")}]
    assert (outcome(events, "practice"), outcome(events, "law")) == ("open_overdue", "open_in_time")


def test_a_wait_that_has_ended_excuses_nothing_any_more() -> None:
    events = [
        received(),
        {"event": "paused", "at": at("2026-06-02 09:00")},
        {"event": "resumed", "at": at("2026-06-03 09:00")},
    ]
    assert outcome(events, "practice") == "open_overdue"


# -- what nobody can say


@pytest.mark.parametrize("column", [name for name in OPTIONAL if name not in REPEATED])
def test_a_column_that_is_lacking_never_turns_one_answer_into_another(column: str) -> None:
    before, after = judged(rows()), judged(rows(), without=(column,))
    assert not [*turned(before, after)]


@settings(max_examples=40, deadline=None)
@given(st.integers(), st.sampled_from(OPTIONAL))
def test_a_cell_that_cannot_say_never_turns_one_answer_into_another(seed: int, column: str) -> None:
    random = Random(seed)
    hidden = [row | {column: "?"} if random.random() < 0.3 else row for row in map(dict, rows())]
    assert not [*turned(judged(rows()), judged(hidden))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_cannot_say_a_kind_gives_no_figure_that_hangs_on_it(kind: str) -> None:
    found = judged([row for row in rows() if row["event"] != kind], cannot_say=(kind,))
    if kind in {"supplement_requested", "supplemented"}:
        assert {one["d766_outcome"] for code, one in found.items() if code != "L"} == {None}
    if kind in {"supplement_requested", "supplemented", "paused", "resumed"}:
        assert found["J"]["practice_outcome"] is None
        assert found["K"]["practice_outcome"] == "open_in_time"
    if kind == "rated":
        assert {one["rating"] for one in found.values()} == {None}


def turned(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> Iterable[tuple[str, str]]:
    for code in DOSSIERS:
        for name in SAID:
            if after[code][name] not in {before[code][name], None}:
                yield code, name


@settings(max_examples=30, deadline=None)
@given(st.dates(date(2026, 6, 1), date(2026, 7, 15)), st.dates(date(2026, 6, 1), date(2026, 7, 15)))
def test_practice_compares_two_dates_and_nothing_else(end: date, promised: date) -> None:
    moment = datetime.fromisoformat(f"{end}T23:00+07:00")
    expected = "early" if end < promised else "on_time" if end == promised else "overdue"
    log = log_of([received(promised=promised), {"event": "completed", "at": moment + timedelta(minutes=59)}])
    found = measured(log, Period.parse("2026"))
    assert found.frame()["practice_outcome"].item() == expected
