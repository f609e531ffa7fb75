"""What a rulebook lacks before it may judge: every fault with its place and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlglot import exp

from rules.errors import Fault
from rules.expressions import Expression, Kind, read_condition
from rules.house import House
from rules.known import expression_faults, known_facts
from rules.quotas import quotas
from rules.rulebook import Rule, rulebook

MOST_CASES = 200_000
"""Combinations of facts that are tried on a rule; one with more is not tried."""
_PAIRS = ("title", "message", "todo")
_DAY = date(2026, 1, 15)


def lint_shipped(stories: Path | None = None) -> list[Fault]:
    """Faults of the rules that ship; of their stories, too, where a folder of stories is given."""
    return [*lint_rules(list(rulebook()), known_facts(quotas()), "rules.toml", stories)]


def lint_house(house: House, file: str, stories: Path | None = None) -> list[Fault]:
    """Faults of a house file that loads: of its own rules and numbers."""
    facts = known_facts(house.numbers)
    return [*lint_rules(house.own, facts, file, stories), *_idle_quotas(house, file)]


def lint_rules(rules: Sequence[Rule], facts: Mapping[str, Kind], file: str, stories: Path | None) -> Iterator[Fault]:
    """Faults of rules over facts: of expressions, languages and reach, and of stories where a folder is given."""
    for rule in rules:
        wrong = [*expression_faults(rule, facts, file)]
        yield from wrong
        yield from languages(rule, file)
        if not wrong:
            yield from _fires(rule, facts, file)
    if stories is not None:
        yield from _untold(rules, stories, file)


def languages(rule: Rule, file: str) -> Iterator[Fault]:
    """What a rule lacks in one of the two languages."""
    for pair in _PAIRS:
        vi, en = getattr(rule, f"{pair}_vi"), getattr(rule, f"{pair}_en")
        for key, text in ((f"{pair}_vi", vi), (f"{pair}_en", en)):
            if not text.strip():
                yield Fault(file, f"rule {rule.code}, {key}", "it is empty", "write it in this language")
        if vi.strip() and vi == en:
            yield Fault(file, f"rule {rule.code}, {pair}_en", "it repeats the Vietnamese", "write it in English")
        if "vi phạm" in vi.lower():
            todo = "write 'có dấu hiệu chưa đúng quy định': only an authority says 'vi phạm'"
            yield Fault(file, f"rule {rule.code}, {pair}_vi", "it says 'vi phạm'", todo)
    if _holes(rule.message_vi) != _holes(rule.message_en):
        found = f"{sorted(_holes(rule.message_vi))} in Vietnamese, {sorted(_holes(rule.message_en))} in English"
        yield Fault(file, f"rule {rule.code}, message_en", found, "show the same values in both languages")


def _holes(message: str) -> set[str]:
    return set(re.findall(r"\{(.*?)\}", message))


def _fires(rule: Rule, facts: Mapping[str, Kind], file: str) -> Iterator[Fault]:
    """Whether the rule can find something, and can find nothing."""
    read = {key: read_condition(getattr(rule, key), facts) for key in ("applies", "condition")}
    for key, expression in read.items():
        if expression.always is False:
            yield Fault(
                file, f"rule {rule.code}, {key}", "it is false whatever the facts: it never fires", "correct it"
            )
            return
    if read["condition"].always:
        yield Fault(file, f"rule {rule.code}, condition", "it is true whatever the facts", "name a fact in it")
    elif _can_fire(rule, [*read.values()], facts) is False:
        found = "no facts that were tried make `applies` and `condition` true together: it never fires"
        yield Fault(file, f"rule {rule.code}, condition", found, "see whether the two contradict each other")


def _can_fire(rule: Rule, read: Sequence[Expression], facts: Mapping[str, Kind]) -> bool | None:
    """Whether some values around those that stand in the rule make it fire; None where there are too many to try."""
    literals = [literal for one in read for literal in one.tree.find_all(exp.Literal)]
    columns = {name: _values(facts[name], literals) for name in sorted(frozenset().union(*(one.names for one in read)))}
    cases = pl.DataFrame({"": [0]})
    for name, values in columns.items():
        if cases.height * len(values) > MOST_CASES:
            return None
        cases = cases.join(values.to_frame(name), how="cross")
    fires = pl.sql_expr(rule.applies) & pl.sql_expr(rule.condition)
    return bool(cases.select(fires.any()).item())


def _values(kind: Kind, literals: Iterable[exp.Literal]) -> pl.Series:
    """Unknown, and values below, at and above each literal of the kind."""
    texts = [literal.name for literal in literals if literal.is_string]
    numbers = {float(literal.name) for literal in literals if not literal.is_string} | {0.0}
    if kind is Kind.TRUTH:
        return pl.Series([None, True, False])
    if kind is Kind.TEXT:
        return pl.Series([None, "", "x", *dict.fromkeys(texts)], dtype=pl.String)
    if kind is Kind.NUMBER:
        return pl.Series([None, *sorted({n + step for n in numbers for step in (-1, 0, 1)})], dtype=pl.Float64)
    days = [*filter(None, map(_day, texts)), _DAY]
    around = sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})
    found = pl.Series([None, *around], dtype=pl.Date)
    return found if kind is Kind.DATE else found.cast(pl.Datetime("us", "UTC"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _untold(rules: Sequence[Rule], folder: Path, file: str) -> Iterator[Fault]:
    told = {pair for path in sorted(folder.glob("*.toml")) for pair in _judged(path)}
    for rule in rules:
        for judgement in ("violated", "satisfied"):
            if (rule.code, judgement) not in told:
                todo = f"write a [[story]] in {folder} whose `judged` says {rule.code} = {judgement!r}"
                yield Fault(file, f"rule {rule.code}", f"no story in which it is {judgement}", todo)


def _judged(path: Path) -> Iterator[tuple[str, Any]]:
    stories = tomllib.loads(path.read_text(encoding="utf-8")).get("story", [])
    for story in stories if isinstance(stories, list) else []:
        judged = story.get("judged") if isinstance(story, dict) else None
        yield from judged.items() if isinstance(judged, dict) else ()


def _idle_quotas(house: House, file: str) -> Iterator[Fault]:
    shipped = {quota.code for quota in quotas().quota}
    texts = " ".join(text for rule in house.own for text in (rule.applies, rule.condition, *rule.allowed))
    for quota in house.numbers.quota:
        if quota.code not in shipped and f"{quota.code}_allowed" not in texts:
            yield Fault(
                file, f"quota {quota.code}", "no rule uses it", f"compare with {quota.code}_allowed, or drop it"
            )
