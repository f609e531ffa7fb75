"""The sealing of the register (niêm phong sổ): how far each dossier has come, under a chained digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from dossier.custody.kept import in_order, wait_for_writers
from dossier.errors import UnsealableDay
from dossier.stores.cells import sortable
from dossier.stores.sql import Store
from dossier.stores.tables import Tables

FORMAT = "motcua-digest-1"


class Digest(NamedTuple):
    """The digest of one sealing.

    Attributes:
        day: ISO 8601.
        previous: the digest of the sealing before it, empty for the first.
        dossiers: how many dossiers had events that were not sealed yet.
        events: how many such events.
        digest: SHA-256 in hex.
        sealed_at: the moment, in UTC.
        new: whether it was this call that sealed the day.

    """

    day: str
    previous: str
    dossiers: int
    events: int
    digest: str
    sealed_at: str
    new: bool = False


def seal(store: Store, day: date, now: datetime) -> Digest:
    """Seal what the register holds now, under the name of a day; a day that is sealed already stays as it is.

    A day can be sealed from its beginning on, and only after all days that are sealed: what comes later in the day
    goes into the next sealing. A day without a sealing leaves no gap, for each is chained to the one before it, and
    one that finds nothing new is made all the same.

    Args:
        store: in a transaction.
        day: at most the day of `now`.
        now: the present moment, in the zone of the office.

    Raises:
        UnsealableDay: the day is to come, or a later one is sealed.

    """
    connection, tables = store.connection, store.tables
    wait_for_writers(connection, tables.digests)
    done = sealed_day(store, day.isoformat())
    if done is not None:
        return done
    before = _last(store)
    if day > now.date() or (before is not None and before.day > day.isoformat()):
        raise UnsealableDay(day, now.date(), before.day if before else None)
    dossiers, events = _write_seals(connection, tables, day.isoformat())
    head = Digest(day.isoformat(), before.digest if before else "", dossiers, events, "", sortable(now))
    whole = head._replace(digest=digest_of(head, seals_of(store, head.day)))
    columns = whole._asdict()
    del columns["new"]
    connection.execute(sa.insert(tables.digests), columns)
    return whole._replace(new=True)


def digest_of(head: Digest, seals: Iterable[tuple[str, int, str]]) -> str:
    r"""The digest that these seals have: SHA-256 over one JSON list a line.

    The first line is the format, the previous digest, the day, the moment and the two counts; then follow dossier,
    version and hash of each seal.

    >>> from hashlib import sha256
    >>> head = Digest("2026-06-01", "", 1, 3, "", "2026-06-01T11:00:00.000000Z")
    >>> first = '["motcua-digest-1","","2026-06-01","2026-06-01T11:00:00.000000Z",1,3]'
    >>> digest_of(head, [("A1", 3, "ab")]) == sha256(f'{first}\n["A1",3,"ab"]\n'.encode()).hexdigest()
    True
    """
    running = hashlib.sha256(_line(FORMAT, head.previous, head.day, head.sealed_at, head.dossiers, head.events))
    for dossier, version, hashed in seals:
        running.update(_line(dossier, version, hashed))
    return running.hexdigest()


def _line(*cells: object) -> bytes:
    return (json.dumps(cells, ensure_ascii=False, separators=(",", ":"), default=str) + "\n").encode(errors="replace")


def seals_of(store: Store, day: str) -> Iterable[tuple[str, int, str]]:
    """The seals of a day in the order of dossiers, read as they are asked for."""
    seals, connection = store.tables.seals, store.connection
    order = in_order(seals.c.dossier, connection.dialect.name)
    select = sa.select(seals.c.dossier, seals.c.version, seals.c.hash).where(seals.c.day == day).order_by(order)
    return (tuple(row) for row in connection.execute(select, execution_options={"yield_per": 2_000}))


def sealed_day(store: Store, day: str) -> Digest | None:
    """The sealing of a day, None where there is none."""
    return next(iter(sealings(store, store.tables.digests.c.day == day)), None)


def sealings(store: Store, *where: sa.ColumnElement[bool]) -> list[Digest]:
    """The sealings, by day."""
    digests = store.tables.digests
    columns = [digests.c[name] for name in Digest._fields if name != "new"]
    found = store.connection.execute(sa.select(*columns).where(*where).order_by(digests.c.day))
    return [Digest(*row) for row in found]


def _last(store: Store) -> Digest | None:
    digests = store.tables.digests
    last = sa.select(sa.func.max(digests.c.day)).scalar_subquery()
    return next(iter(sealings(store, digests.c.day == last)), None)


def _write_seals(connection: sa.Connection, tables: Tables, day: str) -> tuple[int, int]:
    """Seal the heads of all dossiers that went on; how many dossiers and events."""
    events, dossiers, seals = tables.events, tables.dossiers, tables.seals
    head = sa.and_(events.c.dossier == dossiers.c.dossier, events.c.version == dossiers.c.version)
    columns = (sa.literal(day).label("day"), dossiers.c.dossier, dossiers.c.version, events.c.hash)
    heads = sa.select(*columns).select_from(dossiers.join(events, head)).where(dossiers.c.sealed < dossiers.c.version)
    connection.execute(sa.insert(seals).from_select(["day", "dossier", "version", "hash"], heads))
    today = sa.and_(seals.c.dossier == dossiers.c.dossier, seals.c.day == day)
    counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(seals.c.version - dossiers.c.sealed), 0))
    count, new = connection.execute(counted.select_from(seals.join(dossiers, today))).one()
    version = sa.select(seals.c.version).where(today).scalar_subquery()
    changed = sa.update(dossiers).where(dossiers.c.sealed < dossiers.c.version, sa.exists().where(today))
    connection.execute(changed.values(sealed=version))
    return int(count), int(new)
