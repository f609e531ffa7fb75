"""Figures for the summary of a log: histories that cannot be, told before any rule is asked."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

ENDS = ("completed", "delivered", "rejected", "withdrawn", "closed")
"""Kinds after which the handling of a dossier is over."""

MAY_FOLLOW = ("delivered", "published", "notified", "document_attached", "rated", "corrected")
"""Kinds that may still follow an end."""


def steps_after_end(events: pl.DataFrame) -> int:
    """How many dossiers have an activity, mapped or not, after they were over.

    Args:
        events: ``dossier``, ``event``, ``at`` as in `EventLog.events`.

    """
    ends = events.filter(pl.col("event").is_in(ENDS)).group_by("dossier").agg(end=pl.col("at").min())
    steps = events.filter(pl.col("event").is_null() | ~pl.col("event").is_in([*MAY_FOLLOW, *ENDS]))
    return steps.join(ends, on="dossier").filter(pl.col("at") > pl.col("end"))["dossier"].n_unique()


def impossible_times(events: pl.DataFrame) -> int:
    """How many dossiers were received or completed before they were first submitted.

    Args:
        events: ``dossier``, ``event``, ``at`` as in `EventLog.events`.

    """
    submitted = events.filter(pl.col("event") == "submitted").group_by("dossier").agg(begin=pl.col("at").min())
    later = events.filter(pl.col("event").is_in(["received", "completed"]))
    return later.join(submitted, on="dossier").filter(pl.col("at") < pl.col("begin"))["dossier"].n_unique()


def oddities(events: pl.DataFrame) -> Iterable[str]:
    """A sentence for each of these that occurs."""
    if after := steps_after_end(events):
        yield f"{after} dossiers have activities after they were over"
    if impossible := impossible_times(events):
        yield f"{impossible} dossiers have impossible times: received or completed before they were submitted"
