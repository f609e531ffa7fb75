"""Whose dossier it is: the officer who decided it, everyone who acted in it, or each by the own steps."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import polars as pl

from dossier.formats.eventlog import EventLog
from rules.facts.histories import UNKNOWN, Histories
from rules.facts.lines import Instants, LineCalendar
from rules.facts.order import CLOSING
from rules.facts.steps import limit_ends
from rules.figures.sheets import Words

Attribution = Literal["responsible", "everyone", "step"]
ATTRIBUTIONS: dict[Attribution, Words] = {
    "responsible": (
        "công chức thực hiện bước sau cùng đến khi giải quyết xong (cả hồ sơ, theo hạn giải quyết)",
        "the officer of the last step until it was finished (the whole dossier, by its legal due date)",
    ),
    "everyone": (
        "mọi công chức có tham gia (cả hồ sơ, theo hạn giải quyết)",
        "every officer who acted in it (the whole dossier, by its legal due date)",
    ),
    "step": (
        "công chức của bước, theo thời hạn của chính bước đó",
        "the officer of a step, by the limit of that step",
    ),
}
NO_OFFICERS = ("applicant", "system")
ENDS = ("forwarded", "completed", *CLOSING)
"""What ends a step that began with a forwarding."""


def attributed(log: EventLog, rows: pl.DataFrame, as_of: datetime, attribution: Attribution) -> pl.DataFrame:
    """Officers with their dossiers: `officer` (null: nobody knows), `dossier`, `overdue` (null: it cannot be said).

    Args:
        log: the events.
        rows: the dossiers that count: `dossier`, `overdue`, `decided_at`, `closed_at`.
        as_of: when they are judged; later events are not read.
        attribution: whose dossier it is.

    """
    h = Histories.of(log, as_of)
    chosen = rows.join(h.dossiers, on="dossier", how="inner")
    if attribution == "step":
        return _steps(h, chosen)
    acts = _acts(h).join(
        chosen.select("id", pl.min_horizontal("decided_at", "closed_at").alias("end")), on="id", maintain_order="left"
    )
    acts = acts.filter((pl.col("at") <= pl.col("end")).fill_null(value=True))
    found = acts.unique(("id", "actor"))
    if attribution == "responsible":
        found = acts.group_by("id").agg(pl.col("actor").last())
    owned = chosen.select("id", "dossier", "overdue").join(found.select("id", "actor"), on="id", how="left")
    return owned.select(_officer(), "dossier", "overdue").unique()


def _acts(h: Histories) -> pl.DataFrame:
    """Steps of officers, known or not, in their order; those of applicants, of systems and of nobody left out."""
    if not h.has("actor"):
        return h.steps.select("id", "at", actor=pl.lit(UNKNOWN))
    acting = pl.col("actor").is_not_null() & ~pl.col("actor").is_in(NO_OFFICERS)
    return h.steps.select("id", "at", "actor").filter(acting)


def _officer() -> pl.Expr:
    return pl.when(pl.col("actor") != UNKNOWN).then("actor").alias("officer")


def _steps(h: Histories, chosen: pl.DataFrame) -> pl.DataFrame:
    """Each step from a forwarding to what ends it, for the officer who acted last in it; late by its own limit."""
    ids = chosen.select("id", "dossier")
    begun, worked = _opened(h, ids)
    found = begun.join(worked, on=["id", "step"], how="left", maintain_order="left")
    due = limit_ends(LineCalendar.of(h.log.calendar), found["at"], found["limit"], h.zone)
    until = found["until"].fill_null(h.as_of)
    late = pl.Series("late", due.passed(Instants.of(until, h.zone)))
    known = pl.Series("due", due.on).is_not_null()
    judged = found.select("id", _officer(), late=pl.when(known).then(late))
    owned = ids.join(judged, on="id", how="left", maintain_order="left")
    return owned.group_by("officer", "dossier", maintain_order=True).agg(overdue=_any("late"))


def _opened(h: Histories, ids: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The forwardings (`id`, `step`, `at`, `limit`), and who did each step until when (`actor`, `until`)."""
    actor = pl.col("actor") if h.has("actor") else pl.lit(UNKNOWN)
    kind = pl.col("event").cast(pl.String)
    opens, ends = kind == "forwarded", kind.is_in(ENDS)
    steps = h.steps.join(ids, on="id", how="semi", maintain_order="left").select(
        "id", "at", h.known("limit").alias("limit"), opens=opens, ends=ends,
        step=opens.cast(pl.Int64).cum_sum().over("id"),
        ended=(ends.cast(pl.Int64).cum_sum() - ends).over("id"),
        actor=pl.when(actor.is_not_null() & ~actor.is_in(NO_OFFICERS)).then(actor),
    )  # fmt: skip
    inside = steps.with_columns(pl.col("step") - pl.col("opens")).filter(pl.col("step") > 0)
    inside = inside.filter(pl.col("ended") == pl.col("ended").min().over("id", "step"))
    worked = inside.group_by("id", "step").agg(
        pl.col("actor").drop_nulls().last(), pl.col("at").filter("ends").first().alias("until")
    )
    return steps.filter("opens").select("id", "step", "at", "limit"), worked


def _any(column: str) -> pl.Expr:
    """True where one is, false where none is for certain, else null."""
    value = pl.col(column)
    return pl.when(value.any()).then(pl.lit(value=True)).when(value.is_not_null().all()).then(pl.lit(value=False))
