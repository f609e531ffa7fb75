"""A store over a database that is there and has the tables of this package, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.addresses import connected
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from dossier.stores.upgrading import check


@contextmanager
def ready(
    address: str, tables: Tables = TABLES, *, writes: bool = True, lifecycle: Lifecycle = LIFECYCLE
) -> Iterator[Store]:
    """The store of a database: what is done is kept at the end, and undone when anything fails.

    Args:
        address: as SQLAlchemy writes it, as `sqlite:///office.db`.
        tables: the tables.
        writes: one that only reads does not keep others from writing.
        lifecycle: of the cases that they keep.

    Raises:
        UnusableDatabase: it cannot be opened, read or written.
        UnsupportedDatabase: neither SQLite nor PostgreSQL.
        TablesBehind: the tables need `motcua db upgrade`, or there are none.
        TablesAhead: a later motcua wrote them.
        UnknownTables: tables of these names are there that motcua did not make.

    """
    with connected(address) as connection:
        if writes and connection.dialect.name == "sqlite":  # otherwise two readers could not both become writers
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        check(connection, tables)
        yield Store(connection, tables, lifecycle)
