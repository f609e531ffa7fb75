"""Judge an event log: facts, then rules; three judgements and a fourth for what a rule does not concern."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.facts import facts as table_of_facts
from rules.quotas import QuotaBook, quotas
from rules.rulebook import Rule, Rulebook, rulebook

JUDGEMENTS = ("violated", "satisfied", "not_assessable", "not_applicable")
FINDING = ("dossier", "rule", "at", "found", "allowed", "citation", "message_vi", "message_en")
_DAY_VI, _MOMENT_VI = "%d/%m/%Y", "%d/%m/%Y %H:%M"
_DAY_EN, _MOMENT_EN = "%Y-%m-%d", "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Tally:
    """How one rule judged the dossiers; the four counts sum to their number."""

    rule: Rule
    violated: int
    satisfied: int
    not_assessable: int
    not_applicable: int

    def to_dict(self) -> dict[str, Any]:
        """The tally as the JSON of `motcua check` prints it."""
        named = {
            key: getattr(self.rule, key) for key in ("code", "kind", "title_vi", "title_en", "severity", "preventable")
        }
        return named | {judgement: getattr(self, judgement) for judgement in JUDGEMENTS}


@dataclass(frozen=True)
class Checked:
    """A log and what the rulebook says of it.

    Attributes:
        log: what was read.
        facts: one row per dossier.
        tallies: one per rule, in the order of the rulebook.
        found: findings and signals in one table, columns `FINDING`, texts; `kind` tells them apart.
        as_of: the moment at which the dossiers were judged.

    """

    log: EventLog
    facts: pl.DataFrame
    tallies: tuple[Tally, ...]
    found: pl.DataFrame
    as_of: datetime

    @property
    def findings(self) -> pl.DataFrame:
        """Signs of unlawful steps."""
        return self.found.filter(pl.col("kind") == "rule").select(FINDING)

    @property
    def signals(self) -> pl.DataFrame:
        """Patterns worth a look, no law behind them."""
        return self.found.filter(pl.col("kind") == "signal").select(FINDING)

    @property
    def law_as_of(self) -> date | None:
        """The day whose law judged every dossier; None where each is judged by the law of its receipt."""
        return self.log.law_as_of

    def to_dict(self) -> dict[str, Any]:
        """The document that `motcua check --json` prints."""
        return {
            "dossiers": self.facts.height,
            "events": self.log.rows,
            "as_of": self.as_of.astimezone(self.log.calendar.zone).isoformat(),
            "law_as_of": self.law_as_of.isoformat() if self.law_as_of else None,
            "rules": [tally.to_dict() for tally in self.tallies],
            "findings": _rows(self.findings),
            "signals": _rows(self.signals),
            "unreadable": [asdict(fault) for fault in self.log.unreadable],
            "warnings": list(self.log.warnings),
        }


def check(
    log: EventLog,
    *,
    as_of: datetime | None = None,
    rules: Rulebook | None = None,
    procedures: Procedures | None = None,
    numbers: QuotaBook | None = None,
) -> Checked:
    """Judge every dossier of a log by every rule.

    Args:
        log: the events.
        as_of: when it is judged, aware; the latest moment in the log where none is given.
        rules: the rulebook that ships where none is given.
        procedures: the procedure file that ships where none is given.
        numbers: the quotas that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    moment = log.calendar.local(as_of or log.latest or datetime.now(UTC)).astimezone(UTC)
    facts = table_of_facts(log, procedures or Procedures.shipped(), numbers or quotas(), moment)
    book = rules or rulebook()
    judged = facts.select(_judgement(rule).alias(rule.code) for rule in book)
    tallies = tuple(_tally(rule, judged[rule.code]) for rule in book)
    found = [_found(rule, _violating(facts, rule, judged[rule.code]), log.calendar.zone.key) for rule in book]
    return Checked(log, facts, tallies, pl.concat(found), moment)


def _judgement(rule: Rule) -> pl.Expr:
    applies = pl.sql_expr(rule.applies) & rule.in_force(pl.col("law_day"))
    violated = pl.sql_expr(rule.condition)
    return (
        pl.when(~applies)
        .then(pl.lit("not_applicable"))
        .when(applies.is_null() | violated.is_null())
        .then(pl.lit("not_assessable"))
        .when(violated)
        .then(pl.lit("violated"))
        .otherwise(pl.lit("satisfied"))
        .cast(pl.Enum(JUDGEMENTS))
    )


def _violating(facts: pl.DataFrame, rule: Rule, judged: pl.Series) -> pl.DataFrame:
    """The violating dossiers with the facts that the findings of the rule show."""
    shown = {"dossier", "law_day", *rule.at, *rule.found, *rule.allowed}
    return facts.select(name for name in facts.columns if name in shown).filter(judged == "violated")


def _tally(rule: Rule, judged: pl.Series) -> Tally:
    counts = dict(judged.value_counts().iter_rows())
    return Tally(rule, *(counts.get(judgement, 0) for judgement in JUDGEMENTS))


def _found(rule: Rule, violating: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The findings of one rule as texts."""
    day = pl.col("law_day")
    shown = {
        name: [_expression(violating, item) for item in getattr(rule, name)] for name in ("at", "found", "allowed")
    }
    return violating.select(
        pl.lit(rule.kind).alias("kind"),
        "dossier",
        pl.lit(rule.code).alias("rule"),
        _text(violating, shown["at"], zone).alias("at"),
        _text(violating, shown["found"], zone).alias("found"),
        _text(violating, shown["allowed"], zone).alias("allowed"),
        rule.citation(day).alias("citation"),
        _sentence(violating, rule.message_vi, shown, zone, (_DAY_VI, _MOMENT_VI)).alias("message_vi"),
        _sentence(violating, rule.message_en, shown, zone, (_DAY_EN, _MOMENT_EN)).alias("message_en"),
    )


def _expression(facts: pl.DataFrame, item: str) -> pl.Expr:
    return pl.col(item) if item in facts.columns else pl.lit(item)


def _text(facts: pl.DataFrame, items: list[pl.Expr], zone: str, formats: tuple[str, str] | None = None) -> pl.Expr:
    """The first known value as text: numbers plain, dates and moments in ISO 8601 or in the formats given."""
    return pl.coalesce(*(_one_text(facts, item, zone, formats) for item in items))


def _one_text(facts: pl.DataFrame, item: pl.Expr, zone: str, formats: tuple[str, str] | None) -> pl.Expr:
    dtype = facts.select(item).schema.dtypes()[0]
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


def _rows(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Findings as JSON rows; counts become numbers again."""
    rows = found.to_dicts()
    for row in rows:
        for key in ("found", "allowed"):
            if row[key] is not None and row[key].isascii() and row[key].isdigit():
                row[key] = int(row[key])
    return rows
