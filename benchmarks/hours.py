"""Adding working hours to one moment, against the two libraries that can; how long the tables take to build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from benchmarks.days import FIRST, LAST, OURS, days_between, days_off
from benchmarks.timing import Measurement, built, goals, interleave, peer, seconds, seconds_per_call
from calendars import WorkCalendar, vietnam

Add = Callable[[datetime], datetime]

HOURS = 20
TABLE_MILLISECONDS = 30
GOALS = {"pandas CustomBusinessHour": 50, "exchange_calendars.minute_offset": 10}
SESSIONS = (("07:00", "11:30"), ("13:30", "17:00"))


def working_hours(*, rounds: int, at_least: float, days: int | None = None) -> Measurement:
    """Add 20 working hours to a moment in office hours on every working day of 2024 to 2026.

    Args:
        rounds: of every contender.
        at_least: seconds a round lasts.
        days: only so many days, from the first on.

    """
    starts = _starts()[:days]
    adders, missing = built(_ADDERS)
    taken = interleave({who: partial(_microseconds, add, starts, at_least) for who, add in adders.items()}, rounds)
    found = Measurement("working-hours", f"Add {HOURS} working hours to one moment", "µs a call", taken, OURS)
    return replace(
        found,
        goals=goals(found, GOALS),
        facts={"moments with another answer than ours, %": _shares(adders, starts)},
        notes=(
            *missing,
            "Aware datetimes of the standard library in and out; a peer's reading and giving them is in its time.",
            "The peers were given the right sessions and days off; worked Saturdays they lack.",
        ),
    )


def tables(*, rounds: int) -> Measurement:
    """Build all tables of a calendar whose days are known."""
    taken = interleave({OURS: lambda: 1e3 * seconds(lambda: build(replace(vietnam())))}, rounds)
    found = Measurement("tables", "Build the tables of 131 years", "ms", taken, OURS)
    return replace(found, goals={f"at most {TABLE_MILLISECONDS} ms": found.median(OURS) <= TABLE_MILLISECONDS})


def build(calendar: WorkCalendar) -> None:
    """Ask for a day and for a moment, so that every table is there."""
    calendar.add_working_days(FIRST, 1)
    calendar.add_working_time(datetime.combine(FIRST, time(8), calendar.zone), timedelta(hours=1))


def _starts() -> list[datetime]:
    """A moment of each working day, another minute of the office hours each day."""
    calendar = vietnam()
    days = [day for day in days_between(FIRST, LAST) if day.weekday() < 5 and calendar.is_working(day)]
    return [datetime.combine(day, time(7 + number % 4, number % 60), calendar.zone) for number, day in enumerate(days)]


def _microseconds(add: Add, starts: list[datetime], at_least: float) -> float:
    return seconds_per_call(add, starts, at_least) * 1e6


def _shares(adders: Mapping[str, Add], starts: list[datetime]) -> dict[str, float]:
    right = [adders[OURS](moment) for moment in starts]
    return {
        who: round(100 * sum(add(at) != end for at, end in zip(starts, right, strict=True)) / len(starts), 2)
        for who, add in adders.items()
        if who != OURS
    }


def _ours() -> Add:
    calendar, span = vietnam(), timedelta(hours=HOURS)
    return lambda moment: calendar.add_working_time(moment, span)


def _custom_business_hour() -> Add:
    pandas = peer("pandas")
    opening, closing = ([*edges] for edges in zip(*SESSIONS, strict=True))
    step = pandas.offsets.CustomBusinessHour(HOURS, start=opening, end=closing, holidays=days_off())
    return lambda moment: (pandas.Timestamp(moment) + step).to_pydatetime()


def _minute_offset() -> Add:
    exchange, zone = office(), vietnam().zone
    return lambda moment: exchange.minute_offset(moment, 60 * HOURS).tz_convert(zone).to_pydatetime()


def office() -> Any:  # noqa: ANN401  # a peer of whose types nothing is known here
    """The office as an exchange of `exchange_calendars` that closes for lunch."""
    exchanges, pandas = peer("exchange_calendars"), peer("pandas")
    edges = [((None, time.fromisoformat(edge)),) for session in SESSIONS for edge in session]
    shape = {
        "name": "office",
        "tz": vietnam().zone,
        "adhoc_holidays": [pandas.Timestamp(day) for day in days_off()],
        **dict(zip(("open_times", "break_start_times", "break_end_times", "close_times"), edges, strict=True)),
    }
    return type("Office", (exchanges.ExchangeCalendar,), shape)(start="2023-01-02", end="2028-12-29")


_ADDERS: Mapping[str, Callable[[], Add]] = {
    "pandas CustomBusinessHour": _custom_business_hour,
    "exchange_calendars.minute_offset": _minute_offset,
    OURS: _ours,
}
