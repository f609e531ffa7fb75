"""Office hours: the sessions of a day as half-open minutes of the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MINUTE = 60_000_000
"""Microseconds in a minute."""

DAY = 1440 * MINUTE
"""Microseconds in a day."""

Sessions = tuple[tuple[int, int], ...]
"""Begin and end of each session, in minutes of the day."""

_SESSION = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Template:
    """What a day looks like: its sessions, minutes of the day, in order, apart from each other.

    >>> office = Template.parse(["07:00-11:30", "13:30-17:00"])
    >>> office.minutes, office.closing
    (480, 1020)
    """

    sessions: Sessions

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Template:
        """Read sessions as ``HH:MM-HH:MM``.

        Raises:
            ValueError: a text is no session, or the sessions overlap or are out of order.

        """
        template = cls(tuple(_session(text) for text in texts))
        edges = [edge for session in template.sessions for edge in session]
        if edges != sorted(set(edges)):
            raise ValueError(f"the sessions {list(texts)} overlap, touch or are out of order")
        return template

    @cached_property
    def minutes(self) -> int:
        """Worked minutes of the day."""
        return sum(end - begin for begin, end in self.sessions)

    @property
    def closing(self) -> int:
        """The minute at which the last session ends."""
        return self.sessions[-1][1]

    def done(self, instant: int) -> int:
        """Worked microseconds of the day before `instant`, a microsecond of the day."""
        return sum(max(0, min(instant, end * MINUTE) - begin * MINUTE) for begin, end in self.sessions)

    def reached(self, work: int) -> int:
        """The microsecond of the day at which `work` > 0 microseconds are done; a full session ends at its closing."""
        for begin, end in self.sessions:
            if work <= (end - begin) * MINUTE:
                return begin * MINUTE + work
            work -= (end - begin) * MINUTE
        raise ValueError(f"{work} microseconds more than the day holds")

    def opening(self, instant: int) -> int | None:
        """The first worked microsecond of the day at or after `instant`; None when there is none."""
        later = (max(instant, begin * MINUTE) for begin, end in self.sessions if instant < end * MINUTE)
        return next(later, None)

    def holds(self, instant: int) -> bool:
        """Whether `instant` lies in a session or at its closing."""
        return any(begin * MINUTE <= instant <= end * MINUTE for begin, end in self.sessions)


CLOSED = Template(())
"""A day on which nobody works."""


def _session(text: object) -> tuple[int, int]:
    match = _SESSION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is no session; write it as '07:00-11:30'")
    h1, m1, h2, m2 = map(int, match.groups())
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    if not begin < end <= DAY // MINUTE:
        raise ValueError(f"the session {text!r} ends before it begins or after midnight")
    return begin, end
