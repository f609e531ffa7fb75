"""The draw: for each purpose the units with the smallest tickets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from rules.audit.allocation import allocate, top_up
from rules.audit.designs import Design, Purpose
from rules.audit.frames import Frame, Unit
from rules.audit.tickets import checked_seed, tickets
from rules.errors import ImpossibleDesign

_FEW = 20
"""Below one unit in so many a heap is faster than sorting all."""

Ticketed = tuple[str, Unit]


@dataclass(frozen=True)
class Part:
    """One exact simple random sample: of the whole frame, of a stratum, of the units that a rule flagged.

    Attributes:
        purpose: the name of what it serves.
        of: the stratum or the rule; None: the whole, or all that no rule flagged.
        population: how many units it was drawn from.
        chosen: ticket and unit, smallest ticket first.

    """

    purpose: Purpose
    of: str | None
    population: int
    chosen: tuple[Ticketed, ...]

    @property
    def size(self) -> int:
        """How many units were drawn."""
        return len(self.chosen)

    @property
    def cutoff(self) -> str | None:
        """The largest ticket drawn; whoever has a smaller one was drawn too."""
        return self.chosen[-1][0] if self.chosen else None


@dataclass(frozen=True)
class Drawn:
    """A drawn unit: its ticket and the parts that it serves, by their place in `Draw.parts`."""

    ticket: str
    unit: Unit
    serves: tuple[int, ...]


@dataclass(frozen=True)
class Draw:
    """A sample from a frame.

    Attributes:
        source: where the seed came from, as `public dice, 2026-11-02, minutes no. 12`.
        parent: SHA-256 of the manifest that this draw extends.

    """

    frame: Frame
    design: Design
    seed: str
    source: str
    parts: tuple[Part, ...]
    parent: str | None = None

    @cached_property
    def units(self) -> tuple[Drawn, ...]:
        """Every drawn unit once, in the order of the tickets, in which they are inspected."""
        serves: dict[str, list[int]] = {}
        ticketed: dict[str, Ticketed] = {}
        for place, part in enumerate(self.parts):
            for pair in part.chosen:
                serves.setdefault(pair[1].id, []).append(place)
                ticketed[pair[1].id] = pair
        return tuple(Drawn(*pair, tuple(serves[pair[1].id])) for pair in sorted(ticketed.values()))

    def extend(self, sizes: Mapping[str, int], parent: str) -> Draw:
        """The draw with larger samples; it keeps every unit.

        Args:
            sizes: by the name of the purpose.
            parent: SHA-256 of the manifest of this draw.

        Raises:
            ImpossibleDesign: as `Design.resized`.

        """
        return draw(self.frame, self.design.resized(sizes), self.seed, self.source, parent=parent)


def draw(frame: Frame, design: Design, seed: str, source: str, *, parent: str | None = None) -> Draw:
    """Draw from a frame.

    Args:
        frame: frozen before the seed was known.
        design: fixed before the seed was known.
        seed: decimal digits, or at least 20 of 0-9 a-f.
        source: where the seed came from.
        parent: SHA-256 of the manifest that this extends.

    Raises:
        UnusableSeed: as `checked_seed`.
        ImpossibleDesign: a sample larger than the frame, or a purpose that nothing in the frame can serve.

    """
    units = frame.units
    ticketed = list(zip(tickets(checked_seed(seed), (unit.id for unit in units)), units, strict=True))
    parts = tuple(part for purpose in design.purposes for part in _parts(purpose, design, frame, ticketed))
    return Draw(frame, design, seed, source, parts, parent)


def _parts(purpose: Purpose, design: Design, frame: Frame, ticketed: Sequence[Ticketed]) -> Iterator[Part]:
    if purpose.kind in {"simple", "anytime"}:
        _refuse_beyond(purpose, frame.size)
        yield _part(purpose, None, ticketed, purpose.size)
    elif purpose.kind == "unflagged":
        yield from _unflagged(purpose, frame, ticketed)
    elif purpose.kind == "per_flag":
        yield from _per_flag(purpose, ticketed)
    else:
        strata = _by_stratum(ticketed)
        sizes = _sizes(purpose, design, frame, ticketed)
        for stratum, members in strata.items():
            yield _part(purpose, stratum, members, sizes[stratum])


def _part(purpose: Purpose, of: str | None, members: Sequence[Ticketed], size: int) -> Part:
    return Part(purpose, of, len(members), tuple(smallest(members, size)))


def smallest(members: Sequence[Ticketed], size: int) -> list[Ticketed]:
    """The members with the smallest tickets, in their order."""
    return nsmallest(size, members) if size * _FEW < len(members) else sorted(members)[:size]


def _per_flag(purpose: Purpose, ticketed: Sequence[Ticketed]) -> Iterator[Part]:
    flagged: dict[str, list[Ticketed]] = {}
    for pair in ticketed:
        for flag in pair[1].flags:
            flagged.setdefault(flag, []).append(pair)
    if not flagged:
        raise ImpossibleDesign(f"{purpose.name}: no unit of the frame has a flag; add the column 'flags' to the frame")
    for flag in sorted(flagged):
        yield _part(purpose, flag, flagged[flag], purpose.size)


def _unflagged(purpose: Purpose, frame: Frame, ticketed: Sequence[Ticketed]) -> Iterator[Part]:
    """Those without any flag, and where several rules flag, those without the flag of each."""
    yield _part(purpose, None, [pair for pair in ticketed if not pair[1].flags], purpose.size)
    if len(frame.flags) > 1:
        for flag in frame.flags:
            yield _part(purpose, flag, [pair for pair in ticketed if flag not in pair[1].flags], purpose.size)


def _by_stratum(ticketed: Iterable[Ticketed]) -> dict[str, list[Ticketed]]:
    strata: dict[str, list[Ticketed]] = {}
    for pair in ticketed:
        strata.setdefault(pair[1].stratum, []).append(pair)
    return dict(sorted(strata.items()))


def _sizes(purpose: Purpose, design: Design, frame: Frame, ticketed: Sequence[Ticketed]) -> Mapping[str, int]:
    if purpose.kind == "stratified":
        _refuse_beyond(purpose, frame.size)
        return allocate(frame.sizes, purpose.size, method=purpose.allocation, minimum=purpose.minimum)
    base: dict[str, list[Ticketed]] = {}
    if purpose.kind == "top_up" and design.base is not None:
        base = _by_stratum(smallest(ticketed, design.base.size))
    return top_up(frame.sizes, {stratum: len(taken) for stratum, taken in base.items()}, purpose.size)


def _refuse_beyond(purpose: Purpose, population: int) -> None:
    if purpose.size > population:
        raise ImpossibleDesign(
            f"{purpose.name}: {purpose.size} units are wanted, the frame has {population}; "
            f"inspect at most {population}, which is all of them"
        )
