"""The statements of the fast path, built once for each set of tables and each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from dossier.errors import UnsupportedDatabase
from dossier.events import LOG_COLUMNS
from dossier.stores.tables import Tables

Insert = sqlite.Insert | postgresql.Insert
AnyInsert = TypeVar("AnyInsert", bound=sa.Insert)

INSERTS: Mapping[str, Callable[[sa.Table], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The databases that are known, each with its insert that can meet a taken key."""

Given = Mapping[str, object]
_UNGIVEN = frozenset({"attempts", "fired_at", "id", "last_error", "sealed", "sent_at"})
_ROWS = 16


class Ready:
    """A statement as the driver takes it: compiled once for each engine, and not looked up again for each command."""

    def __init__(self, statement: sa.UpdateBase) -> None:
        self._statement = statement
        self._compiled = lru_cache(maxsize=8)(self._compile)

    def run(self, connection: sa.Connection, given: Given) -> None:
        """Send it."""
        if "schema_translate_map" in connection.get_execution_options():  # which only SQLAlchemy itself can follow
            connection.execute(self._statement, given)
            return
        text, places = self._compiled(connection.dialect)
        connection.exec_driver_sql(text, given if places is None else tuple([given[name] for name in places]))

    def _compile(self, dialect: sa.Dialect) -> tuple[str, list[str] | None]:
        """Its text, and the names of its parameters in order where the driver takes them by place."""
        compiled = self._statement.compile(dialect=dialect)
        return compiled.string, compiled.positiontup


class ReadyRows:
    """A statement that writes several rows at once, made ready for each number of rows."""

    def __init__(self, table: sa.Table, insert: Insert, finish: Callable[[Insert], Insert]) -> None:
        self._columns = [column for column in table.c if column.name not in _UNGIVEN]
        self._insert, self._finish = insert, finish
        self._ready = lru_cache(maxsize=_ROWS)(self._build)

    def run(self, connection: sa.Connection, rows: Sequence[Given]) -> None:
        """Send it for these rows; for none it is not sent."""
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            given = {f"{name}_{number}": cell for number, row in enumerate(part) for name, cell in row.items()}
            self._ready(len(part)).run(connection, given)

    def _build(self, count: int) -> Ready:
        rows = [{c.name: sa.bindparam(f"{c.name}_{n}", type_=c.type) for c in self._columns} for n in range(count)]
        return Ready(self._finish(self._insert.values(rows).inline()))


class Statements:
    """What one command of the desk sends.

    Attributes:
        history: the events of `code`, each as `HISTORY` says.
        export: those of all dossiers.
        keyed: the event that `key` stands for.
        worklist: given by which of `office`, `officer` and `after` it is cut, at most `limit` open dossiers in order,
            each as `OVERVIEW` says; `after` is the place (`after_end`, `after_code`) of the last one before them.
        add_event: an event; does nothing where its version or its key is taken.
        add_texts: the texts beside an event.
        write_overview: the line of a dossier, new or in place of the old one.
        disarm: given how many kinds `kind_0` … there are, the reminders of `code` of all other kinds are forgotten.
        arm: reminders; each fires again only where its moment has changed.
        post: rows of the outbox; one whose key is there already is left out.

    """

    def __init__(self, tables: Tables, dialect: str) -> None:
        if dialect not in INSERTS:
            raise UnsupportedDatabase(dialect, INSERTS)
        insert = INSERTS[dialect]
        events, dossiers, timers = tables.events, tables.dossiers, tables.timers
        self.history = _history(tables).where(events.c.dossier == sa.bindparam("code")).order_by(events.c.version)
        self.export = _history(tables).order_by(events.c.dossier, events.c.version)
        self.keyed = sa.select(events.c.dossier, events.c.version, events.c.request).where(
            events.c.key == sa.bindparam("key")
        )
        self.worklist = lru_cache(maxsize=8)(partial(_worklist, dossiers))
        self.add_event = insert(events).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        self.add_texts = Ready(_given(sa.insert(tables.texts)))
        self.write_overview = Ready(_upsert(_given(insert(dossiers)), dossiers, ["sealed"]))
        self.disarm = lru_cache(maxsize=32)(partial(_disarming, timers))
        self.arm = ReadyRows(timers, insert(timers), partial(_arming, timers))
        self.post = ReadyRows(tables.outbox, insert(tables.outbox), _once)


@lru_cache(maxsize=64)
def statements(tables: Tables, dialect: str) -> Statements:
    """The statements for these tables in this kind of database.

    Raises:
        UnsupportedDatabase: neither SQLite nor PostgreSQL.

    """
    return Statements(tables, dialect)


HISTORY = (
    *("version", "source", "hash", "override_approver", "override_lifted", "override_reason"),
    *("beside_override_reason", "beside_reason", "beside_applicant"),
    *LOG_COLUMNS,
)
"""What is read of an event, in this order; `beside_…` is the text, where it is kept beside the chain."""


def _history(tables: Tables) -> sa.Select[tuple[object, ...]]:
    events, texts = tables.events, tables.texts
    same = sa.and_(texts.c.dossier == events.c.dossier, texts.c.version == events.c.version)
    found = [texts.c[n[7:]].label(n) if n.startswith("beside_") else events.c[n] for n in HISTORY]
    return sa.select(*found).select_from(events.outerjoin(texts, same))


OVERVIEW = (
    *("dossier", "version", "state", "procedure", "received_at", "promised", "legal_due", "due_without_pauses"),
    *("office", "officer", "ends_at", "waiting", "open"),
)
"""The columns of the line of a dossier, in the order of the fields of `Overview`."""


def _worklist(dossiers: sa.Table, *cuts: str) -> sa.Select[tuple[object, ...]]:
    c = dossiers.c
    select = sa.select(*(c[name] for name in OVERVIEW)).where(sa.text("open = 1"))  # as the partial indexes say it
    for name in cuts:
        place = sa.tuple_(sa.bindparam("after_end"), sa.bindparam("after_code"))
        beyond = sa.tuple_(c.ends_at, c.dossier) > place
        select = select.where(beyond if name == "after" else c[name] == sa.bindparam(name))
    return select.order_by(c.ends_at, c.dossier).limit(sa.bindparam("limit", type_=sa.Integer))


def _given(insert: AnyInsert) -> AnyInsert:
    """With a parameter for each column that is written, and nothing to come back."""
    written = (column for column in insert.table.c if column.name not in _UNGIVEN)
    return insert.values({column.name: sa.bindparam(column.name, type_=column.type) for column in written}).inline()


def _disarming(timers: sa.Table, kinds: int) -> Ready:
    kept = [sa.bindparam(f"kind_{number}", type_=sa.Text) for number in range(kinds)]
    same = timers.c.dossier == sa.bindparam("code")
    return Ready(sa.delete(timers).where(same, *(timers.c.kind != kind for kind in kept)))


def _upsert(insert: Insert, table: sa.Table, left_alone: list[str]) -> Insert:
    written = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in left_alone}
    return insert.on_conflict_do_update(index_elements=[c.name for c in table.primary_key], set_=written)


def _once(insert: Insert) -> Insert:
    return insert.on_conflict_do_nothing(index_elements=["key"])


def _arming(timers: sa.Table, insert: Insert) -> Insert:
    same = timers.c.at == insert.excluded.at
    fired_at = sa.case((same, timers.c.fired_at), else_=None)
    written = {"at": insert.excluded.at, "fired_at": fired_at}
    return insert.on_conflict_do_update(index_elements=["dossier", "kind"], set_=written)
