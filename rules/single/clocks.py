"""What the law and the office promised: legal due dates, lateness, and the dates an apology or a promise must keep."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import lru_cache

from calendars import WorkCalendar
from dossier.clock import Due, due_of
from rules.single.history import within
from rules.single.limits import counts, doubtful, due, due_then, parts_of, regime, running
from rules.single.logic import Truth, beyond, both, negated
from rules.single.offering import DATE, MOMENT, TEXT, TRUTH, Facts, Group, by_name, fact
from rules.single.outline import ended_at
from rules.single.waits import of_kind

NO_RESULT = {"none", "on_the_spot"}
Dates = tuple[date | None, datetime | None]


def _ends(name: str) -> dict[str, type]:
    return {f"{name}_on": DATE, f"{name}_at": MOMENT}


def _legal_due(facts: Facts) -> Dates:
    return parts_of(due(facts, ended_at(facts)))


def _due_without_pauses(facts: Facts) -> Dates:
    """Another end only where a pause was counted."""
    found = facts.once(regime)
    if found is not None and any(counts(found, pause) for pause in of_kind(facts, "paused")):
        return parts_of(due(facts, ended_at(facts), pauses=False))
    return facts["legal_due_on"], facts["legal_due_at"]


def _open(facts: Facts) -> bool | None:
    """Received, and neither decided nor closed; unknown where the source can say neither end."""
    decided, closed = facts["decided"], facts["closed"]
    if decided or closed:
        return False
    received: bool | None = facts["received"]
    return None if decided is None and closed is None else received


def passed(facts: Facts, moment: datetime | None, name: str) -> Truth:
    """Whether a moment lies after an end: after its moment where there is one, else after its date."""
    at = facts[f"{name}_at"]
    return beyond(facts.h.day(moment), facts[f"{name}_on"]) if at is None else beyond(moment, at)


def _passed(facts: Facts, name: str) -> Truth:
    """Whether the decision, or now while the dossier is open, lies after an end."""
    if facts["decided"]:
        return passed(facts, facts["decided_at"], name)
    if facts["open"]:
        return passed(facts, facts["as_of"], name)
    return False if facts["decided"] is False and facts["open"] is False else None


def _overdue(facts: Facts) -> Truth:
    """Open where it hangs on a pause that may not count."""
    late = _passed(facts, "legal_due")
    return None if late is False and facts["overdue_without_pauses"] and doubtful(facts) else late


def _only_by_pause(facts: Facts) -> Truth:
    return both(facts["decided"], both(negated(facts["overdue"]), facts["overdue_without_pauses"]))


def _source(facts: Facts) -> str | None:
    found = facts.once(running)
    return None if found is None else found.source


def _apology_due(facts: Facts) -> date | None:
    """Some days before the legal due date as it stood at the first apology."""
    found, days = due_then(facts, facts["apologised_at"]), facts["apology_days_before_allowed"]
    return None if found is None or days is None else found.day - timedelta(days=days)


def _promised(facts: Facts) -> Dates:
    receipt = facts.h.first("received")
    found = None if receipt is None else facts.h.promise(receipt)
    if isinstance(found, datetime):
        return facts.h.day(found), facts.h.utc(found)
    return found, None


def _lawful_promise(facts: Facts) -> Dates:
    return parts_of(_undisturbed(facts, facts.h.calendar))


def _undisturbed(facts: Facts, calendar: WorkCalendar) -> Due | None:
    """When the limit ends if nothing suspends it, by a calendar."""
    run = facts.once(running)
    if run is None or run.limit is None:
        return None
    limit = run.limit
    return within(lambda: due_of(calendar, calendar.local(run.start), limit))


def _promised_late(facts: Facts) -> Truth:
    """Later than lawful, by the calendar as it is known and as it was known on the day of receipt."""
    promised = facts["promised_on"], facts["promised_at"]
    late = _is_later(promised, (facts["lawful_promise_on"], facts["lawful_promise_at"]))
    if not late:
        return late
    then = _undisturbed(facts, as_known_on(facts.h.calendar, facts.h.day(facts["received_at"])))
    return _is_later(promised, parts_of(then)) is not False


def _is_later(promised: Dates, lawful: Dates) -> Truth:
    """A moment is compared with a moment, else dates."""
    if promised[1] is not None and lawful[1] is not None:
        return promised[1] > lawful[1]
    return beyond(promised[0], lawful[0])


def as_known_on(calendar: WorkCalendar, day: date | None) -> WorkCalendar:
    """The calendar as it was known on a day; the same for all days between two instruments."""
    issued = _issued(calendar)
    last = bisect_right(issued, day) if day is not None else len(issued)
    return calendar if last == len(issued) else _edition(calendar, issued[last - 1] if last else date.min)


@lru_cache(maxsize=8)
def _issued(calendar: WorkCalendar) -> list[date]:
    return sorted({record.issued_on for record in calendar.records.values() if record.issued_on})


@lru_cache(maxsize=16)  # with its tables a calendar is a megabyte
def _edition(calendar: WorkCalendar, day: date) -> WorkCalendar:
    return calendar.as_of(day)


def _result(facts: Facts) -> bool | None:
    """So, too, where nothing was received or nobody describes the procedure."""
    found = facts.once(regime)
    if found is None or found.version is None:
        return None if found is not None and not found.named else True
    return found.version.result not in NO_RESULT


GROUPS = by_name((
    Group(_ends("legal_due"), _legal_due),
    Group(_ends("due_without_pauses"), _due_without_pauses),
    fact("due_source", TEXT, _source),
    fact("open", TRUTH, _open),
    fact("overdue", TRUTH, _overdue),
    fact("overdue_without_pauses", TRUTH, lambda facts: _passed(facts, "due_without_pauses")),
    fact("on_time_only_by_pause", TRUTH, _only_by_pause),
    fact("apology_due_on", DATE, _apology_due),
    fact("apologised_on", DATE, lambda facts: facts.h.day(facts["apologised_at"])),
    Group(_ends("promised"), _promised),
    Group(_ends("lawful_promise"), _lawful_promise),
    fact("promised_late", TRUTH, _promised_late),
    fact("result_is_document", TRUTH, _result),
))  # fmt: skip
