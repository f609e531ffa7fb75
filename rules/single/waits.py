"""Spans in which a received dossier waits; each from its first step to the step that ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dossier.clock import WAITS
from dossier.events import UNKNOWN
from rules.single.history import History, Step
from rules.single.offering import Facts
from rules.single.outline import follows_receipt


class Wait(NamedTuple):
    """A wait.

    Attributes:
        kind: of the step that began it.
        end: None while it is open.
        ground: None where it is not known.
        vague: whether the source cannot say the ground.

    """

    kind: str
    begin: datetime
    end: datetime | None
    ground: str | None
    vague: bool

    def ends_by(self, moment: datetime) -> datetime:
        """Its end, `moment` while it is open."""
        return moment if self.end is None else self.end


def waits(facts: Facts) -> list[Wait]:
    """All waits from the receipt on; a second beginning inside a wait of its kind belongs to it."""
    return [wait for kind, end in WAITS.items() for wait in _spans(facts.h, kind, end)]


def _spans(h: History, begin: str, end: str) -> Iterator[Wait]:
    opening: Step | None = None
    for step in h.of_kind(begin, end):
        if step.kind == begin and follows_receipt(h, step):
            opening = opening or step
        elif opening is not None:
            yield _wait(h, opening, step.at)
            opening = None
    if opening is not None:
        yield _wait(h, opening, None)


def _wait(h: History, opening: Step, end: datetime | None) -> Wait:
    vague = not h.has("ground") or opening.text("ground") == UNKNOWN
    return Wait(opening.kind, opening.at, end, h.known(opening, "ground"), vague)


def of_kind(facts: Facts, kind: str) -> list[Wait]:
    """The waits of one kind, in order."""
    return [wait for wait in facts.once(waits) if wait.kind == kind]
