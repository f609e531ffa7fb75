"""The centres at which dossiers are received and results handed over: a dated list that an office keeps."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rules.errors import MalformedRules


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Centre(_Table):
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


class Centres(_Table):
    """All centres; an empty list says nothing about any office."""

    format: Literal[1]
    centre: list[Centre]

    @classmethod
    def loads(cls, text: str, name: str) -> Centres:
        """Read a list of centres.

        Raises:
            MalformedRules: the text breaks the format.

        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise MalformedRules(name, "TOML", str(error)) from None
        except ValidationError as error:
            first = error.errors()[0]
            raise MalformedRules(name, ".".join(map(str, first["loc"])), first["msg"]) from None

    @classmethod
    def load(cls, path: Path) -> Centres:
        """Read a list of centres; raises as `loads` does."""
        return cls.loads(path.read_text(encoding="utf-8"), path.name)

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
    return Centres.loads((files("rules") / "data" / "centres.toml").read_text(encoding="utf-8"), "centres.toml")
