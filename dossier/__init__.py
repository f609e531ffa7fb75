"""Floor 1: what happened to this case, what may happen next, when is it due."""

from typing import TYPE_CHECKING

from dossier.adoption import Adopted
from dossier.clock import AfterSupplement, Clock, Due, Step, read_clock
from dossier.desk import Desk
from dossier.errors import (
    Conflict,
    DossierError,
    KeyReused,
    NotAllowed,
    Reason,
    UnknownCommand,
    UnknownDossier,
    UnknownField,
    Unreplayable,
)
from dossier.events import EVENT_CLASSES, KINDS, LOG_COLUMNS, UNKNOWN, Event
from dossier.lifecycle import LIFECYCLE, STATES
from dossier.quotas import Quotas, once_each
from dossier.retrying import retried
from dossier.roles import UNCHECKED, Role, RolesOf
from dossier.stores.memory import MemoryStore
from dossier.stores.records import EventStore, Override, Overview, Record
from dossier.view import Dossier

if TYPE_CHECKING:
    from dossier.stores.sql import Store, metadata

__all__ = [
    "EVENT_CLASSES",
    "KINDS",
    "LIFECYCLE",
    "LOG_COLUMNS",
    "STATES",
    "UNCHECKED",
    "UNKNOWN",
    "Adopted",
    "AfterSupplement",
    "Clock",
    "Conflict",
    "Desk",
    "Dossier",
    "DossierError",
    "Due",
    "Event",
    "EventStore",
    "KeyReused",
    "MemoryStore",
    "NotAllowed",
    "Override",
    "Overview",
    "Quotas",
    "Reason",
    "Record",
    "Role",
    "RolesOf",
    "Step",
    "Store",
    "UnknownCommand",
    "UnknownDossier",
    "UnknownField",
    "Unreplayable",
    "metadata",
    "once_each",
    "read_clock",
    "retried",
]


def __getattr__(name: str) -> object:
    """`Store` and `metadata`, on first use: who only reads logs need not load a database library."""
    if name in {"Store", "metadata"}:
        from dossier.stores import sql

        return getattr(sql, name)
    raise AttributeError(f"module 'dossier' has no attribute {name!r}")
