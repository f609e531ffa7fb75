"""Counting all figures in one pass: every dossier is told apart once for each figure, then groups are added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from rules.figures.grouping import COLUMNS, day_of, finest, first_month, name_of
from rules.figures.indicators import Indicator, Indicators, is_sum
from rules.figures.periods import Period

OUT, REST, UNKNOWN, NUMERATOR = 0, 1, 2, 3
"""What a dossier is to a figure: not counted, in the denominator only, one about which nobody can say, or in both.

Of several dossiers the highest settles what their procedure is."""

SIDES = {"numerator": NUMERATOR, "rest": REST, "unknown": UNKNOWN}
"""The dossiers behind a figure. A mean counts every dossier of its denominator as numerator, a sum that is a share
those that add to it."""

COUNTS = ("numerator", "denominator", "unknown")


@dataclass(frozen=True)
class Plan:
    """What is counted: figures, period and groupings.

    Attributes:
        chosen: the indicators that are counted from dossiers.
        period: of the figures.
        by: the groupings.

    """

    chosen: Indicators
    period: Period
    by: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Groupings that are columns."""
        return [one for one in self.by if one in COLUMNS]

    @property
    def span(self) -> str | None:
        """The finest span of time asked for."""
        return finest(self.by)

    def rules(self) -> tuple[str, ...]:
        """The rules of periods that the indicators ask for."""
        return tuple(dict.fromkeys(one.period for one in self.chosen if one.input is None))

    def placed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The dossiers with the day that places them by each rule (`on <rule>`), NULL outside the period."""
        first, last = self.period.first, self.period.last
        dated = rows.with_columns(period_from=pl.lit(first), period_to=pl.lit(last))
        days = {rule: pl.sql_expr(self.chosen.periods[rule].on) for rule in self.rules()}
        inside = {f"on {rule}": pl.when(day.is_between(first, last)).then(day) for rule, day in days.items()}
        return dated.with_columns(**inside)

    def keyed(self, rows: pl.LazyFrame, indicators: Sequence[Indicator], *more: pl.Expr) -> pl.LazyFrame:
        """What the dossiers are to some figures (`is <code>`, `sum <code>`), their groups, and what more is asked."""
        groups = [pl.col(COLUMNS[one]).alias(one) for one in self.columns]
        spans = (
            []
            if self.span is None
            else [first_month(self.span, pl.col(f"on {rule}")).alias(f"in {rule}") for rule in self.rules()]
        )
        cells = [cell for one in indicators for cell in cells_of(one)]
        return self.placed(rows).select(*groups, *spans, *more, *cells)

    def keys(self) -> list[str]:
        """The columns by which rows are grouped at first."""
        return [*self.columns, *(f"in {rule}" for rule in self.rules() if self.span)]


def cells_of(one: Indicator) -> Iterator[pl.Expr]:
    """What a dossier is to a figure, and what it adds to a sum."""
    counts = pl.sql_expr(one.denominator)
    value = pl.sql_expr(one.numerator)
    adds = value > 0 if is_sum(one) else value
    mean = is_sum(one) and one.unit != "percent"
    found = pl.lit(NUMERATOR) if mean else pl.when(adds).then(NUMERATOR).otherwise(REST)
    side = pl.when(counts.not_()).then(OUT).when(counts.is_null() | value.is_null()).then(UNKNOWN).otherwise(found)
    inside = pl.col(f"on {one.period}").is_not_null()
    yield pl.when(inside).then(side).otherwise(OUT).cast(pl.UInt8).alias(f"is {one.code}")
    if is_sum(one):
        yield pl.when(inside & counts).then(value).otherwise(0).cast(pl.Int64).alias(f"sum {one.code}")


def counted(plan: Plan, rows: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures of every group, and of all dossiers: `indicator`, groups, `numerator`, `denominator`, `unknown`.

    Args:
        plan: what is counted.
        rows: the table of `Measured`.

    """
    ways = [way for way in (_Dossiers(plan), _Procedures(plan)) if way.indicators]
    frames = pl.collect_all([way.asked(rows) for way in ways], engine="streaming")
    groups, totals = {}, {}
    for way, frame in zip(ways, frames, strict=True):
        by_group, whole = way.added_up(frame, plan.keys()), way.added_up(frame, [])
        for one in way.indicators:
            groups[one.code] = _of_indicator(plan, by_group, one)
            totals[one.code] = whole.select(pl.lit(one.code).alias("indicator"), *_sums(one))
    order = [one.code for one in plan.chosen if one.code in groups]
    return (
        pl.concat([_none(plan.by), *(groups[code] for code in order)]),
        pl.concat([_none(()), *(totals[code] for code in order)]),
    )


