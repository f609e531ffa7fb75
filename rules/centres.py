"""The centres at which dossiers are received and results handed over: a dated list that an office keeps."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from dossier.strict import Strict
from rules.loading import read_law, read_law_file, shipped_law

EXAMPLE = (
    '[[centre]] office = "Trung tâm Phục vụ hành chính công tỉnh", from = 2021-08-23, '
    'citation = "Quyết định 09/2021/QĐ-UBND", status = "unverified"'
)


class Centre(Strict):
    """An office that is a competent centre in one span of days, both ends included.

    Attributes:
        office: as the log names it in `office`.

    """

    office: str = Field(min_length=1)
    since: date = Field(alias="from")
    until: date | None = Field(default=None, alias="to")
    citation: str = Field(min_length=1)
    status: Literal["read", "unverified"]

    @model_validator(mode="after")
    def _forwards(self) -> Centre:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"{self.office} ends before it begins, on {self.until}")
        return self

    def covers(self, day: pl.Expr) -> pl.Expr:
        """Whether it is a centre on each day."""
        begun = day >= self.since
        return begun if self.until is None else begun & (day <= self.until)


class Centres(Strict):
    """All centres; an empty list says nothing about any office."""

    format: Literal[1]
    centre: list[Centre]

    @classmethod
    def loads(cls, text: str, name: str) -> Centres:
        """Read a list of centres.

        Raises:
            MalformedRules: the text breaks the format.

        """
        return read_law(cls, text, name, EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> Centres:
        """Read a list of centres; raises as `loads` does."""
        return read_law_file(cls, path, EXAMPLE)

    def outside(self, office: pl.Expr, day: pl.Expr) -> pl.Expr:
        """Whether an office is none of the centres of a day; NULL where the list knows none on that day.

        >>> pl.select(centres().outside(pl.lit("Trung tâm"), pl.lit(date(2026, 1, 1)))).item() is None
        True
        """
        known = pl.any_horizontal(pl.lit(value=False), *(one.covers(day) for one in self.centre))
        inside = pl.any_horizontal(
            pl.lit(value=False), *((office == one.office) & one.covers(day) for one in self.centre)
        )
        return pl.when(known & office.is_not_null()).then(~inside)


@cache
def centres() -> Centres:
    """The list that ships, read once: empty, since no list of a province was verified."""
    return Centres.loads(shipped_law("centres.toml"), "centres.toml")
