"""A database as the first version left it: its tables, and histories of every shape in them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from dossier.events import LOG_COLUMNS
from dossier.stores.chain import ADDED

Cells = dict[str, str | int | None]
COLUMNS = [name for name in LOG_COLUMNS if name not in ADDED]

ROADS: Mapping[str | None, Sequence[str]] = {
    "submitted": ("submitted",),
    "processing": ("submitted", "received", "forwarded"),
    "supplement_requested": ("received", "supplement_requested"),
    "paused": ("received", "document_attached", "paused"),
    "payment_due": ("received", "forwarded", "payment_requested"),
    "late": ("received", "paused", "resumed", "apologised"),
    "delivered": ("submitted", "received", "forwarded", "completed", "delivered"),
    "rejected": ("submitted", "rejected"),
    "withdrawn": ("received", "withdrawn"),
    "closed": ("received", "forwarded", "supplement_requested", "closed"),
    None: ("completed", "received"),
}
"""The state on the line of a dossier, and the events that lead there; none where they cannot follow each other."""

_REASONS = (
    "Chờ ý kiến của Sở Xây dựng",
    'Thiếu trích lục; "bản sao" không chứng thực',
    "?",
    None,
    "Hồ sơ\nhai dòng 🏠",
)
_OFFICES = ("Phòng Đất đai", "Trung tâm Phục vụ hành chính công", "?", None)


def make_first_version(connection: sa.Connection, dossiers: int = 300) -> list[Cells]:
    """The tables with this many dossiers in them; the rows of the events, by dossier and version."""
    make_first_tables(connection)
    histories = [history(number) for number in range(dossiers)]
    keep(connection, [row for rows in histories for row in rows], [line_of(rows) for rows in histories])
    return [row for rows in histories for row in rows]


def make_first_tables(connection: sa.Connection) -> None:
    """The tables, empty."""
    script = Path(__file__).with_name("first_version.sql").read_text(encoding="utf-8")
    for statement in script.split(";;\n"):
        if connection.dialect.name == "sqlite" or "CREATE TRIGGER" not in statement:
            connection.exec_driver_sql(statement)


def keep(connection: sa.Connection, events: Sequence[Cells], lines: Sequence[Cells]) -> None:
    """Rows of events and lines of dossiers, put into the tables."""
    for table, rows in (("motcua_events", events), ("motcua_dossiers", lines)):
        columns = [sa.column(name) for name in rows[0]]
        connection.execute(sa.insert(sa.table(table, *columns)), rows)


def history(number: int) -> list[Cells]:
    """The events of one dossier; every third was imported, and its source cannot say everything."""
    chance = random.Random(number)
    source = "import" if number % 3 == 0 else "desk"
    kinds = list(ROADS.values())[number % len(ROADS)]
    return [_event(f"H{number:04}", version, kind, source, chance) for version, kind in enumerate(kinds, start=1)]


def line_of(rows: Sequence[Cells], legal_due: str | None = "2026-06-08") -> Cells:
    """The line of a dossier."""
    kinds = tuple(row["event"] for row in rows)
    return {
        "dossier": rows[0]["dossier"],
        "version": len(rows),
        "state": next(state for state, road in ROADS.items() if tuple(road) == kinds),
        "procedure": "1.012784",
        "received_at": "2026-06-01T09:00:00+07:00",
        "promised": "2026-06-08",
        "legal_due": legal_due if rows[0]["source"] == "desk" else None,
        "due_without_pauses": None,
    }


def event(dossier: str, version: int, kind: str, source: str = "desk", **cells: str | None) -> Cells:
    """One event."""
    moment = f"2026-06-{version:02}T09:00:00+07:00"
    empty: Cells = dict.fromkeys((*COLUMNS, "override_reason", "override_approver", "override_lifted"))
    kept = {"dossier": dossier, "version": version, "event": kind, "at": moment, "recorded_at": moment}
    return empty | kept | {"source": source} | cells


def _event(dossier: str, version: int, kind: str, source: str, chance: random.Random) -> Cells:
    cells: dict[str, str | None] = {
        "reason": chance.choice(_REASONS),
        "applicant": chance.choice(("CD-7f3a", "?", None)),
        "office": chance.choice(_OFFICES),
        "actor": chance.choice(("CB07", "applicant", "system", "?", None)),
        "promised": chance.choice(("2026-06-08", "2026-06-08T17:00:00+07:00", None)),
        "signed": chance.choice(("true", "false", "?", None)),
    }
    if source == "desk" and chance.random() < 0.3:  # about a third
        lifted = chance.choice(("request_supplement.quota", "request_supplement.quota promise.late"))
        cells |= {
            "override_reason": "Bổ sung chưa đúng hướng dẫn",
            "override_approver": "GĐ",
            "override_lifted": lifted,
        }
    return event(dossier, version, kind, source, **cells)
