"""Provisions: cut-off hours, the day of the event, and what a closed last day does."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from calendars import CIVIL_CODE, Provision, Term, deadline, vietnam

AT_15 = Provision(cutoff=time(15))
SAME_DAY = Term.parse("trong ngày")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 8, day, hour, minute, tzinfo=vietnam().zone)


@pytest.mark.parametrize(
    ("moment", "due", "because"),
    [
        (at(20, 9), date(2026, 8, 20), "received in the morning: the same day"),
        (at(20, 15), date(2026, 8, 20), "at 15:00 it is not after 15:00"),
        (at(20, 15, 1), date(2026, 8, 21), "after 15:00: the next working day (Decree 63/2024, art. 7)"),
        (at(21, 16), date(2026, 8, 22), "the next working day is the make-up Saturday"),
        (at(28, 16), date(2026, 9, 3), "31 August to 2 September 2026 are off"),
        (at(23, 9), date(2026, 8, 24), "received on a Sunday"),
    ],
)
def test_the_same_day_or_the_next_working_day_after_15_hours(moment: datetime, due: date, because: str) -> None:
    assert deadline(vietnam(), moment, SAME_DAY, provision=AT_15).due == due, because


@pytest.mark.parametrize(
    ("moment", "due"),
    [(at(20, 16), date(2026, 8, 21)), (at(20, 16, 1), date(2026, 8, 22)), (at(20, 18), date(2026, 8, 22))],
)
def test_the_last_hour_of_office_time_counts_as_the_next_working_day(moment: datetime, due: date) -> None:
    # Decree 297/2025: received in the last hour (16:00 to 17:00), from the next working day; one working day from then
    assert (
        deadline(vietnam(), moment, Term.parse("1 ngày làm việc"), provision=Provision(cutoff="last_hour")).due == due
    )


def test_working_hours_begin_when_the_office_next_opens() -> None:
    found = deadline(vietnam(), at(20, 15, 30), Term.parse("4 giờ làm việc"), provision=AT_15)
    assert found.expires_at == at(21, 11)


def test_the_day_of_the_event_may_be_the_first_day() -> None:
    term = Term.parse("5 ngày")
    assert deadline(vietnam(), at(3, 9), term).due == date(2026, 8, 10)  # the 8th is a Saturday
    assert deadline(vietnam(), at(3, 9), term, provision=Provision(day_zero="counted")).due == date(2026, 8, 7)


def test_a_closed_last_day_rolls_as_the_provision_says() -> None:
    term = Term.parse("5 ngày")  # from 3 August 2026: Saturday the 8th
    dues = [
        deadline(vietnam(), at(3, 9), term, provision=Provision(roll=roll)).due for roll in ("next", "previous", "none")
    ]
    assert dues == [date(2026, 8, 10), date(2026, 8, 7), date(2026, 8, 8)]


def test_an_appointment_is_never_on_a_closed_day() -> None:
    found = deadline(vietnam(), at(3, 9), Term.parse("5 ngày"), provision=Provision(roll="none"))
    assert (found.due, found.appointment_at) == (date(2026, 8, 8), at(7, 17))


@pytest.mark.parametrize("text", ["trong ngày", "Ngay trong ngày", "TRONG NGÀY LÀM VIỆC", "same day"])
def test_the_same_day_is_read_in_both_languages(text: str) -> None:
    assert Term.parse(text) == SAME_DAY


def test_where_a_provision_says_nothing_the_civil_code_holds() -> None:
    assert Provision() == CIVIL_CODE
