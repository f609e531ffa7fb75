"""What became public, and when the applicant was told of the result."""

from __future__ import annotations

import numpy as np
import polars as pl

from rules.facts.histories import Histories
from rules.facts.lines import Instants, LineCalendar

TOLD = ("notified", "delivered")
"""Steps by which an applicant learns of a result."""


def publicity(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """Facts about publication and about telling the applicant."""
    parts = [
        _published(h, lines, base, "progress", "received"),
        _published(h, lines, base, "result", "completed"),
        _told(h, lines, base),
    ]
    return pl.concat(parts, how="horizontal")


def _published(h: Histories, lines: LineCalendar, base: pl.DataFrame, name: str, since: str) -> pl.DataFrame:
    """Whether something was published at or after a step, and until when its absence says nothing."""
    first = _first_since(h, since, ("published",), f"{name}_published_at")
    happened = pl.col(f"{name}_published_at").is_not_null()
    known = happened if h.says("published") else pl.lit(None, pl.Boolean)
    days = base["publication_working_days_allowed"].fill_null(1).to_numpy()
    due = lines.columns.add_working_days(_days(h, base[f"{since}_at"]), days)
    return first.select(known.alias(f"{name}_published"), f"{name}_published_at").with_columns(
        pl.Series(f"{name}_public_due_on", due)
    )


def _first_since(h: Histories, since: str, kinds: tuple[str, ...], name: str) -> pl.DataFrame:
    """The first step of some kinds at or after the first step `since`, by its moment."""
    beginning = h.only(since).group_by("id").agg(pl.col("at").first().alias("since"))
    steps = h.only(*kinds).join(beginning, on="id", maintain_order="left").filter(pl.col("at") >= pl.col("since"))
    return h.per_dossier(steps.group_by("id").agg(pl.col("at").first().alias(name)))


def _told(h: Histories, lines: LineCalendar, base: pl.DataFrame) -> pl.DataFrame:
    """Told too late is certain only where the source can say every way of telling."""
    told = _first_since(h, "completed", TOLD, "told_at")
    completed = _days(h, base["completed_at"])
    end = completed + base["tell_days_allowed"].fill_null(0).to_numpy().astype("timedelta64[D]")
    due = pl.Series("tell_due_on", lines.columns.next_working_day(end))
    late = pl.coalesce("told_at", pl.lit(h.as_of)).dt.convert_time_zone(h.zone).dt.date() > pl.col("tell_due_on")
    known = late if h.says_all(*TOLD) else pl.when(~late).then(pl.lit(value=False))
    return told.with_columns(due).select("told_at", "tell_due_on", known.alias("told_late"))


def _days(h: Histories, moments: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return Instants.of(moments, h.zone).local.astype("datetime64[D]")
