"""Which reports are owed when: the dates of the plan, strict or not, and whether they are worked."""

from __future__ import annotations

from datetime import date

import pytest

from calendars import vietnam
from rules.errors import MalformedRules
from rules.figures.reportdates import ReportDates, due_report, report_dates

LAW = vietnam()


def last_days(year: int, month: int) -> dict[str, date]:
    return {one.report.code: one.last_on for one in report_dates().due(year, month, LAW)}


# The wording of the plan: "trước ngày" the day itself is too late, "trong ngày", "chậm nhất", "vào ngày" it is not.
@pytest.mark.parametrize(
    ("month", "code", "last_on"),
    [
        (12, "I.1-department", date(2024, 12, 9)),  # trước ngày 10/12/2024
        (11, "I.1-units", date(2024, 11, 24)),  # trước ngày 25/11/2024
        (12, "II.2", date(2024, 12, 14)),  # trước ngày 15/12/2024
        (9, "I.4-units", date(2024, 9, 11)),  # trước ngày 12 hàng quý
        (9, "I.4-department", date(2024, 9, 14)),  # trong ngày 14 của tháng cuối kỳ
        (9, "III.12-units", date(2024, 9, 15)),  # chậm nhất vào ngày 15
        (9, "III.12-department", date(2024, 9, 18)),  # chậm nhất vào ngày 18
        (9, "III-general", date(2024, 9, 25)),  # vào ngày 25 hằng tháng
        (9, "I.6", date(2024, 9, 4)),  # trước ngày 05 của tháng tiếp theo
        (7, "III.1-department", date(2024, 7, 24)),  # trước ngày 25/7/2024
        (5, "III.1-units", date(2024, 5, 31)),  # trước ngày 01/6/2024 is owed in May
    ],
)
def test_a_report_is_owed_on_the_last_day_that_the_wording_leaves(month: int, code: str, last_on: date) -> None:
    assert last_days(2024, month)[code] == last_on


def test_what_is_owed_before_the_first_is_not_owed_again_in_that_month() -> None:
    assert "III.1-units" not in last_days(2024, 6)


def test_quarterly_reports_are_owed_in_the_last_month_of_a_quarter_only() -> None:
    quarterly = {"I.4-units", "I.4-department", "III.12-units", "III.12-department"}
    owed = {month for month in range(1, 13) if quarterly & last_days(2026, month).keys()}
    assert owed == {3, 6, 9, 12}


def test_a_last_day_that_is_not_worked_moves_to_no_later_day() -> None:
    # 14 September 2024 was a Saturday; the 13th is the last working day in time
    (one,) = [due for due in report_dates().due(2024, 9, LAW) if due.report.code == "I.4-department"]
    assert (one.worked, one.safe_on) == (False, date(2024, 9, 13))


def test_working_days_left_are_counted_from_the_day_after_and_below_none_once_it_is_over() -> None:
    (one,) = [due for due in report_dates().due(2026, 6, LAW) if due.report.code == "III.12-department"]
    # Thursday 18 June 2026: from Monday the 15th three working days are left
    assert [one.working_days_left(date(2026, 6, day)) for day in (15, 18, 19, 22)] == [3, 0, -1, -2]


def test_a_year_of_which_the_plan_does_not_speak_is_not_verified() -> None:
    for year, status in ((2024, "read"), (2026, "unverified")):
        document = due_report(report_dates(), year, 11, LAW).document
        assert {one["status"] for one in document["due"]} == {status}


def test_what_is_owed_after_an_event_is_listed_without_a_date() -> None:
    document = due_report(report_dates(), 2026, 11, LAW).document
    assert {one["code"]: one["within"] for one in document["standing"]} == {
        "III.2": "5 ngày làm việc", "III.11": "2 ngày làm việc", "V.3": "5 ngày",
    }  # fmt: skip


GOOD = """format = 1
year = 2024
[[report]]
code = "X"
title_vi = "x"
title_en = "x"
from = "units"
to = "x"
every = "month"
months = [2]
day = 28
before = false
citation = "x"
status = "read"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("day = 28", "day = 29"), "no day 29 in every month 2"),
        (GOOD.replace("months = [2]", "months = [13]"), "month 13"),
        (GOOD.replace('from = "units"', 'from = "everybody"'), "units"),
        (GOOD + 'colour = "red"\n', "Extra inputs"),
        (GOOD + GOOD.partition("year = 2024\n")[2], "X stands twice"),
        (GOOD.replace("format = 1", "format = 2"), "Input should be 1"),
        (GOOD + "format = 1", "format"),
        ("format = ", "Invalid value"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_fault(text: str, said: str) -> None:
    with pytest.raises(MalformedRules, match=said):
        ReportDates.loads(text, "own.toml")


def test_the_day_from_which_is_counted_is_printed() -> None:
    told = dict(due_report(report_dates(), 2026, 11, LAW, date(2026, 11, 2)).parameters)
    assert told["Tính từ ngày", "Counted from"] == "02/11/2026"


def test_an_office_may_keep_its_own_dates() -> None:
    (one,) = ReportDates.loads(GOOD, "own.toml").due(2026, 2, LAW)
    assert one.last_on == date(2026, 2, 28)
