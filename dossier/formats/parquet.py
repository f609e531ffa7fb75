"""Parquet: typed columns turned into the texts the log's cells are made of."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import polars as pl

from dossier.formats.delimited import check_names
from dossier.formats.errors import LogError
from dossier.formats.source import LINE_LIMIT

_MAGIC = b"PAR1"
_ALLOWED = "text, whole numbers, decimals, true/false, dates and timestamps"
_ISO = "%Y-%m-%dT%H:%M:%S%.f"


def read_parquet(path: Path, data: bytes, used: Collection[str]) -> pl.DataFrame:
    """All columns as text.

    Args:
        path: named in errors.
        data: the file.
        used: columns that are read as part of the log; none of them may hold floats, which lose digits of codes.

    Raises:
        LogError: no Parquet file, a damaged one, a column of a type that has no text.

    """
    if not (data.startswith(_MAGIC) and data.endswith(_MAGIC)):
        raise _damaged(path, f"the file does not {'end' if data.startswith(_MAGIC) else 'begin'} with PAR1")
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _damaged(path, f"the file cannot be read ({error})") from error
    names = [name.strip() for name in frame.columns]
    check_names(path, names, "schema")
    frame.columns = names
    texts = frame.select(_text(path, column, floats=column.name not in used) for column in frame.iter_columns())
    for column in texts.iter_columns():
        _check_length(path, column)
    return texts


def _damaged(path: Path, found: str) -> LogError:
    return LogError(
        path, "", found=found, allowed="a whole Parquet file", remedy="copy or export it again; nothing of it was used"
    )


def _text(path: Path, column: pl.Series, *, floats: bool) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        moments = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return moments.dt.strftime(_ISO + "Z" if kind.time_zone else _ISO)
    if kind.is_integer() or kind.is_decimal() or (floats and kind.is_float()) or kind in _AS_WRITTEN:
        return column.cast(pl.String)
    raise LogError(
        path,
        f"column {column.name!r}",
        found=f"the column is of type {kind}",
        allowed=_ALLOWED,
        remedy="write it as text (codes), as one column per value (nested data), or leave the column out",
    )


_AS_WRITTEN = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Date, pl.Null)


def _check_length(path: Path, column: pl.Series) -> None:
    lengths = column.str.len_bytes()
    longest = lengths.arg_max()
    if longest is not None and lengths[longest] > LINE_LIMIT:
        raise LogError(
            path,
            f"row {longest + 1}, column {column.name!r}",
            found=f"a cell longer than {LINE_LIMIT} bytes",
            allowed=f"cells of at most {LINE_LIMIT} bytes (1 MiB)",
            remedy="take the long text out of the log",
        )
