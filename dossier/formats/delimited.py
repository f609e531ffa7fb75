"""CSV as RFC 4180 writes it, checked cell by cell before polars splits it.

polars fills short rows with nulls and renames repeated columns; a log must not lose or invent a cell, so the shape of
the whole file is checked first, in blocks of numpy comparisons.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from dossier.formats.errors import LogError
from dossier.formats.source import BOM, line_of

_BLOCK = 8 * 1024 * 1024
_QUOTE, _NEWLINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]
_CELLS = "as many cells in a row as in the header"
_RFC4180 = 'a quote only around a whole cell, and a quote inside it written twice: "a ""b"" c"'

Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Header:
    """The first record: names, the mark between cells, where the rows begin."""

    names: tuple[str, ...]
    separator: str
    end: int


def read_csv(path: Path, data: bytes, required: Collection[str]) -> pl.DataFrame:
    """All cells as text, one row per data row.

    Args:
        path: named in errors.
        data: checked UTF-8 text.
        required: columns by which the mark between cells (comma or semicolon) is recognised.

    Raises:
        LogError: the header or a row breaks the shape of the file.

    """
    data = _one_newline(data.removeprefix(BOM))
    header = read_header(path, data, required)
    rows = check_shape(path, data, header)
    schema = dict.fromkeys(header.names, pl.String)
    if rows == 0:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(data[header.end :], has_header=False, schema=schema, separator=header.separator)
    if frame.height != rows:
        raise LogError(
            path, "", found=f"{rows} rows, split into {frame.height}", allowed=_RFC4180, remedy="report this file"
        )
    return frame


def _one_newline(data: bytes) -> bytes:
    """The text with exactly one line break at its end; not copied where it already has."""
    return data if re.search(rb"[^\r\n]\r?\n\Z", data[-3:]) else data.rstrip(b"\r\n") + b"\n"


def read_header(path: Path, data: bytes, required: Collection[str]) -> Header:
    """The header; semicolons separate cells only where commas do not give the required columns and semicolons do.

    Raises:
        LogError: no header, an empty or repeated name.

    """
    header = _split_header(path, data, ",")
    if not header.names:
        raise LogError(
            path, "line 1", found="no header", allowed="a first line with the names", remedy="export it again"
        )
    if not set(required) <= set(header.names):
        other = _split_header(path, data, ";")
        header = max(header, other, key=lambda found: len(set(required) & set(found.names)))
    check_names(path, header.names, "line 1")
    return header


def _split_header(path: Path, data: bytes, separator: str) -> Header:
    lines = io.BytesIO(data)
    try:
        names = next(csv.reader((line.decode() for line in lines), delimiter=separator, strict=True))
    except csv.Error as error:
        raise LogError(path, "line 1", found=str(error), allowed=_RFC4180, remedy="correct the header") from error
    return Header(tuple(name.strip() for name in names), separator, lines.tell())


def check_names(path: Path, names: Collection[str], place: str) -> None:
    """Refuse empty and repeated column names.

    Raises:
        LogError: naming the column.

    """
    for number, (name, count) in enumerate(Counter(names).items(), 1):
        if name and count == 1 and "\0" not in name:
            continue
        raise LogError(
            path,
            f"{place}, column {number}" if not name else f"{place}, column {name!r}",
            found=f"the name {name!r} stands {count} times" if name else "a column without a name",
            allowed="columns that each have a name of their own, without NUL",
            remedy="name each column once; take out columns that are empty",
        )


def check_shape(path: Path, data: bytes, header: Header) -> int:
    """How many data rows there are, each as wide as the header.

    Raises:
        LogError: a row too short or too long, a quote or carriage return out of place.

    """
    shape = _Shape(path, data, header)
    for start in range(0, len(data), _BLOCK):
        shape.read(start)
    shape.close()
    return shape.seen // len(header.names) - 1


class _Shape:
    """A walk over all bytes that knows how many cells ended before, and whether it stands inside quotes."""

    def __init__(self, path: Path, data: bytes, header: Header) -> None:
        self.path, self.data, self.header = path, data, header
        self.bytes: Bytes = np.frombuffer(data, np.uint8)
        self.separator = header.separator.encode()
        self.seen = self.inside = self.row_start = 0

    def read(self, start: int) -> None:
        block = self.bytes[start : start + _BLOCK]
        quote = block == _QUOTE
        ends = (block == self.separator[0]) | (block == _NEWLINE)
        returns = block == _RETURN
        quotes = np.flatnonzero(quote)
        if quotes.size or self.inside:
            # the sum wraps at 256, which keeps odd odd
            hidden = ((np.cumsum(quote, dtype=np.uint8) + np.uint8(self.inside)) & 1).astype(bool)
            ends &= ~hidden
            returns &= ~hidden
        cells = np.flatnonzero(ends) + start
        rows = cells[self.bytes[cells] == _NEWLINE]
        self._check_marks(quotes + start, np.flatnonzero(returns) + start, rows)
        self._check_width(cells, rows)
        self.seen += cells.size
        self.inside = (self.inside + quotes.size) % 2
        self.row_start = self._row_before(rows, start + len(block))

    def _check_marks(self, quotes: Positions, returns: Positions, rows: Positions) -> None:
        opening, closing = quotes[self.inside :: 2], quotes[1 - self.inside :: 2]
        edges = np.array([self.separator[0], _NEWLINE, _QUOTE], dtype=np.uint8)
        faults = {
            "a quote inside a cell that does not begin with one": opening[~np.isin(self.bytes[opening - 1], edges)],
            "text after the closing quote of a cell": closing[~np.isin(self.bytes[closing + 1], [*edges, _RETURN])],
            "a carriage return that ends no line": returns[self.bytes[returns + 1] != _NEWLINE],
        }
        found = min(((int(at[0]), what) for what, at in faults.items() if at.size), default=None)
        if found:
            self._refuse_mark(*found, rows)

    def _check_width(self, cells: Positions, rows: Positions) -> None:
        width = len(self.header.names)
        due = cells[(-self.seen - 1) % width :: width]
        if due.size != rows.size or (due != rows).any():
            common = min(due.size, rows.size)
            wrong = np.flatnonzero(due[:common] != rows[:common])
            self._refuse_row(rows, int(wrong[0]) if wrong.size else common)

    def _row_before(self, rows: Positions, at: int) -> int:
        """Where the row that holds a byte of this block begins."""
        before = int(np.searchsorted(rows, at))
        return int(rows[before - 1]) + 1 if before else self.row_start

    def _refuse_row(self, rows: Positions, wrong: int) -> None:
        begin = int(rows[wrong - 1]) + 1 if wrong else self.row_start
        cells = self._cells_from(begin)
        names = self.header.names
        name = f" ({names[cells]!r})" if cells < len(names) else ""
        raise LogError(
            self.path,
            f"line {line_of(self.data, begin)}, column {min(cells, len(names)) + 1}{name}",
            found=f"the row has {cells} cells, the header has {len(names)}",
            allowed=_CELLS,
            remedy="write every cell, also the empty ones; put quotes around a cell that holds the separator",
        )

    def _cells_from(self, begin: int) -> int:
        lines = io.BytesIO(self.data)
        lines.seek(begin)
        return len(next(csv.reader((line.decode() for line in lines), delimiter=self.header.separator), []))

    def _refuse_mark(self, at: int, found: str, rows: Positions) -> None:
        before = self.data[self._row_before(rows, at) : at].split(b'"')[::2]
        column = sum(part.count(self.separator) for part in before) + 1
        raise LogError(
            self.path,
            f"line {line_of(self.data, at)}, column {column}",
            found=found,
            allowed=f"{_RFC4180}; lines that end in LF or CR LF",
            remedy="put the whole cell in quotes and double those inside it",
        )

    def close(self) -> None:
        if not self.inside:
            return
        opened = self.data.rfind(b'"')
        raise LogError(
            self.path,
            f"line {line_of(self.data, opened)}",
            found="a quote that is never closed",
            allowed=_RFC4180,
            remedy="close the quote, or export the file again if it was cut short",
        )
