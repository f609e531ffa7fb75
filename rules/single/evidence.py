"""Which steps lack the paper the law asks for: counts, None where the source cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from dossier.events import UNKNOWN
from rules.single.history import History, Step
from rules.single.logic import Truth, beyond, both, coalesce, either, negated
from rules.single.offering import MOMENT, NUMBER, Facts, Group, by_name

Lacks = Callable[[History, Step], Truth]
Judged = list[tuple[Step, Truth]]
"""Steps, each with whether it lacks something."""


def counted(judged: Iterable[tuple[Step, Truth]]) -> tuple[int | None, datetime | None]:
    """The steps that certainly lack something; None if there are none and one cannot say. And when the first was."""
    found = list(judged)
    certain = [step.at for step, lacks in found if lacks]
    unsure = not certain and any(lacks is None for _step, lacks in found)
    return None if unsure else len(certain), certain[0] if certain else None


def types_of(name: str) -> dict[str, type]:
    """A count and the moment of the first."""
    return {name: NUMBER, f"{name}_at": MOMENT}


def lacking(name: str, kinds: tuple[str, ...], lacks: Lacks) -> Group:
    """How many steps of some kinds lack something, and when first."""

    def give(facts: Facts) -> tuple[int | None, datetime | None]:
        h = facts.h
        return counted((step, lacks(h, step)) for step in h.of_kind(*kinds)) if h.says(*kinds) else (None, None)

    return Group(types_of(name), give)


def _no(*columns: str) -> Lacks:
    """Whether one of some cells is empty."""
    return lambda h, step: either(*(h.absent(step, column) for column in columns))


def _no_promise(h: History, step: Step) -> Truth:
    if not h.has("promised") or step.row.get("promised") == UNKNOWN:
        return None
    return h.promise(step) is None


def _incomplete(h: History, step: Step) -> Truth:
    return either(h.absent(step, "reason"), _no_promise(h, step))


def _no_document_before(h: History, step: Step) -> Truth:
    """A document counts if it was attached before: by its own cell, else by the act of attaching it."""
    if (absent := h.absent(step, "document")) is not False:
        return absent
    own = step.moment("document_at") if h.has("document_at") else None
    acts = [act.at for act in h.of_kind("document_attached") if act.text("document") == step.text("document")]
    return negated(beyond(step.at, coalesce(own, min(acts, default=None))))


def _unsigned(h: History, step: Step) -> Truth:
    """Only an e-result that exists can lack a signature."""
    return both(negated(h.absent(step, "document")), negated(h.flag(step, "signed")))


GROUPS = by_name((
    lacking("receipts_without_slip", ("received",), _no("slip")),
    lacking("requests_without_slip", ("supplement_requested", "guided"), _no("slip")),
    lacking("requests_without_reason", ("supplement_requested",), _no("reason")),
    lacking("rejections_without_slip", ("rejected",), _no("slip")),
    lacking("rejections_without_reason", ("rejected",), _no("reason")),
    lacking("pauses_without_reason", ("paused",), _no("reason")),
    lacking("pauses_without_document", ("paused",), _no_document_before),
    lacking("pauses_without_notice", ("paused",), _no("notice")),
    lacking("apologies_incomplete", ("apologised",), _incomplete),
    lacking("cancellations_undocumented", ("closed", "withdrawn"), _no("reason", "document", "notice")),
    lacking("completions_without_result", ("completed",), _no("document")),
    lacking("results_unsigned", ("completed",), _unsigned),
))  # fmt: skip
