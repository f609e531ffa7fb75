"""The table of facts, put together from its parts; docs/facts.md explains every column."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.centres import Centres
from rules.centres import centres as shipped_centres
from rules.facts.across import across
from rules.facts.answers import answers
from rules.facts.claims import claims
from rules.facts.clocks import Timed, clocks
from rules.facts.digital import digital
from rules.facts.entries import late_entries
from rules.facts.evidence import evidence
from rules.facts.histories import Histories
from rules.facts.lines import LineCalendar
from rules.facts.neighbours import Neighbours, Own, Seen
from rules.facts.order import order
from rules.facts.outline import outline
from rules.facts.parts import parts
from rules.facts.places import places
from rules.facts.publicity import publicity
from rules.facts.steps import steps
from rules.facts.timing import timing
from rules.quotas import QuotaBook
from rules.regimes import Regimes
from rules.regimes import regimes as shipped_regimes

PARTS = ("dossier", "decided", "decided_at", "legal_due_on", "legal_due_at", "promised_on", "overdue")


def facts(
    log: EventLog,
    procedures: Procedures,
    quotas: QuotaBook,
    as_of: datetime,
    *,
    centres: Centres | None = None,
    regimes: Regimes | None = None,
) -> pl.DataFrame:
    """One row of facts per dossier of a log.

    Args:
        log: the events.
        procedures: limits, semantics and results by procedure.
        quotas: the numbers of the law.
        as_of: the moment at which the dossiers are judged, aware; later events are not read.
        centres: those of receipt and return; the list that ships where none is given.
        regimes: the changes of the law and what becomes of dossiers under way; those that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    apart, own = facts_apart(log, procedures, quotas, as_of, centres=centres, regimes=regimes)
    return pl.concat([apart, *across(own, Neighbours.of([Seen.of(own)]))], how="horizontal")


def facts_apart(
    log: EventLog,
    procedures: Procedures,
    quotas: QuotaBook,
    as_of: datetime,
    *,
    centres: Centres | None = None,
    regimes: Regimes | None = None,
) -> tuple[pl.DataFrame, Own]:
    """The facts that each dossier gives by itself, and what it has that may meet another one's; see `facts`."""
    as_of = log.calendar.local(as_of).astimezone(UTC)
    h, lines = Histories.of(log, as_of), LineCalendar.of(log.calendar)
    base = _base(h, quotas, regimes or shipped_regimes())
    timed = Timed.of(h, lines, base, procedures)
    limited = clocks(timed)
    found = [
        *evidence(h),
        *order(h),
        answers(h, lines, base),
        *late_entries(h, lines, base),
        limited,
        publicity(h, lines, base),
        *digital(h, base),
        *places(h, centres or shipped_centres()),
        *steps(h, lines),
        *claims(timed),
        *timing(timed),
        parts(h, pl.concat([base, limited], how="horizontal").select(PARTS)),
    ]
    return pl.concat([base.drop("id"), *found], how="horizontal"), Own(h, base)


def _base(h: Histories, quotas: QuotaBook, regimes: Regimes) -> pl.DataFrame:
    """What the other facts stand on: the outline, the day of the law, and its numbers on that day."""
    base = pl.concat([h.dossiers, *outline(h)], how="horizontal")
    as_of = pl.lit(h.as_of)
    base = base.with_columns(as_of=as_of, as_of_on=as_of.dt.convert_time_zone(h.zone).dt.date(), **_law_day(h, regimes))
    return base.with_columns(quotas.columns(pl.col("law_day"), pl.col("procedure")))


def _law_day(h: Histories, regimes: Regimes) -> dict[str, pl.Expr]:
    """The day whose law judges the dossier: of its receipt, else of its submission, else of its first step."""
    if h.log.law_as_of is not None:
        return {"law_day": pl.lit(h.log.law_as_of)}
    begun = pl.coalesce("received_at", "submitted_at", "first_at")
    ended = pl.coalesce(pl.min_horizontal("decided_at", "closed_at"), pl.lit(h.as_of))
    begun, ended = (moment.dt.convert_time_zone(h.zone).dt.date() for moment in (begun, ended))
    return {"law_day": regimes.law_day(begun, ended)}
