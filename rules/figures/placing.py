"""In which columns of biểu II.06a a dossier stands, and why it stands in none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from rules.figures.periods import Period
from rules.figures.sheets import Words
from rules.figures.table import Measured

Convention = Literal["practice", "strict"]
CONVENTIONS: dict[Convention, tuple[Words, Words]] = {
    "practice": (
        ("Theo thông lệ", "As practised"),
        (
            (
                "Thông lệ (phần mềm một cửa đang dùng, không phải luật): so ngày kết thúc với ngày hẹn trả hiện tại; "
                "hồ sơ rút, bị trả lại, dừng xử lý và không có ngày hẹn tính đúng hạn; hồ sơ chờ bổ sung, đang dừng "
                "tính thời gian tính trong hạn."
            ),
            (
                "Practice (software in use, no law): the day of the end is compared with the promise as it stands; "
                "withdrawn, returned and stopped dossiers and those without promise count as on time; those that wait "
                "for a supplement or whose clock is stopped count as in time."
            ),
        ),
    ),
    "strict": (
        ("Theo hạn luật định", "By law"),
        (
            (
                "Theo luật: so với hạn giải quyết (tính theo giờ thì so thời điểm); xin lỗi, hẹn lại không dời hạn; "
                "hồ sơ rút, bị trả lại, dừng xử lý cũng so theo ngày kết thúc."
            ),
            (
                "By law: compared with the legal due date (a limit in hours by the moment); an apology moves no date; "
                "withdrawn, returned and stopped dossiers are compared by the day of their end, too."
            ),
        ),
    ),
}
"""Of each convention its name, and what it does."""

REASONS: Mapping[str, str] = {
    "receipt": "nobody can say whether or when it was received",
    "order": "its steps contradict each other: it ended before it was received",
    "channel": "the channel is unknown, so it is neither online nor direct",
    "end": "the source cannot say whether it has ended",
    "due": "its due date is unknown, so it is neither in time nor overdue",
}
"""Why a dossier stands in no column, the first that holds."""

_COLUMNS = {"early": 8, "on_time": 9, "overdue": 10, "open_in_time": 12, "open_overdue": 13}


def placed(table: Measured, convention: Convention, *, unknown_is_direct: bool) -> pl.DataFrame:
    """The dossiers that the period counts, with their columns; see `Form06a.placed`.

    Args:
        table: judged at the end of its period.
        convention: how early, on time and overdue are told apart.
        unknown_is_direct: whether a dossier of unknown channel counts as direct.

    """
    period, rows = table.period, table.rows.filter(pl.col("steps") > 0)
    # a history that was cut at its beginning was received no later than its first step
    first_on = pl.coalesce("received_on", pl.col("first_at").dt.convert_time_zone(table.zone).dt.date())
    rows = rows.with_columns(cut=pl.col("began_before_export").fill_null(value=False), first_on=first_on)
    counted = rows.filter(_counts(period)).with_columns(
        came=_came(period, unknown_is_direct=unknown_is_direct),
        finished=pl.when(pl.col("finished_on").is_not_null()).then(True).when(_can_end()).then(False),  # noqa: FBT003
        backwards=(pl.col("finished_on") < period.first).fill_null(value=False),
    )
    counted = counted.with_columns(stands=_stands(convention)).with_columns(reason=_reason())
    sound = ~pl.col("backwards")
    found = counted.select(
        "dossier",
        pl.col("sector_code").alias("sector"),
        "came",
        stands=pl.when(sound).then("stands"),
        finished=pl.when(sound).then("finished"),
        reason="reason",
    )
    return found.collect(engine="streaming")


def _counts(period: Period) -> pl.Expr:
    """Received by the end of the period and not ended before it began; or nobody can say."""
    received = pl.col("received").fill_null(value=True) & (pl.col("first_on") <= period.last).fill_null(value=True)
    over = (pl.col("finished_on") < period.first).fill_null(value=False)
    backwards = over & (pl.col("received_on") >= period.first).fill_null(value=False)
    return received & (~over | backwards)


def _came(period: Period, *, unknown_is_direct: bool) -> pl.Expr:
    """Column 4, 5 or 6."""
    before = pl.when(pl.col("received_on").is_not_null() | pl.col("cut")).then(pl.col("first_on") < period.first)
    channel = pl.col("channel").fill_null("") if unknown_is_direct else pl.col("channel")
    here = pl.when(channel == "online").then(4).when(channel.is_not_null()).then(5)
    return pl.when(before).then(6).when(pl.col("received_on").is_not_null()).then(here)


def _can_end() -> pl.Expr:
    return pl.col("decided").is_not_null() | pl.col("closed").is_not_null()


def _stands(convention: Convention) -> pl.Expr:
    """Column 8, 9, 10, 12 or 13; none where the reading and the end of the dossier contradict each other."""
    read = pl.col("practice_outcome") if convention == "practice" else _by_law()
    column = read.cast(pl.String).replace_strict(_COLUMNS, default=None, return_dtype=pl.Int32)
    return pl.when((column <= 10) == pl.col("finished")).then(column)  # noqa: PLR2004  # columns 8 to 10 are resolved


def _by_law() -> pl.Expr:
    """The reading by law; what ended without a decision, which that leaves out, by the moment of its end."""
    due, at, end = pl.col("legal_due_on"), pl.col("legal_due_at"), pl.col("finished_on")
    late = pl.when(at.is_not_null()).then(pl.col("closed_at") > at).otherwise(end > due)
    early = pl.when(end < due).then(pl.lit("early")).otherwise(pl.lit("on_time"))
    ended = pl.when(late).then(pl.lit("overdue")).when(~late).then(early)
    return pl.when(pl.col("law_outcome") == "not_counted").then(ended).otherwise(pl.col("law_outcome").cast(pl.String))


def _reason() -> pl.Expr:
    unseen = pl.col("received_on").is_null() & (~pl.col("cut") | pl.col("came").is_null())
    return (
        pl.when(unseen).then(pl.lit("receipt"))
        .when("backwards").then(pl.lit("order"))
        .when(pl.col("came").is_null()).then(pl.lit("channel"))
        .when(pl.col("finished").is_null()).then(pl.lit("end"))
        .when(pl.col("stands").is_null()).then(pl.lit("due"))
    )  # fmt: skip
