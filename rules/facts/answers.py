"""How fast the office answered: the first answer to each submission, and the way to the handling unit."""

from __future__ import annotations

import numpy as np
import polars as pl

from rules.facts.histories import Histories, next_in_dossier
from rules.facts.lines import Instants, LineCalendar, to_utc

ANSWERS = ("received", "rejected", "guided", "withdrawn", "closed")
"""Steps that end the wait for a first answer; after a withdrawal or an end none is owed."""


def answers(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """Facts `answer_due`, `answered_at` of the slowest answer, the same by date, and `forward_due`."""
    parts = [_slowest(h, lines, base), _slowest_by_date(h, lines, base), _forward_due(h, lines, base)]
    return pl.concat(parts, how="horizontal")


def _slowest(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """The submission whose answer is, or would be now, the latest against its own limit."""
    submissions = _answered(h).join(
        base.select("id", "answer_working_hours_allowed", "received_at"), on="id", how="left", maintain_order="left"
    )
    due = _answer_due(h, lines, submissions)
    # an answer that stands before the submission it answers is an impossible step, not a missing answer
    answered = pl.coalesce("answered_at", "received_at")
    late = (pl.coalesce(answered, pl.lit(h.as_of)) - pl.col("answer_due")).alias("late")
    timed = submissions.with_columns(due).with_columns(answered.alias("answered_at"), late)
    slowest = timed.group_by("id", maintain_order=True).agg(
        pl.col("at", "answer_due", "answered_at").get(pl.col("late").arg_max().fill_null(0))
    )
    if not h.says(*ANSWERS[:3]):
        slowest = slowest.with_columns(answer_due=pl.lit(None, slowest.schema["answer_due"]))
    return h.per_dossier(slowest.select("id", pl.col("at").alias("awaited_since"), "answer_due", "answered_at"))


def _slowest_by_date(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """The submission whose answer came the most days after the last day on which papers must be checked."""
    submissions = _answered(h).join(
        base.select("id", "check_working_days_allowed", "received_at"), on="id", how="left", maintain_order="left"
    )
    day = Instants.of(submissions["at"], h.zone).local.astype("datetime64[D]")
    days = submissions["check_working_days_allowed"].fill_null(0).to_numpy()
    checked = pl.coalesce("answered_at", "received_at", pl.lit(h.as_of)).dt.convert_time_zone(h.zone).dt.date()
    timed = submissions.with_columns(
        pl.Series("check_due_on", lines.columns.add_working_days(day, days)), checked.alias("checked_on")
    )
    worst = (pl.col("checked_on") - pl.col("check_due_on")).arg_max().fill_null(0)
    slowest = timed.group_by("id", maintain_order=True).agg(pl.col("check_due_on", "checked_on").get(worst))
    if not h.says(*ANSWERS[:3]):
        slowest = slowest.with_columns(check_due_on=pl.lit(None, pl.Date))
    return h.per_dossier(slowest)


def _answered(h: Histories) -> pl.DataFrame:
    steps = h.only("submitted", *ANSWERS).select("id", "event", "at")
    answer = next_in_dossier(pl.when(pl.col("event") != "submitted").then("at"))
    return steps.with_columns(answered_at=answer).filter(pl.col("event") == "submitted")


def _answer_due(h: Histories, lines: LineCalendar, submissions: pl.DataFrame) -> pl.Series:
    hours = submissions["answer_working_hours_allowed"].fill_null(0).to_numpy()
    begun = lines.columns.work_through(Instants.of(submissions["at"], h.zone).local)
    return to_utc(lines.columns.work_done_at(begun + hours * 3_600_000_000), h.zone).alias("answer_due")


def _forward_due(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """The day of receipt, or the next working day after the cut-off hour or a receipt on a closed day."""
    local = Instants.of(base["received_at"], h.zone).local
    day = local.astype("datetime64[D]")
    cutoff = day + base["forward_cutoff_hour_allowed"].fill_null(24).to_numpy().astype("timedelta64[h]")
    same_day = (local <= cutoff) & lines.columns.is_working(day)
    due = np.where(same_day, day, lines.columns.add_working_days(day, np.ones(len(day), np.int64)))
    zone = pl.col("forwarded_at").dt.convert_time_zone(h.zone).dt.date().alias("forwarded_on")
    return pl.DataFrame({"forward_due": due}).with_columns(base.select(zone))
