import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import FrozenInstanceError, replace
from datetime import date, datetime, timedelta
from random import Random
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import CalendarError, NaiveMoment, OutOfRange, WorkCalendar, for_country, vietnam
from tests.calendars import oracle
from tests.calendars.strategies import any_day, days

SMALL = st.integers(0, 60)


def test_every_day_of_2014_to_2029_is_worked_or_closed_as_the_records_say() -> None:
    span = [date(2014, 1, 1) + timedelta(days=n) for n in range(16 * 365)]
    assert [vietnam().is_working(day) for day in span] == [oracle.is_working(day) for day in span]


@given(any_day)
def test_other_years_follow_the_snapshot(day: date) -> None:
    assert vietnam().is_working(day) == oracle.is_working(day)


@pytest.mark.parametrize("n", [1, 5, 15])
def test_counting_on_from_every_day_of_2026_lands_where_walking_lands(n: int) -> None:
    span = [date(2025, 12, 15) + timedelta(days=k) for k in range(400)]
    found = [vietnam().add_working_days(day, n) for day in span]
    assert found == [oracle.add_working_days(day, n) for day in span]


@given(days, st.integers(1, 60))
def test_the_nth_working_day_is_found_by_walking(day: date, n: int) -> None:
    assert vietnam().add_working_days(day, n) == oracle.add_working_days(day, n)


@given(days, SMALL)
def test_counting_is_walking(after: date, span: int) -> None:
    through = after + timedelta(days=span)
    assert vietnam().count_working_days(after, through) == oracle.count_working_days(after, through)


@given(days, st.integers(-200, 200))
def test_counting_inverts_adding(day: date, n: int) -> None:
    assert vietnam().count_working_days(day, vietnam().add_working_days(day, n)) == n


@given(days, SMALL, SMALL)
def test_adding_twice_is_adding_the_sum(day: date, a: int, b: int) -> None:
    assert vietnam().add_working_days(vietnam().add_working_days(day, a), b) == vietnam().add_working_days(day, a + b)


@given(days, SMALL, SMALL)
def test_counts_of_two_spans_add_up(day: date, a: int, b: int) -> None:
    middle, end = day + timedelta(days=a), day + timedelta(days=a + b)
    count = vietnam().count_working_days
    assert count(day, middle) + count(middle, end) == count(day, end)
    assert count(end, day) == -count(day, end)


@given(days, st.integers(0, 30), st.integers(0, 60))
def test_a_later_start_never_ends_earlier(day: date, later: int, n: int) -> None:
    assert vietnam().add_working_days(day, n) <= vietnam().add_working_days(day + timedelta(days=later), n)


@given(days)
def test_the_next_working_day_is_the_day_itself_when_worked(day: date) -> None:
    assert vietnam().next_working_day(day) == oracle.next_working_day(day)


@pytest.mark.parametrize("saturday", [date(2026, 1, 3), date(2026, 1, 4)])
def test_counting_from_a_closed_day_starts_with_the_next_working_day(saturday: date) -> None:
    assert vietnam().add_working_days(saturday, 1) == date(2026, 1, 5)


def test_the_span_of_the_comparison_of_libraries_counts_thirteen_days() -> None:
    assert vietnam().count_working_days(date(2026, 8, 17), date(2026, 9, 7)) == 13


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2101, 1, 1), date(2101, 9, 2)])
def test_days_outside_1970_to_2100_are_refused_and_never_ordinary(day: date) -> None:
    with pytest.raises(OutOfRange, match="1970-01-01 to 2100-12-31"):
        vietnam().is_working(day)
    with pytest.raises(OutOfRange):
        vietnam().count_working_days(date(2026, 1, 1), day)


@pytest.mark.parametrize("n", [10_000_000, -10_000_000])
def test_a_count_that_leaves_the_tables_is_refused(n: int) -> None:
    with pytest.raises(OutOfRange):
        vietnam().add_working_days(date(2026, 1, 1), n)


def test_the_last_day_of_the_tables_answers() -> None:
    assert vietnam().is_working(date(2100, 12, 31))
    with pytest.raises(OutOfRange):
        vietnam().add_working_days(date(2100, 12, 31), 1)


def test_calendars_of_one_content_are_one_key() -> None:
    again = for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
    assert vietnam() == vietnam().as_of(date(2027, 1, 1))
    assert {again: 1}[for_country("NL", zone="Europe/Amsterdam", sessions=("08:00-17:00",))] == 1
    assert again != vietnam()


def test_reading_a_calendar_does_not_change_it() -> None:
    before = hash(vietnam())
    vietnam().add_working_days(date(2099, 1, 1), 200)
    assert hash(vietnam()) == before


def test_an_earlier_view_is_another_calendar() -> None:
    assert vietnam().as_of(date(2025, 12, 1)) != vietnam()


