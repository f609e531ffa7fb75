"""The table of facts, put together from its parts; docs/facts.md explains every column."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.facts.answers import answers
from rules.facts.clocks import clocks
from rules.facts.entries import late_entries
from rules.facts.evidence import evidence
from rules.facts.histories import Histories
from rules.facts.lines import LineCalendar
from rules.facts.order import order
from rules.facts.outline import outline
from rules.quotas import QuotaBook


def facts(log: EventLog, procedures: Procedures, quotas: QuotaBook, as_of: datetime) -> pl.DataFrame:
    """One row of facts per dossier of a log.

    Args:
        log: the events.
        procedures: limits, semantics and results by procedure.
        quotas: the numbers of the law.
        as_of: the moment at which the dossiers are judged, aware; later events are not read.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    as_of = log.calendar.local(as_of).astimezone(UTC)
    h, lines = Histories.of(log, as_of), LineCalendar(log.calendar)
    base = pl.concat([h.dossiers, *outline(h)], how="horizontal")
    base = base.with_columns(as_of=pl.lit(as_of), **_law_day(h)).with_columns(quotas.columns(pl.col("law_day")))
    parts = [
        *evidence(h),
        *order(h),
        answers(h, lines, base),
        late_entries(h, lines, base),
        clocks(h, lines, base, procedures),
    ]
    return pl.concat([base, *parts], how="horizontal").drop("id")


def _law_day(h: Histories) -> dict[str, pl.Expr]:
    """The day whose law judges the dossier: of its receipt, else of its submission, else of its first step."""
    if h.log.law_as_of is not None:
        return {"law_day": pl.lit(h.log.law_as_of)}
    begun = pl.coalesce("received_at", "submitted_at", "first_at")
    return {"law_day": begun.dt.convert_time_zone(h.zone).dt.date()}
