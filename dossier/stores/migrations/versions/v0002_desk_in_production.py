"""Chained events with their free texts beside them; timers, outbox, documents, forms, seals, journal and archives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

import sqlalchemy as sa
from alembic.operations import Operations

from dossier.stores.migrations.columns import key, number, text
from dossier.stores.migrations.rewriting import Cells, line, rewritten
from dossier.stores.triggers import append_only

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_CELLS = (
    *("parent", "event", "at", "recorded_at", "actor", "office", "applicant", "procedure", "sector", "channel"),
    *("limit", "promised", "reason", "ground", "document", "document_at", "notice", "slip", "signed", "digitised"),
)
_RENAME = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS {name}_no_update",
        "DROP TRIGGER IF EXISTS {name}_no_delete",
        "DROP TRIGGER IF EXISTS {name}_no_insert",
        "PRAGMA legacy_alter_table = ON",  # a view of the host stays with the name, not with the old table
        "ALTER TABLE {place} RENAME TO {name}_before",
        "PRAGMA legacy_alter_table = OFF",
    ),
    "postgresql": (
        "ALTER TABLE {place} RENAME CONSTRAINT {name}_pkey TO {name}_before_pkey",  # taken in the whole schema
        "ALTER TABLE {place} RENAME TO {name}_before",
    ),
}
_BATCH = 250


def tables(prefix: str, schema: str | None) -> sa.MetaData:
    """The tables of this version."""
    metadata = sa.MetaData(schema=schema)
    for add in (_events, _dossiers, _work, _evidence, _seals):
        add(metadata, prefix)
    return metadata


def upgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Build the tables, and move the histories of the first version into them."""
    connection, metadata = op.get_bind(), tables(prefix, schema)
    before = [_set_aside(op, schema, prefix + name) for name in ("events", "dossiers")]
    metadata.create_all(connection)
    _move(connection, before, metadata, prefix)
    for table in before:
        op.drop_table(table.name, schema=schema)


def _set_aside(op: Operations, schema: str | None, name: str) -> sa.Table:
    connection = op.get_bind()
    place = f"{schema}.{name}" if schema else name
    for statement in _RENAME[connection.dialect.name]:
        op.execute(statement.format(name=name, place=place))
    return sa.Table(f"{name}_before", sa.MetaData(), autoload_with=connection, schema=schema)


def _move(connection: sa.Connection, before: list[sa.Table], metadata: sa.MetaData, prefix: str) -> None:
    old_events, old_lines = before
    events, texts, lines = (_table(metadata, prefix + name) for name in ("events", "texts", "dossiers"))
    in_order = sa.select(old_events).order_by(old_events.c.dossier, old_events.c.version)
    with connection.execute(in_order, execution_options={"yield_per": 1_000}) as found:
        for histories in _histories(found.mappings()):
            kept = [rewritten(history) for history in histories.values()]
            _insert(connection, events, [row for one in kept for row in one.events])
            _insert(connection, texts, [row for one in kept for row in one.texts])
            old = connection.execute(sa.select(old_lines).where(old_lines.c.dossier.in_(histories))).mappings()
            _insert(connection, lines, [line(dict(row), histories[row["dossier"]]) for row in old])
    eventless = sa.select(old_lines).where(old_lines.c.dossier.not_in(sa.select(lines.c.dossier)))
    _insert(connection, lines, [line(dict(row), []) for row in connection.execute(eventless).mappings()])


def _histories(rows: Iterable[sa.RowMapping]) -> Iterator[dict[str, list[Cells]]]:
    """The histories by dossier, some at a time."""
    histories = ((code, [dict(row) for row in group]) for code, group in groupby(rows, key=lambda row: row["dossier"]))
    while batch := dict(islice(histories, _BATCH)):
        yield batch


