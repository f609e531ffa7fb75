"""A published figure recomputed from what was recorded by then, and the difference told dossier by dossier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.logs import synthetic_log
from calendars.errors import NaiveMoment
from dossier.formats.eventlog import EventLog
from rules.figures.figures import Figures, figures
from rules.figures.indicators import indicators
from rules.figures.known_as import explain, known_at, recorded_after
from rules.figures.periods import Period
from rules.figures.table import measured
from tests.rules.logs import Value, at, log_of

JUNE = Period.parse("2026-06")
SOME = indicators().only("2.1", "by_law", "III.7", "VII.1")


def step(dossier: str, kind: str, when: str, recorded: str | None = None) -> dict[str, Value]:
    """A step; a receipt prints five working days, which end on the 8th."""
    due: dict[str, Value] = {"limit": "5 ngày làm việc", "promised": date(2026, 6, 8)} if kind == "received" else {}
    moments = {"at": at(f"2026-{when}"), "recorded_at": at(f"2026-{recorded or when}")}
    return {"dossier": dossier, "event": kind, **moments, **due}


def counted(log: EventLog) -> Figures:
    return figures(measured(log, JUNE), SOME)


@pytest.fixture
def log() -> EventLog:
    """Published on July 5th; B's decision of June 5th was entered on July 10th, C itself on July 12th."""
    return log_of(
        [
            step("A", "received", "06-01 09:00"),
            step("A", "completed", "06-04 09:00"),
            step("B", "received", "06-01 09:00"),
            step("B", "completed", "06-05 09:00", "07-10 08:00"),
            step("C", "received", "06-01 09:00", "07-12 08:00"),
            step("C", "completed", "06-05 10:00", "07-12 08:05"),
        ]
    )


def test_the_figure_is_the_one_that_was_published_then(log: EventLog) -> None:
    then = counted(known_at(log, at("2026-07-05 08:00")).log)
    assert then.total("2.1").text == "50.00 %"  # A on time, B open and late
    assert counted(log).total("2.1").text == "100.00 %"


def test_the_difference_names_every_dossier_and_what_was_recorded_since(log: EventLog) -> None:
    moment = at("2026-07-05 08:00")
    told = explain(counted(known_at(log, moment).log), counted(log), "2.1")
    assert told.select("dossier", "then", "now").rows() == [("B", "rest", "numerator"), ("C", "out", "numerator")]
    since = recorded_after(log, moment)
    assert since.select("dossier", "event").rows() == [("B", "completed"), ("C", "received"), ("C", "completed")]
    assert set(told["dossier"]) == set(since["dossier"])


def test_a_mean_that_moved_names_the_dossiers_whose_time_did() -> None:
    # what was known first is that A was handed over on June 8th; that it was decided on the 4th was entered in July
    receipt, over = step("A", "received", "06-01 09:00"), step("A", "delivered", "06-08 09:00")
    whole = log_of([receipt, over, step("A", "completed", "06-04 09:00", "07-06 08:00")])
    mean = indicators().only("2.2.working_days")
    then, now = (figures(measured(one, JUNE), mean) for one in (known_at(whole, at("2026-07-01 08:00")).log, whole))
    assert [one.total("2.2.working_days").value for one in (then, now)] == [5, 3]
    assert explain(then, now, "2.2.working_days").rows() == [("A", "numerator", "numerator", 5, 3)]
    assert explain(now, now, "2.2.working_days").is_empty()


def test_equal_figures_have_nothing_to_explain(log: EventLog) -> None:
    assert explain(counted(log), counted(log), "by_law").is_empty()


def test_rows_left_out_and_rows_without_a_date_of_entry_are_counted(log: EventLog) -> None:
    known = known_at(log, at("2026-07-05 08:00"))
    assert (known.left_out, known.undated) == (3, 0)
    hidden = log_of(
        [step("A", "received", "06-01 09:00") | {"recorded_at": "?"}, step("A", "completed", "06-02 09:00")]
    )
    found = known_at(hidden, at("2026-06-01 10:00"))
    assert (found.left_out, found.undated, found.log.events.height) == (1, 1, 1)


def test_a_log_that_never_says_when_it_was_kept_is_kept_whole_and_says_so() -> None:
    log = log_of([step("A", "received", "06-01 09:00")], without=["recorded_at"])
    known = known_at(log, at("2026-05-01 08:00"))
    assert (known.left_out, known.undated, known.log.events.height) == (0, 1, 1)
    assert recorded_after(log, at("2026-05-01 08:00")).is_empty()


def test_the_figures_of_then_are_judged_at_that_moment(log: EventLog) -> None:
    middle = at("2026-06-03 08:00")
    found = measured(known_at(log, middle).log, JUNE)
    assert found.as_of == middle
    assert set(found.frame()["law_outcome"]) == {"open_in_time"}


def test_a_moment_without_offset_is_refused(log: EventLog) -> None:
    with pytest.raises(NaiveMoment):
        known_at(log, datetime(2026, 7, 5))  # noqa: DTZ001  # the fault


@settings(max_examples=6)
@given(st.integers(0, 20))
def test_known_at_the_end_is_the_plain_figure(days: int) -> None:
    log = synthetic_log(500)
    last = max(log.events["recorded_at"])
    known = known_at(log, last + timedelta(days=days))
    plain, again = (figures(measured(one, Period.parse("2026")), by=["office", "month"]) for one in (log, known.log))
    assert known.left_out == 0
    assert again.table.equals(plain.table)


@settings(max_examples=10)
@given(st.integers(0, 260))
def test_what_was_known_is_the_log_as_it_would_have_been_exported_then(days: int) -> None:
    log = synthetic_log(200)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
    kept = known_at(log, moment).log.events
    expected = [row for row in log.events.select("row", "recorded_at").rows() if row[1] <= moment]
    assert kept.select("row", "recorded_at").rows() == expected
