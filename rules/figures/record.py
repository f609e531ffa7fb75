"""The histories behind the figures, with their limits and waits, and what can be read off them by dossier."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rules.facts.clocks import Timed
from rules.facts.histories import MOMENT, UNKNOWN, Histories, first_of_each
from rules.facts.waits import WAITS

ENDS = ("completed", "delivered", "closed", "rejected", "withdrawn")
"""Steps that end the handling of a dossier."""


@dataclass(frozen=True)
class Record:
    """The histories of a log as they stood at the moment of the figures."""

    timed: Timed

    @property
    def h(self) -> Histories:
        """The histories."""
        return self.timed.h

    @property
    def zone(self) -> str:
        """The zone of their calendar."""
        return self.h.zone

    def sees(self, *waits: str) -> bool:
        """Whether the source can say these waits."""
        return all(self.h.says_all(*WAITS[wait]) for wait in waits)

    @property
    def sees_ends(self) -> bool:
        """Whether the source can say at least one way in which handling ends."""
        return self.h.says(*ENDS)

    def first(self, name: str, *kinds: str) -> pl.DataFrame:
        """When the first step of some kinds came, by dossier."""
        return self.h.per_dossier(first_of_each(self.h.only(*kinds)).select("id", pl.col("at").alias(name)))

    def last(self, kind: str, column: str, name: str) -> pl.DataFrame:
        """What the last step of a kind says in a text column, and when (`<name>_at`); NULL where it cannot say."""
        if not self.h.says(kind):
            return self.h.unknown(**{name: pl.String(), f"{name}_at": MOMENT})
        cell = self.h.known(column)
        steps = self.h.only(kind, also=cell.meta.root_names()).select(
            "id", pl.col("at").alias(f"{name}_at"), cell.alias(name)
        )
        return self.h.per_dossier(steps.unique("id", keep="last", maintain_order=True)).select(name, f"{name}_at")

    def any_step(self, kind: str, column: str, value: str, name: str) -> pl.DataFrame:
        """Whether a step of a kind has this text; NULL where one cannot say and none has it."""
        if not (self.h.says(kind) and self.h.has(column)):
            return self.h.unknown(**{name: pl.Boolean()})
        cell = pl.col(column)
        has = pl.when(cell != UNKNOWN).then(cell == value).when(cell.is_null()).then(pl.lit(value=False))
        steps = self.h.only(kind, also=[column]).group_by("id")
        found = self.h.per_dossier(steps.agg(has.any(ignore_nulls=False).alias(name), there=pl.lit(value=True)))
        return found.select(pl.when("there").then(name).otherwise(pl.lit(value=False)).alias(name))
