"""When a time limit ends: a budget on a line of positions, and the pauses cut out of it.

A deadline is never moved. Each unit has a line (working days, days, working time, clock time) on which moments are
whole numbers; the limit is a length on that line, and a pause that begins before the end adds its own length to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from calendars.days import BASE, Certainty, WorkCalendar, clock
from calendars.errors import OutOfRange, ReversedPause, UnreadableTerm
from calendars.hours import MINUTE
from calendars.provisions import CIVIL_CODE, Provision
from calendars.terms import Term, Unit

Pause = tuple[datetime, datetime]
Span = tuple[int, int]
HOUR = 60 * MINUTE


@dataclass(frozen=True)
class Counted:
    """The end of a time limit.

    Attributes:
        term: the limit.
        start: the moment from which it runs, in the calendar's zone.
        pauses: when the clock stood still.
        unrolled: the date on which the count ends, before it moves off a closed day.
        due: the date on which it ends.
        expires_at: the first moment that is too late for a day limit (24:00 of `due`), the last good one for hours.
        appointment_at: when the office asks the applicant to come: closing time on `due`, or the moment itself.
        certainty: official, or projected where a day on the way is not fixed by an instrument yet.

    """

    term: Term
    start: datetime
    pauses: tuple[Pause, ...]
    unrolled: date
    due: date
    expires_at: datetime
    appointment_at: datetime
    certainty: Certainty

    @property
    def by_date(self) -> bool:
        """Whether lateness is judged by date."""
        return self.term.exact().unit.by_date

    def is_late(self, moment: datetime) -> bool:
        """Whether something done at `moment` is late: after the date for day limits, after the moment for hours."""
        return moment >= self.expires_at if self.by_date else moment > self.expires_at


def count_out(
    calendar: WorkCalendar,
    start: datetime,
    term: Term,
    pauses: Sequence[Pause] = (),
    provision: Provision = CIVIL_CODE,
    *,
    strict: bool = False,
) -> Counted:
    """When `term` ends that began at `start`, with the clock stopped during `pauses`.

    Day limits: the day of `start` is day zero (Civil Code 2015, art. 147.2), an end on a closed day moves to the next
    working day (148.5), the limit expires at 24:00 (148.6), where the provision says nothing else. Pauses may overlap,
    be nested or empty.

    Raises:
        NotOfficial: with `strict`, a limit that touches days no instrument has fixed.
        NaiveMoment: a moment without offset.
        ReversedPause: a pause that ends before it begins.
        OutOfRange: the limit ends beyond the tables.
        UnreadableTerm: a fraction of a month that the law does not know.

    """
    start = provision.begins(calendar, start)
    counted = term.exact()
    pauses = [(calendar.local(begin), calendar.local(end)) for begin, end in pauses]
    for begin, end in pauses:
        # in an hour that the zone repeats, the wall clock alone may seem to run back
        if begin > end and clock(begin) > clock(end):
            raise ReversedPause(begin, end)
    if counted.unit.by_date:
        found = _by_date(calendar, start, term, counted, pauses, provision)
    else:
        found = _by_moment(calendar, start, term, counted, pauses)
    if strict:
        calendar.require_official(start.date())
        calendar.require_official(found.due)
    return found


def stretch(start: int, end: int, spans: Iterable[Span]) -> int:
    """The end of a length from `start` to `end` on a line, when the `spans` on it do not count.

    A span that begins at or after the end, as it then stands, moves nothing.

    >>> stretch(0, 10, [(2, 4), (3, 5), (20, 30)])
    13
    """
    counted_through = start
    for span_begin, span_end in sorted(spans):
        begin = max(span_begin, counted_through)
        if begin < end and span_end > begin:
            end += span_end - begin
        counted_through = max(counted_through, span_end)
    return end


def _spans(position: Callable[[datetime], int], pauses: Sequence[Pause]) -> list[Span]:
    return [(position(begin), position(end)) for begin, end in pauses]


def _by_date(
    calendar: WorkCalendar, start: datetime, term: Term, counted: Term, pauses: Sequence[Pause], provision: Provision
) -> Counted:
    unrolled = _last_day(calendar, provision.zero(start.date()), counted, pauses)
    due = provision.rolled(calendar, unrolled)
    expiry, certainty = calendar.midnight_after(due), calendar.certainty(start.date(), due)
    appointment = calendar.closing(due if calendar.is_working(due) else calendar.add_working_days(due, 0))
    return Counted(term, start, tuple(pauses), unrolled, due, expiry, appointment, certainty)


def _last_day(calendar: WorkCalendar, zero: date, counted: Term, pauses: Sequence[Pause]) -> date:
    if counted.unit is Unit.WORKING_DAY:
        at = calendar.worked_through(zero)
        spans = _spans(lambda moment: calendar.worked_through(calendar.local(moment).date()), pauses)
        return calendar.worked_day(stretch(at, at + int(counted.value), spans)) if counted.value else zero
    at, end = zero.toordinal(), _calendar_end(zero, counted).toordinal()
    spans = _spans(lambda moment: calendar.local(moment).toordinal(), pauses)
    return _date(stretch(at, end, spans))


def _calendar_end(zero: date, counted: Term) -> date:
    if counted.unit is Unit.DAY:
        return _date(zero.toordinal() + int(counted.value))
    months = counted.value * (12 if counted.unit is Unit.YEAR else 1)
    whole, rest = divmod(months, 1)
    return _date(add_months(zero, int(whole)).toordinal() + (15 if rest == Fraction(1, 2) else 0))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day (Civil Code 2015, 148.3).

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year < date.max.year:
        raise OutOfRange(f"the year {year}", date.min, date.max)
    next_month = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (next_month - timedelta(days=1)).day))


def _date(ordinal: int) -> date:
    if not 1 <= ordinal <= date.max.toordinal():
        raise OutOfRange(f"day {ordinal - BASE} after 1970-01-01", date.min, date.max)
    return date.fromordinal(ordinal)


def _by_moment(calendar: WorkCalendar, start: datetime, term: Term, counted: Term, pauses: Sequence[Pause]) -> Counted:
    length = counted.value * HOUR
    if length.denominator != 1:
        raise UnreadableTerm(term.text_vi, "it is no whole number of microseconds")
    if counted.unit is Unit.WORKING_HOUR:
        end = _worked_end(calendar, start, int(length), pauses)
    else:
        end = calendar.local(_clock_end(start, int(length), pauses))
    unrolled, end = end.date(), end if calendar.in_hours(end) else calendar.next_opening(end)
    certainty = calendar.certainty(start.date(), end.date())
    return Counted(term, start, tuple(pauses), unrolled, end.date(), end, end, certainty)


def _worked_end(calendar: WorkCalendar, start: datetime, length: int, pauses: Sequence[Pause]) -> datetime:
    if not length:
        return calendar.next_opening(start)
    at = calendar.work_through(start)
    return calendar.work_done_at(stretch(at, at + length, _spans(calendar.work_through, pauses)))


def _clock_end(start: datetime, length: int, pauses: Sequence[Pause]) -> datetime:
    at = clock(start)
    end = stretch(at, at + length, _spans(clock, pauses))
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=end)
    except OverflowError:
        raise OutOfRange(f"hour {end // HOUR} after 1970-01-01", date.min, date.max) from None
