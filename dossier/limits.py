"""How the printed time limits (thời hạn giải quyết) of a table read: value and unit as printed, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from calendars import NoTermGiven, Term, Unit, UnreadableTerm
from dossier.tables import need, read_table

LimitStatus = Literal["read", "none", "unreadable"]


@dataclass(frozen=True)
class PrintedLimit:
    """A printed limit: a term, none given, or unreadable for a reason.

    >>> read_limit("0,5 ngày làm việc").as_dict()
    {'text': '0,5 ngày làm việc', 'value': 0.5, 'unit': 'working_day', 'status': 'read'}
    >>> read_limit("15").as_dict()
    {'text': '15', 'value': None, 'unit': None, 'status': 'unreadable', 'reason': 'the number has no unit'}
    """

    text: str
    status: LimitStatus
    term: Term | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The limit for JSON: value and unit as printed, both None unless it was read."""
        shown: dict[str, Any] = {
            "text": self.text,
            "value": None if self.term is None else _number(self.term.value),
            "unit": None if self.term is None else self.term.unit.value,
            "status": self.status,
        }
        return shown if self.reason is None else shown | {"reason": self.reason}


@dataclass(frozen=True)
class LimitTable:
    """Every limit of one column, in the order of the rows."""

    file: str
    column: str
    limits: tuple[PrintedLimit, ...]

    def counts(self) -> dict[str, Any]:
        """How many were read, by unit, and how many not, by reason."""
        status = Counter(limit.status for limit in self.limits)
        units = Counter(limit.term.unit for limit in self.limits if limit.term)
        return {
            "file": self.file,
            "column": self.column,
            "rows": len(self.limits),
            **{name: status[name] for name in ("read", "none", "unreadable")},
            "units": {unit.value: units[unit] for unit in Unit if units[unit]},
            "reasons": self.reasons(),
        }

    def reasons(self) -> Mapping[str, int]:
        """Why limits were unreadable, the most frequent reason first."""
        return dict(Counter(limit.reason for limit in self.limits if limit.reason).most_common())


@lru_cache(maxsize=4096)
def read_limit(text: str) -> PrintedLimit:
    """Read one printed limit; a bare number is unreadable, and so is the same day, which prints no number."""
    try:
        term = Term.parse(text)
        if not any(character.isdigit() for character in text):
            return PrintedLimit(text, "unreadable", reason="it prints no number")
        return PrintedLimit(text, "read", term)
    except NoTermGiven:
        return PrintedLimit(text, "none")
    except UnreadableTerm as fault:
        return PrintedLimit(text, "unreadable", reason=fault.why)


def read_limits(path: Path, column: str = "time_limit") -> LimitTable:
    """Read every limit of a column of a CSV table, plain or .gz.

    Raises:
        UnreadableTable: the file is broken or has no such column.

    """
    table = read_table(path, lambda header: need(header, column))
    return LimitTable(table.file, column, tuple(map(read_limit, table.column(column))))


def _number(value: Fraction) -> int | float | str:
    """A JSON number where it says exactly the printed value, else its decimal text."""
    if value.denominator == 1:
        return value.numerator
    near = value.numerator / value.denominator
    return near if Fraction(repr(near)) == value else Term(value, Unit.DAY).number
