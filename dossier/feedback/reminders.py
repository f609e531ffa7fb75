"""Which reminders a feedback case arms after each act, and when each fires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple

from calendars import OutOfRange, Unit
from dossier.case import Case
from dossier.clock import Clock
from dossier.feedback.clock import extension_day, limit_end
from dossier.feedback.publicity import channels_missing
from dossier.setting import Setting
from dossier.strict import shipped
from dossier.timers import BY_DAY, Reminders, TimerRule, TimerRules, is_stopped, opening_before, passed

FeedbackTimer = Literal["forward_due", "extension_due", "due_soon", "overdue", "publish_due"]
"""What a reminder of a feedback case is about."""

FEEDBACK_UNITS: Mapping[str, frozenset[Unit]] = MappingProxyType(
    {
        "forward_due": BY_DAY,
        "extension_due": BY_DAY,
        "due_soon": BY_DAY,
        "overdue": frozenset(),
        "publish_due": BY_DAY,
    }
)
"""In which units the term of each kind may stand; none where the kind has no term."""


class FeedbackTimerRules(TimerRules):
    """The parameters of every reminder of a feedback case, as `data/feedback-timers.toml` holds them."""

    units: ClassVar[Mapping[str, frozenset[Unit]]] = FEEDBACK_UNITS
    timer: Mapping[FeedbackTimer, TimerRule]  # type: ignore[assignment]  # another kind of case has other kinds


@cache
def feedback_timers() -> TimerRules:
    """The rules that come with the package, read once.

    >>> feedback_timers().reminder("PAKN-1", "overdue", datetime(2026, 6, 23, tzinfo=UTC)).sentence_en
    'Feedback PAKN-1 is past the day on which its answer was due.'
    """
    name = "feedback-timers.toml"
    return FeedbackTimerRules.loads(shipped(name), name)


class _Time(NamedTuple):
    """From when and until which day there is time for something."""

    kind: str
    since: datetime
    last: date


def feedback_reminders(case: Case, setting: Setting, clock: Clock | None, _now: datetime) -> Reminders:
    """What a feedback case arms as it stands, each with its moment in UTC, and whether its limit stands still.

    A moment that lies behind fires at once; while the limit stands still nothing reminds of its end.

    Args:
        case: a history that can be replayed.
        setting: the law and the calendar of the desk.
        clock: `setting.clock(case, now)`.

    Raises:
        Unreplayable: the history holds a step that cannot follow.

    """
    stopped = is_stopped(case, setting, clock)
    running = None if stopped or case.decided_at is not None else clock
    found: dict[str, datetime] = {}
    with suppress(OutOfRange):  # ends after the last year of the calendar: nobody alive is to be reminded
        for kind, since, last in _times(case, setting, running):
            term = feedback_timers().rule(kind).term
            if term is not None:
                _, opening = opening_before(setting.calendar, last, term)
                found[kind] = max(since.astimezone(UTC), opening)
        if running is not None:
            found["overdue"] = passed(setting.calendar, running.legal_due).astimezone(UTC)
    return Reminders(found, stopped)


def _times(case: Case, setting: Setting, running: Clock | None) -> Iterator[_Time]:
    received, answered = case.first("received"), case.first("answered")
    if case.state == "received" and received and (last := limit_end(setting, case, "forward", received.at)):
        yield _Time("forward_due", received.at, last)
    if running is not None:
        yield _Time("extension_due", running.started_at, extension_day(setting, case, running.legal_due.day))
        yield _Time("due_soon", running.started_at, running.legal_due.day)
    if answered and channels_missing(case) and (last := limit_end(setting, case, "publish", answered.at)):
        yield _Time("publish_due", answered.at, last)
