"""The desk's own store as a log: what the office has kept is judged without a file between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from calendars import WorkCalendar, vietnam
from dossier.events import LOG_COLUMNS, UNKNOWN
from dossier.formats.eventlog import EventLog
from dossier.formats.log import told
from dossier.formats.mapping import LogMapping
from dossier.formats.table import ROW, Source, event_log
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.addresses import shown
from dossier.stores.chain import BESIDE
from dossier.stores.ready import ready
from dossier.stores.tables import TABLES, Tables

BATCH = 50_000
"""Events that are taken from the database at a time."""

_BESIDE = tuple(name for name in BESIDE if name in LOG_COLUMNS)


def read_store(
    address: str,
    mapping: LogMapping | None = None,
    *,
    calendar: WorkCalendar | None = None,
    tables: Tables = TABLES,
    lifecycle: Lifecycle = LIFECYCLE,
) -> EventLog:
    """Read every event of a database, those imported and taken over among them; texts that were erased are unknown.

    Args:
        address: of the database, as SQLAlchemy writes it: ``sqlite:///office.db``.
        mapping: what the store cannot say of itself (`law_as_of`, `evidence_from`, the calendar); its columns and
            events are not used, for the store has those of the event log.
        calendar: working time of the office; None: that of the mapping, else Vietnam's.
        tables: the tables.
        lifecycle: of the cases that they keep, where no mapping says it.

    Raises:
        UnusableDatabase: no such database.
        TablesBehind: it has no tables of motcua, or old ones.

    """
    mapping = replace(mapping or LogMapping("", lifecycle=lifecycle), columns={}, events=())
    with ready(address, tables, writes=False) as store:
        frames = [_frame(rows) for rows in _batches(store.connection, tables)]
    empty = pl.DataFrame(schema=dict.fromkeys(LOG_COLUMNS, pl.String))
    raw = pl.concat(frames or [empty], rechunk=False).with_row_index(ROW, offset=1)
    table = event_log(Path(shown(sa.make_url(address))), raw)
    return told(Source(table, raw.select(ROW, "dossier")), mapping, calendar or mapping.calendar or vietnam())


def _batches(connection: sa.Connection, tables: Tables) -> Iterator[Sequence[sa.Row[tuple[str | None, ...]]]]:
    events, texts = tables.events, tables.texts
    same = sa.and_(events.c.dossier == texts.c.dossier, events.c.version == texts.c.version)
    columns = (*(events.c[name] for name in LOG_COLUMNS), *(texts.c[name].label(f"{name}?") for name in _BESIDE))
    select = sa.select(*columns).select_from(events.outerjoin(texts, same)).order_by(events.c.dossier, events.c.version)
    return connection.execute(select, execution_options={"yield_per": BATCH}).partitions()


def _frame(rows: Sequence[sa.Row[tuple[str | None, ...]]]) -> pl.DataFrame:
    names = (*LOG_COLUMNS, *(f"{name}?" for name in _BESIDE))
    series = (pl.Series(name, cells, pl.String) for name, cells in zip(names, zip(*rows, strict=True), strict=True))
    return pl.DataFrame(list(series)).select(_unsealed(name) if name in _BESIDE else name for name in LOG_COLUMNS)


def _unsealed(name: str) -> pl.Expr:
    """As `dossier.stores.chain.unsealed` tells of one cell."""
    plain = pl.col(name).is_null() | (pl.col(name) == UNKNOWN)
    return pl.when(plain).then(pl.col(name)).otherwise(pl.col(f"{name}?").fill_null(UNKNOWN)).alias(name)
