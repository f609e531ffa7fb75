"""When a dossier is due by law, worked out from its history; slow and plain on purpose.

The time limit runs from the first receipt. Pauses (dừng tính thời gian) and waits for a payment take their span out of
it; what a supplement does is the procedure's choice. A wait that begins after the term expired moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import dropwhile, takewhile
from typing import NamedTuple

from calendars import DifferentUnits, NaiveMoment, RunningLimit, Term, Unit, WorkCalendar
from dossier.errors import IncompatibleTerm
from dossier.procedure_schema import Semantics

WAITS = {
    "paused": "resumed",
    "payment_requested": "paid",
    "supplement_requested": "supplemented",
}
"""The events that begin a wait, each with the event that ends it."""

DECISIONS = frozenset({"completed", "rejected", "withdrawn", "closed"})
"""The events after which nothing moves the legal due date any more."""


class Step(NamedTuple):
    """What the clock reads of an event.

    Attributes:
        kind: the kind of event.
        at: when it took effect, with an offset.
        ground: the ground of a pause, None where it is not known.

    """

    kind: str
    at: datetime
    ground: str | None = None


@dataclass(frozen=True)
class AfterSupplement:
    """What a full supplement (bổ sung hồ sơ) does to the time limit.

    Attributes:
        semantics: `restart` counts the whole limit anew from the supplement (the default of the one-stop decree),
            `suspend` goes on where it stopped, `fixed` begins a period of `term`, `remaining_plus` goes on where it
            stopped and adds `term`, which has the unit of the limit.
        term: the new period or the addition.

    """

    semantics: Semantics = "restart"
    term: Term | None = None

    def __post_init__(self) -> None:
        """Refuse a term where none is used, and none where one is."""
        if (self.term is not None) != (self.semantics in {"fixed", "remaining_plus"}):
            raise ValueError(f"{self.semantics}: 'fixed' and 'remaining_plus' need a term, the others have none")


RESTART = AfterSupplement()


@dataclass(frozen=True)
class Due:
    """The end of a time limit (hạn giải quyết).

    Attributes:
        day: the date.
        moment: the moment where it is judged by moment, None where it is judged by date.

    """

    day: date
    moment: datetime | None = None

    @property
    def value(self) -> date | datetime:
        """The moment where there is one, else the date."""
        return self.day if self.moment is None else self.moment

    def is_late(self, at: datetime) -> bool:
        """Whether `at`, a moment in the calendar's zone, is too late."""
        if self.moment is None:
            return at.date() > self.day
        return at.astimezone(UTC) > self.moment.astimezone(UTC)


@dataclass(frozen=True)
class Clock:
    """Where the time limit of a dossier stands.

    Attributes:
        started_at: the first receipt.
        legal_due: when it is due by law.
        due_without_pauses: when it would be due had no pause been counted.
        waiting: the kinds of the waits still open, oldest first.

    """

    started_at: datetime
    legal_due: Due
    due_without_pauses: Due
    waiting: tuple[str, ...]


def read_clock(  # a dossier's clock has this many independent inputs
    steps: Sequence[Step],
    limit: Term | None,
    *,
    calendar: WorkCalendar,
    until: datetime,
    promise: date | datetime | None = None,
    after: AfterSupplement = RESTART,
    stops: Callable[[str], bool] = lambda _ground: True,
) -> Clock | None:
    """The clock of a history as it stands at `until`; None before receipt, or with neither limit nor promise.

    Steps before the first receipt, after the first decision and after `until` are not read. Open waits count as if
    they ended at the decision, or else at `until`.
    Without a `limit` the budget is what the receipt promised: a date gives the working days up to it, a moment the
    worked time up to it, and as long as nothing moves it the promise itself is due.

    >>> from calendars import vietnam
    >>> day = lambda n: datetime(2026, 8, n, 9, tzinfo=vietnam().zone)
    >>> steps = [Step("received", day(3)), Step("paused", day(4)), Step("resumed", day(6))]
    >>> found = read_clock(steps, Term.parse("5 ngày làm việc"), calendar=vietnam(), until=day(6))
    >>> found.legal_due.day.isoformat(), found.due_without_pauses.day.isoformat()
    ('2026-08-12', '2026-08-10')

    Args:
        steps: the events in order.
        limit: the time limit, None where it is not known.
        calendar: the calendar of the office.
        until: the moment of the question.
        promise: what the receipt promised, used without a limit.
        after: what a supplement does.
        stops: whether a pause on a known ground stops the clock by law; a pause whose ground is not known does.

    Raises:
        NaiveMoment: a moment without offset.
        IncompatibleTerm: `remaining_plus` whose term has another unit than the limit, or no limit.

    """
    read = _read([step._replace(at=_utc(step.at)) for step in steps], _utc(until))
    if not read:
        return None
    start = calendar.local(read[0].at)
    budget = _budget(calendar, start, limit, promise)
    if budget is None:
        return None
    waits = _waits(read, read[-1].at if read[-1].kind in DECISIONS else _utc(until))
    counted = [wait for wait in waits if wait.kind != "paused" or wait.ground is None or stops(wait.ground)]
    pauseless = [wait for wait in waits if wait.kind != "paused"]
    still_open = tuple(wait.kind for wait in waits if wait.is_open)
    return Clock(start, _run(budget, counted, after), _run(budget, pauseless, after), still_open)


