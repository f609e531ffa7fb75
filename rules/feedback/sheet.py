"""Feedback cases (phản ánh, kiến nghị) of a period as a report."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rules.display import Share, moment
from rules.feedback.figures import FeedbackFigure, FeedbackFigures
from rules.figures.charts import Line, Point, shares
from rules.figures.indicatorsheet import STATUS, UNKNOWN, VERDICTS, value_words
from rules.figures.sheets import Cell, Column, Report, Sheet, Words, period_words

TITLE: Words = ("Phản ánh, kiến nghị về quy định hành chính, TTHC", "Feedback on procedures")
COUNTED: Mapping[str, Words] = {
    "sent": ("Gửi đến trong kỳ", "Sent in the period"),
    "answered": ("Trả lời trong kỳ", "Answered in the period"),
    "rejected": ("Từ chối trong kỳ", "Rejected in the period"),
    "published": ("Công khai trong kỳ", "Published in the period"),
    "open": ("Đang xử lý cuối kỳ", "Open at its end"),
    "open_overdue": ("Đang xử lý, quá hạn", "Open and overdue"),
}


def feedback_report(found: FeedbackFigures, source: str) -> Report:
    """The figures of a period as a report.

    Args:
        found: the figures.
        source: the log, as its reader knows it.

    """
    return Report(
        code="feedback",
        title=TITLE,
        parameters=(
            (("Kỳ", "Period"), period_words(found.period)),
            (("Tính đến", "As of"), moment(found.as_of.isoformat())),
            (("Nguồn", "Source"), source),
        ),
        sheets=(_figures(found), _counts(found), _rest(found)),
        document=found.to_dict(),
    )


def _figures(found: FeedbackFigures) -> Sheet:
    columns = (
        Column.of("Mã", "Code", width=12),
        Column.of("Chỉ tiêu", "Figure", width=50),
        Column.of("Tử số", "Numerator", number=True),
        Column.of("Mẫu số", "Denominator", number=True),
        Column.of(*UNKNOWN, number=True),
        Column.of("Kết quả", "Value", number=True, width=16),
        Column.of("Kết luận", "Verdict", width=14),
        Column.of("Căn cứ", "Citation", width=44),
        Column.of("Ghi chú", "Note", width=30),
    )
    rows = tuple(_line(one) for one in found)
    points = [Point(one.code, Share(one.numerator, one.denominator)) for one in found if one.denominator]
    whole = Line(Fraction(1), ("mục tiêu 100%", "target 100%"))
    pictures = (shares("feedback", TITLE, points, whole),) if points else ()
    return Sheet("Chỉ tiêu", TITLE, columns, rows, pictures=pictures)


def _line(one: FeedbackFigure) -> tuple[Cell, ...]:
    what, counts = one.measure, (one.numerator, one.denominator, one.unknown)
    title, verdict = (what.title_vi, what.title_en), VERDICTS[one.verdict]
    return one.code, title, *counts, value_words(one.text), verdict, what.citation, STATUS[what.status]


def _counts(found: FeedbackFigures) -> Sheet:
    columns = (Column.of("Phản ánh, kiến nghị", "Cases", width=30), Column.of("Số lượng", "Number", number=True))
    rows = tuple((COUNTED.get(name, name), count) for name, count in found.counts.items())
    return Sheet("Số lượng", ("Số phản ánh, kiến nghị", "How many cases"), columns, rows)


def _rest(found: FeedbackFigures) -> Sheet:
    """The cases that miss a figure."""
    columns = (Column.of("Mã phản ánh", "Case", width=28), Column.of("Chỉ tiêu không đạt", "Misses", width=40))
    missed: dict[str, list[str]] = {}
    for one in found:
        for case in one.rest:
            missed.setdefault(case, []).append(one.code)
    rows = tuple((case, ", ".join(codes)) for case, codes in sorted(missed.items()))
    return Sheet("Chưa đạt", ("Phản ánh, kiến nghị chưa đạt", "Cases that miss a figure"), columns, rows)
