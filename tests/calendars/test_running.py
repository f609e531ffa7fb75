"""A running limit: what each act of a procedure does to its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import DifferentUnits, RunningLimit, Term, Unit, close_after, deadline, vietnam
from tests.calendars.strategies import cases_with_pauses, moments

FIVE = Term.parse("5 ngày làm việc")
UNITS = st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.WORKING_HOUR])


def august(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 8, day, hour, tzinfo=vietnam().zone)


def limit(start: datetime, term: Term = FIVE) -> RunningLimit:
    return RunningLimit(vietnam(), start, term)


def test_suspending_takes_out_the_counted_days_of_the_wait() -> None:
    # 3 August 2026 is a Monday: counted 4, (5, 6 out), 7, 10, 11, 12
    assert limit(august(3)).suspend(august(4), august(6)).deadline.due == date(2026, 8, 12)


def test_a_restart_counts_the_whole_limit_from_the_supplement() -> None:
    # the one-stop decree: counted anew after the full supplement; 7, 10, 11, 12, 13
    assert limit(august(3)).restart(august(4), august(6)).deadline.due == date(2026, 8, 13)


def test_a_fixed_period_replaces_the_limit() -> None:
    # water licences: ten days after the supplement, 6 + 10 = 16 August, a Sunday, so Monday the 17th
    assert limit(august(3)).fixed(august(4), august(6), Term.parse("10 ngày")).deadline.due == date(2026, 8, 17)


def test_remaining_plus_goes_on_and_adds() -> None:
    # minerals: what remains, 2 working days longer; 4, 7, 10, 11, 12, 13, 14
    longer = limit(august(3)).remaining_plus(august(4), august(6), Term.parse("2 ngày làm việc"))
    assert longer.deadline.due == date(2026, 8, 14)


def test_extending_makes_the_limit_longer_without_a_wait() -> None:
    assert limit(august(3)).extend(august(5), Term.parse("2 ngày làm việc")).deadline.due == date(2026, 8, 12)


def test_an_unanswered_request_closes_the_dossier_after_its_own_limit() -> None:
    # 15 days after 4 August is the 19th, a Wednesday
    assert close_after(vietnam(), august(4), Term.parse("15 ngày")).due == date(2026, 8, 19)


def test_what_cannot_be_added_is_refused_with_both_terms() -> None:
    with pytest.raises(DifferentUnits, match=r"2 days cannot be added: the limit is 5 working days"):
        limit(august(3)).extend(august(5), Term.parse("2 ngày"))


@pytest.mark.parametrize("act", ["suspend", "restart"])
def test_an_act_on_the_last_day_comes_in_time_and_one_after_it_does_not(act: str) -> None:
    running = limit(august(3))  # due on the 10th
    assert getattr(running, act)(august(11, 0), august(20)) == running
    assert getattr(running, act)(august(10, 23), august(20)) != running


def test_while_a_wait_is_open_the_present_moment_gives_the_date_if_the_limit_went_on_now() -> None:
    running = limit(august(3))
    assert [running.suspend(august(4), august(now)).deadline.due.day for now in (4, 5, 6)] == [10, 11, 12]


def test_the_date_without_any_pause_is_always_at_hand() -> None:
    assert limit(august(3)).suspend(august(4), august(6)).without_pauses.due == date(2026, 8, 10)


@given(moments, st.integers(1, 30), UNITS, st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_restart_forgets_what_was_consumed(start: datetime, n: int, unit: Unit, before: int, wait: int) -> None:
    term = Term.of(n, unit)
    begin = start + timedelta(minutes=before)
    end = begin + timedelta(minutes=wait)
    running = limit(start, term)
    expected = deadline(vietnam(), start if running.has_expired(begin) else end, term)
    assert running.restart(begin, end).deadline.due == expected.due


@given(cases_with_pauses(), st.integers(1, 30), UNITS)
def test_acts_one_by_one_end_where_all_pauses_at_once_end(
    case: tuple[datetime, list[tuple[datetime, datetime]]], n: int, unit: Unit
) -> None:
    start, pauses = case
    running = limit(start, Term.of(n, unit))
    for begin, end in sorted(pauses):
        running = running.suspend(begin, end)
    assert running.deadline.due == deadline(vietnam(), start, Term.of(n, unit), pauses).due
