from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dossier.formats.errors import LogError
from rules.audit.findings import Findings, rows_of
from rules.audit.frames import Frame, Unit
from rules.audit.worksheets import DATE, EVIDENCE, INSPECTOR, MANIFEST, NOTE, OUTCOME, SHEET, UNIT, worksheet, write_csv
from rules.errors import CellFault, MalformedFindings
from tests.rules.audit_samples import Cells, fill, manifest_of, sheet_at, simple

FRAME = Frame([Unit("=1+1"), Unit("B"), Unit("C"), Unit("D")], unit="pauses")
MANIFEST_OF_ALL = manifest_of(FRAME, simple(4))
FIRST = MANIFEST_OF_ALL.units[0].id
TODAY = date(2026, 11, 10)


def filled(folder: Path, cells: Cells) -> Path:
    """The workbook, in order but for some cells."""
    path = folder / "w.xlsx"
    fill(path, cells, answers=sheet_at(path, MANIFEST_OF_ALL, FRAME), rows=4)
    return path


def faults(path: Path) -> tuple[CellFault, ...]:
    with pytest.raises(MalformedFindings) as refused:
        Findings.read(path, MANIFEST_OF_ALL, today=TODAY)
    assert str(refused.value).count("\n") + 1 == len(refused.value.faults)
    return refused.value.faults


def test_a_worksheet_that_is_filled_rightly_gives_every_outcome(tmp_path: Path) -> None:
    bad: Cells = {
        (2, OUTCOME): "Chưa đúng quy định ",
        (2, EVIDENCE): "Công văn 12, trang 2",
        (3, OUTCOME): "undetermined",
    }
    found = Findings.read(filled(tmp_path, {**bad, (3, NOTE): "mất hồ sơ"}), MANIFEST_OF_ALL, today=TODAY)
    outcomes = [found.findings[unit.id].outcome for unit in MANIFEST_OF_ALL.units]
    assert outcomes == ["violation", "undetermined", "compliant", "compliant"]
    assert found.missing == ()
    first = next(iter(rows_of(found)))
    assert (first["unit"], first["row"], first["inspected_on"]) == (FIRST, 2, "2026-11-05")
    assert first["evidence"] == "Công văn 12, trang 2"
    assert set(found.findings["B"].answers.values()) == {"yes"}


@pytest.mark.parametrize("value", [date(2026, 11, 5), "2026-11-05", "5/11/2026", "05-11-2026"])
def test_a_day_is_read_as_people_and_spreadsheets_write_it(tmp_path: Path, value: Any) -> None:
    found = Findings.read(filled(tmp_path, {(2, DATE): value}), MANIFEST_OF_ALL, today=TODAY)
    assert found.findings[FIRST].inspected_on == date(2026, 11, 5)


def test_what_has_no_outcome_yet_is_missing_and_no_fault(tmp_path: Path) -> None:
    found = Findings.read(filled(tmp_path, {(2, OUTCOME): None}), MANIFEST_OF_ALL)
    assert found.missing == (FIRST,)


@pytest.mark.parametrize(
    ("cells", "row", "column", "reason"),
    [
        ({(2, OUTCOME): "ok"}, 2, OUTCOME, "choose one of: đúng quy định, chưa đúng quy định"),
        ({(3, OUTCOME): 1}, 3, OUTCOME, "choose one of"),
        ({(2, OUTCOME): "chưa đúng quy định"}, 2, EVIDENCE, "needs evidence"),
        ({(2, OUTCOME): "không xác định được"}, 2, NOTE, "needs a note"),
        ({(4, INSPECTOR): None}, 4, INSPECTOR, "who inspected it"),
        ({(4, DATE): None}, 4, DATE, "on which day"),
        ({(2, DATE): "31/02/2026"}, 2, DATE, "no date"),
        ({(2, DATE): "11/11/2026"}, 2, DATE, "has not come yet"),
        ({(2, UNIT): "X"}, 2, UNIT, "no code of a drawn unit"),
        ({(2, UNIT): None}, 2, UNIT, "the code of the unit is gone"),
        ({(3, UNIT): FIRST}, 3, UNIT, "stands in row 2 too"),
        ({(5, MANIFEST): "0" * 64}, 5, MANIFEST, "of another draw"),
        ({(1, EVIDENCE): "Evidence"}, 1, EVIDENCE, "this column is missing"),
        ({(1, NOTE): EVIDENCE}, 1, "header", "a column stands twice"),
        ({(3, OUTCOME): "=B2"}, 3, "", "a formula"),
        ({(6, UNIT): "E", (6, OUTCOME): "đúng quy định"}, 6, UNIT, "lines are not added"),
    ],
)
def test_a_cell_that_is_filled_wrongly_is_refused_with_its_place_and_what_to_write(
    tmp_path: Path, cells: Cells, row: int, column: str, reason: str
) -> None:
    found = faults(filled(tmp_path, cells))
    assert any(one.row == row and column in one.column and reason in one.reason for one in found), found
    assert {one.file for one in found} == {"w.xlsx"}


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ("không", "đúng quy định", "does not go with the outcome"),
        (None, "đúng quy định", "has no answer"),
        ("maybe", "đúng quy định", "choose one of: có, không"),
    ],
)
def test_answers_and_outcome_agree(tmp_path: Path, answer: str | None, outcome: str, reason: str) -> None:
    path = tmp_path / "w.xlsx"
    places = sheet_at(path, MANIFEST_OF_ALL, FRAME)
    name = openpyxl.load_workbook(path)[SHEET].cell(1, places[0]).value
    fill(path, {(2, str(name)): answer, (2, OUTCOME): outcome}, answers=places, rows=4)
    (found,) = faults(path)
    assert reason in found.reason
    assert found.column.startswith("B · ")


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    found = faults(filled(tmp_path, {(2, OUTCOME): "x", (3, DATE): "x", (4, INSPECTOR): " "}))
    assert [one.row for one in found] == [2, 3, 4]


def test_a_row_that_was_deleted_is_missing(tmp_path: Path) -> None:
    path = filled(tmp_path, {})
    book = openpyxl.load_workbook(path)
    book[SHEET].delete_rows(2)
    book.save(path)
    assert Findings.read(path, MANIFEST_OF_ALL).missing == (FIRST,)


def test_a_workbook_without_the_sheet_and_one_that_is_none_are_refused(tmp_path: Path) -> None:
    path = filled(tmp_path, {})
    book = openpyxl.load_workbook(path)
    book[SHEET].title = "Sheet1"
    book.save(path)
    assert "no sheet" in faults(path)[0].reason
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(LogError, match=r"damaged|no workbook"):
        Findings.read(path, MANIFEST_OF_ALL)
    assert "ends in .xlsx or .csv" in faults(tmp_path / "w.ods")[0].reason


def test_a_table_filled_and_saved_with_semicolons_is_read_too(tmp_path: Path) -> None:
    sheet = worksheet(MANIFEST_OF_ALL, FRAME)
    write_csv(sheet, tmp_path / "w.csv")
    questions = ["có"] * len(sheet.layout.questions)
    rows = [
        [
            f"'{unit.id}" if unit.id[0] == "=" else unit.id,
            *questions,
            "đúng quy định",
            "",
            "",
            "An",
            "05/11/2026",
            sheet.manifest,
        ]
        for unit in MANIFEST_OF_ALL.units
    ]
    with (tmp_path / "w.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([sheet.layout.header, *rows])
    found = Findings.read(tmp_path / "w.csv", MANIFEST_OF_ALL)
    assert found.missing == ()
    assert set(found.findings) == {"=1+1", "B", "C", "D"}
