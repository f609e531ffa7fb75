"""Three readings of one dossier: by law, by Decision 766/QĐ-TTg, and by the practice of form II.06a.

Each says how the dossier stood at the moment of the figures: early, on time, overdue, open in time, open overdue, or
not counted at all; NULL where the source cannot say. docs/indicators.md says how each is counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rules.figures.record import Record
from rules.figures.standing import standing

OUTCOME_LABELS: Mapping[str, tuple[str, str]] = {
    "early": ("Trước hạn", "Early"),
    "on_time": ("Đúng hạn", "On time"),
    "overdue": ("Quá hạn", "Overdue"),
    "open_in_time": ("Đang giải quyết, trong hạn", "In process, in time"),
    "open_overdue": ("Đang giải quyết, quá hạn", "In process, overdue"),
    "not_counted": ("Không tính", "Not counted"),
}
"""What each outcome is called, in Vietnamese and English."""

OUTCOMES = tuple(OUTCOME_LABELS)
LATE = ("overdue", "open_overdue")
READINGS = ("law", "d766", "practice")

_ENUM = pl.Enum(OUTCOMES)
_ENDS = {
    "completed": ("completed",),
    "delivered": ("delivered",),
    "stopped": ("closed", "rejected"),
    "withdrawn": ("withdrawn",),
}
"""Ways in which handling ends, in the order in which Decision 766 looks for them."""


def readings(record: Record, facts: pl.DataFrame) -> pl.DataFrame:
    """The columns of the three readings, with what they are made from, one row per dossier.

    Args:
        record: the histories.
        facts: the facts about the same dossiers, in the same order.

    """
    ends = [record.first(f"end_{way}_at", *kinds) for way, kinds in _ENDS.items()]
    table = pl.concat([facts, standing(record), *ends], how="horizontal")
    table = table.with_columns(*_law(record), *_d766_end(record), *_d766_due(), *_practice_dates(record))
    return table.select(
        "current_promise_on", "current_promise_at", "promise_source",
        pl.when(pl.col("practice_end_on").is_null()).then("waiting").alias("waiting"),
        _counted(_law_outcome(record)).alias("law_outcome"), "law_end_at", "law_due_on", "law_due_at",
        _counted(_d766_outcome(record)).alias("d766_outcome"), "d766_end_at", "d766_end_kind",
        "d766_due_on", "d766_due_at",
        pl.col("supplement_time").dt.total_minutes().alias("d766_supplement_minutes"),
        _counted(_practice_outcome(record)).alias("practice_outcome"), "practice_end_on", "practice_due_on",
    )  # fmt: skip


def _outcome(name: str) -> pl.Expr:
    return pl.lit(name, _ENUM)


def _finished(late: pl.Expr, early: pl.Expr) -> pl.Expr:
    """Early, on time or overdue; NULL where nobody knows whether it was late."""
    kept = pl.when(early.fill_null(value=False)).then(_outcome("early")).otherwise(_outcome("on_time"))
    return pl.when(late).then(_outcome("overdue")).when(~late).then(kept)


def _running(late: pl.Expr) -> pl.Expr:
    return pl.when(late).then(_outcome("open_overdue")).when(~late).then(_outcome("open_in_time"))


def _counted(outcome: pl.Expr) -> pl.Expr:
    """Only dossiers that were received count; one whose receipt nobody knows cannot be judged."""
    return pl.when(~pl.col("received")).then(_outcome("not_counted")).when("received").then(outcome)


def local_day(moment: pl.Expr, zone: str) -> pl.Expr:
    """The day of a moment in a zone."""
    return moment.dt.convert_time_zone(zone).dt.date()


def _law(record: Record) -> list[pl.Expr]:
    return [
        pl.col("decided_at").alias("law_end_at"),
        local_day(pl.col("decided_at"), record.zone).alias("law_end_on"),
        pl.col("legal_due_on").alias("law_due_on"),
        pl.col("legal_due_at").alias("law_due_at"),
    ]


def _law_outcome(_record: Record) -> pl.Expr:
    """By the legal due date; what ended without a decision is not counted."""
    decided = _finished(pl.col("overdue"), pl.col("law_end_on") < pl.col("law_due_on"))
    ended = pl.when(pl.col("closed") & ~pl.col("decided")).then(_outcome("not_counted"))
    return pl.when("decided").then(decided).when("open").then(_running(pl.col("overdue"))).otherwise(ended)


def _d766_end(record: Record) -> list[pl.Expr]:
    """The end of handling, how it came about, and the moment that is compared: supplement time is taken off."""
    moments = {way: pl.col(f"end_{way}_at") for way in _ENDS}
    moments["waiting"] = pl.col("asked_since")
    kinds = [pl.when(moment.is_not_null()).then(pl.lit(way)) for way, moment in moments.items()]
    still = pl.when(pl.lit(record.sees_ends)).then(pl.lit("period_end"))
    end = pl.coalesce(*moments.values())
    credited = pl.coalesce(end, "as_of") - pl.col("supplement_time")
    return [
        end.alias("d766_end_at"),
        pl.coalesce(*kinds, still).alias("d766_end_kind"),
        credited.alias("credited_at"),
        local_day(credited, record.zone).alias("credited_on"),
    ]


def _d766_due() -> list[pl.Expr]:
    """The promised date in force, else the maximum limit of the procedure from the receipt."""
    promised = pl.col("current_promise_on").is_not_null()
    return [
        pl.when(promised)
        .then(f"current_promise_{part}")
        .when(~pl.col("promise_unknown"))
        .then(f"lawful_promise_{part}")
        .alias(f"d766_due_{part}")
        for part in ("on", "at")
    ]


def _d766_outcome(record: Record) -> pl.Expr:
    """By formula 2.1 of Decision 766: a second supplement request makes it overdue, whatever the dates."""
    if not record.sees("supplement"):
        return pl.lit(None, _ENUM)
    on, at = pl.col("d766_due_on"), pl.col("d766_due_at")
    passed = pl.when(at.is_not_null()).then(pl.col("credited_at") > at).otherwise(pl.col("credited_on") > on)
    late = pl.when(pl.col("supplement_requests") > 1).then(pl.lit(value=True)).otherwise(passed)
    ended = pl.col("d766_end_at").is_not_null()
    found = pl.when(ended).then(_finished(late, pl.col("credited_on") < on))
    return found.when(pl.col("d766_end_kind") == "period_end").then(_running(late))


def _practice_dates(record: Record) -> list[pl.Expr]:
    result = pl.coalesce("end_completed_at", "end_delivered_at")
    end = pl.coalesce(result, "end_stopped_at", "end_withdrawn_at")
    return [
        local_day(end, record.zone).alias("practice_end_on"),
        pl.col("current_promise_on").alias("practice_due_on"),
        result.is_not_null().alias("has_result"),
    ]


def _practice_outcome(record: Record) -> pl.Expr:
    """As software fills form II.06a: dates are compared; what was returned, has no date or waits is in time."""
    end, due = pl.col("practice_end_on"), pl.col("practice_due_on")
    undated = due.is_null() & ~pl.col("promise_unknown")
    result = pl.when(undated).then(_outcome("on_time")).otherwise(_finished(end > due, end < due))
    open_ = pl.when(pl.lit(record.sees_ends)).then(_running(_practice_late(record, undated)))
    return pl.when("has_result").then(result).when(end.is_not_null()).then(_outcome("on_time")).otherwise(open_)


def _practice_late(record: Record, undated: pl.Expr) -> pl.Expr:
    """Whether an open dossier is late; one that looks so is not for certain where a wait could not be seen."""
    passed = pl.col("as_of_on") > pl.col("practice_due_on")
    certain = passed if record.sees("supplement", "pause") else pl.when(~passed).then(pl.lit(value=False))
    return pl.when(pl.col("stands") | undated).then(pl.lit(value=False)).otherwise(certain)
