"""Time limits in columns: the lines of `calendars.counting` for arrays of dossiers, each with its own unit.

The scalar rule is `calendars.deadline`; a test compares the two on random dossiers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache, cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from calendars import Term, Unit, WorkCalendar
from calendars.columns import NOWHERE, ColumnCalendar, Days, Mask, Moments, Positions, add_months
from calendars.hours import MINUTE

Codes = NDArray[np.int8]
HOUR = 60 * MINUTE
DAY = timedelta(days=1)


class Line(IntEnum):
    """The line on which a limit is a length; months and years lie on the line of days."""

    NONE = 0
    WORKING_DAY = 1
    DAY = 2
    WORKING_TIME = 3
    CLOCK = 4


_LINES = {
    Unit.WORKING_DAY: (Line.WORKING_DAY, 1),
    Unit.DAY: (Line.DAY, 1),
    Unit.WORKING_HOUR: (Line.WORKING_TIME, HOUR),
    Unit.HOUR: (Line.CLOCK, HOUR),
}


@dataclass
class Lengths:
    """Limits as columns: a line, a length on it, and months that come before the length."""

    line: Codes
    length: Positions
    months: Positions

    @classmethod
    def of(cls, terms: list[Term | None]) -> Lengths:
        """Limits of terms; None is no limit."""
        rows = [_length(term) for term in terms]
        line, length, months = zip(*rows, strict=True) if rows else ((), (), ())
        return cls(np.array(line, np.int8), np.array(length, np.int64), np.array(months, np.int64))

    def take(self, rows: Positions | Mask) -> Lengths:
        """The limits of some rows."""
        return Lengths(self.line[rows], self.length[rows], self.months[rows])

    def put(self, rows: Positions | Mask, other: Lengths) -> None:
        """Write limits into some rows."""
        self.line[rows], self.length[rows], self.months[rows] = other.line, other.length, other.months


def _length(term: Term | None) -> tuple[int, int, int]:
    if term is None:
        return Line.NONE, 0, 0
    exact = term.exact()
    if exact.unit in _LINES:
        line, factor = _LINES[exact.unit]
        return line, int(exact.value * factor), 0
    months, half = divmod(exact.value * (12 if exact.unit is Unit.YEAR else 1), 1)
    return Line.DAY, 15 if half else 0, int(months)


@dataclass(frozen=True)
class Instants:
    """Moments in two readings: wall-clock time of the zone, and UTC."""

    local: Moments
    utc: Moments

    @classmethod
    def of(cls, column: pl.Series, zone: str) -> Instants:
        """The moments of a column in UTC."""
        utc: Moments = column.dt.replace_time_zone(None).to_numpy()
        offset = _only_offset(zone, column.min(), column.max())
        if offset is not None:
            # a sum takes a tenth of the time of a conversion
            return cls(utc + offset, utc)
        return cls(column.dt.convert_time_zone(zone).dt.replace_time_zone(None).to_numpy(), utc)

    def take(self, rows: Positions | Mask) -> Instants:
        """The moments of some rows."""
        return Instants(self.local[rows], self.utc[rows])

    def copy(self) -> Instants:
        """The same moments in arrays of their own."""
        return Instants(self.local.copy(), self.utc.copy())

    def advance(self, rows: Positions, moments: Instants) -> None:
        """Replace the moments of some rows by later ones."""
        later = moments.utc > self.utc[rows]
        self.utc[rows[later]], self.local[rows[later]] = moments.utc[later], moments.local[later]


def _only_offset(zone: str, first: object, last: object) -> np.timedelta64 | None:
    """The offset of a zone from the first moment to the last; None where it changes in between."""
    if not (isinstance(first, datetime) and isinstance(last, datetime)):
        return np.timedelta64(0, "us")
    changes = _changes(zone)
    span = (
        bisect_right(changes, first.replace(tzinfo=None) - DAY),
        bisect_right(changes, last.replace(tzinfo=None) + DAY),
    )
    return np.timedelta64(first.astimezone(ZoneInfo(zone)).utcoffset(), "us") if span[0] == span[1] else None


@cache
def _changes(zone: str) -> list[datetime]:
    """The days after 1900 at whose beginning the offset of a zone is another one than a day before."""
    days = [datetime(1900, 1, 1) + DAY * number for number in range(80_000)]  # noqa: DTZ001  # wall-clock days
    offsets = [ZoneInfo(zone).utcoffset(day) for day in days]
    return [day for day, before, offset in zip(days[1:], offsets, offsets[1:], strict=False) if before != offset]


@dataclass(frozen=True)
class Ends:
    """Where limits end: a date always, a moment for limits in hours (UTC; NaT for the others)."""

    on: Days
    at: Moments

    def passed(self, moments: Instants) -> Mask:
        """Whether each moment is too late."""
        by_date = np.isnat(self.at)
        late: Mask = np.where(by_date, moments.local.astype("datetime64[D]") > self.on, moments.utc > self.at)
        return late


@dataclass(frozen=True)
class LineCalendar:
    """Positions of moments on the lines of a calendar, and back."""

    calendar: WorkCalendar

    @staticmethod
    @lru_cache(maxsize=8)
    def of(calendar: WorkCalendar) -> LineCalendar:
        """The lines of a calendar, laid out once."""
        return LineCalendar(calendar)

    @cached_property
    def columns(self) -> ColumnCalendar:
        """The vector answers of the calendar."""
        return ColumnCalendar(self.calendar)

    def position(self, line: Codes, moments: Instants) -> Positions:
        """Where each moment stands on its line."""
        out = np.full(len(line), NOWHERE, np.int64)
        for code, read in self._readings().items():
            here = line == code
            if here.any():
                out[here] = read(moments.take(here))
        return out

    def _readings(self) -> dict[Line, Callable[[Instants], Positions]]:
        return {
            Line.WORKING_DAY: lambda m: self.columns.worked_through(m.local.astype("datetime64[D]")),
            Line.DAY: lambda m: m.local.astype("datetime64[D]").astype(np.int64),
            Line.WORKING_TIME: lambda m: self.columns.work_through(m.local),
            Line.CLOCK: lambda m: m.utc.astype("datetime64[us]").astype(np.int64),
        }

    def end(self, lengths: Lengths, start: Instants) -> Positions:
        """The position at which each limit ends that runs undisturbed from `start`."""
        at = self.position(lengths.line, start)
        monthly = lengths.months > 0
        if monthly.any():
            days = start.local[monthly].astype("datetime64[D]")
            at[monthly] = add_months(days, lengths.months[monthly]).astype(np.int64)
        return at + lengths.length

    def finish(self, line: Codes, end: Positions, start: Instants) -> Ends:
        """The last date or moment of limits that end at `end`; empty limits end where they start."""
        on = np.full(len(line), np.datetime64("NaT", "D"))
        at = np.full(len(line), np.datetime64("NaT", "us"))
        empty = end == self.position(line, start)
        for code, read in self._writings().items():
            here = line == code
            if here.any():
                on[here], at[here] = read(end[here], start.take(here), empty[here])
        return Ends(on, at)

    def _writings(self) -> dict[Line, Callable[[Positions, Instants, Mask], tuple[Days, Moments]]]:
        return {
            Line.WORKING_DAY: self._worked_day,
            Line.DAY: self._day,
            Line.WORKING_TIME: self._worked_moment,
            Line.CLOCK: self._clock_moment,
        }

    def _worked_day(self, end: Positions, start: Instants, empty: Mask) -> tuple[Days, Moments]:
        zero = self.columns.next_working_day(start.local.astype("datetime64[D]"))
        return np.where(empty, zero, self.columns.worked_day(end)), _never(end)

    def _day(self, end: Positions, start: Instants, empty: Mask) -> tuple[Days, Moments]:
        del start, empty
        return self.columns.next_working_day(end.astype("datetime64[D]")), _never(end)

    def _worked_moment(self, end: Positions, start: Instants, empty: Mask) -> tuple[Days, Moments]:
        return self._split(np.where(empty, self.columns.next_opening(start.local), self.columns.work_done_at(end)))

    def _clock_moment(self, end: Positions, start: Instants, empty: Mask) -> tuple[Days, Moments]:
        del start, empty
        utc = pl.Series(end.astype("datetime64[us]")).dt.replace_time_zone("UTC")
        local = Instants.of(utc, self.calendar.zone.key).local
        return self._split(np.where(self.columns.in_hours(local), local, self.columns.next_opening(local)))

    def _split(self, local: Moments) -> tuple[Days, Moments]:
        utc = to_utc(local, self.calendar.zone.key).dt.replace_time_zone(None)
        return local.astype("datetime64[D]"), utc.to_numpy()


def to_utc(local: Moments, zone: str) -> pl.Series:
    """Wall-clock time of a zone as moments in UTC; the earlier of two, none where the clock skips it."""
    aware = pl.Series(local).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC")


def _never(end: Positions) -> Moments:
    return np.full(len(end), np.datetime64("NaT", "us"))
