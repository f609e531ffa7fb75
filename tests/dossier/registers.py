"""A register with histories in it, and somebody who has the rights of the database's owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from dossier.events import LOG_COLUMNS, Corrected, Delivered, Event, Forwarded, Submitted
from dossier.stores.records import Entry, Override, Overview
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from tests.dossier.office import at

COLUMNS = (*LOG_COLUMNS[1:], "source", "override_reason", "override_approver", "override_lifted", "key", "request")
"""What the chain of a dossier runs over, its code and the version apart."""

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers "
    "UNION SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


@contextmanager
def register(address: str = "sqlite://", tables: Tables = TABLES) -> Iterator[Store]:
    """An empty register in a transaction that is undone at the end."""
    engine = sa.create_engine(address)
    with engine.connect() as connection, connection.begin() as transaction:
        tables.metadata.create_all(connection)
        yield Store(connection, tables)
        transaction.rollback()
    engine.dispose()


def event(code: str, version: int, *, last: bool, moment: datetime) -> Event:
    """Events of which the first has a pseudonym, every third a reason, and the last ends the dossier."""
    common = {"dossier": code, "at": moment, "recorded_at": moment, "actor": "CV01"}
    if version == 1:
        return Submitted(**common, channel="online", procedure="1.012784", applicant=f"ND-{code}")
    if last:
        return Delivered(**common, channel="online", office="Trung tâm", reason="Đã nhận")
    if version % 3 == 0:
        return Corrected(**common, reason=f"Ghi sai số phiếu, lần {version}")
    return Forwarded(**common, office="Phòng Đất đai")


def write(store: Store, code: str, events: int, *, state: str = "delivered", start: datetime | None = None) -> None:
    """Append a history, an hour between events; every fourth event stands under an override."""
    known = store.history(code)
    previous, done = (known[-1].hash, len(known)) if known else ("", 0)
    for version in range(done + 1, events + 1):
        moment = (start or at("01 09:00")) + timedelta(hours=version)
        override = Override("Hồ sơ thiên tai", "Giám đốc", ("request_supplement.quota",)) if version % 4 == 0 else None
        happened = event(code, version, last=version == events, moment=moment)
        line = Overview(code, version, state, "1.012784", None, date(2026, 6, 8), open=state != "delivered")
        store.append(Entry(happened, version, line, previous, override))
        previous = store.history(code)[-1].hash


class Intruder:
    """Somebody who may do everything in the database and leaves the triggers aside."""

    def __init__(self, store: Store) -> None:
        self.connection, self.tables = store.connection, store.tables
        for name, table in list(self.connection.execute(sa.text(TRIGGERS[self.connection.dialect.name]))):
            on = f" ON {table}" if self.connection.dialect.name == "postgresql" else ""
            self.connection.execute(sa.text(f"DROP TRIGGER {name}{on}"))

    def rows(self, code: str) -> list[dict[str, object]]:
        events = self.tables.events
        select = sa.select(events).where(events.c.dossier == code).order_by(events.c.version)
        return [dict(row) for row in self.connection.execute(select).mappings()]

    def update(self, code: str, version: int, cells: Mapping[str, object], table: str = "events") -> int:
        target = getattr(self.tables, table)
        same = (target.c.dossier == code, target.c.version == version)
        return self.connection.execute(sa.update(target).where(*same).values(cells)).rowcount

    def delete(self, code: str, version: int | None = None, table: str = "events") -> int:
        target = getattr(self.tables, table)
        same = (target.c.dossier == code, *([] if version is None else [target.c.version == version]))
        return self.connection.execute(sa.delete(target).where(*same)).rowcount

    def insert(self, row: Mapping[str, object]) -> None:
        self.connection.execute(sa.insert(self.tables.events), row)

    def shift(self, code: str, after: int, by: int) -> None:
        """Renumber the events after a version, and their texts."""
        for table in (self.tables.events, self.tables.texts):
            later = sa.update(table).where(table.c.dossier == code)
            self.connection.execute(later.where(table.c.version > after).values(version=table.c.version + 1_000))
            self.connection.execute(later.where(table.c.version > 1_000).values(version=table.c.version - 1_000 + by))

    def swap(self, code: str, one: int, other: int) -> None:
        for old, new in ((one, 9_001), (other, 9_002), (9_001, other), (9_002, one)):
            for table in ("events", "texts"):
                self.update(code, old, {"version": new}, table)
