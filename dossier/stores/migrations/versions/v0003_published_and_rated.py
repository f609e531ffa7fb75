"""Three cells more of an event: a reused paper, a published status, a rating. Earlier events cannot say them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

from dossier.stores.migrations.versions import v0002_desk_in_production as before

revision = "0003"
down_revision = "0002"

_CELLS = ("reused", "status", "rating")
_UNKNOWN = "?"


def tables(prefix: str, schema: str | None) -> sa.MetaData:
    """The tables of this version."""
    metadata = before.tables(prefix, schema)
    events = metadata.tables[f"{schema}.{prefix}events" if schema else f"{prefix}events"]
    for column in _columns():
        events.append_column(column)
    return metadata


def upgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Add the columns: the chain of the events that are there runs on as it was."""
    for column in _columns():
        op.add_column(f"{prefix}events", column, schema=schema)


def _columns() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, server_default=_UNKNOWN) for name in _CELLS]
