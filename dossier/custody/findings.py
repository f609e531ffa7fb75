"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["altered", "missing", "inserted", "reordered", "rewritten"]
"""Of an event, a text, a line or a sealing; `rewritten`: a history is no longer the one that was sealed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written.

    Attributes:
        kind: what was done.
        sentence: the same for a reader, with what is known of it.
        dossier: None where it is about a sealing.
        version: the event; the first of them where several are missing; where an event was moved, where it stands now.
        day: the sealing that shows it, ISO 8601.

    """

    kind: Kind
    sentence: str
    dossier: str | None = None
    version: int | None = None
    day: str | None = None
