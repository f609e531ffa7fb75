"""When a feedback case is due, worked out from its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from calendars import Unit, WorkCalendar
from dossier.case import Case
from dossier.clock import AfterSupplement, Clock, Due, Step, due_of, read_clock
from dossier.feedback.limits import LimitName, limits
from dossier.setting import Setting
from dossier.stores.records import Record

_SUSPEND = AfterSupplement("suspend")
_WAITS = frozenset({"supplement_requested", "supplemented"})


def sent(case: Case) -> Record | None:
    """The step with which the case began: its sending, else its receipt."""
    return case.first("submitted") or case.first("received")


def started(case: Case, before: Record | None = None) -> Record | None:
    """The step from which the limits run: the last forwarding, else the sending.

    Args:
        case: its history.
        before: only what happened before this step counts, and before the decision.

    """
    ends = [record.version for record in (before, _decision(case)) if record is not None]
    end = min(ends, default=len(case.records) + 1)
    handed = [record for record in case.records if record.kind == "forwarded" and record.version < end]
    return handed[-1] if handed else sent(case)


def _decision(case: Case) -> Record | None:
    return next((record for record in case.records if record.kind in case.lifecycle.decisions), None)


def limit_end(setting: Setting, case: Case, name: LimitName, start: datetime) -> date | None:
    """The last day of a limit that runs from `start`; None for a case without a step."""
    if not case.records:
        return None
    calendar = setting.calendar
    return due_of(calendar, calendar.local(start), limits().on(name, law_day(setting, case)).term).day


def law_day(setting: Setting, case: Case) -> date:
    """The day whose limits hold: that of the sending, else of the first step."""
    return setting.calendar.local((sent(case) or case.records[0]).at).date()


def feedback_clock(setting: Setting, case: Case, until: datetime) -> Clock | None:
    """The clock of the answer: from the sending or the last forwarding, without the waits for information.

    An extension that was asked for in time moves its end to the day that it names, if that is later.
    """
    clock = _unextended(setting, case, until)
    extended = None if clock is None else _extended(setting, case, until)
    if clock is None or extended is None or extended <= clock.legal_due.day:
        return clock
    return replace(clock, legal_due=Due(extended), due_without_pauses=Due(extended))


def _unextended(setting: Setting, case: Case, until: datetime) -> Clock | None:
    start = started(case)
    if start is None:
        return None
    term = limits().on("answer", law_day(setting, case)).term
    return read_clock(_steps(case, start), term, calendar=setting.calendar, until=until, after=_SUSPEND)


def _steps(case: Case, start: Record) -> list[Step]:
    """The steps as the clock of a dossier reads them."""
    steps = [Step("received", start.at)]
    for record in case.records[start.version :]:
        if record.kind in case.lifecycle.decisions:
            return [*steps, Step("completed", record.at)]
        if record.kind in _WAITS and limits().supplement.effect == "suspend":
            steps.append(Step(record.kind, record.at))
    return steps


def _extended(setting: Setting, case: Case, until: datetime) -> date | None:
    """The latest day that an extension asked for in time named since the limit began."""
    start, latest = started(case), None
    for record in case.records[start.version if start else 0 :]:
        if record.kind == "extension_requested" and record.at <= until and is_timely(setting, case, record, latest):
            named = record.known("promised")
            if isinstance(named, date) and (latest is None or named > latest):
                latest = named
    return latest if limits().extension.effect == "moves" else None


def is_timely(setting: Setting, case: Case, request: Record, extended: date | None = None) -> bool:
    """Whether an extension was asked for on or before the last day for it.

    Args:
        setting: the law and the calendar of the desk.
        case: its history.
        request: the step with which it was asked for.
        extended: the day to which the limit was moved before.

    """
    due = due_before(setting, case, request, extended)
    return due is not None and setting.calendar.local(request.at).date() <= extension_day(setting, case, due)


def due_before(setting: Setting, case: Case, request: Record, extended: date | None = None) -> date | None:
    """The day on which the answer was due when an extension was asked for."""
    earlier = replace(case, records=case.records[: request.version - 1])
    clock = _unextended(setting, earlier, request.at)
    if clock is None:
        return None
    return clock.legal_due.day if extended is None else max(extended, clock.legal_due.day)


def extension_day(setting: Setting, case: Case, due: date) -> date:
    """The last day on which an extension of a limit that ends on `due` may be asked for."""
    term = limits().on("extension", law_day(setting, case)).term
    return _before(setting.calendar, due, int(term.value), term.unit)


def _before(calendar: WorkCalendar, day: date, count: int, unit: Unit) -> date:
    return day - timedelta(days=count) if unit is Unit.DAY else calendar.add_working_days(day, -count)
