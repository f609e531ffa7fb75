"""Reading a catalogue table (CSV, plain or .gz) strictly: a fault names file, line and column, nothing is repaired."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from calendars.files import replace_file
from dossier.errors import DossierError

LONGEST_LINE = 1 << 20
"""Bytes; a longer line is a broken file, most often an open quotation mark."""

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


class UnreadableTable(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A table that breaks off, has another encoding or header, or rows of another width."""

    def __init__(self, file: str, place: str, why: str, remedy: str) -> None:
        self.file, self.place, self.why, self.remedy = file, place, why, remedy
        super().__init__(f"{file}: {place}: {why}; {remedy}")


@dataclass(frozen=True, slots=True)
class Row:
    """One data row: its number from 1, the line it ends on, and its cells in the order of the header."""

    number: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table that was read to its end."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> list[str]:
        """The cells of one column, top to bottom, as they stand in the file."""
        place = self.columns.index(name)
        return [row.cells[place] for row in self.rows]


def read_table(path: Path, require: Callable[[Table], None] = lambda _header: None) -> Table:
    """Read a whole table, UTF-8 with commas and a header line.

    Args:
        path: the file; gzip is recognised by its first bytes.
        require: looks at the header (a table without rows) before the rows are read, and raises where it does not fit.

    Raises:
        UnreadableTable: the file cannot be opened, breaks off, is no UTF-8, or has a bad header or a ragged row.

    """
    name = str(path)
    try:
        with _opened(path) as stream:
            records = _records(name, stream)
            columns = _header(name, records)
            require(Table(name, columns, ()))
            return Table(name, columns, tuple(_rows(name, columns, records)))
    except OSError as fault:
        if isinstance(fault, gzip.BadGzipFile):
            raise _broken(name, str(fault)) from fault
        raise UnreadableTable(name, "file", fault.strerror or str(fault), "name a file that can be read") from fault
    except (EOFError, zlib.error) as fault:
        raise _broken(name, str(fault)) from fault


def need(table: Table, *columns: str) -> None:
    """Refuse a header without these columns.

    Raises:
        UnreadableTable: it names the columns the table has.

    """
    for column in columns:
        if column not in table.columns:
            has, hint = ", ".join(table.columns), ""
            if len(table.columns) == 1 and ";" in has:
                hint = " (separated by semicolons? save it with commas)"
            raise UnreadableTable(table.file, "line 1", f"no column {column!r}", f"the columns are {has}{hint}")


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write a text file whole or not at all: a failure on the way leaves what was there before.

    Raises:
        UnreadableTable: the place cannot be written to.

    """
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8") as device:
                device.writelines(lines)
            return
        replace_file(target, (line.encode() for line in lines))
    except OSError as fault:
        raise UnreadableTable(
            str(path), "output", fault.strerror or str(fault), "name a file that can be written"
        ) from fault


def _broken(name: str, why: str) -> UnreadableTable:
    return UnreadableTable(name, "gzip stream", f"it is damaged or breaks off ({why})", "get the file again")


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == _ZIP:
        raise UnreadableTable(str(path), "file", "it is a workbook (XLSX) or a zip", "save the sheet as CSV UTF-8")
    if path.suffix == ".gz" or start.startswith(_GZIP):
        return gzip.open(path, "rb")  # type: ignore[return-value]  # a GzipFile reads as a BinaryIO
    return path.open("rb")


def _lines(name: str, stream: BinaryIO) -> Iterator[str]:
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            raise UnreadableTable(
                name, f"line {number}", "it is longer than 1 MiB", "look for an open quotation mark before it"
            )
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as fault:
            raise UnreadableTable(
                name, f"line {number}, byte {fault.start + 1}", "it is not UTF-8", "save the table as CSV UTF-8"
            ) from fault


def _records(name: str, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(name, stream), strict=True)
    try:
        for record in reader:
            yield reader.line_num, record
    except csv.Error as fault:
        raise UnreadableTable(
            name, f"line {reader.line_num}", str(fault), "quote the cell, double a quote in it"
        ) from fault


def _header(name: str, records: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    line, columns = next(records, (1, []))
    if not columns:
        raise UnreadableTable(name, f"line {line}", "there is no header", "name the columns in the first line")
    for place, column in enumerate(columns, start=1):
        if not column.strip() or column in columns[: place - 1]:
            fault = f"the name {column!r} stands twice" if column.strip() else "it has no name"
            raise UnreadableTable(name, f"line {line}, column {place}", fault, "give each column a name of its own")
    return tuple(columns)


def _rows(name: str, columns: tuple[str, ...], records: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    number = 0
    for line, record in records:
        cells = record or [""] * (len(columns) == 1)
        if not cells:
            continue
        number += 1
        if len(cells) != len(columns):
            why = f"row {number} has {len(cells)} cells, the header has {len(columns)}"
            raise UnreadableTable(name, f"line {line}", why, "quote a cell that holds a comma")
        yield Row(number, line, tuple(cells))
