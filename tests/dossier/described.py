"""What a database holds, to be compared."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dossier.stores.tables import TABLES, Tables
from dossier.stores.upgrading import check

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid) FROM pg_trigger t "
    "WHERE NOT tgisinternal ORDER BY tgname",
}


def described(connection: sa.Connection, schema: str | None = None) -> dict[str, Any]:
    """All that makes a database take or refuse a row."""
    inspector = sa.inspect(connection)
    names = [name for name in inspector.get_table_names(schema) if not name.endswith("alembic_version")]
    facts: dict[str, Any] = {name: _described(inspector, name, schema) for name in sorted(names)}
    return facts | {"triggers": [tuple(row) for row in connection.exec_driver_sql(TRIGGERS[connection.dialect.name])]}


def _described(inspector: sa.Inspector, name: str, schema: str | None) -> dict[str, Any]:
    def by_name(found: list[Any]) -> list[Any]:
        return sorted(found, key=lambda part: str(part["name"]))

    return {
        "columns": [{**column, "type": str(column["type"])} for column in inspector.get_columns(name, schema)],
        "key": inspector.get_pk_constraint(name, schema),
        "indexes": by_name([_said(index) for index in inspector.get_indexes(name, schema)]),
        "unique": by_name(inspector.get_unique_constraints(name, schema)),
        "checks": by_name(inspector.get_check_constraints(name, schema)),
    }


def _said(index: Any) -> dict[str, Any]:
    conditions = {name: str(condition) for name, condition in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": conditions}


def everything(engine: sa.Engine) -> dict[str, Any]:
    """The tables of a database with their rows."""
    metadata = sa.MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        rows = {name: sorted(map(repr, connection.execute(sa.select(t)))) for name, t in metadata.tables.items()}
        return described(connection) | {"rows": rows}


def differences(connection: sa.Connection, tables: Tables) -> list[Any]:
    """What Alembic finds between the database and the tables of this package."""

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return name == tables.schema if kind == "schema" else kind != "table" or str(name).startswith(tables.prefix)

    options = {
        "version_table": f"{tables.prefix}alembic_version",
        "version_table_schema": tables.schema,
        "compare_server_default": True,
        "include_schemas": tables.schema is not None,
        "include_name": ours,
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata)


def assert_as_created(engine: sa.Engine, tables: Tables = TABLES) -> None:
    """The database is to the last constraint what `metadata.create_all` makes."""
    with engine.connect() as connection:
        assert differences(connection, tables) == []
        check(connection, tables)
        upgraded = described(connection, tables.schema)
    with engine.begin() as connection:
        tables.metadata.drop_all(connection)
        tables.metadata.create_all(connection)
        assert upgraded == described(connection, tables.schema)
