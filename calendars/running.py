"""A time limit that runs: when it began, where it stood still, and what the acts of a procedure do to it.

Procedures print five semantics for a wait: go on where the limit stopped (`suspend`), count it anew (`restart`), give a
new period (`fixed`), go on and add something (`remaining_plus`), or end the dossier if nobody answers (`close_after`).
Extending (`extend`, gia hạn) is an act of its own. Each gives a new value; an act that begins after the limit has
expired changes nothing, for a limit that has ended cannot be revived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Self

from calendars.counting import Pause
from calendars.days import WorkCalendar
from calendars.deadlines import Deadline, deadline
from calendars.provisions import CIVIL_CODE, Provision
from calendars.terms import Term


@dataclass(frozen=True)
class RunningLimit:
    """A limit that has begun to run.

    While a wait is still open, give the present moment as its end: the deadline is then the one that would hold if the
    limit went on now.

    >>> from calendars import Term, vietnam
    >>> day = lambda n: datetime(2026, 8, n, 9, tzinfo=vietnam().zone)
    >>> limit = RunningLimit(vietnam(), day(3), Term.parse("5 ngày làm việc"))
    >>> paused, anew = limit.suspend(day(4), day(6)), limit.restart(day(4), day(6))
    >>> limit.deadline.due.day, paused.deadline.due.day, anew.deadline.due.day
    (10, 12, 13)

    Attributes:
        calendar: by which it is counted.
        start: when it began to run.
        term: how long it is.
        pauses: where it stood still.
        provision: how it begins and ends.

    """

    calendar: WorkCalendar
    start: datetime
    term: Term
    pauses: tuple[Pause, ...] = ()
    provision: Provision = CIVIL_CODE

    @cached_property
    def deadline(self) -> Deadline:
        """When it ends."""
        return deadline(self.calendar, self.start, self.term, self.pauses, self.provision)

    @cached_property
    def without_pauses(self) -> Deadline:
        """When it would end had it never stood still."""
        return deadline(self.calendar, self.start, self.term, (), self.provision)

    def has_expired(self, at: datetime) -> bool:
        """Whether it has ended before `at`; on its last day, or at its last moment, it has not."""
        return self.deadline.is_late(self.calendar.local(at))

    def suspend(self, begin: datetime, end: datetime) -> Self:
        """It stands still from `begin` to `end` and goes on."""
        return self if self.has_expired(begin) else replace(self, pauses=(*self.pauses, (begin, end)))

    def restart(self, begin: datetime, end: datetime) -> Self:
        """A wait from `begin` to `end` after which the whole limit is counted anew."""
        return self.fixed(begin, end, self.term)

    def fixed(self, begin: datetime, end: datetime, term: Term) -> Self:
        """A wait from `begin` to `end` after which a period of `term` begins."""
        return self if self.has_expired(begin) else replace(self, start=self.calendar.local(end), term=term)

    def remaining_plus(self, begin: datetime, end: datetime, term: Term) -> Self:
        """It stands still from `begin` to `end`, goes on, and is longer by `term`.

        Raises:
            DifferentUnits: the term has another unit than the limit.

        """
        return self if self.has_expired(begin) else self.suspend(begin, end).extend(begin, term)

    def extend(self, at: datetime, term: Term) -> Self:
        """It is made longer by `term`, decided at `at`; a new appointment is none, it moves no legal date.

        Raises:
            DifferentUnits: the term has another unit than the limit.

        """
        return self if self.has_expired(at) else replace(self, term=self.term + term)


def close_after(calendar: WorkCalendar, asked_at: datetime, term: Term) -> Deadline:
    """When a dossier is closed for want of an answer to what was asked at `asked_at`."""
    return deadline(calendar, asked_at, term)
