"""The steps of feedback cases in order, each with what stood before it and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from dossier.events import UNKNOWN
from dossier.formats.eventlog import EventLog

TRUE, FALSE = pl.lit(value=True), pl.lit(value=False)
DECISIONS = ("answered", "rejected")
BEGINNINGS = ("submitted", "received")
HANDLING = (*BEGINNINGS, "forwarded", "supplement_requested", "supplemented", "extension_requested", *DECISIONS)
"""Steps that cannot follow a decision."""

AFTER_ANSWER = ("copied", "published")
MOVES_DUE = ("forwarded", "supplement_requested", "supplemented", "extension_requested")
"""Steps that move the end of the limit; a source that cannot say one of them leaves lateness in doubt."""

PAPERS = {
    "rejections_bare": ("rejected", ("reason", "notice")),
    "requests_bare": ("supplement_requested", ("reason", "notice")),
    "extensions_bare": ("extension_requested", ("reason", "document", "promised")),
    "answers_bare": ("answered", ("document", "notice")),
}
"""Fact: the kind of step that needs papers, and the columns in which they stand."""


@dataclass(frozen=True)
class Steps:
    """The steps of a log at or before a moment.

    Attributes:
        log: where they come from.
        as_of: the moment.
        cases: `dossier`, one row per case in order of appearance.
        table: the steps in order, numbered by `n`, each with what stood before it, as `_before` says; `anchor_at` and
            `anchor_n`: the step with which its limits began, the last forwarding before it, else the sending.

    """

    log: EventLog
    as_of: datetime
    cases: pl.DataFrame
    table: pl.DataFrame

    @classmethod
    def of(cls, log: EventLog, as_of: datetime) -> Steps:
        """The steps of a log, put in order."""
        known = log.events.filter(pl.col("event").is_not_null(), pl.col("at") <= as_of)
        cases = log.events.select("dossier").unique(maintain_order=True)
        ordered = known.sort("dossier", "at", "row").with_columns(on=_day(log, "at"), **_texts(log))
        numbered = ordered.with_row_index("n").with_columns(pl.col("n").cast(pl.Int64))
        table = numbered.with_columns(_before()).with_columns(
            anchor_at=pl.coalesce("handed_at", "sent_at"), anchor_n=pl.coalesce("handed_n", "sent_n")
        )
        return cls(log, as_of, cases, table)

    def day(self, column: str) -> pl.Expr:
        """The local day of a moment."""
        return _day(self.log, column)

    def says(self, *kinds: str) -> bool:
        """Whether the source can say all of the kinds."""
        return self.log.kinds.issuperset(kinds)

    def only(self, *kinds: str) -> pl.DataFrame:
        """The steps of some kinds, in order."""
        return self.table.filter(pl.col("event").is_in(kinds))

    def first(self, *kinds: str) -> pl.DataFrame:
        """The first step of some kinds in each case."""
        return self.only(*kinds).group_by("dossier", maintain_order=True).first()

    def laid_out(self, found: pl.DataFrame) -> pl.DataFrame:
        """Rows with unique `dossier` laid out for all cases, NULL where there is none, without the `dossier`."""
        return self.cases.join(found, on="dossier", how="left", maintain_order="left").drop("dossier")

    def counted(self, name: str, steps: pl.DataFrame, lacks: pl.Expr, *kinds: str) -> pl.DataFrame:
        """How many steps of each case lack something, and when the first of them was; NULL where nobody can say.

        Args:
            name: of the fact; `<name>_at` is the moment.
            steps: to be counted.
            lacks: whether a step lacks it; NULL: the source cannot say.
            kinds: of the steps; a source that cannot say one of them cannot say how many there are.

        """
        flagged = steps.select("dossier", "at", lacks.alias("lacks"))
        found = flagged.group_by("dossier").agg(
            pl.col("lacks").sum().alias("n"),
            pl.col("lacks").is_null().any().alias("doubt"),
            pl.col("at").filter(pl.col("lacks")).first().alias(f"{name}_at"),
        )
        sure = pl.when(pl.col("n") > 0).then("n").when(~pl.col("doubt").fill_null(value=False)).then(pl.lit(0))
        count = sure.fill_null(pl.when(pl.col("n").is_null()).then(pl.lit(0))) if self.says(*kinds) else pl.lit(None)
        return self.laid_out(found).select(count.cast(pl.Int64).alias(name), f"{name}_at")


def _day(log: EventLog, column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(log.calendar.zone.key).dt.date()


def _texts(log: EventLog) -> dict[str, pl.Expr]:
    """For each paper whether it is missing; NULL where the source cannot say."""
    columns = dict.fromkeys(column for _, needed in PAPERS.values() for column in needed)
    return {f"no_{column}": _missing(log, column) for column in columns}


def _missing(log: EventLog, column: str) -> pl.Expr:
    if column not in log.columns:
        return pl.lit(None, pl.Boolean)
    if column == "promised":
        return pl.when(~pl.col("promised_unknown")).then(pl.col("promised_date").is_null())
    return pl.when(pl.col(column).is_null()).then(TRUE).when(pl.col(column) != UNKNOWN).then(FALSE)


def _seen(kinds: Iterable[str]) -> pl.Expr:
    """Whether a step of some kinds stands before each step of the same case."""
    hits = pl.col("event").is_in([*kinds]).cum_sum().shift(1, fill_value=0)
    return hits.over("dossier") > 0


def _last(kinds: Iterable[str], column: str) -> pl.Expr:
    """A column of the last step of some kinds before each step of the same case."""
    return pl.when(pl.col("event").is_in([*kinds])).then(column).forward_fill().shift(1).over("dossier")


def _before() -> list[pl.Expr]:
    begun = pl.col("event").is_in(BEGINNINGS)
    sent_n = pl.coalesce(*(pl.when(pl.col("event") == kind).then("n").min().over("dossier") for kind in BEGINNINGS))
    replied = pl.when(pl.col("event") == "supplemented").then("at").backward_fill().over("dossier")
    return [
        _seen(DECISIONS).alias("after_decision"),
        _seen(("answered",)).alias("after_answer"),
        _seen(("received",)).alias("after_receipt"),
        _seen(BEGINNINGS).alias("after_beginning"),
        begun.any().over("dossier").alias("begun"),
        sent_n.alias("sent_n"),
        pl.col("at").gather(sent_n).alias("sent_at"),
        replied.alias("replied_at"),
        _last(("forwarded",), "at").alias("handed_at"),
        _last(("forwarded",), "n").alias("handed_n"),
        _last(("received", "forwarded"), "on").alias("held_on"),
        (_last(("supplement_requested", "supplemented"), "event") == "supplement_requested")
        .fill_null(value=False)
        .alias("asked"),
    ]


def impossible() -> pl.Expr:
    """Whether a step cannot follow what stood before it; what may have happened before the log began is no fault."""
    kind, begun = pl.col("event"), pl.col("begun")
    return (
        (kind.is_in(HANDLING) & pl.col("after_decision"))
        | (kind.is_in(AFTER_ANSWER) & ~pl.col("after_answer") & begun)
        | ((kind == "supplemented") & ~pl.col("asked") & begun)
        | ((kind == "submitted") & pl.col("after_beginning"))
        | ((kind == "received") & pl.col("after_receipt"))
    )
