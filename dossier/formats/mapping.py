"""Mappings: strict TOML files that say how a foreign log tells what the event log tells."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars import WorkCalendar, for_country
from calendars.files import read_toml
from dossier.events import UNKNOWN
from dossier.formats.cells import ALL_GROUNDS, CHANNELS, FIELDS, FLAGS, RATINGS, REQUIRED, STATUSES, codes_of
from dossier.formats.errors import LogError, MalformedMapping
from dossier.formats.source import check_text, read_bytes
from dossier.lifecycle import LIFECYCLE, Lifecycle

CODES: Mapping[str, tuple[str, ...]] = {
    "channel": (*CHANNELS, UNKNOWN),
    "ground": (*ALL_GROUNDS, UNKNOWN),
    "signed": (*FLAGS, UNKNOWN),
    "digitised": (*FLAGS, UNKNOWN),
    "reused": (*FLAGS, UNKNOWN),
    "status": (*STATUSES, UNKNOWN),
    "rating": (*RATINGS, UNKNOWN),
}
"""Columns whose foreign values a mapping may translate, and into what."""

Keys = Mapping[str, tuple[type, str]]
_COLUMNS: Keys = {
    "dossier": (str, 'dossier = "case:concept:name"'),
    "activity": (str, 'activity = "concept:name"'),
    "time": (str, 'time = "time:timestamp"'),
    **{name: (str, f'{name} = "name of the column in the file"') for name in FIELDS},
}
_EVENT: Keys = {
    "kind": (str, 'kind = "received"'),
    "activity": (str, 'activity = "Confirmation of receipt"'),
    "first": (bool, "first = true"),
    "column": (str, 'column = "case:enddate"'),
    **{name: (str, f'{name} = "name of the column in the file"') for name in FIELDS},
}
_CALENDAR: Keys = {
    "country": (str, 'country = "NL"'),
    "zone": (str, 'zone = "Europe/Amsterdam"'),
    "sessions": (list, 'sessions = ["08:00-17:00"]'),
}
_TIME: Keys = {"zone": (str, 'zone = "Europe/Amsterdam"')}
_TOP: Keys = {
    "columns": (dict, '[columns] dossier = "case id"'),
    "events": (list, '[[events]] kind = "received", activity = "Confirmation of receipt"'),
    "values": (dict, '[values.channel] Internet = "online"'),
    "time": (dict, '[time] zone = "Europe/Amsterdam"'),
    "calendar": (dict, '[calendar] country = "NL"'),
    "can_say": (list, 'can_say = ["rejected"]'),
    "evidence_from": (dict, "evidence_from = {document_at = 2024-01-01}"),
    "law_as_of": (date, "law_as_of = 2024-06-01"),
    "sheet": (str, 'sheet = "Hồ sơ"'),
    "header": (int, "header = 3"),
    "national": (dict, '[national] steps = "TienTrinhXuLy"'),
}
_NATIONAL: Keys = {
    "dossiers": (str, 'dossiers = "HoSo"'),
    "steps": (str, 'steps = "TienTrinhXuLy"'),
}
_NAMES = {
    int: "a whole number from 1",
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date without quotes",
}


@dataclass(frozen=True)
class EventRule:
    """How one kind of event is found: by the value of the activity, or by a column that holds its moment.

    Attributes:
        kind: the event.
        activity: value of the activity column; None for a rule by `column`.
        column: column of the file with the moment, the same in all rows of a dossier; None for a rule by `activity`.
        first: only the first such activity of a dossier, by time.
        fields: column of the log to column of the file, for this event only.

    """

    kind: str
    activity: str | None
    column: str | None
    first: bool
    fields: Mapping[str, str]


@dataclass(frozen=True)
class National:
    """Where the national records of dossiers and their steps stand.

    Attributes:
        dossiers: sheet of the dossiers in a workbook; None: one called HoSo, else the first that is shown.
        steps: sheet of the steps, or a second file beside the first one; None: within each record (JSON), a sheet
            called TienTrinhXuLy, or nowhere.

    """

    dossiers: str | None = None
    steps: str | None = None


@dataclass(frozen=True)
class LogMapping:
    """A mapping file as read; see docs/event-log.md for each key.

    Attributes:
        path: the file.
        columns: ``dossier``, ``activity``, ``time`` and columns of the log to columns of the file; empty where the
            file already is an event log, and the mapping only adds what a log cannot say of itself.
        events: one rule per kind of event and way to find it.
        values: column of the log to foreign value to code.
        zone: zone of moments without offset.
        calendar: working time of the office; None: that of Vietnam.
        can_say: kinds that the source could say although the mapping finds none.
        evidence_from: column of the log to the first day on which it was kept.
        law_as_of: day whose law judges the log.
        sheet: sheet of a workbook; None: the first that is shown.
        header: row of that sheet which holds the names of the columns.
        national: the file holds national records, and no column is mapped.
        lifecycle: of the kind of case of which the log tells.

    """

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)
    events: tuple[EventRule, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    calendar: WorkCalendar | None = None
    can_say: frozenset[str] = frozenset()
    evidence_from: Mapping[str, date] = field(default_factory=dict)
    law_as_of: date | None = None
    sheet: str | None = None
    header: int = 1
    national: National | None = None
    lifecycle: Lifecycle = LIFECYCLE

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of event that the source can say."""
        return self.can_say | {rule.kind for rule in self.events} if self.columns else frozenset(self.lifecycle.classes)

    @property
    def fields(self) -> tuple[str, ...]:
        """Columns of the log that the mapping fills beside dossier, event and at, in their order."""
        mapped = set(self.columns).union(*(rule.fields for rule in self.events))
        return tuple(name for name in FIELDS if name in mapped)

    @property
    def foreign(self) -> dict[str, str]:
        """Each column of the file that is used, with the key that names it."""
        found = {name: f"[columns] {key}" for key, name in self.columns.items()}
        for rule in self.events:
            for key, name in {"column": rule.column, **rule.fields}.items():
                if name is not None:
                    found.setdefault(name, f"[[events]] {rule.kind}: {key}")
        return found

    @property
    def roles(self) -> dict[str, str]:
        """Each column of the file that is used, with the column of the log that is read from it."""
        if not self.columns:
            return {name: name for name in (*REQUIRED, *FIELDS)}
        names = {"activity": "event", "time": "at"}
        found = {name: names.get(key, key) for key, name in self.columns.items()}
        for rule in self.events:
            found |= {name: key for key, name in rule.fields.items()}
            found |= {rule.column: "at"} if rule.column is not None else {}
        return found

    def renamed(self, names: Mapping[str, str]) -> LogMapping:
        """The same mapping for a file whose columns have other names."""
        rules = (
            replace(
                rule,
                column=None if rule.column is None else names[rule.column],
                fields={key: names[name] for key, name in rule.fields.items()},
            )
            for rule in self.events
        )
        return replace(self, columns={key: names[name] for key, name in self.columns.items()}, events=tuple(rules))


