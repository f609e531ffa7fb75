from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from calendars import Step, Term, Unit, deadline, explain, vietnam
from tests.calendars.oracle import HANOI, Pauses
from tests.calendars.strategies import cases_with_pauses


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def steps(start: str, limit: str, *pauses: tuple[str, str]) -> list[Step]:
    end = deadline(vietnam(), at(start), Term.parse(limit), [(at(a), at(b)) for a, b in pauses])
    return explain(vietnam(), end)


def told(found: list[Step]) -> list[tuple[int, str, int]]:
    return [(step.date.day, step.what, step.counted) for step in found]


def test_a_swapped_weekend_is_told_day_by_day() -> None:
    found = steps("2026-08-20T10:00", "2 ngày làm việc")
    assert told(found) == [(20, "day_zero", 0), (21, "counted", 1), (22, "due", 2)]
    assert found[2].name_vi == "Làm bù cho ngày nghỉ hoán đổi dịp Quốc khánh"
    assert found[2].citation is not None
    assert "9441/TB-BNV" in found[2].citation


def test_a_closed_day_names_its_holiday_and_a_weekend_its_weekday() -> None:
    found = steps("2026-08-28T10:00", "1 ngày làm việc")
    assert [step.date.day for step in found] == [28, 29, 30, 31, 1, 2, 3]
    assert [step.what for step in found] == ["day_zero"] + ["closed"] * 5 + ["due"]
    assert [step.name_vi for step in found[1:3]] == ["Thứ Bảy", "Chủ nhật"]
    assert [step.citation is None for step in found[1:6]] == [True, True, False, False, False]


def test_an_end_on_a_closed_day_is_counted_out_and_then_rolled() -> None:
    assert told(steps("2024-08-15T08:00", "16 ngày"))[-5:] == [
        (31, "rolled", 16),
        (1, "rolled", 16),
        (2, "rolled", 16),
        (3, "rolled", 16),
        (4, "due", 16),
    ]


def test_a_pause_is_told_on_the_days_it_takes_out() -> None:
    found = steps("2026-08-03T08:00", "3 ngày làm việc", ("2026-08-04T09:00", "2026-08-06T09:00"))
    assert told(found) == [
        (3, "day_zero", 0),
        (4, "counted", 1),
        (5, "paused", 1),
        (6, "paused", 1),
        (7, "counted", 2),
        (8, "closed", 2),
        (9, "closed", 2),
        (10, "due", 3),
    ]


def test_working_hours_are_told_in_minutes_per_day() -> None:
    assert told(steps("2024-09-06T16:00", "8 giờ làm việc")) == [
        (6, "counted", 60),
        (7, "closed", 60),
        (8, "closed", 60),
        (9, "due", 480),
    ]


@given(cases_with_pauses(), st.integers(1, 40), st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.WORKING_HOUR]))
def test_the_last_step_has_counted_the_whole_limit(case: tuple[datetime, Pauses], n: int, unit: Unit) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    last = explain(vietnam(), end)[-1]
    assert (last.date, last.what) == (end.due, "due")
    assert last.counted == n * (60 if unit is Unit.WORKING_HOUR else 1)


@given(cases_with_pauses(), st.integers(1, 40), st.sampled_from(list(Unit)))
def test_every_day_from_the_start_to_the_due_date_is_told_once(
    case: tuple[datetime, Pauses], n: int, unit: Unit
) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    found: list[date] = [step.date for step in explain(vietnam(), end)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (start.date(), end.due)
