"""Measure a Parquet log that does not fit in memory: batches of whole dossiers, their measured rows to Parquet.

Figures need no fact that two dossiers give together, so batches are measured apart; the figures are those of the log
in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.formats.errors import LogError
from dossier.procedures import Procedures
from rules.batches import Batch, ParquetLog
from rules.figures.grouping import COLUMNS
from rules.figures.indicators import Indicator, Indicators, indicators
from rules.figures.periods import Period
from rules.figures.readings import READINGS
from rules.figures.table import Measured, measured, moment_of
from rules.folders import new_folder
from rules.processes import helpers
from rules.quotas import quotas
from rules.streaming import BATCH_ROWS

UNREAD = ("parent",)
"""Columns that are not read: what they tell lies in another batch. Facts about linked dossiers cannot be said."""

REPORTS = (
    "dossier", *COLUMNS.values(), "steps", "first_at", "began_before_export", "received", "received_on", "finished_on",
    "decided", "closed", "closed_at", "open", "as_of_on", "legal_due_on", "legal_due_at", "system_status",
    *(f"{reading}_{what}" for reading in READINGS for what in ("outcome", "due_on")),
    "law_end_at", "d766_end_at", "practice_end_on", "differs", "lateness_differs", "difference_causes",
)  # fmt: skip
"""The columns that groupings and reports ask for, beside those that indicators name."""

_SUMMARY = "summary.json"


@dataclass(frozen=True)
class MeasuredLog:
    """A log that was measured into a folder.

    Attributes:
        folder: `rows/*.parquet`, one row per dossier, and `summary.json`.
        measured: the dossiers, read as far as figures need them.
        dossiers: how many there are.
        set_aside: dossiers that are not among them, for a cell could not be read.
        source: the name of the log.
        batches: how many there were.
        partitioned: whether the dossiers had to be gathered first.

    """

    folder: Path
    measured: Measured
    dossiers: int
    set_aside: int
    source: str
    batches: int
    partitioned: bool

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """What `measure_stream` left in a folder.

        Raises:
            LogError: it left nothing there, or not all of it is there.

        """
        folder = Path(folder)
        try:
            told = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
            period, as_of = Period(**_days(told["period"])), datetime.fromisoformat(told["as_of"])
            table = Measured.scan(folder / "rows", period, as_of, told["zone"])
            table.rows.collect_schema()
            return cls(folder, table, **{name: told[name] for name in _COUNTS})
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise LogError(
                folder,
                "",
                found=f"no measured dossiers ({type(error).__name__})",
                allowed="a folder that measure_stream wrote, or motcua report indicators --stream",
                remedy="measure the log again into a new folder",
            ) from None

    def holding(self, chosen: Indicators) -> Measured:
        """The dossiers, if the columns that indicators ask for were kept.

        Raises:
            LogError: some were not.

        """
        if lacking := sorted(asked_by(chosen) - set(self.measured.rows.collect_schema())):
            raise LogError(
                self.folder,
                "",
                found=f"no column {', '.join(lacking)} was kept",
                allowed="indicators over the columns that were kept when the log was measured",
                remedy="measure the log again with these indicators (chosen=…, --definitions)",
            )
        return self.measured

    def to_dict(self) -> dict[str, Any]:
        """What `summary.json` holds."""
        table = self.measured
        when = {"period": table.period.to_dict(), "as_of": table.as_of.isoformat(), "zone": table.zone}
        return when | {name: getattr(self, name) for name in _COUNTS}


_COUNTS = ("dossiers", "set_aside", "source", "batches", "partitioned")


def _days(told: Mapping[str, str]) -> dict[str, Any]:
    return {"name": told["name"], **{end: date.fromisoformat(told[end]) for end in ("first", "last")}}


def asked_by(chosen: Indicators) -> set[str]:
    """The columns that indicators, all their variants and the rules of their periods name."""
    texts = [rule.on for rule in chosen.periods.values()]
    texts += [text for one in chosen for way in _ways(one) for text in (way.numerator, way.denominator)]
    return {name for text in texts for name in pl.sql_expr(text).meta.root_names()} - {"period_from", "period_to"}


def _ways(one: Indicator) -> Iterator[Indicator]:
    """An indicator that is counted from dossiers, and its variants."""
    if one.input is None:
        yield from (one, *(one.chosen(variant.name) for variant in one.variants))


def measure_stream(  # noqa: PLR0913  # what is asked, and how it is read
    path: str | Path,
    out: str | Path,
    period: Period,
    *,
    chosen: Indicators | None = None,
    as_of: datetime | None = None,
    calendar: WorkCalendar | None = None,
    batch_rows: int = BATCH_ROWS,
    workers: int = 1,
    **law: Any,  # noqa: ANN401  # as `measured` takes it
) -> MeasuredLog:
    """Measure every dossier of a Parquet log for a period; memory grows with the batch, not with the log.

    Args:
        path: an event log as docs/event-log.md describes it, best with the rows of each dossier together.
        out: the folder to write; it appears when it is complete, and must not hold anything before.
        period: of the figures.
        chosen: indicators whose columns are kept, beside those of the indicators that ship, groupings and reports.
        as_of: the moment instead of the end of the period, aware; see `rules.figures.table.measured`.
        calendar: of the office; Vietnam's state bodies where none is given.
        batch_rows: about so many rows are read at a time.
        workers: processes that measure, as in `rules.streaming.check_stream`.
        law: `procedures`, `numbers`, `offices`, `centres` and `regimes`, as `measured` takes them.

    Raises:
        LogError: the log cannot be read, or the folder cannot be written; nothing was written.
        LostHelper: one of several workers ended before its time; nothing was written.
        NaiveMoment: `as_of` has no offset.

    """
    log, calendar = ParquetLog(Path(path), UNREAD), calendar or vietnam()
    log.check_types(calendar)
    asked = asked_by(indicators()) | (asked_by(chosen) if chosen else set())
    kept = tuple(dict.fromkeys([*REPORTS, *sorted(asked)]))
    with new_folder(Path(out)) as draft, ExitStack() as stack:
        batches, latest = log.batches(batch_rows, calendar, workers)
        moment, partitioned = moment_of(period, calendar, latest, as_of), batches is None
        if batches is None:
            batches = stack.enter_context(log.partitioned(batch_rows, draft))
        (draft / "rows").mkdir()
        work = _Stream(period, moment, calendar, _made_ready(law), log.columns(), kept, batches, draft / "rows")
        counts, faulty = work.run(workers)
        stack.close()
        table = Measured.scan(draft / "rows", period, moment, calendar.zone.key)
        done = MeasuredLog(draft, table, counts, faulty, log.path.name, len(batches), partitioned)
        text = json.dumps(done.to_dict(), ensure_ascii=False, indent=2)
        (draft / _SUMMARY).write_text(text + "\n", encoding="utf-8")
    return MeasuredLog.open(out)


def _made_ready(law: Mapping[str, Any]) -> Mapping[str, Any]:
    """The law with what ships read once, for all batches."""
    given = {name: value for name, value in law.items() if value is not None}
    return {"procedures": Procedures.shipped(), "numbers": quotas()} | given


@dataclass(frozen=True)
class _Stream:
    """One run over the batches of a log."""

    period: Period
    as_of: datetime
    calendar: WorkCalendar
    law: Mapping[str, Any]
    columns: Sequence[str]
    kept: Sequence[str]
    batches: Sequence[Batch]
    folder: Path

    def run(self, workers: int) -> tuple[int, int]:
        """Measure every batch: how many dossiers there are, and how many were set aside."""
        numbers = range(len(self.batches))
        with helpers(self, min(workers, len(numbers))) as each:
            counts, faulty = zip(*each(_Stream.measure, numbers), strict=True)
        return sum(counts), len(frozenset().union(*faulty))

    def measure(self, number: int) -> tuple[int, frozenset[str | None]]:
        """Measure a batch: how many dossiers it has, and those that were set aside."""
        log = self.batches[number].log(self.columns, self.calendar)
        rows = measured(log, self.period, as_of=self.as_of, **self.law).frame().select(self.kept)
        rows.write_parquet(self.folder / f"part-{number:05}.parquet", compression="zstd", compression_level=1)
        return rows.height, frozenset(fault.dossier for fault in log.unreadable)
