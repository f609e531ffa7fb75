"""Indicators as data: what is counted over what, in which period, against which threshold, by which instrument."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import BeforeValidator, Field, model_validator

from dossier.procedures import Procedures
from dossier.strict import Strict, Text
from rules.audit.rates import rate
from rules.errors import FaultyExpression, MalformedRules, RulesError, UnknownIndicator
from rules.expressions import Expression, Kind, read_condition, read_expression
from rules.figures.periods import Period
from rules.figures.table import measured
from rules.known import kinds_of
from rules.loading import read_law, read_law_file, shipped_law
from rules.rows import log_of_rows

EXAMPLE = (
    '[[indicator]] code = "online", title_vi = "…", title_en = "…", period = "received", '
    'numerator = "channel = \'online\'", denominator = "received", citation = "…", status = "read", version = 1, '
    'since = 2026-01-01, limits = ""'
)

COMPARE: Mapping[str, str] = {">": "trên", ">=": "từ … trở lên"}
"""How a threshold compares, as the law words it."""


def _exact(found: object) -> Fraction:
    if not isinstance(found, str):
        raise ValueError('a number as text, so that it is exact: "0.87" or "87/100"')  # noqa: TRY004  # what pydantic reports
    try:
        return rate(found)
    except RulesError as error:
        raise ValueError(str(error)) from None


Exact = Annotated[Fraction, BeforeValidator(_exact)]
Status = Literal["read", "unverified"]
_Reader = Callable[[str, Mapping[str, Kind]], Expression]


class Threshold(Strict, arbitrary_types_allowed=True):
    """What a figure is compared with, exactly: a target to be reached, or a cap that must not be."""

    compare: Literal[">", ">="]
    value: Exact
    kind: Literal["target", "cap"] = "target"

    def reached(self, value: Fraction) -> bool:
        """Whether a figure stands there.

        >>> Threshold(compare=">", value="0.87").reached(Fraction(87, 100))
        False
        """
        return value > self.value if self.compare == ">" else value >= self.value


class Points(Strict, arbitrary_types_allowed=True):
    """Full marks from a rate on, below it in proportion; `most`: what full marks are, where that is known."""

    full: Exact
    most: Exact | None = None

    def mark(self, value: Fraction) -> Fraction:
        """The share of full marks.

        >>> Points(full="0.5").mark(Fraction(2, 5))
        Fraction(4, 5)
        """
        return min(max(value, Fraction(0)) / self.full, Fraction(1))


class Variant(Strict):
    """Another way to read a definition that the instrument leaves open."""

    name: str = Field(pattern=r"^[a-z_]+$")
    meaning: Text
    period: str | None = None
    numerator: str | None = None
    denominator: str | None = None


class PeriodRule(Strict):
    """Which day places a dossier in a period: SQL that gives a date; `period_from` and `period_to` are its days."""

    code: str = Field(pattern=r"^[a-z_]+$")
    on: Text
    meaning_vi: Text
    meaning_en: Text


class Group(Strict):
    """A group of Decision 766, with its weight and the parts that it is made of.

    Attributes:
        complete: whether the points of all parts are known, so that they add up to the group's.

    """

    code: str
    title_vi: Text
    title_en: Text
    weight: int
    parts: list[str]
    complete: bool = False
    citation: Text
    status: Status
    note: str = ""


class Indicator(Strict):
    """One figure.

    Attributes:
        group: of Decision 766, where it is one of its parts.
        unit: percent for a share; else of a mean.
        divisor: what the mean is divided by to come into its unit.
        per: what is counted: dossiers, or procedures with such dossiers.
        period: code of the rule that places a dossier in a period.
        numerator: SQL; true or false for a share, a number for a sum.
        denominator: SQL, true or false.
        input: the source that gives numerator and denominator where it is no log of dossiers.
        version: of the definition, `since` when it holds.
        limits: what the figure does not see.
        variant: the name of the variant that was chosen.

    """

    code: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    group: str | None = None
    title_vi: Text
    title_en: Text
    unit: Literal["percent", "working_day", "day", "working_hour"] = "percent"
    divisor: int = Field(default=1, ge=1)
    per: Literal["dossier", "procedure"] = "dossier"
    period: str = ""
    numerator: str = ""
    denominator: str = ""
    input: str | None = None
    citation: Text
    status: Status
    version: int
    since: date
    limits: str
    threshold: Threshold | None = None
    points: Points | None = None
    variants: list[Variant] = Field(alias="variant", default_factory=list)
    variant: str | None = Field(default=None, alias="chosen")

    @model_validator(mode="after")
    def _counted_or_given(self) -> Self:
        counted = all((self.period, self.numerator, self.denominator))
        given = self.input is not None and not any((self.period, self.numerator, self.denominator))
        if not (counted and self.input is None) and not given:
            raise ValueError("it has period, numerator and denominator, or else an input")
        return self

    def chosen(self, name: str) -> Indicator:
        """The same indicator by one of its variants.

        Raises:
            UnknownIndicator: it has no such variant.

        """
        for one in self.variants:
            if one.name == name:
                other = {key: found for key in ("period", "numerator", "denominator") if (found := getattr(one, key))}
                return self.model_copy(update={**other, "variant": name})
        raise UnknownIndicator(f"variant of {self.code}", name, [one.name for one in self.variants])


class _File(Strict):
    format: Literal[1]
    periods: list[PeriodRule] = Field(alias="period")
    groups: list[Group] = Field(alias="group", default_factory=list)
    indicators: list[Indicator] = Field(alias="indicator", min_length=1)


@dataclass(frozen=True)
class Indicators:
    """Indicators by code, in the order of the file, with the rules of their periods and the groups they belong to."""

    indicators: tuple[Indicator, ...]
    periods: Mapping[str, PeriodRule]
    groups: tuple[Group, ...] = ()

    @classmethod
    def loads(cls, text: str, name: str) -> Self:
        """Read a file of indicators.

        Raises:
            MalformedRules: it breaks the format, a code stands twice, or an expression says what it must not.

        """
        return cls._of(read_law(_File, text, name, EXAMPLE), name)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of indicators; raises as `loads` does."""
        return cls._of(read_law_file(_File, path, EXAMPLE), path.name)

    @classmethod
    def _of(cls, read: _File, name: str) -> Self:
        found = cls(tuple(read.indicators), {one.code: one for one in read.periods}, tuple(read.groups))
        for key, why in _faults(found):
            raise MalformedRules(name, key, why, EXAMPLE)
        return found

    def __iter__(self) -> Iterator[Indicator]:
        """The indicators in order."""
        return iter(self.indicators)

    def __getitem__(self, code: str) -> Indicator:
        """An indicator by its code.

        >>> indicators()["I.6"].title_en
        'Overdue share of an officer'

        Raises:
            UnknownIndicator: there is none.

        """
        for one in self.indicators:
            if one.code == code:
                return one
        raise UnknownIndicator("indicator", code, [one.code for one in self.indicators])

    def only(self, *codes: str) -> Indicators:
        """Some of them, in the order named; raises as `[]` does."""
        return Indicators(tuple(self[code] for code in codes), self.periods, self.groups)

    def choose(self, code: str, variant: str) -> Indicators:
        """The same indicators, one of them by a variant; raises as `[]` does."""
        other = self[code].chosen(variant)
        return Indicators(
            tuple(other if one.code == code else one for one in self.indicators), self.periods, self.groups
        )


