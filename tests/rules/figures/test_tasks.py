"""Assigned tasks: 95 per cent inclusive, extensions, and tables that cannot be right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from dossier.tables import UnreadableTable
from rules.errors import MalformedTable
from rules.figures.periods import Period
from rules.figures.tasks import Task, Tasks, read_tasks, tasks_report

NOVEMBER = Period.parse("2026-11")
TODAY = date(2026, 11, 30)

TABLE = """task,unit,due_on,done_on,extended_to
N1,A,2026-11-05,2026-11-04,
N2,A,05/11/2026,05/11/2026,
N3,A,2026-11-05,2026-11-06,
N4,B,2026-10-20,2026-11-10,2026-11-10
N5,B,2026-11-02,2026-11-20,2026-11-10;2026-11-20
N6,B,2026-11-29,,
N7,B,2026-11-30,,
N8,B,2026-12-01,,
N9,B,2026-10-05,2026-11-05,
"""


def tasks(text: str, folder: Path, **options: int) -> Tasks:
    path = folder / "tasks.csv"
    path.write_text(text, encoding="utf-8")
    return Tasks(read_tasks(path), NOVEMBER, TODAY, **options)


def test_tasks_are_judged_by_the_date_that_holds_in_the_period_in_which_it_falls(tmp_path: Path) -> None:
    found = tasks(TABLE, tmp_path)
    # by the date that holds: N1 early; N2, N4, N5 on time; N3, N6 overdue; N7 is due today and not late
    assert dict(found.counts()) == {"early": 1, "on_time": 3, "overdue": 2, "pending": 1}
    assert found.share().fraction("en") == "4 / 6"
    # by the date as assigned: N1, N2 in time; N3, N5, N6 late; N4 and N9 fell due in October
    assert found.share(first=True).fraction("en") == "2 / 5"
    assert [task.code for task in found.extended_again] == ["N5"]
    assert found.share(unit="A").fraction("en") == "2 / 3"


def test_how_many_extensions_are_too_many_is_a_parameter(tmp_path: Path) -> None:
    assert [task.code for task in tasks(TABLE, tmp_path, most_extensions=0).extended_again] == ["N4", "N5"]
    assert tasks(TABLE, tmp_path, most_extensions=2).extended_again == ()


@pytest.mark.parametrize(("late", "met"), [(0, True), (1, True), (2, False)])
def test_95_per_cent_exactly_is_enough(late: int, met: object) -> None:
    due = date(2026, 11, 5)
    all_ = tuple(Task(f"N{n}", "", due, date(2026, 11, 6) if n < late else due) for n in range(20))
    assert Tasks(all_, NOVEMBER, TODAY).met is met


def test_the_day_on_which_open_tasks_are_judged_is_printed() -> None:
    told = dict(tasks_report(Tasks((), Period.parse("2026-07"), date(2026, 7, 20))).parameters)
    assert told["Tính đến", "As of"] == "20/07/2026"


def test_no_task_at_all_is_neither_met_nor_missed() -> None:
    found = Tasks((), NOVEMBER, TODAY)
    assert (found.met, found.share().percent("vi")) == (None, "N/A")
    assert tasks_report(found).document["met"] is None


def test_every_cell_that_cannot_stand_is_named_with_file_row_and_column(tmp_path: Path) -> None:
    text = (
        "task,unit,due_on,done_on,extended_to\n"
        "N1,A,2026-02-30,,\n"
        "N2,A,2026-11-05,tomorrow,\n"
        ",A,2026-11-05,,\n"
        "N4,A,,,\n"
        "N5,A,2026-11-05,,2026-11-01\n"
        "N2,A,2026-11-05,,\n"
    )
    with pytest.raises(MalformedTable) as error:
        tasks(text, tmp_path)
    said = [(fault.row, fault.column) for fault in error.value.faults]
    assert said == [
        (1, "due_on"), (2, "done_on"), (2, "task"), (3, "task"), (4, "due_on"), (5, "extended_to"), (6, "task"),
    ]  # fmt: skip
    assert "tasks.csv, row 1, column 'due_on': '2026-02-30': no day; write it as 2026-11-05" in str(error.value)
    assert "2026-11-01 does not lie after 2026-11-05" in str(error.value)


def test_a_table_without_a_column_that_is_needed_says_which_and_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableTable, match=r"no column 'done_on'; name it done_on or ngày hoàn thành; there are 'task'"
    ):
        tasks("task,due_on\nN1,2026-11-05\n", tmp_path)


def test_two_columns_that_say_the_same_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="task and Nhiệm vụ say the same"):
        tasks("task,Nhiệm vụ,due_on,done_on\nN1,N2,2026-11-05,\n", tmp_path)


def test_a_workbook_with_vietnamese_names_and_days_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Mã nhiệm vụ", "Hạn hoàn thành", "Ngày hoàn thành", "Đơn vị"])
    page.append(["N1", date(2026, 11, 5), date(2026, 11, 5), "A"])
    page.append(["N2", "5/11/2026", None, "A"])
    book.save(tmp_path / "tasks.xlsx")
    found = read_tasks(tmp_path / "tasks.xlsx")
    assert [(task.code, task.due_on, task.done_on) for task in found] == [
        ("N1", date(2026, 11, 5), date(2026, 11, 5)), ("N2", date(2026, 11, 5), None),
    ]  # fmt: skip
