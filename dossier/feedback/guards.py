"""The rules of single commands on a feedback case; lateness blocks nothing, it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from dossier.errors import Reason
from dossier.feedback.clock import due_before, extension_day, feedback_clock
from dossier.guards import Act, Guard


def extension_timely(act: Act) -> Reason | None:
    """More time is asked for before the limit comes near its end."""
    request = act.after.records[-1]
    clock = feedback_clock(act.setting, act.case, act.at)
    due = due_before(act.setting, act.after, request, clock.legal_due.day if clock else None)
    if due is None:
        return None
    last = extension_day(act.setting, act.case, due)
    if act.at.date() <= last:
        return None
    return act.book.reason("extend.late", found=act.at.date().isoformat(), allowed=last.isoformat())


def extension_longer(act: Act) -> Reason | None:
    """The day that an extension names lies after the one on which the answer is due."""
    named, clock = act.cell("promised"), feedback_clock(act.setting, act.case, act.at)
    if not isinstance(named, date) or isinstance(named, datetime) or clock is None or named > clock.legal_due.day:
        return None
    return act.book.reason("extend.shorter", found=named.isoformat(), allowed=clock.legal_due.day.isoformat())


FEEDBACK_GUARDS: Mapping[str, tuple[Guard, ...]] = {"extend": (extension_timely, extension_longer)}
"""The rules of single commands, beside the order of steps and what the type of the event needs."""
