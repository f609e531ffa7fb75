"""Judge an event log: facts, then rules; three judgements and a fourth for what a rule does not concern."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.centres import Centres
from rules.facts import facts as table_of_facts
from rules.findings import FINDING, findings, rows_of
from rules.judging import JUDGEMENTS, Judge
from rules.offices import Offices
from rules.quotas import QuotaBook, quotas
from rules.regimes import Regimes
from rules.rulebook import Rule, Rulebook, rulebook
from rules.waivers import Used, Waivers


@dataclass(frozen=True)
class Tally:
    """How one rule judged the dossiers; the four counts sum to their number.

    Attributes:
        waived: how many of the violated are waived; they are counted there, too.

    """

    rule: Rule
    violated: int
    satisfied: int
    not_assessable: int
    not_applicable: int
    waived: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The tally as the JSON of `motcua check` prints it."""
        named = {
            key: getattr(self.rule, key) for key in ("code", "kind", "title_vi", "title_en", "severity", "preventable")
        }
        return named | {count: getattr(self, count) for count in (*JUDGEMENTS, "waived")}


@dataclass(frozen=True)
class Checked:
    """A log and what the rulebook says of it.

    Attributes:
        log: what was read.
        facts: one row per dossier.
        tallies: one per rule, in the order of the rulebook.
        found: findings and signals in one table, columns `FINDING`, texts; `kind` tells them apart, `office` is the
            dossier's.
        as_of: the moment at which the dossiers were judged.
        book: the rules that judged.
        waivers: what became of each waiver.
        offices: who answers for which office.

    """

    log: EventLog
    facts: pl.DataFrame
    tallies: tuple[Tally, ...]
    found: pl.DataFrame
    as_of: datetime
    book: Rulebook
    waivers: tuple[Used, ...] = ()
    offices: Offices = field(default_factory=Offices)

    @property
    def today(self) -> date:
        """The local day of the check."""
        return self.log.calendar.local(self.as_of).date()

    @property
    def standing(self) -> pl.DataFrame:
        """The findings that nobody waived."""
        return self.findings.filter(pl.col("waived").is_null())

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

    def by_office(self) -> pl.DataFrame:
        """Findings by the office that answers for them on the day of the check, most first.

        Columns `office` (null: the log names none), `name`, `formerly` (other codes under which the log has them),
        `dossiers`, `findings`, `waived`.
        """
        days = self.facts.select("dossier", "law_day")
        found = self.found.filter(pl.col("kind") == "rule").join(days, on="dossier", how="left")
        keyed = self._answering(found.select("office", "law_day").unique())
        grouped = (
            found.join(keyed, on=["office", "law_day"], how="left", nulls_equal=True)
            .group_by("answering")
            .agg(
                pl.col("office").filter(pl.col("office") != pl.col("answering")).unique().sort().alias("formerly"),
                pl.col("dossier").n_unique().alias("dossiers"),
                pl.len().alias("findings"),
                pl.col("waived").count().alias("waived"),
            )
        )
        names = {code: self.offices.name(code, self.today) for code in grouped["answering"].drop_nulls()}
        name = pl.col("answering").replace_strict(names, default=None, return_dtype=pl.String).alias("name")
        return grouped.select(
            pl.col("answering").alias("office"), name, "formerly", "dossiers", "findings", "waived"
        ).sort("findings", "office", descending=[True, False], nulls_last=True)

    def _answering(self, pairs: pl.DataFrame) -> pl.DataFrame:
        codes = [
            None if code is None else self.offices.answering(code, day, self.today) for code, day in pairs.iter_rows()
        ]
        return pairs.with_columns(answering=pl.Series(codes, dtype=pl.String))

    def to_dict(self) -> dict[str, Any]:
        """The document that `motcua check --json` prints."""
        house = self.book.house
        return {
            "dossiers": self.facts.height,
            "events": self.log.rows,
            "as_of": self.as_of.astimezone(self.log.calendar.zone).isoformat(),
            "law_as_of": self.law_as_of.isoformat() if self.law_as_of else None,
            "house": house.to_dict() if house else None,
            "rules": [tally.to_dict() for tally in self.tallies],
            "findings": rows_of(self.findings),
            "signals": rows_of(self.signals),
            "waivers": [used.to_dict() for used in self.waivers],
            "offices": self.by_office().to_dicts() if self.offices.spans else [],
            "unreadable": [asdict(fault) for fault in self.log.unreadable],
            "warnings": list(self.log.warnings),
        }


def check(  # noqa: PLR0913  # the law in its parts
    log: EventLog,
    *,
    as_of: datetime | None = None,
    rules: Rulebook | None = None,
    procedures: Procedures | None = None,
    numbers: QuotaBook | None = None,
    offices: Offices | None = None,
    waivers: Waivers | None = None,
    centres: Centres | None = None,
    regimes: Regimes | None = None,
) -> Checked:
    """Judge every dossier of a log by every rule.

    Args:
        log: the events.
        as_of: when it is judged, aware; the latest moment in the log where none is given.
        rules: the rulebook that ships where none is given.
        procedures: the procedure file that ships where none is given.
        numbers: the quotas that ship where none are given.
        offices: who answers for which office; every office for itself where none are given.
        waivers: findings that are let stand; they keep their place in every figure.
        centres: where dossiers are received and results handed over; the list that ships where none is given.
        regimes: the changes of the law; those that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.
        OtherZone: a calendar of an office has another time zone than that of the log.

    """
    moment = log.calendar.local(as_of or log.latest or datetime.now(UTC)).astimezone(UTC)
    book, counts = procedures or Procedures.shipped(), numbers or quotas()
    facts = table_of_facts(log, book, counts, moment, centres=centres, regimes=regimes)
    return judged(log, facts, moment, rules or rulebook(), offices=offices, waivers=waivers)


def judged(  # what every kind of case has in common
    log: EventLog,
    facts: pl.DataFrame,
    as_of: datetime,
    rules: Rulebook,
    *,
    offices: Offices | None = None,
    waivers: Waivers | None = None,
) -> Checked:
    """Judge the facts of a log, as of the moment in UTC for which they were found; arguments as `check`."""
    judge = Judge(rules)
    judgements = judge.judge(facts)
    found = findings(judge, facts, judgements, log.calendar.zone.key)
    used: tuple[Used, ...] = ()
    if waivers:
        found, used = waivers.apply(found, facts["dossier"], log.calendar.local(as_of).date())
    return Checked(log, facts, _tallies(judge, judgements, found), found, as_of, rules, used, offices or Offices())


def _tallies(judge: Judge, judged: pl.DataFrame, found: pl.DataFrame) -> tuple[Tally, ...]:
    """How each rule judged the dossiers, with what of it is waived."""
    waived = dict(found.filter(pl.col("waived").is_not_null())["rule"].value_counts().iter_rows())
    return tuple(_tally(rule, judged[rule.code], waived.get(rule.code, 0)) for rule in judge.book)


def _tally(rule: Rule, judged: pl.Series, waived: int) -> Tally:
    counts = dict(judged.value_counts().iter_rows())
    numbers = {judgement: counts.get(judgement, 0) for judgement in JUDGEMENTS}
    return Tally(rule, **numbers, waived=waived)
