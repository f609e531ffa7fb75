"""Office files: hours by date range, reception hours and days of its own, over the calendar of a country."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from calendars.days import BASE, FIRST, LAST, SIZE, Change, DayRecord, WorkCalendar
from calendars.hours import Template
from calendars.loading import Keys, Reader
from calendars.vietnam import vietnam

_SESSIONS = 'sessions = ["07:30-11:30", "13:00-17:00"]'
_TOP: Keys = {
    "format": (int, "format = 1"),
    "base": (object, 'base = "vietnam", or base = { country = "NL", zone = "Europe/Amsterdam" }'),
    "name": (str, 'name = "Chi nhánh Văn phòng đăng ký đất đai số 1"'),
    "hours": (list, f"[[hours]] with weekdays = [1, 2, 3, 4, 5] and {_SESSIONS}"),
    "reception": (list, '[[reception]] with weekdays = [6] and sessions = ["07:30-11:30"]'),
    "day": (list, '[[day]] with date = 2026-02-13 and sessions = ["07:00-11:00"]'),
}
_COUNTRY: Keys = {"country": (str, 'country = "NL"'), "zone": (str, 'zone = "Europe/Amsterdam"')}
_SPAN: Keys = {
    "from": (date, "from = 2026-04-16"),
    "to": (date, "to = 2026-10-15"),
    "season": (list, 'season = ["04-16", "10-15"]'),
    "weekdays": (list, "weekdays = [1, 2, 3, 4, 5]"),
    "sessions": (list, _SESSIONS),
}
_DAY: Keys = {
    "date": (date, "date = 2026-02-13"),
    "sessions": (list, 'sessions = ["07:00-11:00"], or sessions = [] on a closed day'),
    "vi": (str, 'vi = "Làm việc buổi sáng"'),
    "en": (str, 'en = "Morning only"'),
    "instrument": (str, 'instrument = "Thông báo"'),
    "number": (str, 'number = "12/TB-VPĐK", or "not verified"'),
    "basis": (str, 'basis = "Nội quy cơ quan"'),
    "issued_on": (date, "issued_on = 2026-02-02"),
}
_MOST = 255
_COMMON_YEAR = 2001
MonthDay = tuple[int, int]


@dataclass(frozen=True)
class _Span:
    """The same sessions on some weekdays of a range of dates, of all of it or of a season of each year."""

    where: str
    first: date
    last: date
    season: tuple[MonthDay, MonthDay] | None
    weekdays: tuple[int, ...]
    template: Template
    texts: tuple[str, ...]

    @cached_property
    def stretches(self) -> tuple[slice, ...]:
        """The days of the tables for which it speaks."""
        ranges = [(max(begin, self.first), min(end, self.last)) for begin, end in self._ranges()]
        return tuple(slice(_index(begin), _index(end) + 1) for begin, end in ranges if begin <= end)

    def _ranges(self) -> list[tuple[date, date]]:
        if self.season is None:
            return [(self.first, self.last)]
        begin, end = self.season
        years = range(self.first.year - 1, self.last.year + 1)
        return [(date(year, *begin), date(year + (end < begin), *end)) for year in years]

    def speaks_on(self, day: date) -> bool:
        return any(stretch.start <= _index(day) < stretch.stop for stretch in self.stretches)

    def slots(self) -> Iterator[slice]:
        """The days on which it has sessions, weekday by weekday."""
        for stretch in self.stretches:
            begins_on = date.fromordinal(BASE + stretch.start).isoweekday()
            for weekday in self.weekdays:
                yield slice(stretch.start + (weekday - begins_on) % 7, stretch.stop, 7)

    def fill(self, table: bytearray | list[int], number: int) -> None:
        for slots in self.slots():
            table[slots] = [number] * len(range(*slots.indices(SIZE)))


@dataclass(frozen=True)
class _Own:
    """A day of the office itself."""

    template: Template
    record: DayRecord


def load_office(path: str | Path) -> WorkCalendar:
    """The calendar of one office: a strict TOML file over the calendar of its country, as `examples/office.toml`.

    Days off and make-up days come from the base; on a make-up day the hours are those of the first working weekday
    then in force. Certainty, instruments and `as_of` are the base's, the office's own days are added to them.

    Raises:
        MalformedCalendar: the file breaks its format.

    """
    file = Path(path)
    reader = Reader(file.name)
    top = reader.table(reader.toml(file), "", _TOP, {"hours", "reception", "day"})
    reader.format(top["format"])
    hours, receptions = (_spans(reader, key, top.get(key, [])) for key in ("hours", "reception"))
    own = _own_days(reader, top.get("day", []))
    base = _base(reader, top["base"], hours)
    kinds = _kinds(reader, base, [*hours, *receptions, *own])
    return WorkCalendar(
        name=top["name"],
        zone=base.zone,
        templates=tuple(kinds),
        ordinary=_ordinary(base, hours, kinds),
        changes=(
            *_kept(base, hours, kinds),
            *(Change(day.record.date, kinds[day.template], day.record) for day in own),
        ),
        official_from=base.official_from,
        official_through=base.official_through,
        receptions=_receptions(receptions, kinds),
    )


def _base(reader: Reader, found: object, hours: Sequence[_Span]) -> WorkCalendar:
    if found == "vietnam":
        return vietnam()
    if not isinstance(found, dict):
        reader.fail("base", f'found {found!r}, "vietnam" or a table of country and zone is needed', _TOP["base"][1])
    country = reader.table(found, "base.", _COUNTRY)
    zone = reader.zone("base.zone", country["zone"])
    _check_no_gap(reader, hours)
    try:
        return WorkCalendar.for_country(country["country"], zone=zone.key, sessions=hours[0].texts)
    except NotImplementedError:
        reader.fail("base.country", f"`holidays` knows no country {country['country']!r}", _COUNTRY["country"][1])


def _check_no_gap(reader: Reader, hours: Sequence[_Span]) -> None:
    """A country has days off, but no office hours to fall back on."""
    open_ = bytearray(SIZE)
    for stretch in (stretch for span in hours for stretch in span.stretches):
        open_[stretch] = b"\1" * (stretch.stop - stretch.start)
    gap = open_.find(0)
    if gap >= 0:
        found = f"no hours are in force on {date.fromordinal(BASE + gap)}, and a country gives none"
        reader.fail("hours", found, "leave out `from` of the first [[hours]] and `to` of the last")


def _spans(reader: Reader, key: str, found: list[Any]) -> list[_Span]:
    spans = [_span(reader, f"{key}[{number}]", table) for number, table in enumerate(found, 1)]
    taken = [0] * SIZE
    for number, span in enumerate(spans, 1):
        twice = [slot for slots in span.slots() if any(taken[slots]) for slot in range(SIZE)[slots] if taken[slot]]
        if twice:
            _fail_overlap(reader, spans[taken[min(twice)] - 1], span, date.fromordinal(BASE + min(twice)))
        span.fill(taken, number)
    return spans


def _span(reader: Reader, where: str, found: object) -> _Span:
    table = reader.table(found, f"{where}.", _SPAN, {"from", "to", "season"})
    first, last = table.get("from", FIRST), table.get("to", LAST)
    for key, day in (("from", first), ("to", last)):
        _check_in_tables(reader, f"{where}.{key}", day, _SPAN[key][1])
    if last < first:
        reader.fail(f"{where}.to", f"{last} is before from = {first}", _SPAN["to"][1])
    season = _season(reader, f"{where}.season", table["season"]) if "season" in table else None
    weekdays = reader.weekdays(f"{where}.weekdays", table["weekdays"], _SPAN["weekdays"][1])
    template = reader.opened(f"{where}.sessions", table["sessions"], _SESSIONS)
    return _Span(where, first, last, season, tuple(weekdays), template, tuple(table["sessions"]))


def _season(reader: Reader, where: str, found: list[Any]) -> tuple[MonthDay, MonthDay]:
    try:
        begin, end = map(_month_day, found)
    except ValueError:
        reader.fail(where, f"found {found}, two days MM-DD that every year has are needed", _SPAN["season"][1])
    return begin, end


def _month_day(text: object) -> MonthDay:
    written = f"{_COMMON_YEAR}-{text}"
    day = date.fromisoformat(written)
    if day.isoformat() != written:
        raise ValueError(f"{text!r} is no MM-DD")
    return day.month, day.day


def _check_in_tables(reader: Reader, where: str, day: date, example: str) -> None:
    if not FIRST <= day <= LAST:
        reader.fail(where, f"{day} lies outside {FIRST} to {LAST}", example)


def _fail_overlap(reader: Reader, one: _Span, other: _Span, twice: date) -> NoReturn:
    earlier = next((span for span in (one, other) if span.first < twice), None)
    example = f"to = {twice - timedelta(days=1)} in {earlier.where}" if earlier else f"other weekdays in {other.where}"
    rule = f"{one.where} holds on {twice} too; two ranges may share a date only on different weekdays"
    reader.fail(f"{other.where}.from", rule, example)


def _index(day: date) -> int:
    return day.toordinal() - BASE


def _own_days(reader: Reader, found: list[Any]) -> list[_Own]:
    days: dict[date, _Own] = {}
    for number, table in enumerate(found, 1):
        own = _own_day(reader, f"day[{number}]", table)
        if own.record.date in days:
            reader.fail(f"day[{number}].date", f"{own.record.date} has a [[day]] already", "one [[day]] per date")
        days[own.record.date] = own
    return list(days.values())


def _own_day(reader: Reader, where: str, found: object) -> _Own:
    day = reader.table(found, f"{where}.", _DAY, {"issued_on"})
    _check_in_tables(reader, f"{where}.date", day["date"], _DAY["date"][1])
    template = reader.template(f"{where}.sessions", day["sessions"], _DAY["sessions"][1])
    record = DayRecord(
        date=day["date"],
        kind="worked" if template.sessions else "off",
        name_vi=day["vi"],
        name_en=day["en"],
        instrument=day["instrument"],
        number=day["number"],
        basis=day["basis"],
        status="official",
        scope="office",
        issued_on=day.get("issued_on"),
        introduces=True,
    )
    return _Own(template, record)


def _kinds(reader: Reader, base: WorkCalendar, needed: Iterable[_Span | _Own]) -> dict[Template, int]:
    """A number for each kind of day; those of the base keep theirs."""
    kinds = {template: number for number, template in enumerate(base.templates)}
    for one in needed:
        kinds.setdefault(one.template, len(kinds))
    if len(kinds) > _MOST:
        reader.fail(
            "sessions", f"{len(kinds)} different kinds of day, {_MOST} are allowed", "give days the same sessions"
        )
    return kinds


def _ordinary(base: WorkCalendar, hours: Sequence[_Span], kinds: Mapping[Template, int]) -> bytes:
    table = bytearray(base.ordinary)
    for stretch in (stretch for span in hours for stretch in span.stretches):
        table[stretch] = bytes(stretch.stop - stretch.start)
    for span in hours:
        span.fill(table, kinds[span.template])
    return bytes(table)


def _receptions(receptions: Sequence[_Span], kinds: Mapping[Template, int]) -> bytes:
    table = bytearray(SIZE if receptions else 0)
    for span in receptions:
        span.fill(table, kinds[span.template])
    return bytes(table)


def _kept(base: WorkCalendar, hours: Sequence[_Span], kinds: Mapping[Template, int]) -> Iterable[Change]:
    """The exceptional dates of the base in the hours of the office."""
    for change in base.changes:
        yield Change(change.date, _make_up(change, hours, kinds), change.record) if change.template else change


def _make_up(change: Change, hours: Sequence[_Span], kinds: Mapping[Template, int]) -> int:
    ruling = [span for span in hours if span.speaks_on(change.date)]
    first = min(ruling, key=lambda span: span.weekdays[0], default=None)
    return kinds[first.template] if first else change.template
