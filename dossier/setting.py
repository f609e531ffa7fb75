"""What a desk is handed: a calendar, a procedure file, quotas; and what they make of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from calendars import OutOfRange, Term, UnreadableTerm, WorkCalendar
from dossier.case import Case
from dossier.clock import RESTART, AfterSupplement, Clock, read_clock
from dossier.errors import IncompatibleTerm
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.procedure_schema import ProcedureVersion
from dossier.quotas import Quotas, QuotasOn
from dossier.stores.records import Record

NORMAL = "normal"


class ProcedureBook(Protocol):
    """Where procedures are looked up; `dossier.procedures.Procedures` is one."""

    def on(self, code: str, day: date) -> ProcedureVersion | None:
        """The version in force on a day, None where none is known."""


def by_procedure(setting: Setting, case: Case, until: datetime) -> Clock | None:
    """The clock of a dossier, by its receipt and its procedure."""
    day = setting.receipt_day(case)
    if day is None:
        return None
    version = setting.version(case, day)
    limit = _limit(case, version)
    return read_clock(
        case.clock_steps,
        limit,
        calendar=setting.calendar,
        until=until,
        promise=case.promise,
        after=RESTART if version is None else after_supplement(version, limit),
        stops=(lambda _ground: True) if version is None else version.excludes,
    )


@dataclass(frozen=True)
class Setting:
    """The law and the calendar under which a desk works.

    Attributes:
        lifecycle: of the kind of case that it runs.
        reads: how the clock of such a case is read.

    """

    calendar: WorkCalendar
    procedures: ProcedureBook | None
    quotas_on: QuotasOn
    lifecycle: Lifecycle = LIFECYCLE
    reads: Callable[[Setting, Case, datetime], Clock | None] = by_procedure

    def case(self, code: str, records: tuple[Record, ...]) -> Case:
        """The case with this history."""
        return Case(code, records, self.lifecycle)

    def as_known_on(self, day: date) -> Setting:
        """The same with the calendar as it was known on a day."""
        return replace(self, calendar=_as_of(self.calendar, day))

    def receipt_day(self, case: Case) -> date | None:
        """The local date of the first receipt."""
        return self.calendar.local(case.received.at).date() if case.received else None

    def quotas(self, case: Case, today: date) -> Quotas:
        """The quotas of the day of receipt, of today while there is none."""
        return self.quotas_on(self.receipt_day(case) or today)

    def version(self, case: Case, today: date) -> ProcedureVersion | None:
        """The version of the procedure of the day of receipt, of today while there is none."""
        if self.procedures is None or case.procedure is None:
            return None
        return self.procedures.on(case.procedure, self.receipt_day(case) or today)

    def limit(self, case: Case) -> Term | None:
        """The time limit: that of the receipt where it can be read, else the procedure's for the normal case."""
        day = self.receipt_day(case)
        return _limit(case, None if day is None else self.version(case, day))

    def clock(self, case: Case, until: datetime) -> Clock | None:
        """The clock of the case; None while no limit is known or where its end cannot be worked out."""
        try:
            return self.reads(self, case, until)
        except (OutOfRange, IncompatibleTerm):
            return None


def _limit(case: Case, version: ProcedureVersion | None) -> Term | None:
    printed = readable(case.limit)
    return printed if printed is not None or version is None else readable(version.normal_limit)


@lru_cache(maxsize=16)  # with its tables a calendar is a megabyte
def _as_of(calendar: WorkCalendar, day: date) -> WorkCalendar:
    return calendar.as_of(day)


@lru_cache(maxsize=4096)
def readable(text: str | None) -> Term | None:
    """A printed limit as a term, None where it cannot be read."""
    if text is None:
        return None
    try:
        term = Term.parse(text)
        term.exact()
    except UnreadableTerm:
        return None
    return term


def after_supplement(version: ProcedureVersion, limit: Term | None) -> AfterSupplement:
    """What a supplement does under a version, in the case that has this limit."""
    found = version.after_supplement
    return AfterSupplement(found.semantics, found.term_for(_case_name(version.cases.items(), limit)))


def _case_name(cases: Iterable[tuple[str, str]], limit: Term | None) -> str:
    return next((name for name, text in cases if limit is not None and readable(text) == limit), NORMAL)
