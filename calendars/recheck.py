"""Does a deadline stand on a newer calendar, and which decision moved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from calendars.certificates import check
from calendars.counting import Counted, count_out
from calendars.days import Certainty, DayRecord, WorkCalendar
from calendars.requests import read_moment
from calendars.terms import Term


@dataclass(frozen=True)
class Move:
    """What one day of decisions did to the end of a limit.

    Attributes:
        decided_on: when the instruments were issued.
        before: the deadline as it was known the day before.
        after: the deadline as it was known from that day.
        records: the exceptional dates of these instruments from the start to the later of both ends.

    """

    decided_on: date
    before: Counted
    after: Counted
    records: tuple[DayRecord, ...]

    @property
    def instruments(self) -> tuple[str, ...]:
        """The instruments, each once."""
        return tuple(dict.fromkeys(record.citation for record in self.records))


@dataclass(frozen=True)
class Recheck:
    """A deadline as it was given, and as the newer calendar gives it.

    Attributes:
        due_before, due_after: the date on which it ends.
        expires_before, expires_after: as `Deadline.expires_at`.
        certainty_before, certainty_after: official or projected; a change of it moves nothing.
        moves: the decisions that lead from one to the other, oldest first. Empty where the deadline stands, and
            where no decision in the newer calendar explains the move: the data were corrected, or another calendar
            gave the deadline.

    """

    due_before: date
    due_after: date
    expires_before: datetime
    expires_after: datetime
    certainty_before: Certainty
    certainty_after: Certainty
    moves: tuple[Move, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether the limit ends at another moment."""
        return self.expires_before != self.expires_after

    @property
    def explained(self) -> bool:
        """Whether the deadline stands, or decisions of the newer calendar say why not."""
        return bool(self.moves) or not self.moved

    @property
    def instruments(self) -> tuple[str, ...]:
        """The instruments that moved it, each once."""
        return tuple(dict.fromkeys(instrument for move in self.moves for instrument in move.instruments))


@dataclass(frozen=True)
class _Given:
    start: datetime
    term: Term
    pauses: tuple[tuple[datetime, datetime], ...]
    due: date
    expires_at: datetime
    certainty: Certainty

    def on(self, calendar: WorkCalendar) -> Counted:
        return count_out(calendar, self.start, self.term, self.pauses)


def recheck(given: Counted | Mapping[str, Any], newer: WorkCalendar) -> Recheck:
    """Ask a newer calendar about a deadline, or about the certificate of one.

    Whether a promised date moves is for the caller to decide; this says only what the count gives today, by the rules
    of the Civil Code.

    >>> from calendars import deadline, vietnam
    >>> start = datetime(2025, 12, 29, 9, tzinfo=vietnam().zone)
    >>> old = deadline(vietnam().as_of(date(2025, 12, 24)), start, Term.parse("5 ngày làm việc"))
    >>> found = recheck(old, vietnam())
    >>> found.due_before, found.due_after, found.moves[0].decided_on
    (datetime.date(2026, 1, 6), datetime.date(2026, 1, 7), datetime.date(2025, 12, 25))

    Raises:
        MalformedRequest: a certificate that is none; the error names the place.
        CalendarError: the newer calendar cannot answer.

    """
    old = _stated(given) if isinstance(given, Mapping) else _of(given)
    new = old.on(newer)
    moves = tuple(_moves(old, new, newer)) if new.expires_at != old.expires_at else ()
    return Recheck(old.due, new.due, old.expires_at, new.expires_at, old.certainty, new.certainty, moves)


def _of(found: Counted) -> _Given:
    return _Given(found.start, found.term, found.pauses, found.due, found.expires_at, found.certainty)


def _stated(document: Mapping[str, Any]) -> _Given:
    check(document)
    inputs, result = document["inputs"], document["result"]
    pauses = tuple((read_moment(begin), read_moment(end)) for begin, end in inputs["pauses"])
    expires = read_moment(result["expires_at"])
    known: Certainty = "official" if result["certainty"] == "official" else "projected"
    due = date.fromisoformat(result["due"])
    return _Given(read_moment(inputs["from"]), Term.parse(inputs["limit"]), pauses, due, expires, known)


def _moves(old: _Given, new: Counted, newer: WorkCalendar) -> Iterator[Move]:
    """Go back in the decisions until the old end is found; then forward, with each decision that changed the end."""
    span = _span(old, new, newer)
    known = [new]
    decided = sorted({record.issued_on for record in span if record.issued_on}, reverse=True)
    for decided_on in decided:
        known.append(old.on(newer.as_of(decided_on - timedelta(days=1))))
        if known[-1].expires_at == old.expires_at:
            yield from _forward(decided, known, span)
            return


def _forward(decided: list[date], known: list[Counted], span: list[DayRecord]) -> Iterator[Move]:
    for decided_on, (after, before) in reversed(list(zip(decided, pairwise(known), strict=False))):
        if before.expires_at != after.expires_at:
            records = tuple(record for record in span if record.issued_on == decided_on)
            yield Move(decided_on, before, after, records)


def _span(old: _Given, new: Counted, newer: WorkCalendar) -> list[DayRecord]:
    """The dates from the start to the later end that were ordinary ones before an instrument."""
    first, last = newer.local(old.start).date(), max(old.due, new.due)
    inside = (record for day, record in sorted(newer.records.items()) if first <= day <= last)
    return [record for record in inside if record.issued_on and record.unknown_on(date.min)]
