"""What do we publish of a year: one HTML page, Vietnamese first, that prints and asks nothing of the network."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Template

from calendars.views import NOT_VERIFIED
from rules.display import both, day
from rules.templating import template

if TYPE_CHECKING:
    from calendars.views import Day
    from calendars.yearbook import Instrument, Year

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = (
    *(("T2", "Mo", "Thứ Hai", "Monday"), ("T3", "Tu", "Thứ Ba", "Tuesday"), ("T4", "We", "Thứ Tư", "Wednesday")),
    *(("T5", "Th", "Thứ Năm", "Thursday"), ("T6", "Fr", "Thứ Sáu", "Friday")),
    *(("T7", "Sa", "Thứ Bảy", "Saturday"), ("CN", "Su", "Chủ Nhật", "Sunday")),
)
"""Short and long names of the weekdays, Vietnamese and English, Monday first."""


def render(year: Year) -> str:
    """The page of a year; self-contained, readable without colour, without script and on paper."""
    return _template().render(year=year, view=year.view, calendar=year.view.calendar)


def instrument_text(instrument: Instrument) -> str:
    """An instrument as a line of Vietnamese text.

    >>> instrument_text(("Quyết định", None, "Bộ luật Lao động 2019, Điều 112", None))
    'Quyết định, số: chưa kiểm chứng; căn cứ: Bộ luật Lao động 2019, Điều 112'
    """
    title, number, basis, issued_on = instrument
    issued = f", ngày {day(issued_on)}" if issued_on else ""
    return f"{title}, số{'' if number else ':'} {number or NOT_VERIFIED}{issued}; căn cứ: {basis}"


def spoken(shown: Day) -> str:
    """What a day's cell says when it is pointed at or read aloud."""
    vi, en = WEEKDAYS[shown.date.weekday()][2:]
    kind = "nghỉ · day off" if shown.kind == "off" else f"làm việc · worked {shown.hours}"
    return f"{vi} · {en} {day(shown.date)}: {shown.name or kind}"


def whose(name: str) -> tuple[str, str]:
    """Whose calendar it is, in Vietnamese and English.

    >>> whose("Vietnam, state bodies")[0]
    'Cơ quan nhà nước Việt Nam'
    """
    return {"Vietnam, state bodies": "Cơ quan nhà nước Việt Nam"}.get(name, name), name


def weekday(shown: date) -> tuple[str, str]:
    """The weekday in Vietnamese and English."""
    return WEEKDAYS[shown.weekday()][2:]


@cache
def _template() -> Template:
    helpers = {"spoken": spoken, "weekday": weekday, "whose": whose}
    return template("calendar.html.j2", t=both, day=day, months=MONTHS, weekdays=WEEKDAYS, **helpers)
