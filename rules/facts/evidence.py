"""Which steps lack the paper the law asks for: counts per dossier, NULL where the source cannot say."""

from __future__ import annotations

import polars as pl

from rules.facts.histories import MOMENT, Histories

CANCELLED = ("closed", "withdrawn")


def evidence(h: Histories) -> list[pl.DataFrame]:
    """All facts of the kind "how many steps lack X", each with the moment of the first one (`…_at`)."""
    requests = ("supplement_requested", "guided")
    return [
        lacking(h, "receipts_without_slip", ("received",), h.absent("slip")),
        lacking(h, "requests_without_slip", requests, h.absent("slip")),
        lacking(h, "requests_without_reason", ("supplement_requested",), h.absent("reason")),
        lacking(h, "rejections_without_slip", ("rejected",), h.absent("slip")),
        lacking(h, "rejections_without_reason", ("rejected",), h.absent("reason")),
        lacking(h, "pauses_without_reason", ("paused",), h.absent("reason")),
        _undocumented_pauses(h),
        lacking(h, "pauses_without_notice", ("paused",), h.absent("notice")),
        lacking(h, "apologies_incomplete", ("apologised",), h.absent("reason") | _no_promise(h)),
        lacking(h, "cancellations_undocumented", CANCELLED, _any_absent(h, "reason", "document", "notice")),
        lacking(h, "completions_without_result", ("completed",), h.absent("document")),
        lacking(h, "results_unsigned", ("completed",), _unsigned(h)),
    ]


def lacking(h: Histories, name: str, kinds: tuple[str, ...], lacks: pl.Expr) -> pl.DataFrame:
    """How many steps of some kinds lack something.

    Args:
        h: the histories.
        name: of the fact.
        kinds: of the steps.
        lacks: Boolean per step, NULL where the source cannot say.

    """
    steps = h.only(*kinds, also=lacks.meta.root_names()).select("id", "at", lacks.alias("lacks"))
    return counted(h, name, steps, sayable=h.says(*kinds))


def counted(h: Histories, name: str, steps: pl.DataFrame, *, sayable: bool) -> pl.DataFrame:
    """Steps (`id`, `at`, `lacks`) counted per dossier: known ones, else NULL if one is unknown, else 0."""
    if not sayable:
        return h.unknown(**{name: pl.UInt32(), f"{name}_at": MOMENT})
    found = (
        steps.filter(pl.col("lacks").fill_null(value=True))
        .group_by("id")
        .agg(
            pl.col("lacks").sum().alias("known"),
            pl.col("lacks").null_count().alias("unknown"),
            pl.col("at").filter(pl.col("lacks")).first().alias(f"{name}_at"),
        )
    )
    known, unknown = pl.col("known").fill_null(0), pl.col("unknown").fill_null(0)
    count = pl.when((known > 0) | (unknown == 0)).then(known).alias(name)
    return h.per_dossier(found).select(count, f"{name}_at")


def _undocumented_pauses(h: Histories) -> pl.DataFrame:
    """A pause needs a document that was attached before it: by its own cell, else by the act of attaching."""
    name, kinds = "pauses_without_document", ("paused",)
    if not h.has("document"):
        return lacking(h, name, kinds, h.absent("document"))
    attached = (
        h.only("document_attached", also=["document"])
        .group_by("id", "document")
        .agg(pl.col("at").min().alias("attached_at"))
    )
    columns = [name for name in ("document", "document_at") if h.has(name)]
    pauses = h.only(*kinds, also=columns).join(attached, on=["id", "document"], how="left", maintain_order="left")
    own = pl.col("document_at") if h.has("document_at") else pl.lit(None, pauses.schema["at"])
    before = pl.coalesce(own, "attached_at") < pl.col("at")
    lacks = pl.when(h.absent("document")).then(True).otherwise(~before)  # noqa: FBT003
    steps = pauses.select("id", "at", pl.when(h.absent("document").is_not_null()).then(lacks).alias("lacks"))
    return counted(h, name, steps, sayable=h.says(*kinds))


def _no_promise(h: Histories) -> pl.Expr:
    if not h.has("promised"):
        return pl.lit(None, pl.Boolean)
    return pl.when(~pl.col("promised_unknown").fill_null(value=False)).then(pl.col("promised_date").is_null())


def _any_absent(h: Histories, *columns: str) -> pl.Expr:
    return pl.any_horizontal(*(h.absent(column).alias(column) for column in columns))


def _unsigned(h: Histories) -> pl.Expr:
    """Only an e-result that exists can lack a signature."""
    signed = ~pl.col("signed") if h.has("signed") else pl.lit(None, pl.Boolean)
    return ~h.absent("document") & signed
