"""Biểu II.06a: what became of the dossiers of a period, by sector, in the columns of the form, and that they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import polars as pl

from rules.errors import DoesNotAddUp
from rules.figures.charts import Stack, stacked
from rules.figures.periods import Period
from rules.figures.placing import CONVENTIONS, REASONS, Convention, placed
from rules.figures.sheets import Cell, Column, Picture, Report, Sheet, Words, as_of_words, period_words
from rules.figures.table import Measured

NAME = "Biểu số II.06a"
TITLE: Words = (
    f"{NAME}. Tình hình, kết quả giải quyết TTHC tại cơ quan, đơn vị trực tiếp giải quyết TTHC",
    "Form II.06a. Dossiers received and resolved",
)
SUMS: Mapping[int, tuple[int, ...]] = {3: (4, 5, 6), 7: (8, 9, 10), 11: (12, 13)}
"""Columns that are the sums of others; and (3) = (7) + (11)."""

NUMBERS = tuple(range(3, 14))
"""The columns that count dossiers."""

CARRIED = "(6) = (11) of the period before"
CITATION = "Thông tư 01/2020/TT-VPCP, Biểu số II.06a/VPCP/KSTT"
UNKNOWN_CHANNEL: dict[str, Words] = {
    "refuse": ("không lập biểu", "the form is refused"),
    "direct": ("tính vào cột (5)", "counted in column (5)"),
}

_RECEIVED: Words = ("Số lượng hồ sơ tiếp nhận", "Received")
_DONE: Words = ("Số lượng hồ sơ đã giải quyết", "Resolved")
_OPEN: Words = ("Số lượng hồ sơ đang giải quyết", "Under way")
_IN_PERIOD: Words = ("Trong kỳ", "In the period")
_TOTAL: Words = ("Tổng số", "Total")
COLUMNS = (
    Column.of("STT", "No.", width=5),
    Column.of("Lĩnh vực giải quyết", "Sector", width=30),
    Column((_RECEIVED, _TOTAL), number=True, width=9),
    Column((_RECEIVED, _IN_PERIOD, ("Trực tuyến", "Online")), number=True, width=10),
    Column((_RECEIVED, _IN_PERIOD, ("Trực tiếp, dịch vụ bưu chính", "In person, by post")), number=True, width=12),
    Column((_RECEIVED, ("Từ kỳ trước", "Carried over")), number=True, width=9),
    Column((_DONE, _TOTAL), number=True, width=9),
    Column((_DONE, ("Trước hạn", "Early")), number=True, width=9),
    Column((_DONE, ("Đúng hạn", "On time")), number=True, width=9),
    Column((_DONE, ("Quá hạn", "Overdue")), number=True, width=9),
    Column((_OPEN, _TOTAL), number=True, width=9),
    Column((_OPEN, ("Trong hạn", "In time")), number=True, width=9),
    Column((_OPEN, ("Quá hạn", "Overdue")), number=True, width=9),
)


@dataclass(frozen=True)
class Form06a:
    """The form for one period, by one convention.

    Attributes:
        placed: one row per dossier that counts: `dossier`, `sector`, `came` (4, 5, 6), `stands` (8, 9, 10, 12, 13),
            each null where it has no column, `finished` (null: nobody knows), and `reason`, the first of `REASONS`.
        convention: how early, on time and overdue are told apart.
        unknown_channel: what becomes of a dossier whose channel the source cannot say.

    """

    period: Period
    as_of: datetime
    placed: pl.DataFrame
    convention: Convention = "practice"
    unknown_channel: Literal["refuse", "direct"] = "refuse"

    @property
    def rows(self) -> tuple[tuple[str | None, Mapping[int, int]], ...]:
        """Each sector with its columns 3 to 13; dossiers without sector last."""
        counts = self.placed.group_by("sector").agg(_counts()).sort("sector", nulls_last=True)
        return tuple((row.pop("sector"), _numbers(row)) for row in counts.iter_rows(named=True))

    @property
    def total(self) -> Mapping[int, int]:
        """Columns 3 to 13 over all sectors."""
        return _numbers(self.placed.select(_counts()).row(0, named=True))

    def dossiers(self, column: int, sector: str | None = None) -> tuple[str, ...]:
        """The dossiers that a column counts, of one sector where one is named."""
        chosen = self.placed.filter(_is(column))
        chosen = chosen if sector is None else chosen.filter(pl.col("sector") == sector)
        return tuple(chosen["dossier"].sort())

    def faults(self) -> Mapping[str, tuple[str, ...]]:
        """The dossiers that some column does not count, by what is wrong with them."""
        bad = self.placed.filter(pl.col("reason").is_not_null()).sort("dossier")
        found = bad.group_by("reason", maintain_order=True).agg("dossier")
        return {REASONS[reason]: tuple(dossiers) for reason, dossiers in found.iter_rows()}

    def check(self) -> Form06a:
        """The same form, if its columns add up.

        Raises:
            DoesNotAddUp: they do not; it names the dossiers.

        """
        broken = list(identities(self.total))
        if broken:
            raise DoesNotAddUp(NAME, ", ".join(broken), dict(self.faults()), _REMEDY[self.convention])
        return self

    def check_follows(self, before: Form06a) -> Form06a:
        """The same form, if it carries over just the dossiers that were under way at the end of the one before.

        Raises:
            DoesNotAddUp: it does not; it names the dossiers.

        """
        left, carried = set(before.dossiers(11)), set(self.dossiers(6))
        found = {
            f"under way at the end of {before.period} but not carried over": left - carried,
            f"carried over but not under way at the end of {before.period}": carried - left,
        }
        reasons = {why: tuple(sorted(dossiers)) for why, dossiers in found.items() if dossiers}
        if reasons:
            remedy = "a step was entered, changed or taken away since; correct the form of one of the periods"
            raise DoesNotAddUp(NAME, CARRIED, reasons, remedy)
        return self

    def to_dict(self) -> dict[str, Any]:
        """As JSON; columns by their numbers."""
        rows = [{"sector": sector, "columns": _keyed(numbers)} for sector, numbers in self.rows]
        return {
            "period": self.period.to_dict(),
            "as_of": self.as_of.isoformat(),
            "convention": self.convention,
            "unknown_channel": self.unknown_channel,
            "rows": rows,
            "total": _keyed(self.total),
        }

    def sheet(self) -> Sheet:
        """The form as a table."""
        name, described = CONVENTIONS[self.convention]
        rows = tuple(
            (str(place), sector or ("(không ghi lĩnh vực)", "(no sector)"), *_cells(numbers))
            for place, (sector, numbers) in enumerate(self.rows, 1)
        )
        title = (
            f"{TITLE[0]} ({name[0]})",
            f"{TITLE[1]} ({name[1]})",
        )
        total: tuple[Cell, ...] = ("", _TOTAL, *_cells(self.total))
        pictures = (self._picture(title),) if rows else ()
        notes = (_UNIT, described)
        return Sheet(name[0], title, COLUMNS, rows, total, numbered=True, notes=notes, pictures=pictures)

    def _picture(self, title: Words) -> Picture:
        """Early, on time and overdue by sector."""
        bars = [Stack(sector or "–", numbers[8], numbers[9], numbers[10]) for sector, numbers in self.rows]
        return stacked(f"form-{self.convention}", title, bars)


_UNIT: Words = ("Đơn vị tính: số hồ sơ thủ tục hành chính.", "Unit: dossiers.")
_REMEDY: Mapping[Convention, str] = {
    "practice": "correct the log, or say what counts (--unknown-channel direct)",
    "strict": "correct the log, give the procedure file with the limits (--procedures), or use --convention practice",
}


def form06a(
    table: Measured,
    convention: Convention = "practice",
    *,
    unknown_channel: Literal["refuse", "direct"] = "refuse",
) -> Form06a:
    """The form of a period; it may not add up, which `check` says.

    Args:
        table: the dossiers as measured for the period.
        convention: how early, on time and overdue are told apart; see `CONVENTIONS`.
        unknown_channel: whether a dossier whose channel the source cannot say spoils the form or counts as direct.

    """
    direct = unknown_channel == "direct"
    rows = placed(table, convention, unknown_is_direct=direct)
    as_of = table.as_of.astimezone(ZoneInfo(table.zone))
    return Form06a(table.period, as_of, rows, convention, unknown_channel)


def eve(period: Period) -> Period:
    """The day before a period: what is under way at its end is what the form of the period before left."""
    day = period.first - timedelta(days=1)
    return Period(day, day, f"{day}")


def identities(numbers: Mapping[int, int]) -> Iterator[str]:
    """The sums of the form that do not hold, for anybody's form.

    >>> list(identities({3: 3, 4: 1, 5: 1, 6: 0, 7: 2, 8: 1, 9: 1, 10: 0, 11: 1, 12: 1, 13: 0}))
    ['(3) = (4) + (5) + (6)']
    """
    for whole, parts in (*SUMS.items(), (3, (7, 11))):
        if numbers[whole] != sum(numbers[part] for part in parts):
            yield f"({whole}) = {' + '.join(f'({part})' for part in parts)}"


def _is(column: int) -> pl.Expr:
    """Whether a column counts a dossier."""
    if column in {7, 11}:
        return pl.col("finished") if column == 7 else ~pl.col("finished")  # noqa: PLR2004  # the number of the column
    return pl.lit(value=True) if column == 3 else pl.col("came" if column in SUMS[3] else "stands") == column  # noqa: PLR2004


def _counts() -> list[pl.Expr]:
    return [(_is(column) & pl.col("dossier").is_not_null()).sum().alias(str(column)) for column in NUMBERS]


def _numbers(row: Mapping[str, int]) -> Mapping[int, int]:
    return {column: row[str(column)] for column in NUMBERS}


def _keyed(numbers: Mapping[int, int]) -> dict[str, int]:
    return {str(column): count for column, count in numbers.items()}


def _cells(numbers: Mapping[int, int]) -> tuple[Cell, ...]:
    return tuple(numbers[column] for column in NUMBERS)


def report06a(forms: tuple[Form06a, ...], source: str, window: Words, more: tuple[Sheet, ...] = ()) -> Report:
    """The form as a report, one sheet for each convention.

    Args:
        forms: of one period; they add up.
        source: what was counted, as its reader knows it.
        window: how the period was chosen.
        more: tables beside the form.

    """
    first = forms[0]
    return Report(
        code="06a",
        title=(f"{NAME}/VPCP/KSTT", "Form II.06a"),
        parameters=(
            (("Kỳ báo cáo", "Period"), period_words(first.period)),
            (("Cách lấy kỳ", "Window"), window),
            (("Tính đến", "As of"), as_of_words(first.as_of, first.period)),
            (("Nguồn", "Source"), source),
            (("Hồ sơ không rõ kênh tiếp nhận", "Channel unknown"), UNKNOWN_CHANNEL[first.unknown_channel]),
        ),
        sheets=(*(form.sheet() for form in forms), *more),
        notes=((f"Căn cứ: {CITATION} (chưa đối chiếu nguyên văn).", f"Citation: {CITATION} (not verified)."),),
        document={"form": "II.06a", "window": window[1], "forms": [form.to_dict() for form in forms]},
    )
