"""The calendar over whole columns: the same tables as the scalar answers, read by numpy gathers.

Days are `datetime64[D]`, moments are wall-clock time of the calendar's zone; NaT stays NaT, and what lies outside the
tables becomes NaT, so that one bad row does not stop the others. Positions are `int64`; the position of NaT is
`NOWHERE`. Columns have one dimension; a single count stands for a column of it. Columns are read a chunk at a time: the
tables and what lies between two look-ups then stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calendars.days import BASE, SIZE, WorkCalendar
from calendars.hours import MINUTE, Template
from calendars.terms import Unit

Days = NDArray[np.datetime64]
Moments = NDArray[np.datetime64]
Times = NDArray[np.timedelta64]
Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]
Answer = Callable[..., Positions]

NOWHERE = np.iinfo(np.int64).min
"""The position of NaT, and NaT itself as a number."""

CHUNK = 12_288
"""Rows read at a time: eight bytes of each stay below the size for which an allocator asks the system."""

WIDE = 65_536
"""Rows read at a time where nothing between two look-ups is allocated."""

DAY_MINUTES = 1440
_EPOCH = 719_163  # ordinal of 1970-01-01, where datetime64 starts
assert _EPOCH == BASE  # noqa: S101  # the tables start there too


@dataclass(frozen=True)
class Spans:
    """Pauses of the rows of a column, in any order; a row may have none or many, and they may overlap.

    Args:
        row: number of the row each pause belongs to, from 0.
        begin: day on which the clock is stopped.
        end: day on which it runs again.

    """

    row: Positions
    begin: Days
    end: Days


@dataclass(frozen=True)
class ColumnCalendar:
    """Vector answers of a `WorkCalendar`.

    >>> from calendars import vietnam
    >>> columns = ColumnCalendar(vietnam())
    >>> columns.add_working_days(np.array(["2024-04-26"], "datetime64[D]"), 3)
    array(['2024-05-04'], dtype='datetime64[D]')
    """

    calendar: WorkCalendar

    @cached_property
    def _through(self) -> Positions:
        return np.asarray(self.calendar._worked_before, np.int64)[1:].copy()  # noqa: SLF001  # one table, two readers

    @cached_property
    def _working(self) -> Positions:
        return np.diff(self._through, prepend=0)

    @cached_property
    def _worked(self) -> Positions:
        """The working day at each position; there is none at either end, where a clipped position comes to lie."""
        return np.concatenate([[NOWHERE], np.flatnonzero(self._working), [NOWHERE]]).astype(np.int64)

    @cached_property
    def _line(self) -> _MinuteLine:
        return _MinuteLine(self.calendar)

    # -- days

    def worked_through(self, days: Days) -> Positions:
        """Working days from 1970-01-01 through each day."""
        return _in_chunks(self._positions, _numbers(days, "D"))

    def worked_day(self, positions: Positions) -> Days:
        """The working day at each position of `worked_through`."""
        return _in_chunks(self._days_at, positions).view("datetime64[D]")

    def is_working(self, days: Days) -> Mask:
        """Whether each day is a working day; False outside the tables."""
        working: Mask = _in_chunks(self._worked_on, _numbers(days, "D")) == 1
        return working

    def next_working_day(self, days: Days) -> Days:
        """Each day itself when it is worked, else the next working day."""
        later = self.worked_day(self.worked_through(days) + 1)
        return np.where(self.is_working(days), days.astype("datetime64[D]"), later)

    def add_working_days(self, days: Days, n: Positions | int) -> Days:
        """The n-th working day after each day, which is day zero."""
        day, count = np.broadcast_arrays(_numbers(days, "D"), np.asarray(n, np.int64))
        due, positions = np.empty(day.shape, np.int64), np.empty(min(len(day), WIDE), np.int64)
        for rows in _chunks(len(due), WIDE):
            position = self._positions(day[rows], positions[: len(day[rows])])
            position += count[rows]
            np.take(self._worked, position, out=due[rows], mode="clip")
        return due.view("datetime64[D]")

    def count_working_days(self, after: Days, through: Days) -> Positions:
        """Working days in each half-open span (after, through]; negative when `through` is earlier."""
        return _in_chunks(
            lambda first, last: _difference(self._positions(last), self._positions(first)),
            _numbers(after, "D"),
            _numbers(through, "D"),
        )

    def due_days(
        self, starts: Days, n: Positions | int, pauses: Spans | None = None, unit: Unit = Unit.WORKING_DAY
    ) -> Days:
        """The due day of each time limit, as `deadline` gives it one by one.

        >>> from calendars import vietnam
        >>> columns = ColumnCalendar(vietnam())
        >>> starts = np.array(["2026-08-03", "2026-08-03"], "datetime64[D]")
        >>> stop, go = np.array(["2026-08-05"], "datetime64[D]"), np.array(["2026-08-07"], "datetime64[D]")
        >>> columns.due_days(starts, 5, Spans(np.array([1]), stop, go))
        array(['2026-08-10', '2026-08-12'], dtype='datetime64[D]')

        Args:
            starts: day zero of each limit.
            n: length of each limit in `unit`; NaT comes of a negative one.
            pauses: when the clocks stood still; NaT comes of one that ends before it begins.
            unit: working days, days, months or years.

        Raises:
            ValueError: a unit that ends at a moment, or a pause of a row that is not there.

        """
        if not unit.by_date:
            raise ValueError(f"a limit in {unit} ends at a moment; give a unit of days, months or years")
        zero = starts.astype("datetime64[D]")
        count = np.broadcast_to(np.asarray(n, np.int64), zero.shape)
        unrolled = self._last_days(zero, count, pauses, unit)
        return self.next_working_day(np.where(count >= 0, unrolled, np.datetime64("NaT", "D")))

    def _last_days(self, zero: Days, count: Positions, pauses: Spans | None, unit: Unit) -> Days:
        if unit is Unit.WORKING_DAY:
            at = self.worked_through(zero)
            end = _stretched(at, _shifted(at, count), pauses, self.worked_through)
            return np.where(count == 0, zero, self.worked_day(end))
        at, last = _numbers(zero, "D"), _calendar_end(zero, count, unit)
        return _stretched(at, _numbers(last, "D"), pauses, lambda days: _numbers(days, "D")).view("datetime64[D]")

    def _worked_on(self, day: Positions) -> Positions:
        return _inside(lambda index: _take(self._working, index), day, SIZE)

    def _positions(self, day: Positions, out: Positions | None = None) -> Positions:
        return _inside(lambda index: _take(self._through, index, out), day, SIZE)

    def _days_at(self, position: Positions) -> Positions:
        return _take(self._worked, position)

    # -- hours

    def add_working_minutes(self, moments: Moments, minutes: Positions | int) -> Moments:
        """When so many working minutes have passed since each moment; closing time stays closing time.

        Moments in `datetime64[m]` stay in it, others become `datetime64[us]`. Zero minutes move nothing; NaT comes of
        a negative count.

        >>> from calendars import vietnam
        >>> columns = ColumnCalendar(vietnam())
        >>> columns.add_working_minutes(np.array(["2024-09-06T16:00"], "datetime64[m]"), 8 * 60)
        array(['2024-09-09T16:00'], dtype='datetime64[m]')
        """
        unit = "m" if moments.dtype == np.dtype("datetime64[m]") else "us"
        add = self._line.add_minutes if unit == "m" else self._line.add_to_instants
        return _in_chunks(add, _numbers(moments, unit), minutes).view(f"datetime64[{unit}]")

    def working_time(self, starts: Moments, ends: Moments) -> Times:
        """Working time between two moments each; negative when the second is earlier, NaT where one is nowhere."""
        found = _in_chunks(
            lambda start, end: _difference(self._line.work_through(end), self._line.work_through(start)),
            _numbers(starts, "us"),
            _numbers(ends, "us"),
        )
        return found.view("timedelta64[us]")

    def work_through(self, moments: Moments) -> Positions:
        """Worked microseconds from 1970-01-01 until each moment."""
        return _in_chunks(self._line.work_through, _numbers(moments, "us"))

    def work_done_at(self, positions: Positions) -> Moments:
        """The moment at which each position > 0 of `work_through` is reached; a full day ends at its closing."""
        return _in_chunks(self._line.work_done_at, positions).view("datetime64[us]")

    def in_hours(self, moments: Moments) -> Mask:
        """Whether each moment lies in office hours, the instant of closing included."""
        held: Mask = _in_chunks(self._line.held, _numbers(moments, "us")) == 1
        return held

    def next_opening(self, moments: Moments) -> Moments:
        """Each moment itself when the office is open, else when it next opens."""
        opening: Moments = self.work_done_at(self.work_through(moments) + 1) - np.timedelta64(1, "us")
        return opening


class _MinuteLine:
    """Working minutes as positions, and back; every argument is a chunk.

    By day: `before`, minutes worked until its midnight; `row`, what turns a minute since 1970 into a place in `done`.
    By worked day: `starts`, its first position; `ends`, the position after its last; `midnight`, in minutes since 1970;
    `place`, what turns a position into a place in `reached`. `nearest` is the worked day that holds the first position
    of a block: no day is shorter than a block, so the day sought is that one or the next.
    """

    def __init__(self, calendar: WorkCalendar) -> None:
        template = np.frombuffer(calendar.table, np.uint8).astype(np.int64)
        before = np.asarray(calendar._minutes_before, np.int64)  # noqa: SLF001
        day = np.flatnonzero(np.diff(before)).astype(np.int64)
        self.before, self.total = before[:-1].copy(), int(before[-1])
        self.row = template * (DAY_MINUTES + 1) - np.arange(SIZE) * DAY_MINUTES
        self.done = np.concatenate([_done(one) for one in calendar.templates])
        self.reached = np.concatenate([_reached(one) for one in calendar.templates])
        self.ends, self.midnight = before[day + 1], day * DAY_MINUTES
        self.place = template[day] * DAY_MINUTES - before[day]
        shortest = int((before[day + 1] - before[day]).min(initial=DAY_MINUTES))
        self.block = shortest.bit_length() - 1
        self.nearest = np.searchsorted(self.ends, np.arange(0, self.total + 1, 1 << self.block), "right")

    def minutes_through(self, minute: Positions) -> Positions:
        """Worked minutes until each minute since 1970."""
        return _inside(self._through, minute, SIZE * DAY_MINUTES)

    def minute_done(self, position: Positions) -> Positions:
        """The minute since 1970 at which each number of worked minutes > 0 is reached."""
        return _inside(self._reached, position - 1, self.total)

    def add_minutes(self, minute: Positions, n: Positions) -> Positions:
        """Whole minutes, whole minutes later."""
        return _counted(minute, n, self.minute_done(self.minutes_through(minute) + n))

    def add_to_instants(self, instant: Positions, n: Positions) -> Positions:
        """Microseconds, whole minutes later."""
        return _counted(instant, n, self.work_done_at(_shifted(self.work_through(instant), n * MINUTE)))

    def work_through(self, instant: Positions) -> Positions:
        """Worked microseconds until each microsecond since 1970."""
        minute = instant // MINUTE
        rest = instant - minute * MINUTE
        position = _scaled(self.minutes_through(minute))
        return position + rest * self._open(minute) if rest.any() else position

    def work_done_at(self, position: Positions) -> Positions:
        """The microsecond since 1970 at which each position > 0 is reached."""
        minutes = -(-position // MINUTE)
        missing = minutes * MINUTE - position
        moment = _scaled(self.minute_done(minutes))
        return np.where(moment == NOWHERE, NOWHERE, moment - missing) if missing.any() else moment

    def held(self, instant: Positions) -> Positions:
        """One where an instant lies in a session or at its closing, else zero."""
        minute = instant // MINUTE
        closing = (instant == minute * MINUTE) & (minute % DAY_MINUTES > 0) & (self._open(minute - 1) == 1)
        held: Positions = np.maximum(self._open(minute), closing)
        return held

    def _open(self, minute: Positions) -> Positions:
        return np.maximum(_inside(self._worked_minute, minute, SIZE * DAY_MINUTES), 0)

    def _worked_minute(self, minute: Positions) -> Positions:
        place = minute + _take(self.row, minute // DAY_MINUTES)
        return _take(self.done, place + 1) - _take(self.done, place)

    def _through(self, minute: Positions) -> Positions:
        day = minute // DAY_MINUTES
        return _take(self.before, day) + _take(self.done, minute + _take(self.row, day))

    def _reached(self, position: Positions) -> Positions:
        day = _take(self.nearest, position >> self.block)
        day += position >= _take(self.ends, day)
        return _take(self.midnight, day) + _take(self.reached, position + _take(self.place, day))


def add_months(days: Days, months: Positions) -> Days:
    """The same day `months` later, or the last day of that month where it has no such day."""
    month = days.astype("datetime64[M]")
    first = (month + months).astype("datetime64[D]")
    last = (month + months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    same: Days = np.minimum(first + (days - month.astype("datetime64[D]")), last)
    return same


def _done(template: Template) -> Positions:
    """Worked minutes of a day before each of its minutes, midnight at its end included."""
    worked = np.zeros(DAY_MINUTES, np.int64)
    for begin, end in template.sessions:
        worked[begin:end] = 1
    return np.concatenate([[0], np.cumsum(worked)]).astype(np.int64)


def _reached(template: Template) -> Positions:
    """The minute of the day at which each worked minute of it is over."""
    worked = np.flatnonzero(np.diff(_done(template))) + 1
    return np.pad(worked, (0, DAY_MINUTES - len(worked))).astype(np.int64)


def _calendar_end(zero: Days, count: Positions, unit: Unit) -> Days:
    if unit is Unit.DAY:
        end: Days = zero + count.astype("timedelta64[D]")
        return end
    return add_months(zero, count * (12 if unit is Unit.YEAR else 1))


def _stretched(
    start: Positions, end: Positions, pauses: Spans | None, position: Callable[[Days], Positions]
) -> Positions:
    """`deadlines.stretch` for a column: the first pause of every row, then the second of every row, and so on."""
    if pauses is None or not len(pauses.row):
        return end
    if not 0 <= pauses.row.min() <= pauses.row.max() < len(end):
        raise ValueError(f"a pause belongs to row {pauses.row.min()} or {pauses.row.max()} of {len(end)} rows")
    begin, stop = position(pauses.begin), position(pauses.end)
    lost = (begin == NOWHERE) | (stop == NOWHERE) | (pauses.begin > pauses.end)
    counted_through, end = start.copy(), end.copy()
    for row, turn in _turns(pauses.row, begin):
        first = np.maximum(begin[turn], counted_through[row])
        end[row] += np.where(first < end[row], np.maximum(stop[turn] - first, 0), 0)
        counted_through[row] = np.maximum(counted_through[row], stop[turn])
    end[start == NOWHERE] = NOWHERE
    end[pauses.row[lost]] = NOWHERE
    return end


def _turns(row: Positions, begin: Positions) -> list[tuple[Positions, Positions]]:
    """By turn, the rows that have so many pauses, and which pause it is: in order of their beginnings."""
    order = np.lexsort((begin, row))
    turn = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    return [(row[order][turn == k], order[turn == k]) for k in range(int(turn.max()) + 1)]


def _chunks(size: int, step: int = CHUNK) -> Iterator[slice]:
    return (slice(begin, begin + step) for begin in range(0, size, step))


def _in_chunks(answer: Answer, *columns: Positions | int) -> Positions:
    rows = np.broadcast_arrays(*(np.asarray(column, np.int64) for column in columns))
    found = np.empty(rows[0].shape, np.int64)
    for chunk in _chunks(len(found)):
        found[chunk] = answer(*(row[chunk] for row in rows))
    return found


def _numbers(column: Days | Moments, unit: str) -> Positions:
    return column.astype(f"datetime64[{unit}]", copy=False).view(np.int64)


def _take(table: Positions, index: Positions, out: Positions | None = None) -> Positions:
    """A gather that clips: numpy need not look at the bounds, since its callers do."""
    found: Positions = np.take(table, index, out=out, mode="clip")
    return found


def _inside(answer: Answer, index: Positions, size: int) -> Positions:
    """The answer for each index from 0 below `size`, `NOWHERE` for the others; unsigned, one bound is enough."""
    if np.maximum.reduce(index.view(np.uint64)) < size:
        return answer(index)
    inside = index.view(np.uint64) < size
    return np.where(inside, answer(np.where(inside, index, 0)), NOWHERE)


def _scaled(minutes: Positions) -> Positions:
    scaled = minutes * MINUTE
    return np.where(minutes == NOWHERE, NOWHERE, scaled) if minutes.min() == NOWHERE else scaled


def _shifted(position: Positions, by: Positions) -> Positions:
    return (
        np.where(position == NOWHERE, NOWHERE, position + by) if position.min(initial=0) == NOWHERE else position + by
    )


def _difference(last: Positions, first: Positions) -> Positions:
    if min(last.min(), first.min()) == NOWHERE:
        return np.where((last == NOWHERE) | (first == NOWHERE), NOWHERE, last - first)
    return last - first


def _counted(moment: Positions, n: Positions, end: Positions) -> Positions:
    """The end; the moment itself where nothing is added, and no answer where less than nothing is."""
    return end if n.min() > 0 else np.where(n > 0, end, np.where(n == 0, moment, NOWHERE))