@dataclass(frozen=True)
class _Wait:
    kind: str
    begin: datetime
    end: datetime
    ground: str | None
    is_open: bool


def _utc(moment: datetime) -> datetime:
    # two moments of one zone compare by wall clock, which is wrong in the hour that a zone repeats
    if moment.tzinfo is None:
        raise NaiveMoment(moment)
    return moment.astimezone(UTC)


def _read(steps: Sequence[Step], until: datetime) -> list[Step]:
    """The steps from the first receipt to the first decision or to `until`, both included."""
    from_receipt = dropwhile(lambda step: step.kind != "received", steps)
    read: list[Step] = []
    for step in takewhile(lambda step: step.at <= until, from_receipt):
        read.append(step)
        if step.kind in DECISIONS:
            break
    return read


def _waits(steps: Sequence[Step], end: datetime) -> list[_Wait]:
    running: dict[str, Step] = {}
    waits = []
    for step in steps:
        if step.kind in WAITS:
            running.setdefault(WAITS[step.kind], step)
        elif step.kind in running:
            begun = running.pop(step.kind)
            waits.append(_Wait(begun.kind, begun.at, step.at, begun.ground, is_open=False))
    waits += [_Wait(begun.kind, begun.at, end, begun.ground, is_open=True) for begun in running.values()]
    return sorted(waits, key=lambda wait: wait.begin)


@dataclass(frozen=True)
class _Budget:
    """A limit that runs, and the promise that stands for it as long as nothing moves it."""

    limit: RunningLimit
    promise: Due | None = None

    @property
    def due(self) -> Due:
        end = self.limit.deadline
        if self.promise is not None and end == replace(self.limit.without_pauses, pauses=end.pauses):
            return self.promise
        return Due(end.due, None if end.by_date else end.expires_at)

    def after(self, wait: _Wait, after: AfterSupplement) -> _Budget:
        """The budget after a wait that begins in time."""
        semantics = after.semantics if wait.kind == "supplement_requested" else "suspend"
        if semantics == "suspend":
            # the promise may end later than the working days it stands for: what comes between is still in time
            return replace(self, limit=replace(self.limit, pauses=(*self.limit.pauses, (wait.begin, wait.end))))
        if semantics == "remaining_plus":
            return _Budget(self._lengthened(wait, after.term))
        again = self.limit.calendar.local(wait.end)
        return _Budget(replace(self.limit, start=again, term=after.term or self.limit.term))

    def _lengthened(self, wait: _Wait, term: Term | None) -> RunningLimit:
        if term is None:
            raise TypeError("remaining_plus without a term")
        if self.promise is not None:
            raise IncompatibleTerm(term.text_en, None)
        try:
            return self.limit.remaining_plus(wait.begin, wait.end, term)
        except DifferentUnits as error:
            raise IncompatibleTerm(error.addition, error.limit) from None


def _budget(
    calendar: WorkCalendar, start: datetime, limit: Term | None, promise: date | datetime | None
) -> _Budget | None:
    if limit is not None:
        return _Budget(RunningLimit(calendar, start, limit))
    if isinstance(promise, datetime):
        moment = calendar.local(promise)
        microseconds = max(calendar.working_time(start, moment), timedelta()) // timedelta(microseconds=1)
        span = Term(Fraction(microseconds, 3_600_000_000), Unit.WORKING_HOUR)
        return _Budget(RunningLimit(calendar, start, span), Due(moment.date(), moment))
    if promise is not None:
        days = Term.of(max(calendar.count_working_days(start.date(), promise), 0), Unit.WORKING_DAY)
        return _Budget(RunningLimit(calendar, start, days), Due(promise))
    return None


def _run(budget: _Budget, waits: Sequence[_Wait], after: AfterSupplement) -> Due:
    for wait in waits:
        if not budget.due.is_late(budget.limit.calendar.local(wait.begin)):
            budget = budget.after(wait, after)
    return budget.due
