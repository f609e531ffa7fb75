"""Linked dossiers (liên thông): each part has its own clock, the citizen's date is that of the whole."""

from __future__ import annotations

import polars as pl

from rules.facts.histories import MOMENT, UNKNOWN, Histories

_TYPES = {"parent": pl.String(), "is_part": pl.Boolean(), "parts": pl.UInt32(), "parts_overdue": pl.UInt32()}
CLOCK = ("legal_due_on", "legal_due_at", "promised_on", "overdue")


def parts(h: Histories, facts: pl.DataFrame) -> pl.DataFrame:
    """The dossier a part belongs to, the date that holds for the citizen, and how many parts are late.

    Args:
        h: the histories.
        facts: `dossier`, `legal_due_on`, `legal_due_at`, `promised_on`, `overdue`, `decided`, `decided_at`, `open`.

    """
    if not h.has("parent"):
        dates = {"citizen_due_on": pl.Date(), "citizen_due_at": MOMENT, "citizen_promised_on": pl.Date()}
        return h.unknown(**_TYPES, **dates)
    return linked(pl.concat([facts, _parent(h)], how="horizontal"))


def linked(own: pl.DataFrame) -> pl.DataFrame:
    """The same facts where `parent` and `is_part` stand beside those that `parts` takes."""
    own = own.select("dossier", "parent", "is_part", *CLOCK)
    whole = own.select(pl.col("dossier").alias("parent"), *(pl.col(name).alias(f"_{name}") for name in CLOCK[:3]))
    joined = own.join(whole, on="parent", how="left", maintain_order="left").join(
        _counted(own), on="dossier", how="left", maintain_order="left"
    )
    citizen = [_citizens(name).alias(f"citizen_{name.removeprefix('legal_')}") for name in CLOCK[:3]]
    return joined.with_columns(citizen).select(
        "parent",
        "is_part",
        _known("parts"),
        _known("parts_overdue"),
        "citizen_due_on",
        "citizen_due_at",
        "citizen_promised_on",
    )


def _parent(h: Histories) -> pl.DataFrame:
    """The first cell that names another dossier; not a part where every cell is empty, or names the dossier itself."""
    named = h.steps.select("id", "parent").drop_nulls("parent").join(h.dossiers, on="id", maintain_order="left")
    other = (
        named.filter(pl.col("parent") != pl.col("dossier"))
        .group_by("id")
        .agg(pl.col("parent").filter(pl.col("parent") != UNKNOWN).first(), vague=pl.lit(value=True))
    )
    is_part = (
        pl.when(pl.col("parent").is_not_null())
        .then(pl.lit(value=True))
        .when(pl.col("vague").is_null())
        .then(pl.lit(value=False))
    )
    return h.per_dossier(other).select("parent", is_part.alias("is_part"))


def _counted(own: pl.DataFrame) -> pl.DataFrame:
    late, unknown = pl.col("overdue").sum(), pl.col("overdue").null_count()
    return (
        own.filter(pl.col("parent").is_not_null())
        .group_by(pl.col("parent").alias("dossier"))
        .agg(pl.len().alias("parts"), pl.when((late > 0) | (unknown == 0)).then(late).alias("parts_overdue"))
        .with_columns(counted=pl.lit(value=True))
    )


def _known(name: str) -> pl.Expr:
    """None counted is none, but where somebody may be a part of anything."""
    none = pl.when(pl.col("counted").is_null() & pl.col("is_part").is_not_null().all()).then(0)
    return pl.coalesce(name, none).cast(pl.UInt32).alias(name)


def _citizens(name: str) -> pl.Expr:
    return pl.when("is_part").then(f"_{name}").when(~pl.col("is_part")).then(name)
