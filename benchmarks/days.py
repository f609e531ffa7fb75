"""Adding working days to one date and counting them, against four libraries; how often each of them is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from benchmarks.timing import Measurement, MissingPeerError, built, goals, interleave, peer, seconds_per_call
from calendars import vietnam

Add = Callable[[date], Any]
Count = Callable[[tuple[date, date]], int]

N = 30
OURS, RIVAL = "motcua", "holidays.get_nth_working_day"
GOALS = {RIVAL: 150, "numpy.busday_offset": 10}
COUNT_GOALS = {"holidays.get_working_days_count": 150, "numpy.busday_count": 10}
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
KNOWN = {date(2026, 1, 2), date(2026, 1, 10)}
"""The days that `holidays` 0.109 has wrong in these years: a swap it does not know."""


def working_days(*, rounds: int, at_least: float, days: int | None = None) -> Measurement:
    """Add 30 working days to every day of 2024 to 2026.

    Args:
        rounds: of every contender.
        at_least: seconds a round lasts.
        days: only so many days, from the first on.

    """
    starts = days_between(FIRST, LAST)[:days]
    adders, missing = built(_ADDERS)
    taken = interleave({who: partial(_microseconds, add, starts, at_least) for who, add in adders.items()}, rounds)
    found = Measurement("working-days", f"Add {N} working days to one date", "µs a call", taken, OURS)
    return replace(
        found,
        goals=goals(found, GOALS),
        facts={"start days with another answer than ours, %": _shares(adders, starts), **_agreement()},
        notes=(
            *missing,
            "Dates in, dates out. numpy, pandas and bizdays were given the right days off; worked Saturdays they lack.",
        ),
    )


def counting(*, rounds: int, at_least: float, days: int | None = None) -> Measurement:
    """Count the working days of the 60 days after every day of 2024 to 2026.

    Args:
        rounds: of every contender.
        at_least: seconds a round lasts.
        days: only so many days, from the first on.

    """
    spans = [(day, day + timedelta(days=60)) for day in days_between(FIRST, LAST)[:days]]
    counters, missing = built(_COUNTERS)
    taken = interleave({who: partial(_microseconds, count, spans, at_least) for who, count in counters.items()}, rounds)
    found = Measurement("counting", "Count the working days of sixty days", "µs a call", taken, OURS)
    note = "Each library counts the half-open span (after, through]: its arguments are shifted where it counts another."
    return replace(
        found,
        goals=goals(found, COUNT_GOALS),
        facts={"spans with another count than ours, %": _shares(counters, spans)},
        notes=(*missing, note),
    )


def differing_days() -> list[date]:
    """Days of 2024 to 2026 that are worked for `holidays` and closed for us, or the other way round."""
    theirs, ours = known_to_holidays(), vietnam()
    return [day for day in days_between(FIRST, LAST) if theirs.is_working_day(day) != ours.is_working(day)]


def days_between(first: date, last: date) -> list[date]:
    """The days from `first` through `last`."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _microseconds(call: Callable[[Any], object], items: list[Any], at_least: float) -> float:
    return seconds_per_call(call, items, at_least) * 1e6


def _shares(contenders: Mapping[str, Callable[[Any], Any]], items: list[Any]) -> dict[str, float]:
    right = [contenders[OURS](item) for item in items]
    return {
        who: round(100 * sum(call(item) != answer for item, answer in zip(items, right, strict=True)) / len(items), 2)
        for who, call in contenders.items()
        if who != OURS
    }


def _agreement() -> dict[str, object]:
    try:
        days = differing_days()
    except MissingPeerError:
        return {}
    return {
        "days 2024–2026 on which holidays and ours differ": [day.isoformat() for day in days],
        "these are the known ones": set(days) == KNOWN,
    }


def known_to_holidays() -> Any:  # noqa: ANN401  # a peer of whose types nothing is known here
    """Vietnam as `holidays` has it."""
    return peer("holidays").country_holidays("VN", years=range(2023, 2029))


def days_off() -> list[date]:
    """Closed days from Monday to Friday, 2023 to 2028: the other libraries get the right ones."""
    calendar = vietnam()
    days = days_between(date(2023, 1, 1), date(2028, 12, 31))
    return [day for day in days if day.weekday() < 5 and not calendar.is_working(day)]


def _our_add() -> Add:
    calendar = vietnam()
    return lambda day: calendar.add_working_days(day, N)


def _our_count() -> Count:
    calendar = vietnam()
    return lambda span: calendar.count_working_days(*span)


def _nth_working_day() -> Add:
    known = known_to_holidays()
    return lambda day: known.get_nth_working_day(day, N)


def _working_days_count() -> Count:
    known, one = known_to_holidays(), timedelta(days=1)
    return lambda span: known.get_working_days_count(span[0] + one, span[1])


def _busday_offset() -> Add:
    numpy = peer("numpy")
    known = numpy.busdaycalendar(holidays=days_off())
    return lambda day: numpy.busday_offset(day, N, roll="backward", busdaycal=known).item()


def _busday_count() -> Count:
    numpy, one = peer("numpy"), timedelta(days=1)
    known = numpy.busdaycalendar(holidays=days_off())
    return lambda span: int(numpy.busday_count(span[0] + one, span[1] + one, busdaycal=known))


def _custom_business_day() -> Add:
    pandas = peer("pandas")
    step = pandas.offsets.CustomBusinessDay(N, holidays=days_off())
    return lambda day: (pandas.Timestamp(day) + step).date()


def bizdays_calendar() -> Any:  # noqa: ANN401  # a peer of whose types nothing is known here
    """A calendar of `bizdays` with the right days off."""
    weekend, first, last = ["Saturday", "Sunday"], date(2023, 1, 1), date(2028, 12, 31)
    return peer("bizdays").Calendar(days_off(), weekend, startdate=first, enddate=last)


def _offset() -> Add:
    known = bizdays_calendar()
    return lambda day: known.offset(day, N)


def _bizdays_count() -> Count:
    known = bizdays_calendar()
    return lambda span: int(known.bizdays(known.preceding(span[0]), known.preceding(span[1])))


_ADDERS: Mapping[str, Callable[[], Add]] = {
    RIVAL: _nth_working_day,
    "numpy.busday_offset": _busday_offset,
    "pandas CustomBusinessDay": _custom_business_day,
    "bizdays.Calendar.offset": _offset,
    OURS: _our_add,
}
_COUNTERS: Mapping[str, Callable[[], Count]] = {
    "holidays.get_working_days_count": _working_days_count,
    "numpy.busday_count": _busday_count,
    "bizdays.Calendar.bizdays": _bizdays_count,
    OURS: _our_count,
}
