"""The calendar over whole columns: the same tables as the scalar answers, read by numpy gathers.

Days are `datetime64[D]`, moments are wall-clock time of the calendar's zone as `datetime64[us]`; NaT stays NaT, and a
day outside the tables becomes NaT, so that one bad row does not stop the others. Positions are `int64`; the position
of NaT is `NOWHERE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calendars.days import BASE, SIZE, WorkCalendar
from calendars.hours import DAY, MINUTE

Days = NDArray[np.datetime64]
Moments = NDArray[np.datetime64]
Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]

NOWHERE = np.iinfo(np.int64).min
_EPOCH = 719_163  # ordinal of 1970-01-01, where datetime64 starts
assert _EPOCH == BASE  # noqa: S101  # the tables start there too


@dataclass(frozen=True)
class ColumnCalendar:
    """Vector answers of a `WorkCalendar`.

    >>> from calendars import vietnam
    >>> columns = ColumnCalendar(vietnam())
    >>> columns.add_working_days(np.array(["2024-04-26"], "datetime64[D]"), np.array([3]))
    array(['2024-05-04'], dtype='datetime64[D]')
    """

    calendar: WorkCalendar

    @cached_property
    def _worked_before(self) -> Positions:
        return np.asarray(self.calendar._worked_before, np.int64)  # noqa: SLF001  # one table, two readers

    @cached_property
    def _worked(self) -> Positions:
        return np.flatnonzero(self._template).astype(np.int64)

    @cached_property
    def _minutes_before(self) -> Positions:
        return np.asarray(self.calendar._minutes_before, np.int64)  # noqa: SLF001

    @cached_property
    def _template(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.calendar.table, np.uint8)

    # -- days

    def worked_through(self, days: Days) -> Positions:
        """Working days from 1970-01-01 through each day."""
        index, inside = _index(days)
        return np.where(inside, self._worked_before[index + 1], NOWHERE)

    def worked_day(self, positions: Positions) -> Days:
        """The working day at each position of `worked_through`."""
        inside = (positions >= 1) & (positions <= len(self._worked))
        return _days(self._worked[np.where(inside, positions - 1, 0)], inside)

    def is_working(self, days: Days) -> Mask:
        """Whether each day is a working day; False outside the tables."""
        index, inside = _index(days)
        working: Mask = inside & (self._template[index] != 0)
        return working

    def next_working_day(self, days: Days) -> Days:
        """Each day itself when it is worked, else the next working day."""
        later = self.worked_day(self.worked_through(days) + 1)
        return np.where(self.is_working(days), days.astype("datetime64[D]"), later)

    def add_working_days(self, days: Days, n: Positions) -> Days:
        """The n-th working day after each day, which is day zero."""
        return self.worked_day(self.worked_through(days) + n)

    # -- hours

    def work_through(self, moments: Moments) -> Positions:
        """Worked microseconds from 1970-01-01 until each moment."""
        days = moments.astype("datetime64[D]")
        index, inside = _index(days)
        instant = (moments - days).astype(np.int64)
        done = np.zeros(len(moments), np.int64)
        for number, template in enumerate(self.calendar.templates):
            here = self._template[index] == number
            for begin, end in template.sessions:
                session = np.clip(instant, begin * MINUTE, end * MINUTE) - begin * MINUTE
                done += np.where(here, session, 0)
        return np.where(inside, self._minutes_before[index] * MINUTE + done, NOWHERE)

    def work_done_at(self, positions: Positions) -> Moments:
        """The moment at which each position > 0 of `work_through` is reached; a full day ends at its closing."""
        minutes = -(-positions // MINUTE)
        index = np.searchsorted(self._minutes_before, minutes, "left") - 1
        inside = (index >= 0) & (index < SIZE)
        index = np.where(inside, index, 0)
        work = positions - self._minutes_before[index] * MINUTE
        instant = np.zeros(len(positions), np.int64)
        for number, template in enumerate(self.calendar.templates):
            before = 0
            for begin, end in template.sessions:
                here = (self._template[index] == number) & (work > before * MINUTE)
                instant = np.where(here, work + (begin - before) * MINUTE, instant)
                before += end - begin
        return _moments(index * DAY + instant, inside)

    def in_hours(self, moments: Moments) -> Mask:
        """Whether each moment lies in office hours, the instant of closing included."""
        days = moments.astype("datetime64[D]")
        index, inside = _index(days)
        instant = (moments - days).astype(np.int64)
        held = np.zeros(len(moments), bool)
        for number, template in enumerate(self.calendar.templates):
            for begin, end in template.sessions:
                within = (instant >= begin * MINUTE) & (instant <= end * MINUTE)
                held |= (self._template[index] == number) & within
        return held & inside

    def next_opening(self, moments: Moments) -> Moments:
        """Each moment itself when the office is open, else when it next opens."""
        opening: Moments = self.work_done_at(self.work_through(moments) + 1) - np.timedelta64(1, "us")
        return opening


def add_months(days: Days, months: Positions) -> Days:
    """The same day `months` later, or the last day of that month where it has no such day."""
    month = days.astype("datetime64[M]")
    first = (month + months).astype("datetime64[D]")
    last = (month + months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    same: Days = np.minimum(first + (days - month.astype("datetime64[D]")), last)
    return same


def _index(days: Days) -> tuple[Positions, Mask]:
    number = days.astype("datetime64[D]").astype(np.int64)
    inside = (number >= 0) & (number < SIZE)
    return np.where(inside, number, 0), inside


def _days(numbers: Positions, inside: Mask) -> Days:
    return np.where(inside, numbers.astype("datetime64[D]"), np.datetime64("NaT", "D"))


def _moments(numbers: Positions, inside: Mask) -> Moments:
    return np.where(inside, numbers.astype("datetime64[us]"), np.datetime64("NaT", "us"))
