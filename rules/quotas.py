"""The numbers of the law by date: for the desk one day at a time, for the facts a column at a time."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dossier.quotas import Quotas
from rules.errors import MalformedRules


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class QuotaValue(_Table):
    """What a quota is from one day on."""

    since: date = Field(alias="from")
    value: int = Field(ge=0)
    citation: str = Field(min_length=1)
    status: Literal["read", "unverified"]
    note: str = ""


class Quota(_Table):
    """A number the law fixes, oldest value first."""

    code: str = Field(pattern=r"^[a-z_]+$")
    meaning: str
    values: list[QuotaValue] = Field(alias="value", min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Quota:
        days = [value.since for value in self.values]
        if days != sorted(set(days)):
            raise ValueError("the values are not in order of their days")
        return self

    def on(self, day: date) -> QuotaValue:
        """The value in force on a day; before the first one, the first one."""
        return next((value for value in reversed(self.values) if value.since <= day), self.values[0])


class QuotaBook(_Table):
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
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise MalformedRules(name, "TOML", str(error)) from None
        except ValidationError as error:
            first = error.errors()[0]
            raise MalformedRules(name, ".".join(map(str, first["loc"])), first["msg"]) from None

    @classmethod
    def load(cls, path: Path) -> QuotaBook:
        """Read a quota file; raises as `loads` does."""
        return cls.loads(path.read_text(encoding="utf-8"), path.name)

    def __getitem__(self, code: str) -> Quota:
        """A quota by its code."""
        return next(quota for quota in self.quota if quota.code == code)

    def columns(self, day: pl.Expr) -> list[pl.Expr]:
        """Each quota as a column `<code>_allowed`, by the law of the day in `day`; NULL where the day is."""
        return [_column(quota, day) for quota in self.quota]

    def on(self, day: date) -> Quotas:
        """What the desk must keep for a dossier received on a day.

        >>> quotas().on(date(2026, 8, 20)).supplement_requests
        1
        """
        requests, appointments = self["supplement_requests"].on(day), self["reappointments"].on(day)
        citations = {"supplement_requests": requests.citation, "reappointments": appointments.citation}
        return Quotas(requests.value, appointments.value, citations)


def _column(quota: Quota, day: pl.Expr) -> pl.Expr:
    value: pl.Expr = pl.when(day.is_not_null()).then(pl.lit(quota.values[0].value, pl.Int64))
    for later in quota.values[1:]:
        value = pl.when(day >= later.since).then(pl.lit(later.value, pl.Int64)).otherwise(value)
    return value.alias(f"{quota.code}_allowed")


@cache
def quotas() -> QuotaBook:
    """The quotas that ship, read once."""
    return QuotaBook.loads((files("rules") / "data" / "quotas.toml").read_text(encoding="utf-8"), "quotas.toml")
