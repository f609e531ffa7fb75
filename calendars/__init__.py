"""Floor 0: which moments are worked, when does a time limit end."""

from calendars.days import DayRecord, WorkCalendar
from calendars.deadlines import Deadline, deadline
from calendars.errors import (
    CalendarError,
    ClosedDay,
    MalformedCalendar,
    NaiveMoment,
    NotADate,
    NoTermGiven,
    NotOfficial,
    OutOfRange,
    ReversedPause,
    UnreadableTerm,
)
from calendars.explain import Step, explain
from calendars.loading import load_calendar
from calendars.terms import Term, Unit
from calendars.vietnam import for_country, vietnam

__all__ = [
    "CalendarError",
    "ClosedDay",
    "DayRecord",
    "Deadline",
    "MalformedCalendar",
    "NaiveMoment",
    "NoTermGiven",
    "NotADate",
    "NotOfficial",
    "OutOfRange",
    "ReversedPause",
    "Step",
    "Term",
    "Unit",
    "UnreadableTerm",
    "WorkCalendar",
    "deadline",
    "explain",
    "for_country",
    "load_calendar",
    "vietnam",
]
