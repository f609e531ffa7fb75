"""Figures: for every indicator and group the numerator, the denominator, and the dossiers behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from rules.errors import UnknownIndicator
from rules.figures.counting import COUNTS, SIDES, Plan, cells_of, counted
from rules.figures.grouping import COLUMNS, checked, name_of
from rules.figures.indicators import Group, Indicator, Indicators, indicators
from rules.figures.table import Measured

NOTHING = "N/A"
"""What stands in place of 0/0."""
NOT_HERE = "not computable from this source"
EMPTY = "nothing to count"
UNWEIGHTED = "the weights of its parts are not known"

Verdict = Literal["met", "missed", "capped", "free", "open"]
_VERDICTS: Mapping[str, tuple[Verdict, Verdict]] = {"target": ("missed", "met"), "cap": ("free", "capped")}
"""What it is called where the threshold is not reached, and where it is."""

UNITS = {"percent": "%", "working_day": "working days", "day": "days", "working_hour": "working hours"}


@dataclass(frozen=True)
class Figure:
    """One figure of one group.

    Attributes:
        indicator: its definition.
        group: the groupings with their values; null: the log does not say.
        numerator: dossiers (or the sum) counted.
        denominator: dossiers over which.
        unknown: dossiers about which the source cannot say; in neither.
        absent: whether the source that gives it was not read.

    """

    indicator: Indicator
    group: Mapping[str, str | None]
    numerator: int
    denominator: int
    unknown: int = 0
    absent: bool = False

    @property
    def computable(self) -> bool:
        """Whether the source says anything: where it can say nothing of any dossier there is no figure."""
        return self.denominator > 0 or (self.unknown == 0 and not self.absent)

    @property
    def value(self) -> Fraction | None:
        """The exact ratio; None where there is nothing to count."""
        return Fraction(self.numerator, self.denominator * self.indicator.divisor) if self.denominator else None

    @property
    def text(self) -> str:
        """The figure with two decimals, `N/A` for 0/0.

        >>> Figure(indicators()["online"], {}, 1, 3).text
        '33.33 %'
        """
        if self.value is None:
            return NOTHING if self.computable else NOT_HERE
        share = self.indicator.unit == "percent"
        return f"{_decimals(self.value * (100 if share else 1))} {UNITS[self.indicator.unit]}"

    @property
    def verdict(self) -> Verdict | None:
        """Whether a target is met, or a cap reached; None without threshold or figure.

        It is open where it hangs on the dossiers about which the source cannot say.
        """
        threshold = self.indicator.threshold
        if threshold is None or self.value is None:
            return None
        all_ = self.denominator + self.unknown
        least, most = (threshold.reached(Fraction(self.numerator + more, all_)) for more in (0, self.unknown))
        if least != most:
            return "open"
        return _VERDICTS[threshold.kind][least]

    @property
    def mark(self) -> Fraction | None:
        """The share of full marks; None where there are none."""
        points, value = self.indicator.points, self.value
        return None if points is None or value is None else points.mark(value)

    @property
    def weighted(self) -> bool:
        """Whether it is known what full marks are."""
        points = self.indicator.points
        return points is not None and points.most is not None

    @property
    def points(self) -> Fraction | None:
        """The points, where it is known what full marks are."""
        most = self.indicator.points.most if self.indicator.points else None
        return None if most is None or self.mark is None else self.mark * most

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON."""
        one = self.indicator
        named = {
            key: getattr(one, key)
            for key in ("code", "title_vi", "title_en", "unit", "version", "variant", "citation", "status")
        }
        counts = {key: getattr(self, key) for key in COUNTS}
        exact = {key: _exact(getattr(self, key)) for key in ("value", "mark", "points")}
        return named | {"group": dict(self.group)} | counts | {"text": self.text, "verdict": self.verdict} | exact


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _decimals(value: Fraction) -> str:
    """Two decimals, halves away from zero; exact, whatever the size."""
    hundredths = (abs(value) * 200 + 1) // 2
    sign = "-" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True)
