"""The careless office: a log that no desk ever saw, and the planter's own list of what was done wrong."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from dossier.events import Cell
from dossier.formats.log import write_log
from rules.demo.breaches import BREACHES, Breach
from rules.demo.history import History
from rules.demo.lawful import COURSES, lawful
from rules.demo.quarter import Chance

CLEAN = 0.4
"""The share of dossiers in which nothing is done wrong."""

MORE = 0.4
"""The share of the others in which more than one thing is."""

MOST_MORE = 2


class Planted(NamedTuple):
    """One thing done wrong: the rule it breaks, and how."""

    dossier: str
    rule: str
    deed: str


@dataclass(frozen=True)
class Careless:
    """The careless office's quarter.

    Attributes:
        rows: its log.
        planted: what was done wrong, in the order of the log.

    """

    rows: tuple[dict[str, Cell], ...]
    planted: tuple[Planted, ...]

    @cached_property
    def dossiers(self) -> frozenset[str]:
        """The codes of its dossiers."""
        return frozenset(str(row["dossier"]) for row in self.rows)

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The planted list as (dossier, rule)."""
        return frozenset((one.dossier, one.rule) for one in self.planted)


def careless(seed: int, dossiers: int) -> Careless:
    """Write lawful histories, then do wrong what a careless office does wrong: every deed in its turn."""
    chance = Chance(seed, "careless")
    clean = round(dossiers * CLEAN)
    deeds = [BREACHES[number % len(BREACHES)] for number in range(dossiers - clean)]
    turns: list[Breach | None] = chance.shuffled([*deeds, *[None] * clean])
    kept = [_kept(Chance(seed, "careless", number), number, deed) for number, deed in enumerate(turns, start=1)]
    rows = tuple(row for history, _ in kept for row in history.rows())
    return Careless(rows, tuple(one for _, planted in kept for one in planted))


def _kept(chance: Chance, number: int, deed: Breach | None) -> tuple[History, list[Planted]]:
    course = chance.pick(list(COURSES) if deed is None else deed.courses)
    history = _lawful_for(chance, f"DEMO.B-2607-{number:04}", course, deed)
    chosen = [] if deed is None else _with_more(chance, history, deed)
    for one in chosen:
        one.do(history)
    return history, [Planted(history.code, rule, one.words) for one in chosen for rule in one.rules]


def _lawful_for(chance: Chance, code: str, course: str, deed: Breach | None) -> History:
    """A lawful history, drawn again until the deed can be done in it."""
    while True:
        history = lawful(code, course, chance)
        if deed is None or deed.fits(history):
            return history


def _with_more(chance: Chance, history: History, deed: Breach) -> list[Breach]:
    """The deed, now and then with others that touch nothing in common, in the order of the list."""
    chosen = [deed]
    if chance.happens(MORE):
        for other in chance.shuffled([one for one in BREACHES if one.fits(history)]):
            apart = all(other.touches.isdisjoint(one.touches) for one in chosen)
            if apart and len(chosen) <= MOST_MORE:
                chosen.append(other)
    return sorted(chosen, key=BREACHES.index)


def write_planted(planted: Sequence[Planted], path: Path) -> None:
    """Write the planted list as CSV: dossier, rule, deed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Planted._fields)
        table.writerows(planted)


def keep_careless_log(log: Path, planted: Path, *, seed: int, dossiers: int) -> Careless:
    """Write the careless office's log and its planted list."""
    found = careless(seed, dossiers)
    write_log(found.rows, log)
    write_planted(found.planted, planted)
    return found
