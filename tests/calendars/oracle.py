"""The calendar done the slow way: day by day and minute by minute, from the data files alone.

Nothing here comes from the engine. Moments are local and aware; minutes are whole.
"""

from __future__ import annotations

import csv
import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import calendars

DATA = Path(calendars.__file__).parent / "data"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OFFICE = frozenset(range(7 * 60, 11 * 60 + 30)) | frozenset(range(13 * 60 + 30, 17 * 60))
CLOSINGS = frozenset({11 * 60 + 30, 17 * 60})

Pauses = list[tuple[datetime, datetime]]


@cache
def exceptions() -> dict[date, str]:
    """Each exceptional date as ``off`` or ``worked``; the instruments overrule the snapshot."""
    with (DATA / "vietnam_base.csv").open(encoding="utf-8") as lines:
        kinds = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(lines)}
    return kinds | {day["date"]: day["kind"] for day in recorded()}


@cache
def recorded() -> list[dict[str, Any]]:
    """The days of all instruments, with the instrument's own keys beside theirs."""
    text = (DATA / "vietnam.toml").read_text(encoding="utf-8")
    return [instrument | day for instrument in tomllib.loads(text)["instrument"] for day in instrument["days"]]


def is_working(day: date) -> bool:
    kind = exceptions().get(day)
    return kind == "worked" or (kind is None and day.weekday() < 5)


def next_working_day(day: date) -> date:
    while not is_working(day):
        day += DAY
    return day


def add_working_days(day: date, n: int) -> date:
    while n:
        day += DAY
        n -= is_working(day)
    return day


def count_working_days(after: date, through: date) -> int:
    count = 0
    while after < through:
        after += DAY
        count += is_working(after)
    return count


def is_open(moment: datetime) -> bool:
    return is_working(moment.date()) and _minute(moment) in OFFICE


def next_opening(moment: datetime) -> datetime:
    while not is_open(moment):
        moment += MINUTE
    return moment


def add_working_minutes(moment: datetime, minutes: int, pauses: Pauses | None = None) -> datetime:
    while minutes:
        minutes -= is_open(moment) and not _stopped(moment, pauses or [])
        moment += MINUTE
    return moment


def count_working_minutes(start: datetime, end: datetime) -> int:
    count = 0
    while start < end:
        count += is_open(start)
        start += MINUTE
    return count


def end_by_days(zero: date, days: int, pauses: Pauses, *, only_working: bool) -> date:
    """The day on which the count is full; day zero and paused days do not count (Civil Code 2015, art. 147.2)."""
    day = zero
    while days:
        day += DAY
        days -= not _stopped_on(day, pauses) and (is_working(day) or not only_working)
    return day


def end_by_months(zero: date, months: int, pauses: Pauses) -> date:
    """The same day of a later month, or its last (art. 148.3), and one day more per paused day before the end."""
    day, end = zero, _months_later(zero, months)
    while day < end:
        day += DAY
        end += DAY * _stopped_on(day, pauses)
    return end


def end_by_working_hours(start: datetime, minutes: int, pauses: Pauses) -> datetime:
    return add_working_minutes(start, minutes, pauses) if minutes else next_opening(start)


def end_by_clock_hours(start: datetime, minutes: int, pauses: Pauses) -> datetime:
    moment = start
    while minutes:
        minutes -= not _stopped(moment, pauses)
        moment += MINUTE
    closing = is_working(moment.date()) and _minute(moment) in CLOSINGS
    return moment if closing else next_opening(moment)


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), HANOI)


def closing(day: date) -> datetime:
    return datetime.combine(day, time(17), HANOI)


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _stopped(moment: datetime, pauses: Pauses) -> bool:
    return any(begin <= moment < end for begin, end in pauses)


def _stopped_on(day: date, pauses: Pauses) -> bool:
    return any(begin.date() < day <= end.date() for begin, end in pauses)


def _months_later(day: date, months: int) -> date:
    """Walk to the wanted month, then back from the 31st to a day that exists."""
    month = day.replace(day=1)
    for _ in range(months):
        month = (month + 31 * DAY).replace(day=1)
    last = (month + 31 * DAY).replace(day=1) - DAY
    return min(last, month + DAY * (day.day - 1))
