"""When a dossier is due by law, worked out from its history; slow and plain on purpose.

The time limit runs from the first receipt. Pauses (dừng tính thời gian) and waits for a payment take their span out of
it; what a supplement does is the procedure's choice. A wait that begins after the term expired moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from calendars import DifferentUnits, NaiveMoment, Term, Unit, WorkCalendar, deadline
from calendars.counting import Pause
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

READ = frozenset({"received", *WAITS, *WAITS.values(), *DECISIONS})
"""The events that the clock reads; any other leaves it as it is."""


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
    read = _read([Step(kind, _utc(at), ground) for kind, at, ground in steps], _utc(until))
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
    legal_due = _run(budget, counted, after)
    without = legal_due if counted == pauseless else _run(budget, pauseless, after)
    return Clock(start, legal_due, without, still_open)


class _Wait(NamedTuple):
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
    read: list[Step] = []
    for step in steps:
        if not read and step.kind != "received":
            continue
        if step.at > until:
            break
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


class _Budget(NamedTuple):
    """A limit that runs, and the promise that stands for it as long as nothing moves it."""

    calendar: WorkCalendar
    start: datetime
    term: Term
    pauses: tuple[Pause, ...] = ()
    promise: Due | None = None

    @property
    def due(self) -> Due:
        if self.promise is not None and not self._is_moved:
            return self.promise
        return due_of(self.calendar, self.start, self.term, self.pauses)

    @property
    def _is_moved(self) -> bool:
        end = deadline(self.calendar, self.start, self.term, self.pauses)
        return end != replace(deadline(self.calendar, self.start, self.term), pauses=end.pauses)

    def after(self, wait: _Wait, after: AfterSupplement) -> _Budget:
        """The budget after a wait that begins in time."""
        semantics = after.semantics if wait.kind == "supplement_requested" else "suspend"
        if semantics in {"restart", "fixed"}:
            return self._replace(start=self.calendar.local(wait.end), term=after.term or self.term, promise=None)
        # the promise may end later than the working days it stands for: what comes between is still in time
        gone_on = self._replace(pauses=(*self.pauses, (wait.begin, wait.end)))
        return gone_on if semantics == "suspend" else gone_on.lengthened(after.term)

    def lengthened(self, term: Term | None) -> _Budget:
        if term is None:
            raise TypeError("remaining_plus without a term")
        if self.promise is not None:
            raise IncompatibleTerm(term.text_en, None)
        try:
            return self._replace(term=self.term + term)
        except DifferentUnits as error:
            raise IncompatibleTerm(error.addition, error.limit) from None


def due_of(calendar: WorkCalendar, start: datetime, term: Term, pauses: tuple[Pause, ...] = ()) -> Due:
    """When a limit ends that began at `start`, a moment in the calendar's zone, and stood still during `pauses`.

    Raises:
        OutOfRange: it ends beyond the calendar.
        UnreadableTerm: a fraction of a month that the law does not know.

    """
    if term.exact().unit.by_date:
        local = calendar.local
        spans = tuple((local(begin).date(), local(end).date()) for begin, end in pauses) if pauses else ()
        return _due_by_date(calendar, start.date(), term, spans)
    end = deadline(calendar, start, term, pauses)
    return Due(end.due, end.expires_at)


@lru_cache(maxsize=2**16)
def _due_by_date(calendar: WorkCalendar, start: date, term: Term, spans: tuple[tuple[date, date], ...]) -> Due:
    """A limit in days sees dates only: all dossiers of one day and one limit share one count."""

    def moment(day: date) -> datetime:
        return datetime.combine(day, time(), calendar.zone)

    return Due(deadline(calendar, moment(start), term, [(moment(begin), moment(end)) for begin, end in spans]).due)


def _budget(
    calendar: WorkCalendar, start: datetime, limit: Term | None, promise: date | datetime | None
) -> _Budget | None:
    if limit is not None:
        return _Budget(calendar, start, limit)
    if isinstance(promise, datetime):
        moment = calendar.local(promise)
        microseconds = max(calendar.working_time(start, moment), timedelta()) // timedelta(microseconds=1)
        span = Term(Fraction(microseconds, 3_600_000_000), Unit.WORKING_HOUR)
        return _Budget(calendar, start, span, promise=Due(moment.date(), moment))
    if promise is not None:
        days = Term.of(max(calendar.count_working_days(start.date(), promise), 0), Unit.WORKING_DAY)
        return _Budget(calendar, start, days, promise=Due(promise))
    return None


def _run(budget: _Budget, waits: Sequence[_Wait], after: AfterSupplement) -> Due:
    for wait in waits:
        if not budget.due.is_late(budget.calendar.local(wait.begin)):
            budget = budget.after(wait, after)
    return budget.due
