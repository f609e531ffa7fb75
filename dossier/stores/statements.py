"""The statements of the fast path, built once for each set of tables and each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from dossier.errors import UnsupportedDatabase
from dossier.stores.chain import BESIDE
from dossier.stores.tables import Tables

Insert = sqlite.Insert | postgresql.Insert

INSERTS: Mapping[str, Callable[[sa.Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The databases that are known, each with its insert that can meet a taken key."""


class Statements:
    """What one command of the desk sends.

    Attributes:
        history: the events of `code`, each with its texts.
        keyed: the event that `key` stands for.
        add_event: an event; does nothing where its version or its key is taken.
        add_texts: the texts beside an event.
        write_overview: the line of a dossier, new or in place of the old one.
        disarm: the reminders of `code` but `kinds` are forgotten.
        arm: a reminder; it fires again only where its moment has changed.
        post: a row of the outbox; does nothing where its key is there already.

    """

    def __init__(self, tables: Tables, dialect: str) -> None:
        if dialect not in INSERTS:
            raise UnsupportedDatabase(dialect, INSERTS)
        insert = INSERTS[dialect]
        events, timers = tables.events, tables.timers
        self.history = _history(tables).where(events.c.dossier == sa.bindparam("code")).order_by(events.c.version)
        self.export = _history(tables).order_by(events.c.dossier, events.c.version)
        self.keyed = sa.select(events.c.dossier, events.c.version, events.c.request).where(
            events.c.key == sa.bindparam("key")
        )
        self.add_event = insert(events).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        self.add_texts = sa.insert(tables.texts)
        self.write_overview = _upsert(insert(tables.dossiers), tables.dossiers, ["sealed"])
        self.disarm = sa.delete(timers).where(
            timers.c.dossier == sa.bindparam("code"), timers.c.kind.not_in(sa.bindparam("kinds", expanding=True))
        )
        self.arm = _arming(insert(timers), timers)
        self.post = insert(tables.outbox).on_conflict_do_nothing(index_elements=["key"])


@lru_cache(maxsize=64)
def statements(tables: Tables, dialect: str) -> Statements:
    """The statements for these tables in this kind of database.

    Raises:
        UnsupportedDatabase: neither SQLite nor PostgreSQL.

    """
    return Statements(tables, dialect)


def _history(tables: Tables) -> sa.Select[tuple[object, ...]]:
    events, texts = tables.events, tables.texts
    same = sa.and_(texts.c.dossier == events.c.dossier, texts.c.version == events.c.version)
    beside = [texts.c[name].label(f"beside_{name}") for name in BESIDE]
    return sa.select(events, *beside).select_from(events.outerjoin(texts, same))


def _upsert(insert: Insert, table: sa.Table, left_alone: list[str]) -> Insert:
    written = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in left_alone}
    return insert.on_conflict_do_update(index_elements=[c.name for c in table.primary_key], set_=written)


def _arming(insert: Insert, timers: sa.Table) -> Insert:
    same = timers.c.at == insert.excluded.at
    fired_at = sa.case((same, timers.c.fired_at), else_=None)
    written = {"at": insert.excluded.at, "fired_at": fired_at}
    return insert.on_conflict_do_update(index_elements=["dossier", "kind"], set_=written)
