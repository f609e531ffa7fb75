"""What was known when, and what strict questions refuse."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import NotOfficial, Term, deadline, vietnam

views = st.dates(date(2015, 1, 1), date(2027, 12, 31))


@given(views, st.integers(0, 4000))
def test_a_view_never_changes_the_past(view: date, back: int) -> None:
    # every swap was decided before its days: what lies behind a view is seen as it is seen today
    day = max(view - timedelta(days=back), date(2015, 1, 1))
    assert vietnam().as_of(view).is_working(day) == vietnam().is_working(day)


@given(views, views)
def test_looking_back_twice_is_looking_back_to_the_earlier_day(one: date, other: date) -> None:
    assert vietnam().as_of(one).as_of(other).table == vietnam().as_of(min(one, other)).table


@given(views)
def test_the_horizon_of_a_view_never_lies_beyond_that_of_today(view: date) -> None:
    horizon, today = vietnam().as_of(view).official_through, vietnam().official_through
    assert horizon is not None
    assert today is not None
    assert horizon <= today


@pytest.mark.parametrize(
    ("start", "limit"),
    [((2027, 12, 20), "20 ngày làm việc"), ((2014, 12, 1), "5 ngày"), ((2027, 12, 31), "8 giờ làm việc")],
)
def test_a_strict_question_refuses_days_that_no_instrument_has_fixed(start: tuple[int, int, int], limit: str) -> None:
    moment = datetime(*start, 10, tzinfo=vietnam().zone)
    assert deadline(vietnam(), moment, Term.parse(limit)).certainty == "projected"
    with pytest.raises(NotOfficial, match=r"official from 2015-01-01 through 2027-12-31"):
        deadline(vietnam(), moment, Term.parse(limit), strict=True)


def test_a_strict_question_about_official_days_is_answered() -> None:
    moment = datetime(2026, 8, 20, 10, tzinfo=vietnam().zone)
    assert deadline(vietnam(), moment, Term.parse("5 ngày làm việc"), strict=True).due == date(2026, 8, 26)
