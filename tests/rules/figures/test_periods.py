"""Periods and the window of the reports; expected days are read off a calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import UnreadablePeriod
from rules.figures.periods import Period

ZONE = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        (" 2026-01-15..2026-02-14 ", date(2026, 1, 15), date(2026, 2, 14)),
        ("2026-06-01..2026-06-01", date(2026, 6, 1), date(2026, 6, 1)),
    ],
)
def test_a_period_has_the_days_that_its_text_says(text: str, first: date, last: date) -> None:
    found = Period.parse(text)
    assert (found.first, found.last, found.name) == (first, last, text.strip())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-Q5", "none of the shapes"),
        ("2026-13", "month must be in 1..12"),
        ("Quý 3/2026", "none of the shapes"),
        ("", "none of the shapes"),
        ("2026-02-14..2026-01-15", "it ends on 2026-01-15, before it begins"),
        ("2026-02-30..2026-03-01", "day"),
        ("0000", "year 0 is out of range"),
        ("0001", "years run from 1971 to 2100"),
        ("2101", "years run from 1971 to 2100"),
        ("٢٠٢٦", "none of the shapes"),
    ],
)
def test_a_text_that_is_no_period_says_why_and_shows_good_ones(text: str, why: str) -> None:
    with pytest.raises(UnreadablePeriod, match=why) as refused:
        Period.parse(text)
    assert "write a year (2026), a quarter (2026-Q3)" in str(refused.value)


def test_the_window_of_a_quarter_runs_from_the_15th_before_it_to_the_14th_of_its_last_month() -> None:
    window = Period.reporting("2026-Q3")
    assert (window.first, window.last) == (date(2026, 6, 15), date(2026, 9, 14))
    assert str(window) == "2026-Q3 (2026-06-15 to 2026-09-14)"


def test_the_window_of_january_begins_in_december() -> None:
    window = Period.reporting(Period.parse("2026-01"))
    assert (window.first, window.last) == (date(2025, 12, 15), date(2026, 1, 14))


def test_the_day_of_the_window_is_a_parameter_that_every_month_has() -> None:
    assert Period.reporting("2026-03", day=20).to_dict() == {
        "name": "2026-03",
        "first": "2026-02-20",
        "last": "2026-03-19",
    }
    for day in (0, 29):
        with pytest.raises(UnreadablePeriod, match="1 to 28"):
            Period.reporting("2026-03", day=day)


@given(st.integers(1972, 2099), st.integers(1, 4))
def test_windows_of_quarters_follow_each_other_without_a_gap(year: int, quarter: int) -> None:
    after = (year, quarter + 1) if quarter < 4 else (year + 1, 1)
    one, other = (Period.reporting(f"{y}-Q{q}") for y, q in ((year, quarter), after))
    assert other.first - one.last == timedelta(days=1)


@given(st.dates(date(1971, 1, 1), date(2099, 1, 1)), st.integers(0, 500))
def test_the_months_of_a_period_are_all_its_days_once(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days), "")
    months = period.months()
    told = [month.first + timedelta(days=n) for month in months for n in range((month.last - month.first).days + 1)]
    assert told == [first + timedelta(days=n) for n in range(days + 1)]
    assert all(month.first.month == month.last.month and month.name == f"{month.first:%Y-%m}" for month in months)


def test_a_period_lasts_from_the_first_to_the_last_moment_of_its_days() -> None:
    june = Period.parse("2026-06")
    assert june.begin(ZONE) == datetime.fromisoformat("2026-06-01T00:00+07:00")
    assert june.end(ZONE) == datetime.fromisoformat("2026-06-30T23:59:59.999999+07:00")
    assert date(2026, 6, 30) in june
    assert date(2026, 7, 1) not in june
    assert "2026-06-30" not in june
