"""When steps were entered, against when they took effect."""

from __future__ import annotations

import numpy as np
import polars as pl

from rules.facts.evidence import counted
from rules.facts.histories import MOMENT, Histories
from rules.facts.lines import Instants, LineCalendar


def late_entries(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> list[pl.DataFrame]:
    """Facts `late_entries` and `backdated_entries`: steps entered so many working days after they took effect."""
    return [
        _entered_after(h, lines, base, "late_entries", "entry_working_days_allowed"),
        _entered_after(h, lines, base, "backdated_entries", "backdating_working_days_allowed"),
    ]


def _entered_after(h: Histories, lines: LineCalendar, base: pl.DataFrame, name: str, quota: str) -> pl.DataFrame:
    if not h.has("recorded_at"):
        return h.unknown(**{name: pl.UInt32(), f"{name}_at": MOMENT, f"{name}_recorded_at": MOMENT})
    steps = h.steps.select(
        "id", "at", "recorded_at", lacks=pl.when(pl.col("recorded_at").is_not_null()).then(pl.lit(value=False))
    )
    # n working days later is never less than n times 24 hours later: most steps need no calendar
    allowed = pl.duration(days=base.select(pl.col(quota).min().fill_null(0)).item())
    later = (pl.col("recorded_at") - pl.col("at") > allowed).fill_null(value=False)
    doubtful = steps.with_row_index("place").filter(later)
    late = doubtful["place"].to_numpy()[_is_late(h, lines, base[quota], doubtful)]
    steps = steps.with_columns(pl.Series("lacks", _overlay(steps["lacks"], late)))
    first = steps.filter("lacks").group_by("id").agg(pl.col("recorded_at").first().alias(f"{name}_recorded_at"))
    return pl.concat([counted(h, name, steps, sayable=True), h.per_dossier(first)], how="horizontal")


def _is_late(
    h: Histories, lines: LineCalendar, allowed_days: pl.Series, steps: pl.DataFrame
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    allowed = allowed_days.fill_null(1).to_numpy()[steps["id"].to_numpy()]
    day = Instants.of(steps["at"], h.zone).local.astype("datetime64[D]")
    entered = Instants.of(steps["recorded_at"], h.zone).local.astype("datetime64[D]")
    late: np.ndarray[tuple[int], np.dtype[np.bool_]] = entered > lines.columns.add_working_days(day, allowed)
    return late


def _overlay(lacks: pl.Series, late: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> pl.Series:
    return lacks.scatter(late, True) if len(late) else lacks  # noqa: FBT003  # the value written
