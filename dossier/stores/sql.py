"""The store in a database, in the host's own connection or session; it never commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dossier.errors import Conflict
from dossier.events import LOG_COLUMNS, Cell, Row
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.cells import decode, encode, parse_time, sortable
from dossier.stores.chain import Kept, link, seal, unsealed
from dossier.stores.imports import imported
from dossier.stores.races import racing
from dossier.stores.records import Entry, Import, Jotting, Keyed, Override, Overview, Record, Slice, Source, posted
from dossier.stores.sqldocuments import SqlDocuments
from dossier.stores.sqlqueues import SqlOutbox, SqlTimers
from dossier.stores.sqlregister import SqlRegister
from dossier.stores.statements import HISTORY, OVERVIEW, statements
from dossier.stores.tables import TABLES, Tables

metadata = TABLES.metadata
"""The tables under their usual names, to be created with the host's own."""

BATCH = 1_000
_NEVER = "9999-12-31T00:00:00.000000Z"  # so that an index can put what has no end last
_BESIDE, _LOG = HISTORY.index("beside_reason"), HISTORY.index("dossier")
T = TypeVar("T")


class Store:
    """Histories in a database; the host opens the transaction and ends it, so that both stand or fall together.

    >>> engine = sa.create_engine("sqlite://")
    >>> with engine.begin() as connection:
    ...     metadata.create_all(connection)
    ...     Store(connection).history("A1")
    ()

    Args:
        bind: an open SQLAlchemy `Connection` or `Session`, or a DBAPI connection (`sqlite3`, `psycopg`, Django's).
        tables: the tables, which must be there.
        lifecycle: of the cases that they keep; what is imported is replayed by it.

    Raises:
        UnsupportedDatabase: neither SQLite nor PostgreSQL.

    """

    def __init__(self, bind: object, tables: Tables = TABLES, lifecycle: Lifecycle = LIFECYCLE) -> None:
        self._bind = _opened(bind)
        self.tables, self.lifecycle = tables, lifecycle
        dialect = self._bind.get_bind().dialect if isinstance(self._bind, Session) else self._bind.dialect
        self._statements = statements(tables, dialect.name)
        self.timers = SqlTimers(lambda: self.connection, tables, self._statements)
        self.outbox = SqlOutbox(lambda: self.connection, tables, self._statements)
        self.register = SqlRegister(lambda: self.connection, tables)
        self.documents = SqlDocuments(lambda: self.connection, tables)

    @property
    def connection(self) -> sa.Connection:
        """The connection in the host's transaction."""
        return self._bind.connection() if isinstance(self._bind, Session) else self._bind

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction for a host that has none: committed at the end, undone when anything fails.

        Raises:
            InvalidRequestError: of SQLAlchemy; the connection or session is in a transaction of the host already.

        """
        with self._bind.begin():
            if self.connection.dialect.name == "sqlite":  # otherwise two readers could not both become writers
                self.connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is undone alone when anything in it fails."""
        own = self.connection.connection.dbapi_connection
        if self.connection.dialect.name == "sqlite" and not getattr(own, "in_transaction", True):
            self.connection.exec_driver_sql("BEGIN")  # else the end of the savepoint would commit
        with self._bind.begin_nested():
            yield

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first."""
        found = self.connection.execute(self._statements.history, {"code": dossier})
        return tuple(map(_record, found.all()))

    def keyed(self, key: str) -> Keyed | None:
        """The event that a key stands for, None where the key is new."""
        found = self.connection.execute(self._statements.keyed, {"key": key}).first()
        return None if found is None else Keyed(*found)

    def append(self, entry: Entry) -> None:
        """Keep an event of the desk and what belongs to it.

        Raises:
            Conflict: the version or the key is taken; the host's transaction goes on, unless it says `ended`.

        """
        with racing(entry.event.dossier, entry.version):
            self._append(entry)

    def _append(self, entry: Entry) -> None:
        code, version = entry.event.dossier, entry.version
        key, request = entry.key or (None, None)
        rest: Kept = {"version": version, "source": "desk", "key": key, "request": request}
        row, beside = seal({**encode(entry.event.to_row()), **rest, **_override_columns(entry.override)})
        if not self._inserted(row | {"hash": link(entry.previous, row)}):
            raise self._conflict(code, version)
        if beside is not None:
            self._statements.add_texts.run(self.connection, beside | {"dossier": code, "version": version})
        self._statements.write_overview.run(self.connection, overview_columns(entry.overview))
        self.timers.arm(code, entry.timers)
        self.outbox.post(posted(entry), entry.event.recorded_at)

    def redraw(self, overview: Overview, timers: Mapping[str, datetime]) -> bool:
        """Write the line and the reminders of a dossier anew; False where it has gone on since."""
        c = self.tables.dossiers.c
        same = sa.update(self.tables.dossiers).where(c.dossier == overview.dossier, c.version == overview.version)
        if self.connection.execute(same.values(overview_columns(overview))).rowcount != 1:
            return False
        self.timers.arm(overview.dossier, timers)
        return True

    def note(self, jotting: Jotting) -> None:
        """Write a line into the journal."""
        row = {**jotting._asdict(), "at": sortable(jotting.at)}
        self.connection.execute(sa.insert(self.tables.journal), row)

    def import_rows(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> int:
        """Keep whole histories as read and say how many rows there were; `EventStore` says more.

        Raises:
            UnreadableCell: a cell is no value of its column; nothing is kept.
            Conflict: a dossier is there already; nothing is kept.

        """
        found = imported(rows, columns, self.lifecycle)
        self.take_in(found, "import")
        return sum(len(one.rows) for one in found)

    def take_in(self, found: Sequence[Import], source: Source) -> None:
        """Keep encoded histories as they are.

        Raises:
            Conflict: a dossier is there already; nothing is kept.

        """
        if not found:
            return
        self._refuse_known(found)
        try:
            with racing(found[0].dossier, 1), self.savepoint():
                for batch in _batches(found):
                    self._take_in(batch, source)
        except IntegrityError:
            self._refuse_known(found)  # somebody else has just taken one in
            raise

    def _take_in(self, batch: Sequence[Import], source: Source) -> None:
        kept = [row for one in batch for row in _linked(one, source)]
        self._insert(self.tables.events, [row for row, _ in kept])
        self._insert(self.tables.texts, [texts for _, texts in kept if texts is not None])
        self._insert(self.tables.dossiers, [overview_columns(one.overview) for one in batch])
        timers = [(one.dossier, kind, sortable(at)) for one in batch for kind, at in one.timers.items()]
        self._insert(self.tables.timers, [{"dossier": code, "kind": kind, "at": at} for code, kind, at in timers])

    def _insert(self, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
        if rows:
            self.connection.execute(sa.insert(table), rows)

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version, read as it is asked for."""
        found = self.connection.execute(self._statements.export, execution_options={"yield_per": BATCH})
        return map(_row, found)

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier, None where there is none."""
        select = self._lines.where(self.tables.dossiers.c.dossier == dossier)
        row = self.connection.execute(select).one_or_none()
        return None if row is None else read_overview(row)

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""
        c = self.tables.dossiers.c
        select = self._lines.order_by(c.dossier)
        chosen = select if state is None else select.where(c.state == state)
        return map(read_overview, self.connection.execute(chosen, execution_options={"yield_per": BATCH}))

    @property
    def _lines(self) -> sa.Select[Any]:
        return sa.select(*(self.tables.dossiers.c[name] for name in OVERVIEW))

    def worklist(self, part: Slice) -> list[Overview]:
        """The open dossiers of an office or an officer, by the moment at which their time limit ends."""
        place = None if part.after is None else {"after_end": _end(part.after[0]), "after_code": part.after[1]}
        cuts = {"office": part.office, "officer": part.officer, "after": place}
        select = self._statements.worklist(*(name for name, cut in cuts.items() if cut is not None))
        given = {"office": part.office, "officer": part.officer, "limit": part.limit} | (place or {})
        return [read_overview(row) for row in self.connection.execute(select, given).all()]

    def _inserted(self, row: Mapping[str, object]) -> bool:
        """Whether the row was new; a taken key must not break the host's transaction."""
        try:
            done = self.connection.execute(self._statements.add_event, row)
        except IntegrityError:
            if self._taken(str(row["dossier"]), row["version"]) is not None:
                return False
            raise
        return done.rowcount == 1

    def _taken(self, dossier: str, version: object) -> sa.RowMapping | None:
        events = self.tables.events
        select = sa.select(events.c.event, events.c.actor, events.c.recorded_at)
        key = sa.and_(events.c.dossier == dossier, events.c.version == version)
        return self.connection.execute(select.where(key)).mappings().first()

    def _conflict(self, dossier: str, version: int) -> Conflict:
        taken = self._taken(dossier, version)
        if taken is None:
            return Conflict(dossier, version)
        recorded_at = parse_time(taken["recorded_at"])
        moment = recorded_at if isinstance(recorded_at, datetime) else None
        return Conflict(dossier, version, kind=taken["event"], actor=taken["actor"], recorded_at=moment)

    def _refuse_known(self, found: Sequence[Import]) -> None:
        code = self.tables.events.c.dossier
        for batch in _batches(found):
            select = sa.select(code).where(code.in_([one.dossier for one in batch])).order_by(code).limit(1)
            known = self.connection.execute(select).scalar()
            if known is not None:
                raise self._conflict(known, 1)


