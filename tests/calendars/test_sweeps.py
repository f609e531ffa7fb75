"""Every day of 2005–2035 and every minute of three holidays, against a plain walk over the days of the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from calendars import vietnam
from calendars.columns import ColumnCalendar
from tests.calendars import oracle
from tests.calendars.oracle import DAY, HANOI, MINUTE

FIRST, LAST = date(2005, 1, 1), date(2035, 12, 31)
MARGIN = timedelta(days=400)
COUNTS = range(-200, 201)
COLUMNS = ColumnCalendar(vietnam())


@dataclass(frozen=True)
class Walk:
    """The worked days in order, and for each day of the sweep how many of them are over when it ends."""

    worked: list[date]
    days: list[date]
    over: list[int]

    def ends(self, n: int) -> list[date]:
        """The n-th worked day after each day; for n = 0 the last one up to it."""
        return [self.worked[over + n - 1] for over in self.over]


@cache
def walk() -> Walk:
    """One step a day, from a year before the sweep to a year after it."""
    worked: list[date] = []
    days: list[date] = []
    over: list[int] = []
    day = FIRST - MARGIN
    while day <= LAST + MARGIN:
        if oracle.is_working(day):
            worked.append(day)
        if FIRST <= day <= LAST:
            days.append(day)
            over.append(len(worked))
        day += DAY
    return Walk(worked, days, over)


def column(days: list[date]) -> np.ndarray:
    return np.array(days, "datetime64[D]")


def test_the_walk_takes_every_step_of_the_oracle() -> None:
    for number in range(0, len(walk().days), 397):
        day = walk().days[number]
        assert [walk().ends(n)[number] for n in (1, 15, 200)] == [oracle.add_working_days(day, n) for n in (1, 15, 200)]


def test_every_day_is_worked_or_closed_as_the_oracle_has_it() -> None:
    days = walk().days
    expected = [oracle.is_working(day) for day in days]
    assert len(days) == 31 * 365 + 7
    assert [vietnam().is_working(day) for day in days] == expected
    assert COLUMNS.is_working(column(days)).tolist() == expected


def test_every_count_from_every_day_ends_where_the_walk_ends() -> None:
    calendar, days = vietnam(), walk().days
    for n in COUNTS:
        assert [calendar.add_working_days(day, n) for day in days] == walk().ends(n), n


def test_every_span_between_a_day_and_its_end_counts_what_was_added() -> None:
    calendar, days = vietnam(), walk().days
    for n in COUNTS:
        counted = [calendar.count_working_days(day, end) for day, end in zip(days, walk().ends(n), strict=True)]
        assert counted == [n] * len(days), n


def test_columns_end_where_the_walk_ends() -> None:
    days, worked, over = column(walk().days), column(walk().worked), np.array(walk().over)
    for n in COUNTS:
        ends = worked[over + n - 1]
        assert (COLUMNS.add_working_days(days, n) == ends).all(), n
        assert (COLUMNS.count_working_days(days, ends) == n).all(), n


def test_columns_of_limits_are_due_where_the_walk_ends() -> None:
    days, worked, over = column(walk().days), column(walk().worked), np.array(walk().over)
    for n in COUNTS[201:]:
        assert (COLUMNS.due_days(days, n) == worked[over + n - 1]).all(), n


HOLIDAYS = {
    "the swap of January 2026": date(2025, 12, 26),
    "Lunar New Year 2026": date(2026, 2, 10),
    "the swap of National Day 2026": date(2026, 8, 20),
}


@dataclass(frozen=True)
class Clock:
    """Each minute of a month, how many open ones are over when it begins, and when each open one is over."""

    minutes: list[datetime]
    over: list[int]
    ends: list[datetime]


@cache
def clock(first: date) -> Clock:
    """One step a minute through thirty days."""
    moment = datetime(first.year, first.month, first.day, tzinfo=HANOI)
    minutes: list[datetime] = []
    over: list[int] = []
    ends: list[datetime] = []
    for _ in range(30 * 1440):
        minutes.append(moment)
        over.append(len(ends))
        if oracle.is_open(moment):
            ends.append(moment + MINUTE)
        moment += MINUTE
    return Clock(minutes, over, ends)


def wall(moments: list[datetime]) -> np.ndarray:
    return np.array([moment.replace(tzinfo=None) for moment in moments], "datetime64[m]")


@pytest.mark.parametrize("holiday", HOLIDAYS)
@pytest.mark.parametrize("n", [1, 59, 240, 270, 271, 480, 481, 2400])
def test_working_minutes_from_every_minute_end_where_the_clock_has_walked(holiday: str, n: int) -> None:
    seen = clock(HOLIDAYS[holiday])
    rows = [number for number, over in enumerate(seen.over) if over + n <= len(seen.ends)]
    starts, ends = [seen.minutes[row] for row in rows], [seen.ends[seen.over[row] + n - 1] for row in rows]
    assert len(rows) > 10_000
    assert (COLUMNS.add_working_minutes(wall(starts), n) == wall(ends)).all()
    span = timedelta(minutes=n)
    assert [vietnam().add_working_time(start, span) for start in starts[::7]] == ends[::7]


@pytest.mark.parametrize("holiday", HOLIDAYS)
def test_working_time_between_two_minutes_is_what_the_clock_has_counted(holiday: str) -> None:
    seen = clock(HOLIDAYS[holiday])
    later = seen.minutes[::-1]
    expected = [timedelta(minutes=b - a) for a, b in zip(seen.over, seen.over[::-1], strict=True)]
    assert COLUMNS.working_time(wall(seen.minutes), wall(later)).tolist() == expected
    pairs = list(zip(seen.minutes, later, strict=True))[::7]
    assert [vietnam().working_time(start, end) for start, end in pairs] == expected[::7]
