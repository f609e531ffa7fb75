"""The facts that a rule may name, with their types; and whether it names them rightly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import polars as pl

from dossier.procedures import Procedures
from rules.errors import Fault, FaultyExpression
from rules.expressions import Kind, read_condition
from rules.facts import facts
from rules.quotas import QuotaBook
from rules.rows import log_of_rows
from rules.rulebook import Rule

_KINDS = {pl.String: Kind.TEXT, pl.Boolean: Kind.TRUTH, pl.Date: Kind.DATE}


def known_facts(numbers: QuotaBook) -> Mapping[str, Kind]:
    """Every fact and every quota, by name; taken from the table of facts itself, so that none can be forgotten."""
    return kinds_of(facts(log_of_rows([]), Procedures([]), numbers, datetime(1970, 1, 1, tzinfo=UTC)))


def kinds_of(table: pl.DataFrame) -> Mapping[str, Kind]:
    """The type of each fact of a table."""
    return {name: _kind(dtype) for name, dtype in table.schema.items()}


def _kind(dtype: pl.DataType) -> Kind:
    if dtype.is_numeric():
        return Kind.NUMBER
    return Kind.MOMENT if isinstance(dtype, pl.Datetime) else _KINDS.get(dtype.base_type(), Kind.TEXT)


def expression_faults(rule: Rule, facts: Mapping[str, Kind], file: str) -> Iterator[Fault]:
    """Every fault of the expressions and the names of a rule.

    Args:
        rule: the rule.
        facts: the names that it may use, with their types.
        file: where it stands.

    """
    for key in ("applies", "condition"):
        try:
            read_condition(getattr(rule, key), facts)
        except FaultyExpression as fault:
            yield Fault(file, f"rule {rule.code}, {key}", str(fault), "correct the expression")
    for key in ("at", "found"):
        for name in getattr(rule, key):
            if name not in facts:
                yield Fault(file, f"rule {rule.code}, {key}", f"no fact {name!r}", "docs/facts.md lists the facts")
            elif key == "at" and facts[name] is not Kind.MOMENT:
                yield Fault(file, f"rule {rule.code}, at", f"{name!r} is {facts[name]}", "name a fact that ends in _at")
