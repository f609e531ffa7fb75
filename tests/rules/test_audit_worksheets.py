from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from rules.audit.designs import Purpose
from rules.audit.frames import Frame, Unit
from rules.audit.questions import ANSWERS, OUTCOMES, checklist
from rules.audit.worksheets import (
    DATE,
    EVIDENCE,
    FILLED,
    MANIFEST,
    OUTCOME,
    SHEET,
    UNIT,
    asked_about,
    worksheet,
    write_csv,
    write_xlsx,
)  # fmt: skip
from rules.errors import FrameMismatch
from tests.rules.audit_samples import frame_of, manifest_of, simple

FRAME = Frame(
    [
        Unit(
            "=1+1", "Phòng Đất đai", ("R7",), ("H-1", "paused", "Phòng Đất đai", '=HYPERLINK("http://x")', "x" * 40_000)
        ),
        Unit("A#paused#1", "Chi cục Biển", (), ("A", "paused", "Chi cục Biển", "http://example.org", "@SUM(1)")),
        Unit("B\U0001f600", "Chi cục Biển", (), ("B", "paused", "Chi cục Biển", "+84", "-1")),
    ],
    ["dossier", "act", "office", "reason", "slip"],
    unit="pauses",
)
MANIFEST_OF_ALL = manifest_of(FRAME, simple(3))


@pytest.fixture
def page(tmp_path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    write_xlsx(worksheet(MANIFEST_OF_ALL, FRAME), tmp_path / "w.xlsx")
    found: openpyxl.worksheet.worksheet.Worksheet = openpyxl.load_workbook(tmp_path / "w.xlsx")[SHEET]
    return found


Page = openpyxl.worksheet.worksheet.Worksheet


def column(page: Page, name: str) -> int:
    return next(cell.column for cell in page[1] if cell.value == name)


def test_the_units_stand_in_the_order_of_their_tickets(page: Page) -> None:
    found = [page.cell(row, column(page, UNIT)).value for row in range(2, 5)]
    assert found == [unit.id for unit in MANIFEST_OF_ALL.units]


def test_no_cell_is_a_formula_or_a_link_whatever_the_log_holds(page: Page) -> None:
    cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell for cell in cells if cell.hyperlink] == []
    assert "=1+1" in {cell.value for cell in cells}


def test_nothing_tells_the_inspector_why_a_unit_was_drawn(page: Page) -> None:
    said = {str(cell.value) for row in page.iter_rows() for cell in row}
    assert not said & {"R7", "Phòng Đất đai", "Chi cục Biển", "overall"}


def test_what_is_given_is_locked_and_what_is_filled_is_open(page: Page) -> None:
    assert page.protection.sheet
    for cell in page[2]:
        name = page.cell(1, cell.column).value
        asked = any(str(name).startswith(question.vi) for question in checklist().about("pauses"))
        assert cell.protection.locked == (name not in FILLED and not asked), name


def test_outcomes_and_answers_are_chosen_from_lists(page: Page) -> None:
    lists = {
        str(cells).split(":")[0]: rule.formula1
        for rule in page.data_validations.dataValidation
        for cells in rule.sqref.ranges
        if rule.type == "list"
    }
    first = page.cell(2, column(page, OUTCOME)).coordinate
    assert lists[first] == f'"{",".join(OUTCOMES.values())}"'
    questions = len(checklist().about("pauses"))
    assert list(lists.values()).count(f'"{",".join(ANSWERS.values())}"') == questions == 4


def test_a_reason_longer_than_a_cell_is_cut_with_a_mark(page: Page) -> None:
    slips = {page.cell(row, column(page, "Phiếu · Slip")).value for row in range(2, 5)}
    assert max(map(len, map(str, slips))) == 32_767
    assert any(str(slip).endswith("x…") for slip in slips)


def test_the_same_draw_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(worksheet(MANIFEST_OF_ALL, FRAME), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_has_the_same_columns_and_no_cell_that_begins_a_formula(tmp_path: Path) -> None:
    sheet = worksheet(MANIFEST_OF_ALL, FRAME)
    write_csv(sheet, tmp_path / "w.csv")
    with (tmp_path / "w.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == sheet.layout.header
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert {row[header.index(MANIFEST)] for row in rows} == {MANIFEST_OF_ALL.sha256}
    assert [row[header.index(name)] for row in rows for name in FILLED] == [""] * 15


@pytest.mark.parametrize(("unit", "count"), [("pauses", 4), ("supplements", 4), ("cancellations", 4), ("dossier", 2)])
def test_each_kind_of_unit_has_its_questions_and_every_question_both_languages(unit: str, count: int) -> None:
    asked = checklist().about(unit)
    assert len(asked) == count
    assert all(question.vi.endswith(("?", ")")) and question.en.endswith(("?", ")")) for question in asked)


def test_a_sampled_rule_is_asked_of_every_unit_so_that_nobody_sees_which_were_flagged() -> None:
    frame = frame_of(100, flagged={"R13": 20})
    manifest = manifest_of(frame, simple(10), Purpose(name="flags", kind="per_flag", size=5))
    assert [question.code for question in asked_about(manifest)][-1] == "R13"
    assert len(worksheet(manifest, frame).rows) == len(manifest.units)


def test_the_worksheet_of_another_frame_is_refused() -> None:
    with pytest.raises(FrameMismatch, match="added, taken out or moved"):
        worksheet(MANIFEST_OF_ALL, frame_of(3))


def test_a_date_is_checked_as_it_is_typed(page: Page) -> None:
    dates = [rule for rule in page.data_validations.dataValidation if rule.type == "date"]
    assert [str(rule.sqref).split(":")[0] for rule in dates] == [page.cell(2, column(page, DATE)).coordinate]
    assert EVIDENCE in {cell.value for cell in page[1]}
