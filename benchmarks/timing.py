"""Interleaved rounds, medians and ratios: what every measurement is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import Any

Contenders = Mapping[str, Callable[[], float]]
"""Who is measured, and what measures one round of it, in the unit of the measurement."""


class MissingPeerError(Exception):
    """A library that is compared with is not installed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not installed; run: pip install '.[bench]'")


@dataclass(frozen=True)
class Measurement:
    """The rounds of all contenders.

    Attributes:
        code: short name, permanent.
        title: what was done.
        unit: of the figures.
        rounds: figures by contender, one a round.
        ours: the contender that the others are compared with; empty where nothing is compared.
        higher_is_better: a rate, not a time.
        goals: what was to be reached, and whether it was.
        facts: other figures that belong to it, by name.
        notes: what the figures do not say, and what was left out.

    """

    code: str
    title: str
    unit: str
    rounds: Mapping[str, tuple[float, ...]]
    ours: str = ""
    higher_is_better: bool = False
    goals: Mapping[str, bool] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def median(self, who: str) -> float:
        """The median of the rounds of a contender."""
        return median(self.rounds[who])

    def times_faster(self, peer: str) -> float | None:
        """How many times faster ours is than a peer; None where nothing is compared.

        >>> rounds = {"peer": (8.0, 4.0, 6.0), "ours": (2.0, 1.0, 3.0)}
        >>> Measurement("x", "", "s", rounds, ours="ours").times_faster("peer")
        3.0
        """
        if self.ours not in self.rounds or peer == self.ours:
            return None
        theirs, ours = self.median(peer), self.median(self.ours)
        return ours / theirs if self.higher_is_better else theirs / ours

    def to_dict(self) -> dict[str, Any]:
        """The measurement as JSON prints it."""
        entries = {
            who: {"median": self.median(who), "rounds": list(figures), "ours_is_times_faster": self.times_faster(who)}
            for who, figures in self.rounds.items()
        }
        named = {key: getattr(self, key) for key in ("code", "title", "unit", "ours", "higher_is_better")}
        return named | {
            "entries": entries,
            "goals": dict(self.goals),
            "facts": dict(self.facts),
            "notes": list(self.notes),
        }


def interleave(contenders: Contenders, rounds: int) -> dict[str, tuple[float, ...]]:
    """Let all contenders take a round in turn, so that what else the machine does falls on all of them.

    >>> interleave({"peer": lambda: 2.0, "ours": lambda: 1.0}, 3)
    {'peer': (2.0, 2.0, 2.0), 'ours': (1.0, 1.0, 1.0)}
    """
    taken: dict[str, list[float]] = {who: [] for who in contenders}
    for _ in range(rounds):
        for who, measure in contenders.items():
            taken[who].append(measure())
    return {who: tuple(figures) for who, figures in taken.items()}


def goals(found: Measurement, wanted: Mapping[str, float]) -> dict[str, bool]:
    """Whether ours is so many times faster than each peer that was measured."""
    times = {who: found.times_faster(who) for who in wanted if who in found.rounds}
    return {
        f"at least {wanted[who]} times faster than {who}": ours >= wanted[who] for who, ours in times.items() if ours
    }


def built(builders: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What each peer that is installed builds, and a note for each that is not."""
    found: dict[str, Any] = {}
    missing: list[str] = []
    for who, build in builders.items():
        try:
            found[who] = build()
        except MissingPeerError as error:
            missing.append(str(error))
    return found, tuple(missing)


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    begun = perf_counter()
    action()
    return perf_counter() - begun


def seconds_per_call(call: Callable[[Any], object], items: Sequence[Any], at_least: float) -> float:
    """Mean time of a call over all items, all of them repeated until some seconds have passed."""
    passes, begun = 0, perf_counter()
    while not passes or perf_counter() - begun < at_least:
        for item in items:
            call(item)
        passes += 1
    return (perf_counter() - begun) / (passes * len(items))


def peer(name: str) -> ModuleType:
    """A library to compare with.

    Raises:
        MissingPeerError: it is not installed.

    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPeerError(name) from error
