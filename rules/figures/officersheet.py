"""The overdue dossiers of officers as a report: a table, the officers' shares with the cap across, the months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.display import Share, day
from rules.figures.charts import MOST_ROWS, Line, Point, shares, trend
from rules.figures.officers import CAP, CITATION, OfficerFigure, Officers
from rules.figures.sheets import Cell, Column, Picture, Report, Sheet, Words

TITLE: Words = ("Hồ sơ trễ hạn theo công chức", "Overdue dossiers by officer")
CAPPED: Mapping[bool | None, Words] = {
    True: ("không xếp loại hoàn thành tốt nhiệm vụ trở lên", "rating capped"),
    False: ("không giới hạn", "not capped"),
    None: ("không kết luận được", "cannot be said"),
}
UNNAMED: Words = ("(không rõ công chức)", "(officer unknown)")
COLUMNS = (
    Column.of("Kỳ", "Period", width=12),
    Column.of("Công chức", "Officer", width=26),
    Column.of("Quá hạn", "Overdue", number=True),
    Column.of("Không quá hạn", "Not overdue", number=True),
    Column.of("Không xác định", "Cannot be said", number=True),
    Column.of("Tổng số", "All", number=True),
    Column.of("Tỷ lệ quá hạn", "Overdue share", number=True),
    Column.of("Xếp loại", "Rating", width=28),
)
_HIGHEST: Words = (
    f"{MOST_ROWS} công chức có tỷ lệ quá hạn cao nhất; đủ tất cả trong bảng",
    f"The {MOST_ROWS} officers with the highest share; all are in the table",
)
_LINE = Line(CAP, ("từ 10% trở lên: giới hạn xếp loại", "10 % or more: rating capped"), cap=True)


def officers_report(found: Officers, source: str) -> Report:
    """The report of all officers.

    Args:
        found: their figures.
        source: what was counted, as its reader knows it.

    """
    rows = found.rows
    late = day(found.due_on)
    notes = (
        (
            f"Gửi trước ngày 05 của tháng tiếp theo: chậm nhất {late}.",
            f"Due before the 5th of the month after: {late}.",
        ),
        (
            f"Căn cứ: {CITATION}. Kế hoạch không nói hồ sơ tính cho ai và mẫu số là gì: xem các tham số ở trên.",
            f"Citation: {CITATION}. The plan fixes neither whose a dossier is nor out of which: see above.",
        ),
    )
    lines = tuple(_line(row) for row in rows)
    sheet = Sheet("Công chức", TITLE, COLUMNS, lines, pictures=tuple(_pictures(found, rows)))
    parameters = (*found.parameters, (("Nguồn", "Source"), source))
    return Report("officers", TITLE, parameters, (sheet,), notes, found.to_dict())


def _line(row: OfficerFigure) -> tuple[Cell, ...]:
    name: Cell = row.officer or UNNAMED
    if row.hidden:
        return row.period.name, name, *["…"] * 5, ("ẩn: nhóm nhỏ", "hidden: small group")
    verdict = CAPPED[row.capped] if row.officer else ""
    return row.period.name, name, row.overdue, row.fine, row.unknown, row.dossiers, row.share, verdict


def _pictures(found: Officers, rows: Sequence[OfficerFigure]) -> list[Picture]:
    """Officers side by side where there is one period, else the months of all of them."""
    shown = [row for row in rows if not row.hidden and row.share.whole]
    if not shown:
        return []
    if len(found.spans) == 1:
        ranked = sorted(shown, key=lambda row: (-(row.share.part or 0) / row.share.whole, -row.share.whole))
        points = [Point(row.officer or UNNAMED[0], row.share) for row in ranked]
        return [shares("officers", _HIGHEST if len(points) > MOST_ROWS else TITLE, points, _LINE)]
    whole = [Point(span.name, _total([row for row in rows if row.period == span])) for span in found.spans]
    return [] if any(row.hidden for row in rows) else [trend("months", TITLE, whole, _LINE)]


def _total(rows: Sequence[OfficerFigure]) -> Share:
    return Share(sum(row.overdue for row in rows), sum(row.overdue + row.fine for row in rows))
