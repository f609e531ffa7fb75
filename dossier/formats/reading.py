"""From a path to cells, all still text, whatever the format."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from dossier.events import LOG_COLUMNS
from dossier.formats.cells import REQUIRED
from dossier.formats.delimited import read_csv
from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable
from dossier.formats.jsonlines import read_jsonl
from dossier.formats.mapping import LogMapping
from dossier.formats.parquet import read_parquet
from dossier.formats.source import Format, check_text, read_bytes
from dossier.formats.spreadsheet import Grid, read_xlsx
from dossier.formats.table import ROW

_NUL = "a NUL character; take it out, no database holds it in a text"


def mapped_cells(path: Path, mapping: LogMapping) -> Grid:
    """The cells of a log, and the faults of those that a mapping uses and that are no text.

    Raises:
        LogError: the file cannot be read whole.

    """
    used = tuple(mapping.foreign)
    if Format.of(path).name == "xlsx":
        data = read_bytes(path, packed=False)
        grid = read_xlsx(path, data, mapping.roles, sheet=mapping.sheet, header=mapping.header)
    else:
        grid = read_cells(path, used)
    grid.faults = [fault for fault in grid.faults if not used or fault.column in used]
    return grid


def read_cells(path: Path, used: Collection[str]) -> Grid:
    """The cells of a file that is no workbook.

    Args:
        path: the file.
        used: columns that are read; empty: those of the event log.

    Raises:
        LogError: the file cannot be read whole.

    """
    kind = Format.of(path)
    data = read_bytes(path, packed=kind.packed)
    faults: list[Unreadable] = []
    if kind.name == "json":
        raise _only_national(path)
    if kind.name == "parquet":
        frame = read_parquet(path, data, used or LOG_COLUMNS)
    else:
        check_text(path, data)
        if kind.name == "csv":
            frame = read_csv(path, data, used or REQUIRED)
        else:
            frame, faults = read_jsonl(path, data)
    frame = frame.with_row_index(ROW, offset=1)
    return Grid(frame, "", faults + _nul_cells(frame))


def _only_national(path: Path) -> LogError:
    return LogError(
        path,
        "",
        found="a JSON file without a mapping that says what it holds",
        allowed="a list of national records with a mapping that has [national], or JSON Lines",
        remedy="give --mapping examples/national.toml, or write one event a line and name the file .jsonl",
    )


def _nul_cells(frame: pl.DataFrame) -> list[Unreadable]:
    return [
        Unreadable(None, frame[ROW][row], column.name, column[row], _NUL)
        for column in frame.select(pl.selectors.string()).iter_columns()
        for row in column.alias("text").str.contains("\0", literal=True).fill_null(value=False).arg_true()
    ]
