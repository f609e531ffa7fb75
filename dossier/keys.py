"""Idempotency keys (khóa chống trùng lặp): what makes two commands the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

from dossier.events import Cell
from dossier.stores.records import Key, Override


def keyed(  # noqa: PLR0917  # a command has this many independent parts
    key: str,
    dossier: str,
    command: str,
    at: datetime | None,
    override: Override | None,
    fields: Mapping[str, Cell],
    form: Mapping[str, object] | None = None,
) -> Key:
    """A key with the digest of the command that it is sent with.

    Args:
        key: chosen by the host; not blank.
        dossier: the code of the dossier.
        command: a command of the lifecycle table.
        at: when it took effect, None for now.
        override: lifts reasons.
        fields: the columns of the event that were given.
        form: what was given for the form.

    Raises:
        ValueError: the key is blank.

    """
    if not key.strip():
        raise ValueError("the key is blank; choose one for each command, as a UUID, or give none")
    given = {name: _text(cell) for name, cell in fields.items() if cell is not None}
    lifted = None if override is None else [override.reason, override.approver]
    parts = [dossier.strip(), command, None if at is None else _text(at), lifted, given, form]
    return Key(key, hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest())


def _text(cell: Cell) -> str | bool | None:
    return cell.isoformat() if isinstance(cell, date) else cell
