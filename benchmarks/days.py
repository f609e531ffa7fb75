"""Adding working days to one date, against four libraries; how often each of them is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from benchmarks.timing import Contenders, Measurement, MissingPeerError, interleave, peer, seconds_per_call
from calendars import WorkCalendar, vietnam

Add = Callable[[date], Any]

N = 30
GOAL = 10
OURS, RIVAL = "motcua", "holidays.get_nth_working_day"
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
    starts = _days(FIRST, LAST)[:days]
    adders, missing = _adders()
    taken = interleave(_contenders(adders, starts, at_least), rounds)
    found = Measurement("working-days", f"Add {N} working days to one date", "µs a call", taken, OURS)
    return replace(
        found,
        goals=_goals(found),
        facts={"start days with another answer than ours, %": _shares(adders, starts), **_agreement()},
        notes=(
            *missing,
            "Dates in, dates out. numpy, pandas and bizdays were given the right days off; worked Saturdays they lack.",
        ),
    )


def differing_days() -> list[date]:
    """Days of 2024 to 2026 that are worked for `holidays` and closed for us, or the other way round."""
    theirs, ours = _holidays(), vietnam()
    return [day for day in _days(FIRST, LAST) if theirs.is_working_day(day) != ours.is_working(day)]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _contenders(adders: Mapping[str, Add], starts: list[date], at_least: float) -> Contenders:
    return {who: partial(_microseconds, add, starts, at_least) for who, add in adders.items()}


def _microseconds(add: Add, starts: list[date], at_least: float) -> float:
    return seconds_per_call(add, starts, at_least) * 1e6


def _goals(found: Measurement) -> dict[str, bool]:
    faster = found.times_faster(RIVAL) if RIVAL in found.rounds else None
    return {f"at least {GOAL} times faster than {RIVAL}": faster >= GOAL} if faster else {}


def _shares(adders: Mapping[str, Add], starts: list[date]) -> dict[str, float]:
    ours = adders[OURS]
    right = [ours(day) for day in starts]
    return {
        who: round(100 * sum(add(day) != due for day, due in zip(starts, right, strict=True)) / len(starts), 2)
        for who, add in adders.items()
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


def _adders() -> tuple[dict[str, Add], list[str]]:
    """The contenders that are installed, peers first, and a note for each that is not."""
    adders: dict[str, Add] = {}
    missing: list[str] = []
    for who, build in _PEERS.items():
        try:
            adders[who] = build()
        except MissingPeerError as error:
            missing.append(str(error))
    return adders | {OURS: _ours(vietnam())}, missing


def _ours(calendar: WorkCalendar) -> Add:
    return lambda day: calendar.add_working_days(day, N)


def _holidays() -> Any:  # noqa: ANN401  # a peer of whose types nothing is known here
    return peer("holidays").country_holidays("VN", years=range(2023, 2029))


def _nth_working_day() -> Add:
    known = _holidays()
    return lambda day: known.get_nth_working_day(day, N)


def _days_off() -> list[date]:
    """Closed days from Monday to Friday: the other libraries get the right ones."""
    calendar = vietnam()
    return [
        day for day in _days(date(2023, 1, 1), date(2028, 12, 31)) if day.weekday() < 5 and not calendar.is_working(day)
    ]


def _busday_offset() -> Add:
    numpy = peer("numpy")
    known = numpy.busdaycalendar(holidays=_days_off())
    return lambda day: numpy.busday_offset(day, N, roll="backward", busdaycal=known).item()


def _custom_business_day() -> Add:
    pandas = peer("pandas")
    step = pandas.offsets.CustomBusinessDay(N, holidays=_days_off())
    return lambda day: (pandas.Timestamp(day) + step).date()


def _offset() -> Add:
    bizdays = peer("bizdays")
    known = bizdays.Calendar(
        _days_off(), ["Saturday", "Sunday"], startdate=date(2023, 1, 1), enddate=date(2028, 12, 31)
    )
    return lambda day: known.offset(day, N)


_PEERS: Mapping[str, Callable[[], Add]] = {
    RIVAL: _nth_working_day,
    "numpy.busday_offset": _busday_offset,
    "pandas CustomBusinessDay": _custom_business_day,
    "bizdays.Calendar.offset": _offset,
}
