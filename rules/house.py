"""House rules (quy định riêng của cơ quan): what an office adds to the rules, numbers and procedures that ship."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError

from calendars import MalformedCalendar, WorkCalendar, load_office
from calendars.files import read_toml
from dossier.procedure_lint import read_data
from dossier.procedure_schema import SCHEMA, Procedure
from dossier.procedures import Procedures
from dossier.strict import Strict, Text
from rules.centres import Centre, Centres, centres
from rules.errors import Fault, MalformedHouse
from rules.expressions import PARSER
from rules.known import expression_faults, known_facts
from rules.offices import Office, Offices
from rules.quotas import LEVELS, Quota, QuotaBook, quotas
from rules.regimes import Change, Regimes, regimes
from rules.rulebook import Additions, Rule, Rulebook, rulebook

RESERVED = re.compile(r"[RSF]\d+$")
"""Codes kept for the rules that ship, today's and those to come."""
INSTRUMENT = re.compile(r"\b\d+/(?:\d{4}/)?[A-ZĐ][A-ZĐ0-9]*(?:-[A-ZĐ0-9]+)*\b")
"""The number of an instrument (số, ký hiệu văn bản), as 12/2026/QĐ-UBND or 1948/QĐ-UBND."""
_BAD_NUMBER = "it names no instrument by its number"
_CITE = "an override cites its instrument, as 'Quyết định 12/2026/QĐ-UBND, Điều 3'"


class HouseRule(Rule):
    """A rule of an office, or an office's version of a rule that ships."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")
    overrides: bool = False


class HouseQuota(Quota):
    """A number of an office; it stands in expressions as `<code>_allowed`."""

    overrides: bool = False


class HouseChange(Change):
    """A change of the law that the list which ships lacks, or an office's word on one of it."""

    overrides: bool = False


class _Shape(Strict):
    """The file, with its tables still unread, so that each can be read on its own and every fault be told."""

    format: Literal[1]
    name: Text
    rule: Sequence[dict[str, Any]] = Field(default_factory=list)
    quota: Sequence[dict[str, Any]] = Field(default_factory=list)
    procedure: Sequence[dict[str, Any]] = Field(default_factory=list)
    office: Sequence[dict[str, Any]] = Field(default_factory=list)
    centre: Sequence[dict[str, Any]] = Field(default_factory=list)
    change: Sequence[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True)
