"""Why a deadline is what it is: one step per day, with the name and the instrument behind each day off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from calendars.counting import Counted
from calendars.days import BASE, DayRecord, WorkCalendar
from calendars.terms import Unit

What = Literal["day_zero", "counted", "closed", "paused", "rolled", "due"]
_WEEKDAYS_VI = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Step:
    """What one day did to the count.

    Attributes:
        date: the day.
        what: day_zero, counted, closed (not counted), paused, rolled (counted out, but closed), due.
        counted: days, or worked minutes for hour limits, that count through this day.
        name_vi, name_en: the weekday, or what makes the day exceptional.
        citation: the instrument, where there is one.

    """

    date: date
    what: What
    counted: int
    name_vi: str
    name_en: str
    citation: str | None


def explain(calendar: WorkCalendar, deadline: Counted) -> list[Step]:
    """The steps from day zero to the due date, in order; clock hours have only these two.

    The deadline is one by the rules of the Civil Code: another day zero or roll is not told.

    >>> from datetime import datetime
    >>> from calendars import Term, deadline, vietnam
    >>> start = datetime(2026, 8, 28, 9, tzinfo=vietnam().zone)
    >>> steps = explain(vietnam(), deadline(vietnam(), start, Term.parse("2 ngày làm việc")))
    >>> [(step.what, step.name_en) for step in steps][3:5]
    [('closed', 'Swapped day off, National Day'), ('closed', 'National Day (adjacent day)')]
    """
    unit = deadline.term.exact().unit
    if unit is Unit.WORKING_HOUR:
        return list(_hour_steps(calendar, deadline))
    if unit is Unit.HOUR:
        start, due = deadline.start.date(), deadline.due
        return [_step(calendar, start, "day_zero", 0), _step(calendar, due, "due", 0)]
    return list(_day_steps(calendar, deadline, only_working=unit is Unit.WORKING_DAY))


def is_ordinary(calendar: WorkCalendar, day: date) -> bool:
    """Whether `day` has the hours that it would have if nothing were exceptional."""
    index = day.toordinal() - BASE
    return calendar.table[index] == calendar.ordinary[index]


def _day_steps(calendar: WorkCalendar, deadline: Counted, *, only_working: bool) -> Iterator[Step]:
    zero, counted = deadline.start.date(), 0
    yield _step(calendar, zero, "due" if zero == deadline.due else "day_zero", 0)
    for number in range(1, (deadline.due - zero).days + 1):
        day = zero + timedelta(days=number)
        what = _what(calendar, deadline, day, only_working=only_working)
        counted += what in {"counted", "rolled", "due"} and day <= deadline.unrolled
        yield _step(calendar, day, what, counted)


def _what(calendar: WorkCalendar, deadline: Counted, day: date, *, only_working: bool) -> What:
    if day == deadline.due:
        return "due"
    if day >= deadline.unrolled:
        return "rolled"
    if any(calendar.local(a).date() < day <= calendar.local(b).date() for a, b in deadline.pauses):
        return "paused"
    return "closed" if only_working and not calendar.is_working(day) else "counted"


def _hour_steps(calendar: WorkCalendar, deadline: Counted) -> Iterator[Step]:
    day, counted = deadline.start.date(), timedelta()
    while day <= deadline.due:
        worked = _worked_on(calendar, deadline, day)
        counted += worked
        what: What = "due" if day == deadline.due else "counted" if worked else _idle(calendar, deadline, day)
        yield _step(calendar, day, what, counted // timedelta(minutes=1))
        day += timedelta(days=1)


def _idle(calendar: WorkCalendar, deadline: Counted, day: date) -> What:
    """Paused where a pause touches the working day; else no office hour of it came after the start."""
    paused = any(calendar.local(a).date() <= day <= calendar.local(b).date() for a, b in deadline.pauses)
    return "paused" if paused and calendar.is_working(day) else "closed"


def _worked_on(calendar: WorkCalendar, deadline: Counted, day: date) -> timedelta:
    """Worked time of the day between start and end, less the pauses, which are united on the way."""
    begin = max(deadline.start, calendar.midnight_after(day - timedelta(days=1)))
    end = min(deadline.expires_at, calendar.midnight_after(day))
    worked, seen = calendar.working_time(begin, end), begin
    for pause_begin, pause_end in sorted(deadline.pauses):
        cut_from, cut_to = max(pause_begin, seen), min(pause_end, end)
        if cut_from < cut_to:
            worked -= calendar.working_time(cut_from, cut_to)
            seen = cut_to
    return worked


def _step(calendar: WorkCalendar, day: date, what: What, counted: int) -> Step:
    record: DayRecord | None = calendar.record(day)
    if record is None:
        return Step(day, what, counted, _WEEKDAYS_VI[day.weekday()], _WEEKDAYS_EN[day.weekday()], None)
    return Step(day, what, counted, record.name_vi, record.name_en, record.citation)
