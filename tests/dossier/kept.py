"""Databases that outlive a process, and whether what they keep is whole: nothing lost, nothing doubled, chains hold."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from dossier import Store, metadata
from dossier.custody import verify
from dossier.outbox.topics import ONLY_WITH_PROMISE, REMINDER, TOPICS
from dossier.stores.chain import link
from dossier.stores.tables import TABLES


def engine_of(url: str) -> sa.Engine:
    """One for a process of its own: it keeps no connection; a writer waits long for another one on SQLite."""
    waits = {"timeout": 60} if url.startswith("sqlite") else {}
    return sa.create_engine(url, poolclass=sa.NullPool, connect_args=waits)


def founded(url: str) -> str:
    """The same address, with the tables."""
    engine = engine_of(url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # or each table would be a transaction
        metadata.create_all(connection)
    return url


def sqlite_file(folder: Path, journal: str) -> str:
    """A database in a file, with the journal of its kind: `delete` or `wal`."""
    url = f"sqlite:///{folder}/office.db"
    with engine_of(url).connect() as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {journal}")
    return founded(url)


def histories(connection: sa.Connection) -> dict[str, list[sa.RowMapping]]:
    """The rows of every dossier as they are kept, by version."""
    found: dict[str, list[sa.RowMapping]] = {}
    events = TABLES.events
    for row in connection.execute(sa.select(events).order_by(events.c.dossier, events.c.version)).mappings():
        found.setdefault(row["dossier"], []).append(row)
    return found


def check_chain(rows: list[sa.RowMapping]) -> None:
    """Versions without a gap, each event linked to the one before it."""
    previous = ""
    for version, row in enumerate(rows, start=1):
        assert (row["version"], row["hash"]) == (version, link(previous, row))
        previous = row["hash"]


def event_messages(rows: list[sa.RowMapping]) -> list[str]:
    """The keys that these events must have in the outbox, and no others, as the table of topics says."""
    return [
        f"{row['dossier']}:{row['version']}:{topic}"
        for row in rows
        if row["source"] == "desk"
        for topic in TOPICS[row["event"]]
        if row["promised"] is not None or (row["event"], topic) not in ONLY_WITH_PROMISE
    ]


def outbox(connection: sa.Connection) -> list[sa.Row[tuple[str, str, str]]]:
    """Key, topic and status of each message."""
    c = TABLES.outbox.c
    return list(connection.execute(sa.select(c.key, c.topic, c.status).order_by(c.id)))


def check_whole(connection: sa.Connection) -> dict[str, list[sa.RowMapping]]:
    """Every dossier: chain, line and messages are those of its events; the histories."""
    found = histories(connection)
    for rows in found.values():
        check_chain(rows)
    assert list(verify(Store(connection))) == []
    expected = [key for rows in found.values() for key in event_messages(rows)]
    assert sorted(one.key for one in outbox(connection) if one.topic != REMINDER) == sorted(expected)
    return found