def _insert(connection: sa.Connection, table: sa.Table, rows: list[Cells]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _table(metadata: sa.MetaData, name: str) -> sa.Table:
    return metadata.tables[f"{metadata.schema}.{name}" if metadata.schema else name]


def _index(name: str, *columns: sa.Column[object], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _needed(*names: str) -> list[sa.Column[str]]:
    return [text(name, needed=True) for name in names]


def _events(metadata: sa.MetaData, prefix: str) -> None:
    table = sa.Table(
        f"{prefix}events",
        metadata,
        key("dossier"),
        key("version", sa.Integer),
        *(text(cell, needed=cell in {"event", "at"}) for cell in _CELLS),
        text("source", needed=True),
        *map(text, ("override_reason", "override_approver", "override_lifted", "key", "request")),
        text("hash", needed=True),
        sa.CheckConstraint("source IN ('desk', 'import', 'adopted')", name=f"{prefix}events_source"),
    )
    _index(f"{prefix}events_key", table.c.key, where="key IS NOT NULL", unique=True)
    beside = map(text, ("reason", "applicant", "override_reason"))
    sa.Table(f"{prefix}texts", metadata, key("dossier"), key("version", sa.Integer), *_needed("salt"), *beside)
    needed = _needed("hash", "file", "sha256", "archived_at")
    archives = sa.Table(f"{prefix}archives", metadata, key("dossier"), number("year"), number("version"), *needed)
    append_only(table, archives)


def _dossiers(metadata: sa.MetaData, prefix: str) -> None:
    dates = ("received_at", "promised", "legal_due", "due_without_pauses", "office", "officer")
    table = sa.Table(
        f"{prefix}dossiers",
        metadata,
        key("dossier"),
        number("version"),
        *map(text, ("state", "procedure", *dates)),
        text("ends_at", needed=True),
        *(number(name, default="0") for name in ("waiting", "open", "sealed")),
    )
    ends_at, code = table.c.ends_at, table.c.dossier
    sa.Index(f"{prefix}dossiers_state", table.c.state)
    _index(f"{prefix}dossiers_open", ends_at, code, where="open = 1")
    _index(f"{prefix}dossiers_open_office", table.c.office, ends_at, code, where="open = 1")
    _index(f"{prefix}dossiers_open_officer", table.c.officer, ends_at, code, where="open = 1")
    _index(f"{prefix}dossiers_unsealed", code, where="sealed < version")


def _work(metadata: sa.MetaData, prefix: str) -> None:
    """Timers, outbox and journal."""
    at, fired_at = text("at", needed=True), text("fired_at")
    timers = sa.Table(f"{prefix}timers", metadata, key("dossier"), key("kind"), at, fired_at)
    _index(f"{prefix}timers_armed", timers.c.at, timers.c.dossier, where="fired_at IS NULL")
    outbox = sa.Table(
        f"{prefix}outbox",
        metadata,
        sa.Column("id", _BIG, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *_needed("topic", "dossier"),
        number("version"),
        text("detail"),
        *_needed("created_at", "status"),
        number("attempts", default="0"),
        *_needed("next_at"),
        *map(text, ("last_error", "sent_at")),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'dead')", name=f"{prefix}outbox_status"),
        sqlite_autoincrement=True,
    )
    _index(f"{prefix}outbox_waiting", outbox.c.next_at, outbox.c.id, where="status = 'waiting'")
    id_, found = sa.Column("id", _BIG, primary_key=True), map(text, ("actor", "dossier", "detail"))
    sa.Table(f"{prefix}journal", metadata, id_, *_needed("at", "act"), *found, sqlite_autoincrement=True)


def _evidence(metadata: sa.MetaData, prefix: str) -> None:
    """Documents and forms."""
    found = ("attached_by", "signature", "signers", "signed_at", "signature_detail", "erased_at")
    sa.Table(
        f"{prefix}documents",
        metadata,
        *map(key, ("dossier", "document")),
        *_needed("sha256", "kind", "media_type", "attached_at"),
        *map(number, ("size", "digitised")),
        *map(text, found),
    )
    series = (key("office"), key("year", sa.Integer), key("kind"))
    sa.Table(f"{prefix}numbers", metadata, *series, number("last"))
    forms = sa.Table(
        f"{prefix}forms",
        metadata,
        *(key("office"), key("year", sa.Integer), key("kind"), key("number", sa.Integer)),
        *_needed("dossier", "slip", "template", "media_type", "sha256", "issued_at"),
        number("version"),
        sa.Column("content", sa.LargeBinary),
        number("sides", default="0"),
        *map(text, ("issued_by", "printed_at", "void_reason", "voided_at", "voided_by", "erased_at")),
    )
    sa.Index(f"{prefix}forms_dossier", forms.c.dossier)


def _seals(metadata: sa.MetaData, prefix: str) -> None:
    seals = sa.Table(
        f"{prefix}seals", metadata, *map(key, ("day", "dossier")), number("version"), text("hash", needed=True)
    )
    chained = _needed("previous", "digest", "sealed_at")
    digests = sa.Table(f"{prefix}digests", metadata, key("day"), *chained, *map(number, ("dossiers", "events")))
    append_only(seals)
    append_only(digests)
