"""Reminders and outbox in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from dossier.stores.queues import Armed, Posted


class MemoryTimers:
    """The reminders of all dossiers; `Timers` says more."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[datetime, datetime | None]] = {}
        self._of: dict[str, tuple[str, ...]] = {}

    def arm(self, dossier: str, timers: Mapping[str, datetime]) -> None:
        """Arm these reminders of a dossier and forget its others; one whose moment is the same does not fire again."""
        for kind in self._of.get(dossier, ()):
            if kind not in timers:
                del self.kept[dossier, kind]
        for kind, at in timers.items():
            known = self.kept.get((dossier, kind))
            self.kept[dossier, kind] = (at, known[1] if known and known[0] == at else None)
        self._of[dossier] = tuple(timers)

    def due(self, now: datetime, limit: int, after: Armed | None = None) -> list[Armed]:
        """The armed reminders whose moment has come, oldest first, beyond `after`."""
        found = [Armed(*key, at) for key, (at, fired_at) in self.kept.items() if fired_at is None and at <= now]
        return sorted((one for one in found if after is None or _place(one) > _place(after)), key=_place)[:limit]

    def fire(self, armed: Armed, now: datetime) -> bool:
        """Mark a reminder as fired; whether it was this call that did so."""
        key = (armed.dossier, armed.kind)
        if self.kept.get(key) != (armed.at, None):
            return False
        self.kept[key] = (armed.at, now)
        return True


class MemoryOutbox:
    """The messages of all dossiers; `Outbox` says more."""

    def __init__(self) -> None:
        self.kept: dict[str, Posted] = {}

    def post(self, messages: Sequence[Posted], now: datetime) -> None:
        """Put messages in; one whose key is there already is not put in twice."""
        for message in messages:
            self.kept.setdefault(message.key, message._replace(id=len(self.kept) + 1, next_at=now))

    def waiting(self, now: datetime, limit: int, topics: Collection[str] | None = None) -> list[Posted]:
        """The messages to try now, oldest first; of these topics, or of all."""
        chosen = [one for one in self.kept.values() if topics is None or one.topic in topics]
        found = [one for one in chosen if one.status == "waiting" and one.next_at and one.next_at <= now]
        return sorted(found, key=lambda one: (one.next_at, one.id))[:limit]

    def sent(self, message: Posted, now: datetime) -> None:  # noqa: ARG002  # the memory keeps no moment of sending
        """Note that a message went out."""
        self._note(message, status="sent", last_error=None)

    def failed(self, message: Posted, error: str, next_at: datetime | None) -> None:
        """Note that a message did not go out; without a next attempt it is dead."""
        ahead = {"status": "dead"} if next_at is None else {"next_at": next_at}
        self._note(message, attempts=message.attempts + 1, last_error=error, **ahead)

    def dead(self) -> list[Posted]:
        """The messages that were given up, oldest first."""
        return [message for message in self.kept.values() if message.status == "dead"]

    def revive(self, keys: Sequence[str], now: datetime) -> int:
        """Let dead messages wait again, from the first attempt; how many there were."""
        found = [message for message in self.dead() if message.key in keys]
        for message in found:
            self._note(message, status="waiting", attempts=0, next_at=now)
        return len(found)

    def counts(self) -> dict[str, int]:
        """How many messages there are of each status."""
        return dict(sorted(Counter(message.status for message in self.kept.values()).items()))

    def by_topic(self) -> dict[str, dict[str, int]]:
        """How many messages of each topic there are of each status."""
        topics = sorted({message.topic for message in self.kept.values()})
        return {topic: self._statuses(topic) for topic in topics}

    def _statuses(self, topic: str) -> dict[str, int]:
        return dict(sorted(Counter(one.status for one in self.kept.values() if one.topic == topic).items()))

    def _note(self, message: Posted, **values: object) -> None:
        self.kept[message.key] = self.kept[message.key]._replace(**values)  # type: ignore[arg-type]  # fields of it


def _place(armed: Armed) -> tuple[datetime, str, str]:
    return armed.at, armed.dossier, armed.kind
