"""A June counted by hand: the three readings of each dossier, and every indicator with the dossiers behind it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from rules.figures.figures import Figures, figures
from rules.figures.indicators import Indicators, indicators
from rules.figures.readings import READINGS
from rules.figures.table import differences
from tests.rules.figures.june import BOOK, DOSSIERS, june


@cache
def outcomes() -> dict[str, dict[str, Any]]:
    columns = [f"{reading}_outcome" for reading in READINGS]
    table = june().frame().select("dossier", *columns, "differs", "difference_causes")
    return {row.pop("dossier"): row for row in table.iter_rows(named=True)}


@cache
def counted(code: str, variant: str | None) -> Figures:
    chosen: Indicators = indicators().only(code)
    return figures(june(), chosen.choose(code, variant) if variant else chosen)


@pytest.mark.parametrize("code", DOSSIERS)
def test_the_three_readings_judge_the_dossier_as_the_story_says(code: str) -> None:
    found = outcomes()[code]
    assert [found[f"{reading}_outcome"] or "" for reading in READINGS] == DOSSIERS[code]["readings"]
    assert found["difference_causes"] == DOSSIERS[code].get("causes", [])


def test_every_dossier_on_which_the_readings_differ_is_listed_with_its_causes() -> None:
    told = {code: one["causes"] for code, one in DOSSIERS.items() if len({*one["readings"]} - {""}) > 1}
    listed = differences(june())
    assert dict(listed.select("dossier", "difference_causes").iter_rows()) == told


def test_lateness_differs_only_where_one_reading_says_late_and_another_does_not() -> None:
    late = {"overdue", "open_overdue"}
    told = {code for code, one in DOSSIERS.items() if len({found in late for found in one["readings"] if found}) > 1}
    assert told == {"D", "E", "F", "I", "M", "O"}
    assert set(june().frame().filter("lateness_differs")["dossier"]) == told


@pytest.mark.parametrize("story", BOOK["indicator"], ids=lambda one: one["code"] + one.get("variant", ""))
def test_the_indicator_counts_the_dossiers_that_were_counted_by_hand(story: dict[str, Any]) -> None:
    found = counted(story["code"], story.get("variant"))
    for side in ("numerator", "rest", "unknown"):
        assert " ".join(found.dossiers(story["code"], side=side)["dossier"]) == story.get(side, ""), side


@pytest.mark.parametrize("story", BOOK["indicator"], ids=lambda one: one["code"] + one.get("variant", ""))
def test_the_figure_has_the_value_that_was_counted_by_hand(story: dict[str, Any]) -> None:
    figure = counted(story["code"], story.get("variant")).total(story["code"])
    assert figure.value == Fraction(story["value"])
    if figure.indicator.per == "dossier":
        sides = {side: len(story.get(side, "").split()) for side in ("numerator", "rest", "unknown")}
        assert figure.numerator == story.get("sum", sides["numerator"])
        assert (figure.denominator, figure.unknown) == (sides["numerator"] + sides["rest"], sides["unknown"])


def test_every_indicator_and_every_variant_has_a_story() -> None:
    told = {(one["code"], one.get("variant")) for one in BOOK["indicator"]}
    there = {(one.code, None) for one in indicators() if one.input is None}
    assert told == there | {(one.code, variant.name) for one in indicators() for variant in one.variants}


def test_every_story_tells_something_else() -> None:
    sentences = [one["tells"] for one in DOSSIERS.values()]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len({*sentences}) == len(sentences)
