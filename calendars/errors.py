"""Every way floor 0 says no; the docstring is the default message, the facts are attributes."""

from __future__ import annotations

from datetime import date, datetime


class CalendarError(Exception):
    """The calendar cannot answer."""


class NaiveMoment(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A moment without an offset cannot be placed: two readers would place it at two instants."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(
            f"the moment {moment.isoformat()} has no offset; give it one, for example {moment.isoformat()}+07:00"
        )


class NotADate(CalendarError, TypeError):  # noqa: N818  # named for what was found
    """A moment where a date is asked for: its date depends on the zone."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(f"{moment!r} is a moment, a date is needed; ask for calendar.local(moment).date()")


class ClosedDay(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A question about office hours on a day that has none."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"the office is closed on {day}; ask for next_working_day({day!r}) first")


class OutOfRange(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A date outside the years the tables hold."""

    def __init__(self, found: object, first: date, last: date) -> None:
        self.found, self.first, self.last = found, first, last
        super().__init__(
            f"{found} lies outside {first} to {last}, the days this calendar holds; ask for a date in them"
        )


class NotOfficial(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A strict question about a day that no instrument has fixed yet."""

    def __init__(self, day: date, first: date | None, last: date | None) -> None:
        self.day, self.first, self.last = day, first, last
        span = f"official from {first} through {last}" if first else "not official for any day"
        super().__init__(f"{day} is only projected: the calendar is {span}; ask without strict to get the projection")


class UnreadableTerm(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A printed time limit (thời hạn giải quyết) that has no single reading."""

    def __init__(self, text: str, why: str) -> None:
        self.text, self.why = text, why
        super().__init__(
            f"the time limit {text!r} cannot be read: {why}; write a number and a unit, as '15 ngày làm việc'"
        )


class NoTermGiven(UnreadableTerm):
    """The source prints that no time limit is given."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "the source gives no limit")


class DifferentUnits(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """Two time limits that cannot be added: nobody says how many of the one make the other."""

    def __init__(self, limit: str, addition: str) -> None:
        self.limit, self.addition = limit, addition
        super().__init__(f"{addition} cannot be added: the limit is {limit}; give both in one unit")


class ReversedPause(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A pause (dừng tính thời gian) that ends before it begins."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin, self.end = begin, end
        super().__init__(
            f"the pause begins {begin.isoformat()} and ends before, {end.isoformat()}; swap the two moments"
        )


class MalformedRequest(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A question that is not put in the form of a question."""

    def __init__(self, found: object, allowed: str, example: str) -> None:
        self.found, self.allowed, self.example = found, allowed, example
        super().__init__(f"{found!r} was given, {allowed} is needed; for example {example}")


class MalformedCalendar(CalendarError, ValueError):  # noqa: N818  # named for what was found
    """A calendar file that breaks a rule of its format."""

    def __init__(self, file: str, key: str, rule: str, example: str) -> None:
        self.file, self.key, self.rule, self.example = file, key, rule, example
        super().__init__(f"{file}: {key}: {rule}; for example: {example}")
