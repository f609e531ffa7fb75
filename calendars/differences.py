"""Two calendars side by side: the dates that one works and the other does not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from calendars.days import FIRST, LAST
from calendars.errors import MalformedRequest, OutOfRange
from calendars.vietnam import vietnam
from calendars.views import Day, View
from calendars.yearbook import day_values


class Difference(NamedTuple):
    """What two calendars say of a date on which only one of them works."""

    a: Day
    b: Day

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON values."""
        return {"date": self.a.date.isoformat()} | {
            side: {"working": day.working, **day_values(day)} for side, day in (("a", self.a), ("b", self.b))
        }


@dataclass(frozen=True)
class Span:
    """Whole days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a span that no calendar holds.

        Raises:
            OutOfRange: an end outside the tables.
            MalformedRequest: a span that ends before it begins.

        """
        for day in (self.first, self.last):
            if not FIRST <= day <= LAST:
                raise OutOfRange(day, FIRST, LAST)
        if self.last < self.first:
            raise MalformedRequest(
                f"from {self.first} to {self.last}",
                "a span that ends on or after its first day",
                "2026-01-01 to 2026-12-31",
            )

    def __iter__(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def span_of(a: View, b: View, first: date | None = None, last: date | None = None) -> Span:
    """The days to compare: as asked, else those that either calendar holds as official, else Vietnam's official ones.

    Raises:
        OutOfRange: an end outside the tables.
        MalformedRequest: a span that ends before it begins.

    """
    claimed = [view.calendar for view in (a, b) if view.calendar.official_from] or [vietnam()]
    begins = [calendar.official_from for calendar in claimed if calendar.official_from]
    ends = [calendar.official_through for calendar in claimed if calendar.official_through]
    return Span(first or min(begins), last or max(ends))


def differences(a: View, b: View, span: Span) -> list[Difference]:
    """The dates of a span that one calendar works and the other does not; hours are not compared.

    >>> from calendars.views import read_view
    >>> year = Span(date(2026, 1, 1), date(2026, 12, 31))
    >>> [str(d.a.date) for d in differences(read_view("vietnam"), read_view("vietnam@2025-12-24"), year)]
    ['2026-01-02', '2026-01-10', '2026-11-24']
    """
    one, other = a.calendar.is_working, b.calendar.is_working
    return [Difference(a.day(day), b.day(day)) for day in span if one(day) != other(day)]