@cache
def indicators() -> Indicators:
    """The indicators that ship, read once."""
    return Indicators.loads(shipped_law("indicators.toml"), "indicators.toml")


@cache
def known_columns() -> Mapping[str, Kind]:
    """Every column that an indicator may name, with its type."""
    nothing = measured(
        log_of_rows([]), Period.parse("2026"), as_of=datetime(2026, 1, 1, tzinfo=UTC), procedures=Procedures([])
    )
    columns = nothing.frame().select(~pl.selectors.list())
    return {**kinds_of(columns), "period_from": Kind.DATE, "period_to": Kind.DATE}


def _faults(found: Indicators) -> Iterator[tuple[str, str]]:
    """The key and the fault of everything that does not fit together."""
    codes = [one.code for one in found]
    for code in codes:
        if codes.count(code) > 1:
            yield f"indicator {code}", "the code stands twice; a code is permanent"
    for rule in found.periods.values():
        yield from _faulty(f"period {rule.code}, on", rule.on, _date)
    for one in found:
        yield from _faults_of(one, found)
        for variant in one.variants:
            yield from _faults_of(one.chosen(variant.name), found)


def _faults_of(one: Indicator, found: Indicators) -> Iterator[tuple[str, str]]:
    if one.input is not None:
        return
    key = f"indicator {one.code}" + (f", variant {one.variant}" if one.variant else "")
    if one.period not in found.periods:
        yield f"{key}, period", f"no period rule {one.period!r}; there are {', '.join(found.periods)}"
    yield from _faulty(f"{key}, denominator", one.denominator, read_condition)
    yield from _faulty(f"{key}, numerator", one.numerator, _share_or_sum)


def _faulty(key: str, text: str, read: _Reader) -> Iterator[tuple[str, str]]:
    try:
        read(text, known_columns())
    except FaultyExpression as fault:
        yield key, str(fault)


def _date(text: str, columns: Mapping[str, Kind]) -> Expression:
    return _of_kind(text, columns, Kind.DATE, "a date")


def _share_or_sum(text: str, columns: Mapping[str, Kind]) -> Expression:
    return _of_kind(text, columns, Kind.TRUTH, "true or false, or a number", Kind.NUMBER)


def _of_kind(text: str, columns: Mapping[str, Kind], kind: Kind, allowed: str, *others: Kind) -> Expression:
    found = read_expression(text, columns)
    if found.kind not in {kind, *others}:
        raise FaultyExpression(text, text, f"it gives {found.kind}, here stands {allowed}")
    return found


def is_sum(one: Indicator) -> bool:
    """Whether its numerator is a number that is added up; else dossiers are counted."""
    return read_expression(one.numerator, known_columns()).kind is Kind.NUMBER
