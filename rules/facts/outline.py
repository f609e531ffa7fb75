"""Who, what and when: the steps of a dossier counted, with the moments that matter."""

from __future__ import annotations

import numpy as np
import polars as pl

from rules.facts.histories import UNKNOWN, Histories, first_of_each, same_dossier
from rules.facts.order import CLOSING

COUNTED = {
    "rejections": "rejected",
    "pauses": "paused",
    "apologies": "apologised",
    "completions": "completed",
    "guidances": "guided",
    "opinions": "consulted",
}
"""Facts that count the steps of one kind."""

DESCRIBED = ("procedure", "sector", "office", "applicant")
"""Columns of the receipt or the submission that describe the dossier."""


def outline(h: Histories) -> list[pl.DataFrame]:
    """The facts that are read off the steps directly."""
    began = _began_before_export(h)
    return [
        began,
        _span(h),
        *(description(h, column) for column in DESCRIBED),
        _channel(h),
        _moment(h, "submitted", "submitted"),
        _received(h, began),
        _moment(h, "forwarded", "forwarded"),
        _moment(h, "completed", "completed"),
        _decided(h),
        _moment(h, "closed", *CLOSING),
        *(_count(h, name, kind) for name, kind in COUNTED.items()),
        _requests_after_receipt(h),
        _count(h, "requests", "supplement_requested", "guided"),
        _second(h, "second_apology_at", "apologised"),
        _second(h, "second_guidance_at", "guided"),
        _moment(h, "apologised", "apologised"),
        _count(h, "cancellations", "closed", "withdrawn"),
        _paused_at_end(h),
    ]


def _began_before_export(h: Histories) -> pl.DataFrame:
    """True where steps exist but neither submission nor receipt, though the source could say them."""
    if not h.says("submitted", "received"):
        return h.unknown(began_before_export=pl.Boolean)
    opening = h.only("submitted", "received", "guided", "rejected").select("id").unique()
    steps = h.steps.select("id").unique()
    cut = steps.join(opening, on="id", how="anti").with_columns(began_before_export=True)
    return h.per_dossier(cut).with_columns(pl.col("began_before_export").fill_null(value=False))


def _span(h: Histories) -> pl.DataFrame:
    """The rows of a dossier stand together: it ends where the next one begins."""
    count = np.bincount(h.steps["id"].to_numpy(), minlength=len(h))
    end = np.cumsum(count)
    rows = pl.DataFrame({"first_at": end - count, "last_at": end - 1, "steps": count.astype(np.uint32)})
    known, at = pl.col("steps") > 0, pl.lit(h.steps["at"])
    moments = [at.gather(pl.when(known).then(name)).alias(name) for name in ("first_at", "last_at")]
    return rows.select(*moments, "steps")


def description(h: Histories, column: str) -> pl.DataFrame:
    """The first cell that says something, the receipt's before the submission's; NULL where none does."""
    if not h.has(column):
        return h.unknown(**{column: pl.String})
    cells = [_first_cell(h, kind, column) for kind in ("received", "submitted")]
    return pl.concat(cells, how="horizontal").select(pl.coalesce("received", "submitted").alias(column))


def _first_cell(h: Histories, kind: str, column: str) -> pl.DataFrame:
    cells = h.only(kind, also=[column]).select("id", h.known(column).alias(kind)).drop_nulls()
    return h.per_dossier(first_of_each(cells))


def _channel(h: Histories) -> pl.DataFrame:
    """The channel; empty where every cell says that there was none, NULL where one cannot say."""
    channel = description(h, "channel")
    if not h.has("channel"):
        return channel
    cells = h.only("received", "submitted", also=["channel"]).group_by("id").agg((pl.col("channel") == UNKNOWN).any())
    none = h.per_dossier(cells.filter(~pl.col("channel")).select("id", none=pl.lit("")))
    return pl.concat([channel, none], how="horizontal").select(pl.coalesce("channel", "none").alias("channel"))


def _moment(h: Histories, name: str, *kinds: str) -> pl.DataFrame:
    """Whether one of the kinds happened, NULL where the source can say none of them, and when first."""
    first = first_of_each(h.only(*kinds)).select("id", pl.col("at").alias(f"{name}_at"))
    happened = pl.col(f"{name}_at").is_not_null() if h.says(*kinds) else pl.lit(None, pl.Boolean)
    return h.per_dossier(first).select(happened.alias(name), f"{name}_at")


def _received(h: Histories, began: pl.DataFrame) -> pl.DataFrame:
    """A history cut off at its beginning was received, but nobody can say when and how."""
    moment = pl.concat([_moment(h, "received", "received"), began], how="horizontal")
    known = pl.when(~pl.col("began_before_export").fill_null(value=False)).then("received")
    return moment.select(known.alias("received"), "received_at")


def _decided(h: Histories) -> pl.DataFrame:
    """Completed, or rejected after receipt."""
    received = h.only("received").group_by("id").agg(pl.col("position").first().alias("receipt"))
    steps = h.only("completed", "rejected").join(received, on="id", how="left", maintain_order="left")
    after_receipt = (pl.col("event") == "completed") | (pl.col("position") > pl.col("receipt"))
    first = steps.filter(after_receipt).group_by("id").agg(pl.col("at").first().alias("decided_at"))
    decided = pl.col("decided_at").is_not_null() if h.says("completed", "rejected") else pl.lit(None, pl.Boolean)
    return h.per_dossier(first).select(decided.alias("decided"), "decided_at")


def _count(h: Histories, name: str, *kinds: str) -> pl.DataFrame:
    if not h.says(*kinds):
        return h.unknown(**{name: pl.UInt32})
    return h.per_dossier(h.only(*kinds).group_by("id").len(name)).with_columns(pl.col(name).fill_null(0))


def _requests_after_receipt(h: Histories) -> pl.DataFrame:
    """Supplement requests after the receipt (all, where there was none), and when the second one was made."""
    received = h.only("received").group_by("id").agg(pl.col("position").first().alias("receipt"))
    requests = h.only("supplement_requested").join(received, on="id", how="left", maintain_order="left")
    after = requests.filter((pl.col("position") > pl.col("receipt")).fill_null(value=True))
    counted = after.group_by("id").agg(
        pl.len().alias("supplement_requests"), pl.col("at").get(1, null_on_oob=True).alias("second_request_at")
    )
    known = pl.col("supplement_requests").fill_null(0)
    sayable = known if h.says("supplement_requested") else pl.lit(None, pl.UInt32)
    return h.per_dossier(counted).select(sayable.alias("supplement_requests"), "second_request_at")


def _second(h: Histories, name: str, kind: str) -> pl.DataFrame:
    return h.per_dossier(h.only(kind).group_by("id").agg(pl.col("at").get(1, null_on_oob=True).alias(name)))


def _paused_at_end(h: Histories) -> pl.DataFrame:
    """Whether the last pause was not resumed before the dossier was completed or closed, and when that was."""
    kinds = ("paused", "resumed", "completed", *CLOSING)
    steps = h.only(*kinds).with_columns(before=pl.when(same_dossier(1)).then(pl.col("event").shift(1)))
    ends = ~pl.col("event").is_in(("paused", "resumed"))
    found = steps.filter(ends & (pl.col("before") == "paused"))
    first = h.per_dossier(found.group_by("id").agg(pl.col("at").first().alias("paused_at_end_at")))
    known = pl.col("paused_at_end_at").is_not_null() if h.says_all("paused", "resumed") else pl.lit(None, pl.Boolean)
    return first.select(known.alias("paused_at_end"), "paused_at_end_at")
