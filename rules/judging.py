"""Judge facts by rules: prepared expressions, three judgements and a fourth for what a rule does not concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import polars.selectors as cs

from rules.rulebook import Rule, Rulebook

JUDGEMENTS = ("violated", "satisfied", "not_assessable", "not_applicable")
JUDGEMENT = pl.Enum(JUDGEMENTS)


@dataclass(frozen=True)
class Judge:
    """A rulebook made ready: its SQL is parsed once and serves any number of tables of facts."""

    book: Rulebook
    _ready: dict[str, pl.Expr] = field(default_factory=dict, repr=False)

    @cached_property
    def columns(self) -> list[pl.Expr]:
        """One expression per rule, named by its code."""
        return [self._judgement(rule).alias(rule.code) for rule in self.book]

    def judge(self, facts: pl.DataFrame) -> pl.DataFrame:
        """One row per dossier, one column per rule."""
        if self.book.house:  # the rules that ship only compare counts; `pauses - 3` of an office would wrap around
            facts = facts.with_columns(cs.unsigned_integer().cast(pl.Int64))
        return facts.select(self.columns)

    def _judgement(self, rule: Rule) -> pl.Expr:
        earlier = self.book.earlier.get(rule.code)
        if earlier is None:
            return judgement(rule)
        return pl.when(_before(rule)).then(judgement(earlier)).otherwise(judgement(rule))

    def violating(self, facts: pl.DataFrame, judged: pl.DataFrame) -> Iterator[tuple[Rule, pl.DataFrame]]:
        """Each rule that some dossiers violate, as it stood for them, with what its findings show of their facts."""
        for rule in self.book:
            hits = judged[rule.code] == "violated"
            if not hits.any():
                continue
            earlier = self.book.earlier.get(rule.code)
            if earlier is not None:
                yield earlier, _shown(facts, earlier).filter(hits).filter(_before(rule))
            yield rule, _shown(facts, rule).filter(hits).filter(True if earlier is None else ~_before(rule))


def _before(rule: Rule) -> pl.Expr:
    return pl.col("law_day") < rule.versions[0].since


def _shown(facts: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    shown = {"dossier", "law_day", "office", *rule.at, *rule.found, *rule.allowed, *instruments(rule)}
    return facts.select(name for name in facts.columns if name in shown)


def instruments(rule: Rule) -> list[str]:
    """The facts that name who fixed the numbers of a rule, where several levels of government may have."""
    return [name.removesuffix("_allowed") + "_instrument" for name in rule.allowed if name.endswith("_allowed")]


def judgement(rule: Rule) -> pl.Expr:
    """The judgement of one rule about each dossier."""
    applies = pl.sql_expr(rule.applies) & rule.in_force(pl.col("law_day"))
    violated = pl.sql_expr(rule.condition)
    # literals of the Enum itself: casting texts row by row takes forty times as long
    yes, no, unknown, outside = (pl.lit(name, JUDGEMENT) for name in JUDGEMENTS)
    assessed = pl.when(applies.is_null() | violated.is_null()).then(unknown).when(violated).then(yes).otherwise(no)
    return pl.when(~applies).then(outside).otherwise(assessed)
