"""What is kept with an event: the line of the dossier, the reminders, and what is to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from dossier.case import Case
from dossier.clock import Due
from dossier.setting import Setting
from dossier.stores.records import Overview
from dossier.view import Dossier

_HOLDERS = frozenset({"submitted", "received", "forwarded"})
"""The events whose office is the one that works on the dossier."""

_NO_OFFICERS = frozenset({"applicant", "system"})


def overview(view: Dossier, case: Case, setting: Setting, window_ends: datetime | None, *, stopped: bool) -> Overview:
    """The line of a dossier.

    Args:
        view: the dossier as it stands.
        case: the same dossier.
        setting: the law and the calendar of the desk.
        window_ends: when an unanswered submission should have been answered, None where none is open.
        stopped: whether the legal clock stands still.

    """
    due, clock = view.legal_due, view.clock
    return Overview(
        dossier=view.code,
        version=view.version,
        state=view.state,
        procedure=view.procedure,
        received_at=view.received_at,
        promised=view.promised,
        legal_due=due.value if due else None,
        due_without_pauses=clock.due_without_pauses.value if clock else None,
        office=_last(case, "office", _HOLDERS),
        officer=_officer(case),
        ends_at=None if stopped else _ends_at(due, setting) if due else window_ends,
        waiting=stopped,
        open=case.decided_at is None and view.state not in case.lifecycle.ended,
    )


def _ends_at(due: Due, setting: Setting) -> datetime:
    """The first moment that is too late; a limit in days expires at the end of its day."""
    if due.moment is not None:
        return due.moment
    tomorrow = due.day + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=setting.calendar.zone)


def _last(case: Case, column: str, kinds: frozenset[str]) -> str | None:
    found = (record.text(column) for record in reversed(case.records) if record.kind in kinds)
    return next((text for text in found if text), None)


def _officer(case: Case) -> str | None:
    actors = (record.text("actor") for record in reversed(case.records))
    return next((actor for actor in actors if actor and actor not in _NO_OFFICERS), None)
