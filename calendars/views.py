"""Calendars as a reader names them (`vietnam@2025-12-24`, `holidays:NL`, `office.toml`), and what they say of a day."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from calendars.days import BASE, FIRST, LAST, Certainty, DayRecord, WorkCalendar
from calendars.errors import MalformedRequest
from calendars.loading import load_calendar
from calendars.offices import load_office
from calendars.refresh import read
from calendars.vietnam import for_country, vietnam

Kind = Literal["working", "closed", "off", "worked", "hours"]
"""An ordinary working day, an ordinary closed day, a day off, a make-up day, a working day with hours of its own."""

NOT_VERIFIED = "chưa kiểm chứng"
ALLOWED = "vietnam, vietnam@DATE, holidays:COUNTRY or an office file (TOML)"
EXAMPLE = "vietnam@2025-12-24"
PACKAGE = "holidays:"

_ENGLISH = {
    "Tết Dương lịch": "New Year's Day",
    "29 Tết": "Lunar New Year, two days before the first",
    "Giao thừa Tết Nguyên Đán": "Lunar New Year's Eve",
    "Tết Nguyên Đán": "Lunar New Year, first day",
    "Mùng hai Tết Nguyên Đán": "Lunar New Year, second day",
    "Mùng ba Tết Nguyên Đán": "Lunar New Year, third day",
    "Mùng bốn Tết Nguyên Đán": "Lunar New Year, fourth day",
    "Mùng năm Tết Nguyên Đán": "Lunar New Year, fifth day",
    "Mùng sáu Tết Nguyên Đán": "Lunar New Year, sixth day",
    "Ngày Giỗ Tổ Hùng Vương": "Hùng Kings' Commemoration Day",
    "Ngày Chiến thắng": "Victory Day",
    "Ngày Quốc tế Lao động": "International Labour Day",
    "Quốc khánh": "National Day",
    "Ngày Văn hóa Việt Nam": "Vietnamese Culture Day",
    "Làm bù": "Make-up day",
}
_SUBSTITUTE = " (nghỉ bù)"
_SWAPPED = re.compile(r"Ngày nghỉ \(thay cho ngày (\d\d)/(\d\d)/(\d{4})\)")


class Names(NamedTuple):
    """What a day is called, and whether that name stands for a day off or a day worked."""

    kind: str
    vi: str
    en: str


@dataclass(frozen=True)
class Day:
    """What a calendar says of one date.

    Attributes:
        date: the date.
        kind: ordinary (`working`, `closed`) or exceptional (`off`, `worked`, `hours`).
        certainty: official, or projected where no instrument has fixed it.
        name_vi: its Vietnamese name; empty on an ordinary day.
        name_en: its English name.
        instrument: title of the instrument that made it exceptional; empty where none is known.
        number: number of that instrument; None where it is not verified.
        basis: the article it rests on.
        issued_on: day of issue, where known.
        swapped_with: the other half of a swap (hoán đổi).
        hours: office hours of an exceptional day on which the office works.

    """

    date: dt.date
    kind: Kind
    certainty: Certainty
    name_vi: str = ""
    name_en: str = ""
    instrument: str = ""
    number: str | None = None
    basis: str = ""
    issued_on: dt.date | None = None
    swapped_with: dt.date | None = None
    hours: str = ""

    @property
    def working(self) -> bool:
        """Whether it is a working day."""
        return self.kind not in {"closed", "off"}

    @property
    def exceptional(self) -> bool:
        """Whether it differs from its weekday or has a name."""
        return self.kind not in {"working", "closed"}

    @property
    def name(self) -> str:
        """Both names, Vietnamese first; one where they are the same."""
        return " · ".join(dict.fromkeys(name for name in (self.name_vi, self.name_en) if name))

    @property
    def number_text(self) -> str:
        """The number of its instrument, or that it is not verified; empty where there is no instrument."""
        return (self.number or NOT_VERIFIED) if self.instrument else ""


@dataclass(frozen=True)
class View:
    """A calendar under the name its reader gave it, seen on `as_of` (today where None)."""

    label: str
    calendar: WorkCalendar
    names: Mapping[date, Names] = field(default_factory=dict, repr=False)
    as_of: date | None = None

    def seen_on(self, day: date | None) -> View:
        """The same calendar as it was known on `day`.

        Raises:
            MalformedRequest: the base layer of a country, which keeps no history, or a view that has its day already.

        """
        if day is None:
            return self
        if self.as_of:
            raise MalformedRequest(f"{self.label}@{day}", "one date of view", EXAMPLE)
        if self.label.startswith(PACKAGE):
            raise MalformedRequest(f"{self.label}@{day}", "a calendar that knows when it was decided", EXAMPLE)
        return View(f"{self.label}@{day}", self.calendar.as_of(day), self.names, day)

    def day(self, date_: date) -> Day:
        """What the calendar says of one date.

        >>> from datetime import date
        >>> read_view("vietnam").day(date(2026, 1, 2)).number
        '12729/VPCP-KGVX'
        """
        plain = Day(date_, self._kind(date_), self.calendar.certainty(date_), hours=self._hours(date_))
        record, names = self.calendar.record(date_), self.names.get(date_)
        if record and (record.kind == "worked") == plain.working:
            return self._recorded(plain, record)
        silent = plain.kind == "closed" and plain.certainty == "official"
        if names and not silent and (names.kind == "worked") == plain.working:
            return replace(plain, kind=_named(plain), name_vi=names.vi, name_en=names.en)
        return plain

    def _kind(self, date_: date) -> Kind:
        index = date_.toordinal() - BASE
        ordinary, found = self.calendar.ordinary[index], self.calendar.table[index]
        if found == ordinary:
            return "working" if found else "closed"
        if not found:
            return "off"
        return "hours" if ordinary else "worked"

    def _hours(self, date_: date) -> str:
        if self._kind(date_) not in {"worked", "hours"}:
            return ""
        return ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in self.calendar.sessions(date_))

    def _recorded(self, plain: Day, record: DayRecord) -> Day:
        named = replace(plain, kind=_named(plain), name_vi=record.name_vi, name_en=record.name_en)
        if self.as_of and record.issued_on and record.issued_on > self.as_of:
            return named  # foreseen by rule on that day; the instrument came later
        return replace(
            named,
            instrument=record.instrument,
            number=None if record.number == "not verified" else record.number,
            basis=record.basis,
            issued_on=record.issued_on,
            swapped_with=record.swapped_with,
        )


def _named(plain: Day) -> Kind:
    """A closed weekday with a name is a day off."""
    return "off" if plain.kind == "closed" else plain.kind


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def read_view(text: str) -> View:
    """The calendar that `text` names.

    Args:
        text: `vietnam`, `holidays:NL` (any country of the `holidays` package) or a TOML file; `@DATE` behind it asks
            for the calendar as it was known on that date.

    Raises:
        MalformedRequest: no such calendar.
        MalformedCalendar: a file that breaks its format.

    """
    name, at, day = text.rpartition("@")
    if at and (name == "vietnam" or re.fullmatch(r"\d{4}-\d\d-\d\d", day)):
        return read_view(name).seen_on(_date(day, text))
    if text == "vietnam":
        return View(text, vietnam(), _snapshot())
    if text.startswith(PACKAGE):
        return _package(text)
    if Path(text).is_file():
        return _file(text)
    raise MalformedRequest(text, ALLOWED, EXAMPLE)


def _date(text: str, whole: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedRequest(whole, "a date as YYYY-MM-DD behind the @", EXAMPLE) from None


def _file(text: str) -> View:
    calendar = load_calendar(Path(text)) if _has_instruments(Path(text)) else load_office(text)
    return View(text, calendar, _snapshot() if calendar.zone == vietnam().zone else {})


def _has_instruments(file: Path) -> bool:
    """Whether a file is a whole calendar and not an office over one; an unreadable one is refused by its reader."""
    try:
        return "instrument" in tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return False


def _package(text: str) -> View:
    from holidays import country_holidays, list_supported_countries

    code = text.removeprefix(PACKAGE)
    if code not in list_supported_countries(include_aliases=False):
        raise MalformedRequest(text, "a country of the `holidays` package, ISO 3166", "holidays:VN")
    # only its days are looked at: any zone and hours will do
    calendar = for_country(code, zone="UTC", sessions="08:00-16:00")
    years = range(FIRST.year, LAST.year + 1)
    speaks = country_holidays(code)
    own = country_holidays(code, years=years, language=speaks.default_language)
    english = country_holidays(code, years=years, language="en_US") if "en_US" in speaks.supported_languages else own
    return View(text, calendar, {day: Names("off", name, english.get(day, name)) for day, name in own.items()})


def _snapshot() -> dict[date, Names]:
    return {day: Names(entry.kind, entry.name, english(entry.name)) for day, entry in read().items()}


def english(name: str) -> str:
    """The English name of a day of the snapshot; the name itself where none is known.

    >>> english("Quốc khánh (nghỉ bù)"), english("Ngày nghỉ (thay cho ngày 04/05/2013)")
    ('Substitute day off, National Day', 'Swapped day off, for 2013-05-04')
    """
    swapped = _SWAPPED.fullmatch(name)
    if swapped:
        day, month, year = swapped.groups()
        return f"Swapped day off, for {year}-{month}-{day}"
    if name.endswith(_SUBSTITUTE):
        return f"Substitute day off, {english(name.removesuffix(_SUBSTITUTE))}"
    return _ENGLISH.get(name, name)
