"""The office of the demo: the real desk with a clock on the wall, and dossiers that its officers take up in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush

from dossier import UNCHECKED, Desk, Dossier, EventStore, NotAllowed
from dossier.events import Cell
from dossier.procedures import Procedures
from rules.demo.quarter import BEGIN, END
from rules.quotas import quotas

Given = Mapping[str, Cell]
"""The fields of an act."""

Moments = Iterator[datetime]
"""The course of a dossier: it says when it goes on; when it does, the clock on the wall shows that moment."""


class Office:
    """The desk, the time, and a tally of what was done and of what was refused.

    Attributes:
        now: what the clock on the wall shows.
        acts: how many acts the desk carried out.
        refused: how many it refused.
        reasons: how often each reason was given; one act may have several.
        let_through: unlawful acts that it did not refuse, as "dossier command".
        states: how many dossiers stand in each state, told at the end of the quarter.

    """

    def __init__(self, store: EventStore) -> None:
        self.now = BEGIN
        self.acts = self.refused = 0
        self.reasons: Counter[str] = Counter()
        self.let_through: list[str] = []
        self.states: Counter[str] = Counter()
        book, allowed = Procedures.shipped(), quotas().on
        self._desk = Desk(store, roles=UNCHECKED, procedures=book, quotas=allowed, now=lambda: self.now)

    def do(self, dossier: str, command: str, fields: Given, at: datetime | None = None) -> Dossier:
        """Carry out a lawful act; raises as the desk does."""
        view = self._desk.do(dossier, command, at=at, **fields)  # type: ignore[arg-type]  # actor and office are texts
        self.acts += 1
        return view

    def tries(self, dossier: str, command: str, fields: Given) -> None:
        """Try an unlawful act, which the desk should refuse."""
        try:
            self.do(dossier, command, fields)
        except NotAllowed as refusal:
            self.refused += 1
            self.reasons.update(reason.code for reason in refusal.reasons)
        else:
            self.let_through.append(f"{dossier} {command}")


def play(office: Office, courses: Iterable[tuple[datetime, Moments]], end_of_day: Callable[[], None]) -> None:
    """Let every dossier take its course, all of them side by side, until the quarter ends.

    Args:
        office: where.
        courses: when each dossier arrives, and its course.
        end_of_day: called after the last act of each day; the host commits.

    """
    waiting = [(arrives, number, course) for number, (arrives, course) in enumerate(courses)]
    heapify(waiting)
    while waiting and waiting[0][0] <= END:
        moment, number, course = heappop(waiting)
        if moment.date() > office.now.date():
            end_of_day()
        office.now = moment
        if (goes_on := next(course, None)) is not None:
            heappush(waiting, (max(goes_on, moment), number, course))
    end_of_day()
