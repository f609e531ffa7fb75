"""Reports on paper and screen: headings, pictures, and hostile texts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.display import LANGUAGES, Share
from rules.errors import ReportDoesNotFit
from rules.figures import workbook
from rules.figures.charts import Line, Point, Stack, histogram, shares, stacked, trend
from rules.figures.form06a import COLUMNS
from rules.figures.pages import MOST_ROWS, render, write_html
from rules.figures.sheets import Column, Report, Sheet, headings
from rules.figures.workbook import write_xlsx

HOSTILE = "<script>alert(1)</script>\u202e=cmd"
TEN = Line(Fraction(1, 10), ("từ 10%", "10 %"), cap=True)


def report(*rows: tuple[object, ...], columns: int = 2) -> Report:
    heads = tuple(Column.of(f"C{number}", f"C{number}") for number in range(columns))
    sheet = Sheet("Bảng", ("Tiêu đề", "Title"), heads, rows, notes=((HOSTILE, HOSTILE),))  # type: ignore[arg-type]
    return Report("x", ("Báo cáo", "Report"), ((("Nguồn", "Source"), HOSTILE),), (sheet,))


def test_the_heading_of_the_form_covers_each_cell_of_its_three_rows_once() -> None:
    covered = [
        (row, column)
        for one in headings(COLUMNS)
        for row in range(one.row, one.row + one.rows)
        for column in range(one.column, one.column + one.columns)
    ]
    assert sorted(covered) == [(row, column) for row in range(3) for column in range(13)]


HEADS = st.lists(st.lists(st.sampled_from([("a", "a"), ("b", "b")]), min_size=1, max_size=3), min_size=1, max_size=8)


@given(HEADS)
def test_every_heading_covers_its_grid_once_whatever_the_groups(heads: list[list[tuple[str, str]]]) -> None:
    columns = [Column(tuple(head)) for head in heads]
    covered = [
        (row, column)
        for one in headings(columns)
        for row in range(one.row, one.row + one.rows)
        for column in range(one.column, one.column + one.columns)
    ]
    depth = max(map(len, heads))
    assert sorted(covered) == [(row, column) for row in range(depth) for column in range(len(heads))]


def test_hostile_text_stays_text_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    found = report((HOSTILE, "=1+1"), ("@x", date(2026, 11, 4)))
    page = render(found)
    assert "<script" not in page
    assert "\u202e" not in page
    write_xlsx(found, tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    cells = {str(cell.value): cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert cells["=1+1"].data_type == cells["@x"].data_type == "s"
    assert not any(cell.hyperlink for cell in cells.values())
    assert any(cell.is_date for cell in cells.values())


def test_the_page_may_load_nothing() -> None:
    page = render(report(("a", 1)))
    assert "default-src 'none'" in unescape(page)
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_a_long_table_is_cut_on_the_page_and_says_so() -> None:
    page = render(report(*[("a", number) for number in range(MOST_ROWS + 7)]))
    assert "Còn 7 dòng nữa" in page
    assert "7 more rows" in page


def test_an_empty_table_says_so() -> None:
    assert "Không có dòng nào trong kỳ." in render(report())


def test_a_table_that_no_sheet_holds_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 102)
    with pytest.raises(ReportDoesNotFit, match="3 rows"):
        write_xlsx(report(("a", 1), ("b", 2), ("c", 3)), tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_equal_reports_give_equal_files(tmp_path: Path) -> None:
    found = report(("a", 1))
    for name in ("a", "b"):
        write_xlsx(found, tmp_path / f"{name}.xlsx")
        write_html(found, tmp_path / f"{name}.html")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def shapes(drawn: str, kind: str, style: str) -> list[dict[str, str]]:
    root = ET.fromstring(drawn)  # noqa: S314  # our own SVG
    return [one.attrib for one in root.iter(kind) if one.get("class") == style]


def test_in_a_trend_orange_is_where_a_cap_is_reached_and_a_gap_where_there_is_nothing() -> None:
    points = [Point("2026-07", Share(1, 11)), Point("2026-08", Share(1, 10)), Point("2026-09", Share(0, 0))]
    drawn = trend("t", ("x", "x"), points, TEN).drawn["vi"]
    (fine,), (capped,), (limit,) = (
        shapes(drawn, "rect", "ontime"), shapes(drawn, "rect", "late"), shapes(drawn, "line", "threshold"),
    )  # fmt: skip
    assert ">N/A<" in drawn
    # ten per cent ends on the line of ten per cent, one eleventh below it
    assert float(capped["y"]) == pytest.approx(float(limit["y1"]), abs=0.11)
    assert float(fine["y"]) > float(limit["y1"])


def test_a_target_that_is_missed_is_orange() -> None:
    line = Line(Fraction(95, 100), ("95%", "95 %"))
    drawn = shares("s", ("x", "x"), [Point("A", Share(94, 100)), Point("B", Share(95, 100))], line).drawn["en"]
    assert len(shapes(drawn, "rect", "late")) == len(shapes(drawn, "rect", "ontime")) == 1


@pytest.mark.parametrize(("satisfied", "style"), [(87, "late"), (88, "ontime")])
def test_a_target_that_must_be_passed_is_missed_where_it_is_only_reached(satisfied: int, style: str) -> None:
    line = Line(Fraction(87, 100), ("trên 87%", "over 87 %"), strict=True)
    drawn = shares("s", ("x", "x"), [Point("A", Share(satisfied, 100))], line).drawn["vi"]
    assert len(shapes(drawn, "rect", style)) == 1


def test_a_page_without_notes_ends_with_its_last_table() -> None:
    assert "<footer>" not in render(report(("a", "b")))


def test_what_stands_in_a_column_of_numbers_stands_at_the_right(tmp_path: Path) -> None:
    heads = (Column.of("Tên", "Name"), Column.of("Số", "Count", number=True), Column.of("%", "%", number=True))
    rows = (("a", 1, Share(1, 3)), ("b", 2, ("N/A", "N/A")))
    sheet = Sheet("Bảng", ("Tiêu đề", "Title"), heads, rows, total=("c", 3, Share(0, 0)))
    write_xlsx(Report("x", ("Báo cáo", "Report"), (), (sheet,)), tmp_path / "x.xlsx")
    page = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert page is not None
    sides = {cell.value: cell.alignment.horizontal for row in page.iter_rows() for cell in row if cell.value}
    assert {sides[value] for value in (1, 2, 3, "33,3%", "N/A")} == {"right"}
    assert {sides[value] for value in ("a", "b", "c")} == {None}


def test_the_parts_of_a_stack_are_as_long_as_their_counts() -> None:
    drawn = stacked("s", ("x", "x"), [Stack("A", 10, 20, 30)]).drawn["vi"]
    widths = [float(shapes(drawn, "rect", style)[0]["width"]) for style in ("early", "ontime", "late")]
    assert widths == pytest.approx([widths[0], 2 * widths[0], 3 * widths[0]], abs=0.2)


def test_a_histogram_tells_its_counts_to_who_cannot_see_it() -> None:
    drawn = histogram("h", ("x", "x"), [(("quá 1–5", "late 1–5"), 3, True), (("còn 1–2", "1–2 left"), 4, False)]).drawn
    assert "quá 1–5: 3; còn 1–2: 4" in drawn["vi"]
    assert len(shapes(drawn["en"], "rect", "late")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_nothing_and_of_hostile_names_are_still_pictures(language: str) -> None:
    for picture in (
        trend("t", ("x", "x"), [], TEN),
        stacked("s", ("x", "x"), [Stack(HOSTILE, 0, 0, 0)]),
        shares("s", ("x", "x"), [Point(HOSTILE, Share(0, 0))], None),
        histogram("h", ("x", "x"), []),
    ):
        drawn = picture.drawn[language]  # type: ignore[index]
        ET.fromstring(drawn)  # noqa: S314  # our own SVG
        assert "<script" not in drawn
        assert "\u202e" not in drawn
