"""Papers in electronic form, steps entered in time, receipts and deliveries at a centre."""

from __future__ import annotations

from datetime import date, datetime

from dossier.events import UNKNOWN
from rules.single.evidence import counted, types_of
from rules.single.history import History, Step
from rules.single.logic import Truth, beyond, either, negated
from rules.single.offering import MOMENT, TEXT, Facts, Group, by_name

HANDED_IN = ("received", "supplemented")


def _papers(facts: Facts) -> tuple[int | None, datetime | None]:
    """Papers that came in and were not digitised; those of an online dossier are electronic from the start."""
    h, channel = facts.h, facts["channel"]
    if channel == "online":
        return 0, None
    if channel is None or not h.says(*HANDED_IN):
        return None, None
    return counted((step, negated(h.flag(step, "digitised"))) for step in h.of_kind(*HANDED_IN))


def _documents(facts: Facts) -> tuple[int | None, datetime | None]:
    """Documents that no step which names them has in electronic form, at the first of these steps."""
    h = facts.h
    if not h.has("document"):
        return None, None
    named: dict[str, list[Step]] = {}
    for step in h.steps:
        if (document := step.text("document")) is not None:
            named.setdefault(document, []).append(step)
    return counted((steps[0], _undigitised(h, document, steps, UNKNOWN in named)) for document, steps in named.items())


def _undigitised(h: History, document: str, steps: list[Step], vague: bool) -> Truth:  # noqa: FBT001  # of the dossier
    """A cell `?` may be any of the documents of the dossier."""
    digitised = either(*(h.flag(step, "digitised") for step in steps))
    if document == UNKNOWN:
        return None
    return False if digitised else None if vague else negated(digitised)


def _entered(name: str, quota: str) -> Group:
    """Steps entered so many working days after they took effect, and when the first of them was entered."""

    def give(facts: Facts) -> tuple[int | None, datetime | None, datetime | None]:
        h, days = facts.h, facts[quota]
        if days is None or not h.has("recorded_at"):
            return None, None, None
        judged = [(step, _late(h, step, days)) for step in h.steps]
        first = next((step.moment("recorded_at") for step, late in judged if late), None)
        return *counted(judged), first

    return Group(types_of(name) | {f"{name}_recorded_at": MOMENT}, give)


def _late(h: History, step: Step, days: int) -> Truth:
    entered = step.moment("recorded_at")
    if entered is None:
        return None
    return bool(beyond(h.day(entered), h.working_days_after(h.day(step.at), days)))


def _outside(name: str, kind: str) -> Group:
    """Steps of a kind at an office that is no centre, and the office of the first."""

    def give(facts: Facts) -> tuple[int | None, datetime | None, str | None]:
        h = facts.h
        judged = [(step, _is_outside(facts, step)) for step in h.of_kind(kind)]
        first = next((step.text("office") for step, outside in judged if outside), None)
        return *(counted(judged) if h.says(kind) else (None, None)), first

    return Group(types_of(name) | {f"{name}_office": TEXT}, give)


def _is_outside(facts: Facts, step: Step) -> Truth:
    """None where the list knows no centre on that day."""
    office, day = facts.h.known(step, "office"), facts.h.day(step.at)
    there = _centres(facts, day) if day else set()
    return None if office is None or not there else office not in there


def _centres(facts: Facts, day: date) -> set[str]:
    listed = facts.law.centres.centre
    return {one.office for one in listed if one.since <= day and (one.until is None or day <= one.until)}


GROUPS = by_name((
    Group(types_of("papers_undigitised"), _papers),
    Group(types_of("documents_undigitised"), _documents),
    _entered("late_entries", "entry_working_days_allowed"),
    _entered("backdated_entries", "backdating_working_days_allowed"),
    _outside("receipts_outside_centre", "received"),
    _outside("deliveries_outside_centre", "delivered"),
))  # fmt: skip
