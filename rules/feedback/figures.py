"""The figures of feedback cases that an office publishes: indicator 5.2, and items III.10 and III.11 of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from dossier.feedback.limits import FeedbackLimits
from dossier.formats.eventlog import EventLog
from rules.feedback.facts import feedback_facts
from rules.feedback.measures import MEASURES, Measure, measured
from rules.figures.periods import Period

Verdict = Literal["met", "missed"]


@dataclass(frozen=True)
class FeedbackFigure:
    """One share, with what it is a share of.

    Attributes:
        numerator: how many cases of the denominator are as they should be.
        denominator: how many cases it is a share of.
        unknown: cases that belong to it and of which the source cannot say how they are; in neither of the two.
        rest: codes of the cases of the denominator that are not in the numerator.
        computable: whether the source can say what the figure needs.

    """

    measure: Measure
    numerator: int
    denominator: int
    unknown: int
    rest: tuple[str, ...]
    computable: bool = True

    @property
    def code(self) -> str:
        """The code of the figure."""
        return self.measure.code

    @property
    def value(self) -> Fraction | None:
        """The share; None where there is no case, and where the source cannot say."""
        return Fraction(self.numerator, self.denominator) if self.computable and self.denominator else None

    @property
    def text(self) -> str:
        """The share as it is printed, with two decimals."""
        if not self.computable:
            return "not computable from this source"
        return "N/A" if self.value is None else f"{float(self.value * 100):.2f} %"

    @property
    def verdict(self) -> Verdict | None:
        """Whether the target is met; None without a target or a share."""
        target = self.measure.target
        if target is None or self.value is None:
            return None
        return "met" if self.value >= target else "missed"

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON."""
        counts = {name: getattr(self, name) for name in ("numerator", "denominator", "unknown", "text", "verdict")}
        value = None if self.value is None else float(self.value)
        return self.measure.to_dict() | counts | {"value": value, "rest": [*self.rest]}


@dataclass(frozen=True)
class FeedbackFigures:
    """The figures of a period.

    Attributes:
        period: the days, both included.
        as_of: the moment at which the cases are judged.
        figures: in the order of `MEASURES`.
        counts: how many cases were sent, answered, rejected, published in the period, how many were open at its end.
        cases: one row per case: its facts, and for each figure `<code>`: true, false, NULL (the source cannot say), and
            `<code>?`: whether the case belongs to it.

    """

    period: Period
    as_of: datetime
    figures: tuple[FeedbackFigure, ...]
    counts: Mapping[str, int]
    cases: pl.DataFrame
    kinds: frozenset[str]

    def __iter__(self) -> Iterator[FeedbackFigure]:
        """The figures in order."""
        return iter(self.figures)

    def __getitem__(self, code: str) -> FeedbackFigure:
        """A figure by its code."""
        return next(figure for figure in self.figures if figure.code == code)

    @property
    def input(self) -> tuple[int, int]:
        """Numerator and denominator of indicator 5.2."""
        return self["5.2"].numerator, self["5.2"].denominator

    def by_office(self) -> dict[str | None, tuple[FeedbackFigure, ...]]:
        """The figures of each office that has a case in one of them; None: cases without an office."""
        within = pl.any_horizontal(*(pl.col(f"{measure.code}?") for measure in MEASURES))
        cases = self.cases.filter(within)
        offices = cases["office"].unique().sort().to_list()
        return {
            office: _figures(cases.filter(pl.col("office").eq_missing(pl.lit(office))), self.kinds)
            for office in offices
        }

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON."""
        return {
            "period": self.period.to_dict(),
            "as_of": self.as_of.isoformat(),
            "counts": dict(self.counts),
            "figures": [figure.to_dict() for figure in self],
            "by_office": [
                {"office": office, "figures": [figure.to_dict() for figure in figures]}
                for office, figures in self.by_office().items()
            ],
        }


def feedback_figures(
    log: EventLog, period: Period, *, as_of: datetime | None = None, limits: FeedbackLimits | None = None
) -> FeedbackFigures:
    """The figures of a log of feedback cases for a period.

    Args:
        log: the events.
        period: the days, both included.
        as_of: when the cases are judged, aware; None: the end of the period, or the latest moment of a log that ends
            before it.
        limits: by date; those that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    zone = log.calendar.zone.key
    end = period.end(zone)
    moment = log.calendar.local(as_of or min(end, log.latest or end))
    # what ends on the last day of a period has ended when the period has
    over = moment.date() + timedelta(days=1) if moment.astimezone(UTC) >= end.astimezone(UTC) else moment.date()
    facts = feedback_facts(log, moment, limits)
    cases = measured(facts, period, over)
    return FeedbackFigures(period, moment, _figures(cases, log.kinds), _counts(cases, period), cases, log.kinds)


def _figures(cases: pl.DataFrame, kinds: frozenset[str]) -> tuple[FeedbackFigure, ...]:
    return tuple(_figure(measure, cases, kinds) for measure in MEASURES)


def _figure(measure: Measure, cases: pl.DataFrame, kinds: frozenset[str]) -> FeedbackFigure:
    judged = cases.filter(pl.col(f"{measure.code}?")).select("dossier", good=measure.code)
    good, unknown = int(judged["good"].sum()), judged["good"].null_count()
    rest = tuple(judged.filter(~pl.col("good"))["dossier"])
    return FeedbackFigure(measure, good, judged.height - unknown, unknown, rest, kinds.issuperset(measure.needs))


def _counts(cases: pl.DataFrame, period: Period) -> dict[str, int]:
    def within(column: str) -> pl.Expr:
        return pl.col(column).is_between(period.first, period.last).sum()

    undecided = pl.col("sent_at").is_not_null() & pl.col("decided_at").is_null()
    return {
        name: int(count or 0)
        for name, count in cases.select(
            sent=within("sent_on"),
            answered=within("answered_on"),
            rejected=within("rejected_on"),
            published=within("published_on"),
            open=undecided.sum(),
            open_overdue=(undecided & pl.col("answer_late")).sum(),
        ).row(0, named=True).items()
    }  # fmt: skip
