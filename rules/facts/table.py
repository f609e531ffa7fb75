"""The table of facts, put together from its parts; docs/facts.md explains every column."""

from __future__ import annotations

from collections.abc import Sequence
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
from rules.facts.parts import linked, parts
from rules.facts.places import places
from rules.facts.publicity import publicity
from rules.facts.shares import shares
from rules.facts.steps import steps
from rules.facts.timing import timing
from rules.quotas import QuotaBook
from rules.regimes import Regimes
from rules.regimes import regimes as shipped_regimes

NUMBERED = {
    "answer_working_hours_allowed": ("answer_due",),
    "check_working_days_allowed": ("check_due_on",),
    "forward_cutoff_hour_allowed": ("forward_due",),
    "publication_working_days_allowed": ("progress_public_due_on", "result_public_due_on"),
    "tell_days_allowed": ("tell_due_on", "told_late"),
    "apology_days_before_allowed": ("apology_due_on",),
    "answer_days_allowed": ("answer_until_on", "closed_too_early"),
    "entry_working_days_allowed": ("late_entries", "late_entries_at", "late_entries_recorded_at"),
    "backdating_working_days_allowed": ("backdated_entries", "backdated_entries_at", "backdated_entries_recorded_at"),
}
"""Facts that are reckoned with a number of the law; where that is unknown they are, too."""
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
        OtherZone: a calendar of an office has another time zone than that of the log.

    """
    as_of = log.calendar.local(as_of).astimezone(UTC)
    logs = shares(log, as_of) if log.calendars else [log]
    parted = [facts_apart(one, procedures, quotas, as_of, centres=centres, regimes=regimes) for one in logs]
    whole = Neighbours.of([Seen.of(own) for _, own in parted])
    tables = [pl.concat([apart, *across(own, whole)], how="horizontal") for apart, own in parted]
    return tables[0] if len(tables) == 1 else _together(log, tables)


def _together(log: EventLog, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The shares of a log as one table, in the order of the log; a whole and its parts may be of different offices."""
    order = log.events.select(pl.col("dossier").unique(maintain_order=True))
    table = order.join(pl.concat(tables), on="dossier", how="left", maintain_order="left")
    return table.with_columns(linked(table))


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
    table = pl.concat([base.drop("id"), *found], how="horizontal")
    return table.with_columns(_unknown_with_their_number(base)), Own(h, base)


def _unknown_with_their_number(base: pl.DataFrame) -> list[pl.Expr]:
    asked = [(names, quota) for quota, names in NUMBERED.items() if base[quota].null_count()]
    return [pl.when(pl.col(quota).is_not_null()).then(name).alias(name) for names, quota in asked for name in names]


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
