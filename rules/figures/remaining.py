"""How many working days the dossiers under way have left, or are late."""

from __future__ import annotations

import polars as pl

from calendars import WorkCalendar
from rules.facts.lines import LineCalendar
from rules.figures.charts import histogram
from rules.figures.sheets import Column, Sheet, Words
from rules.figures.table import Measured

TITLE: Words = (
    "Hồ sơ đang giải quyết theo thời gian còn lại (ngày làm việc)",
    "Dossiers under way by the working days left",
)
BINS: tuple[tuple[int, Words], ...] = (
    (-10, ("quá trên 10", "late over 10")),
    (-5, ("quá 6–10", "late 6–10")),
    (0, ("quá 1–5", "late 1–5")),
    (1, ("trong ngày", "today")),
    (3, ("còn 1–2", "1–2 left")),
    (6, ("còn 3–5", "3–5 left")),
    (11, ("còn 6–10", "6–10 left")),
    (1_000_000, ("còn trên 10", "over 10 left")),
)
"""Each span of days by the first number that is beyond it; numbers below none are working days too late."""


def remaining(table: Measured, calendar: WorkCalendar) -> tuple[tuple[Words, int, bool], ...]:
    """Each span of time left: its words, how many open dossiers, and whether that is too late."""
    return _counted(_open(table), calendar)


def _open(table: Measured) -> pl.DataFrame:
    return table.rows.filter("open").select("legal_due_on", "as_of_on").collect()


def _counted(rows: pl.DataFrame, calendar: WorkCalendar) -> tuple[tuple[Words, int, bool], ...]:
    open_ = rows.drop_nulls("legal_due_on")
    columns = LineCalendar.of(calendar).columns
    due, today = (open_[name].to_numpy().astype("datetime64[D]") for name in ("legal_due_on", "as_of_on"))
    left = columns.worked_through(due) - columns.worked_through(today)
    days = [min(int(one), -1) if late else int(one) for one, late in zip(left, due < today, strict=True)]
    first = [-1_000_000, *(edge for edge, _ in BINS)]
    return tuple(
        (words, sum(low <= one < edge for one in days), edge <= 0)
        for low, (edge, words) in zip(first, BINS, strict=False)
    )


def remaining_sheet(table: Measured, calendar: WorkCalendar) -> Sheet:
    """The same as a table with its picture."""
    rows = _open(table)
    bins, unknown = _counted(rows, calendar), rows["legal_due_on"].null_count()
    columns = (Column.of("Thời gian còn lại", "Time left", width=24), Column.of("Số hồ sơ", "Dossiers", number=True))
    note = (
        f"Tính đến hạn giải quyết theo luật; {unknown} hồ sơ không rõ hạn nên không có ở đây.",
        f"Up to the legal due date; not in it: {unknown} of which no due date is known.",
    )
    lines = tuple((words, count) for words, count, _ in bins)
    pictures = (histogram("remaining", TITLE, bins),)
    return Sheet("Thời gian còn lại", TITLE, columns, lines, notes=(note,), pictures=pictures)
