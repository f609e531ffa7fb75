"""What was known at a moment: figures recomputed from the rows recorded by then, and what came to light since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from dossier.formats.eventlog import EventLog
from rules.figures.figures import Figures


@dataclass(frozen=True)
class Known:
    """A log as it was known at a moment.

    Attributes:
        log: the rows recorded by then.
        moment: the moment.
        left_out: rows recorded later.
        undated: rows that do not say when they were recorded; they are kept, for nobody can say that they came later.

    """

    log: EventLog
    moment: datetime
    left_out: int
    undated: int


def known_at(log: EventLog, moment: datetime) -> Known:
    """The log as it was known at a moment.

    Args:
        log: all that is known now.
        moment: aware.

    Raises:
        NaiveMoment: the moment has no offset.

    """
    at = log.calendar.local(moment).astimezone(UTC)
    if "recorded_at" not in log.columns:
        return Known(log, at, 0, log.events.height)
    recorded = log.events["recorded_at"]
    kept = log.events.filter((recorded <= at).fill_null(value=True))
    latest = min(log.latest, at) if log.latest else None
    then = replace(log, events=kept, latest=latest)
    return Known(then, at, log.events.height - kept.height, recorded.null_count())


def recorded_after(log: EventLog, moment: datetime) -> pl.DataFrame:
    """The steps recorded after a moment: `dossier`, `event`, `at`, `recorded_at`, in the order of their recording."""
    if "recorded_at" not in log.columns:
        return log.events.clear().select("dossier", "event", "at", recorded_at=pl.col("at"))
    later = log.events.filter(pl.col("recorded_at") > moment.astimezone(UTC))
    return later.select("dossier", "event", "at", "recorded_at").sort("recorded_at", "dossier")


def explain(then: Figures, now: Figures, code: str) -> pl.DataFrame:
    """The dossiers that an indicator counts otherwise now than then.

    Returns:
        `dossier`, `then`, `now`: numerator, rest (in the denominator only), unknown, or out (not counted);
        `adds_then`, `adds_now`: what it adds to a sum, null for a share.

    Raises:
        UnknownIndicator: one of them has no such indicator.

    """
    before, after = (
        found.told_apart(code).rename({"side": name, "adds": f"adds_{name}"})
        for found, name in ((then, "then"), (now, "now"))
    )
    both = before.join(after, on="dossier", how="full", coalesce=True)
    told = both.with_columns(pl.col("then", "now").fill_null("out"))
    other = (pl.col("then") != pl.col("now")) | pl.col("adds_then").ne_missing(pl.col("adds_now"))
    return told.filter(other).sort("dossier").select("dossier", "then", "now", "adds_then", "adds_now")
