"""Time limits (thời hạn giải quyết) as procedures print them: a number and a unit, exact."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from calendars.errors import DifferentUnits, NoTermGiven, UnreadableTerm

WORKING_DAY_HOURS = 8
"""Working hours in a working day, as provinces print step limits (56/40/24 giờ for 7/5/3 ngày làm việc)."""


class Unit(StrEnum):
    """What a time limit is counted in."""

    WORKING_DAY = "working_day"
    DAY = "day"
    WORKING_HOUR = "working_hour"
    HOUR = "hour"
    MONTH = "month"
    YEAR = "year"

    @property
    def by_date(self) -> bool:
        """Whether a limit in this unit ends with a day and not at a moment."""
        return self is not Unit.WORKING_HOUR and self is not Unit.HOUR


_SPELLINGS = {
    "ngay lam viec": Unit.WORKING_DAY,
    "working day": Unit.WORKING_DAY,
    "working days": Unit.WORKING_DAY,
    "business day": Unit.WORKING_DAY,
    "business days": Unit.WORKING_DAY,
    "gio lam viec": Unit.WORKING_HOUR,
    "working hour": Unit.WORKING_HOUR,
    "working hours": Unit.WORKING_HOUR,
    "ngay": Unit.DAY,
    "day": Unit.DAY,
    "days": Unit.DAY,
    "calendar day": Unit.DAY,
    "calendar days": Unit.DAY,
    "gio": Unit.HOUR,
    "hour": Unit.HOUR,
    "hours": Unit.HOUR,
    "thang": Unit.MONTH,
    "month": Unit.MONTH,
    "months": Unit.MONTH,
    "nam": Unit.YEAR,
    "year": Unit.YEAR,
    "years": Unit.YEAR,
}
_LABELS = {
    Unit.WORKING_DAY: ("ngày làm việc", "working day"),
    Unit.DAY: ("ngày", "day"),
    Unit.WORKING_HOUR: ("giờ làm việc", "working hour"),
    Unit.HOUR: ("giờ", "hour"),
    Unit.MONTH: ("tháng", "month"),
    Unit.YEAR: ("năm", "year"),
}
_SAME_DAY = {
    "trong ngay",
    "ngay trong ngay",
    "trong ngay lam viec",
    "ngay trong ngay lam viec",
    "same day",
    "within the day",
}
_NONE_GIVEN = {"", "khong co thong tin", "khong quy dinh", "not given"}
_PRINTED = re.compile(
    r"(?:(?:khong qua|toi da|trong(?: thoi han| vong)?|within|at most|up to) )*"
    r"(?P<value>\d{1,6}(?:[.,]\d{1,4})?)\s*(?P<unit>[a-z ]*?)"
    r"(?:,? (?:ke tu|tinh tu|tu ngay|from|after) .*)?"
)


@dataclass(frozen=True)
class Term:
    """A time limit: how many of which unit.

    >>> Term.parse("08 giờ làm việc")
    Term(value=Fraction(8, 1), unit=<Unit.WORKING_HOUR: 'working_hour'>)
    >>> Term.parse("0,5 ngày làm việc").exact()
    Term(value=Fraction(4, 1), unit=<Unit.WORKING_HOUR: 'working_hour'>)
    """

    value: Fraction
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a limit that ends before it begins."""
        if self.value < 0:
            raise ValueError(f"a time limit of {self.value} {self.unit} is negative; give zero or more")

    @classmethod
    def of(cls, value: int | Fraction, unit: Unit) -> Term:
        """A term from a number and a unit."""
        return cls(Fraction(value), unit)

    @classmethod
    def parse(cls, text: str) -> Term:
        """Read a printed limit, Vietnamese or English; dot and comma are decimal marks, accents may be missing.

        "Trong ngày" (the same day) is no working day after the day of receipt.

        Raises:
            NoTermGiven: the source prints that no limit is given.
            UnreadableTerm: no single reading, for example a number without a unit.

        """
        plain = _plain(text)
        if plain in _NONE_GIVEN:
            raise NoTermGiven(text)
        if plain in _SAME_DAY:
            return cls(Fraction(0), Unit.WORKING_DAY)
        match = _PRINTED.fullmatch(plain)
        if match is None:
            raise UnreadableTerm(text, "it is not one number with one unit")
        if not match["unit"].strip():
            raise UnreadableTerm(text, "the number has no unit")
        unit = _SPELLINGS.get(match["unit"].strip())
        if unit is None:
            raise UnreadableTerm(text, f"the unit {match['unit'].strip()!r} is none of {', '.join(Unit)}")
        return cls(Fraction(match["value"].replace(",", ".")), unit)

    def exact(self) -> Term:
        """The same term in units that can be counted whole.

        A fraction of a working day is working hours (8 to the day), of a day hours (24), of a year months; half a
        month is 15 days and is kept as a fraction (Civil Code 2015, art. 146).

        Raises:
            UnreadableTerm: another fraction of a month.

        """
        if self.value.denominator == 1:
            return self
        smaller = {
            Unit.WORKING_DAY: (WORKING_DAY_HOURS, Unit.WORKING_HOUR),
            Unit.DAY: (24, Unit.HOUR),
            Unit.YEAR: (12, Unit.MONTH),
        }
        if self.unit in smaller:
            factor, unit = smaller[self.unit]
            return Term(self.value * factor, unit).exact()
        if self.unit is Unit.MONTH and self.value.denominator != 2:  # noqa: PLR2004  # halves
            raise UnreadableTerm(self.text_vi, "the law knows half months (15 days), no other part of a month")
        return self

    @property
    def number(self) -> str:
        """The value in decimal notation, as printed."""
        value = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        return f"{value.normalize():f}"

    @property
    def text_vi(self) -> str:
        """The term in Vietnamese."""
        return f"{self.number.replace('.', ',')} {_LABELS[self.unit][0]}"

    @property
    def text_en(self) -> str:
        """The term in English."""
        return f"{self.number} {_LABELS[self.unit][1]}{'' if self.value == 1 else 's'}"

    def __add__(self, other: Term) -> Term:
        """Two terms of one unit, one after the other.

        Raises:
            DifferentUnits: nobody says how many of the one make the other.

        """
        if self.unit is not other.unit:
            raise DifferentUnits(self.text_en, other.text_en)
        return Term(self.value + other.value, self.unit)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.lower().split()).rstrip(".;")
