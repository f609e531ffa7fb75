"""Spans in which a dossier waits: pauses, payments, supplements; each from its first step to the step that ends it."""

from __future__ import annotations

import polars as pl

from rules.facts.histories import UNKNOWN, Histories, next_in_dossier, same_dossier

WAITS = {
    "pause": ("paused", "resumed"),
    "payment": ("payment_requested", "paid"),
    "supplement": ("supplement_requested", "supplemented"),
}
"""Kind of wait: the step that begins it and the step that ends it."""

TYPE = pl.Enum(list(WAITS))


def waits(h: Histories) -> pl.DataFrame:
    """All waits of all dossiers: `id`, `wait`, `begin`, `end` (NULL while open), `ground`, sorted by id and begin.

    `vague` tells that the source cannot say the ground.

    They are read from the receipt on: what was asked before it is guidance. A second beginning inside a wait of the
    same kind belongs to it; its first end ends it.
    """
    frames = [_spans(h, wait, begin, end) for wait, (begin, end) in WAITS.items()]
    return pl.concat(frames).sort("id", "begin", maintain_order=True)


def _spans(h: Histories, wait: str, begin: str, end: str) -> pl.DataFrame:
    found = h.only(begin, end, also=["ground"] if h.has("ground") else [])
    receipt = h.first("received")[found["id"].to_numpy()]
    steps = found.filter(found["position"].to_numpy() > receipt).select(
        "id", "at", (pl.col("event") == begin).alias("begins"), h.known("ground").alias("ground"), _vague(h)
    )
    opens = pl.col("begins") & ~(same_dossier(1) & pl.col("begins").shift(1).fill_null(value=False))
    next_end = next_in_dossier(pl.when(~pl.col("begins")).then("at"))
    return (
        steps.with_columns(opens=opens, end=next_end)
        .filter("opens")
        .select("id", pl.lit(wait, TYPE).alias("wait"), pl.col("at").alias("begin"), "end", "ground", "vague")
    )


def _vague(h: Histories) -> pl.Expr:
    unsaid = (pl.col("ground") == UNKNOWN).fill_null(value=False) if h.has("ground") else pl.lit(value=True)
    return unsaid.alias("vague")
