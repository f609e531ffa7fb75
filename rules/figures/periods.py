"""Spans of days over which figures are counted: a month, a quarter, a year, any two days, the window of the reports."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from dossier.formats.moments import FIRST_YEAR, LAST_YEAR
from rules.errors import UnreadablePeriod

REPORT_DAY = 15
"""The day on which the window of the periodic reports begins (Nghị định 09/2019/NĐ-CP, Điều 12; not verified)."""

_DAY = timedelta(days=1)
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Period:
    """A span of days, both included.

    >>> Period.parse("2026-Q3")
    Period(first=datetime.date(2026, 7, 1), last=datetime.date(2026, 9, 30), name='2026-Q3')
    >>> print(Period.reporting("2026-Q3"))
    2026-Q3 (2026-06-15 to 2026-09-14)
    >>> date(2026, 9, 30) in Period.parse("2026")
    True
    """

    first: date
    last: date
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026`, `2026-Q3`, `2026-11` or `2026-01-15..2026-02-14`.

        Raises:
            UnreadablePeriod: it is none of these, or ends before it begins.

        """
        found = text.strip()
        for pattern, read in _SHAPES:
            match = re.fullmatch(pattern, found, re.ASCII)
            if match:
                return cls(*_between(text, read, match), found)
        raise UnreadablePeriod(text, "it has none of the shapes of a period")

    @classmethod
    def reporting(cls, period: str | Period, day: int = REPORT_DAY) -> Self:
        """The window of the reports: from a day of the month before a period to the eve of that day in its last month.

        Args:
            period: the period that is reported.
            day: 1 to 28; 1 would be the calendar months themselves, one month earlier.

        Raises:
            UnreadablePeriod: the period or the day cannot be read.

        """
        whole = Period.parse(period) if isinstance(period, str) else period
        if not 1 <= day <= 28:  # noqa: PLR2004  # every month has a 28th
            raise UnreadablePeriod(str(day), "the window begins on a day that every month has, 1 to 28")
        before = whole.first.replace(day=1) - _DAY
        return cls(before.replace(day=day), whole.last.replace(day=day) - _DAY, whole.name)

    def months(self) -> tuple[Period, ...]:
        """The calendar months that it touches, the first and the last cut to it."""
        months, first = [], self.first
        while first <= self.last:
            end = min(_month(first.year, first.month)[1], self.last)
            months.append(Period(first, end, f"{first:%Y-%m}"))
            first = end + _DAY
        return tuple(months)

    def begin(self, zone: str) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), ZoneInfo(zone))

    def end(self, zone: str) -> datetime:
        """Its last moment, to the microsecond."""
        return datetime.combine(self.last, time.max, ZoneInfo(zone))

    def __contains__(self, day: object) -> bool:
        """Whether a day lies in it."""
        return isinstance(day, date) and self.first <= day <= self.last

    def __str__(self) -> str:
        """Its name and its days."""
        return f"{self.name} ({self.first} to {self.last})"

    def to_dict(self) -> dict[str, str]:
        """The period as JSON."""
        return {"name": self.name, "first": self.first.isoformat(), "last": self.last.isoformat()}


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    return _month(year, 3 * quarter - 2)[0], _month(year, 3 * quarter)[1]


def _days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


_Read = Callable[[re.Match[str]], tuple[date, date]]
_SHAPES: tuple[tuple[str, _Read], ...] = (
    (r"(\d{4})", lambda found: (_month(int(found[1]), 1)[0], _month(int(found[1]), 12)[1])),
    (r"(\d{4})-Q([1-4])", lambda found: _quarter(int(found[1]), int(found[2]))),
    (r"(\d{4})-(\d{2})", lambda found: _month(int(found[1]), int(found[2]))),
    (rf"({_ISO_DAY})\.\.({_ISO_DAY})", lambda found: _days(found[1], found[2])),
)


def _between(text: str, read: _Read, found: re.Match[str]) -> tuple[date, date]:
    try:
        first, last = read(found)
    except ValueError as error:
        raise UnreadablePeriod(text, str(error)) from None
    if last < first:
        raise UnreadablePeriod(text, f"it ends on {last}, before it begins")
    if not FIRST_YEAR < first.year <= last.year <= LAST_YEAR:
        raise UnreadablePeriod(text, f"years run from {FIRST_YEAR + 1} to {LAST_YEAR}")
    return first, last
