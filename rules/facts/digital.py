"""Which papers are in electronic form: those of the applicant, and those that arise on the way."""

from __future__ import annotations

import polars as pl

from rules.facts.evidence import counted, lacking
from rules.facts.histories import MOMENT, UNKNOWN, Histories

HANDED_IN = ("received", "supplemented")
"""Steps with which papers of the applicant come in."""


def digital(h: Histories, base: pl.DataFrame) -> list[pl.DataFrame]:
    """Facts `papers_undigitised` and `documents_undigitised`, each with the moment of the first one."""
    return [_papers(h, base), _documents(h)]


def _papers(h: Histories, base: pl.DataFrame) -> pl.DataFrame:
    """Papers that came in and were not digitised; those of an online dossier are electronic from the start."""
    paper = lacking(h, "papers_undigitised", HANDED_IN, _undigitised(h))
    online = base["channel"] == "online"
    count = (
        pl.when(online.fill_null(value=False))
        .then(0)
        .otherwise(pl.when(online.is_not_null()).then("papers_undigitised"))
    )
    at = pl.when((~online).fill_null(value=False)).then("papers_undigitised_at")
    return paper.select(count.cast(pl.UInt32).alias("papers_undigitised"), at.alias("papers_undigitised_at"))


def _undigitised(h: Histories) -> pl.Expr:
    return ~pl.col("digitised") if h.has("digitised") else pl.lit(None, pl.Boolean)


def _documents(h: Histories) -> pl.DataFrame:
    """Documents that no step which names them has in electronic form, at the first of these steps."""
    name = "documents_undigitised"
    if not h.has("document"):
        return h.unknown(**{name: pl.UInt32(), f"{name}_at": MOMENT})
    digitised = pl.col("digitised") if h.has("digitised") else pl.lit(None, pl.Boolean).alias("digitised")
    # a cell `?` may be any of the documents of the dossier
    named = h.steps.select("id", "at", "document", digitised).filter(pl.col("document").is_not_null())
    found = named.group_by("id", "document", maintain_order=True).agg(
        pl.col("at").first(), digitised=pl.col("digitised").any(ignore_nulls=False)
    )
    vague = found.filter(pl.col("document") == UNKNOWN).select("id", vague=pl.lit(value=True)).unique()
    found = found.join(vague, on="id", how="left", maintain_order="left")
    sure = pl.when((pl.col("document") != UNKNOWN) & pl.col("vague").is_null()).then(~pl.col("digitised"))
    lacks = pl.when(pl.col("digitised") & (pl.col("document") != UNKNOWN)).then(pl.lit(value=False)).otherwise(sure)
    return counted(h, name, found.select("id", "at", lacks.alias("lacks")), sayable=True)
