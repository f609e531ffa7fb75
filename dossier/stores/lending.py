"""The host's own DBAPI connection as a SQLAlchemy connection: used, and left as it was."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.sql.compiler import SQLCompiler

from dossier.errors import NoOpenTransaction, NotLendable, OnlyTheHost

if TYPE_CHECKING:
    import psycopg


def lent(connection: object) -> sa.Connection:
    """The host's connection for SQLAlchemy, in the host's transaction; some microseconds, so lend anew each time.

    Nothing commits, rolls back or closes it, and none of its settings changes. What the host opened, the host ends.

    >>> host = sqlite3.connect(":memory:")
    >>> lent(host).scalar(sa.text("SELECT 1 + 1"))
    2
    >>> host.close()

    Args:
        connection: of `sqlite3` or `psycopg`, or Django's `django.db.connection` over one of these.

    Raises:
        NotLendable: it is another driver's.

    """
    own = _unwrapped(connection)
    driver = _driver_of(own)
    _hand.over = _Lent(own, driver)
    ours = _engine(driver).connect()
    ours.begin()  # stands for the host's: whoever tries to begin another is told so
    return ours


@dataclass(frozen=True)
class _Driver:
    """What differs between drivers.

    Attributes:
        url: its dialect.
        options: of the dialect.
        cursor: a cursor whose rows are tuples, whatever the host prefers; given a name, one on the server.
        alone: whether a statement sent now would be committed by itself.

    """

    url: str
    cursor: Callable[..., Any]
    alone: Callable[[Any], bool]
    options: Mapping[str, bool] = field(default_factory=dict, hash=False)


class _Lent:
    """The DBAPI connection that SQLAlchemy sees."""

    __slots__ = ("driver", "own")

    def __init__(self, own: object, driver: _Driver) -> None:
        self.own, self.driver = own, driver

    def cursor(self, *name: str) -> DBAPICursor:
        cursor: DBAPICursor = self.driver.cursor(self.own, *name)
        return cursor

    def commit(self) -> NoReturn:
        raise OnlyTheHost("commit")

    def rollback(self) -> None:
        """SQLAlchemy calls it for tidiness whenever it lets go of a connection."""

    close = rollback

    def create_function(self, *_: object, **__: object) -> None:
        """SQLAlchemy hangs functions and handlers on each new connection; this one is not new."""

    add_notice_handler = create_function

    def __getattr__(self, name: str) -> object:
        return getattr(self.own, name)


class _Hand(threading.local):
    """What the thread hands over to the engine's next connection."""

    over: _Lent | None = None

    def take(self) -> _Lent:
        given, self.over = self.over, None
        if given is None:
            raise OnlyTheHost("open another")
        return given


_hand = _Hand()


@lru_cache
def _engine(driver: _Driver) -> sa.Engine:
    """One for all connections of a driver, for what it learns about the database and for its compiled statements."""
    engine = sa.create_engine(
        driver.url, creator=_hand.take, poolclass=sa.NullPool, pool_reset_on_return=None, **driver.options
    )
    sa.event.listen(engine, "before_cursor_execute", _refuse_lone_writes)
    sa.event.listen(engine, "savepoint", _refuse_lone_savepoints)
    return engine


def _refuse_lone_writes(  # SQLAlchemy gives these
    connection: sa.Connection, _cursor: object, _sql: str, _given: object, context: ExecutionContext, _many: object
) -> None:
    compiled = context.compiled
    if isinstance(compiled, SQLCompiler) and (compiled.isinsert or compiled.isupdate or compiled.isdelete):
        _refuse_when_alone(connection)


def _refuse_lone_savepoints(connection: sa.Connection, _name: str) -> None:
    _refuse_when_alone(connection)


def _refuse_when_alone(connection: sa.Connection) -> None:
    seen = connection.connection.dbapi_connection
    if isinstance(seen, _Lent) and seen.driver.alone(seen.own):
        raise NoOpenTransaction


def _unwrapped(connection: object) -> object:
    """The driver's connection under Django's wrapper, which may not have connected yet."""
    ensure = getattr(connection, "ensure_connection", None)
    if ensure is None:
        return connection
    ensure()
    return connection.connection  # type: ignore[attr-defined]  # Django's wrappers have it


def _driver_of(own: object) -> _Driver:
    if isinstance(own, sqlite3.Connection):
        return _SQLITE
    psycopg = sys.modules.get("psycopg")  # whoever has one of its connections has loaded it
    if psycopg is not None and isinstance(own, psycopg.Connection):
        return _PSYCOPG
    raise NotLendable(own)


def _sqlite_cursor(own: sqlite3.Connection) -> sqlite3.Cursor:
    cursor = sqlite3.Cursor(own)
    cursor.row_factory = None
    return cursor


def _sqlite_alone(own: sqlite3.Connection) -> bool:
    autocommits = own.isolation_level is None or getattr(own, "autocommit", None) is True
    return autocommits and not own.in_transaction


def _psycopg_cursor(own: psycopg.Connection[Any], name: str | None = None) -> psycopg.Cursor[Any]:
    import psycopg
    from psycopg.rows import tuple_row

    if name is None or _psycopg_alone(own):  # a cursor on the server lives in a transaction
        return psycopg.Cursor(own, row_factory=tuple_row)
    return psycopg.ServerCursor(own, name, row_factory=tuple_row)


def _psycopg_alone(own: psycopg.Connection[Any]) -> bool:
    return own.autocommit and own.info.transaction_status.name == "IDLE"


_SQLITE = _Driver("sqlite://", _sqlite_cursor, _sqlite_alone)
# looking for hstore would register adapters on the host's connection
_PSYCOPG = _Driver("postgresql+psycopg://", _psycopg_cursor, _psycopg_alone, {"use_native_hstore": False})
