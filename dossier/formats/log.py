"""Reading an event log: the file is taken whole or not at all, a dossier with a bad cell is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.events import LOG_COLUMNS, UNKNOWN
from dossier.formats.cells import FLAG_COLUMNS, MOMENT_COLUMNS, PROMISED, REQUIRED, clean, read_column
from dossier.formats.delimited import read_csv
from dossier.formats.eventlog import VALUE_LENGTH, EventLog, Unreadable
from dossier.formats.foreign import translate
from dossier.formats.jsonlines import read_jsonl
from dossier.formats.mapping import LogMapping
from dossier.formats.moments import Clock
from dossier.formats.oddities import oddities
from dossier.formats.parquet import read_parquet
from dossier.formats.source import Format, check_text, read_bytes
from dossier.formats.table import ROW, Table, event_log
from dossier.formats.writing import write_log

__all__ = ["EventLog", "Unreadable", "read_log", "write_log"]

_NUL = "a NUL character; take it out, no database holds it in a text"


def read_log(path: str | Path, mapping: LogMapping | None = None, *, calendar: WorkCalendar | None = None) -> EventLog:
    """Read a log from CSV, JSON Lines (each plain or .gz) or Parquet, told apart by the ending of the name.

    Args:
        path: the file.
        mapping: how a foreign log tells its story; None: the file is an event log as docs/event-log.md describes it.
        calendar: working time of the office; None: that of the mapping, else Vietnam's.

    Raises:
        LogError: the file cannot be read whole; nothing of it is used.

    """
    path, mapping = Path(path), mapping or LogMapping("")
    calendar = calendar or mapping.calendar or vietnam()
    clock = Clock(calendar.zone, mapping.zone)
    raw, broken = _cells(path, mapping)
    table = translate(path, raw, mapping, clock) if mapping.columns else event_log(path, raw)
    typed, faults = _typed(table, clock)
    unreadable = _named([*broken, *table.faults, *faults], raw, mapping)
    events = _forget(_set_aside(typed, unreadable), mapping.evidence_from, calendar)
    return EventLog(
        events=events,
        columns=frozenset(table.columns),
        kinds=mapping.kinds,
        rows=raw.height,
        unreadable=unreadable,
        warnings=(*table.warnings, *_without_evidence(table, mapping), *oddities(events)),
        latest=_latest(typed, calendar),
        calendar=calendar,
        law_as_of=mapping.law_as_of,
        evidence_from=dict(mapping.evidence_from),
    )


def _cells(path: Path, mapping: LogMapping) -> tuple[pl.DataFrame, list[Unreadable]]:
    """The clean cells of a file with `ROW`, and the faults of those that are no text."""
    kind = Format.of(path)
    data = read_bytes(path, packed=kind.packed)
    used = tuple(mapping.foreign)
    faults: list[Unreadable] = []
    if kind.name == "parquet":
        frame = read_parquet(path, data, used or LOG_COLUMNS)
    else:
        check_text(path, data)
        if kind.name == "csv":
            frame = read_csv(path, data, used or REQUIRED)
        else:
            frame, faults = read_jsonl(path, data)
    if kind.name != "csv":
        faults += _nul_cells(frame)
    raw = clean(frame).with_row_index(ROW, offset=1)
    return raw, [fault for fault in faults if not used or fault.column in used]


def _nul_cells(frame: pl.DataFrame) -> list[Unreadable]:
    return [
        Unreadable(None, row + 1, column.name, column[row], _NUL)
        for column in frame.iter_columns()
        for row in column.str.contains("\0", literal=True).fill_null(value=False).arg_true()
    ]


def _typed(table: Table, clock: Clock) -> tuple[pl.DataFrame, list[Unreadable]]:
    """The table with its cells read, and every cell that could not be."""
    frame = table.frame
    series: list[pl.Series] = []
    faults: list[Unreadable] = []
    for name in (*table.columns, *table.extras):
        texts = frame.get_column(name)
        column = read_column(name, texts, clock, required=name in table.required)
        series += column.series
        faults += _faults(table, name, column.reasons)
    typed = pl.DataFrame([frame.get_column("row"), *series])
    first = ["dossier", "row", "event", "at"]
    return typed.select(*first, pl.exclude(first)), faults


def _faults(table: Table, name: str, reasons: Mapping[str | None, str]) -> Iterable[Unreadable]:
    if not reasons:
        return
    texts = table.frame.get_column(name)
    bad = texts.is_in([text for text in reasons if text is not None])
    bad = bad.fill_null(value=None in reasons)
    rule = "rule" if "rule" in table.frame.columns else pl.lit(None)
    cells = table.frame.filter(bad).select("dossier", "row", rule, value=pl.Series(texts.filter(bad)))
    for dossier, row, number, value in cells.iter_rows():
        yield Unreadable(dossier, row, table.origin(name, number), value or "", reasons[value])


def _named(faults: Iterable[Unreadable], raw: pl.DataFrame, mapping: LogMapping) -> tuple[Unreadable, ...]:
    """Faults in file order, each once, values cut, with the dossier of their row."""
    codes = raw.get_column(mapping.columns.get("dossier", "dossier"))
    full = (
        replace(fault, dossier=fault.dossier or codes[fault.row - 1], value=fault.value[:VALUE_LENGTH])
        for fault in faults
    )
    return tuple(sorted(dict.fromkeys(full), key=lambda fault: fault.row))


def _set_aside(typed: pl.DataFrame, unreadable: Iterable[Unreadable]) -> pl.DataFrame:
    """Only the dossiers without a fault."""
    dossiers = {fault.dossier for fault in unreadable} - {None}
    readable = pl.col("dossier").is_not_null() & ~pl.col("dossier").is_in(list(dossiers))
    return typed.filter(readable)


def _forget(events: pl.DataFrame, evidence_from: Mapping[str, date], calendar: WorkCalendar) -> pl.DataFrame:
    """Make the cells of a column unknown on events before the day from which it was kept."""
    for name, first in evidence_from.items():
        before = pl.col("at").dt.convert_time_zone(calendar.zone.key).dt.date() < first
        kept = PROMISED if name == "promised" else (name,)
        unknown = (pl.when(before).then(_unknown(column)).otherwise(pl.col(column)).alias(column) for column in kept)
        if kept[0] in events.columns:
            events = events.with_columns(unknown)
    return events


def _unknown(column: str) -> pl.Expr:
    if column == "promised_unknown":
        return pl.lit(value=True)
    typed = column in {*MOMENT_COLUMNS, *FLAG_COLUMNS, *PROMISED}
    return pl.lit(None) if typed else pl.lit(UNKNOWN)


def _without_evidence(table: Table, mapping: LogMapping) -> Iterable[str]:
    for name in mapping.evidence_from:
        if name not in table.columns:
            yield f"evidence_from names {name!r}, which this log does not have"


def _latest(typed: pl.DataFrame, calendar: WorkCalendar) -> datetime | None:
    moments = (typed.get_column(name).max() for name in ("at", "recorded_at") if name in typed.columns)
    found = [moment for moment in moments if isinstance(moment, datetime)]
    return max(found).astimezone(calendar.zone) if found else None
