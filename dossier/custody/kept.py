"""Events as they are kept, each with the texts beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar, cast

import sqlalchemy as sa

from dossier.events import LOG_COLUMNS
from dossier.stores.chain import BESIDE
from dossier.stores.tables import Tables

KeptRow = Mapping[str, str | int | None]
"""The columns of an event, and `salt` and `beside_…` of its texts."""

REST = ("source", "override_reason", "override_approver", "override_lifted", "key", "request", "hash")
COLUMNS = (*(c for c in LOG_COLUMNS if c != "event"), "event", *REST, "salt", *(f"beside_{name}" for name in BESIDE))

Cells = Sequence[str | int | None]
T = TypeVar("T")


def kept(tables: Tables) -> sa.Select[tuple[object, ...]]:
    """The events with their texts."""
    events, texts = tables.events, tables.texts
    same = sa.and_(texts.c.dossier == events.c.dossier, texts.c.version == events.c.version)
    beside = [texts.c.salt, *(texts.c[name].label(f"beside_{name}") for name in BESIDE)]
    return sa.select(events, *beside).select_from(events.outerjoin(texts, same))


def read(connection: sa.Connection, select: sa.Select[tuple[object, ...]], size: int = 2_000) -> Iterator[KeptRow]:
    """The rows of a select, read as they are asked for."""
    found = connection.execute(select, execution_options={"yield_per": size})
    names = tuple(found.keys())
    return (dict(zip(names, cast("Cells", row), strict=True)) for row in found)


def in_order(column: sa.ColumnElement[str], dialect: str) -> sa.ColumnElement[str]:
    """A column to order by, in the order of Unicode code points whatever the database's language."""
    return column.collate("C") if dialect == "postgresql" else column


def batches(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """The items in lists of that size."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def wait_for_writers(connection: sa.Connection, table: sa.Table) -> None:
    """Let nobody else write to a table until the transaction ends; in SQLite a transaction that writes is alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"LOCK TABLE {table.fullname} IN SHARE ROW EXCLUSIVE MODE"))


@contextmanager
def any_text(connection: sa.Connection) -> Iterator[None]:
    """Bytes that SQLite keeps in a column of texts and that are no text are read, so that they can be found."""
    own = connection.connection.driver_connection
    if not isinstance(own, sqlite3.Connection):
        yield
        return
    before, own.text_factory = own.text_factory, lambda content: content.decode(errors="surrogateescape")
    try:
        yield
    finally:
        own.text_factory = before
