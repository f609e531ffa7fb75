"""Reading an event log: the file is taken whole or not at all, a dossier with a bad cell is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.events import UNKNOWN
from dossier.formats.cells import FLAG_COLUMNS, MOMENT_COLUMNS, PROMISED, clean, codes_of, read_column, stripped
from dossier.formats.eventlog import VALUE_LENGTH, EventLog, Unreadable
from dossier.formats.foreign import translate
from dossier.formats.mapping import LogMapping
from dossier.formats.moments import Clock
from dossier.formats.oddities import oddities
from dossier.formats.reading import mapped_cells
from dossier.formats.table import FILE, LINE, ROW, Source, Table, event_log
from dossier.formats.writing import write_log
from dossier.lifecycle import LIFECYCLE, Lifecycle

__all__ = ["EventLog", "Unreadable", "read_log", "write_log"]

_PLACES = ("rule", LINE, FILE)


def read_log(
    path: str | Path,
    mapping: LogMapping | None = None,
    *,
    calendar: WorkCalendar | None = None,
    lifecycle: Lifecycle = LIFECYCLE,
) -> EventLog:
    """Read a log from CSV, JSON Lines (each plain or .gz), Parquet or XLSX, told apart by the ending of the name.

    Args:
        path: the file.
        mapping: how a foreign log tells its story; None: the file is an event log as docs/event-log.md describes it.
        calendar: working time of the office; None: that of the mapping, else Vietnam's.
        lifecycle: of the cases of a log that is read without a mapping; a mapping has its own.

    Raises:
        LogError: the file cannot be read whole; nothing of it is used.

    """
    path, mapping = Path(path), mapping or LogMapping("", lifecycle=lifecycle)
    calendar = calendar or mapping.calendar or vietnam()
    if mapping.national is not None:
        from dossier.formats.national import national_table

        return told(national_table(path, mapping.national), mapping, calendar)
    clock = Clock(calendar.zone, mapping.zone)
    grid = mapped_cells(path, mapping)
    raw = clean(grid.frame)
    table = translate(path, raw, mapping, clock) if mapping.columns else event_log(path, raw)
    codes = pl.DataFrame([raw[ROW], raw[mapping.columns.get("dossier", "dossier")].alias("dossier")])
    return told(
        Source(
            table,
            codes,
            faults=tuple(grid.faults),
            warnings=tuple(grid.warnings),
            repaired=grid.repaired + Counter(stripped(grid.frame, raw)),
            file=grid.file or path.name,
        ),
        mapping,
        calendar,
    )


def told(source: Source, mapping: LogMapping, calendar: WorkCalendar) -> EventLog:
    """The log that a source tells, its cells read, its unreadable dossiers set aside."""
    table = source.table
    typed, faults, repaired = _typed(table, Clock(calendar.zone, source.naive or mapping.zone), mapping.lifecycle)
    unreadable = _named([*source.faults, *table.faults, *faults], source)
    aside = {fault.dossier for fault in unreadable} - {None}
    events = _forget(_only_readable(typed, aside), mapping.evidence_from, calendar)
    codes = source.codes.get_column("dossier")
    return EventLog(
        events=events,
        columns=frozenset(table.columns),
        kinds=(source.kinds or frozenset()) | mapping.can_say if source.kinds else mapping.kinds,
        rows=codes.len(),
        unreadable=unreadable,
        warnings=(*source.warnings, *table.warnings, *_without_evidence(table, mapping), *oddities(events)),
        latest=_latest(typed, calendar),
        calendar=calendar,
        law_as_of=mapping.law_as_of,
        evidence_from=dict(mapping.evidence_from),
        set_aside=codes.len() - int(_readable(codes, aside).sum()),
        repaired=dict(Counter(source.repaired) + Counter(table.repaired) + repaired),
    )


def _typed(table: Table, clock: Clock, lifecycle: Lifecycle) -> tuple[pl.DataFrame, list[Unreadable], Counter[str]]:
    """The table with its cells read, every cell that could not be, and what was put right."""
    frame, codes = table.frame, codes_of(lifecycle)
    series: list[pl.Series] = []
    faults: list[Unreadable] = []
    repaired: Counter[str] = Counter()
    for name in (*table.columns, *table.extras):
        texts = frame.get_column(name)
        column = read_column(name, texts, clock, required=name in table.required, codes=codes)
        series += column.series
        faults += _faults(table, name, column.reasons)
        repaired.update(column.repaired)
    typed = pl.DataFrame([frame.get_column("row"), *series])
    first = ["dossier", "row", "event", "at"]
    return typed.select(*first, pl.exclude(first)), faults, repaired


def _faults(table: Table, name: str, reasons: Mapping[str | None, str]) -> Iterable[Unreadable]:
    if not reasons:
        return
    texts = table.frame.get_column(name)
    bad = texts.is_in([text for text in reasons if text is not None])
    bad = bad.fill_null(value=None in reasons)
    frame = table.frame
    places = (pl.col(column) if column in frame.columns else pl.lit(None).alias(column) for column in _PLACES)
    cells = frame.with_columns(texts.alias("\0value")).filter(bad).select("dossier", "row", *places, "\0value")
    for dossier, row, number, line, file, value in cells.iter_rows():
        yield Unreadable(dossier, line or row, table.origin(name, number), value or "", reasons[value], file or "")


def _named(faults: Iterable[Unreadable], source: Source) -> tuple[Unreadable, ...]:
    """Faults in file order, each once, values cut, with the dossier of their row."""
    faults = list(faults)
    rows = [fault.row for fault in faults if fault.dossier is None]
    known = dict(source.codes.filter(pl.col(ROW).is_in(rows)).iter_rows())
    full = (
        replace(
            fault,
            dossier=fault.dossier or known.get(fault.row),
            value=fault.value[:VALUE_LENGTH],
            file=fault.file or source.file,
        )
        for fault in faults
    )
    return tuple(sorted(dict.fromkeys(full), key=lambda fault: fault.row))


def _only_readable(typed: pl.DataFrame, aside: Collection[str | None]) -> pl.DataFrame:
    """Only the dossiers without a fault."""
    return typed.filter(_readable(typed.get_column("dossier"), aside))


def _readable(codes: pl.Series, aside: Collection[str | None]) -> pl.Series:
    return codes.is_not_null() & ~codes.is_in(list(aside)).fill_null(value=False)


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