def test_a_calendar_can_be_changed_neither_whole_nor_in_its_records() -> None:
    with pytest.raises(FrozenInstanceError):
        vietnam().name = "another"  # type: ignore[misc]  # the fault under test
    with pytest.raises(TypeError):
        del vietnam().records[date(2026, 1, 2)]  # type: ignore[attr-defined]  # the fault under test


def test_a_copy_is_the_same_key_and_answers_alike() -> None:
    again = deepcopy(vietnam())
    assert (again, hash(again), again.records) == (vietnam(), hash(vietnam()), vietnam().records)
    assert again.add_working_days(date(2024, 4, 26), 3) == date(2024, 5, 4)


def test_another_process_gets_the_same_calendar_from_the_bytes_of_this_one() -> None:
    code = "import pickle, sys; from calendars import vietnam as v; sys.stdout.buffer.write(pickle.dumps(v()))"
    there = "import pickle, sys; from calendars import vietnam; print(pickle.load(sys.stdin.buffer) == vietnam())"
    written = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout  # noqa: S603  # our own code
    read = subprocess.run([sys.executable, "-c", there], input=written, check=True, capture_output=True)  # noqa: S603
    assert read.stdout.split() == [b"True"]


def test_another_instrument_behind_the_same_days_is_another_calendar() -> None:
    *others, last = vietnam().changes
    assert last.record is not None
    renumbered = replace(vietnam(), changes=(*others, replace(last, record=replace(last.record, number="1/X"))))
    assert renumbered.table == vietnam().table
    assert renumbered != vietnam()


def test_the_week_is_the_ordinary_one_and_each_date_knows_whether_it_is_ordinarily_worked() -> None:
    assert vietnam().week == (1, 1, 1, 1, 1, 0, 0)
    assert vietnam().works_ordinarily(date(2026, 1, 2))
    assert not vietnam().works_ordinarily(date(2026, 1, 10))


def _questions(seed: int) -> list[tuple[date, int, datetime]]:
    drawn = Random(seed)
    days = [date(2015, 1, 1) + timedelta(days=drawn.randrange(4000)) for _ in range(300)]
    return [(day, drawn.randrange(-200, 200), oracle.midnight_after(day)) for day in days]


def _answers(calendar: WorkCalendar, seed: int) -> list[object]:
    return [
        (
            calendar.add_working_days(day, n),
            calendar.count_working_days(date(2026, 1, 1), day),
            calendar.add_working_time(moment, timedelta(minutes=abs(n))),
            calendar.record(day),
            hash(calendar),
        )
        for day, n, moment in _questions(seed)
    ]


def test_eight_threads_that_fill_the_tables_of_one_calendar_at_once_get_the_right_answers() -> None:
    expected = [_answers(vietnam(), seed) for seed in range(8)]
    for _ in range(5):
        fresh, together = replace(vietnam()), Barrier(8)

        def ask(seed: int, calendar: WorkCalendar = fresh, start: Barrier = together) -> list[object]:
            start.wait()
            return _answers(calendar, seed)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(ask, range(8))) == expected


def test_the_zone_is_converted_once_at_the_border() -> None:
    moment = datetime.fromisoformat("2025-12-31T20:00:00+00:00")
    assert vietnam().local(moment).isoformat() == "2026-01-01T03:00:00+07:00"


def test_a_moment_without_offset_is_refused_with_the_way_out() -> None:
    with pytest.raises(NaiveMoment, match=r"give it one, for example 2026-08-20T10:00:00\+07:00"):
        vietnam().local(datetime(2026, 8, 20, 10))  # noqa: DTZ001  # the fault under test


def test_a_moment_is_no_day_and_its_foreign_date_is_never_used() -> None:
    new_year_in_hanoi = datetime.fromisoformat("2025-12-31T20:00:00+00:00")
    with pytest.raises((TypeError, CalendarError)):
        vietnam().is_working(new_year_in_hanoi)


def test_a_closed_day_has_no_closing_time() -> None:
    with pytest.raises(CalendarError):
        vietnam().closing(date(2026, 8, 31))


def test_another_country_stands_on_the_library_and_is_only_projected() -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
    assert not dutch.is_working(date(2011, 6, 2))  # Ascension Day
    assert not dutch.is_working(date(2011, 6, 13))  # Whit Monday
    assert dutch.is_working(date(2011, 6, 3))
    assert dutch.certainty(date(2011, 6, 3)) == "projected"
    assert dutch.record(date(2011, 6, 2)) is None


def test_one_session_may_be_given_as_one_text() -> None:
    one = for_country("NL", zone="Europe/Amsterdam", sessions="08:00-17:00")
    assert one.sessions(date(2011, 6, 3)) == ((480, 1020),)


def test_a_country_may_be_asked_for_at_the_class() -> None:
    dutch = WorkCalendar.for_country("NL", zone="Europe/Amsterdam", sessions="08:00-17:00")
    assert dutch == for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
