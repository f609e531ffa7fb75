"""Reading a procedure file strictly: every fault at once, each with its place and a good example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from calendars import Term, UnreadableTerm
from calendars.files import read_toml
from dossier.procedure_schema import Procedure, ProcedureFile, ProcedureVersion

Severity = Literal["error", "warning"]
_LINE = 80
_BARE = re.compile(r"[\[{]|\d{4}-\d\d-\d\d$|true$|\d$")
_GOOD_VERSIONS = "in_force_to = 2026-06-30 on the older version, in_force_from = 2026-07-01 on the next"


@dataclass(frozen=True)
class Problem:
    """One fault of a procedure file; an error keeps the file from loading, a warning does not."""

    kind: str
    file: str
    place: str
    found: str
    allowed: str
    example: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """One line for a person."""
        return (
            f"{self.file}: {self.severity}: {self.place}: {self.found}; allowed: {self.allowed}; "
            f"for example: {self.example}"
        )


@dataclass(frozen=True)
class Reading:
    """What a file holds: the procedures that stand alone, and every problem found."""

    procedures: tuple[Procedure, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the file from loading."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def read_file(path: Path) -> Reading:
    """Read and check a procedure file; an unreadable file is a problem, not an exception."""
    name = str(path)
    try:
        raw = path.read_bytes()
    except OSError as fault:
        return _refused("unreadable-file", name, "file", str(fault.strerror or fault), "a readable TOML file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        return _refused("encoding", name, f"line {line}", f"byte 0x{raw[fault.start]:02x} is not UTF-8", "UTF-8 text")
    return read_text(text, name)


def read_text(text: str, name: str = "<text>") -> Reading:
    """Read and check the text of a procedure file; `name` stands in the problems."""
    try:
        data = read_toml(text)
    except tomllib.TOMLDecodeError as fault:
        sentence, _, place = str(fault).partition(" (at ")
        return _refused("toml", name, place.rstrip(")") or "file", sentence, "TOML, every key once in its table")
    return read_data(data, name)


def read_data(data: Mapping[str, Any], name: str) -> Reading:
    """Check a procedure file that was parsed."""
    tables = data.get("procedure")
    rows = tables if isinstance(tables, list) else []
    checked = [_checked(name, _place(index, row), row) for index, row in enumerate(rows)]
    problems = [*_shell(name, data), *_duplicates(name, rows)]
    problems += [problem for _, found in checked for problem in found]
    return Reading(tuple(procedure for procedure, _ in checked if procedure), tuple(problems))


def _refused(kind: str, name: str, place: str, found: str, allowed: str) -> Reading:
    return Reading((), (Problem(kind, name, place, found, allowed, 'schema = 1, then [[procedure]] with code = "…"'),))


def _shell(name: str, data: Mapping[str, Any]) -> list[Problem]:
    empty = {**data, "procedure": []} if isinstance(data.get("procedure"), list) else data
    try:
        ProcedureFile.model_validate(empty)
    except ValidationError as fault:
        return [_explained(name, "top level", ProcedureFile, error) for error in fault.errors()]
    return []


def _duplicates(name: str, rows: Sequence[object]) -> Iterator[Problem]:
    first: dict[object, int] = {}
    for number, row in enumerate(rows, start=1):
        code = row.get("code") if isinstance(row, dict) else None
        if isinstance(code, str) and first.setdefault(code, number) != number:
            found = f"the code {code!r} stands already in procedure {first[code]}"
            allowed = "each code once; a change of the procedure is another [[procedure.version]]"
            yield Problem("duplicate-code", name, _place(number - 1, row), found, allowed, "[[procedure.version]]")


def _checked(name: str, place: str, row: object) -> tuple[Procedure | None, list[Problem]]:
    spans = list(_spans(name, place, row))
    try:
        procedure = Procedure.model_validate(row)
    except ValidationError as fault:
        return None, [*(_explained(name, place, Procedure, error) for error in fault.errors()), *spans]
    return procedure, [*spans, *_doubts(name, place, procedure)]


def _place(index: int, row: object) -> str:
    code = row.get("code") if isinstance(row, dict) else None
    return f"procedure {index + 1} ({code})" if isinstance(code, str) else f"procedure {index + 1}"


def _explained(name: str, place: str, model: type[BaseModel], error: ErrorDetails) -> Problem:
    keys = [part for part in error["loc"] if part != "[key]"]
    owner, key, field = _described(model, keys)
    where = ", ".join([place, _path(keys)]) if keys else place
    kind, found = _finding(error, str(keys[-1]) if keys else "")
    if kind == "unknown-key":
        owner = (_table_in(field.annotation) if field else None) or owner
        near = get_close_matches(str(keys[-1]), _fields(owner), n=1) or list(_fields(owner))[:1]
        return Problem(kind, name, where, found, f"the keys {', '.join(_fields(owner))}", _shown(owner, near[0]))
    if field is None:
        return Problem(kind, name, where, found, f"a table with {', '.join(_fields(owner))}", "[[procedure]]")
    return Problem(kind, name, where, found, field.description or "", _shown(owner, key))


def _finding(error: ErrorDetails, key: str) -> tuple[str, str]:
    if error["type"] == "extra_forbidden":
        return "unknown-key", f"unknown key {key!r}"
    if error["type"] == "missing":
        return "missing-key", f"no key {key!r}"
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, UnreadableTerm):
        return "unreadable-limit", f"the time limit {error['input']!r} cannot be read: {cause.why}"
    if isinstance(error["input"], dict) and cause:
        return "wrong-value", str(cause)
    return "wrong-value", f"found {_short(error['input'])}{f': {cause}' if cause else ''}"


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"


def _path(keys: Iterable[str | int]) -> str:
    spelled = "".join(f" {key + 1}" if isinstance(key, int) else f", {key}" for key in keys)
    return spelled.removeprefix(", ")


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or key: field for key, field in model.model_fields.items()}


def _described(model: type[BaseModel], keys: Sequence[str | int]) -> tuple[type[BaseModel], str, FieldInfo | None]:
    """The innermost table on the way along the keys, and its key that the way goes through."""
    owner, last, field = model, "", None
    for key in map(str, keys):
        inner = _table_in(field.annotation) if field else model
        if inner and key in _fields(inner):
            owner, last, field = inner, key, _fields(inner)[key]
    return owner, last, field


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _table_in(part))), None)


def _shown(owner: type[BaseModel], key: str) -> str:
    example = str((_fields(owner)[key].examples or ["…"])[0])
    if example.startswith("[["):
        return example
    return f"{key} = {example}" if _BARE.match(example) else f'{key} = "{example}"'


def _spans(name: str, place: str, row: object) -> Iterator[Problem]:
    versions = row.get("version") if isinstance(row, dict) else None
    table = [v for v in versions if isinstance(v, dict)] if isinstance(versions, list) else []
    spans = [(v.get("in_force_from"), v.get("in_force_to")) for v in table]
    for number, (begin, end) in enumerate(spans, start=1):
        if _is_day(begin) and _is_day(end) and end < begin:
            found = f"it ends on {end}, before it begins on {begin}"
            yield Problem(
                "version-order", name, f"{place}, version {number}", found, "an end after the start", _GOOD_VERSIONS
            )
    for number, (older, newer) in enumerate(pairwise(spans), start=1):
        fault = _between(older, newer[0]) if _is_day(newer[0]) else None
        if fault:
            kind, found = fault
            allowed = "versions oldest first, each beginning the day after the one before ends"
            yield Problem(kind, name, f"{place}, versions {number} and {number + 1}", found, allowed, _GOOD_VERSIONS)


def _is_day(found: object) -> TypeGuard[date]:
    return type(found) is date


def _between(older: tuple[Any, Any], begin: date) -> tuple[str, str] | None:
    start, end = older
    if _is_day(start) and begin <= start:
        return "version-order", f"the later one begins on {begin}, not after {start}"
    if end is None:
        return "version-overlap", f"the older one has no in_force_to, the next begins on {begin}"
    if _is_day(end) and begin <= end:
        return "version-overlap", f"the older one ends on {end}, the next begins on {begin}"
    if _is_day(end) and begin > end + timedelta(days=1):
        return "version-gap", f"no version between {end} and {begin}"
    return None


def _doubts(name: str, place: str, procedure: Procedure) -> Iterator[Problem]:
    for number, version in enumerate(procedure.versions, start=1):
        for kind, found, allowed, example in (*_step_doubts(version), *_supplement_doubts(version)):
            yield Problem(kind, name, f"{place}, version {number}", found, allowed, example, "warning")


def _step_doubts(version: ProcedureVersion) -> Iterator[tuple[str, str, str, str]]:
    terms = [step.term for step in version.steps if step.term]
    if not terms or "normal" not in version.cases:
        return
    limit, example = version.limit(), 'steps = [{ name = "Thẩm định", limit = "10 ngày làm việc" }]'
    if {term.unit for term in terms} != {limit.unit}:
        yield "step-units", f"steps and limit ({limit.text_vi}) have different units", "one unit throughout", example
        return
    total = Term(sum(term.value for term in terms), limit.unit)  # type: ignore[arg-type]
    if total != limit:
        found = f"the steps sum to {total.text_vi}, the limit is {limit.text_vi}"
        yield "step-sum", found, "steps that sum to the limit of the case normal", example


def _supplement_doubts(version: ProcedureVersion) -> Iterator[tuple[str, str, str, str]]:
    if version.after_supplement.semantics != "remaining_plus":
        return
    example = 'after_supplement = { semantics = "remaining_plus", term = "5 ngày làm việc" }'
    if not version.cases:
        yield (
            "supplement-unit",
            "an addition to a limit that is not given",
            "a limit in the unit of the addition",
            example,
        )
    for case in version.cases:
        added, limit = version.after_supplement.term_for(case), version.limit(case)
        if added and added.unit is not limit.unit:
            found = f"case {case}: {added.text_vi} is added to a limit of {limit.text_vi}"
            yield "supplement-unit", found, "one unit, or a note that says how the two are counted", example
