"""Pauses as claims, and steps at a telling moment: just before a due date, after hours, before an answer was due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from calendars import Term, Unit
from calendars.hours import MINUTE
from dossier.clock import WAITS, Due, due_of
from dossier.events import UNKNOWN
from rules.single.evidence import counted, types_of
from rules.single.history import History, Step, within
from rules.single.limits import due_then, parts_of, regime
from rules.single.logic import Truth
from rules.single.offering import DATE, MOMENT, NUMBER, TRUTH, Facts, Group, by_name
from rules.single.outline import follows_receipt
from rules.single.waits import Wait, of_kind

OFFICE_ACTS = (
    *("guided", "rejected", "forwarded", "consulted", "supplement_requested", "paused", "resumed"),
    *("payment_requested", "apologised", "completed", "closed"),
)
"""What an officer does inside the office."""

PROMISING = ("supplemented", "apologised")
CLOSED_EARLY = {
    "closed_unanswered": TRUTH,
    "closed_unanswered_at": MOMENT,
    "answer_until_on": DATE,
    "closed_too_early": TRUTH,
}


def _on_other_ground(facts: Facts) -> tuple[int | None, datetime | None]:
    """Pauses on a ground that is none of the waits which the procedure excludes."""
    if not facts.h.says("paused"):
        return None, None
    return _count(of_kind(facts, "paused"), lambda pause: _is_on_other_ground(facts, pause))


def _count(pauses: list[Wait], lacks: Callable[[Wait], Truth]) -> tuple[int | None, datetime | None]:
    judged = [(pause.begin, lacks(pause)) for pause in pauses]
    certain = [begin for begin, found in judged if found]
    unsure = not certain and any(found is None for _begin, found in judged)
    return None if unsure else len(certain), certain[0] if certain else None


def _is_on_other_ground(facts: Facts, pause: Wait) -> Truth:
    found = facts.once(regime)
    if found is None or not found.named:
        return None
    if not found.lists_grounds:
        return False
    return None if pause.ground is None else not found.stops(pause.ground)


def _overlapping(name: str, kind: str) -> Group:
    """Pauses during some part of which the dossier also waited for something else."""

    def give(facts: Facts) -> tuple[int | None, datetime | None]:
        h = facts.h
        if not h.says_all("paused", WAITS["paused"], kind, WAITS[kind]):
            return None, None
        others = of_kind(facts, kind)
        return _count(of_kind(facts, "paused"), lambda pause: any(_meet(pause, other, h.as_of) for other in others))

    return Group(types_of(name), give)


def _meet(one: Wait, other: Wait, now: datetime) -> bool:
    return one.begin < other.ends_by(now) and other.begin < one.ends_by(now)


def _time_left(name: str, which: Callable[[Facts], Step | None]) -> Group:
    """Working minutes, begun ones whole, from a step to the due date as it stood then; none or less: after it."""

    def give(facts: Facts) -> tuple[int | None, datetime | None]:
        step = which(facts)
        if step is None:
            return None, None
        end = due_then(facts, step.at)
        return None if end is None else _minutes(facts.h, step.at, end), step.at

    return Group({f"{name}_minutes_left": NUMBER, f"{name}_at": MOMENT}, give)


def _minutes(h: History, begin: datetime, end: Due) -> int | None:
    """A date ends at its last closing time."""
    closing = end.moment or h.calendar.midnight_after(end.day)
    return within(lambda: -((h.calendar.work_through(begin) - h.calendar.work_through(closing)) // MINUTE))


def _last_pause(facts: Facts) -> Step | None:
    return next(iter(facts.h.of_kind("paused")[::-1]), None)


def _last_request(facts: Facts) -> tuple[datetime | None, date | None, date | None]:
    """The last supplement request after the receipt, and the due date as it stood just before."""
    h = facts.h
    steps = [step.at for step in h.of_kind("supplement_requested") if follows_receipt(h, step)]
    if not steps:
        return None, None, None
    end = due_then(facts, steps[-1] - timedelta(microseconds=1))
    return steps[-1], h.day(steps[-1]), None if end is None else end.day


def _closed_early(facts: Facts) -> tuple[Truth, datetime | None, date | None, Truth]:
    """Whether a dossier was closed for want of an answer, and whether the answer could still have come."""
    h, step = facts.h, facts.h.first("closed")
    if not h.says("closed"):
        return None, None, None, None
    if step is None:
        return False, None, None, None
    unsaid = not h.has("ground") or step.text("ground") == UNKNOWN
    unanswered = None if unsaid else step.text("ground") == "no_answer"
    if not unanswered:
        return unanswered, None, None, None
    until = _answer_until(facts, step)
    return True, step.at, parts_of(until)[0], None if until is None else not until.is_late(h.calendar.local(step.at))


def _answer_until(facts: Facts, closing: Step) -> Due | None:
    """The end of the period for an answer to the last request before the closing: the procedure's, else the law's."""
    h, found = facts.h, facts.once(regime)
    asked = [step.at for step in h.of_kind("supplement_requested") if step.at <= closing.at]
    days = facts["answer_days_allowed"]
    if not asked or days is None or (found is not None and not found.named):
        return None
    own = found.version.closes_after if found is not None and found.version is not None else None
    term = own or Term.of(days, Unit.DAY)
    return within(lambda: due_of(h.calendar, h.calendar.local(asked[-1]), term))


def _outside_hours(facts: Facts) -> tuple[int | None, datetime | None]:
    """Midnight sharp is a date without an hour."""
    h = facts.h
    return (
        counted((step, _is_outside(h, step)) for step in h.of_kind(*OFFICE_ACTS))
        if h.says(*OFFICE_ACTS)
        else (None, None)
    )


def _is_outside(h: History, step: Step) -> Truth:
    local = h.calendar.local(step.at)
    if not (local.hour or local.minute or local.second or local.microsecond):
        return None
    return not within(lambda: h.calendar.in_hours(local))


def _new_promises(facts: Facts) -> tuple[int | None, datetime | None]:
    """Promises after the receipt's."""
    h, steps = facts.h, facts.h.of_kind(*PROMISING)
    given = [step.at for step in steps if h.promise(step) is not None]
    unknown = any(not h.has("promised") or step.row.get("promised") == UNKNOWN for step in steps)
    sayable = h.says(*PROMISING) and not unknown
    return len(given) if sayable else None, given[-1] if given else None


GROUPS = by_name((
    Group(types_of("pauses_on_other_ground"), _on_other_ground),
    _overlapping("pauses_over_payment", "payment_requested"),
    _overlapping("pauses_over_supplement", "supplement_requested"),
    _time_left("last_pause", _last_pause),
    _time_left("cancelled", lambda facts: facts.h.first("closed", "withdrawn")),
    Group({"last_request_at": MOMENT, "last_request_on": DATE, "last_request_due_on": DATE}, _last_request),
    Group(CLOSED_EARLY, _closed_early),
    Group(types_of("steps_outside_hours"), _outside_hours),
    Group({"new_promises": NUMBER, "last_new_promise_at": MOMENT}, _new_promises),
))  # fmt: skip
