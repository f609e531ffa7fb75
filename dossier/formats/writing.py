"""Writing an event log: a whole file under its name, or no file."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from calendars import WorkCalendar, vietnam
from calendars.files import replace_file
from dossier.events import LOG_COLUMNS, UNKNOWN, Cell, Row
from dossier.formats.cells import FLAG_COLUMNS, MOMENT_COLUMNS, PROMISED, REQUIRED
from dossier.formats.errors import LogError
from dossier.formats.eventlog import EventLog
from dossier.formats.moments import Clock, read_moments
from dossier.formats.source import Format, check_text

_ISO = "%Y-%m-%dT%H:%M:%S%.f%:z"


def write_log(
    log: EventLog | pl.DataFrame | Iterable[Row], path: str | Path, *, calendar: WorkCalendar | None = None
) -> None:
    """Write events as CSV, JSON Lines (each plain or .gz), Parquet or XLSX, told apart by the ending of the name.

    Columns stand in the order of the log, moments in the calendar's zone with offset; in Parquet they are timestamps
    of it, in XLSX text like every other cell, so that no text becomes a formula. Activities that are not mapped are no
    events and are not written.

    Args:
        log: a log, its frame `EventLog.events`, or rows as `Event.to_row` gives them.
        path: the file; what stood there is replaced only by a whole new one.
        calendar: tells the zone; None: that of the log, else Vietnam's.

    Raises:
        LogError: the file cannot be written, or what was to be written could not be read back.

    """
    path = Path(path)
    kind = Format.of(path)
    if kind.name == "json":
        raise LogError(
            path, "", found="a JSON list", allowed="one event a line", remedy="name the file .jsonl: JSON Lines"
        )
    zone = (calendar or (log.calendar if isinstance(log, EventLog) else vietnam())).zone
    events = log.events if isinstance(log, EventLog) else log
    texts = _texts_of_frame(events, zone) if isinstance(events, pl.DataFrame) else _texts_of_rows(path, events, zone)
    _check(path, texts)
    _replace(path, _encoded(path, texts, kind, zone))


def _texts_of_frame(events: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    known = events.filter(pl.col("event").is_not_null())
    names = [
        name for name in LOG_COLUMNS if name in events.columns or (name == "promised" and PROMISED[0] in events.columns)
    ]
    extras = [name for name in events.columns if name not in {*LOG_COLUMNS, *PROMISED, "row", "activity"}]
    return pl.DataFrame([_text_column(known, name, zone) for name in (*names, *extras)])


def _text_column(events: pl.DataFrame, name: str, zone: ZoneInfo) -> pl.Series:
    if name == "promised":
        moment, day, unknown = (events.get_column(column) for column in PROMISED)
        given = _iso(moment, zone).fill_null(day.dt.to_string("iso"))
        return given.set(unknown, UNKNOWN).alias(name)
    column = events.get_column(name)
    if name in MOMENT_COLUMNS:
        return _iso(column, zone)
    return column.cast(pl.String).fill_null(UNKNOWN) if name in FLAG_COLUMNS else column


def _iso(moments: pl.Series, zone: ZoneInfo) -> pl.Series:
    return moments.dt.convert_time_zone(zone.key).dt.strftime(_ISO)


def _texts_of_rows(path: Path, rows: Iterable[Row], zone: ZoneInfo) -> pl.DataFrame:
    texts = [
        {name: _text_cell(path, number, name, cell, zone) for name, cell in row.items()}
        for number, row in enumerate(rows, 1)
    ]
    keys = dict.fromkeys(REQUIRED)
    for row in texts:
        if not row.keys() <= keys.keys():
            keys |= dict.fromkeys(row)
    names = [*(name for name in LOG_COLUMNS if name in keys), *(name for name in keys if name not in LOG_COLUMNS)]
    return pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String))


def _text_cell(path: Path, row: int, column: str, cell: Cell, zone: ZoneInfo) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        if cell.tzinfo is None:
            raise _refused(path, row, column, f"the moment {cell.isoformat()} without offset", "moments with an offset")
        return cell.astimezone(zone).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is not None and any("\ud800" <= character <= "\udfff" for character in cell):
        raise _refused(path, row, column, "half a Unicode character (a lone surrogate)", "whole Unicode text")
    return cell


def _refused(path: Path, row: int, column: str, found: str, allowed: str) -> LogError:
    return LogError(
        path, f"row {row}, column {column!r}", found=found, allowed=allowed, remedy="correct it; nothing was written"
    )


def _check(path: Path, texts: pl.DataFrame) -> None:
    """Refuse what the reader would not take back."""
    for column in texts.iter_columns():
        if column.name in REQUIRED and column.null_count():
            row = int(column.is_null().arg_true()[0]) + 1
            raise _refused(path, row, column.name, "an empty cell", f"a value in each row of {', '.join(REQUIRED)}")
        nul = column.str.contains("\0", literal=True).arg_true()
        if nul.len():
            raise _refused(path, int(nul[0]) + 1, column.name, "a NUL character", "text without it")


def _encoded(path: Path, texts: pl.DataFrame, kind: Format, zone: ZoneInfo) -> bytes:
    buffer = io.BytesIO()
    if kind.name == "parquet":
        _timestamped(path, texts, zone).write_parquet(buffer)
        return buffer.getvalue()
    if kind.name == "xlsx":
        from dossier.formats.sheets import workbook_of

        return workbook_of(path, texts)
    if kind.name == "csv":
        texts.write_csv(buffer)
    elif texts.height:
        texts.write_ndjson(buffer)
    else:
        raise LogError(
            path,
            "",
            found="no event",
            allowed="at least one: JSON Lines without a line has no columns",
            remedy="write CSV or Parquet",
        )
    data = buffer.getvalue()
    check_text(path, data)
    return gzip.compress(data, mtime=0) if kind.packed else data


def _timestamped(path: Path, texts: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    for name in MOMENT_COLUMNS:
        if name not in texts.columns:
            continue
        cells = texts.get_column(name)
        moments, reasons = read_moments(cells.set(cells.eq(UNKNOWN).fill_null(value=False), None), Clock(zone))
        for text, why in reasons.items():
            row = int(cells.eq(text).arg_true()[0]) + 1
            raise _refused(path, row, name, repr(text), why)
        texts = texts.with_columns(moments.dt.convert_time_zone(zone.key).alias(name))
    return texts


def _replace(path: Path, data: bytes) -> None:
    try:
        replace_file(path, [data])
    except OSError as error:
        raise LogError(
            path,
            "",
            found=f"it cannot be written: {(error.strerror or str(error)).lower()}",
            allowed="a folder that exists and may be written to",
            remedy="check the path, the right to write and the room left; nothing was changed",
        ) from error
