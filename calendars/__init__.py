"""Floor 0: which moments are worked, when does a time limit end."""

from calendars.days import DayRecord, WorkCalendar
from calendars.deadlines import Deadline, deadline
from calendars.errors import (
    CalendarError,
    ClosedDay,
    DifferentUnits,
    MalformedCalendar,
    NaiveMoment,
    NotADate,
    NoTermGiven,
    NotOfficial,
    OutOfRange,
    ReversedPause,
    UnreadableTerm,
)
from calendars.explanation import Step, explain
from calendars.loading import load_calendar
from calendars.offices import load_office
from calendars.provisions import CIVIL_CODE, Provision
from calendars.running import RunningLimit, close_after
from calendars.terms import Term, Unit
from calendars.vietnam import for_country, vietnam

__all__ = [
    "CIVIL_CODE",
    "CalendarError",
    "ClosedDay",
    "DayRecord",
    "Deadline",
    "DifferentUnits",
    "MalformedCalendar",
    "NaiveMoment",
    "NoTermGiven",
    "NotADate",
    "NotOfficial",
    "OutOfRange",
    "Provision",
    "ReversedPause",
    "RunningLimit",
    "Step",
    "Term",
    "Unit",
    "UnreadableTerm",
    "WorkCalendar",
    "close_after",
    "deadline",
    "explain",
    "for_country",
    "load_calendar",
    "load_office",
    "vietnam",
]
