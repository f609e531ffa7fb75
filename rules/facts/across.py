"""What shows only beside other dossiers: reasons that repeat, numbers that are missing, clocks that were reset.

A cell `?` of one dossier may leave the question of another one open; it never answers it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from rules.facts.lines import Instants, LineCalendar
from rules.facts.neighbours import CANCELLED, CODE_SERIES, REASONED, SLIP_SERIES, Neighbours, Own

ACROSS = frozenset({
    "same_reason_dossiers", "slips_missing_before", "codes_missing_before", "code_numbered", "reset", "reset_of",
})  # fmt: skip
"""The facts that `across` gives."""


def across(own: Own, whole: Neighbours) -> list[pl.DataFrame]:
    """All facts that need the other dossiers of the log.

    Args:
        own: what some or all dossiers of the log have.
        whole: what all of them say together.

    """
    lines = LineCalendar.of(own.h.log.calendar)
    return [_repeated_reasons(own, whole), _slips(own, whole), _codes(own, whole), _reset(own, whole, lines)]


def _repeated_reasons(own: Own, whole: Neighbours) -> pl.DataFrame:
    """In how many dossiers of the office the most repeated reason of a dossier stands."""
    name, h = "same_reason_dossiers", own.h
    if not h.says(*REASONED):
        return h.unknown(**{name: pl.UInt32()})
    known = own.reasons.filter(~pl.col("vague")).join(whole.reasons, on=["office", "reason"], how="left")
    most = known.group_by("id").agg(pl.col("dossiers").fill_null(1).max().alias(name))
    vague = own.reasons.filter("vague").select("id").unique().with_columns(own=pl.lit(value=True))
    both = pl.concat([h.per_dossier(most), h.per_dossier(vague)], how="horizontal")
    both = both.with_columns(pl.col(name).fill_null(0), pl.col("own").fill_null(value=False))
    allowed = own.base["same_reason_dossiers_allowed"]
    # a reason that nobody knows may be the same one
    certain = (pl.col(name) > allowed) | (~pl.col("own") & (pl.col(name) + whole.doubted <= allowed))
    certain |= (pl.col(name) == 0) & ~pl.col("own")
    return both.select(pl.when(certain).then(name).cast(pl.UInt32).alias(name))


def _slips(own: Own, whole: Neighbours) -> pl.DataFrame:
    """Numbers missing just before the one of the receipt slip, in the series of its office and year."""
    name, h = "slips_missing_before", own.h
    if not (h.has("slip") and h.has("office") and h.says("received")):
        return h.unknown(**{name: pl.Int64()})
    found = _missing(own.slips.filter(~pl.col("hidden")), whole.slip_gaps, list(SLIP_SERIES), whole.slips_doubted)
    return h.per_dossier(found.select("id", pl.col("missing").alias(name)))


def _codes(own: Own, whole: Neighbours) -> pl.DataFrame:
    """Numbers missing just before the one in the code of a dossier, among those of its unit and day."""
    numbered = own.codes["number"].is_not_null().alias("code_numbered")
    coded = _missing(own.codes.filter(numbered), whole.code_gaps, list(CODE_SERIES), whole.codes_doubted)
    found = own.h.per_dossier(coded.select("id", pl.col("missing").alias("codes_missing_before")))
    return found.with_columns(numbered)


def _missing(rows: pl.DataFrame, gaps: pl.DataFrame, series: list[str], doubt: bool) -> pl.DataFrame:  # noqa: FBT001  # read from the log
    """How many numbers are missing before each; with a doubt only that none is missing can be certain."""
    table = gaps.with_columns(listed=pl.lit(value=True))
    found = rows.join(table, on=[*series, "number"], how="left", nulls_equal=True, maintain_order="left")
    certain = pl.when(pl.col("listed").is_null() | pl.col("number").is_null()).then(pl.lit(0, pl.Int64))
    return found.with_columns(missing=certain if doubt else certain.otherwise(pl.col("missing").fill_null(0)))


def _reset(own: Own, whole: Neighbours, lines: LineCalendar) -> pl.DataFrame:
    """The cancelled dossier of the same applicant and procedure after which a dossier was soon received again."""
    h = own.h
    if not h.says(*CANCELLED):
        return h.unknown(reset=pl.Boolean(), reset_of=pl.String())
    keys = ["applicant", "procedure"]
    received = own.keys.filter(pl.col("received_at").is_not_null()).sort("received_at")
    unknown = pl.any_horizontal(pl.col(keys).is_null())
    exact = _latest(received, whole.cancelled.drop_nulls(keys), keys)
    vague = _latest(received, whole.cancelled.filter(unknown), [])
    anyone = _latest(
        received, whole.cancelled if received.select(unknown.any()).item() else whole.cancelled.clear(), []
    )
    within = {
        key: pl.Series(_within(own, lines, received, matched["cancelled_at"]))
        for key, matched in (("exact", exact), ("vague", vague), ("anyone", anyone))
    }
    found = received.select("id", "nobody", own=~unknown).with_columns(exact["reset_of"], **within)
    # an applicant or a procedure that nobody knows may be the same one
    doubt = pl.when("own").then("vague").otherwise("anyone")
    no = pl.lit(value=False)
    reset = pl.when("nobody").then(no).when("exact").then(pl.lit(value=True)).when(~doubt).then(no)
    of = pl.when(pl.col("exact") & ~pl.col("nobody")).then("reset_of")
    return h.per_dossier(found.select("id", reset.alias("reset"), of.alias("reset_of")))


def _latest(received: pl.DataFrame, cancelled: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The latest cancellation at or before each receipt, in the order of the receipts."""
    if by:
        cancelled = cancelled.join(received.select(by), on=by, how="semi")
    return received.join_asof(
        cancelled.select(*by, "cancelled_at", "reset_of"),
        left_on="received_at",
        right_on="cancelled_at",
        by=by or None,
        strategy="backward",
        check_sortedness=False,
    )


def _within(
    own: Own, lines: LineCalendar, received: pl.DataFrame, cancelled: pl.Series
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each receipt came within the working days after the cancellation."""
    if cancelled.null_count() == len(cancelled):
        return np.zeros(len(cancelled), bool)
    zone = own.h.zone
    days = own.base["reset_working_days_allowed"].fill_null(0).to_numpy()[received["id"].to_numpy()]
    last = lines.columns.add_working_days(Instants.of(cancelled, zone).local.astype("datetime64[D]"), days)
    within: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        Instants.of(received["received_at"], zone).local.astype("datetime64[D]") <= last
    )
    return within
