"""docs/indicators.md says of every indicator, column, outcome and cause what the data and the code say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from dossier.procedures import Procedures
from rules.figures.causes import CAUSES
from rules.figures.grouping import BY
from rules.figures.indicators import Indicator, indicators, known_columns
from rules.figures.readings import OUTCOME_LABELS
from rules.known import known_facts
from rules.quotas import quotas

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "indicators.md").read_text(encoding="utf-8")


def section(one: Indicator) -> str:
    """What the page says of an indicator, made from the data."""
    lines = [
        f"### {one.code} · {one.title_en}",
        "",
        f"{one.title_vi}. {one.citation} ({one.status}); version {one.version}, from {one.since}.",
        "",
    ]
    if one.input:
        lines += [f"- counted elsewhere: `{one.input}`"]
    else:
        kind = "procedures" if one.per == "procedure" else "dossiers"
        lines += [f"- of: {kind}, {indicators().periods[one.period].meaning_en}"]
        lines += [f"- numerator: `{' '.join(one.numerator.split())}`", f"- denominator: `{one.denominator}`"]
    if one.unit != "percent":
        lines += [
            f"- unit: {one.unit.replace('_', ' ')}"
            + (f" (the sum is divided by {one.divisor})" if one.divisor > 1 else "")
        ]
    if one.threshold:
        lines += [f"- {one.threshold.kind}: {one.threshold.compare} {float(one.threshold.value):.0%}"]
    if one.points:
        most = f", {one.points.most} points" if one.points.most else ""
        lines += [f"- full marks from {float(one.points.full):.0%}{most}"]
    for other in one.variants:
        told = [f"{key} `{found}`" for key in ("period", "numerator", "denominator") if (found := getattr(other, key))]
        lines += [f"- variant `{other.name}`: {other.meaning} ({', '.join(told)})"]
    return "\n".join([*lines, *([f"- {one.limits}"] if one.limits else []), ""])


@pytest.mark.parametrize("one", list(indicators()), ids=lambda one: one.code)
def test_every_indicator_has_the_section_that_its_data_make(one: Indicator) -> None:
    assert section(one) in PAGE


def test_no_section_is_left_of_an_indicator_that_is_gone() -> None:
    assert re.findall(r"^### (\S+) ·", PAGE, re.MULTILINE) == [one.code for one in indicators()]


@pytest.mark.parametrize("group", indicators().groups, ids=lambda group: group.code)
def test_every_group_of_decision_766_stands_with_its_weight_and_its_parts(group: object) -> None:
    row = "| {0.code} | {0.title_en} ({0.title_vi}) | {0.weight} | {1} | {0.note} |"
    assert row.format(group, ", ".join(group.parts)) in PAGE  # type: ignore[attr-defined]  # a Group


def test_every_column_beyond_the_facts_is_explained() -> None:
    beyond = set(known_columns()) - set(known_facts(quotas()))
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.+?) \|", PAGE, re.MULTILINE))))
    assert beyond - told == set()


@pytest.mark.parametrize("code", [*OUTCOME_LABELS, *BY])
def test_every_outcome_and_every_grouping_is_named(code: str) -> None:
    assert f"`{code}`" in PAGE


@pytest.mark.parametrize("code", CAUSES)
def test_every_cause_stands_with_its_condition(code: str) -> None:
    assert f"| `{code}` | `{CAUSES[code].condition}` | {CAUSES[code].en} |" in PAGE


def test_the_examples_of_the_page_run() -> None:
    found = doctest.testfile(str(DOCS / "indicators.md"), module_relative=False)
    assert (found.failed, found.attempted > 5) == (0, True)
    assert len(Procedures.shipped()) > 0
