"""The histories of version 0001 as version 0002 keeps them: linked, their free texts beside the chain.

The chain is that of the format `motcua-chain-1`, frozen here, whatever formats come after it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

Cells = dict[str, str | int | None]

_BESIDE = ("reason", "applicant", "override_reason")
_LINKED = (
    *("version", "dossier", "parent", "event", "at", "recorded_at", "actor", "office", "applicant", "procedure"),
    *("sector", "channel", "limit", "promised", "reason", "ground", "document", "document_at", "notice", "slip"),
    *("signed", "digitised", "source", "override_reason", "override_approver", "override_lifted", "key", "request"),
)
_UNKNOWN = "?"
_HOLDERS = frozenset({"submitted", "received", "forwarded"})
_NO_OFFICERS = frozenset({None, _UNKNOWN, "applicant", "system"})
_DECISIONS = frozenset({"completed", "rejected", "withdrawn", "closed"})
_WAITS = frozenset({"supplement_requested", "paused", "payment_due"})
_NEVER = "9999-12-31T00:00:00.000000Z"
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Rewritten(NamedTuple):
    """A history as it is kept now: its events, and the texts beside them."""

    events: list[Cells]
    texts: list[Cells]


def rewritten(history: Sequence[Mapping[str, str | int | None]]) -> Rewritten:
    """A history with its chain.

    Args:
        history: the events of one dossier, oldest first, as version 0001 kept them.

    """
    found, previous = Rewritten([], []), ""
    for old in history:
        texts = {name: str(old[name]) for name in _BESIDE if old[name] not in {None, _UNKNOWN}}
        salt = secrets.token_hex(16)
        row = {**old, "key": None, "request": None} | {name: _digest(salt, name, texts[name]) for name in texts}
        previous = _hash(previous, row)
        found.events.append({**row, "hash": previous})
        if texts:
            place = {"dossier": old["dossier"], "version": old["version"]}
            found.texts.append({**place, "salt": salt, **dict.fromkeys(_BESIDE), **texts})
    return found


def line(old: Mapping[str, str | int | None], history: Sequence[Mapping[str, str | int | None]]) -> Cells:
    """The line of a dossier, as far as it can be told without a calendar; its next event tells the rest.

    Args:
        old: the line as version 0001 kept it.
        history: its events, oldest first. One without an event of the desk is a log kept as read: nobody works on it.

    """
    offices = [row["office"] for row in history if row["event"] in _HOLDERS and row["office"] not in {None, _UNKNOWN}]
    officers = [row["actor"] for row in history if row["actor"] not in _NO_OFFICERS]
    ours = any(row["source"] == "desk" for row in history)
    return {
        **old,
        "office": offices[-1] if offices else None,
        "officer": officers[-1] if officers else None,
        "ends_at": _ends_at(old["legal_due"]),
        "waiting": int(old["state"] in _WAITS),
        "open": int(ours and not any(row["event"] in _DECISIONS for row in history)),
    }


def _digest(salt: str, name: str, text: str) -> str:
    return "sha256:" + hashlib.sha256(f"{salt}\x00{name}\x00{text}".encode()).hexdigest()


def _hash(previous: str, row: Mapping[str, str | int | None]) -> str:
    cells = ["motcua-chain-1", previous, *map(row.get, _LINKED)]
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _ends_at(legal_due: str | int | None) -> str:
    """The first moment that is too late: a limit in days expires at the end of its day in Vietnam."""
    due = str(legal_due)
    try:
        if len(due) == len("2026-08-20"):
            moment = datetime.combine(date.fromisoformat(due) + timedelta(days=1), time(), _ZONE)
        else:
            moment = datetime.fromisoformat(due)
    except ValueError:  # none, or no date: version 0001 read it as none, too
        return _NEVER
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
