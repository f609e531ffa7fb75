"""Vietnamese lunar dates by Hồ Ngọc Đức's algorithm at UTC+7 (new moons and solar terms after Meeus).

https://www.informatik.uni-leipzig.de/~duc/amlich/calrules.html
"""

from __future__ import annotations

from datetime import date
from math import floor, pi, sin

ZONE = 7.0
MONTH = 29.530588853
_ORDINAL_TO_JULIAN = 1721425


def solar(day: int, month: int, year: int) -> date:
    """The solar date of a day of a lunar month (never a leap month, no feast falls in one)."""
    before, after = _month_eleven(year - 1), _month_eleven(year)
    if month >= 11:
        before, after = after, _month_eleven(year + 1)
    offset = (month + 1) % 12
    if after - before > 365 and offset >= _leap_offset(before):
        offset += 1
    return _date(_new_moon(_lunation(before) + offset) + day - 1)


def _lunation(julian: int) -> int:
    return floor(0.5 + (julian - 2415021.076998695) / MONTH)


def _date(julian: int) -> date:
    return date.fromordinal(julian - _ORDINAL_TO_JULIAN)


def _month_eleven(year: int) -> int:
    """Julian day of the new moon that opens the month of the winter solstice."""
    k = floor((date(year, 12, 31).toordinal() + _ORDINAL_TO_JULIAN - 2415021) / MONTH)
    moon = _new_moon(k)
    return _new_moon(k - 1) if _sun_sector(moon) >= 9 else moon


def _leap_offset(eleven: int) -> int:
    """The first month after the eleventh in which the sun enters no new sector."""
    k = _lunation(eleven)
    for offset in range(1, 14):
        if _sun_sector(_new_moon(k + offset)) == _sun_sector(_new_moon(k + offset + 1)):
            return offset
    raise AssertionError(f"no leap month after {eleven}")


def _new_moon(k: int) -> int:
    """Julian day number, at UTC+7, of the k-th new moon after 1 January 1900."""
    t, rad = k / 1236.85, pi / 180
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * sin((166.56 + 132.87 * t - 0.009173 * t**2) * rad)
    sun = (359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3) * rad
    moon = (306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3) * rad
    node = (21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3) * rad
    c = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun) - 0.4068 * sin(moon) + 0.0161 * sin(2 * moon)
    c += -0.0004 * sin(3 * moon) + 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    c += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    c += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    delta = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return floor(mean + c - delta + 0.5 + ZONE / 24)


def _sun_sector(julian: int) -> int:
    """In which of twelve sectors of 30 degrees the sun stands at midnight, UTC+7."""
    t = (julian - 2451545.5 - ZONE / 24) / 36525
    rad = pi / 180
    anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3) * rad
    mean = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    centre = (1.914600 - 0.004817 * t - 0.000014 * t**2) * sin(anomaly)
    centre += (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000290 * sin(3 * anomaly)
    return floor((mean + centre) % 360 / 30)
