"""Steps that cannot stand where they stand: after the end, before the beginning, or answering nothing."""

from __future__ import annotations

from rules.single.history import History, Step
from rules.single.offering import MOMENT, NUMBER, TEXT, Facts, Group, by_name
from rules.single.outline import CLOSING

AFTER_CLOSING = frozenset({"published", "notified", "document_attached", "rated", "corrected"})
AFTER_COMPLETED = AFTER_CLOSING | {"delivered"}
BEFORE_RECEIPT = AFTER_CLOSING | {"submitted", "guided", "received", "rejected", "withdrawn", "closed"}
ANSWERS = {
    "resumed": "paused",
    "supplemented": "supplement_requested",
    "paid": "payment_requested",
    "answered": "consulted",
}
"""An answer, and the question that comes before it."""


def _after_closing(facts: Facts) -> list[Step] | None:
    h = facts.h
    if not h.says(*CLOSING):
        return None
    end = h.first(*CLOSING)
    return [step for step in h.steps if _is_after(step, end) and step.kind not in AFTER_CLOSING]


def _impossible(facts: Facts) -> list[Step]:
    h = facts.h
    end, unasked = h.first(*CLOSING), _unasked(h)
    return [step for step in h.steps if not _is_after(step, end) and (_displaced(h, step) or step.place in unasked)]


def _displaced(h: History, step: Step) -> bool:
    """Whether a step stands on the wrong side of submission, receipt or completion."""
    submitted, received, completed = h.first("submitted"), h.first("received"), h.first("completed")
    kind, begun = step.kind, submitted is not None or received is not None
    return (
        (_is_after(step, completed) and kind not in AFTER_COMPLETED)
        or (_is_before(step, submitted) and kind in {"received", "guided"})
        or (_is_after(step, received) and kind in {"received", "submitted", "guided"})
        or (begun and h.says("received") and not _reaches(step, received) and kind not in BEFORE_RECEIPT)
        or (begun and h.says("completed") and not _reaches(step, completed) and kind == "delivered")
    )


def _is_after(step: Step, other: Step | None) -> bool:
    return other is not None and step.place > other.place


def _is_before(step: Step, other: Step | None) -> bool:
    return other is not None and step.place < other.place


def _reaches(step: Step, other: Step | None) -> bool:
    """Whether another step stands at or before it."""
    return other is not None and step.place >= other.place


def _unasked(h: History) -> set[int]:
    """Places of answers of which there are more so far than questions."""
    found: set[int] = set()
    if h.first("submitted", "received") is None:
        return found
    for answer, question in ANSWERS.items():
        balance = 0
        for step in h.of_kind(answer, question) if h.says(question) else ():
            balance += 1 if step.kind == question else -1
            if step.kind == answer and balance < 0:
                found.add(step.place)
    return found


def _counted(steps: list[Step] | None) -> tuple[int | None, object, str | None]:
    if not steps:
        return None if steps is None else 0, None, None
    return len(steps), steps[0].at, steps[0].kind


def _types(name: str) -> dict[str, type]:
    return {name: NUMBER, f"{name}_at": MOMENT, f"{name}_kind": TEXT}


GROUPS = by_name((
    Group(_types("steps_after_closing"), lambda facts: _counted(_after_closing(facts))),
    Group(_types("impossible_steps"), lambda facts: _counted(_impossible(facts))),
))  # fmt: skip
