"""The working-day calendar: one template id per day, answered from prefix tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from hashlib import sha256
from itertools import accumulate, compress
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from calendars.errors import ClosedDay, NaiveMoment, NotADate, NotOfficial, OutOfRange
from calendars.hours import CLOSED, DAY, MINUTE, Sessions, Template
from calendars.worktime import WorkTime

FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)
BASE = FIRST.toordinal()
BEFORE = BASE - 1
SIZE = LAST.toordinal() - BASE + 1
OFFICE = 1
"""Template number of an ordinary working day; 0 is the closed day."""

Certainty = Literal["official", "projected"]


@dataclass(frozen=True)
class DayRecord:
    """An exceptional date and the instrument that made it one."""

    date: dt.date
    kind: Literal["off", "worked"]
    name_vi: str
    name_en: str
    instrument: str
    number: str
    basis: str
    status: Certainty
    scope: str
    issued_on: dt.date | None = None
    verified_on: dt.date | None = None
    swapped_with: dt.date | None = None
    introduces: bool = False

    @property
    def citation(self) -> str:
        """The instrument and its number, or the legal basis where no number is known."""
        known = self.number != "not verified"
        return f"{self.instrument} số {self.number}" if known else f"{self.basis} (số văn bản: chưa kiểm chứng)"

    def unknown_on(self, day: dt.date) -> bool:
        """Whether this date was an ordinary one in the eyes of `day`: a swap or a new holiday not yet decided."""
        own = self.swapped_with is not None or self.introduces
        return own and self.issued_on is not None and self.issued_on > day


@dataclass(frozen=True)
class Change:
    """A date that is not what its weekday says: its template number, and the record where an instrument is known."""

    date: dt.date
    template: int
    record: DayRecord | None = None

    def known_on(self, day: dt.date) -> bool:
        """Whether the change was decided by `day`."""
        return self.record is None or not self.record.unknown_on(day)


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Which moments are worked, 1970 to 2100; frozen, hashable by content, safe to share between threads.

    Args:
        name: whom it binds.
        zone: the zone in which its days begin and end.
        templates: what kinds of day there are; number 0 is the closed day.
        ordinary: template number of each day from 1970-01-01 if nothing were exceptional.
        changes: the exceptional dates; of two on one date the later one holds.
        official_from: first day fixed by instruments; None where every day is only projected.
        official_through: last such day.
        receptions: template number of the reception hours of each day; empty where there are none.

    Attributes:
        table: template number of each day.
        records: the exceptional dates that have an instrument.

    """

    name: str
    zone: ZoneInfo
    templates: tuple[Template, ...]
    ordinary: bytes = field(repr=False)
    changes: tuple[Change, ...] = field(default=(), repr=False)
    official_from: date | None = None
    official_through: date | None = None
    receptions: bytes = field(default=b"", repr=False)
    table: bytes = field(init=False, repr=False)
    records: Mapping[date, DayRecord] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the changes over the ordinary days."""
        table = bytearray(self.ordinary)
        for change in self.changes:
            table[self._index(change.date)] = change.template
        records = {change.date: change.record for change in self.changes if change.record}
        object.__setattr__(self, "table", bytes(table))
        object.__setattr__(self, "records", MappingProxyType(records))

    @classmethod
    def for_country(cls, code: str, *, zone: str, sessions: str | Sequence[str]) -> WorkCalendar:
        """The calendar of a country: `calendars.for_country` tells the arguments and the errors."""
        return _country(code, zone, (sessions,) if isinstance(sessions, str) else tuple(sessions))

    # -- identity

    @cached_property
    def edition(self) -> str:
        """Digest of the content, instruments included: equal editions give equal answers."""
        facts = (self.name, self.zone.key, self.templates, self.official_from, self.official_through)
        digest = sha256(repr((facts, self.changes)).encode())
        digest.update(self.ordinary + self.receptions)
        return digest.hexdigest()[:16]

    def __reduce__(self) -> tuple[type[WorkCalendar], tuple[Any, ...]]:
        """Pickle the content without the tables."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self) if field.init)

    def __eq__(self, other: object) -> bool:
        """Equal by content."""
        return isinstance(other, WorkCalendar) and self.edition == other.edition

    def __hash__(self) -> int:
        """Hash of the content."""
        return hash(self.edition)

    # -- tables

    @cached_property
    def _worked_before(self) -> list[int]:
        return list(accumulate((template != 0 for template in self.table), initial=0))

    @cached_property
    def _worked(self) -> list[date]:
        return list(map(date.fromordinal, compress(range(BASE, BASE + SIZE), self.table)))

    @cached_property
    def _minutes_before(self) -> list[int]:
        minutes = [template.minutes for template in self.templates]
        return list(accumulate(map(minutes.__getitem__, self.table), initial=0))

    @cached_property
    def _work_time(self) -> WorkTime:
        return WorkTime(BASE, self.table, self.templates, self._minutes_before, self.zone)

    def _index(self, day: date) -> int:
        if isinstance(day, datetime):
            raise NotADate(day)
        index = day.toordinal() - BASE
        if not 0 <= index < SIZE:
            raise OutOfRange(day, FIRST, LAST)
        return index

    def _template(self, day: date) -> Template:
        return self.templates[self.table[self._index(day)]]

    # -- days

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day (ngày làm việc)."""
        return self.table[self._index(day)] != 0

    def works_ordinarily(self, day: date) -> bool:
        """Whether `day` would be a working day if nothing made it exceptional."""
        return self.ordinary[self._index(day)] != 0

    @property
    def week(self) -> tuple[int, ...]:
        """Template number of each weekday, Monday first, as the tables end; `works_ordinarily` knows each date."""
        last = self.ordinary[-7:]
        return tuple(last[(weekday - LAST.weekday() - 1) % 7] for weekday in range(7))

    def worked_through(self, day: date) -> int:
        """Working days from 1970-01-01 through `day`: a position on the line of working days."""
        return self._worked_before[self._index(day) + 1]

    def worked_day(self, position: int) -> date:
        """The working day at a position of `worked_through`."""
        if not 1 <= position <= len(self._worked):
            raise OutOfRange(f"working day number {position}", FIRST, LAST)
        return self._worked[position - 1]

    def add_working_days(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`, which is day zero (Civil Code 2015, art. 147.2).

        A closed `day` stands at the last working day before it, for every `n`: so ``count(a, add(a, n)) == n``.

        >>> from calendars import vietnam
        >>> vietnam().add_working_days(date(2024, 4, 26), 3)  # 4 May 2024 is a make-up Saturday
        datetime.date(2024, 5, 4)
        """
        # the body of `worked_through` and `worked_day`, written out: two calls would cost as much as the look-ups
        index = day.toordinal() - BEFORE
        if type(day) is date and 0 < index <= SIZE:
            position = self._worked_before[index] + n
            if 0 < position <= len(self._worked):
                return self._worked[position - 1]
        return self.worked_day(self.worked_through(day) + n)

    def count_working_days(self, after: date, through: date) -> int:
        """Working days in the half-open span (after, through]; negative when `through` is earlier."""
        first, last = after.toordinal() - BEFORE, through.toordinal() - BEFORE
        if type(after) is type(through) is date and 0 < first <= SIZE and 0 < last <= SIZE:
            return self._worked_before[last] - self._worked_before[first]
        return self.worked_through(through) - self.worked_through(after)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the next working day (Civil Code 2015, art. 148.5)."""
        return day if self.is_working(day) else self.worked_day(self.worked_through(day) + 1)

    def sessions(self, day: date) -> Sessions:
        """The sessions of `day` as minutes of the day, half open; empty on a closed day."""
        return self._template(day).sessions

    # -- reception

    @cached_property
    def _exceptional(self) -> frozenset[date]:
        return frozenset(change.date for change in self.changes)

    def reception(self, day: date) -> Sessions:
        """The hours of `day` that are for reception only and count no working time; none on an exceptional date."""
        index = self._index(day)
        if not self.receptions or day in self._exceptional:
            return ()
        return self.templates[self.receptions[index]].sessions

    def receives(self, moment: datetime) -> bool:
        """Whether people are received at `moment`: in office hours or in reception hours, half open."""
        local = self.local(moment)
        minute = _instant(local) // MINUTE
        return self.is_open(moment) or any(begin <= minute < end for begin, end in self.reception(local.date()))

    # -- hours

    def local(self, moment: datetime) -> datetime:
        """The moment in the calendar's zone.

        Raises:
            NaiveMoment: the moment has no offset.

        """
        if moment.tzinfo is None:
            raise NaiveMoment(moment)
        return moment.astimezone(self.zone)

    def closing(self, day: date) -> datetime:
        """When the office closes on the working day `day`.

        Raises:
            ClosedDay: the office does not open on that day.

        """
        if not self.is_working(day):
            raise ClosedDay(day)
        return self._at(day, self._template(day).closing * MINUTE)

    def is_open(self, moment: datetime) -> bool:
        """Whether the office works at `moment`."""
        local = self.local(moment)
        return self._template(local.date()).opening(_instant(local)) == _instant(local)

    def in_hours(self, moment: datetime) -> bool:
        """Whether `moment` lies in office hours, the instant of closing included."""
        local = self.local(moment)
        return self._template(local.date()).holds(_instant(local))

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when the office is open, else when it next opens."""
        local = self.local(moment)
        opening = self._template(local.date()).opening(_instant(local))
        if opening is not None:
            return self._at(local.date(), opening)
        day = self.next_working_day(local.date() + timedelta(days=1))
        return self._at(day, self._template(day).sessions[0][0] * MINUTE)

    def work_through(self, moment: datetime) -> int:
        """Worked microseconds from 1970-01-01 until `moment`: a position on the line of working time."""
        local = self.local(moment)
        index = self._index(local.date())
        return self._minutes_before[index] * MINUTE + self.templates[self.table[index]].done(_instant(local))

    def work_done_at(self, position: int) -> datetime:
        """The moment at which a position > 0 of `work_through` is reached; a full day ends at its closing."""
        if end := self._work_time.at(position):
            return end
        raise OutOfRange(f"working minute {position // MINUTE}", FIRST, LAST)

    def add_working_time(self, moment: datetime, span: timedelta) -> datetime:
        """The moment at which `span` of working time has passed since `moment`; closing time stays closing time.

        >>> from calendars import vietnam
        >>> start = datetime(2024, 9, 6, 16, tzinfo=vietnam().zone)
        >>> vietnam().add_working_time(start, timedelta(hours=8)).isoformat()
        '2024-09-09T16:00:00+07:00'

        Raises:
            ValueError: a negative span.

        """
        work = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
        if work > 0 and moment.tzinfo is self.zone and (end := self._work_time.add(moment, work)):
            return end
        if work < 0:
            raise ValueError(f"the span {span} is negative; give zero or more")
        return self.work_done_at(self.work_through(moment) + work) if work else self.local(moment)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments; negative when `end` is earlier."""
        return timedelta(microseconds=self.work_through(end) - self.work_through(start))

    def _at(self, day: date, instant: int) -> datetime:
        midnight = datetime.combine(day, time(), self.zone)
        return midnight + timedelta(microseconds=instant) if instant < DAY else self.midnight_after(day)

    def midnight_after(self, day: date) -> datetime:
        """24:00 of `day`, when a term in days expires (Civil Code 2015, art. 148.6)."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone)

    # -- what is known

    def certainty(self, *days: date) -> Certainty:
        """Official where instruments have fixed all the days, projected where rules only foresee one of them."""
        first, last = self.official_from, self.official_through
        known = first and last and all(first <= day <= last for day in days)
        return "official" if known else "projected"

    def require_official(self, day: date) -> None:
        """Refuse a day that is only projected.

        Raises:
            NotOfficial: no instrument has fixed the day.

        """
        if self.certainty(day) != "official":
            raise NotOfficial(day, self.official_from, self.official_through)

    def record(self, day: date) -> DayRecord | None:
        """The instrument behind an exceptional date; None for an ordinary day."""
        return self.records.get(day)

    def as_of(self, day: date) -> WorkCalendar:
        """The calendar as it was known on `day`: swaps and new holidays decided later are ordinary days again.

        What was official then ends with the last year for which an instrument stood; after it the days are projected
        by today's base layer.
        """
        known = tuple(change for change in self.changes if change.known_on(day))
        return replace(self, changes=known, official_through=self._horizon(day))

    def _horizon(self, day: date) -> date | None:
        records = [change.record for change in self.changes if change.record]
        issued = [r.date.year for r in records if not r.introduces and r.issued_on and r.issued_on <= day]
        year_end = date(max([*issued, day.year]), 12, 31)
        return min(self.official_through, year_end) if self.official_through else None


def week_table(week: Sequence[int]) -> bytearray:
    """One template number per day of the tables when nothing is exceptional; `week` begins with Monday."""
    start = FIRST.weekday()
    return bytearray((tuple(week) * (SIZE // 7 + 2))[start : start + SIZE])


@cache
def _country(code: str, zone: str, sessions: tuple[str, ...]) -> WorkCalendar:
    import holidays

    known = holidays.country_holidays(code, years=range(FIRST.year, LAST.year + 1))
    week = [0 if day in known.weekend else OFFICE for day in range(7)]
    days = [(day, 0) for day in known] + [(day, OFFICE) for day in known.weekend_workdays]
    changes = tuple(Change(day, template) for day, template in days if FIRST <= day <= LAST)
    return WorkCalendar(code, ZoneInfo(zone), (CLOSED, Template.parse(sessions)), bytes(week_table(week)), changes)


def _instant(local: datetime) -> int:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def clock(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z: a position on the line of clock time.

    Raises:
        NaiveMoment: the moment has no offset.

    """
    if moment.tzinfo is None:
        raise NaiveMoment(moment)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
