"""A sheet as a table of texts: what a spreadsheet made of codes and dates is undone where that is sure, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import polars as pl

from dossier.formats.delimited import check_names
from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable
from dossier.formats.table import ROW
from dossier.formats.workbook import Odd, Sheet, Workbook, open_workbook

MOMENTS = ("at", "recorded_at", "document_at", "promised")
"""Columns of the log in which a number is a day of a spreadsheet."""

CODES = ("dossier", "parent", "event", "procedure", "document", "notice", "slip", "actor", "office", "applicant")
"""Columns of the log that hold codes: a spreadsheet that made a number or date of one may have lost characters."""

NUMBER = "numbers of a spreadsheet read as text (zeros before a code are lost where it had some)"
PROCEDURE = "procedure codes that a spreadsheet had made numbers written out with six digits"
SERIAL = "numbers of a spreadsheet read as dates"
DATE = "dates of a spreadsheet read as text"
BESIDE = "cells under no column name left out"
BLANK = "blank rows left out"

MERGED_LIMIT = 1_000_000
"""The most cells that may be merged away inside the table."""

MERGED_RANGES = 10_000
"""The most ranges of merged cells."""

_DIGITS = 15  # that a spreadsheet keeps of a number
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001  # a spreadsheet has no zone
_FIRST, _END = datetime(1970, 1, 1), datetime(2101, 1, 1)  # noqa: DTZ001
_LOST = "format the column as text and enter the code again, or export the table as CSV"


@dataclass
class Grid:
    """The table of a sheet.

    Attributes:
        frame: the cells as text, with `ROW` counted from the row after the header.
        file: name of the file with the sheet.
        faults: cells that could not be read.
        repaired: what was undone, and how often.
        warnings: sentences for the summary.

    """

    frame: pl.DataFrame
    file: str
    faults: list[Unreadable] = field(default_factory=list)
    repaired: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


def read_xlsx(path: Path, data: bytes, roles: Mapping[str, str], *, sheet: str | None = None, header: int = 1) -> Grid:
    """All cells of a sheet as text.

    Args:
        path: named in errors.
        data: the workbook.
        roles: name of a column to the column of the log that is read from it.
        sheet: its name; None: the first one that is shown.
        header: row of the sheet that holds the names of the columns.

    Raises:
        LogError: the workbook or the header cannot be read, there is no such sheet.

    """
    book = open_workbook(path, data)
    name = _chosen(book, sheet)
    return _Table(path, book.sheet(name), header, roles).grid(_note(book, name, sheet))


def _chosen(book: Workbook, wanted: str | None) -> str:
    shown = [name for name in book.sheets if name not in book.hidden] or list(book.sheets)
    if wanted is None:
        return shown[0]
    if wanted not in book.sheets:
        raise LogError(
            book.path,
            "sheets",
            found=f"there is no sheet {wanted!r}",
            allowed=", ".join(map(repr, book.sheets)),
            remedy="name one of them",
        )
    return wanted


def _note(book: Workbook, name: str, wanted: str | None) -> list[str]:
    others = [other for other in book.sheets if other != name]
    if wanted is not None or not others:
        return []
    return [f"of the workbook the sheet {name!r} was read, not {', '.join(map(repr, others))}; a mapping may name one"]


class _Table:
    """A sheet that is being turned into a table."""

    def __init__(self, path: Path, sheet: Sheet, header: int, roles: Mapping[str, str]) -> None:
        self.path, self.sheet, self.header = path, sheet, header
        cells = sheet.rows.get(header, {})
        self.names = {column: text.strip() for column, text in cells.items() if text.strip()}
        if not self.names:
            raise LogError(
                path,
                f"sheet {sheet.name!r}, row {header}",
                found="no header",
                allowed="a row with the names of the columns",
                remedy="write them there, or let a mapping name the row: header = 3",
            )
        check_names(path, list(self.names.values()), f"sheet {sheet.name!r}, row {header}")
        self.roles = {column: roles.get(name, "") for column, name in self.names.items()}
        self.rows = {number: found for number, found in sheet.rows.items() if number > header}
        self.file = f"{path.name} [{sheet.name}]"
        self.faults: list[Unreadable] = []
        self.repaired: Counter[str] = Counter()

    def grid(self, warnings: list[str]) -> Grid:
        for odd in self.sheet.odd:
            if odd.row > self.header and odd.column in self.names:
                self._read(odd)
        self._merged()
        if self.sheet.formulas:
            warnings.append(f"{self.sheet.formulas} cells are formulas; the values last computed were read")
        return Grid(self._frame(), self.file, self.faults, self.repaired, warnings)

    def _frame(self) -> pl.DataFrame:
        self._left_out()
        found = {
            name: pl.Series(name, [cells.get(column) for cells in self.rows.values()], dtype=pl.String)
            for column, name in self.names.items()
        }
        row = pl.Series(ROW, [number - self.header for number in self.rows], dtype=pl.UInt32)
        return pl.DataFrame([row, *found.values()])

    def _left_out(self) -> None:
        beside = sum(column not in self.names for cells in self.rows.values() for column in cells)
        self.rows = {number: cells for number, cells in self.rows.items() if not self.names.keys().isdisjoint(cells)}
        last = max(self.rows, default=self.header)
        for what, count in ((BESIDE, beside), (BLANK, last - self.header - len(self.rows))):
            if count:
                self.repaired[what] += count

    def _read(self, odd: Odd) -> None:
        cells = self.rows[odd.row]
        try:
            text, repair = self._text(cells[odd.column], odd.kind, self.roles[odd.column])
        except ValueError as fault:
            self._fault(odd.row, odd.column, cells[odd.column], str(fault))
            return
        cells[odd.column] = text
        if repair:
            self.repaired[repair] += 1

    def _text(self, text: str, kind: str, role: str) -> tuple[str, str | None]:
        """What a cell that is no text stands for, and what was undone; ValueError: nobody can tell."""
        if kind == "error":
            raise ValueError("the spreadsheet could not compute it; correct its formula or write the value")
        if kind == "formula":
            raise ValueError("a formula whose value was not saved; open the workbook in a spreadsheet and save it")
        number = _decimal(text)
        moment = self._moment(number, kind)
        if role in MOMENTS and moment:
            return moment, SERIAL if kind == "number" else None
        if kind != "number" and moment:
            if role in CODES:
                raise ValueError(f"the spreadsheet made the date {moment} of a code; {_LOST}")
            return moment, DATE
        return _written(number, role)

    def _moment(self, number: Decimal, kind: str) -> str | None:
        """A day or moment, None where the number is none of the years that a log may speak of."""
        epoch = _EPOCHS[self.sheet.since_1904]
        if not (_FIRST - epoch).days <= number < (_END - epoch).days:
            return None
        moment = epoch + timedelta(milliseconds=round(number * 86_400_000))
        timed = kind == "moment" or number % 1 != 0
        return (
            moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
            if timed
            else (moment.date().isoformat())
        )

    def _merged(self) -> None:
        last, width = max(self.rows, default=0), max(self.names)
        left = MERGED_LIMIT if len(self.sheet.merged) <= MERGED_RANGES else -1
        for top, first, bottom, end in self.sheet.merged:
            lines = range(max(top, self.header), min(bottom, last) + 1)
            columns = [column for column in range(first, min(end, width) + 1) if column in self.names]
            left -= len(lines) * len(columns)
            if left < 0 or (top <= self.header <= bottom and len(columns) > 1):
                self._refuse_merged(top)
            for row in lines:
                for column in columns:
                    if (row, column) != (top, first) and row in self.rows:
                        why = "part of merged cells, it only looks as if it held something; unmerge them and fill each"
                        self._fault(row, column, "", why)

    def _refuse_merged(self, row: int) -> None:
        raise LogError(
            self.path,
            f"sheet {self.sheet.name!r}, row {row}",
            found="merged cells in the header, or too many of them",
            allowed="a table in which each cell stands alone",
            remedy="unmerge the cells, or let a mapping name the row of the header: header = 3",
        )

    def _fault(self, row: int, column: int, value: str, reason: str) -> None:
        self.faults.append(Unreadable(None, row - self.header, self.names[column], value, reason, self.file))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 400:  # noqa: PLR2004  # a double ends at 10 ** 308
        raise ValueError("no number that a spreadsheet can hold; write it as text")
    return number


def _written(number: Decimal, role: str) -> tuple[str, str]:
    if number == number.to_integral_value():
        if number.adjusted() >= _DIGITS:
            raise ValueError(f"a number of more than {_DIGITS} digits, of which a spreadsheet keeps no more; {_LOST}")
        return f"{number:.0f}", NUMBER
    code = f"{number:.6f}"
    if role == "procedure" and 0 < number < 10 and float(code) == float(number):  # noqa: PLR2004  # one digit before the dot
        return code, PROCEDURE
    if role in CODES:
        raise ValueError(f"the spreadsheet made a number with decimals of a code and dropped zeros at its end; {_LOST}")
    return repr(float(number)), NUMBER
