from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import for_country, vietnam
from calendars.columns import ColumnCalendar, add_months
from calendars.deadlines import add_months as add_months_one
from tests.calendars.oracle import HANOI
from tests.calendars.strategies import any_day, days, moments

SPAN = [date(2014, 12, 1) + timedelta(days=n) for n in range(13 * 366)]
COLUMNS = ColumnCalendar(vietnam())
NOWHERE = np.array(["1969-12-31", "2101-01-01", "NaT"], "datetime64[D]")


def column(found: list[date]) -> np.ndarray:
    return np.array(found, "datetime64[D]")


def wall(found: list[datetime]) -> np.ndarray:
    """The wall-clock column of aware moments."""
    return np.array([moment.astimezone(HANOI).replace(tzinfo=None) for moment in found], "datetime64[us]")


def test_a_column_of_days_gives_what_each_day_gives() -> None:
    assert COLUMNS.is_working(column(SPAN)).tolist() == [vietnam().is_working(day) for day in SPAN]
    assert COLUMNS.worked_through(column(SPAN)).tolist() == [vietnam().worked_through(day) for day in SPAN]
    assert COLUMNS.next_working_day(column(SPAN)).tolist() == [vietnam().next_working_day(day) for day in SPAN]


@pytest.mark.parametrize("n", [-30, -1, 0, 1, 5, 30, 90])
def test_a_column_of_counts_gives_what_each_count_gives(n: int) -> None:
    found = COLUMNS.add_working_days(column(SPAN), np.full(len(SPAN), n))
    assert found.tolist() == [vietnam().add_working_days(day, n) for day in SPAN]


@given(st.lists(st.tuples(days, st.integers(-500, 500)), max_size=20))
def test_each_row_has_its_own_count(rows: list[tuple[date, int]]) -> None:
    found = COLUMNS.add_working_days(column([day for day, _ in rows]), np.array([n for _, n in rows], np.int64))
    assert found.tolist() == [vietnam().add_working_days(day, n) for day, n in rows]


@given(st.lists(moments, min_size=1, max_size=20))
def test_a_column_of_moments_gives_what_each_moment_gives(rows: list[datetime]) -> None:
    assert COLUMNS.work_through(wall(rows)).tolist() == [vietnam().work_through(moment) for moment in rows]
    assert COLUMNS.in_hours(wall(rows)).tolist() == [vietnam().in_hours(moment) for moment in rows]


@given(st.lists(moments, min_size=1, max_size=20))
def test_a_column_opens_when_each_moment_opens(rows: list[datetime]) -> None:
    expected = [vietnam().next_opening(moment) for moment in rows]
    assert (COLUMNS.next_opening(wall(rows)) == wall(expected)).all()


@given(st.lists(st.tuples(moments, st.integers(1, 10**12)), min_size=1, max_size=20))
def test_a_column_of_working_time_ends_when_each_row_ends(rows: list[tuple[datetime, int]]) -> None:
    positions = COLUMNS.work_through(wall([moment for moment, _ in rows])) + np.array([span for _, span in rows])
    expected = [vietnam().add_working_time(moment, timedelta(microseconds=span)) for moment, span in rows]
    assert (COLUMNS.work_done_at(positions) == wall(expected)).all()


def test_every_minute_of_a_swapped_fortnight_stands_at_its_position() -> None:
    start = datetime(2026, 8, 20, tzinfo=HANOI)
    rows = [start + timedelta(minutes=n) for n in range(14 * 1440)]
    assert COLUMNS.work_through(wall(rows)).tolist() == [vietnam().work_through(moment) for moment in rows]


def test_a_day_outside_the_tables_stays_alone_in_its_fault() -> None:
    rows = np.concatenate([NOWHERE, column([date(2024, 4, 26)])])
    found = COLUMNS.add_working_days(rows, np.full(4, 3))
    assert np.isnat(found).tolist() == [True, True, True, False]
    assert COLUMNS.is_working(rows).tolist() == [False, False, False, True]
    assert np.isnat(COLUMNS.next_working_day(NOWHERE)).all()
    assert np.isnat(COLUMNS.next_opening(NOWHERE.astype("datetime64[us]"))).all()


@pytest.mark.parametrize("n", [-(10**9), -1, 0, 1, 10**9])
def test_a_count_from_nowhere_stays_nowhere_and_never_wraps_round(n: int) -> None:
    assert np.isnat(COLUMNS.add_working_days(NOWHERE, np.full(3, n))).all()


@pytest.mark.parametrize(
    ("day", "n"), [("1970-01-01", 0), ("1970-01-05", -9), ("2100-12-31", 1), ("2100-12-31", 10**9)]
)
def test_a_count_that_leaves_the_tables_ends_nowhere(day: str, n: int) -> None:
    assert np.isnat(COLUMNS.add_working_days(np.array([day], "datetime64[D]"), np.array([n]))).all()


@given(st.lists(st.tuples(any_day, st.integers(0, 600)), min_size=1, max_size=20))
def test_months_are_clamped_row_by_row(rows: list[tuple[date, int]]) -> None:
    found = add_months(column([day for day, _ in rows]), np.array([n for _, n in rows], np.int64))
    assert found.tolist() == [add_months_one(day, n) for day, n in rows]


def test_an_empty_column_gives_an_empty_column() -> None:
    assert COLUMNS.add_working_days(column([]), np.array([], np.int64)).tolist() == []
    assert COLUMNS.work_through(wall([])).tolist() == []


def test_another_calendar_has_columns_of_its_own() -> None:
    dutch = ColumnCalendar(for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"]))
    assert dutch.is_working(column([date(2011, 6, 2), date(2011, 6, 3)])).tolist() == [False, True]
