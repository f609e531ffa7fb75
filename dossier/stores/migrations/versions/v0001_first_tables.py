"""The first version: the events with all their texts, and one line per dossier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

from dossier.stores.migrations.columns import key, number, text

revision = "0001"
down_revision = None

_CELLS = (
    *("parent", "event", "at", "recorded_at", "actor", "office", "applicant", "procedure", "sector", "channel"),
    *("limit", "promised", "reason", "ground", "document", "document_at", "notice", "slip", "signed", "digitised"),
)
_REFUSED = {
    "update": "",
    "delete": "",
    "insert": "WHEN EXISTS (SELECT 1 FROM {table} WHERE dossier = NEW.dossier AND version = NEW.version)",
}


def tables(prefix: str, schema: str | None) -> sa.MetaData:
    """The tables of this version."""
    metadata = sa.MetaData(schema=schema)
    _events(metadata, f"{prefix}events")
    dates = ("procedure", "received_at", "promised", "legal_due", "due_without_pauses")
    state = sa.Column("state", sa.Text, index=True)
    sa.Table(f"{prefix}dossiers", metadata, key("dossier"), number("version"), state, *map(text, dates))
    return metadata


def upgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Create the tables."""
    tables(prefix, schema).create_all(op.get_bind())


def _events(metadata: sa.MetaData, name: str) -> None:
    table = sa.Table(
        name,
        metadata,
        key("dossier"),
        key("version", sa.Integer),
        *(text(cell, needed=cell in {"event", "at"}) for cell in _CELLS),
        sa.Column("source", sa.Text, sa.CheckConstraint("source IN ('desk', 'import')"), nullable=False),
        *map(text, ("override_reason", "override_approver", "override_lifted")),
    )
    for operation, when in _REFUSED.items():
        statement = (
            f"CREATE TRIGGER {name}_no_{operation} BEFORE {operation.upper()} ON {name} {when.format(table=name)} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only: this {operation.upper()} is refused'); END"
        )
        ddl = sa.DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        sa.event.listen(table, "after_create", ddl.execute_if(dialect="sqlite"))
