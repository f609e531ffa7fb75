"""The tables, under a prefix and in a schema of the host's choice."""

from __future__ import annotations

import re
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from dossier.errors import UnusablePrefix
from dossier.events import LOG_COLUMNS, UNKNOWN
from dossier.stores.chain import ADDED
from dossier.stores.triggers import append_only

Part = sa.Column[str] | sa.Column[int] | sa.Column[bytes] | sa.CheckConstraint
_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,29}")
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Tables:
    """The tables of a store.

    >>> Tables("hcc_").events.name
    'hcc_events'

    Attributes:
        metadata: to be created with the host's own tables, or by `motcua db upgrade`.
        events: the histories, append-only: moments in ISO 8601 with their offset, flags as true and false, '?' where
            the source cannot say, digests where the text lies beside the chain.
        texts: the texts beside the chain, which may be erased.
        dossiers: the line of each dossier, written in the transaction of its last event.
        timers: the reminders that are armed, and when they fired.
        outbox: what is to be sent, without its content, which is worked out from the history when it is sent.
        documents: what is known of each document; its content lies in the host's storage.
        numbers: the last number of each series of forms.
        forms: the forms as issued.
        seals: how far each dossier had come when the register was sealed.
        digests: the chained digest of each sealing.
        journal: who looked up, exported, erased or pruned what.
        archives: the dossiers that were exported and pruned.

    Args:
        prefix: what the names of the tables begin with.
        schema: the schema in PostgreSQL.

    Raises:
        UnusablePrefix: the prefix or the schema is no plain lower-case name.

    """

    def __init__(self, prefix: str = "motcua_", schema: str | None = None) -> None:
        for name in (prefix, schema):
            if name is not None and (not _PLAIN.fullmatch(name) or name in RESERVED_WORDS):
                raise UnusablePrefix(name)
        self.prefix, self.schema = prefix, schema
        self.metadata = sa.MetaData(schema=schema)
        self.events = self._events()
        self.texts = self._texts()
        self.dossiers = self._dossiers()
        self.timers = self._timers()
        self.outbox = self._outbox()
        self.documents = self._documents()
        self.numbers = self._numbers()
        self.forms = self._forms()
        self.seals = self._seals()
        self.digests = self._digests()
        self.journal = self._journal()
        self.archives = self._archives()
        append_only(self.events, self.archives)
        append_only(self.seals)
        append_only(self.digests)

    def _table(self, name: str, *parts: Part, sqlite_autoincrement: bool = False) -> sa.Table:
        return sa.Table(self.prefix + name, self.metadata, *parts, sqlite_autoincrement=sqlite_autoincrement)

    def _index(self, name: str, *columns: sa.Column[object], where: str, unique: bool = False) -> None:
        condition = sa.text(where)
        sa.Index(self.prefix + name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)

    def _events(self) -> sa.Table:
        table = self._table(
            "events",
            _key("dossier"),
            _number_key("version"),
            *(_text(name, needed=name in {"event", "at"}) for name in LOG_COLUMNS if name not in {"dossier", *ADDED}),
            _text("source", needed=True),
            _text("override_reason"),
            _text("override_approver"),
            _text("override_lifted"),
            _text("key"),
            _text("request"),
            _text("hash", needed=True),
            *(sa.Column(name, sa.Text, server_default=UNKNOWN) for name in ADDED),
            sa.CheckConstraint("source IN ('desk', 'import', 'adopted')", name=f"{self.prefix}events_source"),
        )
        self._index("events_key", table.c.key, where="key IS NOT NULL", unique=True)
        return table

    def _texts(self) -> sa.Table:
        columns = ("reason", "applicant", "override_reason")
        return self._table(
            "texts", _key("dossier"), _number_key("version"), _text("salt", needed=True), *map(_text, columns)
        )

    def _dossiers(self) -> sa.Table:
        dates = ("received_at", "promised", "legal_due", "due_without_pauses", "office", "officer")
        table = self._table(
            "dossiers",
            _key("dossier"),
            _number("version"),
            _text("state"),
            _text("procedure"),
            *map(_text, dates),
            _text("ends_at", needed=True),
            _number("waiting", default="0"),
            _number("open", default="0"),
            _number("sealed", default="0"),
        )
        sa.Index(f"{self.prefix}dossiers_state", table.c.state)
        ends_at, code = table.c.ends_at, table.c.dossier
        self._index("dossiers_open", ends_at, code, where="open = 1")
        self._index("dossiers_open_office", table.c.office, ends_at, code, where="open = 1")
        self._index("dossiers_open_officer", table.c.officer, ends_at, code, where="open = 1")
        self._index("dossiers_unsealed", code, where="sealed < version")
        return table

    def _timers(self) -> sa.Table:
        table = self._table("timers", _key("dossier"), _key("kind"), _text("at", needed=True), _text("fired_at"))
        self._index("timers_armed", table.c.at, table.c.dossier, where="fired_at IS NULL")
        return table

    def _outbox(self) -> sa.Table:
        table = self._table(
            "outbox",
            sa.Column("id", _BIG, primary_key=True),
            sa.Column("key", sa.Text, nullable=False, unique=True),
            _text("topic", needed=True),
            _text("dossier", needed=True),
            _number("version"),
            _text("detail"),
            _text("created_at", needed=True),
            _text("status", needed=True),
            _number("attempts", default="0"),
            _text("next_at", needed=True),
            _text("last_error"),
            _text("sent_at"),
            sa.CheckConstraint("status IN ('waiting', 'sent', 'dead')", name=f"{self.prefix}outbox_status"),
            sqlite_autoincrement=True,
        )
        self._index("outbox_waiting", table.c.next_at, table.c.id, where="status = 'waiting'")
        return table

    def _documents(self) -> sa.Table:
        needed = ("sha256", "kind", "media_type", "attached_at")
        found = ("attached_by", "signature", "signers", "signed_at", "signature_detail", "erased_at")
        return self._table(
            "documents",
            _key("dossier"),
            _key("document"),
            *(_text(name, needed=True) for name in needed),
            _number("size"),
            _number("digitised"),
            *map(_text, found),
        )

    def _numbers(self) -> sa.Table:
        return self._table("numbers", _key("office"), _number_key("year"), _key("kind"), _number("last"))

    def _forms(self) -> sa.Table:
        needed = ("dossier", "slip", "template", "media_type", "sha256", "issued_at")
        found = ("issued_by", "printed_at", "void_reason", "voided_at", "voided_by", "erased_at")
        table = self._table(
            "forms",
            _key("office"),
            _number_key("year"),
            _key("kind"),
            _number_key("number"),
            *(_text(name, needed=True) for name in needed),
            _number("version"),
            sa.Column("content", sa.LargeBinary),
            _number("sides", default="0"),
            *map(_text, found),
        )
        sa.Index(f"{self.prefix}forms_dossier", table.c.dossier)
        return table

    def _seals(self) -> sa.Table:
        return self._table("seals", _key("day"), _key("dossier"), _number("version"), _text("hash", needed=True))

    def _digests(self) -> sa.Table:
        needed = ("previous", "digest", "sealed_at")
        return self._table(
            "digests",
            _key("day"),
            *(_text(name, needed=True) for name in needed),
            _number("dossiers"),
            _number("events"),
        )

    def _journal(self) -> sa.Table:
        return self._table(
            "journal",
            sa.Column("id", _BIG, primary_key=True),
            _text("at", needed=True),
            _text("act", needed=True),
            _text("actor"),
            _text("dossier"),
            _text("detail"),
            sqlite_autoincrement=True,
        )

    def _archives(self) -> sa.Table:
        return self._table(
            "archives",
            _key("dossier"),
            _number("year"),
            _number("version"),
            *(_text(name, needed=True) for name in ("hash", "file", "sha256", "archived_at")),
        )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _number_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _text(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=not needed)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)


TABLES = Tables()
"""The tables under their usual names."""


@cache
def tables_of(prefix: str) -> Tables:
    """The tables whose names begin so, made once; raises as `Tables` does."""
    return TABLES if prefix == TABLES.prefix else Tables(prefix)
