"""Our figure against a portal's: every difference is a dossier with a cause, and they add up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.formats.eventlog import EventLog
from dossier.tables import UnreadableTable
from rules.display import Share
from rules.errors import MalformedTable
from rules.figures.periods import Period
from rules.figures.portal import Portal, PortalRow, read_portal
from rules.figures.reconcile import Reconciled, reconcile
from rules.figures.reconcilesheet import reconcile_report
from rules.figures.table import measured
from tests.rules.figures.test_form06a import received, step
from tests.rules.logs import log_of

JUNE = Period.parse("2026-06")
END = date(2026, 6, 30)
HEADER = ["Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái"]

# five working days from Monday 1 June end on Monday 8 June
LOG = [
    received("A1", "2026-06-01", promised=date(2026, 6, 8)), step("A1", "completed", "2026-06-08"),
    received("A2", "2026-06-01", promised=date(2026, 6, 8)),
    step("A2", "apologised", "2026-06-05", promised=date(2026, 6, 10), reason="x"),
    step("A2", "completed", "2026-06-10"),
    received("A3", "2026-06-01", promised=date(2026, 6, 8)), step("A3", "completed", "2026-06-09"),
    received("A4", "2026-06-01", promised=date(2026, 6, 8)), step("A4", "completed", "2026-06-05"),
    received("A6", "2026-06-01", promised=date(2026, 6, 8)), step("A6", "completed", "2026-07-02"),
    step("A7", "submitted", "2026-06-01", channel="online"),
]  # fmt: skip
PORTAL = [
    ["A1", "01/06/2026", "08/06/2026", "08/06/2026", "Đã xử lý xong"],  # the same
    ["A2", "01/06/2026", "10/06/2026", "10/06/2026", "Đã xử lý xong"],  # the apology moved the promise: in time
    ["A3", "01/06/2026", "08/06/2026", "08/06/2026", "Đã xử lý xong"],  # another end: in time
    ["A5", "01/06/2026", "08/06/2026", "05/06/2026", "Đã xử lý xong"],  # not in the log
    ["A6", "01/06/2026", "08/06/2026", "30/06/2026", "Đã xử lý xong"],  # by the log it ended in July
    ["A7", "01/06/2026", "08/06/2026", "08/06/2026", "Đã xử lý xong"],  # by the log never received
]


def portal(folder: Path, rows: list[list[str]], header: list[str] | None = None) -> Portal:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [header or HEADER, *rows]:
        page.append(row)
    book.save(folder / "portal.xlsx")
    return read_portal(folder / "portal.xlsx", END)


def compared(log: EventLog, found: Portal, **options: str) -> Reconciled:
    return reconcile(measured(log, JUNE), found, **options)  # type: ignore[arg-type]


def test_each_difference_is_named_with_its_cause(tmp_path: Path) -> None:
    found = compared(log_of(LOG), portal(tmp_path, PORTAL))
    # ours by law: A1, A4 in time of A1, A2, A3, A4; the portal: A1, A2, A3, A5, A7 in time, A6 late
    assert (found.ours, found.portals) == (Share(2, 4), Share(5, 6))
    told = {one.dossier: (one.differences[0], one.numerator, one.denominator) for one in found.dossiers}
    assert told == {
        "A2": ("due_on", -1, 0),
        "A3": ("end_on", -1, 0),
        "A4": ("not_in_portal", 1, 1),
        "A5": ("not_in_log", -1, -1),
        "A6": ("other_period", 0, -1),
        "A7": ("not_received", -1, -1),
    }
    (moved,) = [one for one in found.dossiers if one.dossier == "A2"]
    assert "apology" in moved.causes
    assert found.same == 1


def test_the_differences_add_up_to_the_difference_of_the_figures(tmp_path: Path) -> None:
    found = compared(log_of(LOG), portal(tmp_path, PORTAL))
    moved = [found.by_difference[code][1:] for code in found.by_difference]
    assert tuple(map(sum, zip(*moved, strict=True))) == (2 - 5, 4 - 6)
    report = reconcile_report(found, JUNE, "log")
    rows = report.sheets[0].lines
    assert [sum(row[place] for row in rows[:-1]) for place in (2, 3)] == [rows[-1][2], rows[-1][3]]  # type: ignore[misc]


def test_by_the_promise_in_force_the_apology_explains_nothing_any_more(tmp_path: Path) -> None:
    found = compared(log_of(LOG), portal(tmp_path, PORTAL[:2]), reading="practice")
    assert {one.dossier for one in found.dossiers} == {"A3", "A4"}
    assert found.same == 2


def test_a_dossier_of_the_log_that_could_not_be_read_is_no_missing_one(tmp_path: Path) -> None:
    table, said = measured(log_of(LOG), JUNE), portal(tmp_path, PORTAL)
    found = reconcile(table, said, unreadable=frozenset({"A5"}))
    assert [one.differences for one in found.dossiers if one.dossier == "A5"] == [("unreadable",)]


def test_a_portal_that_names_outcomes_is_believed(tmp_path: Path) -> None:
    named = portal(tmp_path, [["A1", "Quá hạn"], ["A4", "Sớm hạn"]], ["Mã hồ sơ", "Tình trạng"])
    assert named.told
    found = compared(log_of([*LOG[:2], *LOG[7:9]]), named)
    (one,) = [one for one in found.dossiers if one.dossier == "A1"]
    assert (one.differences, one.numerator) == (("counting",), 1)


def test_a_dossier_that_was_withdrawn_is_not_counted_by_law_and_the_portal_counts_it(tmp_path: Path) -> None:
    log = log_of([*LOG[:1], step("A1", "withdrawn", "2026-06-09")])
    said = portal(tmp_path, [["A1", "01/06/2026", "08/06/2026", "09/06/2026", "7"]])
    (one,) = compared(log, said).dossiers
    assert (one.differences, one.numerator, one.denominator) == (("not_counted",), 0, -1)
    (one,) = compared(log, said, reading="practice").dossiers
    assert (one.differences, one.causes, one.numerator) == (("counting",), ("returned",), 1)


def test_a_portal_that_leaves_an_outcome_empty_does_not_say_it(tmp_path: Path) -> None:
    found = compared(log_of(LOG[:2]), portal(tmp_path, [["A1", ""], ["A9", "Sớm hạn"]], ["Mã hồ sơ", "Tình trạng"]))
    told = {one.dossier: (one.differences, one.numerator, one.denominator) for one in found.dossiers}
    assert told == {"A1": (("unsaid",), 1, 1), "A9": (("not_in_log",), -1, -1)}


@pytest.mark.parametrize("header", [["Mã hồ sơ", "Ngày tiếp nhận"], ["Mã hồ sơ", "Ngày hẹn trả"]])
def test_an_export_that_tells_no_outcome_is_refused(tmp_path: Path, header: list[str]) -> None:
    with pytest.raises(UnreadableTable, match="neither 'Tình trạng', nor 'Ngày hẹn trả' with 'Ngày kết thúc xử lý'"):
        portal(tmp_path, [["A1", "01/06/2026"]], header)


def test_another_status_that_moves_no_figure_is_listed_all_the_same(tmp_path: Path) -> None:
    rows = [["A1", "01/06/2026", "08/06/2026", "08/06/2026", "Đã trả kết quả"]]
    found = compared(log_of(LOG[:2]), portal(tmp_path, rows))
    assert [(one.differences, one.numerator, one.denominator) for one in found.dossiers] == [(("status",), 0, 0)]
    assert found.counting == ()


def test_every_cell_of_the_portal_that_cannot_stand_is_named(tmp_path: Path) -> None:
    rows = [["A1", "31/02/2026", "", "", "Xong"], ["A1", "", "", "", "9"], ["", "", "", "", ""]]
    with pytest.raises(MalformedTable) as error:
        portal(tmp_path, [*rows[:2], ["", "01/06/2026", "", "", ""]])
    said = {(fault.row, fault.column) for fault in error.value.faults}
    assert said == {
        (1, "Ngày tiếp nhận"), (1, "Trạng thái"), (1, "Mã hồ sơ"), (2, "Mã hồ sơ"), (3, "Mã hồ sơ"),
    }  # fmt: skip


OUTCOMES = st.sampled_from(["early", "on_time", "overdue", "open_in_time", "open_overdue", None])


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from([f"A{number}" for number in range(1, 10)]), OUTCOMES))
def test_whatever_the_portal_says_the_differences_add_up(rows: dict[str, str | None]) -> None:
    said = tuple(PortalRow(code, None, None, None, None, outcome) for code, outcome in rows.items())
    found = compared(log_of(LOG), Portal("portal.xlsx", frozenset({"dossier", "outcome"}), said))
    assert sum(one.numerator for one in found.dossiers) == (found.ours.part or 0) - (found.portals.part or 0)
    assert sum(one.denominator for one in found.dossiers) == found.ours.whole - found.portals.whole
    assert sum(count for count, _, _ in found.by_difference.values()) == len(found.dossiers)
