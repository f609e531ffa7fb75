"""How fast the office answered, forwarded and told; other offices and single steps against their own limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import TypeVar

from calendars.counting import HOUR
from dossier.clock import Due, due_of
from dossier.setting import readable
from rules.single.evidence import counted, types_of
from rules.single.history import History, Step, within
from rules.single.logic import Truth, beyond, coalesce
from rules.single.offering import DATE, MOMENT, TRUTH, Facts, Group, by_name, fact
from rules.single.outline import CLOSING, moment_of

ANSWERS = ("received", "rejected", "guided", "withdrawn", "closed")
"""Steps that end the wait for a first answer."""

TOLD = ("notified", "delivered")
LATE = {
    "opinions_late": ("consulted", ("answered", "completed", *CLOSING)),
    "steps_late": ("forwarded", ("forwarded", "completed", *CLOSING)),
}
"""Fact: the kind of step that has a limit of its own, and the kinds that end it."""

_Row = TypeVar("_Row")
_Answered = tuple[datetime, datetime | None]


def _submissions(facts: Facts) -> list[_Answered]:
    """When each submission was made and when it was answered: a receipt before it stands for an answer."""
    steps = facts.h.of_kind("submitted", *ANSWERS)
    answers = ((step, _next(steps, step, ANSWERS)) for step in steps if step.kind == "submitted")
    return [(step.at, coalesce(moment_of(answer), facts["received_at"])) for step, answer in answers]


def _next(steps: list[Step], step: Step, kinds: tuple[str, ...]) -> Step | None:
    return next((one for one in steps if one.place > step.place and one.kind in kinds), None)


def _slowest(facts: Facts) -> tuple[datetime | None, datetime | None, datetime | None]:
    """The submission whose answer is, or would be now, the latest against its own limit."""
    hours = facts["answer_working_hours_allowed"]
    rows = [(at, _answer_due(facts.h, at, hours or 0), answered) for at, answered in facts.once(_submissions)]
    worst = _worst([(None if row[1] is None else (row[2] or facts.h.as_of) - row[1], row) for row in rows])
    if worst is None:
        return None, None, None
    return worst if hours is not None and facts.h.says(*ANSWERS[:3]) else (worst[0], None, worst[2])


def _answer_due(h: History, at: datetime, hours: int) -> datetime | None:
    def end() -> datetime:
        return h.calendar.work_done_at(h.calendar.work_through(at) + hours * HOUR)

    return h.utc(within(end))


def _slowest_by_date(facts: Facts) -> tuple[date | None, date | None]:
    """The submission whose answer came the most days after the last day on which papers must be checked."""
    h, days = facts.h, facts["check_working_days_allowed"]
    rows = [
        (h.working_days_after(h.day(at), days or 0), h.day(answered or h.as_of))
        for at, answered in facts.once(_submissions)
    ]
    worst = _worst([(None if due is None or on is None else on - due, (due, on)) for due, on in rows])
    if worst is None:
        return None, None
    return worst if days is not None and h.says(*ANSWERS[:3]) else (None, worst[1])


def _worst(rows: list[tuple[timedelta | None, _Row]]) -> _Row | None:
    """The first row with the longest delay; the first of all where no delay is known."""
    known = [row for row in rows if row[0] is not None]
    return max(known, key=itemgetter(0))[1] if known else rows[0][1] if rows else None


def _forward_due(facts: Facts) -> date | None:
    """The day of receipt, or the next working day after the cut-off hour or a receipt on a closed day."""
    h, cutoff = facts.h, facts["forward_cutoff_hour_allowed"]
    if facts["received_at"] is None or cutoff is None:
        return None
    local = facts["received_at"].astimezone(h.calendar.zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    in_time = local <= midnight + timedelta(hours=cutoff)
    same_day = in_time and within(lambda: h.calendar.is_working(local.date()))
    return local.date() if same_day else h.working_days_after(local.date(), 1)


def _published(name: str, since: str) -> Group:
    """Whether something was published at or after a step, and until when its absence says nothing."""

    def give(facts: Facts) -> tuple[bool | None, datetime | None, date | None]:
        h = facts.h
        begun, days = moment_of(h.first(since)), facts["publication_working_days_allowed"]
        first = _first_since(h, begun, "published")
        due = None if days is None else h.working_days_after(h.day(begun), days)
        return (first is not None if h.says("published") else None), first, due

    return Group({f"{name}_published": TRUTH, f"{name}_published_at": MOMENT, f"{name}_public_due_on": DATE}, give)


def _first_since(h: History, since: datetime | None, *kinds: str) -> datetime | None:
    return None if since is None else next((step.at for step in h.of_kind(*kinds) if step.at >= since), None)


def _told(facts: Facts) -> tuple[datetime | None, date | None, Truth]:
    """Told too late is certain only where the source can say every way of telling."""
    h, completed, days = facts.h, facts["completed_at"], facts["tell_days_allowed"]
    told_at, day = _first_since(h, completed, *TOLD), h.day(completed)
    end = None if day is None or days is None else day + timedelta(days=days)
    due = None if end is None else within(lambda: h.calendar.next_working_day(end))
    late = beyond(h.day(told_at or h.as_of), due)
    return told_at, due, late if h.says_all(*TOLD) or not late else None


def limit_end(h: History, start: datetime, text: str | None) -> Due | None:
    """When a printed limit ends that runs from a moment."""
    term = readable(text)
    return None if term is None else within(lambda: due_of(h.calendar, h.calendar.local(start), term))


def _late(name: str, kind: str, ends: tuple[str, ...]) -> Group:
    """Steps of a kind that ended, or still go on, after their limit; and when the first of them was due."""

    def give(facts: Facts) -> tuple[int | None, datetime | None, date | None]:
        h = facts.h
        if not (h.has("limit") and h.says(kind)):
            return None, None, None
        judged = [*_judged(h, kind, ends)]
        first = next((due.day for _step, late, due in judged if late and due), None)
        return *counted((step, late) for step, late, _due in judged), first

    return Group(types_of(name) | {f"{name}_due_on": DATE}, give)


def _judged(h: History, kind: str, ends: tuple[str, ...]) -> Iterator[tuple[Step, Truth, Due | None]]:
    """Late is certain only where every step that could have ended it sooner would be seen."""
    steps = h.of_kind(kind, *ends)
    for step in h.of_kind(kind):
        due = limit_end(h, step.at, h.known(step, "limit"))
        until = moment_of(_next(steps, step, ends)) or h.as_of
        late = None if due is None else due.is_late(h.calendar.local(until))
        yield step, late if h.says_all(*ends) or not late else None, due


GROUPS = by_name((
    Group({"awaited_since": MOMENT, "answer_due": MOMENT, "answered_at": MOMENT}, _slowest),
    Group({"check_due_on": DATE, "checked_on": DATE}, _slowest_by_date),
    fact("forward_due", DATE, _forward_due),
    fact("forwarded_on", DATE, lambda facts: facts.h.day(facts["forwarded_at"])),
    _published("progress", "received"),
    _published("result", "completed"),
    Group({"told_at": MOMENT, "tell_due_on": DATE, "told_late": TRUTH}, _told),
    *(_late(name, kind, ends) for name, (kind, ends) in LATE.items()),
))  # fmt: skip