class House:
    """The law of an office: what ships, with its own file over it.

    Attributes:
        name: of the office.
        rules, numbers, procedures: those that ship and its own; an own one holds from its first day on.
        offices: who answers for which office.
        centres: where its dossiers are received and handed over; those that ship where it names none.
        regimes: the changes of the law, its own among them.
        own: its own rules.
        calendars: by code of the office, of those that keep other hours than the log's calendar.

    """

    name: str
    rules: Rulebook
    numbers: QuotaBook
    procedures: Procedures
    offices: Offices
    centres: Centres
    regimes: Regimes
    own: tuple[HouseRule, ...]
    calendars: Mapping[str, WorkCalendar]

    @classmethod
    def load(cls, path: Path, procedures: Procedures | None = None) -> Self:
        """Read a house file.

        Args:
            path: the file.
            procedures: those it is laid over; the ones that ship where none are given.

        Raises:
            MalformedHouse: with every fault of it.
            OSError: it cannot be read.

        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _refused(path.name, "the file", f"byte {error.start + 1} is not UTF-8", "save it as UTF-8") from None
        return cls.loads(text, path.name, procedures, path.parent)

    @classmethod
    def loads(cls, text: str, name: str, procedures: Procedures | None = None, folder: Path | None = None) -> Self:
        """Read the text of a house file, whose office files lie in a folder; raises as `load` does."""
        reading = _Reading(name, _shape(text, name), procedures or Procedures.shipped(), folder or Path())
        if reading.faults:
            raise MalformedHouse(tuple(reading.faults))
        return cls(
            reading.shape.name,
            reading.rulebook(),
            reading.numbers,
            reading.procedures,
            reading.offices,
            reading.centres,
            reading.regimes,
            reading.rules,
            reading.calendars,
        )


class _Reading:
    """A house file table by table; every fault is kept."""

    def __init__(self, file: str, shape: _Shape, base: Procedures, folder: Path) -> None:
        self.file, self.shape, self.base = file, shape, base
        self.faults: list[Fault] = []
        self.rules = tuple(self._tables(HouseRule, "rule", shape.rule))
        self.quotas = tuple(self._tables(HouseQuota, "quota", shape.quota))
        self.offices = Offices(tuple(self._tables(Office, "office", shape.office)))
        own = [*self._tables(Centre, "centre", shape.centre)]
        self.centres = Centres(format=1, centre=own) if own else centres()
        self.changes = tuple(self._tables(HouseChange, "change", shape.change))
        self.faults += [
            Fault(file, f"office {code}", found, "correct `from`, `to` or `successor`")
            for code, found in self.offices.faults()
        ]
        self.calendars = dict(self._calendars(folder))
        self._check_codes("rule", self.rules, {rule.code for rule in rulebook()})
        self._check_codes("quota", self.quotas, {quota.code for quota in quotas().quota})
        self._check_changes({change.since for change in regimes().changes})
        self.numbers = _numbers(self.quotas)
        self.regimes = _regimes(self.changes)
        self.procedures = self._procedures(shape.procedure)
        self._check_expressions()

    def fault(self, key: str, found: str, todo: str) -> None:
        self.faults.append(Fault(self.file, key, found, todo))

    def _tables(self, model: type[TableT], kind: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[TableT]:
        for number, row in enumerate(rows, 1):
            code = row.get("code", row.get("office"))
            place = f"{kind} {code if isinstance(code, str) else number}"
            try:
                yield model.model_validate(row)
            except ValidationError as error:
                for one in error.errors():
                    key = ".".join(map(str, one["loc"]))
                    what = one["msg"].removeprefix("Value error, ")
                    self.fault(f"{place}{f', {key}' if key else ''}", what, "docs/house-rules.md shows a good one")

    def _calendars(self, folder: Path) -> Iterator[tuple[str, WorkCalendar]]:
        """An office has one calendar through all its spans: the hours in its file are dated themselves."""
        files = {(one.code, one.calendar) for one in self.offices.spans if one.calendar}
        for code, count in Counter(code for code, _ in files).items():
            if count > 1:
                self.fault(f"office {code}", "its spans name different calendars", "name one: its hours are dated")
        for code, file in sorted(files):
            try:
                yield code, load_office(folder / file)
            except (MalformedCalendar, OSError) as error:
                self.fault(f"office {code}, calendar", str(error), "docs/calendar.md shows a good office file")

    def _check_codes(self, kind: str, tables: Sequence[HouseRule] | Sequence[HouseQuota], shipped: set[str]) -> None:
        for code, count in Counter(table.code for table in tables).items():
            if count > 1:
                self.fault(f"{kind} {code}", f"the code stands {count} times", "a code is permanent: give it once")
        for table in tables:
            self._check_code(f"{kind} {table.code}", table, shipped)

    def _check_code(self, key: str, table: HouseRule | HouseQuota, shipped: set[str]) -> None:
        ships = table.code in shipped
        if ships and not table.overrides:
            self.fault(key, "the code is that of one that ships", "choose another, or write `overrides = true`")
        if table.overrides and not ships:
            self.fault(key, "it overrides nothing: no such code ships", "leave out `overrides`")
        if not ships and RESERVED.match(table.code):
            self.fault(
                key, "R…, S… and F… are kept for the rules that ship", "begin the code with other letters, as H01"
            )
        if ships and isinstance(table, HouseQuota):
            self._check_level(key, table)
        if table.overrides:
            dated = table.versions if isinstance(table, HouseRule) else table.values
            for one in dated:
                if not INSTRUMENT.search(one.citation):
                    self.fault(f"{key}, from {one.since}", f"citation {one.citation!r}: {_BAD_NUMBER}", _CITE)

    def _check_changes(self, shipped: set[date]) -> None:
        for day, count in Counter(change.since for change in self.changes).items():
            if count > 1:
                self.fault(f"change from {day}", f"the day stands {count} times", "give it once")
        for change in self.changes:
            key, ships = f"change from {change.since}", change.since in shipped
            if ships and not change.overrides:
                self.fault(key, "the day is that of one that ships", "write `overrides = true`")
            if change.overrides and not ships:
                self.fault(key, "it overrides nothing: no change of that day ships", "leave out `overrides`")
            if not INSTRUMENT.search(change.instrument):
                self.fault(key, f"instrument {change.instrument!r}: {_BAD_NUMBER}", _CITE)

    def _check_level(self, key: str, quota: HouseQuota) -> None:
        everywhere = [value for value in quotas()[quota.code].ranked if not value.procedures]
        narrowest = everywhere[-1].level
        for value in quota.values:
            if LEVELS.index(value.level) < LEVELS.index(narrowest):
                found = f"the level {value.level!r} gives way to the {narrowest!r} of the one that ships"
                self.fault(
                    f"{key}, from {value.since}", found, f'write `level = "{narrowest}"`, or leave the quota out'
                )

    def _procedures(self, rows: Sequence[Mapping[str, Any]]) -> Procedures:
        plain = [{key: value for key, value in row.items() if key != "overrides"} for row in rows]
        read = read_data({"schema": SCHEMA, "procedure": plain}, self.file)
        for problem in read.errors:
            self.fault(problem.place, problem.found, f"allowed: {problem.allowed}; for example: {problem.example}")
        overriding = {row.get("code") for row in rows if row.get("overrides") is True}
        for procedure in read.procedures:
            self._check_procedure(procedure, overrides=procedure.code in overriding)
        return Procedures([*self.base, *(_over(own, self.base.get(own.code)) for own in read.procedures)])

    def _check_procedure(self, procedure: Procedure, *, overrides: bool) -> None:
        key, ships = f"procedure {procedure.code}", procedure.code in self.base
        if ships and not overrides:
            self.fault(key, "the code is that of one that ships", "write `overrides = true`")
        if overrides and not ships:
            self.fault(key, "it overrides nothing: no such code ships", "leave out `overrides`")
        for version in procedure.versions if overrides else ():
            if not INSTRUMENT.search(version.citation.instrument):
                found = f"citation.instrument {version.citation.instrument!r}: {_BAD_NUMBER}"
                self.fault(f"{key}, from {version.in_force_from}", found, _CITE)

    def _check_expressions(self) -> None:
        if self.rules:
            facts = known_facts(self.numbers)
            self.faults += [fault for rule in self.rules for fault in expression_faults(rule, facts, self.file)]

    def rulebook(self) -> Rulebook:
        own = {rule.code: rule for rule in self.rules}
        shipped = {rule.code: rule for rule in rulebook()}
        overridden = [rule.code for rule in self.rules if rule.overrides]
        overridden += [quota.code for quota in self.quotas if quota.overrides]
        overridden += [str(row["code"]) for row in self.shape.procedure if row.get("overrides")]
        overridden += [f"change from {change.since}" for change in self.changes if change.overrides]
        added = tuple(code for code in own if code not in shipped)
        return Rulebook(
            tuple((shipped | own).values()),
            {code: shipped[code] for code in own if code in shipped},
            Additions(self.shape.name, self.file, added, tuple(overridden), PARSER),
        )


TableT = TypeVar("TableT", HouseRule, HouseQuota, Office, Centre, HouseChange)


def _shape(text: str, name: str) -> _Shape:
    try:
        return _Shape.model_validate(read_toml(text))
    except tomllib.TOMLDecodeError as error:
        raise _refused(name, "TOML", str(error), "a key stands once in its table, a text in quotes") from None
    except ValidationError as error:
        keys = "format, name, rule, quota, procedure, office, centre, change"
        raise MalformedHouse(
            tuple(
                Fault(name, ".".join(map(str, one["loc"])), one["msg"], f"the keys of the file are {keys}")
                for one in error.errors()
            )
        ) from None


def _numbers(own: Iterable[HouseQuota]) -> QuotaBook:
    book = {quota.code: quota for quota in quotas().quota}
    for quota in own:
        first = {value.level: value.since for value in reversed(quota.values)}
        ships = book[quota.code].values if quota.code in book else []
        kept = [value for value in ships if value.since < first.get(value.level, date.max)]
        book[quota.code] = quota.model_copy(update={"values": [*kept, *quota.values]})
    return quotas().model_copy(update={"quota": [*book.values()]})


def _regimes(own: Iterable[HouseChange]) -> Regimes:
    by_day: dict[date, Change] = {change.since: change for change in (*regimes().changes, *own)}
    return Regimes.model_construct(format=1, changes=[by_day[day] for day in sorted(by_day)])


def _over(own: Procedure, ships: Procedure | None) -> Procedure:
    """A procedure that takes the place of the one that ships from its first day on."""
    first = own.versions[0].in_force_from
    last = first - timedelta(days=1)
    before = [
        version.model_copy(update={"in_force_to": min(version.in_force_to or date.max, last)})
        for version in (ships.versions if ships else ())
        if version.in_force_from < first
    ]
    return own.model_copy(update={"versions": (*before, *own.versions)})


def _refused(name: str, key: str, found: str, todo: str) -> MalformedHouse:
    return MalformedHouse((Fault(name, key, found, todo),))
