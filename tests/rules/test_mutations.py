"""Every change of a rule's SQL changes what some story says: a comparison, a number, a NULL, an AND, a NOT."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import polars as pl
import pytest

from rules.checks import check
from rules.judging import judgement
from rules.rulebook import Rule, rulebook
from tests.rules.logs import HANOI, log_of
from tests.rules.test_rules_stories import CENTRES, STORIES, Look, procedures, rows_of

OPPOSITE = {">": ">=", ">=": ">", "<": "<=", "<=": "<", "=": "<>", "AND": "OR", "OR": "AND"}
TOKENS = re.compile(r"'[^']*'|>=|<=|<>|[><=]|\b\d+\b|\bAND\b|\bOR\b|\bNOT\b|\b\w+\b|[(),*]")

CUT = "a history cut at its beginning is not assessable either way: the condition asks the same"
EQUIVALENT = {
    ("R04", "supplement_requests > 0 OR began_before_export"): CUT,
    ("R18", "apologies > 0 OR began_before_export"): CUT,
}
"""Changes that no log can show, each with its reason."""


@cache
def stories() -> tuple[pl.DataFrame, ...]:
    """The facts of all stories, those that are looked at in the same way in one table."""
    looks: dict[Look, list[dict[str, object]]] = {}
    for story in STORIES:
        looks.setdefault(Look.at(story), []).append(story)
    return tuple(facts_of(look, told) for look, told in looks.items())


def facts_of(look: Look, told: list[dict[str, object]]) -> pl.DataFrame:
    rows = [row for story in told for row in rows_of(story)]
    log = log_of(rows, without=look.without, cannot_say=look.cannot_say, law_as_of=look.law_as_of)
    return check(log, as_of=look.as_of.replace(tzinfo=HANOI), procedures=procedures(), centres=CENTRES).facts


def judged(rule: Rule) -> list[str]:
    return [one for table in stories() for one in table.select(judgement(rule)).to_series()]


def mutants(text: str) -> Iterator[str]:
    """The text with one thing changed."""
    for token in TOKENS.finditer(text):
        for other in swapped(token[0]):
            yield text[: token.start()] + other + text[token.end() :]
    for guard in re.finditer(r"(?:COALESCE|NULLIF)\((\w+), \w+\)", text):
        yield text[: guard.start()] + guard[1] + text[guard.end() :]
    yield f"NOT ({text})"


def swapped(token: str) -> list[str]:
    if token.isdigit():
        return [str(int(token) + 1), str(int(token) - 1)]
    if token == "NOT":  # noqa: S105  # a word of SQL
        return [""]
    return [OPPOSITE[token]] if token in OPPOSITE else []


def changed(rule: Rule, key: str, text: str) -> Rule:
    return rule.model_copy(update={key: text})


CASES = [
    (rule.code, key, mutant)
    for rule in rulebook()
    for key in ("applies", "condition")
    for mutant in mutants(getattr(rule, key))
]


@pytest.mark.parametrize(("code", "key", "mutant"), CASES, ids=str)
def test_a_story_notices_the_change(code: str, key: str, mutant: str) -> None:
    rule = rulebook()[code]
    noticed = judged(changed(rule, key, mutant)) != judged(rule)
    equivalent = EQUIVALENT.get((code, mutant))
    assert noticed == (equivalent is None), equivalent or "no story notices it: add one"


def test_every_change_held_for_equivalent_is_one_that_is_tried() -> None:
    assert {(code, mutant) for code, _, mutant in CASES} >= EQUIVALENT.keys()


def test_the_changes_are_those_that_the_law_turns_on() -> None:
    assert [*mutants("a > 1 AND b")] == [
        "a >= 1 AND b",
        "a > 2 AND b",
        "a > 0 AND b",
        "a > 1 OR b",
        "NOT (a > 1 AND b)",
    ]
    assert "a > x" in mutants("COALESCE(a, b) > x")
