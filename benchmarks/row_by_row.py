"""A plain Python judge of R13 alone, one dossier after the other: for scale, and as a cross-check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from calendars import Term, WorkCalendar
from dossier.clock import AfterSupplement, Step, read_clock
from dossier.errors import IncompatibleTerm
from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures

COLUMNS = ("dossier", "event", "at", "ground", "limit", "procedure", "promised_date")
Row = tuple[Any, ...]
Regime = tuple[Term | None, AfterSupplement, Callable[[str], bool]]


def rows(log: EventLog) -> list[Row]:
    """The rows of a log as Python tuples."""
    return log.events.select(COLUMNS).rows()


def decided_late(log: EventLog, read: Sequence[Row]) -> list[str]:
    """The dossiers that were decided after their legal due date, by `dossier.clock`.

    Args:
        log: gives the calendar and the moment of the question.
        read: `rows` of it, those of a dossier together and in order.

    """
    assert log.latest  # noqa: S101  # a synthetic log is never empty
    dossiers = groupby(read, key=itemgetter(0))
    return [dossier for dossier, steps in dossiers if _late(list(steps), log.calendar, log.latest)]


def _late(steps: list[Row], calendar: WorkCalendar, until: datetime) -> bool:
    receipt = next((step for step in steps if step[1] == "received"), None)
    if receipt is None:
        return False
    decided = next(_decisions(steps, receipt[2]), None)
    return decided is not None and _after_due(steps, receipt, decided, calendar, until)


def _decisions(steps: list[Row], received: datetime) -> Iterator[datetime]:
    return (at for _, event, at, *_ in steps if event in {"completed", "rejected"} and at > received)


def _after_due(steps: list[Row], receipt: Row, decided: datetime, calendar: WorkCalendar, until: datetime) -> bool:
    *_, printed, procedure, promise = receipt
    limit, after, stops = _regime(procedure, calendar.local(receipt[2]).date(), printed)
    read = [Step(event, at, ground) for _, event, at, ground, *_ in steps]
    try:
        clock = read_clock(read, limit, calendar=calendar, until=until, promise=promise, after=after, stops=stops)
    except IncompatibleTerm:
        return False
    return clock is not None and clock.legal_due.is_late(calendar.local(decided))


@cache
def _regime(procedure: str, day: date, printed: str | None) -> Regime:
    """Limit, what a supplement does in the case that has this limit, and the grounds that stop the clock."""
    version = Procedures.shipped().on(procedure, day)
    limit = Term.parse(printed) if printed else None
    if version is None:
        return limit, AfterSupplement(), lambda _ground: True
    limits = {case: version.limit(case) for case in version.cases}
    limit = limit or limits.get("normal")
    case = next((case for case, known in limits.items() if known == limit), "normal")
    after = AfterSupplement(version.after_supplement.semantics, version.after_supplement.term_for(case))
    return limit, after, version.excludes
