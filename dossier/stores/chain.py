"""The hash chain of a dossier: each event is linked to the one before it, and what may be erased lies beside it.

Free text and pseudonyms are kept apart under a salted digest, and the chain runs over the digest. When the text is
erased, the chain still verifies; without the salt, which is erased too, the digest tells nothing about the text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from dossier.events import LOG_COLUMNS, UNKNOWN

BESIDE = ("reason", "applicant", "override_reason")
"""The columns that are kept beside the chain, because they may name or describe a person."""

LINKED = (
    "version",
    *LOG_COLUMNS,
    "source",
    "override_reason",
    "override_approver",
    "override_lifted",
    "key",
    "request",
)
"""The columns that the chain runs over, in this order."""

ADDED = ("reused", "status", "rating")
"""Columns that joined the log later: an event that cannot say them is linked as it was before there were any."""

_FIRST = tuple(name for name in LINKED if name not in ADDED)
_FORMAT = "motcua-chain-1"
_DIGEST = "sha256:"
Kept = Mapping[str, str | int | None]


class Sealed(NamedTuple):
    """A row whose texts were taken out of it, and these texts with their salt; None where it had none."""

    row: dict[str, str | int | None]
    beside: dict[str, str | None] | None


def seal(row: Kept) -> Sealed:
    """Take out of a row what lies beside the chain.

    >>> row, beside = seal({"reason": "Chờ ý kiến", "slip": "TN-1"})
    >>> row["reason"].startswith("sha256:"), row["slip"], beside["reason"]
    (True, 'TN-1', 'Chờ ý kiến')
    """
    texts = {name: str(row[name]) for name in BESIDE if row.get(name) not in {None, UNKNOWN}}
    if not texts:
        return Sealed(dict(row), None)
    salt = secrets.token_hex(16)
    digests = {name: digest(salt, name, text) for name, text in texts.items()}
    return Sealed({**row, **digests}, {"salt": salt, **dict.fromkeys(BESIDE), **texts})


def digest(salt: str, name: str, text: str) -> str:
    """What stands in the chain for a text."""
    return _DIGEST + hashlib.sha256(f"{salt}\x00{name}\x00{text}".encode()).hexdigest()


def unsealed(kept: str | None, beside: str | None) -> str | None:
    """The text of a column kept beside the chain: "the source cannot say" where it was erased."""
    if kept is None or kept == UNKNOWN:
        return kept
    return UNKNOWN if beside is None else beside


def link(previous: str, row: Kept) -> str:
    """The hash of an event, in hex: SHA-256 over the one before it and the columns of `LINKED`.

    Args:
        previous: the hash of the event before it, empty for the first.
        row: the event as it is kept.

    """
    added = {name: row[name] for name in ADDED if row.get(name, UNKNOWN) != UNKNOWN}
    cells = [_FORMAT, previous, *map(row.get, _FIRST), *([added] if added else [])]
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
