"""Calendar files: strict TOML in, a `WorkCalendar` out; every fault names file, key, rule and a good example."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.days import BASE, FIRST, LAST, SIZE, DayRecord, WorkCalendar
from calendars.errors import MalformedCalendar
from calendars.hours import CLOSED, Template

File = Path | Traversable
OFFICE = 1
"""Template number of an ordinary working day; 0 is the closed day."""

_TOP = {
    "format": (int, "format = 1"),
    "name": (str, 'name = "Vietnam, state bodies"'),
    "zone": (str, 'zone = "Asia/Ho_Chi_Minh"'),
    "official_from": (date, "official_from = 2015-01-01"),
    "official_through": (date, "official_through = 2027-12-31"),
    "working_weekdays": (list, "working_weekdays = [1, 2, 3, 4, 5]"),
    "sessions": (list, 'sessions = ["07:00-11:30", "13:30-17:00"]'),
    "instrument": (list, "[[instrument]]"),
}
_INSTRUMENT = {
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
_DAY = {
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
class _Reader:
    """One file being read; knows how to say what is wrong with it."""

    file: str

    def fail(self, key: str, rule: str, example: str) -> NoReturn:
        raise MalformedCalendar(self.file, key, rule, example)

    def table(self, found: object, where: str, allowed: Mapping[str, tuple[type, str]]) -> dict[str, Any]:
        if not isinstance(found, dict):
            self.fail(where, f"found {found!r}, a table is needed", next(iter(allowed.values()))[1])
        for key in found:
            if key not in allowed:
                self.fail(
                    f"{where}{key}",
                    f"unknown key; allowed are {', '.join(allowed)}",
                    allowed["name" if "name" in allowed else "date" if "date" in allowed else "title"][1],
                )
        for key, (kind, example) in allowed.items():
            self._value(found, where, key, kind, example)
        return found

    def _value(self, found: dict[str, Any], where: str, key: str, kind: type, example: str) -> None:
        if key not in found:
            if key not in _OPTIONAL:
                self.fail(f"{where}{key}", "the key is missing", example)
            return
        value = found[key]
        if not isinstance(value, kind) or isinstance(value, datetime) or (kind is int and isinstance(value, bool)):
            self.fail(f"{where}{key}", f"found {value!r}, {_NEEDED[kind]} is needed", example)
        if key in _CHOICES and value not in _CHOICES[key]:
            self.fail(f"{where}{key}", f"found {value!r}, allowed are {', '.join(_CHOICES[key])}", example)


def load_calendar(file: File, base: File | None = None) -> WorkCalendar:
    """Read a calendar file over a base layer of days off.

    Args:
        file: strict TOML, as `calendars/data/vietnam.toml`.
        base: CSV with the header ``date,kind,name`` of a layer below, used where the file has no record.

    Raises:
        MalformedCalendar: the file breaks its format.

    """
    reader = _Reader(Path(str(file)).name)
    top = reader.table(_toml(reader, file), "", _TOP)
    if top["format"] != 1:
        reader.fail("format", f"found {top['format']}, this version reads 1", "format = 1")
    if top["official_through"] < top["official_from"]:
        reader.fail(
            "official_through", f"{top['official_through']} is before official_from", _TOP["official_through"][1]
        )
    template, week = _template(reader, top["sessions"]), _week(reader, top["working_weekdays"])
    records = _records(reader, top["instrument"], week)
    table = week_table(week)
    for day, kind in _base_days(base):
        _set(table, day, kind)
    for record in records.values():
        _set(table, record.date, record.kind)
    return WorkCalendar(
        name=top["name"],
        zone=_zone(reader, top["zone"]),
        templates=(CLOSED, template),
        week=week,
        table=bytes(table),
        records=records,
        official_from=top["official_from"],
        official_through=top["official_through"],
    )


def week_table(week: tuple[int, ...]) -> bytearray:
    """One template number per day of the tables when nothing is exceptional."""
    start = FIRST.weekday()
    weeks = (week * (SIZE // 7 + 2))[start : start + SIZE]
    return bytearray(weeks)


def _set(table: bytearray, day: date, kind: str) -> None:
    table[day.toordinal() - BASE] = 0 if kind == "off" else OFFICE


def _toml(reader: _Reader, file: File) -> object:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        reader.fail(f"byte {error.start}", "the file is not UTF-8", "save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        reader.fail(_line_of(error, file), str(error), "format = 1")


def _line_of(error: tomllib.TOMLDecodeError, file: File) -> str:
    """The line on which reading stopped, which names the key."""
    number = re.search(r"at line (\d+)", str(error))
    return file.read_text(encoding="utf-8").splitlines()[int(number[1]) - 1].strip() if number else "end of file"


def _zone(reader: _Reader, key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError):
        reader.fail("zone", f"{key!r} is no zone of the tz database", _TOP["zone"][1])


def _template(reader: _Reader, sessions: list[Any]) -> Template:
    try:
        template = Template.parse(sessions)
    except (ValueError, TypeError) as error:
        reader.fail("sessions", str(error), _TOP["sessions"][1])
    if not template.sessions:
        reader.fail("sessions", "a working day needs a session", _TOP["sessions"][1])
    return template


def _week(reader: _Reader, weekdays: list[Any]) -> tuple[int, ...]:
    if not weekdays or sorted(map(str, weekdays)) != sorted({str(day) for day in range(1, 8) if day in weekdays}):
        reader.fail(
            "working_weekdays",
            f"found {weekdays}, weekdays are 1 (Monday) to 7, each once",
            _TOP["working_weekdays"][1],
        )
    return tuple(OFFICE if day in weekdays else 0 for day in range(1, 8))


def _base_days(base: File | None) -> Iterator[tuple[date, str]]:
    if base is None:
        return
    for row in csv.DictReader(base.read_text(encoding="utf-8").splitlines()):
        yield date.fromisoformat(row["date"]), row["kind"]


def _records(reader: _Reader, instruments: list[Any], week: tuple[int, ...]) -> dict[date, DayRecord]:
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
        swapped_with=day.get("swapped_with"),
        introduces=instrument.get("introduces", False),
    )


def _check_ordinary(reader: _Reader, where: str, record: DayRecord, week: tuple[int, ...]) -> None:
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


def _check_swaps(reader: _Reader, records: dict[date, DayRecord]) -> None:
    for record in records.values():
        pair = record.swapped_with
        if pair is None:
            continue
        other = records.get(pair)
        if other is None or other.swapped_with != record.date or other.kind == record.kind:
            half = "worked" if record.kind == "off" else "off"
            example = f'{{ date = {pair}, kind = "{half}", swapped_with = {record.date}, … }}'
            reader.fail(f"day {record.date}", f"the swap with {pair} has one half only", example)
