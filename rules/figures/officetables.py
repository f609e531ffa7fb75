"""Tables that an office keeps elsewhere (CSV, XLSX): read by the names of their columns, each fault with its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dossier.formats.spreadsheet import read_xlsx
from dossier.formats.table import ROW
from dossier.tables import UnreadableTable, read_table
from rules.errors import CellFault, MalformedTable

EXAMPLE = "write it as 2026-11-05 or 05/11/2026"
_SHAPES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})(?: .*)?"),
    re.compile(r"(?:\d{1,2}:\d{2}(?::\d{2})? )(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})\d{6}"),
)


@dataclass(frozen=True)
class TableColumn:
    """A column that is read.

    Attributes:
        names: under which it may stand in the file, the one to recommend first.
        needed: whether the file must have it.
        role: the column of the event log whose cells look like its own: a number in `promised` is a day, one in
            `dossier` a code.

    """

    names: tuple[str, ...]
    needed: bool = False
    role: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a table.

    Attributes:
        file: with the sheet of a workbook.
        number: from 1, the header not counted.
        cells: by our names, blanks around them taken away; empty where the file has no such column.
        headers: our names to those of the file.

    """

    file: str
    number: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """A cell."""
        return self.cells.get(name, "")

    def fault(self, name: str, reason: str) -> CellFault:
        """A fault of one of its cells."""
        return CellFault(self.file, self.number, self.headers.get(name, name), self[name], reason)

    def day(self, name: str) -> date | None:
        """The day in a cell; None where it is empty.

        Raises:
            ValueError: it holds something else.

        """
        return read_day(self[name]) if self[name] else None


def read_day(text: str) -> date:
    """A day, as it is printed: ISO 8601, day/month/year, or fourteen digits; the hour is left out.

    >>> read_day("05/11/2026"), read_day("2026-11-05T10:00+07:00"), read_day("20261105100000")
    (datetime.date(2026, 11, 5), datetime.date(2026, 11, 5), datetime.date(2026, 11, 5))

    Raises:
        ValueError: it is no day.

    """
    for shape in _SHAPES:
        if found := shape.fullmatch(text.strip()):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise ValueError(f"no day; {EXAMPLE}")


def read_lines(path: Path, columns: Mapping[str, TableColumn]) -> tuple[Line, ...]:
    """The rows of a table.

    Args:
        path: .csv (UTF-8, commas) or .xlsx (the first sheet that is shown).
        columns: what is read, by our names.

    Raises:
        UnreadableTable: the file cannot be read, a column is missing or stands twice.
        LogError: the workbook cannot be read.
        MalformedTable: a cell of a column that is read cannot be.

    """
    names, rows, file, faults = _xlsx(path, columns) if path.suffix.lower() == ".xlsx" else _csv(path)
    headers = _headers(file, names, columns)
    known = set(headers.values())
    bad = tuple(fault for fault in faults if fault.column in known)
    if bad:
        raise MalformedTable(bad)
    places = {ours: names.index(theirs) for ours, theirs in headers.items()}
    return tuple(
        Line(file, number, {name: (cells[place] or "").strip() for name, place in places.items()}, headers)
        for number, cells in rows
    )


_Read = tuple[list[str], list[tuple[int, tuple[str | None, ...]]], str, list[CellFault]]


def _csv(path: Path) -> _Read:
    table = read_table(path)
    return list(table.columns), [(row.number, row.cells) for row in table.rows], table.file, []


def _xlsx(path: Path, columns: Mapping[str, TableColumn]) -> _Read:
    roles = {name: column.role for column in columns.values() for name in column.names}
    try:
        grid = read_xlsx(path, path.read_bytes(), roles)
    except OSError as fault:
        why = fault.strerror or str(fault)
        raise UnreadableTable(str(path), "file", why, "name a file that can be read") from fault
    names = [name for name in grid.frame.columns if name != ROW]
    rows = [(row[0], row[1:]) for row in grid.frame.select(ROW, *names).iter_rows()]
    faults = [CellFault(grid.file, one.row, one.column, one.value, one.reason) for one in grid.faults]
    return names, rows, grid.file, faults


def _headers(file: str, names: list[str], columns: Mapping[str, TableColumn]) -> dict[str, str]:
    found = {ours: [name for name in names if _plain(name) in map(_plain, one.names)] for ours, one in columns.items()}
    for ours, column in columns.items():
        if column.needed and not found[ours]:
            why, wanted = f"no column {column.names[0]!r}", " or ".join(column.names)
            raise UnreadableTable(file, "header", why, f"name it {wanted}; there are {', '.join(map(repr, names))}")
        if len(found[ours]) > 1:
            raise UnreadableTable(file, "header", f"{' and '.join(found[ours])} say the same", "keep one of them")
    return {ours: theirs[0] for ours, theirs in found.items() if theirs}


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())
