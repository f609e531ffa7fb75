"""What Hypothesis draws: days and moments of the years the data speaks of, and pauses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from tests.calendars.oracle import HANOI

any_day = st.dates(date(1973, 1, 1), date(2097, 12, 31))  # 500 working days from either end of the tables
swap_years = st.sampled_from([2015, 2018, 2019, 2024, 2025, 2026])
near_swaps = st.builds(lambda year, days: date(year, 1, 1) + timedelta(days=days), swap_years, st.integers(-20, 380))
days = near_swaps | any_day


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), HANOI) + timedelta(minutes=minute)


edges = st.sampled_from([0, 419, 420, 421, 689, 690, 691, 809, 810, 1019, 1020, 1021, 1439])
minutes = edges | st.integers(0, 1439)
moments = st.builds(_moment, near_swaps, minutes)


@st.composite
def cases_with_pauses(draw: st.DrawFn, most: int = 3) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    """A start, and pauses that begin from a week before it to two months after it; they may overlap."""
    start = draw(moments)
    pauses = []
    for _ in range(draw(st.integers(0, most))):
        begin = start + timedelta(minutes=draw(st.integers(-7 * 1440, 60 * 1440)))
        pauses.append((begin, begin + timedelta(minutes=draw(st.integers(0, 20 * 1440)))))
    return start, pauses