def read_mapping(path: str | Path, lifecycle: Lifecycle = LIFECYCLE) -> LogMapping:
    """Read a mapping file.

    Args:
        path: the file.
        lifecycle: of the kind of case of which the log tells.

    Raises:
        LogError: the file cannot be read.
        MalformedMapping: it breaks its format; the error names the key, what is allowed and a good example.

    """
    path = Path(path)
    data = read_bytes(path, packed=False)
    check_text(path, data)
    reader = _Reader(path, data.decode("utf-8-sig"), lifecycle)
    top = reader.top()
    national = reader.national(top)
    columns = reader.columns(top)
    return LogMapping(
        path=str(path),
        columns=columns,
        events=reader.events(top, columns),
        values=reader.values(top),
        zone=reader.zone("time.zone", reader.table(top.get("time"), "time.", _TIME, ("zone",)).get("zone")),
        calendar=reader.calendar(top),
        can_say=frozenset(reader.codes("can_say", top.get("can_say", []), tuple(lifecycle.classes))),
        evidence_from=reader.evidence(top),
        law_as_of=top.get("law_as_of"),
        sheet=top.get("sheet"),
        header=reader.header(top),
        national=national,
        lifecycle=lifecycle,
    )


@dataclass(frozen=True)
class _Reader:
    """One mapping file being read; knows how to say what is wrong with it."""

    path: Path
    text: str
    lifecycle: Lifecycle = LIFECYCLE

    def fail(self, key: str, found: str, allowed: str, example: str) -> NoReturn:
        last = re.escape(key.rpartition(".")[2])
        lines = [n for n, line in enumerate(self.text.splitlines(), 1) if re.match(rf'\s*"?{last}"?\s*=', line)]
        place = f"line {lines[0]}, key {key!r}" if len(lines) == 1 else f"key {key!r}"
        raise MalformedMapping(self.path, place, found=found, allowed=allowed, example=example)

    def top(self) -> dict[str, Any]:
        try:
            found = read_toml(self.text)
        except tomllib.TOMLDecodeError as error:
            self.not_toml(str(error))
        return self.table(found, "", _TOP)

    def not_toml(self, error: str) -> NoReturn:
        what, _, place = error.rstrip(")").partition(" (at ")
        line = re.match(r"line (\d+)", place)
        shown = f": {self.text.splitlines()[int(line[1]) - 1].strip()!r}" if line else ""
        allowed = "TOML in which each key and each table stands once"
        raise MalformedMapping(
            self.path, place, found=f"{what}{shown}", allowed=allowed, example=_COLUMNS["time"][1]
        ) from None

    def table(self, found: object, where: str, keys: Keys, needed: Iterable[str] = ()) -> dict[str, Any]:
        """A table whose keys are all known and of their type; absent altogether it is empty."""
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.fail(
                where.rstrip("."), f"found {found!r}", "a table", _TOP[re.split(r"[.\[]", where, maxsplit=1)[0]][1]
            )
        for key, value in found.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1, 0.0)[0]
                self.fail(where + key, "an unknown key", ", ".join(keys), keys[near][1])
            self.typed(where + key, value, *keys[key])
        for key in needed:
            if key not in found:
                self.fail(where + key, "the key is missing", ", ".join(keys), keys[key][1])
        return found

    def typed(self, key: str, value: object, kind: type, example: str) -> None:
        wrong = not isinstance(value, kind) or isinstance(value, datetime) or (kind is str and not str(value).strip())
        if wrong:
            self.fail(key, f"found {value if isinstance(value, datetime) else repr(value)}", _NAMES[kind], example)

    def header(self, top: dict[str, Any]) -> int:
        found = top.get("header", 1)
        if isinstance(found, bool) or found < 1:
            self.fail("header", f"found {found!r}", _NAMES[int], _TOP["header"][1])
        return int(found)

    def national(self, top: dict[str, Any]) -> National | None:
        if "national" not in top:
            return None
        for other in ("columns", "events", "values", "sheet", "header"):
            if other in top:
                self.fail(other, "a key beside [national]", "[national] alone, whose columns are known", "[national]")
        return National(**self.table(top["national"], "national.", _NATIONAL))

    def codes(self, key: str, found: Iterable[object], allowed: Iterable[str]) -> list[str]:
        """Texts that are each one of those allowed."""
        allowed = tuple(allowed)
        for value in found:
            if value not in allowed:
                near = difflib.get_close_matches(str(value), allowed, 1, 0.0)[0]
                self.fail(key, f"found {value!r}", ", ".join(allowed), f"{near!r}".replace("'", '"'))
        return [str(value) for value in found]

    def columns(self, top: dict[str, Any]) -> dict[str, str]:
        if "events" in top or "columns" in top:
            return self.table(top.get("columns", {}), "columns.", _COLUMNS, ("dossier", "activity", "time"))
        return {}

    def events(self, top: dict[str, Any], columns: Mapping[str, str]) -> tuple[EventRule, ...]:
        rules = tuple(self.event(found, f"events[{n}].") for n, found in enumerate(top.get("events", ()), 1))
        if columns and not rules:
            self.fail("events", "the key is missing", "one table per kind of event", _TOP["events"][1])
        activities = [rule.activity for rule in rules if rule.activity is not None]
        for activity in activities:
            if activities.count(activity) > 1:
                self.fail("events", f"{activity!r} is mapped twice", "one event per activity", _EVENT["activity"][1])
        return rules

    def event(self, found: object, where: str) -> EventRule:
        table = self.table(found, where, _EVENT, ("kind",))
        self.codes(f"{where}kind", [table["kind"]], tuple(self.lifecycle.classes))
        if ("activity" in table) == ("column" in table):
            both = "activity and column both" if "activity" in table else "neither activity nor column"
            self.fail(where.rstrip("."), both, "one of them", f"{_EVENT['activity'][1]} or {_EVENT['column'][1]}")
        if "first" in table and "column" in table:
            self.fail(f"{where}first", "first beside column", "first beside activity", _EVENT["activity"][1])
        fields = {name: table[name] for name in FIELDS if name in table}
        return EventRule(table["kind"], table.get("activity"), table.get("column"), table.get("first", False), fields)

    def values(self, top: dict[str, Any]) -> dict[str, dict[str, str]]:
        example = _TOP["values"][1]
        tables = self.table(top.get("values"), "values.", dict.fromkeys(CODES, (dict, example)))
        own = {name: (*codes, UNKNOWN) for name, codes in codes_of(self.lifecycle).items()}
        for name, table in tables.items():
            for foreign, code in table.items():
                self.codes(f"values.{name}.{foreign}", [code], own.get(name, CODES[name]))
        return {name: {key.strip(): code for key, code in table.items()} for name, table in tables.items()}

    def zone(self, key: str, name: str | None) -> ZoneInfo | None:
        try:
            return ZoneInfo(name) if name is not None else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(key, f"found {name!r}", "a name of the tz database", _TIME["zone"][1])

    def calendar(self, top: dict[str, Any]) -> WorkCalendar | None:
        table = self.table(top.get("calendar"), "calendar.", _CALENDAR, _CALENDAR)
        if not table:
            return None
        self.zone("calendar.zone", table["zone"])
        try:
            return for_country(table["country"], zone=table["zone"], sessions=table["sessions"])
        except NotImplementedError:
            allowed = "an ISO 3166 code that the package holidays knows"
            self.fail("calendar.country", f"found {table['country']!r}", allowed, _CALENDAR["country"][1])
        except (ValueError, TypeError) as error:
            self.fail("calendar.sessions", str(error), "sessions as HH:MM-HH:MM, in order", _CALENDAR["sessions"][1])

    def evidence(self, top: dict[str, Any]) -> dict[str, date]:
        example = _TOP["evidence_from"][1]
        return self.table(top.get("evidence_from"), "evidence_from.", dict.fromkeys(FIELDS, (date, example)))


def check_foreign(path: Path, names: Iterable[str], mapping: LogMapping) -> None:
    """Refuse a file that lacks a column the mapping names.

    Raises:
        LogError: naming the column, the key and the nearest name in the file.

    """
    names = tuple(names)
    for name, key in mapping.foreign.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1, 0.0)
            raise LogError(
                path,
                "columns",
                found=f"there is no column {name!r}, which {key} of {mapping.path} names",
                allowed=f"the columns of the file: {', '.join(names)}",
                remedy=f"correct the mapping{f' (nearest is {near[0]!r})' if near else ''}, or give the right file",
            )
