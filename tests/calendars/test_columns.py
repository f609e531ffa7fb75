from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import CalendarError, Term, Unit, WorkCalendar, deadline, for_country, vietnam
from calendars.columns import CHUNK, ColumnCalendar, Spans, add_months
from calendars.counting import add_months as add_months_one
from tests.calendars.oracle import HANOI
from tests.calendars.strategies import any_day, days, moments

UNITS = [unit for unit in Unit if unit.by_date]

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


@given(st.lists(st.tuples(days, days), max_size=20))
def test_a_column_of_spans_counts_what_each_span_counts(rows: list[tuple[date, date]]) -> None:
    found = COLUMNS.count_working_days(column([a for a, _ in rows]), column([b for _, b in rows]))
    assert found.tolist() == [vietnam().count_working_days(a, b) for a, b in rows]


@given(st.lists(st.tuples(moments, st.integers(0, 10**6)), min_size=1, max_size=20), st.sampled_from(["m", "us"]))
def test_a_column_of_minutes_ends_when_each_row_ends(rows: list[tuple[datetime, int]], unit: str) -> None:
    whole = [(moment.replace(second=0, microsecond=0) if unit == "m" else moment, n) for moment, n in rows]
    given_ = wall([moment for moment, _ in whole]).astype(f"datetime64[{unit}]")
    found = COLUMNS.add_working_minutes(given_, np.array([n for _, n in whole]))
    expected = [vietnam().add_working_time(moment, timedelta(minutes=n)) for moment, n in whole]
    assert found.dtype == given_.dtype
    assert (found == wall(expected)).all()


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=20))
def test_a_column_holds_the_working_time_between_two_moments_of_each_row(rows: list[tuple[datetime, datetime]]) -> None:
    found = COLUMNS.working_time(wall([a for a, _ in rows]), wall([b for _, b in rows]))
    assert found.tolist() == [vietnam().working_time(a, b) for a, b in rows]


@pytest.mark.parametrize(
    "sessions",
    [["00:00-00:01"], ["00:00-00:01", "23:59-24:00"], ["08:00-08:03", "12:00-24:00"], ["00:00-24:00"]],
    ids=" ".join,
)
def test_office_hours_of_any_length_and_round_midnight_give_what_each_moment_gives(sessions: list[str]) -> None:
    calendar = for_country("VN", zone="Asia/Ho_Chi_Minh", sessions=sessions)
    start = datetime(2026, 8, 20, 23, 50, tzinfo=HANOI)
    rows = [start + timedelta(minutes=7 * n, seconds=n % 3) for n in range(2_000)]
    counts = [n % 50 * (n % 7) for n in range(2_000)]
    found = ColumnCalendar(calendar).add_working_minutes(wall(rows), np.array(counts))
    expected = [calendar.add_working_time(row, timedelta(minutes=n)) for row, n in zip(rows, counts, strict=True)]
    assert (found == wall(expected)).all()
    assert ColumnCalendar(calendar).in_hours(wall(rows)).tolist() == [calendar.in_hours(row) for row in rows]


def test_a_row_without_an_answer_leaves_its_whole_chunk_alone() -> None:
    rows = np.full(3 * CHUNK, np.datetime64("2024-09-06T16:00", "m"))
    rows[[5, CHUNK]] = np.array(["NaT", "2101-01-03T08:00"], "datetime64[m]")
    found = COLUMNS.add_working_minutes(rows, 480)
    assert np.flatnonzero(np.isnat(found)).tolist() == [5, CHUNK]
    assert set(found[~np.isnat(found)].tolist()) == {datetime(2024, 9, 9, 16)}  # noqa: DTZ001  # wall-clock time


def test_time_between_a_moment_and_nowhere_is_no_time() -> None:
    somewhere = np.full(3, np.datetime64("2024-09-06T16:00", "us"))
    assert np.isnat(COLUMNS.working_time(somewhere, NOWHERE.astype("datetime64[us]"))).all()
    assert np.isnat(COLUMNS.working_time(NOWHERE.astype("datetime64[us]"), somewhere)).all()


@pytest.mark.parametrize("unit", ["m", "us"])
def test_no_minutes_move_nothing_and_less_than_none_has_no_answer(unit: str) -> None:
    saturday = np.full(3, np.datetime64("2024-09-07T10:00", unit))
    found = COLUMNS.add_working_minutes(saturday, np.array([0, -1, 1]))
    assert (
        found.astype(str).tolist()
        == np.array(["2024-09-07T10:00", "NaT", "2024-09-09T07:01"], f"datetime64[{unit}]").astype(str).tolist()
    )


pauses_of_a_row = st.lists(st.tuples(days, st.integers(0, 40)), max_size=4)


@given(st.lists(st.tuples(days, st.integers(0, 60), pauses_of_a_row), min_size=1, max_size=8), st.sampled_from(UNITS))
def test_a_column_of_paused_limits_ends_when_each_limit_ends(
    rows: list[tuple[date, int, list[tuple[date, int]]]], unit: Unit
) -> None:
    near = [(zero, n, [(zero + timedelta(days=day.day - 5), held) for day, held in spans]) for zero, n, spans in rows]
    found = COLUMNS.due_days(column([r[0] for r in near]), np.array([r[1] for r in near]), _spans(near), unit)
    assert found.tolist() == [_due(vietnam(), row, unit) for row in near]


def _spans(rows: list[tuple[date, int, list[tuple[date, int]]]]) -> Spans:
    flat = [(number, day, day + timedelta(days=held)) for number, row in enumerate(rows) for day, held in row[2]]
    return Spans(np.array([f[0] for f in flat], np.int64), column([f[1] for f in flat]), column([f[2] for f in flat]))


def _due(calendar: WorkCalendar, row: tuple[date, int, list[tuple[date, int]]], unit: Unit) -> date | None:
    start, n, spans = row
    pauses = [(_morning(day), _morning(day + timedelta(days=held))) for day, held in spans]
    try:
        return deadline(calendar, _morning(start), Term.of(n, unit), pauses).due
    except CalendarError:
        return None


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=HANOI)


def test_a_pause_that_ends_before_it_begins_or_lies_nowhere_spoils_its_own_row_only() -> None:
    zero = column([date(2026, 8, 3)] * 3)
    begin, end = column([date(2026, 8, 7), date(2026, 8, 5)]), column([date(2026, 8, 5), None])  # type: ignore[list-item]
    found = COLUMNS.due_days(zero, 5, Spans(np.array([0, 1]), begin, end))
    assert found.tolist() == [None, None, date(2026, 8, 10)]


def test_a_negative_limit_has_no_end() -> None:
    assert COLUMNS.due_days(column([date(2026, 8, 3)] * 2), np.array([-1, 0])).tolist() == [None, date(2026, 8, 3)]


@pytest.mark.parametrize("row", [-1, 2])
def test_a_pause_of_a_row_that_is_not_there_is_refused(row: int) -> None:
    pause = Spans(np.array([row]), column([date(2026, 8, 5)]), column([date(2026, 8, 6)]))
    with pytest.raises(ValueError, match=f"row {row} or {row} of 2 rows"):
        COLUMNS.due_days(column([date(2026, 8, 3)] * 2), 5, pause)


def test_a_limit_in_hours_has_no_column_of_due_days() -> None:
    with pytest.raises(ValueError, match="working_hour ends at a moment"):
        COLUMNS.due_days(column([date(2026, 8, 3)]), 5, unit=Unit.WORKING_HOUR)
