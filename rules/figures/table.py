"""The table that figures are counted from: one row per dossier, as it stood at the end of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import polars as pl

from calendars import WorkCalendar
from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.centres import Centres
from rules.facts.clocks import Timed
from rules.facts.lines import LineCalendar
from rules.facts.shares import shares
from rules.facts.table import facts_apart
from rules.figures.causes import causes, differing
from rules.figures.measures import measures
from rules.figures.periods import Period
from rules.figures.readings import READINGS, readings
from rules.figures.record import Record
from rules.offices import Offices
from rules.quotas import QuotaBook, quotas
from rules.regimes import Regimes


@dataclass(frozen=True)
class Measured:
    """Dossiers measured for a period.

    Attributes:
        rows: one row per dossier: its facts (those that need no other dossier), the three readings, and the measures of
            docs/indicators.md.
        period: for which it was measured.
        as_of: the moment as of which each dossier is described; later steps are not read.
        zone: of the calendar.

    """

    rows: pl.LazyFrame
    period: Period
    as_of: datetime
    zone: str

    @classmethod
    def scan(cls, path: Path, period: Period, as_of: datetime, zone: str) -> Self:
        """Such a table kept as Parquet, a file or a folder of files, which is read only as far as figures need it."""
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        return cls(pl.scan_parquet(files, glob=False), period, as_of, zone)

    def frame(self) -> pl.DataFrame:
        """The whole table."""
        return self.rows.collect()


def measured(  # noqa: PLR0913  # the law in its parts
    log: EventLog,
    period: Period,
    *,
    as_of: datetime | None = None,
    procedures: Procedures | None = None,
    numbers: QuotaBook | None = None,
    offices: Offices | None = None,
    centres: Centres | None = None,
    regimes: Regimes | None = None,
) -> Measured:
    """Measure every dossier of a log as it stood at the end of a period.

    Args:
        log: the events.
        period: of the figures.
        as_of: the moment instead of the end of the period, aware. Where none is given and the log ends before the
            period does, it is the last moment of the log: a period that still runs is judged as it stands.
        procedures: those that ship where none are given.
        numbers: the quotas that ship where none are given.
        offices: who answers for which office; every office for itself where none are given.
        centres: those that ship where none are given.
        regimes: those that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.
        OtherZone: a calendar of an office has another time zone than that of the log.

    """
    law = procedures or Procedures.shipped()
    moment = moment_of(period, log.calendar, log.latest, as_of)
    tables = []
    for share in shares(log, moment) if log.calendars else [log]:
        facts, own = facts_apart(share, law, numbers or quotas(), moment, centres=centres, regimes=regimes)
        record = Record(Timed.of(own.h, LineCalendar.of(share.calendar), own.base, law))
        tables.append(_table(facts, record, law, offices or Offices()))
    return Measured(pl.concat(tables).lazy(), period, moment, log.calendar.zone.key)


def _table(facts: pl.DataFrame, record: Record, law: Procedures, offices: Offices) -> pl.DataFrame:
    found = [facts, readings(record, facts), *measures(record, facts, law, offices)]
    return pl.concat(found, how="horizontal").with_columns(*differing()).with_columns(causes())


def moment_of(period: Period, calendar: WorkCalendar, latest: datetime | None, as_of: datetime | None) -> datetime:
    """The moment as of which a log is measured, in UTC; `latest` is the last moment in it."""
    end = as_of or period.end(calendar.zone.key)
    if as_of is None and latest is not None:
        end = min(end, latest)
    return calendar.local(end).astimezone(UTC)


def differences(found: Measured, most: int | None = None) -> pl.DataFrame:
    """The dossiers on which the three readings differ, each with its outcomes, ends, due dates and the causes.

    Args:
        found: the dossiers.
        most: the first so many by code; all of them where none is given.

    """
    columns = [f"{reading}_outcome" for reading in READINGS]
    ends = ["law_end_at", "law_due_on", "d766_end_at", "d766_due_on", "practice_end_on", "practice_due_on"]
    chosen = found.rows.filter("differs").select("dossier", *columns, *ends, "lateness_differs", "difference_causes")
    return (chosen if most is None else chosen.sort("dossier").head(most)).collect(engine="streaming")
