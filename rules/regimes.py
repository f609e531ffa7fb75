"""The changes of the law: from which day an act holds, and which law judges a dossier under way on that day."""

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
    '[[change]] from = 2025-07-01, instrument = "Nghị định 118/2025/NĐ-CP", changes = "…", judged_by = "receipt", '
    'clause = "not verified", status = "unverified"'
)


class Change(Strict):
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


class Regimes(Strict):
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
        return read_law(cls, text, name, EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> Regimes:
        """Read the changes; raises as `loads` does."""
        return read_law_file(cls, path, EXAMPLE)

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
    return Regimes.loads(shipped_law("regimes.toml"), "regimes.toml")
