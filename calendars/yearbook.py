"""A year of a calendar as data: months, weeks, days with their kind, names and instruments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from calendars.days import FIRST, LAST, Certainty
from calendars.errors import MalformedRequest, OutOfRange
from calendars.views import Day, View

Week = tuple[Day | None, ...]
"""Seven days, Monday first; None where the day belongs to another month."""

Instrument = tuple[str, str | None, str, date | None]
"""Title, number (None: not verified), basis, day of issue."""


@dataclass(frozen=True)
class Month:
    """A month: its number and its days, in order."""

    number: int
    days: tuple[Day, ...]

    @property
    def working_days(self) -> int:
        """How many of its days are worked."""
        return sum(day.working for day in self.days)

    @property
    def certainty(self) -> Certainty:
        """Official when every day is."""
        return _certainty(self.days)

    @property
    def weeks(self) -> tuple[Week, ...]:
        """The rows of its grid.

        >>> from calendars.views import read_view
        >>> [day and day.date.day for day in year_of(read_view("vietnam"), 2026).months[0].weeks[0]]
        [None, None, None, 1, 2, 3, 4]
        """
        before = self.days[0].date.weekday()
        after = 6 - self.days[-1].date.weekday()
        cells: Week = (*[None] * before, *self.days, *[None] * after)
        return tuple(cells[start : start + 7] for start in range(0, len(cells), 7))


@dataclass(frozen=True)
class Year:
    """A year of a calendar, as it was known on `view.as_of`."""

    view: View
    number: int
    months: tuple[Month, ...]

    @property
    def days(self) -> tuple[Day, ...]:
        """Every day, in order."""
        return tuple(day for month in self.months for day in month.days)

    @property
    def exceptional(self) -> tuple[Day, ...]:
        """The days off, the make-up days and the holidays on closed weekdays, in order."""
        return tuple(day for day in self.days if day.exceptional)

    @property
    def working_days(self) -> int:
        """How many days are worked."""
        return sum(month.working_days for month in self.months)

    @property
    def certainty(self) -> Certainty:
        """Official when every day is."""
        return _certainty(self.days)

    @property
    def official(self) -> tuple[date, date] | None:
        """First and last day that instruments had fixed by the day of the view; None where there was none."""
        first, last = self.view.calendar.official_from, self.view.calendar.official_through
        return (first, last) if first and last and first <= last else None

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments of the year, each once, in the order of their first day."""
        return tuple(dict.fromkeys(instrument_of(day) for day in self.exceptional if day.instrument))

    def place(self, day: Day) -> int | None:
        """The number, from 1, of the day's instrument in `instruments`; None where it has none."""
        return self.instruments.index(instrument_of(day)) + 1 if day.instrument else None

    def to_dict(self) -> dict[str, Any]:
        """The year as JSON values; `days` are the exceptional ones."""
        return {
            "year": self.number,
            "calendar": self.view.calendar.name,
            "as_of": _text(self.view.as_of),
            "edition": self.view.calendar.edition,
            "certainty": self.certainty,
            "working_days": self.working_days,
            "months": [
                {"month": month.number, "working_days": month.working_days, "certainty": month.certainty}
                for month in self.months
            ],
            "days": [day_values(day) for day in self.exceptional],
        }


def year_of(view: View, number: int) -> Year:
    """A year of a calendar.

    >>> from calendars.views import read_view
    >>> year_of(read_view("vietnam"), 2026).working_days
    249

    Raises:
        OutOfRange: a year outside 1970 to 2100.

    """
    if not FIRST.year <= number <= LAST.year:
        raise OutOfRange(f"the year {number}", FIRST, LAST)
    return Year(view, number, tuple(_month(view, number, month) for month in range(1, 13)))


def read_year(text: str) -> int:
    """The year that `text` writes in digits.

    Raises:
        MalformedRequest: no year.

    """
    if not (text.isascii() and text.isdecimal() and len(text) == len("2026")):
        raise MalformedRequest(text, f"a year from {FIRST.year} to {LAST.year}", "motcua calendar 2026")
    return int(text)


def day_values(day: Day) -> dict[str, Any]:
    """A day as JSON values; `number` is null where it is not verified."""
    return asdict(day) | {key: _text(getattr(day, key)) for key in ("date", "issued_on", "swapped_with")}


def instrument_of(day: Day) -> Instrument:
    """The instrument of a day."""
    return day.instrument, day.number, day.basis, day.issued_on


def _month(view: View, year: int, number: int) -> Month:
    first = date(year, number, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    return Month(number, tuple(view.day(first + timedelta(days=n)) for n in range((after - first).days)))


def _certainty(days: tuple[Day, ...]) -> Certainty:
    return "official" if all(day.certainty == "official" for day in days) else "projected"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
