"""Commands a second kept in a database, against the very same statements without the desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import sqlalchemy as sa

from benchmarks.commands import LIFE, OPENING
from benchmarks.timing import Measurement, interleave, seconds
from dossier import UNCHECKED, Desk
from dossier.stores.sql import Store, metadata

OURS, RAW = "Desk.do on SQLite", "the same statements, sqlite3"
GOAL = 0.45
PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
"""Equal on both sides: every commit is on the disk before it is acknowledged."""


class Sent(NamedTuple):
    """A statement as the driver got it; `many` where `given` holds the parameters of several."""

    sql: str
    given: Any = ()
    many: bool = False


COMMIT = Sent("COMMIT")


class Counter:
    """A desk on a store that keeps each command in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._now = OPENING
        self._desk = Desk(store, roles=UNCHECKED, now=lambda: self._now)

    def live(self, code: str, **offices: str) -> None:
        """Carry a dossier through its seven steps, five minutes apart.

        Args:
            code: of the dossier.
            offices: the offices of commands that name another than `LIFE` does.

        """
        self._now = OPENING
        for command, fields in LIFE.items():
            own = {"office": offices[command]} if command in offices else {}
            with self._desk.transaction():
                self._desk.do(code, command, actor="NV-01", **{**fields, **own})
            self._now += timedelta(minutes=5)


@contextmanager
def recorded(connection: sa.Connection) -> Iterator[list[Sent]]:
    """What is sent over a connection from here on, commits included."""
    sent: list[Sent] = []

    def note(_connection: object, _cursor: object, sql: str, given: object, _context: object, many: object) -> None:
        sent.append(Sent(sql, given, bool(many)))

    def end(_connection: object) -> None:
        sent.append(COMMIT)

    sa.event.listen(connection, "before_cursor_execute", note)
    sa.event.listen(connection, "commit", end)
    yield sent
    sa.event.remove(connection, "before_cursor_execute", note)
    sa.event.remove(connection, "commit", end)


def share(taken: Mapping[str, Sequence[float]], ours: str, peer: str) -> float:
    """The median of ours as a share of that of a peer.

    >>> share({"ours": (5.0, 9.0, 1.0), "peer": (10.0,)}, "ours", "peer")
    0.5
    """
    return round(median(taken[ours]) / median(taken[peer]), 3)


def on_sqlite(*, rounds: int, lives: int) -> Measurement:
    """Events a second in a file: the desk, and the same statements with the same parameters replayed by `sqlite3`.

    Args:
        rounds: of both.
        lives: how many dossiers a round carries from receipt to delivery.

    """
    codes = [[f"H26-{number}-{life}" for life in range(lives)] for number in range(rounds)]
    with TemporaryDirectory(prefix="motcua-") as folder:
        statements = iter([_statements(Path(folder, f"{number}.db"), part) for number, part in enumerate(codes)])
        ours, other = Path(folder, "ours.db"), Path(folder, "raw.db")
        with opened(ours) as connection, opened(other), closing(plain(other)) as raw:
            counter, parts = Counter(Store(connection)), iter(codes)
            contenders = {
                OURS: lambda: lives * len(LIFE) / seconds(partial(_live, counter, next(parts))),
                RAW: lambda: lives * len(LIFE) / seconds(partial(replayed, raw, next(statements))),
            }
            taken = interleave(contenders, rounds)
    reached = share(taken, OURS, RAW)
    return Measurement(
        "sqlite",
        "a life of seven steps in a file, WAL, synchronous = FULL",
        "events a second",
        taken,
        ours=OURS,
        higher_is_better=True,
        goals={f"{OURS} at least {GOAL} of {RAW}": reached >= GOAL},
        facts={"share of the raw statements": reached},
        notes=("Both files hold the same tables, indexes and triggers; statements were recorded before, not timed.",),
    )


@contextmanager
def opened(path: Path) -> Iterator[sa.Connection]:
    """A connection to a file with the tables, as durable as `PRAGMAS` say."""
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _durable)
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _durable(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(pragma)


def plain(path: Path) -> sqlite3.Connection:
    """A connection of `sqlite3` to such a file, on which nothing begins by itself."""
    connection = sqlite3.connect(path, isolation_level=None)
    _durable(connection, None)
    return connection


def _statements(path: Path, codes: Sequence[str]) -> list[Sent]:
    with opened(path) as connection:
        counter = Counter(Store(connection))
        with recorded(connection) as sent:
            _live(counter, codes)
    return sent


def _live(counter: Counter, codes: Sequence[str]) -> None:
    for code in codes:
        counter.live(code)


def replayed(connection: sqlite3.Connection, statements: Sequence[Sent]) -> None:
    """Send statements again and read what they answer."""
    for sql, given, many in statements:
        if many:
            connection.executemany(sql, given)
        else:
            connection.execute(sql, given).fetchall()
