"""Logs into a database and out of it, in one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from dossier.adoption import Adopted
from dossier.desk import Desk
from dossier.events import LOG_COLUMNS, UNKNOWN, Cell
from dossier.formats.cells import FLAG_COLUMNS
from dossier.formats.eventlog import EventLog
from dossier.formats.writing import write_log
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.addresses import connected
from dossier.stores.ready import ready
from dossier.stores.records import Jotting
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from dossier.stores.upgrading import upgrade


def import_log(log: EventLog, address: str, tables: Tables = TABLES) -> int:
    """Keep the histories of a log as read, all or none; how many events there were.

    Args:
        log: what was read; activities that are not mapped are no events and are left out.
        address: of the database, as SQLAlchemy writes it: ``sqlite:///office.db``; it is made, or upgraded, as needed.
        tables: the tables.

    Raises:
        UnusableDatabase: the database cannot be opened or written.
        Conflict: a dossier is there already; nothing is kept.

    """
    with connected(address, create=True) as connection:
        upgrade(connection, tables)
        return Store(connection, tables).import_rows(_rows(log), _columns(log))


def export_log(address: str, path: Path, actor: str | None = None, tables: Tables = TABLES) -> int:
    """Write every event of a database as a log, and into the journal that it was done; how many events there were.

    Args:
        address: of the database.
        path: the file; the journal keeps its name, not its folder.
        actor: the code of who asked for it.
        tables: the tables.

    Raises:
        UnusableDatabase: no such database, or its journal cannot be written.
        TablesBehind: it has no tables of motcua, or old ones.
        LogError: the file cannot be written; the journal does not say that it was.

    """
    with ready(address, tables) as store:
        store.note(Jotting(datetime.now(UTC), "exported", actor, detail=path.name))
        rows = list(store.export_rows())
        write_log(rows, path)
    return len(rows)


@dataclass(frozen=True)
class TakenOver:
    """The dossiers of another system after the cut-over (chuyển đổi hệ thống)."""

    dossiers: tuple[Adopted, ...]
    lifecycle: Lifecycle = LIFECYCLE

    @property
    def events(self) -> int:
        """How many events they have."""
        return sum(dossier.events for dossier in self.dossiers)

    @property
    def states(self) -> dict[str, int]:
        """How many stand in each state, in the order of the lifecycle."""
        found = Counter(dossier.state for dossier in self.dossiers)
        return {state: found[state] for state in self.lifecycle.states if found[state]}

    @property
    def ended(self) -> int:
        """How many have ended; the others are running and go on at the desk."""
        return sum(count for state, count in self.states.items() if state in self.lifecycle.ended)

    @property
    def imperfect(self) -> tuple[Adopted, ...]:
        """Those whose past holds a step that cannot follow the one before it."""
        return tuple(dossier for dossier in self.dossiers if dossier.doubt)

    def to_dict(self) -> dict[str, Any]:
        """The summary as JSON."""
        return {
            "dossiers": len(self.dossiers),
            "events": self.events,
            "running": len(self.dossiers) - self.ended,
            "ended": self.ended,
            "states": self.states,
            "imperfect": [_doubt(dossier) for dossier in self.imperfect],
        }


def adopt_log(log: EventLog, desk: Desk) -> TakenOver:
    """Let a desk take over the dossiers of a log, all or none; it runs on those that have not ended.

    Raises:
        Conflict: a dossier is there already; nothing is kept.

    """
    return TakenOver(desk.adopt(_rows(log), _columns(log)), desk.kind.lifecycle)


def _doubt(dossier: Adopted) -> dict[str, Any]:
    found = dossier.doubt
    told = {"dossier": dossier.dossier, "state": dossier.state, "events": dossier.events}
    return told if found is None else told | {"step": found.index + 1, "kind": found.kind, "after": found.state}


def _columns(log: EventLog) -> frozenset[str]:
    return log.columns & frozenset(LOG_COLUMNS)


def _rows(log: EventLog) -> Iterator[dict[str, Cell]]:
    events = log.events.filter(pl.col("event").is_not_null())
    unsaid = [
        pl.when(pl.col(name).is_null()).then(pl.lit(UNKNOWN)).alias(f"{name}?")
        for name in FLAG_COLUMNS
        if name in log.columns
    ]
    for row in events.with_columns(unsaid).iter_rows(named=True):
        cells = {name: row.get(f"{name}?") or row.get(name) for name in LOG_COLUMNS}
        if "promised" in log.columns:
            cells["promised"] = UNKNOWN if row["promised_unknown"] else row["promised_at"] or row["promised_date"]
        yield cells
