"""The store in a database, in the host's own connection or session; it never commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dossier.errors import Conflict, UnsupportedDatabase
from dossier.events import LOG_COLUMNS, Cell, Event, Row
from dossier.store import Override, Overview, Record, Text, decode, encode, histories, overview_of, parse_time

metadata = sa.MetaData()
"""The tables, to be created with the host's own."""

events = sa.Table(
    "motcua_events",
    metadata,
    sa.Column("dossier", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    *(sa.Column(name, sa.Text, nullable=name not in {"event", "at"}) for name in LOG_COLUMNS if name != "dossier"),
    sa.Column("source", sa.Text, sa.CheckConstraint("source IN ('desk', 'import')"), nullable=False),
    sa.Column("override_reason", sa.Text),
    sa.Column("override_approver", sa.Text),
    sa.Column("override_lifted", sa.Text),
)
"""Events as texts: moments in ISO 8601 with their offset, flags as true and false, '?' where the source cannot say."""

dossiers = sa.Table(
    "motcua_dossiers",
    metadata,
    sa.Column("dossier", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, index=True),
    sa.Column("procedure", sa.Text),
    sa.Column("received_at", sa.Text),
    sa.Column("promised", sa.Text),
    sa.Column("legal_due", sa.Text),
    sa.Column("due_without_pauses", sa.Text),
)
"""The overview of each dossier, written in the transaction of its last event."""

_INSERTS: Mapping[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_BATCH = 1_000
T = TypeVar("T")


def _refuse(operation: str, when: str = "") -> None:
    ddl = (
        f"CREATE TRIGGER motcua_events_no_{operation.lower()} BEFORE {operation} ON motcua_events {when} BEGIN "
        f"SELECT RAISE(ABORT, 'motcua_events is append-only: this {operation} is refused'); END"
    )
    statement = sa.DDL(ddl)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    sa.event.listen(events, "after_create", statement.execute_if(dialect="sqlite"))


_refuse("UPDATE")
_refuse("DELETE")
# INSERT OR REPLACE deletes without firing the trigger on DELETE
_refuse("INSERT", "WHEN EXISTS (SELECT 1 FROM motcua_events WHERE dossier = NEW.dossier AND version = NEW.version)")


class Store:
    """Histories in a database; the host opens the transaction and ends it, so that both stand or fall together.

    >>> engine = sa.create_engine("sqlite://")
    >>> with engine.begin() as connection:
    ...     metadata.create_all(connection)
    ...     Store(connection).history("A1")
    ()

    Args:
        bind: an open SQLAlchemy `Connection` or `Session`; the tables of `metadata` must be there.

    Raises:
        UnsupportedDatabase: neither SQLite nor PostgreSQL.

    """

    def __init__(self, bind: sa.Connection | Session) -> None:
        self._bind = bind
        dialect = bind.get_bind().dialect.name if isinstance(bind, Session) else bind.dialect.name
        if dialect not in _INSERTS:
            raise UnsupportedDatabase(dialect, _INSERTS)
        insert = _INSERTS[dialect]
        self._add = insert(events).on_conflict_do_nothing()
        upsert = insert(dossiers)
        written = {column.name: upsert.excluded[column.name] for column in dossiers.columns}
        self._write = upsert.on_conflict_do_update(index_elements=["dossier"], set_=written)

    @property
    def _connection(self) -> sa.Connection:
        return self._bind.connection() if isinstance(self._bind, Session) else self._bind

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first."""
        found = self._connection.execute(_HISTORY, {"code": dossier})
        return tuple(_record(row) for row in found.mappings())

    def append(self, event: Event, version: int, overview: Overview, override: Override | None = None) -> None:
        """Keep an event of the desk and the overview that it leads to.

        Raises:
            Conflict: the version is taken; the host's transaction goes on.

        """
        kept = encode(event.to_row()) | {"version": version, "source": "desk"} | _override_columns(override)
        if not self._inserted(kept):
            raise Conflict(event.dossier, version)
        self._connection.execute(self._write, _overview_columns(overview))

    def import_rows(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> int:
        """Keep whole histories as read and say how many rows there were; `EventStore` says more.

        Raises:
            UnreadableCell: a cell is no value of its column; nothing is kept.
            Conflict: a dossier is there already; nothing is kept.

        """
        found = histories(rows, columns)
        for batch in _batches(found):
            self._refuse_known([dossier for dossier, _ in batch])
        for batch in _batches(found):
            self._connection.execute(sa.insert(events), [row for _, rows in batch for row in _imported(rows)])
            self._connection.execute(
                sa.insert(dossiers), [_overview_columns(_imported_overview(*one)) for one in batch]
            )
        return sum(len(encoded) for _, encoded in found)

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version, read as it is asked for."""
        select = sa.select(events).order_by(events.c.dossier, events.c.version)
        found = self._connection.execute(select, execution_options={"yield_per": _BATCH})
        return (_row(row) for row in found.mappings())

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier, None where there is none."""
        row = (
            self._connection.execute(sa.select(dossiers).where(dossiers.c.dossier == dossier)).mappings().one_or_none()
        )
        return None if row is None else _overview(row)

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""
        select = sa.select(dossiers).order_by(dossiers.c.dossier)
        chosen = select if state is None else select.where(dossiers.c.state == state)
        found = self._connection.execute(chosen, execution_options={"yield_per": _BATCH})
        return (_overview(row) for row in found.mappings())

    def _inserted(self, kept: Mapping[str, object]) -> bool:
        """Whether the row was new; a taken key must not break the host's transaction."""
        try:
            done = self._connection.execute(self._add, kept)
        except IntegrityError:
            if self._taken(str(kept["dossier"]), kept["version"]):
                return False
            raise
        return done.rowcount == 1

    def _taken(self, dossier: str, version: object) -> bool:
        key = sa.and_(events.c.dossier == dossier, events.c.version == version)
        return self._connection.execute(sa.select(events.c.version).where(key)).first() is not None

    def _refuse_known(self, codes: list[str]) -> None:
        select = sa.select(events.c.dossier).where(events.c.dossier.in_(codes)).order_by(events.c.dossier).limit(1)
        known = self._connection.execute(select).scalar()
        if known is not None:
            raise Conflict(known, 1)


_HISTORY = sa.select(events).where(events.c.dossier == sa.bindparam("code")).order_by(events.c.version)


def _batches(items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _record(row: sa.RowMapping) -> Record:
    override = None
    if row["override_approver"] is not None:
        lifted = tuple((row["override_lifted"] or "").split())
        override = Override(row["override_reason"], row["override_approver"], lifted)
    return Record(row["version"], _row(row), row["source"], override)


def _row(row: sa.RowMapping) -> dict[str, Cell]:
    return decode({column: row[column] for column in LOG_COLUMNS})


def _override_columns(override: Override | None) -> dict[str, str | None]:
    if override is None:
        return {"override_reason": None, "override_approver": None, "override_lifted": None}
    return {
        "override_reason": override.reason,
        "override_approver": override.approver,
        "override_lifted": " ".join(override.lifted),
    }


def _imported(rows: list[Text]) -> Iterator[dict[str, object]]:
    return (texts | {"version": version, "source": "import"} for version, texts in enumerate(rows, start=1))


def _imported_overview(dossier: str, rows: list[Text]) -> Overview:
    records = [Record(version, decode(texts), "import") for version, texts in enumerate(rows, start=1)]
    return overview_of(dossier, records)


def _overview_columns(overview: Overview) -> dict[str, str | int | None]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(overview).items()}


def _overview(row: sa.RowMapping) -> Overview:
    return Overview(
        dossier=row["dossier"],
        version=row["version"],
        state=row["state"],
        procedure=row["procedure"],
        received_at=None if row["received_at"] is None else datetime.fromisoformat(row["received_at"]),
        promised=parse_time(row["promised"]),
        legal_due=parse_time(row["legal_due"]),
        due_without_pauses=parse_time(row["due_without_pauses"]),
    )
