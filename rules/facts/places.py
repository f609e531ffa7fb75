"""Where dossiers were received and results handed over, against the list of centres."""

from __future__ import annotations

import polars as pl

from rules.centres import Centres
from rules.facts.evidence import lacking
from rules.facts.histories import Histories


def places(h: Histories, centres: Centres) -> list[pl.DataFrame]:
    """Receipts and deliveries outside the centres, and the office of the first of each."""
    return [
        *_outside(h, centres, "receipts_outside_centre", "received"),
        *_outside(h, centres, "deliveries_outside_centre", "delivered"),
    ]


def _outside(h: Histories, centres: Centres, name: str, kind: str) -> list[pl.DataFrame]:
    if not h.has("office"):
        return [lacking(h, name, (kind,), pl.lit(None, pl.Boolean)), h.unknown(**{f"{name}_office": pl.String})]
    day = pl.col("at").dt.convert_time_zone(h.zone).dt.date()
    outside = centres.outside(h.known("office"), day)
    steps = h.only(kind, also=["office"]).filter(outside)
    first = steps.group_by("id").agg(pl.col("office").first().alias(f"{name}_office"))
    return [lacking(h, name, (kind,), outside), h.per_dossier(first)]
