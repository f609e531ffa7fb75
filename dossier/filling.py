"""What the desk fills in, what it builds, and what it finds missing or wrong in the fields of an act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from calendars import OutOfRange, WorkCalendar
from dossier.case import Case
from dossier.clock import due_of
from dossier.errors import Reason, UnknownField
from dossier.events import Cell, Event, is_blank, row_of
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.requirements import Requirements, requirements
from dossier.setting import Setting, after_supplement, readable
from dossier.stores.records import Record

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Given = dict[str, Cell]


def check_fields(command: str, kind: str, fields: Iterable[str], lifecycle: Lifecycle = LIFECYCLE) -> None:
    """Refuse a field that the event does not have.

    Raises:
        UnknownField: it names the fields there are.

    """
    known = lifecycle.fields[kind]
    for field in fields:
        if field not in known:
            raise UnknownField(command, field, known)


def cleaned(calendar: WorkCalendar, fields: Mapping[str, Cell]) -> Given:
    """The fields with moments in the calendar's zone and without blank texts.

    Raises:
        NaiveMoment: a moment without offset.

    """
    return {name: value for name, cell in fields.items() if (value := _cleaned(calendar, cell)) is not None}


def _cleaned(calendar: WorkCalendar, cell: Cell) -> Cell:
    if isinstance(cell, str):
        return None if is_blank(cell) else cell.strip()
    return calendar.local(cell) if isinstance(cell, datetime) else cell


def filled(setting: Setting, case: Case, kind: str, at: datetime, given: Given) -> Given:
    """The fields with what the desk works out: the appointment, the limit, when a document was attached."""
    given = dated(setting, case, kind, at, given)
    if kind == "received":
        return _receipt(setting, case, at, given)
    if kind == "supplemented" and "promised" not in given:
        return given | _new_appointment(setting, case, at)
    return given


def dated(setting: Setting, case: Case, kind: str, at: datetime, given: Given) -> Given:
    """The fields with the moment at which the document was attached, where there is one."""
    return given | _attached(setting, case, kind, at, given["document"]) if "document" in given else given


def _attached(setting: Setting, case: Case, kind: str, at: datetime, document: Cell) -> Given:
    attached_at = at if kind == "document_attached" else case.attached_at(str(document))
    return {} if attached_at is None else {"document_at": setting.calendar.local(attached_at)}


def _receipt(setting: Setting, case: Case, at: datetime, given: Given) -> Given:
    procedure = given.get("procedure") or case.procedure
    known = {"procedure": procedure} | given
    version = setting.procedures.on(str(procedure), at.date()) if setting.procedures and procedure else None
    if version is not None:
        known = {"limit": version.normal_limit} | known
    known = _appointment(setting.calendar, at, known.get("limit")) | known
    return {name: cell for name, cell in known.items() if cell is not None}


def _appointment(calendar: WorkCalendar, at: datetime, limit: Cell) -> Given:
    term = readable(limit) if isinstance(limit, str) else None
    try:
        return {} if term is None else {"promised": due_of(calendar, at, term).value}
    except OutOfRange:
        return {}


def _new_appointment(setting: Setting, case: Case, at: datetime) -> Given:
    """The appointment after a supplement that begins a new period, the term not having expired before."""
    record = Record(len(case.records) + 1, row_of("supplemented", {"dossier": case.code, "at": at}))
    clock = setting.clock(case.followed_by(record), at)
    version = setting.version(case, at.date())
    anew = version is None or after_supplement(version, setting.limit(case)).semantics in {"restart", "fixed"}
    return {} if clock is None or not anew or clock.legal_due.is_late(at) else {"promised": clock.legal_due.value}


def built(kind: str, given: Given, lifecycle: Lifecycle = LIFECYCLE) -> tuple[Event | None, list[ErrorDetails]]:
    """The event, or every reason why its type refuses it."""
    try:
        return lifecycle.classes[kind].model_validate(given), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_context=False)


def missing(
    command: str, kind: str, given: Given, lifecycle: Lifecycle = LIFECYCLE, book: Requirements | None = None
) -> list[Reason]:
    """Every field that the kind needs and that is not there."""
    absent = (name for name, needed in lifecycle.fields[kind].items() if needed and name not in given)
    return [(book or requirements()).reason(f"{command}.{name}") for name in absent]


def invalid(errors: Iterable[ErrorDetails], book: Requirements | None = None) -> Iterator[Reason]:
    """Every field that holds no value of its column, once."""
    seen, book = set(), book or requirements()
    for error in errors:
        field = str(error["loc"][0]) if error["loc"] else None  # without one: a rule over fields, which has its guard
        if error["type"] == "missing" or field is None or field in seen:
            continue
        seen.add(field)
        yield book.reason("field.invalid", field=field, found=repr(error["input"]), allowed=error["msg"])
