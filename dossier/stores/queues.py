"""What waits beside the histories: reminders that are armed, messages that are to be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Status = Literal["waiting", "sent", "dead"]


class Armed(NamedTuple):
    """A reminder (nhắc việc) that is armed and has not fired."""

    dossier: str
    kind: str
    at: datetime


class Posted(NamedTuple):
    """A row of the outbox (hộp gửi); its content is worked out from the history when it is sent.

    Attributes:
        key: tells the receiver that a message is the same one again.
        topic: one of `dossier.outbox.topics`.
        version: the event because of which it is sent.
        detail: of a reminder, its kind and moment; else None.
        attempts: how often it was tried in vain.

    """

    id: int
    key: str
    topic: str
    dossier: str
    version: int
    detail: str | None = None
    attempts: int = 0
    status: Status = "waiting"
    next_at: datetime | None = None
    last_error: str | None = None


class Timers(Protocol):
    """The reminders of all dossiers."""

    def arm(self, dossier: str, timers: Mapping[str, datetime]) -> None:
        """Arm these reminders of a dossier and forget its others; one whose moment is the same does not fire again."""

    def due(self, now: datetime, limit: int, after: Armed | None = None) -> list[Armed]:
        """The armed reminders whose moment has come, oldest first, beyond `after`."""

    def fire(self, armed: Armed, now: datetime) -> bool:
        """Mark a reminder as fired; whether it was this call that did so."""


class Outbox(Protocol):
    """The messages of all dossiers, each with a key that is unique."""

    def post(self, messages: Sequence[Posted], now: datetime) -> None:
        """Put messages in; one whose key is there already is not put in twice."""

    def waiting(self, now: datetime, limit: int, topics: Collection[str] | None = None) -> list[Posted]:
        """The messages to try now, oldest first; those that another delivery holds are left to it.

        Args:
            now: the present moment, aware.
            limit: how many at most.
            topics: only these; None for all.

        """

    def sent(self, message: Posted, now: datetime) -> None:
        """Note that a message went out."""

    def failed(self, message: Posted, error: str, next_at: datetime | None) -> None:
        """Note that a message did not go out; without a next attempt it is dead."""

    def dead(self) -> list[Posted]:
        """The messages that were given up, oldest first."""

    def revive(self, keys: Sequence[str], now: datetime) -> int:
        """Let dead messages wait again, from the first attempt; how many there were."""

    def counts(self) -> dict[str, int]:
        """How many messages there are of each status."""

    def by_topic(self) -> dict[str, dict[str, int]]:
        """How many messages of each topic there are of each status."""
