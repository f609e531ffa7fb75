"""Which kind of event a step or a field of a national record is."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dossier.outbox.statuses import MAPPING

SPOKEN: Mapping[str, str] = {mapped.content: kind for kind, mapped in MAPPING.items()}
"""Content of a step as this house writes it, with the kind of event."""

ENDS: Mapping[str, str] = {"9": "completed", "10": "completed", "8": "closed", "3": "rejected", "7": "withdrawn"}
"""Status beside the end of handling, with the kind of event that ended it."""
_BY_STATUS = {
    "1": "submitted", "2": "received", "3": "rejected", "6": "payment_requested", "7": "withdrawn", "8": "closed",
    "9": "completed", "10": "delivered",
}  # fmt: skip


def kind_of_step() -> pl.Expr:
    """The kind of event of each step, ordered within its dossier; null: it only repeats how things stand."""
    status, before = pl.col("TrangThai"), pl.col("TrangThai").shift(1).over("MaHoSo")
    came_in = (status == "2").cum_max().over("MaHoSo") | (pl.col("received") <= pl.col("moment"))
    came_in = came_in.fill_null(value=False)
    moved = (pl.col("PhongBanXuLy") != pl.col("PhongBanXuLy").shift(1).over("MaHoSo")).fill_null(value=False)
    by_status = (
        pl.when(status == before)
        .then(pl.when((status == "4") & moved).then(pl.lit("forwarded")))
        .when((status == "4") & (before == "5") & came_in)
        .then(pl.lit("supplemented"))
        .when((status == "4") & (before == "6"))
        .then(pl.lit("paid"))
        .when(status == "4")
        .then(pl.lit("forwarded"))
        .when(status == "5")
        .then(pl.when(came_in).then(pl.lit("supplement_requested")).otherwise(pl.lit("guided")))
        .otherwise(status.replace_strict(_BY_STATUS, default=None, return_dtype=pl.String))
    )
    spoken = pl.col("NoiDungXuLy").replace_strict(SPOKEN, default=None, return_dtype=pl.String)
    fits = pl.any_horizontal(
        (spoken == kind) & (pl.lit(mapped.passing) | status.is_in([str(mapped.before), str(mapped.after)]))
        for kind, mapped in MAPPING.items()
    )
    return pl.when(fits).then(spoken).otherwise(by_status).alias("event")


def kind_of(field: str) -> pl.Expr:
    """The kind of event whose moment a field of a record is."""
    if field == "NgayNopHoSo":  # at the counter, handing in and receipt are one act
        counter = (pl.col("KenhThucHien") == "1") & (pl.col(field) == pl.col("NgayTiepNhan"))
        return pl.when(~counter.fill_null(value=False)).then(pl.lit("submitted"))
    if field == "NgayYeuCauBoSung":
        after = (pl.col(field) >= pl.col("NgayTiepNhan")).fill_null(value=False)
        return pl.when(after).then(pl.lit("supplement_requested")).otherwise(pl.lit("guided"))
    if field == "NgayKetThucXuLy":
        return pl.col("TrangThaiHoSo").replace_strict(ENDS, default=None, return_dtype=pl.String)
    return pl.lit("received" if field == "NgayTiepNhan" else "delivered")
