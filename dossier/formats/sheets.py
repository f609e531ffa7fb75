"""Writing workbooks in which every cell is text: what looks like a formula, a link or a number stays what it is."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from dossier.formats.errors import LogError
from dossier.formats.workbook import ROWS

CELL_LIMIT = 32_767
"""The longest text that a cell of a workbook holds, in characters."""

_RUNS = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"  # spreadsheets strip blanks before a formula, and take wide signs for signs


def workbook_of(path: Path, texts: pl.DataFrame, sheet: str = "log") -> bytes:
    """The bytes of a workbook with one sheet; equal tables give equal bytes.

    Args:
        path: named in errors.
        texts: String columns, null: an empty cell.
        sheet: its name.

    Raises:
        LogError: more rows, or a longer text, than a workbook holds.

    """
    _check(path, texts)
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for number, column in enumerate(texts.iter_columns()):
            page.write_string(0, number, column.name)
            for row, text in enumerate(column, 1):
                if text is not None:
                    page.write_string(row, number, text)
    return buffer.getvalue()


def _check(path: Path, texts: pl.DataFrame) -> None:
    if texts.height >= ROWS:
        raise LogError(
            path, "", found=f"{texts.height} rows", allowed=f"{ROWS - 1}", remedy="write CSV or Parquet, or less"
        )
    for column in texts.iter_columns():
        long = column.str.len_bytes() > CELL_LIMIT
        for row in long.fill_null(value=False).arg_true():
            if _length(column[row]) <= CELL_LIMIT:
                continue
            raise LogError(
                path,
                f"row {row + 1}, column {column.name!r}",
                found=f"a text of {_length(column[row])} characters",
                allowed=f"{CELL_LIMIT}, the most that a cell of a workbook holds",
                remedy="write CSV, JSON Lines or Parquet",
            )


def _length(text: str) -> int:
    """The characters of a text as a workbook counts them: one beyond U+FFFF is two."""
    return len(text.encode("utf-16-le")) // 2


def defused(texts: pl.DataFrame) -> pl.DataFrame:
    """A table for people to open in a spreadsheet: an apostrophe before each text that would run as a formula.

    For reports and lists of findings written as CSV. A log is evidence and is written as it is; it must read back.

    >>> defused(pl.DataFrame({"reason": ["=1+1", "x"]}))["reason"].to_list()
    ["'=1+1", 'x']
    """
    text = pl.selectors.string()
    return texts.with_columns(pl.when(text.str.contains(_RUNS)).then("'" + text).otherwise(text).name.keep())
