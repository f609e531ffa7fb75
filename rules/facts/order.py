"""Steps that cannot stand where they stand: after the end, before the beginning, or answering nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.facts.evidence import counted
from rules.facts.histories import Histories, Index, same_dossier

Mask = NDArray[np.bool_]

CLOSING = ("delivered", "rejected", "withdrawn", "closed")
AFTER_CLOSING = ("published", "notified", "document_attached", "rated", "corrected")
AFTER_COMPLETED = ("delivered", *AFTER_CLOSING)
ANSWERS = {
    "resumed": "paused",
    "supplemented": "supplement_requested",
    "paid": "payment_requested",
    "answered": "consulted",
}
"""A step and the step it answers: there are never more answers than questions."""

BEFORE_RECEIPT = ("submitted", "guided", "received", "rejected", "withdrawn", "closed", *AFTER_CLOSING)
"""Kinds that may come before a dossier is received."""


def order(h: Histories) -> list[pl.DataFrame]:
    """Facts `steps_after_closing` and `impossible_steps`, with the first moment and kind of each."""
    closing, position, ids = h.first(*CLOSING), *_places(h)
    after_end = (position > closing[ids]) & ~_is(h, *AFTER_CLOSING)
    impossible = _impossible(h, position, ids) & ~(position > closing[ids])
    return [
        *_misplaced(h, "steps_after_closing", after_end, sayable=h.says(*CLOSING)),
        *_misplaced(h, "impossible_steps", impossible, sayable=True),
    ]


def _places(h: Histories) -> tuple[Index, Index]:
    return h.steps["position"].to_numpy().astype(np.int64), h.steps["id"].to_numpy().astype(np.int64)


def _is(h: Histories, *kinds: str) -> Mask:
    return h.mask(*kinds).to_numpy()


def _impossible(h: Histories, position: Index, ids: Index) -> Mask:
    """Each line is one sentence of what cannot be; lines the source cannot speak of are left out."""
    received, submitted, completed = h.first("received")[ids], h.first("submitted")[ids], h.first("completed")[ids]
    nowhere = h.steps.height
    begun = (received < nowhere) | (submitted < nowhere)
    bad = (position > completed) & ~_is(h, *AFTER_COMPLETED)
    bad |= _is(h, "received", "guided") & (submitted < nowhere) & (position < submitted)
    bad |= _is(h, "received", "submitted", "guided") & (position > received)
    if h.says("received"):
        bad |= begun & (position < received) & ~_is(h, *BEFORE_RECEIPT)
    if h.says("completed"):
        bad |= begun & (position < completed) & _is(h, "delivered")
    for answer, question in ANSWERS.items():
        if h.says(question):
            bad |= begun & _unasked(h, answer, question)
    return bad


def _unasked(h: Histories, answer: str, question: str) -> Mask:
    """Answers that come when every question before them is answered already."""
    pairs = h.only(answer, question).with_columns(answers=pl.col("event") == answer)
    change = pl.when("answers").then(-1).otherwise(1)
    before = pl.when(~same_dossier(1)).then(change.cum_sum() - change).forward_fill()
    unasked = np.zeros(h.steps.height, bool)
    unasked[pairs.filter(pl.col("answers") & (change.cum_sum() < before))["position"].to_numpy()] = True
    return unasked


def _misplaced(h: Histories, name: str, found: Mask, *, sayable: bool) -> list[pl.DataFrame]:
    steps = h.steps.select("id", "at", "event").filter(found)
    kinds = steps.group_by("id").agg(pl.col("event").first().cast(pl.String).alias(f"{name}_kind"))
    lacks = steps.select("id", "at", pl.lit(value=True).alias("lacks"))
    return [counted(h, name, lacks, sayable=sayable), h.per_dossier(kinds)]
