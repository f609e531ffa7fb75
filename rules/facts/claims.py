"""A pause is a claim: on which ground the clock was stopped, and what else it waited for at the same time."""

from __future__ import annotations

import polars as pl

from rules.facts.clocks import Timed
from rules.facts.evidence import counted
from rules.facts.histories import MOMENT, Histories
from rules.facts.limits import Regime
from rules.facts.waits import WAITS


def claims(timed: Timed) -> list[pl.DataFrame]:
    """Facts about the pauses of received dossiers, each a count with the moment of the first one."""
    return [
        _on_other_ground(timed),
        _overlapping(timed, "pauses_over_payment", "payment"),
        _overlapping(timed, "pauses_over_supplement", "supplement"),
    ]


def _on_other_ground(timed: Timed) -> pl.DataFrame:
    """Pauses on a ground that is none of the waits which the procedure excludes."""
    name = "pauses_on_other_ground"
    pauses = _pauses(timed).join(timed.received.select("id", "regime"), on="id", how="left", maintain_order="left")
    named = pauses.join(excluded(timed.found), on=["regime", "ground"], how="left", maintain_order="left")
    free = [number for number, one in enumerate(timed.found) if one.stops is None]
    other = pl.col("stops").is_null() & ~pl.col("regime").is_in(free)
    unnamed = [number for number, one in enumerate(timed.found) if not one.named]
    sure = pl.col("ground").is_not_null() | pl.col("regime").is_in(free)
    known = pl.when(sure & ~pl.col("regime").is_in(unnamed)).then(other)
    steps = named.select("id", pl.col("begin").alias("at"), known.alias("lacks"))
    return counted(timed.h, name, steps, sayable=timed.h.says("paused"))


def excluded(found: list[Regime]) -> pl.DataFrame:
    """The grounds (`ground`) that stop the clock under each `regime` that lists them."""
    rows = [(number, ground) for number, one in enumerate(found) for ground in one.stops or ()]
    table = pl.DataFrame(rows, schema={"regime": pl.Int64, "ground": pl.String}, orient="row")
    return table.with_columns(stops=True)


def _overlapping(timed: Timed, name: str, wait: str) -> pl.DataFrame:
    """Pauses during some part of which the dossier also waited for something else."""
    h = timed.h
    if not _sayable(h, "pause", wait):
        return h.unknown(**{name: pl.UInt32(), f"{name}_at": MOMENT})
    others = timed.waits.filter(pl.col("wait") == wait).select(
        "id", other_begin="begin", other_end=pl.col("end").fill_null(h.as_of)
    )
    both = _pauses(timed).with_columns(pl.col("end").fill_null(h.as_of)).join(others, on="id")
    meeting = both.filter(pl.col("begin") < pl.col("other_end"), pl.col("other_begin") < pl.col("end"))
    pauses = meeting.select("id", at="begin").unique().sort("id", "at").with_columns(lacks=pl.lit(value=True))
    return counted(h, name, pauses, sayable=True)


def _sayable(h: Histories, *waits: str) -> bool:
    return all(h.says_all(*WAITS[wait]) for wait in waits)


def _pauses(timed: Timed) -> pl.DataFrame:
    return timed.waits.filter(pl.col("wait") == "pause")
