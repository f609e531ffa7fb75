"""How a provision begins and ends the limits it gives: cut-off hours, the day of the event, and closed last days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from calendars.days import WorkCalendar


@dataclass(frozen=True)
class Provision:
    """What a provision says besides the number and the unit.

    >>> from calendars import Term, deadline, vietnam
    >>> late = datetime(2026, 8, 20, 15, 30, tzinfo=vietnam().zone)
    >>> deadline(vietnam(), late, Term.parse("trong ngày"), provision=Provision(cutoff=time(15))).due
    datetime.date(2026, 8, 21)

    Attributes:
        cutoff: what comes in after this hour, or on a closed day, counts as come in when the next working day begins;
            ``"last_hour"``: in the last hour of office time or after it (Decree 297/2025). None: no such rule.
        day_zero: ``"event"``, the day of the event is not counted (Civil Code 2015, art. 147.2); ``"counted"``: it is
            the first day.
        roll: an end on a closed day moves to the ``"next"`` working day (art. 148.5), to the ``"previous"`` one, or
            stays (``"none"``). Only limits in days, months and years are rolled.

    """

    cutoff: time | Literal["last_hour"] | None = None
    day_zero: Literal["event", "counted"] = "event"
    roll: Literal["next", "previous", "none"] = "next"

    def begins(self, calendar: WorkCalendar, moment: datetime) -> datetime:
        """The moment from which a limit runs that `moment` sets going."""
        local = calendar.local(moment)
        if self.cutoff is None or (calendar.is_working(local.date()) and not self._too_late(calendar, local)):
            return local
        day = calendar.next_working_day(local.date() + timedelta(days=1))
        return calendar.next_opening(datetime.combine(day, time(), calendar.zone))

    def _too_late(self, calendar: WorkCalendar, local: datetime) -> bool:
        if self.cutoff == "last_hour":
            return local > calendar.closing(local.date()) - timedelta(hours=1)
        return self.cutoff is not None and local.time() > self.cutoff

    def zero(self, start: date) -> date:
        """The day after which days are counted."""
        return start - timedelta(days=1) if self.day_zero == "counted" else start

    def rolled(self, calendar: WorkCalendar, day: date) -> date:
        """Where a limit ends that is counted out on `day`."""
        if self.roll == "none" or calendar.is_working(day):
            return day
        return calendar.next_working_day(day) if self.roll == "next" else calendar.add_working_days(day, 0)


CIVIL_CODE = Provision()
"""The rules of the Civil Code, which hold where a provision says nothing else (art. 145)."""
