from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import Deadline, Term, Unit, deadline, for_country, vietnam
from calendars.certificates import certificate
from calendars.errors import MalformedRequest
from calendars.recheck import recheck
from tests.calendars.oracle import HANOI
from tests.calendars.strategies import moments

DECIDED = date(2025, 12, 25)  # 12729/VPCP-KGVX: 2 January 2026 off, 10 January 2026 worked


def known_on(day: date, start: str, limit: str) -> Deadline:
    calendar = vietnam().as_of(day)
    return deadline(calendar, datetime.fromisoformat(start).replace(tzinfo=HANOI), Term.parse(limit))


def test_the_swap_of_2_january_2026_moves_five_working_days_from_29_december() -> None:
    # known before: 30, 31 December, 2, 5, 6 January; with the swap: 30, 31 December, 5, 6, 7 January
    found = recheck(known_on(date(2025, 12, 24), "2025-12-29T09:00", "5 ngày làm việc"), vietnam())
    assert found.moved
    assert (found.due_before, found.due_after) == (date(2026, 1, 6), date(2026, 1, 7))
    (move,) = found.moves
    assert (move.decided_on, move.before.due, move.after.due) == (DECIDED, date(2026, 1, 6), date(2026, 1, 7))
    assert [(record.date, record.number) for record in move.records] == [(date(2026, 1, 2), "12729/VPCP-KGVX")]
    assert len(found.instruments) == 1
    assert found.explained


def test_the_certificate_of_that_deadline_says_the_same() -> None:
    old = known_on(date(2025, 12, 24), "2025-12-29T09:00", "5 ngày làm việc")
    made = certificate(vietnam().as_of(date(2025, 12, 24)), old)
    assert recheck(made, vietnam()) == recheck(old, vietnam())


def test_both_halves_of_a_swap_inside_a_limit_move_nothing() -> None:
    # 2 January falls out, Saturday 10 January comes in: the ninth working day is 12 January either way
    before = known_on(date(2025, 12, 24), "2025-12-29T09:00", "9 ngày làm việc")
    found = recheck(before, vietnam())
    assert (found.due_before, found.due_after, found.moved) == (date(2026, 1, 12), date(2026, 1, 12), False)
    assert found.moves == ()
    assert found.explained


def test_a_deadline_computed_after_the_decision_stands() -> None:
    found = recheck(known_on(DECIDED, "2025-12-29T09:00", "5 ngày làm việc"), vietnam())
    assert not found.moved
    assert found.due_after == date(2026, 1, 7)


def test_a_limit_in_hours_is_moved_by_the_swap_too() -> None:
    found = recheck(known_on(date(2025, 12, 24), "2025-12-31T16:00", "8 giờ làm việc"), vietnam())
    assert found.expires_before == datetime(2026, 1, 2, 16, tzinfo=HANOI)
    assert found.expires_after == datetime(2026, 1, 5, 16, tzinfo=HANOI)
    assert found.moves[0].decided_on == DECIDED


def test_a_limit_in_days_is_moved_only_where_it_ends_on_the_swapped_day() -> None:
    assert recheck(known_on(date(2025, 12, 24), "2025-12-29T09:00", "4 ngày"), vietnam()).due_after == date(2026, 1, 5)
    assert not recheck(known_on(date(2025, 12, 24), "2025-12-29T09:00", "7 ngày"), vietnam()).moved


def test_each_decision_that_moved_a_long_limit_is_told_in_order() -> None:
    # in October 2025 neither swap of 2026 was decided: 31 August (16 October 2025), then 2 January (25 December)
    before = known_on(date(2025, 10, 1), "2025-12-29T09:00", "5 ngày làm việc")
    assert [move.decided_on for move in recheck(before, vietnam()).moves] == [DECIDED]
    august = known_on(date(2025, 10, 1), "2026-08-27T09:00", "2 ngày làm việc")
    # Friday 28, Monday 31 August; with the swap: Friday 28 August, Thursday 3 September
    found = recheck(august, vietnam())
    assert (found.due_before, found.due_after) == (date(2026, 8, 31), date(2026, 9, 3))
    assert [move.decided_on for move in found.moves] == [date(2025, 10, 16)]


def test_a_move_that_no_decision_explains_says_so() -> None:
    dutch = for_country("NL", zone="Asia/Ho_Chi_Minh", sessions="07:00-17:00")
    old = deadline(dutch, datetime(2026, 2, 13, 9, tzinfo=HANOI), Term.parse("2 ngày làm việc"))
    found = recheck(old, vietnam())  # Lunar New Year, 16 to 20 February 2026, was never an ordinary week here
    assert (found.due_before, found.due_after) == (date(2026, 2, 17), date(2026, 2, 24))
    assert found.moved
    assert found.moves == ()
    assert not found.explained


@given(moments, st.integers(0, 60), st.sampled_from(list(Unit)))
@settings(max_examples=50)
def test_on_its_own_calendar_every_deadline_stands(start: datetime, n: int, unit: Unit) -> None:
    assert not recheck(deadline(vietnam(), start, Term.of(n, unit)), vietnam()).moved


@given(st.dates(date(2025, 1, 1), date(2026, 9, 1)), st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_every_move_from_an_earlier_view_is_explained(day: date, known: date, n: int) -> None:
    start = datetime(day.year, day.month, day.day, 9, tzinfo=HANOI)
    old = deadline(vietnam().as_of(known), start, Term.of(n, Unit.WORKING_DAY))
    found = recheck(old, vietnam())
    assert found.explained
    assert all(move.decided_on > known for move in found.moves)


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="format"):
        recheck({}, vietnam())
