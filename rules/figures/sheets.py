"""What a report says, whatever it is written to: parameters, tables, notes, pictures, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from rules.display import Language, Share, day, moment, number
from rules.figures.periods import Period

Words = tuple[str, str]
"""The same in Vietnamese and in English."""

Cell = str | int | date | Share | Words | None
"""Of a table; None is an empty cell."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        head: its heading from the widest group down to its own name; neighbours with the same beginning share a cell.
        number: whether its cells are numbers, which stand at the right.
        width: in characters, for a workbook.

    """

    head: tuple[Words, ...]
    number: bool = False
    width: int = 12

    @classmethod
    def of(cls, vi: str, en: str, *, number: bool = False, width: int = 12) -> Column:
        """A column under no group."""
        return cls(((vi, en),), number, width)


@dataclass(frozen=True)
class Heading:
    """A cell of the heading: where it begins, counted from 0, how many rows and columns it spans, what it says."""

    row: int
    column: int
    rows: int
    columns: int
    words: Words


@dataclass(frozen=True)
class Picture:
    """A picture with what it shows, drawn for each language.

    Attributes:
        stacked: whether its bars have the parts early, on time and overdue, which a legend explains.
        small: whether two stand side by side.

    """

    title: Words
    drawn: Mapping[Language, Markup]
    stacked: bool = False
    small: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table.

    Attributes:
        name: of the sheet in a workbook, and of the part of a page.
        title: above the table.
        columns: of the table.
        rows: each as long as `columns`.
        total: the last row, apart.
        numbered: whether a row of column numbers (1), (2) … stands under the heading, as in a statutory form.
        notes: below the table.
        pictures: before the table.

    """

    name: str
    title: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    numbered: bool = False
    notes: tuple[Words, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def depth(self) -> int:
        """How many rows the heading has, the row of numbers left out."""
        return max(len(column.head) for column in self.columns)

    @property
    def lines(self) -> tuple[tuple[Cell, ...], ...]:
        """All rows with the total."""
        return self.rows if self.total is None else (*self.rows, self.total)


@dataclass(frozen=True)
class Report:
    """A report that an office hands in or publishes.

    Attributes:
        code: as the command names it.
        title: of the whole.
        parameters: everything that was chosen, printed with the result.
        sheets: its tables.
        notes: what a reader must know.
        document: the same as JSON.

    """

    code: str
    title: Words
    parameters: tuple[tuple[Words, str | Words], ...]
    sheets: tuple[Sheet, ...]
    notes: tuple[Words, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)


def headings(columns: Sequence[Column]) -> Iterator[Heading]:
    """The cells of a heading; groups span their columns, a short heading reaches down to the table.

    >>> a, b = Column((("Tiếp nhận", "Received"), ("Tổng", "Total"))), Column.of("Lĩnh vực", "Sector")
    >>> [(one.row, one.column, one.rows, one.columns, one.words[0]) for one in headings([b, a, a])][:2]
    [(0, 0, 2, 1, 'Lĩnh vực'), (0, 1, 1, 2, 'Tiếp nhận')]
    """
    depth = max((len(column.head) for column in columns), default=0)
    for row in range(depth):
        start = 0
        while start < len(columns):
            width = _alike(columns, start, row)
            head = columns[start].head
            if row < len(head):
                last = row == len(head) - 1
                yield Heading(row, start, depth - row if last else 1, width, head[row])
            start += width


def _alike(columns: Sequence[Column], start: int, row: int) -> int:
    """How many columns from one on share its heading down to a row that is not the last of it."""
    head = columns[start].head
    if row >= len(head) - 1:
        return 1
    end = start + 1
    while end < len(columns) and len(columns[end].head) > row + 1 and columns[end].head[: row + 1] == head[: row + 1]:
        end += 1
    return end - start


def shown(cell: Cell, language: Language) -> str:
    """A cell as text.

    >>> shown(1434, "vi"), shown(Share(1, 10), "vi"), shown(None, "en"), shown(date(2026, 11, 4), "vi")
    ('1.434', '10,0%', '', '04/11/2026')
    """
    if isinstance(cell, tuple):
        return cell[language == "en"]
    if isinstance(cell, Share):
        return cell.percent(language)
    if isinstance(cell, int):
        return number(cell, language)
    return day(cell) if isinstance(cell, date) else cell or ""


def period_words(period: Period) -> Words:
    """A period for a reader.

    >>> period_words(Period.reporting("2026-Q3"))[0]
    '2026-Q3, từ ngày 15/06/2026 đến ngày 14/09/2026'
    """
    first, last = day(period.first), day(period.last)
    return f"{period.name}, từ ngày {first} đến ngày {last}", f"{period.name}, {first} to {last}"


def as_of_words(as_of: datetime, period: Period) -> Words:
    """The moment of the figures for a reader, who is told where it lies before the last day of the period.

    Args:
        as_of: in the zone of the calendar.
        period: of the figures.

    """
    told = moment(as_of.isoformat())
    if as_of.date() >= period.last:
        return told, told
    return (
        f"{told}, dữ liệu dừng trước khi hết kỳ: hồ sơ chưa xong được xét tại lúc đó",
        f"{told}, the source ends before the period does: what is open is judged at that moment",
    )
