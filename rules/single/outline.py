"""Who, what and when: the steps of a dossier counted, with the moments that matter."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

from dossier.events import UNKNOWN
from rules.single.history import History, Step
from rules.single.logic import coalesce
from rules.single.offering import DATE, MOMENT, NUMBER, TEXT, TRUTH, Facts, Group, by_name, fact

CLOSING = ("delivered", "rejected", "withdrawn", "closed")
OPENING = ("submitted", "received", "guided", "rejected")
COUNTED = {
    "rejections": ("rejected",),
    "pauses": ("paused",),
    "apologies": ("apologised",),
    "completions": ("completed",),
    "guidances": ("guided",),
    "opinions": ("consulted",),
    "requests": ("supplement_requested", "guided"),
    "cancellations": ("closed", "withdrawn"),
}


def _happened(name: str, *kinds: str) -> Group:
    """Whether one of the kinds happened, and when first."""

    def give(facts: Facts) -> tuple[bool | None, datetime | None]:
        first = facts.h.first(*kinds)
        return (first is not None if facts.h.says(*kinds) else None), moment_of(first)

    return Group({name: TRUTH, f"{name}_at": MOMENT}, give)


def moment_of(step: Step | None) -> datetime | None:
    """When a step took effect, None where there is none."""
    return None if step is None else step.at


def _number(*kinds: str, facts: Facts) -> int | None:
    return len(facts.h.of_kind(*kinds)) if facts.h.says(*kinds) else None


def _count(name: str, *kinds: str) -> Group:
    return fact(name, NUMBER, lambda facts: _number(*kinds, facts=facts))


def _second(name: str, kind: str) -> Group:
    return fact(name, MOMENT, lambda facts: second_of(facts.h.of_kind(kind)))


def second_of(steps: list[Step]) -> datetime | None:
    """When the second of some steps took effect."""
    return steps[1].at if len(steps) > 1 else None


def _cut(facts: Facts) -> bool | None:
    """Steps, and no beginning among them, though the source could say one."""
    h = facts.h
    return bool(h.steps) and h.first(*OPENING) is None if h.says("submitted", "received") else None


def _described(column: str) -> Group:
    return fact(column, TEXT, lambda facts: _description(facts.h, column))


def _description(h: History, column: str) -> str | None:
    """The first cell that says something, a receipt's before a submission's."""
    steps = [*h.of_kind("received"), *h.of_kind("submitted")]
    return coalesce(*(h.known(step, column) for step in steps))


def _channel(facts: Facts) -> str | None:
    """Empty where every cell says that there was none."""
    h = facts.h
    cells = [step.text("channel") for step in h.of_kind("received", "submitted")]
    none = "" if cells and UNKNOWN not in cells and h.has("channel") else None
    return coalesce(_description(h, "channel"), none)


def _received(facts: Facts) -> tuple[bool | None, datetime | None]:
    first = facts.h.first("received")
    sayable = facts.h.says("received") and not facts["began_before_export"]
    return (first is not None if sayable else None), moment_of(first)


def _decided(facts: Facts) -> tuple[bool | None, datetime | None]:
    """Completed, or rejected after the receipt."""
    h = facts.h
    steps = [
        step for step in h.of_kind("completed", "rejected") if step.kind == "completed" or follows_receipt(h, step)
    ]
    decided_at = steps[0].at if steps else None
    return (bool(steps) if h.says("completed", "rejected") else None), decided_at


def follows_receipt(h: History, step: Step) -> bool:
    """Whether a step stands after the first receipt."""
    receipt = h.first("received")
    return receipt is not None and step.place > receipt.place


def _requests(facts: Facts) -> tuple[int | None, datetime | None]:
    """Supplement requests after the receipt; all, where there was none."""
    h = facts.h
    steps = [
        step for step in h.of_kind("supplement_requested") if h.first("received") is None or follows_receipt(h, step)
    ]
    return (len(steps) if h.says("supplement_requested") else None), second_of(steps)


def _paused_at_end(facts: Facts) -> tuple[bool | None, datetime | None]:
    """Whether a completion or an end found the last pause not resumed."""
    h = facts.h
    steps = h.of_kind("paused", "resumed", "completed", *CLOSING)
    ends = [
        step.at
        for before, step in pairwise(steps)
        if before.kind == "paused" and step.kind not in {"paused", "resumed"}
    ]
    return (bool(ends) if h.says_all("paused", "resumed") else None), ends[0] if ends else None


def _law_day(facts: Facts) -> date | None:
    """The day whose law judges: of the receipt, the submission, the first step; a change may move it."""
    h = facts.h
    if h.source.law_as_of is not None:
        return h.source.law_as_of
    day = h.day(coalesce(facts["received_at"], facts["submitted_at"], facts["first_at"]))
    ended = h.day(ended_at(facts))
    for change in facts.law.regimes.changes:
        if change.judged_by == "decision" and day is not None and ended is not None and day < change.since <= ended:
            day = change.since
    return day


def ended_at(facts: Facts) -> datetime:
    """The decision or the end, whichever came first; else now."""
    ends = [end for end in (facts["decided_at"], facts["closed_at"]) if end is not None]
    return min(ends, default=facts.h.as_of)


GROUPS = by_name((
    fact("dossier", TEXT, lambda facts: facts.h.dossier),
    fact("steps", NUMBER, lambda facts: len(facts.h.steps)),
    fact("first_at", MOMENT, lambda facts: facts.h.steps[0].at if facts.h.steps else None),
    fact("last_at", MOMENT, lambda facts: facts.h.steps[-1].at if facts.h.steps else None),
    fact("as_of", MOMENT, lambda facts: facts.h.as_of),
    fact("as_of_on", DATE, lambda facts: facts.h.day(facts.h.as_of)),
    fact("law_day", DATE, _law_day),
    fact("began_before_export", TRUTH, _cut),
    *map(_described, ("procedure", "sector", "office", "applicant")),
    fact("channel", TEXT, _channel),
    Group({"received": TRUTH, "received_at": MOMENT}, _received),
    _happened("submitted", "submitted"),
    _happened("forwarded", "forwarded"),
    _happened("completed", "completed"),
    _happened("apologised", "apologised"),
    _happened("closed", *CLOSING),
    Group({"decided": TRUTH, "decided_at": MOMENT}, _decided),
    *(_count(name, *kinds) for name, kinds in COUNTED.items()),
    Group({"supplement_requests": NUMBER, "second_request_at": MOMENT}, _requests),
    _second("second_apology_at", "apologised"),
    _second("second_guidance_at", "guided"),
    Group({"paused_at_end": TRUTH, "paused_at_end_at": MOMENT}, _paused_at_end),
))  # fmt: skip
"""The facts that are read off the steps directly."""
