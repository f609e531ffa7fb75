"""Reminders and outbox in a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from dossier.stores.cells import sortable
from dossier.stores.queues import Armed, Posted
from dossier.stores.statements import Statements
from dossier.stores.tables import Tables

Connected = Callable[[], sa.Connection]


class SqlTimers:
    """The reminders of all dossiers; `Timers` says more."""

    def __init__(self, connected: Connected, tables: Tables, statements: Statements) -> None:
        self._connected, self._timers, self._statements = connected, tables.timers, statements
        self._dossiers = tables.dossiers

    def arm(self, dossier: str, timers: Mapping[str, datetime]) -> None:
        """Arm these reminders of a dossier and forget its others; one whose moment is the same does not fire again."""
        connection = self._connected()
        kept = {f"kind_{number}": kind for number, kind in enumerate(timers)}
        self._statements.disarm(len(kept)).run(connection, {"code": dossier, **kept})
        rows = [{"dossier": dossier, "kind": kind, "at": sortable(at)} for kind, at in timers.items()]
        self._statements.arm.run(connection, rows)

    def due(self, now: datetime, limit: int, after: Armed | None = None) -> list[Armed]:
        """The armed reminders whose moment has come, oldest first, beyond `after`."""
        c = self._timers.c
        select = sa.select(c.dossier, c.kind, c.at).where(c.fired_at.is_(None), c.at <= sortable(now))
        if after is not None:
            beyond = sa.tuple_(c.at, c.dossier, c.kind) > sa.tuple_(sortable(after.at), after.dossier, after.kind)
            select = select.where(beyond)
        found = self._connected().execute(select.order_by(c.at, c.dossier, c.kind).limit(limit))
        return [Armed(dossier, kind, datetime.fromisoformat(at)) for dossier, kind, at in found]

    def fire(self, armed: Armed, now: datetime) -> bool:
        """Mark a reminder as fired; whether it was this call that did so."""
        self._hold(armed.dossier)
        c = self._timers.c
        same = (c.dossier == armed.dossier, c.kind == armed.kind, c.at == sortable(armed.at), c.fired_at.is_(None))
        update = sa.update(self._timers).where(*same).values(fired_at=sortable(now))
        return self._connected().execute(update).rowcount == 1

    def _hold(self, dossier: str) -> None:
        """Lock the line first, as whoever writes an event does: two in opposite orders would be a deadlock."""
        connection, c = self._connected(), self._dossiers.c
        if connection.dialect.name == "postgresql":  # in SQLite who writes is alone
            connection.execute(sa.select(c.version).where(c.dossier == dossier).with_for_update())


class SqlOutbox:
    """The messages of all dossiers; `Outbox` says more."""

    def __init__(self, connected: Connected, tables: Tables, statements: Statements) -> None:
        self._connected, self._outbox, self._statements = connected, tables.outbox, statements

    def post(self, messages: Sequence[Posted], now: datetime) -> None:
        """Put messages in; one whose key is there already is not put in twice."""
        moment = sortable(now)
        common = {"created_at": moment, "next_at": moment, "status": "waiting"}
        rows = [common | {name: getattr(message, name) for name in _POSTED} for message in messages]
        self._statements.post.run(self._connected(), rows)

    def waiting(self, now: datetime, limit: int, topics: Collection[str] | None = None) -> list[Posted]:
        """The messages to try now, oldest first, of these topics; those that another delivery holds are left to it."""
        c = self._outbox.c
        select = sa.select(self._outbox).where(c.status == "waiting", c.next_at <= sortable(now))
        if topics is not None:
            select = select.where(c.topic.in_(topics))
        return self._read(select.order_by(c.next_at, c.id).limit(limit).with_for_update(skip_locked=True))

    def sent(self, message: Posted, now: datetime) -> None:
        """Note that a message went out."""
        self._note(message, status="sent", sent_at=sortable(now), last_error=None)

    def failed(self, message: Posted, error: str, next_at: datetime | None) -> None:
        """Note that a message did not go out; without a next attempt it is dead."""
        ahead = {"status": "dead"} if next_at is None else {"next_at": sortable(next_at)}
        self._note(message, attempts=message.attempts + 1, last_error=error, **ahead)

    def dead(self) -> list[Posted]:
        """The messages that were given up, oldest first."""
        c = self._outbox.c
        return self._read(sa.select(self._outbox).where(c.status == "dead").order_by(c.id))

    def revive(self, keys: Sequence[str], now: datetime) -> int:
        """Let dead messages wait again, from the first attempt; how many there were."""
        c = self._outbox.c
        update = sa.update(self._outbox).where(c.status == "dead", c.key.in_(keys))
        again = update.values(status="waiting", attempts=0, next_at=sortable(now))
        return self._connected().execute(again).rowcount

    def counts(self) -> dict[str, int]:
        """How many messages there are of each status."""
        c = self._outbox.c
        found = self._connected().execute(sa.select(c.status, sa.func.count()).group_by(c.status).order_by(c.status))
        return {status: count for status, count in found}  # noqa: C416  # rows are not pairs to a type checker

    def by_topic(self) -> dict[str, dict[str, int]]:
        """How many messages of each topic there are of each status."""
        c = self._outbox.c
        select = sa.select(c.topic, c.status, sa.func.count()).group_by(c.topic, c.status).order_by(c.topic, c.status)
        found: dict[str, dict[str, int]] = {}
        for topic, status, count in self._connected().execute(select):
            found.setdefault(topic, {})[status] = count
        return found

    def _note(self, message: Posted, **values: str | int | None) -> None:
        self._connected().execute(sa.update(self._outbox).where(self._outbox.c.id == message.id).values(**values))

    def _read(self, select: sa.Select[tuple[object, ...]]) -> list[Posted]:
        return [_posted(row) for row in self._connected().execute(select).mappings()]


_POSTED = ("key", "topic", "dossier", "version", "detail")


def _posted(row: sa.RowMapping) -> Posted:
    found = {name: row[name] for name in Posted._fields if name != "next_at"}
    return Posted(**found, next_at=datetime.fromisoformat(row["next_at"]))