def _opened(bind: object) -> sa.Connection | Session:
    if isinstance(bind, (sa.Connection, Session)):
        return bind
    from dossier.stores.lending import lent

    return lent(bind)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _record(kept: Sequence[Any]) -> Record:
    version, source, digest, approver, lifted, why, beside = kept[:_BESIDE]
    why = unsealed(why, beside)
    override = None if approver is None else Override(why or "", approver, tuple((lifted or "").split()))
    return Record(version, _row(kept), source, override, digest)


def _row(kept: Sequence[Any]) -> dict[str, Cell]:
    texts = dict(zip(LOG_COLUMNS, kept[_LOG:], strict=True))
    reason, applicant = kept[_BESIDE:_LOG]
    return decode(
        texts | {"reason": unsealed(texts["reason"], reason), "applicant": unsealed(texts["applicant"], applicant)}
    )


def _override_columns(override: Override | None) -> dict[str, str | None]:
    if override is None:
        return {"override_reason": None, "override_approver": None, "override_lifted": None}
    return {
        "override_reason": override.reason,
        "override_approver": override.approver,
        "override_lifted": " ".join(override.lifted),
    }


def _linked(one: Import, source: Source) -> Iterator[tuple[dict[str, object], dict[str, object] | None]]:
    """The rows of a history, each linked to the one before it, with the texts beside it."""
    previous = ""
    rest: Kept = {"source": source, **_override_columns(None), "key": None, "request": None}
    for version, texts in enumerate(one.rows, start=1):
        row, beside = seal({**texts, **rest, "version": version})
        previous = link(previous, row)
        place = {"dossier": one.dossier, "version": version}
        yield {**row, "hash": previous}, None if beside is None else {**beside, **place}


