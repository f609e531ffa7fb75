"""Indicators as a report: the totals, the groups, the groups of Decision 766, and the three readings side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from zoneinfo import ZoneInfo

import polars as pl

from rules.display import Share
from rules.figures.causes import CAUSES, OTHER
from rules.figures.charts import Line, Point, Stack, stacked, trend
from rules.figures.figures import EMPTY, NOT_HERE, NOTHING, UNWEIGHTED, Figure, Figures, scoreboard
from rules.figures.indicators import Indicator
from rules.figures.readings import OUTCOME_LABELS, READINGS
from rules.figures.sheets import Cell, Column, Picture, Report, Sheet, Words, as_of_words, period_words
from rules.figures.table import Measured, differences

TITLE: Words = ("Chỉ tiêu, số liệu phải công bố", "Indicators")
VERDICTS: Mapping[str | None, Words | str] = {
    "met": ("đạt", "met"),
    "missed": ("không đạt", "missed"),
    "capped": ("giới hạn xếp loại", "capped"),
    "free": ("không giới hạn", "not capped"),
    "open": ("không kết luận được", "cannot be said"),
    None: "",
}
STATUS: Mapping[str, Words] = {"read": ("", ""), "unverified": ("chưa kiểm chứng", "not verified")}
NAMES: Mapping[str, Words] = {
    "office": ("Cơ quan", "Office"),
    "officer": ("Công chức", "Officer"),
    "procedure": ("Thủ tục", "Procedure"),
    "sector": ("Lĩnh vực", "Sector"),
    "level": ("Cấp", "Level"),
    "channel": ("Kênh", "Channel"),
    "month": ("Tháng", "Month"),
    "quarter": ("Quý", "Quarter"),
    "year": ("Năm", "Year"),
}
READING_NAMES: Mapping[str, Words] = {
    "law": ("Theo hạn giải quyết (luật)", "By the legal due date"),
    "d766": ("Theo Quyết định 766/QĐ-TTg", "By Decision 766/QĐ-TTg"),
    "practice": ("Theo thông lệ biểu II.06a", "As form II.06a is filled in practice"),
}
_UNITS = {"working days": "ngày làm việc", "days": "ngày", "working hours": "giờ làm việc"}
UNKNOWN: Words = ("Không xác định", "Cannot be said")
LISTED = 100_000
"""Dossiers that a table lists, for people; `Figures.dossiers` and the JSON of `--dossiers` have all."""
_COUNTS = (
    Column.of("Tử số", "Numerator", number=True),
    Column.of("Mẫu số", "Denominator", number=True),
    Column.of(*UNKNOWN, number=True),
    Column.of("Kết quả", "Value", number=True, width=16),
)


def indicators_report(
    found: Figures,
    monthly: Figures | None,
    source: str,
    more: tuple[Sheet, ...] = (),
    listed: Mapping[str, object] | None = None,
) -> Report:
    """The report of indicators.

    Args:
        found: the figures, by the groupings that were asked for.
        monthly: the same by month, for the trends; None: no trends.
        source: what was counted, as its reader knows it.
        more: tables that follow.
        listed: the same for the JSON.

    """
    measured = found.measured
    sheets = [
        _totals(found, monthly),
        *_groups(found),
        _scores(found),
        _readings(measured),
        differences_sheet(measured),
    ]
    return Report(
        code="indicators",
        title=TITLE,
        parameters=(
            (("Kỳ", "Period"), period_words(measured.period)),
            (("Tính đến", "As of"), as_of_words(measured.as_of.astimezone(ZoneInfo(measured.zone)), measured.period)),
            (("Nguồn", "Source"), source),
            (("Nhóm theo", "Grouped by"), _grouped(found.by)),
        ),
        sheets=(*(sheet for sheet in sheets if sheet.rows or sheet.name == "Tổng hợp"), *more),
        document=found.to_dict() | {"readings": _reading_counts(measured), **(listed or {})},
    )


def _grouped(by: tuple[str, ...]) -> Words:
    return tuple(", ".join(NAMES[name][place] for name in by) or "–" for place in (0, 1))  # type: ignore[return-value]


def _totals(found: Figures, monthly: Figures | None) -> Sheet:
    columns = (
        Column.of("Mã", "Code", width=17),
        Column.of("Chỉ tiêu", "Indicator", width=44),
        *_COUNTS,
        Column.of("Ngưỡng", "Threshold", width=12),
        Column.of("Kết luận", "Verdict", width=16),
        Column.of("Căn cứ", "Citation", width=40),
        Column.of("Ghi chú", "Note", width=24),
    )
    rows = tuple(_line(one, found.total(one.code)) for one in found.chosen)
    pictures = tuple(_trends(monthly)) if monthly else ()
    return Sheet("Tổng hợp", TITLE, columns, rows, pictures=pictures)


def _line(one: Indicator, figure: Figure) -> tuple[Cell, ...]:
    note = (
        "; ".join(filter(None, (STATUS[one.status][0], f"bản {one.version}", one.variant or ""))),
        "; ".join(filter(None, (STATUS[one.status][1], f"version {one.version}", one.variant or ""))),
    )
    title = (one.title_vi, one.title_en)
    return one.code, title, *_figure(figure), _threshold(one), VERDICTS[figure.verdict], one.citation, note


def _figure(figure: Figure) -> tuple[Cell, ...]:
    return figure.numerator, figure.denominator, figure.unknown, value_words(figure.text)


def value_words(text: str) -> Words:
    """A figure as it is printed.

    >>> value_words("10.83 working days")
    ('10,83 ngày làm việc', '10.83 working days')
    """
    number, _, unit = text.partition(" ")
    whole = {NOT_HERE: "không tính được từ nguồn này", NOTHING: NOTHING}
    return whole.get(text) or f"{number.replace('.', ',')} {_UNITS.get(unit, unit)}", text


def _threshold(one: Indicator) -> Words:
    if one.threshold is None:
        return "", ""
    percent = f"{float(100 * one.threshold.value):g}"
    vi, en = {">": ("trên {} %", "over {} %"), ">=": ("từ {} % trở lên", "{} % or more")}[one.threshold.compare]
    return vi.format(percent.replace(".", ",")), en.format(percent)


def _trends(monthly: Figures) -> Iterator[Picture]:
    """A trend for each share that has a threshold and something to count in two months."""
    for one in monthly.chosen:
        points = [
            Point(str(figure.group["month"]), Share(figure.numerator, figure.denominator))
            for figure in _months(monthly, one)
        ]
        if one.threshold and one.unit == "percent" and len([point for point in points if point.share.whole]) > 1:
            cap, strict = one.threshold.kind == "cap", one.threshold.compare == ">"
            limit = Line(one.threshold.value, _threshold(one), cap=cap, strict=strict)
            yield trend(
                f"trend-{one.code}".replace(".", "-"),
                (f"{one.code} {one.title_vi}", f"{one.code} {one.title_en}"),
                points,
                limit,
            )


def _months(monthly: Figures, one: Indicator) -> list[Figure]:
    by_month = {figure.group["month"]: figure for figure in monthly.of(one.code)}
    nothing = (Figure(one, {"month": month.name}, 0, 0) for month in monthly.measured.period.months())
    return [by_month.get(figure.group["month"], figure) for figure in nothing]


def _groups(found: Figures) -> Iterator[Sheet]:
    if not found.by:
        return
    columns = (
        Column.of("Mã", "Code", width=17),
        Column.of("Chỉ tiêu", "Indicator", width=40),
        *(Column.of(*NAMES[name], width=20) for name in found.by),
        *_COUNTS,
        Column.of("Kết luận", "Verdict", width=16),
    )
    rows = tuple(
        (
            one.code,
            (one.title_vi, one.title_en),
            *(figure.group.get(name) or "–" for name in found.by),
            *_figure(figure),
            VERDICTS[figure.verdict],
        )
        for one in found.chosen
        if one.input is None
        for figure in found.of(one.code)
        if figure.denominator or figure.unknown
    )
    yield Sheet("Theo nhóm", ("Chỉ tiêu theo nhóm", "Indicators by group"), columns, rows)


def _scores(found: Figures) -> Sheet:
    columns = (
        Column.of("Nhóm chỉ số", "Group", width=40),
        Column.of("Điểm tối đa", "Weight", number=True),
        Column.of("Điểm", "Score", number=True),
        Column.of("Thành phần", "Parts", width=50),
        Column.of("Vì sao không có điểm", "Why there is no score", width=50),
    )
    rows = tuple(
        (
            (score.group.title_vi, score.group.title_en),
            f"{score.group.weight}",
            "N/A" if score.score is None else f"{float(score.score):.2f}",
            "; ".join(
                f"{code}: {value_words(part.text if part else NOT_HERE)[0]}" for code, part in score.parts.items()
            ),
            _reason(score.reason),
        )
        for score in scoreboard(found)
    )
    return Sheet(
        "Quyết định 766", ("Các nhóm của Quyết định 766/QĐ-TTg", "Groups of Decision 766/QĐ-TTg"), columns, rows
    )


_REASONS: Mapping[str, str] = {
    NOT_HERE: "không tính được từ nguồn này",
    EMPTY: "không có gì để tính",
    UNWEIGHTED: "chưa biết điểm của từng thành phần",
}


def _reason(reason: str) -> Words:
    """Why a group has no score."""
    vi = reason
    for known, words in _REASONS.items():
        vi = vi.replace(known, words)
    return vi, reason


def _under_way(found: Measured) -> pl.LazyFrame:
    """The dossiers that were under way some time in the period."""
    ended = pl.col("finished_on").is_null() | (pl.col("finished_on") >= found.period.first)
    return found.rows.filter((pl.col("received_on") <= found.period.last) & ended)


def _reading_counts(found: Measured) -> dict[str, dict[str, int]]:
    """How many dossiers each reading puts where."""
    sides = [pl.col(f"{name}_outcome").cast(pl.String).alias(name) for name in READINGS]
    rows = _under_way(found).select(sides).group_by(READINGS).len().collect(engine="streaming")
    counts = {name: dict(rows.group_by(name).agg(pl.col("len").sum()).iter_rows()) for name in READINGS}
    return {name: {label: of.get(label, 0) for label in (*OUTCOME_LABELS, None)} for name, of in counts.items()}  # type: ignore[misc]


def _readings(found: Measured) -> Sheet:
    """The three readings side by side."""
    counts = _reading_counts(found)
    labels = (*OUTCOME_LABELS.values(), UNKNOWN)
    columns = (Column.of("Cách đọc", "Reading", width=36), *(Column.of(*label, number=True) for label in labels))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (READING_NAMES[name], *counted.values()) for name, counted in counts.items()
    )
    bars = [Stack(READING_NAMES[name][0], of["early"], of["on_time"], of["overdue"]) for name, of in counts.items()]
    title = ("Ba cách đọc cùng những hồ sơ đó", "Three readings of the same dossiers")
    note = (
        "Hồ sơ đang giải quyết trong kỳ; ba cách đọc khác nhau ở những hồ sơ nào, vì sao: bảng sau.",
        "Dossiers under way in the period; on which the readings differ, and why: the next table.",
    )
    return Sheet("Ba cách đọc", title, columns, rows, notes=(note,), pictures=(stacked("readings", title, bars),))


def differences_sheet(found: Measured) -> Sheet:
    """The dossiers on which the readings differ, each with its causes."""
    columns = (
        Column.of("Mã hồ sơ", "Dossier", width=26),
        *(Column.of(*READING_NAMES[name], width=18) for name in READINGS),
        Column.of("Nguyên nhân", "Causes", width=70),
    )
    outcomes = [f"{name}_outcome" for name in READINGS]
    chosen = differences(found, LISTED).select("dossier", *outcomes, "difference_causes")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (dossier, *(OUTCOME_LABELS[one] if one else UNKNOWN for one in read), causes_words(causes))
        for dossier, *read, causes in chosen.iter_rows()
    )
    title = ("Hồ sơ mà ba cách đọc khác nhau", "Dossiers on which the readings differ")
    notes = _more(int(found.rows.select(pl.col("differs").sum()).collect(engine="streaming").item()))
    return Sheet("Khác nhau", title, columns, rows, notes=notes)


def _more(count: int) -> tuple[Words, ...]:
    """That a table lists the first dossiers only."""
    if count <= LISTED:
        return ()
    return ((f"{LISTED} hồ sơ đầu trong {count} hồ sơ.", f"The first {LISTED} of {count} dossiers."),)


def causes_words(causes: list[str]) -> Words:
    """Causes as sentences."""
    known = [CAUSES[code] for code in causes if code in CAUSES]
    other = ("thứ tự các bước cần xem lại", "the order of the steps is worth a look") if OTHER in causes else ("", "")
    return (
        "; ".join(filter(None, [*(cause.vi for cause in known), other[0]])),
        "; ".join(filter(None, [*(cause.en for cause in known), other[1]])),
    )


SIDES: Mapping[str, Words] = {
    "numerator": ("tử số", "numerator"),
    "rest": ("chỉ trong mẫu số", "denominator only"),
    "unknown": UNKNOWN,
}
"""Where a dossier stands in a figure."""


def behind(found: Figures, code: str) -> dict[str, list[str]]:
    """The dossiers behind a figure by where they stand in it."""
    return {side: found.dossiers(code, side=side)["dossier"].to_list() for side in SIDES}


def dossiers_sheet(found: Figures, code: str) -> Sheet:
    """The dossiers behind a figure: in the numerator, in the rest of the denominator, and those nobody can place."""
    columns = (
        Column.of("Mã hồ sơ", "Dossier", width=28),
        Column.of("Ở đâu", "Where", width=20),
        *(Column.of(*NAMES[name], width=20) for name in found.by),
    )
    sides = {words: found.dossiers(code, side=side) for side, words in SIDES.items()}
    lines = ((one, words) for words, frame in sides.items() for one in frame.head(LISTED).iter_rows(named=True))
    rows = tuple(
        (row["dossier"], words, *(row.get(name) or "–" for name in found.by)) for row, words in islice(lines, LISTED)
    )
    title = (f"Hồ sơ của chỉ tiêu {code}", f"Dossiers of indicator {code}")
    notes = _more(sum(frame.height for frame in sides.values()))
    return Sheet(f"Hồ sơ {code}"[:31], title, columns, rows, notes=notes)
