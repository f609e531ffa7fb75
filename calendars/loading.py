"""Calendar files: strict TOML in, a `WorkCalendar` out; every fault names file, key, rule and a good example."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.days import FIRST, LAST, OFFICE, Change, DayRecord, WorkCalendar, week_table
from calendars.errors import MalformedCalendar
from calendars.files import read_toml
from calendars.hours import CLOSED, Template

File = Path | Traversable
Keys = Mapping[str, tuple[type, str]]
"""The type and a good example of each allowed key."""

_TOP: Keys = {
    "format": (int, "format = 1"),
    "name": (str, 'name = "Vietnam, state bodies"'),
    "zone": (str, 'zone = "Asia/Ho_Chi_Minh"'),
    "official_from": (date, "official_from = 2015-01-01"),
    "official_through": (date, "official_through = 2027-12-31"),
    "working_weekdays": (list, "working_weekdays = [1, 2, 3, 4, 5]"),
    "sessions": (list, 'sessions = ["07:00-11:30", "13:30-17:00"]'),
    "instrument": (list, "[[instrument]]"),
}
_INSTRUMENT: Keys = {
    "title": (str, 'title = "Công văn"'),
    "number": (str, 'number = "2450/VPCP-KGVX", or "not verified"'),
    "issued_on": (date, "issued_on = 2024-04-12"),
    "status": (str, 'status = "official"'),
    "scope": (str, 'scope = "state"'),
    "basis": (str, 'basis = "Bộ luật Lao động 2019, Điều 112"'),
    "introduces": (bool, "introduces = true"),
    "source": (str, 'source = "press"'),
    "confidence": (str, 'confidence = "high"'),
    "verified_on": (date, "verified_on = 2026-11-24"),
    "note": (str, 'note = "the number was read in the press"'),
    "days": (list, "days = [{ date = 2024-04-29, … }]"),
}
_DAY: Keys = {
    "date": (date, "date = 2024-04-29"),
    "kind": (str, 'kind = "off"'),
    "swapped_with": (date, "swapped_with = 2024-05-04"),
    "vi": (str, 'vi = "Nghỉ hoán đổi"'),
    "en": (str, 'en = "Swapped day off"'),
}
_NEEDED = {int: "a whole number", str: "a text", date: "a date", bool: "true or false", list: "a list"}
_OPTIONAL = {"issued_on", "introduces", "source", "confidence", "verified_on", "note", "swapped_with"}
_CHOICES = {
    "status": ("official", "projected"),
    "scope": ("statutory", "state", "province", "office"),
    "kind": ("off", "worked"),
    "source": ("official text", "press", "memory", "repositories"),
    "confidence": ("high", "medium", "low"),
}


@dataclass(frozen=True)
class Reader:
    """One file being read; knows how to say what is wrong with it."""

    file: str

    def fail(self, key: str, rule: str, example: str) -> NoReturn:
        """Refuse the file."""
        raise MalformedCalendar(self.file, key, rule, example)

    def table(
        self, found: object, where: str, allowed: Keys, optional: Collection[str] = frozenset(_OPTIONAL)
    ) -> dict[str, Any]:
        """A table with all of the allowed keys but the optional ones, each of its type, and no other."""
        if not isinstance(found, dict):
            self.fail(where.rstrip("."), f"found {found!r}, a table is needed", next(iter(allowed.values()))[1])
        for key in found:
            if key not in allowed:
                meant = get_close_matches(key, allowed, 1) or list(allowed)
                self.fail(f"{where}{key}", f"unknown key; allowed are {', '.join(allowed)}", allowed[meant[0]][1])
        for key, (kind, example) in allowed.items():
            if key in found:
                self._value(found[key], key, where, kind, example)
            elif key not in optional:
                self.fail(f"{where}{key}", "the key is missing", example)
        return found

    def _value(self, value: object, key: str, where: str, kind: type, example: str) -> None:
        if not isinstance(value, kind) or isinstance(value, datetime) or (kind is int and isinstance(value, bool)):
            self.fail(f"{where}{key}", f"found {value!r}, {_NEEDED[kind]} is needed", example)
        if key in _CHOICES and value not in _CHOICES[key]:
            self.fail(f"{where}{key}", f"found {value!r}, allowed are {', '.join(_CHOICES[key])}", example)

    def toml(self, file: File) -> object:
        """The content of a TOML file in UTF-8."""
        try:
            return read_toml(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            self.fail(f"byte {error.start}", "the file is not UTF-8", "save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.fail(_line_of(error, file), str(error), "format = 1")

    def format(self, found: int) -> None:
        """The number of the format, which has to be one this version reads."""
        if found != 1:
            self.fail("format", f"found {found}, this version reads 1", "format = 1")

    def zone(self, where: str, key: str) -> ZoneInfo:
        """A zone of the tz database."""
        try:
            return ZoneInfo(key)
        except (ZoneInfoNotFoundError, ValueError):
            self.fail(where, f"{key!r} is no zone of the tz database", _TOP["zone"][1])

    def template(self, where: str, sessions: list[Any], example: str = _TOP["sessions"][1]) -> Template:
        """The sessions of a day."""
        try:
            return Template.parse(sessions)
        except ValueError as error:
            self.fail(where, str(error), example)

    def opened(self, where: str, sessions: list[Any], example: str = _TOP["sessions"][1]) -> Template:
        """The sessions of a day that has one at least."""
        template = self.template(where, sessions, example)
        if not template.sessions:
            self.fail(where, "the list is empty, it needs a session", example)
        return template

    def weekdays(self, where: str, found: list[Any], example: str) -> list[int]:
        """Weekdays, 1 (Monday) to 7, in order."""
        named = [day for day in range(1, 8) if day in found]
        if not found or sorted(map(str, found)) != sorted(map(str, named)):
            self.fail(where, f"found {found}, weekdays are 1 (Monday) to 7, each once", example)
        return named


def load_calendar(file: File, base: File | None = None) -> WorkCalendar:
    """Read a calendar file over a base layer of days off.

    Args:
        file: strict TOML, as `calendars/data/vietnam.toml`.
        base: CSV with the header ``date,kind,name`` of a layer below, used where the file has no record.

    Raises:
        MalformedCalendar: the file breaks its format.

    """
    reader = Reader(Path(str(file)).name)
    top = reader.table(reader.toml(file), "", _TOP)
    reader.format(top["format"])
    if top["official_through"] < top["official_from"]:
        reader.fail(
            "official_through", f"{top['official_through']} is before official_from", _TOP["official_through"][1]
        )
    template = reader.opened("sessions", top["sessions"])
    weekdays = reader.weekdays("working_weekdays", top["working_weekdays"], _TOP["working_weekdays"][1])
    week = [OFFICE if day in weekdays else 0 for day in range(1, 8)]
    records = _records(reader, top["instrument"], week)
    silent = [Change(day, _number(kind)) for day, kind in _base_days(base) if day not in records]
    return WorkCalendar(
        name=top["name"],
        zone=reader.zone("zone", top["zone"]),
        templates=(CLOSED, template),
        ordinary=bytes(week_table(week)),
        changes=(*silent, *(Change(day, _number(record.kind), record) for day, record in records.items())),
        official_from=top["official_from"],
        official_through=top["official_through"],
    )


def _number(kind: str) -> int:
    return 0 if kind == "off" else OFFICE


def _line_of(error: tomllib.TOMLDecodeError, file: File) -> str:
    """The line on which reading stopped, which names the key."""
    number = re.search(r"at line (\d+)", str(error))
    return file.read_text(encoding="utf-8").splitlines()[int(number[1]) - 1].strip() if number else "end of file"


def _base_days(base: File | None) -> Iterator[tuple[date, str]]:
    if base is None:
        return
    for row in csv.DictReader(base.read_text(encoding="utf-8").splitlines()):
        yield date.fromisoformat(row["date"]), row["kind"]


def _records(reader: Reader, instruments: list[Any], week: list[int]) -> dict[date, DayRecord]:
    records: dict[date, DayRecord] = {}
    for number, found in enumerate(instruments, 1):
        where = f"instrument[{number}]."
        instrument = reader.table(found, where, _INSTRUMENT)
        for place, day in enumerate(instrument["days"], 1):
            record = _record(instrument, reader.table(day, f"{where}days[{place}].", _DAY))
            if record.date in records:
                reader.fail(
                    f"{where}days[{place}].date",
                    f"{record.date} is {records[record.date].kind} already",
                    "one record per date",
                )
            _check_ordinary(reader, f"{where}days[{place}]", record, week)
            records[record.date] = record
    _check_swaps(reader, records)
    return records


def _record(instrument: dict[str, Any], day: dict[str, Any]) -> DayRecord:
    return DayRecord(
        date=day["date"],
        kind=day["kind"],
        name_vi=day["vi"],
        name_en=day["en"],
        instrument=instrument["title"],
        number=instrument["number"],
        basis=instrument["basis"],
        status=instrument["status"],
        scope=instrument["scope"],
        issued_on=instrument.get("issued_on"),
        verified_on=instrument.get("verified_on"),
        swapped_with=day.get("swapped_with"),
        introduces=instrument.get("introduces", False),
    )


def _check_ordinary(reader: Reader, where: str, record: DayRecord, week: list[int]) -> None:
    if not FIRST <= record.date <= LAST:
        reader.fail(f"{where}.date", f"{record.date} lies outside {FIRST} to {LAST}", "date = 2024-05-04")
    if record.kind == "worked" and week[record.date.weekday()]:
        reader.fail(
            f"{where}.date", f"{record.date} is an ordinary working day, it cannot be made one", "date = 2024-05-04"
        )
    if record.kind == "worked" and record.swapped_with is None:
        reader.fail(
            f"{where}.swapped_with", f"the make-up day {record.date} names no day off", "swapped_with = 2024-04-29"
        )


def _check_swaps(reader: Reader, records: dict[date, DayRecord]) -> None:
    for record in records.values():
        pair = record.swapped_with
        if pair is None:
            continue
        other = records.get(pair)
        if other is None or other.swapped_with != record.date or other.kind == record.kind:
            half = "worked" if record.kind == "off" else "off"
            example = f'{{ date = {pair}, kind = "{half}", swapped_with = {record.date}, … }}'
            reader.fail(f"day {record.date}", f"the swap with {pair} has one half only", example)