def overview_columns(overview: Overview) -> dict[str, str | int | None]:
    """The columns of the line of a dossier."""
    dates = {name: getattr(overview, name) for name in ("received_at", "promised", "legal_due", "due_without_pauses")}
    return {
        "dossier": overview.dossier,
        "version": overview.version,
        "state": overview.state,
        "procedure": overview.procedure,
        "office": overview.office,
        "officer": overview.officer,
        "ends_at": _end(overview.ends_at),
        "waiting": overview.waiting,
        "open": overview.open,
        **{name: None if found is None else found.isoformat() for name, found in dates.items()},
    }


def _end(moment: datetime | None) -> str:
    return _NEVER if moment is None else sortable(moment)


def read_overview(row: Sequence[Any]) -> Overview:
    """The line of a dossier from its columns, in the order of `OVERVIEW`."""
    code, version, state, procedure, received_at, promised, legal_due, due_without_pauses = row[:8]
    office, officer, ends_at, waiting, is_open = row[8:]
    return Overview(
        code,
        version,
        state,
        procedure,
        received_at and datetime.fromisoformat(received_at),
        parse_time(promised),
        parse_time(legal_due),
        parse_time(due_without_pauses),
        office,
        officer,
        None if ends_at == _NEVER else datetime.fromisoformat(ends_at),
        bool(waiting),
        bool(is_open),
    )