def _none(by: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        schema={"indicator": pl.String, **dict.fromkeys(by, pl.String), **dict.fromkeys(COUNTS, pl.Int64)}
    )


class _Dossiers:
    """Figures that count dossiers: groups add up to the whole."""

    per = "dossier"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.indicators = [one for one in plan.chosen if one.input is None and one.per == self.per]

    def asked(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The first counts, by the finest groups."""
        return _aggregated(self.plan.keyed(rows, self.indicators), self.plan.keys(), self._sides())

    def added_up(self, frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
        """The counts by some of these groups."""
        return frame if keys else frame.select(pl.selectors.starts_with(*(f"{name} " for name in COUNTS)).sum())

    def _sides(self) -> list[pl.Expr]:
        return [cell for one in self.indicators for cell in _sides(one)]


class _Procedures(_Dossiers):
    """Figures that count procedures: one is in a group what the highest of its dossiers there is.

    Dossiers whose procedure nobody knows are together one about which nobody can say.
    """

    per = "procedure"

    def asked(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """What each procedure is in each of the finest groups."""
        keyed = self.plan.keyed(rows, self.indicators, pl.col("procedure").alias("of procedure"))
        nameless = [
            pl.when(pl.col("of procedure").is_not_null() | (pl.col(side) == OUT))
            .then(side)
            .otherwise(UNKNOWN)
            .alias(side)
            for side in (f"is {one.code}" for one in self.indicators)
        ]
        return keyed.with_columns(nameless).group_by(*self.plan.keys(), "of procedure").agg(self._highest())

    def added_up(self, frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
        """How many procedures there are of each kind in some of these groups."""
        highest = frame.group_by(*keys, "of procedure").agg(self._highest())
        return _aggregated(highest.lazy(), keys, self._sides()).collect()

    def _highest(self) -> list[pl.Expr]:
        return [pl.col(f"is {one.code}").max() for one in self.indicators]


def _aggregated(rows: pl.LazyFrame, keys: Sequence[str], cells: list[pl.Expr]) -> pl.LazyFrame:
    return rows.group_by(keys).agg(cells) if keys else rows.select(cells)


def _sides(one: Indicator) -> list[pl.Expr]:
    """The three counts of a figure over the dossiers of a group."""
    side = pl.col(f"is {one.code}")
    numerator = pl.col(f"sum {one.code}").sum() if is_sum(one) else (side == NUMERATOR).sum()
    counts = (numerator, ((side == REST) | (side == NUMERATOR)).sum(), (side == UNKNOWN).sum())
    return [count.cast(pl.Int64).alias(f"{name} {one.code}") for name, count in zip(COUNTS, counts, strict=True)]


def _sums(one: Indicator) -> list[pl.Expr]:
    return [pl.col(f"{name} {one.code}").sum().alias(name) for name in COUNTS]


def _of_indicator(plan: Plan, frame: pl.DataFrame, one: Indicator) -> pl.DataFrame:
    """The rows of a figure: groups that other rules of time tell apart are added together."""
    place = [*plan.columns, *([f"in {one.period}"] if plan.span else [])]
    rows = frame.group_by(place).agg(_sums(one)) if place else frame.select(_sums(one))
    if plan.span:
        rows = rows.drop_nulls(f"in {one.period}")
        day = day_of(pl.col(f"in {one.period}"))
        rows = rows.with_columns(name_of(span, day).alias(span) for span in plan.by if span not in COLUMNS)
    texts = [pl.col(name).cast(pl.String) for name in plan.by]
    rows = rows.select(pl.lit(one.code).alias("indicator"), *texts, *COUNTS)
    return rows.sort(plan.by, nulls_last=True) if plan.by else rows
