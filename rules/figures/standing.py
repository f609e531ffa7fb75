"""How a dossier stands for the applicant: what was promised last, what it waits for, how long for a supplement."""

from __future__ import annotations

import polars as pl

from rules.facts.histories import MOMENT
from rules.figures.record import Record

PROMISING = ("received", "supplemented", "apologised")
"""Steps that promise a date; the last one that does is in force."""


def standing(record: Record) -> pl.DataFrame:
    """Columns about the promise in force, about waits that are still open, and `supplement_time`."""
    return pl.concat([_promise(record), _waiting(record), _supplement_time(record)], how="horizontal")


def _promise(record: Record) -> pl.DataFrame:
    """The promise in force; unknown where the source has no promises, or the last one is a cell `?`."""
    h, names = record.h, ["current_promise_on", "current_promise_at", "promise_source", "promise_unknown"]
    if not (h.has("promised") and h.says(*PROMISING)):
        nothing = h.unknown(current_promise_on=pl.Date(), current_promise_at=MOMENT, promise_source=pl.String())
        return nothing.with_columns(promise_unknown=pl.lit(value=True))
    steps = h.only(*PROMISING, also=["promised_date", "promised_at", "promised_unknown"])
    last = steps.filter(pl.col("promised_date").is_not_null() | pl.col("promised_unknown")).unique(
        "id", keep="last", maintain_order=True
    )
    event = pl.col("event").cast(pl.String)
    found = last.select("id", "promised_date", "promised_at", event, "promised_unknown").rename(
        dict(zip(("promised_date", "promised_at", "event", "promised_unknown"), names, strict=True))
    )
    return h.per_dossier(found).with_columns(pl.col("promise_unknown").fill_null(value=False))


def _waiting(record: Record) -> pl.DataFrame:
    """The open wait that began last; since when a supplement is awaited; whether one of the waits stops the work."""
    unended = record.timed.waits.filter(pl.col("end").is_null()).sort("id", "begin", maintain_order=True)
    asked = pl.col("wait") == "supplement"
    found = unended.group_by("id", maintain_order=True).agg(
        pl.col("wait").last().cast(pl.String).alias("waiting"),
        pl.col("begin").filter(asked).last().alias("asked_since"),
        (pl.col("wait") != "payment").any().alias("stands"),
    )
    return record.h.per_dossier(found).with_columns(pl.col("stands").fill_null(value=False))


def _supplement_time(record: Record) -> pl.DataFrame:
    """The time from each supplement request after receipt to the full supplement, added up."""
    ended = record.timed.waits.filter((pl.col("wait") == "supplement") & pl.col("end").is_not_null())
    spent = ended.group_by("id").agg((pl.col("end") - pl.col("begin")).sum().alias("supplement_time"))
    return record.h.per_dossier(spent).with_columns(pl.col("supplement_time").fill_null(pl.duration()))
