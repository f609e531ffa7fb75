"""A dossier of linked dossiers (liên thông) by itself: whether it is a part, and the date that then holds."""

from __future__ import annotations

from typing import Any

from dossier.events import UNKNOWN
from rules.single.offering import DATE, MOMENT, NUMBER, TEXT, TRUTH, Facts, Group, by_name, fact


def _parent(facts: Facts) -> tuple[str | None, bool | None]:
    """The first cell that names another dossier; no part where every cell is empty, or names the dossier itself."""
    h = facts.h
    if not h.has("parent"):
        return None, None
    named = [cell for step in h.steps if (cell := step.text("parent")) is not None and cell != h.dossier]
    parent = next((cell for cell in named if cell != UNKNOWN), None)
    return parent, True if parent is not None else None if named else False


def _none(facts: Facts) -> int | None:
    """A dossier by itself has no parts; where it may be its own whole nobody knows."""
    return None if facts["is_part"] is None else 0


def _citizens(name: str, kind: type, own: str) -> Group:
    """That of the whole, which is another dossier; its own where it is no part."""

    def give(facts: Facts) -> Any:  # noqa: ANN401  # whatever the fact is
        return facts[own] if facts["is_part"] is False else None

    return fact(name, kind, give)


GROUPS = by_name((
    Group({"parent": TEXT, "is_part": TRUTH}, _parent),
    fact("parts", NUMBER, _none),
    fact("parts_overdue", NUMBER, _none),
    _citizens("citizen_due_on", DATE, "legal_due_on"),
    _citizens("citizen_due_at", MOMENT, "legal_due_at"),
    _citizens("citizen_promised_on", DATE, "promised_on"),
))  # fmt: skip
