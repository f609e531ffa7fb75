"""The changes of the law: from which day an act holds, and which law judges a dossier under way on that day."""

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


class Change(_Table):
    """One change of the law.

    Attributes:
        since: the first day of the new law.
        instrument: the act.
        changes: what it does, in one line.
        judged_by: `receipt`: a dossier received before stays under the old law; `decision`: it is judged by the new
            one if it was decided, ended, or is still open, on that day or later.
        clause: the transitional clause that says so.
        status: whether the clause was read.

    """

    since: date = Field(alias="from")
    instrument: str = Field(min_length=1)
    changes: str = Field(min_length=1)
    judged_by: Literal["receipt", "decision"]
    clause: str = Field(min_length=1)
    status: Literal["read", "unverified"]


class Regimes(_Table):
    """All changes, oldest first."""

    format: Literal[1]
    changes: list[Change] = Field(alias="change")

    @model_validator(mode="after")
    def _in_order(self) -> Regimes:
        days = [change.since for change in self.changes]
        if days != sorted(set(days)):
            raise ValueError("the changes are not in order of their days")
        return self

    @classmethod
    def loads(cls, text: str, name: str) -> Regimes:
        """Read the changes.

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
    def load(cls, path: Path) -> Regimes:
        """Read the changes; raises as `loads` does."""
        return cls.loads(path.read_text(encoding="utf-8"), path.name)

    def law_day(self, begun: pl.Expr, ended: pl.Expr) -> pl.Expr:
        """The day whose law judges dossiers.

        Args:
            begun: day of receipt.
            ended: day of the decision or the end, else of the check.

        >>> days = [pl.lit(date(2025, 6, 2)), pl.lit(date(2025, 7, 9))]
        >>> pl.select(regimes().law_day(*days)).item()
        datetime.date(2025, 6, 2)
        """
        day = begun
        for change in self.changes:
            if change.judged_by == "decision":
                day = pl.when((day < change.since) & (ended >= change.since)).then(pl.lit(change.since)).otherwise(day)
        return day


@cache
def regimes() -> Regimes:
    """The changes that ship, read once."""
    return Regimes.loads((files("rules") / "data" / "regimes.toml").read_text(encoding="utf-8"), "regimes.toml")
