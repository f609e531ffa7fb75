from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import NaiveMoment, OutOfRange, for_country, vietnam
from calendars.hours import Template
from tests.calendars import oracle
from tests.calendars.oracle import HANOI
from tests.calendars.strategies import moments

SPANS = st.integers(0, 40 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2024-09-07T10:00", 4, "2024-09-09T11:00"),
        ("2024-09-07T10:00", 8, "2024-09-09T17:00"),
        ("2024-09-09T11:30", 1, "2024-09-09T14:30"),
        ("2024-09-09T16:00", 7, "2024-09-10T15:00"),
        ("2024-09-06T18:00", 8, "2024-09-09T17:00"),
        ("2024-09-06T16:00", 8, "2024-09-09T16:00"),
        ("2026-08-21T16:00", 2, "2026-08-22T08:00"),
    ],
)
def test_hours_that_a_real_one_stop_system_counts_wrong(start: str, hours: int, end: str) -> None:
    assert vietnam().add_working_time(at(start), timedelta(hours=hours)) == at(end)


@given(moments, SPANS)
@settings(max_examples=60, deadline=None)
def test_adding_working_time_is_walking_minute_by_minute(start: datetime, minutes: int) -> None:
    end = vietnam().add_working_time(start, timedelta(minutes=minutes))
    assert end == oracle.add_working_minutes(start, minutes)


@given(moments, st.integers(0, 20 * 1440))
@settings(max_examples=60, deadline=None)
def test_measuring_working_time_is_walking_minute_by_minute(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    assert vietnam().working_time(start, end) == timedelta(minutes=oracle.count_working_minutes(start, end))


@given(moments)
@settings(max_examples=60, deadline=None)
def test_the_next_opening_is_walking_minute_by_minute(moment: datetime) -> None:
    assert vietnam().next_opening(moment) == oracle.next_opening(moment)
    assert vietnam().is_open(moment) == oracle.is_open(moment)


@given(moments, st.integers(0, 10**9))
def test_measuring_inverts_adding_to_the_microsecond(start: datetime, microseconds: int) -> None:
    span = timedelta(microseconds=microseconds * 997)
    assert vietnam().working_time(start, vietnam().add_working_time(start, span)) == span


@given(moments, SPANS, SPANS)
def test_adding_twice_is_adding_the_sum(start: datetime, a: int, b: int) -> None:
    add = vietnam().add_working_time
    first, second = timedelta(minutes=a), timedelta(minutes=b)
    if b:
        assert add(add(start, first), second) == add(start, first + second)


@given(moments, st.integers(0, 5000), SPANS)
def test_a_later_start_never_ends_earlier(start: datetime, later: int, minutes: int) -> None:
    span, then = timedelta(minutes=minutes), start + timedelta(minutes=later)
    assert vietnam().add_working_time(start, span) <= vietnam().add_working_time(then, span)


def test_every_minute_around_a_swapped_weekend_is_open_or_closed_as_the_records_say() -> None:
    span = [at("2026-01-01T00:00") + timedelta(minutes=n) for n in range(0, 11 * 1440, 7)]
    assert [vietnam().is_open(moment) for moment in span] == [oracle.is_open(moment) for moment in span]


def test_a_full_day_ends_at_closing_time_and_not_at_the_next_opening() -> None:
    assert vietnam().add_working_time(at("2026-08-20T07:00"), timedelta(hours=8)) == at("2026-08-20T17:00")
    assert vietnam().add_working_time(at("2026-08-20T07:00"), timedelta(hours=4.5)) == at("2026-08-20T11:30")


def test_the_office_is_open_from_the_first_instant_of_a_session_to_before_its_last() -> None:
    edges = ["07:00:00", "11:29:59", "11:30:00", "13:29:59", "13:30:00", "16:59:59", "17:00:00"]
    opened = [vietnam().is_open(at(f"2026-08-20T{edge}")) for edge in edges]
    assert opened == [True, True, False, False, True, True, False]


def test_a_make_up_saturday_has_full_office_hours() -> None:
    assert vietnam().closing(at("2026-08-22T00:00").date()) == at("2026-08-22T17:00")
    assert vietnam().sessions(at("2026-08-22T00:00").date()) == ((420, 690), (810, 1020))
    assert vietnam().sessions(at("2026-08-31T00:00").date()) == ()


def test_one_instant_gives_one_answer_whatever_zone_it_is_written_in() -> None:
    new_year = datetime(2025, 12, 31, 20, tzinfo=ZoneInfo("UTC"))
    assert not vietnam().is_open(new_year)
    assert vietnam().next_opening(new_year) == at("2026-01-05T07:00")
    assert vietnam().add_working_time(new_year, timedelta(hours=1)) == at("2026-01-05T08:00")


@pytest.mark.parametrize("ask", ["is_open", "next_opening", "work_through"])
def test_moments_without_offset_are_refused_everywhere(ask: str) -> None:
    naive = datetime(2026, 8, 20, 10)  # noqa: DTZ001  # the fault under test
    with pytest.raises(NaiveMoment):
        getattr(vietnam(), ask)(naive)


def test_one_naive_end_of_a_span_is_refused() -> None:
    naive = datetime(2026, 8, 20, 10)  # noqa: DTZ001  # the fault under test
    with pytest.raises(NaiveMoment):
        vietnam().working_time(at("2026-08-20T07:00"), naive)
    with pytest.raises(NaiveMoment):
        vietnam().add_working_time(naive, timedelta(hours=1))


def test_hours_that_leave_the_tables_are_refused() -> None:
    with pytest.raises(OutOfRange):
        vietnam().add_working_time(at("2100-12-31T16:00"), timedelta(hours=2))
    with pytest.raises(OutOfRange):
        vietnam().is_open(at("2101-01-03T08:00"))


def test_a_negative_span_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        vietnam().add_working_time(at("2026-08-20T07:00"), timedelta(hours=-1))


def test_local_office_hours_stand_through_a_change_of_the_clock() -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
    friday = datetime(2011, 3, 25, 16, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert dutch.add_working_time(friday, timedelta(hours=2)).isoformat() == "2011-03-28T09:00:00+02:00"


@pytest.mark.parametrize(
    "sessions",
    [["7:00-11:30"], ["07:00-11:30", "11:00-17:00"], ["13:30-17:00", "07:00-11:30"], ["17:00-07:00"], ["07:00-24:30"]],
)
def test_sessions_that_cannot_be_are_refused(sessions: list[str]) -> None:
    with pytest.raises(ValueError, match="session"):
        Template.parse(sessions)


def test_an_office_may_work_until_midnight() -> None:
    assert Template.parse(["20:00-24:00"]).minutes == 240
