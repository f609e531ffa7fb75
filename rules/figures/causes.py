"""Why the three readings of a dossier differ: what happened to it that they treat differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from rules.figures.readings import LATE, READINGS


class Cause(NamedTuple):
    """Something that the readings treat differently: SQL over the facts and the readings, and its sentences."""

    condition: str
    vi: str
    en: str


# fmt: off
CAUSES: Mapping[str, Cause] = {
    "pause": Cause(
        "pauses > 0 OR due_without_pauses_on <> legal_due_on",
        "Thời gian dừng tính chỉ được trừ theo luật",
        "A pause or a payment wait moves the legal due date; the other two do not see it"),
    "supplement": Cause(
        "supplement_requests > 0",
        "Bổ sung hồ sơ: luật tính lại từ đầu (hoặc theo thủ tục), Quyết định 766 trừ thời gian chờ",
        "A supplement: the law restarts the clock (or as the procedure says), Decision 766 takes the wait off"),
    "requests": Cause(
        "supplement_requests > 1",
        "Yêu cầu bổ sung quá một lần: Quyết định 766 tính là quá hạn",
        "More than one supplement request: overdue by Decision 766"),
    "apology": Cause(
        "promise_source = 'apologised'",
        "Phiếu xin lỗi ghi đè ngày hẹn trả; hạn theo luật không đổi",
        "An apology overwrote the promised date; the legal due date stays"),
    "new_promise": Cause(
        "promise_source = 'supplemented'",
        "Hẹn lại ngày trả sau khi bổ sung",
        "A new date was promised when the supplement came in"),
    "early_promise": Cause(
        "promised_on < lawful_promise_on",
        "Ngày hẹn trả sớm hơn thời hạn giải quyết",
        "The promise was earlier than the time limit"),
    "late_promise": Cause(
        "promised_late OR promised_on > lawful_promise_on",
        "Ngày hẹn trả muộn hơn thời hạn giải quyết",
        "The promise was later than the time limit"),
    "returned": Cause(
        "d766_end_kind IN ('stopped', 'withdrawn')",
        "Hồ sơ rút, trả lại hoặc dừng: thực tế tính là đúng hạn",
        "Withdrawn, rejected or closed: on time by practice"),
    "waiting": Cause(
        "waiting IS NOT NULL",
        "Đang chờ bổ sung, dừng tính hoặc nghĩa vụ tài chính",
        "It waits for a supplement, a payment or the end of a pause"),
    "no_promise": Cause(
        "current_promise_on IS NULL",
        "Không có ngày hẹn trả: thực tế tính là đúng hạn",
        "No promised date: on time by practice"),
    "hour": Cause(
        "legal_due_at IS NOT NULL OR current_promise_at IS NOT NULL",
        "Hạn theo giờ: thực tế chỉ so ngày",
        "A due hour: practice compares dates only"),
    "undecided": Cause(
        "d766_end_kind = 'delivered'",
        "Đã trả kết quả nhưng không ghi nhận xử lý xong",
        "Handed over, but no completion was recorded"),
}
# fmt: on
"""What the readings treat differently, by code, in the order in which it is told."""

OTHER = "other"
"""None of these: the order of the steps is worth a look."""


def differing() -> list[pl.Expr]:
    """Columns `differs`, `lateness_differs` and `difference_causes` over facts and readings."""
    outcomes = [pl.col(f"{reading}_outcome") for reading in READINGS]
    return [
        _differ([outcome.cast(pl.String) for outcome in outcomes]).alias("differs"),
        _differ([outcome.is_in(LATE) for outcome in outcomes]).alias("lateness_differs"),
    ]


def causes() -> pl.Expr:
    """The codes of what the readings treat differently in a dossier on which they differ; none elsewhere."""
    told = [pl.when(pl.sql_expr(cause.condition)).then(pl.lit(code)) for code, cause in CAUSES.items()]
    # one text per dossier, split afterwards, takes a twentieth of the time of lists
    found = pl.concat_str(told, separator=" ", ignore_nulls=True).replace("", OTHER).str.split(" ")
    return pl.when("differs").then(found).otherwise(pl.lit([], pl.List(pl.String))).alias("difference_causes")


def _differ(values: list[pl.Expr]) -> pl.Expr:
    """Whether two that are known differ."""
    pairs = [(one, other) for place, one in enumerate(values) for other in values[place + 1 :]]
    return pl.any_horizontal((one != other).fill_null(value=False) for one, other in pairs)
