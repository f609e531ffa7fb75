"""The page of the facts, held against the facts: what each needs is what it changes with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import polars as pl
import pytest

from dossier.events import KINDS, LOG_COLUMNS
from tests.rules.logs import Row
from tests.rules.test_facts_unknown import judged
from tests.rules.test_rules_stories import STORIES, rows_of

PAGE = Path(__file__).parents[2] / "docs" / "facts.md"
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]
WORDS = {"dossier", "event", "at"}


@dataclass(frozen=True)
class Told:
    """What the page says of a fact.

    Attributes:
        cells: its row but for the name.
        columns: those it needs, with the columns of the facts that it needs.
        named: what its needs name as code.

    """

    cells: tuple[str, ...]
    columns: frozenset[str]
    named: frozenset[str]


def _rows() -> Iterator[tuple[list[str], list[str]]]:
    """The names and the cells of each row of the tables; `as above` is read as what stands above."""
    needs = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        names = re.findall(r"`(\w+)`", cells[0])
        if not line.startswith("| `") or len(cells) < 4:
            continue
        needs = cells[3].replace("as above", needs).replace("the same", needs)
        yield names, [*cells[1:3], needs, *cells[4:]]


@cache
def told() -> Mapping[str, Told]:
    found: dict[str, Told] = {}
    for names, cells in _rows():
        own, named = set(re.findall(r"\*(\w+)\*", cells[2])), frozenset(re.findall(r"`(\w+)`", cells[2]))
        for other in named & set(found):
            own |= found[other].columns
        found |= dict.fromkeys(names, Told(tuple(cells), frozenset(own), named))
    return found


def test_every_fact_is_told_with_its_meaning_and_when_nobody_can_say() -> None:
    facts = {name for name in judged([]).facts.columns if not name.endswith("_allowed")}
    assert set(told()) == facts
    unsaid = {name for name, fact in told().items() if not fact.cells[0] or not fact.cells[1]}
    assert not unsaid


def test_what_a_fact_needs_is_a_kind_a_column_or_a_fact() -> None:
    for name, fact in told().items():
        assert fact.named <= {*KINDS, *told(), "law_day"}, name
        assert fact.columns <= set(LOG_COLUMNS), name


@cache
def rows() -> list[Row]:
    """The rows of the stories, with a column filled here and there that no story speaks of."""
    random = Random(5)
    steps = [row for story in STORIES if "others" not in story for row in rows_of(story)]
    return [{"parent": random.choice([None, str(steps[0]["dossier"])]), "sector": "x", **row} for row in steps]


@cache
def facts() -> pl.DataFrame:
    return judged(rows()).facts


@pytest.mark.parametrize("column", OPTIONAL)
def test_without_a_column_only_those_facts_change_that_need_it(column: str) -> None:
    without = judged(rows(), without=[column]).facts
    changed = {name for name in facts().columns if not facts()[name].equals(without[name])}
    assert {name for name in changed if column not in told()[name].columns} == set()
