"""Append-only tables: the database itself refuses what the store never does."""

from __future__ import annotations

import sqlalchemy as sa


def append_only(table: sa.Table, archives: sa.Table | None = None) -> None:
    """Let the database refuse to change or delete a row of a table once it is created.

    Args:
        table: has the primary key columns that tell a row.
        archives: lists the dossiers whose rows may be deleted, because they were exported and verified.

    """
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(dialect, table, archives):
            ddl = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
            sa.event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def statements(dialect: str, table: sa.Table, archives: sa.Table | None = None) -> list[str]:
    """The statements that make a table append-only.

    Args:
        dialect: `sqlite` or `postgresql`.
        table: the table.
        archives: lists the dossiers whose rows may be deleted.

    """
    listed = "EXISTS (SELECT 1 FROM {} WHERE dossier = OLD.dossier)"
    pruned = listed.format(archives.fullname) if archives is not None else ""
    return _sqlite(table, pruned) if dialect == "sqlite" else _postgresql(table, pruned)


def _sqlite(table: sa.Table, pruned: str) -> list[str]:
    same = " AND ".join(f"{column.name} = NEW.{column.name}" for column in table.primary_key)
    # INSERT OR REPLACE deletes without firing the trigger on DELETE
    when = {
        "UPDATE": "",
        "DELETE": f"WHEN NOT {pruned}" if pruned else "",
        "INSERT": f"WHEN EXISTS (SELECT 1 FROM {table.fullname} WHERE {same})",  # noqa: S608  # names of our tables
    }
    return [
        f"CREATE TRIGGER {table.name}_no_{operation.lower()} BEFORE {operation} ON {table.fullname} {condition} BEGIN "
        f"SELECT RAISE(ABORT, '{table.name} is append-only: this {operation} is refused'); END"
        for operation, condition in when.items()
    ]


def _postgresql(table: sa.Table, pruned: str) -> list[str]:
    allowed = f"IF TG_OP = 'DELETE' AND {pruned} THEN RETURN OLD; END IF; " if pruned else ""
    # a trigger on TRUNCATE runs once and has no row, so that the exception for archived dossiers stays apart
    refusal = f"RAISE EXCEPTION '{table.name} is append-only: this % is refused', TG_OP;"
    functions = {"rows": (allowed, "UPDATE OR DELETE", "ROW"), "all": ("", "TRUNCATE", "STATEMENT")}
    found = []
    for name, (exception, operations, each) in functions.items():
        function = f"{table.fullname}_refuse_{name}()"
        body = f"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {exception}{refusal} END $$"
        found.append(f"CREATE OR REPLACE FUNCTION {function} {body}")
        when = f"BEFORE {operations} ON {table.fullname} FOR EACH {each} EXECUTE FUNCTION {function}"
        found.append(f"CREATE TRIGGER {table.name}_no_change_{name} {when}")
    return found
