"""Overdue dossiers of each officer (I.6 of the plan); whose they are and out of which is printed with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from dossier.formats.eventlog import EventLog
from rules.display import Share
from rules.figures.attribution import ATTRIBUTIONS, Attribution, attributed
from rules.figures.periods import Period
from rules.figures.reportdates import report_dates
from rules.figures.sheets import Words, period_words
from rules.figures.table import Measured, measured

CAP = Fraction(1, 10)
"""From this share on, inclusive, an officer is not rated "hoàn thành tốt nhiệm vụ" or better."""

CITATION = "Kế hoạch 2024, Phụ lục, mục I.6"

_CASES = {"period": pl.String, "officer": pl.String, "dossier": pl.String, "overdue": pl.Boolean}

Denominator = Literal["handled", "finished"]
DENOMINATORS: dict[Denominator, Words] = {
    "handled": ("hồ sơ đang giải quyết trong kỳ", "dossiers under way in the period"),
    "finished": ("hồ sơ giải quyết xong trong kỳ", "dossiers finished in the period"),
}


@dataclass(frozen=True)
class OfficerFigure:
    """One officer in one period.

    Attributes:
        officer: code; None for dossiers that nobody is known to have handled.
        overdue: dossiers that count as overdue for the officer.
        fine: dossiers that do not.
        unknown: dossiers of which the log cannot say it.
        hidden: whether the figures were taken out because they are few.

    """

    period: Period
    officer: str | None
    overdue: int
    fine: int
    unknown: int
    hidden: bool = False

    @property
    def dossiers(self) -> int:
        """All of them."""
        return self.overdue + self.fine + self.unknown

    @property
    def share(self) -> Share:
        """Overdue out of those of which it can be said."""
        return Share(self.overdue, self.overdue + self.fine)

    @property
    def capped(self) -> bool | None:
        """Whether the rating is capped; None where it hangs on what the log cannot say, or there is no dossier.

        >>> month = Period.parse("2026-10")
        >>> [OfficerFigure(month, "A", *counts).capped for counts in ((1, 9, 0), (1, 10, 0), (1, 9, 1), (0, 0, 0))]
        [True, False, None, None]
        """
        if not self.dossiers or self.officer is None or self.hidden:
            return None
        if Fraction(self.overdue, self.dossiers) >= CAP:
            return True
        return None if Fraction(self.overdue + self.unknown, self.dossiers) >= CAP else False

    def to_dict(self) -> dict[str, Any]:
        """As JSON; counts that were hidden are null."""
        told = {"period": self.period.name, "officer": self.officer, "hidden": self.hidden}
        counts = {name: None if self.hidden else getattr(self, name) for name in ("overdue", "fine", "unknown")}
        share = None if self.hidden else self.share.percent("en")
        return told | counts | {"share": share, "capped": self.capped}


@dataclass(frozen=True)
class Officers:
    """The figures of all officers.

    Attributes:
        period: the whole period.
        attribution: whose dossier it is.
        denominator: which dossiers count.
        cases: `period`, `officer`, `dossier`, `overdue` (null: the log cannot say), one row each.
        spans: the periods that were judged, each at its end.
        smallest: groups with fewer dossiers are not published; 0: all are shown.

    """

    period: Period
    attribution: Attribution
    denominator: Denominator
    cases: pl.DataFrame
    spans: tuple[Period, ...]
    smallest: int = 0

    @property
    def rows(self) -> tuple[OfficerFigure, ...]:
        """One figure per period and officer, the officers by code, those without officer last."""
        late = pl.col("overdue")
        counts = self.cases.group_by("period", "officer").agg(
            late.sum().alias("late"), (~late).sum().alias("fine"), late.is_null().sum().alias("unknown")
        )
        spans = {span.name: span for span in self.spans}
        ordered = counts.sort("officer", nulls_last=True).iter_rows()
        found = [OfficerFigure(spans[name], *counted) for name, *counted in ordered]
        return tuple(row for span in self.spans for row in self._shown([one for one in found if one.period == span]))

    def _shown(self, rows: list[OfficerFigure]) -> Iterator[OfficerFigure]:
        hidden = _hidden([row.dossiers for row in rows], self.smallest)
        yield from (replace(row, hidden=place in hidden) for place, row in enumerate(rows))

    def dossiers(self, officer: str | None, period: str | None = None) -> pl.DataFrame:
        """The dossiers behind a figure: `period`, `dossier`, `overdue`."""
        chosen = self.cases.filter(pl.col("officer").eq_missing(pl.lit(officer, pl.String)))
        chosen = chosen if period is None else chosen.filter(pl.col("period") == period)
        return chosen.select("period", "dossier", "overdue").sort("period", "dossier")

    def published(self, smallest: int = 5) -> Officers:
        """The same without the figures of small groups."""
        return replace(self, smallest=smallest)

    @property
    def due_on(self) -> date:
        """The last day on which the result is in time: before the 5th of the month after the period."""
        month = self.period.last.replace(day=1) + timedelta(days=32)
        return report_dates()["I.6"].last_day(month.year, month.month)

    @property
    def parameters(self) -> tuple[tuple[Words, str | Words], ...]:
        """What was chosen; the plan fixes neither attribution nor denominator."""
        return (
            (("Kỳ", "Period"), period_words(self.period)),
            (("Hồ sơ tính cho", "A dossier counts for"), ATTRIBUTIONS[self.attribution]),
            (("Mẫu số", "Denominator"), DENOMINATORS[self.denominator]),
            (("Ngưỡng", "Cap"), ("từ 10% trở lên", "10 % or more")),
            (("Ẩn nhóm có ít hơn (hồ sơ)", "Hidden: groups with fewer dossiers than"), str(self.smallest)),
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "period": self.period.to_dict(),
            "attribution": self.attribution,
            "denominator": self.denominator,
            "cap": "0.1",
            "citation": CITATION,
            "smallest": self.smallest,
            "due_on": self.due_on.isoformat(),
            "officers": [row.to_dict() for row in self.rows],
        }


def officers(
    log: EventLog,
    period: Period,
    *,
    attribution: Attribution = "responsible",
    denominator: Denominator = "finished",
    monthly: bool = True,
    **law: Any,  # noqa: ANN401  # as `measured` takes it
) -> Officers:
    """Overdue dossiers of each officer, month by month.

    Args:
        log: the events.
        period: the months that are judged, each as things stood at its end.
        attribution: whose dossier it is; see `ATTRIBUTIONS`.
        denominator: which dossiers count.
        monthly: month by month, as the plan wants it; else the period as one.
        law: `procedures`, `numbers`, `offices`, `centres` and `regimes`, as `measured` takes them.

    """
    spans = tuple(period.months()) if monthly else (period,)
    begun = [span for span in spans if log.latest is None or span.begin(log.calendar.zone.key) <= log.latest]
    cases = [_cases(log, measured(log, span, **law), span, attribution, denominator) for span in begun]
    return Officers(period, attribution, denominator, pl.concat([pl.DataFrame(schema=_CASES), *cases]), spans)


def _cases(
    log: EventLog, table: Measured, span: Period, attribution: Attribution, denominator: Denominator
) -> pl.DataFrame:
    rows = table.frame()
    counted = rows.filter(_under_way(span) if denominator == "handled" else _finished(span))
    if attribution != "step":
        counted = counted.filter(~_undecided())
    found = attributed(log, counted, table.as_of, attribution)
    return found.select(pl.lit(span.name).alias("period"), "officer", "dossier", "overdue")


def _under_way(span: Period) -> pl.Expr:
    begun = pl.coalesce("received_on", pl.col("first_at").dt.date()) <= span.last
    received = pl.col("received_on").is_not_null() | pl.col("began_before_export").fill_null(value=False)
    return received & begun & (pl.col("finished_on").is_null() | (pl.col("finished_on") >= span.first))


def _undecided() -> pl.Expr:
    """Withdrawn, closed, or handed over without a decision: the whole of it was neither in time nor late."""
    return (pl.col("closed") & ~pl.col("decided")).fill_null(value=False)


def _finished(span: Period) -> pl.Expr:
    return pl.col("finished_on").is_between(span.first, span.last) & pl.col("received").fill_null(value=True)


def _hidden(sizes: Sequence[int], smallest: int) -> frozenset[int]:
    """The groups that are not shown: the small ones, and more until the total gives none of them away.

    >>> sorted(_hidden([3, 40, 7, 20], 5)), sorted(_hidden([3, 4, 40], 5)), sorted(_hidden([9, 40], 5))
    ([0, 2], [0, 1], [])
    """
    by_size = sorted(range(len(sizes)), key=lambda place: sizes[place])
    hidden = [place for place in by_size if sizes[place] < smallest]
    if not hidden:
        return frozenset()
    for place in by_size[len(hidden) :]:
        if len(hidden) > 1 and sum(sizes[one] for one in hidden) >= smallest:
            break
        hidden.append(place)
    return frozenset(hidden)
