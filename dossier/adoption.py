"""Where a history of another system stands: read as far as it goes, never refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dossier.errors import ImpossibleStep
from dossier.lifecycle import AT_WORK, LIFECYCLE, SAME, START, Lifecycle, Position


class Adopted(NamedTuple):
    """A dossier taken over at cut-over (chuyển đổi hệ thống).

    Attributes:
        dossier: its code.
        state: where it stands.
        events: how many events it has.
        doubt: the first step that cannot follow the one before it; None for a history without one.

    """

    dossier: str
    state: str
    events: int
    doubt: ImpossibleStep | None = None


def adopted(kinds: Iterable[str], lifecycle: Lifecycle = LIFECYCLE) -> Position:
    """Where an adopted history stands: a step that cannot follow leads where it would have led in its own place.

    >>> adopted(["forwarded", "paused", "paused"])
    Position(state='paused', apologised=False)
    """
    position = Position()
    for kind in kinds:
        position = lifecycle.step(position, kind) or _landed(lifecycle, position, kind)
    return position


def adoption(dossier: str, kinds: Sequence[str], lifecycle: Lifecycle = LIFECYCLE) -> Adopted:
    """How a history stands once it is taken over."""
    return Adopted(dossier, adopted(kinds, lifecycle).state, len(kinds), _doubt(kinds, lifecycle))


def _doubt(kinds: Iterable[str], lifecycle: Lifecycle) -> ImpossibleStep | None:
    try:
        lifecycle.replay(kinds)
    except ImpossibleStep as error:
        return error
    return None


def _landed(lifecycle: Lifecycle, position: Position, kind: str) -> Position:
    apologised, to = position.apologised or kind == "apologised", lifecycle.lands.get(kind, SAME)
    if to == AT_WORK or (to == SAME and position.state == START):
        to = "late" if apologised else "processing"
    return Position(position.state if to == SAME else to, apologised)
