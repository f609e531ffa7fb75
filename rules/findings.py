"""Findings as texts: who, when, what against what, by which law, and the sentence a citizen understands."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from rules.judging import Judge, instruments
from rules.rulebook import Rule

FINDING = (
    "dossier", "rule", "at", "found", "allowed", "citation", "status", "message_vi", "message_en", "waived",
)  # fmt: skip
"""Columns of a finding; `waived` says by what it was waived, and is empty where it was not."""
SCHEMA = dict.fromkeys(("kind", *FINDING, "office"), pl.String)
_DAY_VI, _MOMENT_VI = "%d/%m/%Y", "%d/%m/%Y %H:%M"
_DAY_EN, _MOMENT_EN = "%Y-%m-%d", "%Y-%m-%d %H:%M"


def findings(judge: Judge, facts: pl.DataFrame, judged: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Every finding and signal of judged facts.

    Args:
        judge: the rules.
        facts: one row per dossier.
        judged: the same dossiers as `Judge.judge` judged them.
        zone: in which moments are written.

    """
    found = [_found(rule, rows, zone) for rule, rows in judge.violating(facts, judged) if rows.height]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *found])


def _found(rule: Rule, violating: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The findings of one rule as texts."""
    day = pl.col("law_day")
    shown = {
        name: [_expression(violating, item) for item in getattr(rule, name)] for name in ("at", "found", "allowed")
    }
    columns = {
        "kind": pl.lit(rule.kind),
        "dossier": pl.col("dossier"),
        "rule": pl.lit(rule.code),
        **{name: _text(violating, items, zone) for name, items in shown.items()},
        "citation": pl.coalesce(*(name for name in instruments(rule) if name in violating.columns), rule.citation(day)),
        "status": rule.status(day),
        "message_vi": _sentence(violating, rule.message_vi, shown, zone, (_DAY_VI, _MOMENT_VI)),
        "message_en": _sentence(violating, rule.message_en, shown, zone, (_DAY_EN, _MOMENT_EN)),
        "waived": pl.lit(None, pl.String),
        "office": pl.col("office"),
    }
    return violating.select(**columns)


def _expression(facts: pl.DataFrame, item: str) -> pl.Expr:
    return pl.col(item) if item in facts.columns else pl.lit(item)


def _text(facts: pl.DataFrame, items: list[pl.Expr], zone: str, formats: tuple[str, str] | None = None) -> pl.Expr:
    """The first known value as text: numbers plain, dates and moments in ISO 8601 or in the formats given."""
    return pl.coalesce(*(_one_text(facts, item, zone, formats) for item in items))


def _one_text(facts: pl.DataFrame, item: pl.Expr, zone: str, formats: tuple[str, str] | None) -> pl.Expr:
    dtype = facts.schema.get(item.meta.output_name())
    if isinstance(dtype, pl.Datetime):
        local = item.dt.convert_time_zone(zone)
        return local.dt.strftime(formats[1]) if formats else local.dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
    if dtype == pl.Date:
        return item.dt.strftime(formats[0] if formats else "%Y-%m-%d")
    return item.cast(pl.String)


def _sentence(
    facts: pl.DataFrame, message: str, shown: dict[str, list[pl.Expr]], zone: str, formats: tuple[str, str]
) -> pl.Expr:
    found, allowed = (_text(facts, shown[name], zone, formats).fill_null("?") for name in ("found", "allowed"))
    parts = {"{found}": found, "{allowed}": allowed}
    pieces = re.split(r"(\{found\}|\{allowed\})", message)
    return pl.concat_str(*(parts.get(piece, pl.lit(piece)) for piece in pieces))


def rows_of(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Findings as JSON rows; counts become numbers again."""
    rows = found.to_dicts()
    for row in rows:
        for key in ("found", "allowed"):
            if row[key] is not None and row[key].isascii() and row[key].isdigit():
                row[key] = int(row[key])
    return rows