class Figures:
    """All figures of a period.

    Attributes:
        measured: the dossiers.
        chosen: the indicators.
        by: the groupings.
        table: `indicator`, the groupings, `numerator`, `denominator`, `unknown`; one row per figure, in order.
        totals: the same over all dossiers, without groupings.
        inputs: numerator and denominator of the indicators that are counted elsewhere.

    """

    measured: Measured
    chosen: Indicators
    by: tuple[str, ...]
    table: pl.DataFrame
    totals: pl.DataFrame
    inputs: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Figure]:
        """Every figure of every group, by indicator."""
        for row in self.table.iter_rows(named=True):
            yield self._figure(row)

    def of(self, code: str) -> tuple[Figure, ...]:
        """The figures of an indicator by group.

        Raises:
            UnknownIndicator: it is none of these.

        """
        self.chosen[code]
        return tuple(self._figure(row) for row in self.table.filter(pl.col("indicator") == code).iter_rows(named=True))

    def total(self, code: str) -> Figure:
        """The figure over all dossiers; raises as `of` does."""
        one = self.chosen[code]
        if one.input is not None:
            return self._given(one)
        (row,) = self.totals.filter(pl.col("indicator") == code).iter_rows(named=True)
        return self._figure(row)

    def _figure(self, row: Mapping[str, Any]) -> Figure:
        group = {name: row[name] for name in self.by if name in row}
        return Figure(self.chosen[row["indicator"]], group, *(row[name] for name in COUNTS))

    def _given(self, one: Indicator) -> Figure:
        numerator, denominator = self.inputs.get(one.code, (0, 0))
        return Figure(one, {}, numerator, denominator, absent=one.code not in self.inputs)

    def dossiers(
        self, code: str, group: Mapping[str, str | None] | None = None, side: str = "numerator"
    ) -> pl.DataFrame:
        """The dossiers behind a figure: `dossier` and the groupings.

        Args:
            code: of the indicator.
            group: values of groupings; those that are left out may have any.
            side: `numerator`, `rest` (in the denominator only) or `unknown`.

        Raises:
            UnknownIndicator: there is no such indicator, grouping or side.

        """
        one, asked = self.chosen[code], checked(group or {})
        if side not in SIDES:
            raise UnknownIndicator("side", side, list(SIDES))
        by = tuple(dict.fromkeys((*self.by, *asked)))
        if one.input is not None:
            return pl.DataFrame(schema=dict.fromkeys(("dossier", *by), pl.String))
        found = self._told(one, by).filter(pl.col("is") == SIDES[side])
        for name, value in (group or {}).items():
            found = found.filter(pl.col(name).eq_missing(pl.lit(value, pl.String)))
        return found.select("dossier", *by).sort("dossier").collect()

    def told_apart(self, code: str) -> pl.DataFrame:
        """What every dossier is to a figure: `dossier`, `side`, and `adds`, what it adds to a sum (null for a share).

        Dossiers that are not counted are left out; raises as `of` does.
        """
        one, names = self.chosen[code], {number: side for side, number in SIDES.items()}
        found = self._told(one, ()).filter(pl.col("is").is_in(list(names)))
        return found.select("dossier", pl.col("is").replace_strict(names).alias("side"), "adds").collect()

    def _told(self, one: Indicator, by: tuple[str, ...]) -> pl.LazyFrame:
        plan = Plan(Indicators((one,), self.chosen.periods), self.measured.period, by)
        named = [_group(name, one).cast(pl.String).alias(name) for name in by]
        side, *sums = cells_of(one)
        adds = sums[0] if sums else pl.lit(None, pl.Int64)
        return plan.placed(self.measured.rows).select("dossier", *named, side.alias("is"), adds.alias("adds"))

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON, with everything that they hang on."""
        return {
            "period": self.measured.period.to_dict(),
            "as_of": self.measured.as_of.isoformat(),
            "by": list(self.by),
            "period_rules": {rule.code: rule.meaning_en for rule in self.chosen.periods.values()},
            "totals": [self.total(one.code).to_dict() for one in self.chosen],
            "figures": [figure.to_dict() for figure in self] if self.by else [],
            "groups": [score.to_dict() for score in scoreboard(self)],
        }


def _group(name: str, one: Indicator) -> pl.Expr:
    return pl.col(COLUMNS[name]) if name in COLUMNS else name_of(name, pl.col(f"on {one.period}"))


def figures(
    found: Measured,
    chosen: Indicators | None = None,
    by: tuple[str, ...] | list[str] = (),
    *,
    inputs: Mapping[str, tuple[int, int]] | None = None,
) -> Figures:
    """Count indicators over measured dossiers, all in one pass.

    Args:
        found: the dossiers, measured for the period.
        chosen: the indicators; those that ship where none are given.
        by: groupings, of `rules.figures.grouping.BY`.
        inputs: numerator and denominator of indicators that are counted elsewhere, by code.

    Raises:
        UnknownIndicator: there is no such grouping.

    """
    what, asked = chosen or indicators(), checked(by)
    table, totals = counted(Plan(what, found.period, asked), found.rows)
    return Figures(found, what, asked, table, totals, inputs or {})


@dataclass(frozen=True)
class GroupScore:
    """What is known of a group of Decision 766.

    Attributes:
        group: the group with its weight.
        parts: the figures of its parts that can be counted, by code; None: not from this source.
        score: its points; None where a part or its weight is not known, for the `reason`.

    """

    group: Group
    parts: Mapping[str, Figure | None]
    score: Fraction | None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The score as JSON."""
        named = {
            key: getattr(self.group, key)
            for key in ("code", "title_vi", "title_en", "weight", "citation", "status", "note")
        }
        parts = {code: figure.text if figure else NOT_HERE for code, figure in self.parts.items()}
        return named | {"parts": parts, "score": _exact(self.score), "reason": self.reason}


def scoreboard(found: Figures) -> tuple[GroupScore, ...]:
    """The groups of Decision 766: points only where all parts and their weights are known, never a guess."""
    return tuple(_scored(found, group) for group in found.chosen.groups)


def _scored(found: Figures, group: Group) -> GroupScore:
    known = {one.code for one in found.chosen}
    parts = {code: found.total(code) if code in known else None for code in group.parts}
    weighted = group.complete and all(figure and figure.weighted for figure in parts.values())
    reasons = [*_missing(parts), *([] if weighted else [UNWEIGHTED])]
    if reasons:
        return GroupScore(group, parts, None, "; ".join(reasons))
    points = (figure.points for figure in parts.values() if figure and figure.points is not None)
    return GroupScore(group, parts, sum(points, Fraction(0)))


def _missing(parts: Mapping[str, Figure | None]) -> Iterator[str]:
    """Why parts have no figure."""
    elsewhere = [code for code, figure in parts.items() if figure is None or not figure.computable]
    empty = [code for code, figure in parts.items() if figure and figure.computable and figure.value is None]
    if elsewhere:
        yield f"{NOT_HERE}: {', '.join(elsewhere)}"
    if empty:
        yield f"{EMPTY}: {', '.join(empty)}"
