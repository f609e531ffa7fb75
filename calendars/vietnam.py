"""The calendars that ship: Vietnam's state bodies, and base layers of other countries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from calendars.days import WorkCalendar
from calendars.loading import load_calendar


@cache
def vietnam() -> WorkCalendar:
    """Vietnam's state bodies, 2015 through 2027 by instrument, other years by rule; loaded once.

    >>> from datetime import date
    >>> vietnam().is_working(date(2026, 1, 2)), vietnam().is_working(date(2026, 1, 10))
    (False, True)
    """
    data = files("calendars") / "data"
    return load_calendar(data / "vietnam.toml", data / "vietnam_base.csv")


def for_country(code: str, *, zone: str, sessions: str | Sequence[str]) -> WorkCalendar:
    """The base layer of the `holidays` package for a country; every day is projected, no instrument stands behind it.

    Args:
        code: ISO 3166 code, as ``NL``.
        zone: name in the tz database.
        sessions: office hours of a working day, as ``["08:00-17:00"]``; a single one may stand alone.

    Raises:
        NotImplementedError: the package does not know the country.
        ValueError: sessions that overlap or cannot be read.
        ZoneInfoNotFoundError: no such zone.

    """
    return WorkCalendar.for_country(code, zone=zone, sessions=sessions)
