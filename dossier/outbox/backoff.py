"""When a message that did not arrive is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calendars import NaiveMoment

_MINUTES = (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, *[24 * 60] * 4)


@dataclass(frozen=True)
class Backoff:
    """How long to wait after each failed attempt; after the last wait the message is dead.

    No chance is in it: the same history gives the same moments. Who sends to one receiver from many machines spreads
    them by the size of a batch.

    >>> from datetime import UTC
    >>> failed = datetime(2026, 8, 20, 3, tzinfo=UTC)
    >>> Backoff().next_attempt(2, failed).isoformat()
    '2026-08-20T03:05:00+00:00'

    Attributes:
        waits: the wait after the first failed attempt, after the second …; by default one minute, growing to a day,
            and dead after eleven attempts in nearly five days.

    """

    waits: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)

    def __post_init__(self) -> None:
        """Refuse waits that are not positive or become shorter."""
        if any(wait <= timedelta() for wait in self.waits) or list(self.waits) != sorted(self.waits):
            raise ValueError(f"the waits {self.waits} must be positive and not become shorter; as 1, 5, 30 min")

    def next_attempt(self, attempts: int, now: datetime) -> datetime | None:
        """When to send again, in UTC; None when it was tried often enough.

        Args:
            attempts: how many attempts have failed, this one included; at least 1.
            now: the moment of this attempt, aware.

        Raises:
            NaiveMoment: `now` has no offset.
            ValueError: `attempts` is less than 1.

        """
        if now.tzinfo is None:
            raise NaiveMoment(now)
        if attempts < 1:
            raise ValueError(f"{attempts} attempts have failed; there is a next attempt only after at least 1")
        return now.astimezone(UTC) + self.waits[attempts - 1] if attempts <= len(self.waits) else None
