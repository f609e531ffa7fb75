"""The numbers of the law by date: for the desk one day at a time, for the facts a column at a time."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from dossier.quotas import Quotas
from dossier.strict import Strict
from rules.loading import read_law, read_law_file, shipped_law

EXAMPLE = (
    '[[quota]] code = "reappointments", meaning = "…" [[quota.value]] from = 2018-06-21, value = 1, citation = "…", '
    'status = "unverified"'
)

LEVELS = ("national", "ministry", "province", "procedure")
"""Who fixed a number, from the widest to the narrowest; the narrowest that speaks of a dossier holds."""

Level = Literal["national", "ministry", "province", "procedure"]


class QuotaValue(Strict):
    """What a quota is from one day on, by one instrument.

    Attributes:
        level: of the instrument.
        procedures: the procedures it speaks of; only, and always, at the level of a procedure.

    """

    since: date = Field(alias="from")
    value: int = Field(ge=0)
    citation: str = Field(min_length=1)
    status: Literal["read", "unverified"]
    level: Level = "national"
    procedures: list[str] = Field(default_factory=list)
    note: str = ""

    @model_validator(mode="after")
    def _names_procedures(self) -> QuotaValue:
        if (self.level == "procedure") != bool(self.procedures):
            raise ValueError("a value of the level 'procedure' names its procedures, and no other does")
        return self

    def holds(self, day: pl.Expr, procedure: pl.Expr) -> pl.Expr:
        """Whether it speaks of dossiers of a day and a procedure."""
        begun = day >= self.since
        return begun & procedure.is_in(self.procedures).fill_null(value=False) if self.procedures else begun


class Quota(Strict):
    """A number the law fixes, oldest value first at each level."""

    code: str = Field(pattern=r"^[a-z_]+$")
    meaning: str
    values: list[QuotaValue] = Field(alias="value", min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Quota:
        for level in LEVELS[:-1]:
            days = [value.since for value in self.values if value.level == level]
            if days != sorted(set(days)):
                raise ValueError("the values are not in order of their days")
        return self

    @property
    def ranked(self) -> list[QuotaValue]:
        """The values so that each gives way to those after it that hold, too."""
        return sorted(self.values, key=lambda value: (LEVELS.index(value.level), value.since))

    @property
    def levels(self) -> frozenset[str]:
        """The levels at which somebody fixed it."""
        return frozenset(value.level for value in self.values)

    def on(self, day: date, procedure: str | None = None) -> QuotaValue:
        """The value in force on a day; before the first one, the first one.

        >>> found = quotas()["supplement_requests"].on(date(2026, 8, 20))
        >>> found.value, found.level
        (1, 'province')
        """
        holding = [
            one for one in self.ranked if one.since <= day and (not one.procedures or procedure in one.procedures)
        ]
        return holding[-1] if holding else self.ranked[0]


class QuotaBook(Strict):
    """All quotas."""

    format: Literal[1]
    quota: list[Quota]

    @model_validator(mode="after")
    def _once_each(self) -> QuotaBook:
        codes = [quota.code for quota in self.quota]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice; a code is permanent")
        return self

    @classmethod
    def loads(cls, text: str, name: str) -> QuotaBook:
        """Read a quota file.

        Raises:
            MalformedRules: the text breaks the format.

        """
        return read_law(cls, text, name, EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> QuotaBook:
        """Read a quota file; raises as `loads` does."""
        return read_law_file(cls, path, EXAMPLE)

    def __getitem__(self, code: str) -> Quota:
        """A quota by its code."""
        return next(quota for quota in self.quota if quota.code == code)

    def columns(self, day: pl.Expr, procedure: pl.Expr | None = None) -> list[pl.Expr]:
        """Each quota as a column `<code>_allowed`; NULL where the day is.

        A quota that several levels fix has a second column `<code>_instrument`: the citation of the one that holds.
        Where nobody can say the procedure, a number that hangs on it is NULL.

        Args:
            day: the day whose law judges.
            procedure: code of the procedure, NULL where nobody can say it; where none is given, the general numbers.

        """
        asked = pl.lit("") if procedure is None else procedure
        several = [quota for quota in self.quota if len(quota.levels) > 1]
        return [
            *(_column(quota, day, asked, "value").alias(f"{quota.code}_allowed") for quota in self.quota),
            *(_column(quota, day, asked, "citation").alias(f"{quota.code}_instrument") for quota in several),
        ]

    def on(self, day: date) -> Quotas:
        """What the desk must keep for a dossier received on a day.

        >>> quotas().on(date(2026, 8, 20)).supplement_requests
        1
        """
        requests, appointments = self["supplement_requests"].on(day), self["reappointments"].on(day)
        citations = {"supplement_requests": requests.citation, "reappointments": appointments.citation}
        return Quotas(requests.value, appointments.value, citations)


def _column(quota: Quota, day: pl.Expr, procedure: pl.Expr, key: Literal["value", "citation"]) -> pl.Expr:
    dtype = pl.Int64() if key == "value" else pl.String()
    first, *later = quota.ranked
    found: pl.Expr = pl.when(day.is_not_null()).then(pl.lit(getattr(first, key), dtype))
    for value in later:
        found = pl.when(value.holds(day, procedure)).then(pl.lit(getattr(value, key), dtype)).otherwise(found)
    own = [value for value in later if value.procedures]
    return found if key == "citation" or not own else pl.when(~_unsure(found, day, procedure, own)).then(found)


def _unsure(found: pl.Expr, day: pl.Expr, procedure: pl.Expr, own: list[QuotaValue]) -> pl.Expr:
    """Whether the procedure is unknown and may be one that has another number."""
    return procedure.is_null() & pl.any_horizontal((day >= value.since) & (found != value.value) for value in own)


@cache
def quotas() -> QuotaBook:
    """The quotas that ship, read once."""
    return QuotaBook.loads(shipped_law("quotas.toml"), "quotas.toml")
