"""The tables brought to the version that this package works with, in one transaction; never back.

Alembic walks the steps of `dossier.stores.migrations`. There is no way down: an older version cannot hold the chain of
the events, and evidence is append-only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from dossier.errors import NoOpenTransaction, NoSchemas, TablesAhead, TablesBehind, UnknownTables, UnsupportedDatabase
from dossier.stores import migrations
from dossier.stores.statements import INSERTS
from dossier.stores.tables import TABLES, Tables

Shape = Mapping[str, frozenset[str]]
"""The columns of each table."""


class Upgraded(NamedTuple):
    """What an upgrade did.

    Attributes:
        before: the version found, None where there were no tables.
        after: the version now.

    """

    before: str | None
    after: str


def upgrade(bind: sa.Engine | sa.Connection, tables: Tables = TABLES) -> Upgraded:
    """Bring the tables to the latest version: all of it or nothing.

    >>> engine = sa.create_engine("sqlite://")
    >>> upgrade(engine)
    Upgraded(before=None, after='0003')
    >>> upgrade(engine)
    Upgraded(before='0003', after='0003')

    Args:
        bind: an engine, or a connection whose transaction the host commits afterwards.
        tables: the tables.

    Raises:
        TablesAhead: a later motcua wrote them.
        UnknownTables: tables of these names are there that motcua did not make.
        UnsupportedDatabase: neither SQLite nor PostgreSQL.
        NoSchemas: a schema in SQLite.
        NoOpenTransaction: the connection commits each statement by itself.

    """
    if isinstance(bind, sa.Connection):
        return _upgraded(bind, tables)
    with bind.begin() as connection:
        return _upgraded(connection, tables)


def check(connection: sa.Connection, tables: Tables = TABLES) -> None:
    """Let a host that starts see at once that its tables are not those of this package.

    Raises:
        TablesBehind: they need `motcua db upgrade`, or there are none.
        TablesAhead: a later motcua wrote them.
        UnknownTables: tables of these names are there that motcua did not make.

    """
    found = version(connection, tables)
    if found != latest():
        raise TablesBehind(found, latest(), tables.prefix, tables.schema)


def version(connection: sa.Connection, tables: Tables = TABLES) -> str | None:
    """The version of the tables, None where there are none; tables that were made without Alembic are recognised.

    Raises:
        TablesAhead: a later motcua wrote them.
        UnknownTables: tables of these names are there that motcua did not make.

    """
    _refuse_unsupported(connection.dialect.name, tables)
    noted = _context(connection, tables).get_current_heads()
    if not noted:
        return _recognised(_shape(connection, tables), tables)
    if set(noted) <= set(_versions(tables)):
        return noted[0]
    raise TablesAhead(", ".join(noted), latest())


def latest() -> str:
    """The version that this package works with."""
    return str(_scripts().get_current_head())


def _upgraded(connection: sa.Connection, tables: Tables) -> Upgraded:
    _refuse_unsupported(connection.dialect.name, tables)
    _begin(connection, tables)
    before = version(connection, tables)
    context = _context(connection, tables)
    if before is not None and not context.get_current_heads():
        context.stamp(_scripts(), before)
    context.run_migrations(op=Operations(context), prefix=tables.prefix, schema=tables.schema)
    return Upgraded(before, latest())


def _begin(connection: sa.Connection, tables: Tables) -> None:
    """Begin for real, one upgrade at a time."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        if not driver.in_transaction:  # the driver begins by itself only before INSERT, UPDATE and DELETE
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    if getattr(driver, "autocommit", False):
        raise NoOpenTransaction
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(_version_table(tables)))))
    if tables.schema is not None and not sa.inspect(connection).has_schema(tables.schema):
        connection.execute(sa.schema.CreateSchema(tables.schema))


def _context(connection: sa.Connection, tables: Tables) -> MigrationContext:
    options = {
        "fn": lambda found, _context: _scripts()._upgrade_revs("head", found),  # noqa: SLF001  # as Alembic documents it
        "version_table": _version_table(tables),
        "version_table_schema": tables.schema,
    }
    return MigrationContext.configure(connection, opts=options)


def _version_table(tables: Tables) -> str:
    return f"{tables.prefix}alembic_version"


@lru_cache(maxsize=1)
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(migrations.__file__).parent))


@lru_cache(maxsize=8)
def _versions(tables: Tables) -> Mapping[str, Shape]:
    """The tables of each version, the latest first."""
    return {
        script.revision: _columns(script.module.tables(tables.prefix, tables.schema))
        for script in _scripts().walk_revisions()
    }


def _columns(metadata: sa.MetaData) -> Shape:
    return {table.name: frozenset(table.columns.keys()) for table in metadata.tables.values()}


def _shape(connection: sa.Connection, tables: Tables) -> Shape:
    """The tables of our names that are there."""
    ours = {name for shape in _versions(tables).values() for name in shape}
    inspector = sa.inspect(connection)
    found = ours.intersection(inspector.get_table_names(tables.schema))
    return {name: frozenset(c["name"] for c in inspector.get_columns(name, tables.schema)) for name in sorted(found)}


def _recognised(found: Shape, tables: Tables) -> str | None:
    if not found:
        return None
    for revision, shape in _versions(tables).items():
        # `create_all` of a later package over older tables leaves these as they are and adds what they lack
        if {**found, **shape} == found and _fit(found, shape, tables):
            return revision
    misfits = [name for name in found if not any(s.get(name) == found[name] for s in _versions(tables).values())]
    raise UnknownTables(misfits, sorted(found))


def _fit(found: Shape, shape: Shape, tables: Tables) -> bool:
    newest = next(iter(_versions(tables).values()))
    return all(newest.get(name) == columns for name, columns in found.items() if name not in shape)


def _refuse_unsupported(dialect: str, tables: Tables) -> None:
    if dialect not in INSERTS:
        raise UnsupportedDatabase(dialect, INSERTS)
    if dialect == "sqlite" and tables.schema is not None:
        raise NoSchemas(tables.schema)
