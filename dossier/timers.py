"""Which reminders a dossier arms after each act, and when each fires; to fire changes no history.

The moments follow from the history and the calendar alone, so a reminder that is armed again keeps its moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from string import Formatter
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, model_validator

from calendars import OutOfRange, Term, Unit, WorkCalendar, close_after, deadline
from dossier.case import Case
from dossier.clock import WAITS, AfterSupplement, Clock, Due, Step, read_clock
from dossier.errors import UnknownTimer
from dossier.lifecycle import WAIT
from dossier.procedure_schema import ProcedureVersion
from dossier.setting import Setting, readable
from dossier.stores.records import Record
from dossier.strict import Strict, Text, read_file_strictly, read_strictly, shipped

Kind = Literal[
    "window_closing",
    "window_over",
    "due_soon",
    "apology_needed",
    "overdue",
    "answer_overdue",
    "pause_too_long",
    "step_overdue",
]
"""What a reminder (nhắc việc) is about."""
KINDS: tuple[str, ...] = get_args(Kind)

Recipient = Literal["officer", "office_head", "applicant"]

ANY_UNIT = frozenset(Unit)
BY_DAY = frozenset({Unit.DAY, Unit.WORKING_DAY})
UNITS: Mapping[str, frozenset[Unit]] = {
    "window_closing": frozenset({Unit.WORKING_HOUR}),
    "window_over": frozenset({Unit.WORKING_HOUR}),
    "due_soon": BY_DAY,
    "apology_needed": BY_DAY,
    "overdue": frozenset(),
    "answer_overdue": ANY_UNIT,
    "pause_too_long": ANY_UNIT,
    "step_overdue": frozenset(),
}
"""In which units the term of each kind may stand; none where the kind has no term."""

FACTS = frozenset({"dossier", "term"})
"""What a sentence may mention in braces."""

_NAME = "timers.toml"
_EXAMPLE = '[timer.due_soon] term = "1 ngày làm việc", to = ["officer"], vi = "…", en = "…", citation = "…"'
_SUSPEND = AfterSupplement("suspend")
_FAR = timedelta(days=60)
"""Longer than any row of closed days: by then a wait that stops a clock has carried its due date along."""


def _term(found: object) -> object:
    return Term.parse(found).exact() if isinstance(found, str) else found


def _sentence(text: str) -> str:
    unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None} - FACTS
    if unknown:
        raise ValueError(f"the sentence mentions {{{min(unknown)}}}; it may mention {', '.join(sorted(FACTS))}")
    return text


Sentence = Annotated[Text, AfterValidator(_sentence)]


class TimerRule(Strict):
    """When a kind of reminder fires, whom it tells what, and by which law."""

    term: Annotated[InstanceOf[Term], BeforeValidator(_term)] | None = None
    to: Annotated[tuple[Recipient, ...], Field(strict=False, min_length=1)]
    vi: Sentence
    en: Sentence
    citation: Text
    status: Literal["read", "unverified"]
    note: str = ""


class TimerRules(Strict):
    """The parameters of every reminder, as `data/timers.toml` holds them."""

    units: ClassVar[Mapping[str, frozenset[Unit]]] = UNITS
    schema_version: Literal[1] = Field(alias="schema")
    timer: Mapping[Kind, TimerRule]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for kind in self.units:
            if kind not in self.timer:
                raise ValueError(f"timer.{kind} is missing; every kind of reminder has its table")
            _check_term(kind, self.timer[kind].term, self.units[kind])  # type: ignore[index]  # it is there
        return self

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Self:
        """Read the text of a file of timers.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_strictly(cls, text, name, _EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an office's own file of timers; raises as `loads` does."""
        return read_file_strictly(cls, path, _EXAMPLE)

    def rule(self, kind: str) -> TimerRule:
        """The rule of a kind.

        Raises:
            UnknownTimer: there is no such kind.

        """
        if kind not in self.timer:
            raise UnknownTimer(kind, tuple(self.units))
        return self.timer[kind]  # type: ignore[index]  # it is there

    def reminder(self, dossier: str, kind: str, at: datetime) -> Reminder:
        """What is said when a reminder fires; raises as `rule` does.

        >>> told = timer_rules().reminder("A1", "due_soon", datetime(2024, 8, 30, tzinfo=UTC))
        >>> told.to, told.sentence_en
        (('officer',), 'Dossier A1 is due by law soon: at most 1 working day is left before the due date.')
        """
        rule = self.rule(kind)
        vi, en = (rule.term.text_vi, rule.term.text_en) if rule.term else ("", "")
        sentences = rule.vi.format(dossier=dossier, term=vi), rule.en.format(dossier=dossier, term=en)
        return Reminder(dossier, kind, at, rule.to, *sentences)


@cache
def timer_rules() -> TimerRules:
    """The rules that come with the package, read once."""
    return TimerRules.loads(shipped(_NAME))


@dataclass(frozen=True)
class Reminder:
    """A reminder that fires.

    Attributes:
        kind: one of `KINDS`.
        at: the moment for which it was armed.
        to: whom it tells: `officer`, `office_head`, `applicant`.

    """

    dossier: str
    kind: str
    at: datetime
    to: tuple[str, ...]
    sentence_vi: str
    sentence_en: str


class Reminders(NamedTuple):
    """What a dossier arms, by kind, and whether its legal clock stands still."""

    timers: dict[str, datetime]
    stopped: bool


def timers(
    case: Case, setting: Setting, clock: Clock | None, now: datetime, rules: TimerRules | None = None
) -> dict[str, datetime]:
    """The reminders that a dossier arms as it stands, by kind, each with the moment at which it fires.

    Nothing is armed once the dossier is decided. A moment that lies behind fires at once.

    Args:
        case: a history that can be replayed.
        setting: the law and the calendar of the desk.
        clock: `setting.clock(case, now)`.
        now: the present moment, aware.
        rules: the parameters of the reminders; those of the package when none are given.

    Returns:
        Moments in UTC.

    Raises:
        Unreplayable: the history holds a step that cannot follow.
        NaiveMoment: `now` has no offset.

    """
    return reminders(case, setting, clock, now, rules).timers


def reminders(
    case: Case, setting: Setting, clock: Clock | None, now: datetime, rules: TimerRules | None = None
) -> Reminders:
    """What `timers` and `is_stopped` say, with their arguments and errors, worked out together."""
    look = _Look(case, setting, clock, setting.calendar.local(now), rules or timer_rules())
    if not case.records or case.decided_at is not None or case.state in case.lifecycle.ended:
        return Reminders({}, look.stopped)
    state, found = case.state, {}
    for kind in (kind for kind in KINDS if _ONLY_IN.get(kind, state) == state):
        with suppress(OutOfRange):  # ends after the last year of the calendar: nobody alive is to be reminded
            at = _MOMENTS[kind](look)
            if at is not None:
                found[kind] = at.astimezone(UTC)
    return Reminders(found, look.stopped)


def open_wait(case: Case) -> Record | None:
    """The event that began the wait in which the dossier stands, None where it does not wait."""
    if case.state not in WAIT:
        return None
    return next(record for record in reversed(case.records) if record.kind in WAITS)


def is_stopped(case: Case, setting: Setting, clock: Clock | None) -> bool:
    """Whether the dossier waits and its legal clock stands still; without a clock every wait is believed.

    A wait on a ground that does not count, or that began when no day of the limit was left, stops nothing.

    Args:
        case: a history that can be replayed.
        setting: the law and the calendar of the desk.
        clock: the clock of the case.

    """
    wait = open_wait(case)
    if wait is None:
        return False
    return clock is None or _recedes(setting.clock(case, wait.at), setting.clock(case, wait.at + _FAR))


def _recedes(clock: Clock | None, later: Clock | None) -> bool:
    return clock is None or later is None or later.legal_due != clock.legal_due


@dataclass(frozen=True)
class _Look:
    """A dossier as the reminders look at it."""

    case: Case
    setting: Setting
    clock: Clock | None
    now: datetime
    rules: TimerRules

    @property
    def calendar(self) -> WorkCalendar:
        return self.setting.calendar

    @cached_property
    def wait(self) -> Record | None:
        return open_wait(self.case)

    @cached_property
    def version(self) -> ProcedureVersion | None:
        return self.setting.version(self.case, self.now.date())

    @cached_property
    def stopped(self) -> bool:
        return is_stopped(self.case, self.setting, self.clock)

    @property
    def running(self) -> Clock | None:
        """The clock while it runs; a due date that recedes reminds of nothing."""
        return None if self.stopped else self.clock

    @property
    def window(self) -> Record | None:
        """The online submission that nobody has answered yet."""
        if self.case.state != "submitted" or self.case.guided:
            return None
        last = next(record for record in reversed(self.case.records) if record.kind == "submitted")
        return last if last.text("channel") == "online" else None

    def term(self, kind: Kind) -> Term:
        term = self.rules.timer[kind].term
        if term is None:
            raise TypeError(f"{kind} without a term")
        return term


def _window_closing(look: _Look) -> datetime | None:
    ahead = look.term("window_over").value - look.term("window_closing").value
    return _in_window(look, Term(max(ahead, Fraction(0)), Unit.WORKING_HOUR))


def _window_over(look: _Look) -> datetime | None:
    return _in_window(look, look.term("window_over"))


def _in_window(look: _Look, term: Term) -> datetime | None:
    return None if look.window is None else deadline(look.calendar, look.window.at, term).expires_at


def _due_soon(look: _Look) -> datetime | None:
    clock = look.running
    if clock is None:
        return None
    _, at = opening_before(look.calendar, clock.legal_due.day, look.term("due_soon"))
    return max(clock.started_at.astimezone(UTC), at)


def _apology_needed(look: _Look) -> datetime | None:
    clock, spent = look.running, look.case.reappointments
    if clock is None or spent or look.setting.quotas(look.case, look.now.date()).reappointments <= spent:
        return None
    day, at = opening_before(look.calendar, clock.legal_due.day, look.term("apology_needed"))
    return None if day < clock.started_at.date() else max(clock.started_at.astimezone(UTC), at)


def _overdue(look: _Look) -> datetime | None:
    return None if look.running is None else passed(look.calendar, look.running.legal_due)


def _answer_overdue(look: _Look) -> datetime | None:
    asked = look.wait
    if asked is None or asked.kind != "supplement_requested":
        return None
    own = look.version.closes_after if look.version else None
    return close_after(look.calendar, asked.at, own or look.term("answer_overdue")).expires_at


def _pause_too_long(look: _Look) -> datetime | None:
    if look.wait is None or look.wait.kind != "paused":
        return None
    return deadline(look.calendar, look.wait.at, look.term("pause_too_long")).expires_at


def _step_overdue(look: _Look) -> datetime | None:
    """The end of the step that runs: its limit begins with the hand-over and stands still in the same waits."""
    handed = next((record for record in reversed(look.case.records) if record.kind == "forwarded"), None)
    limit = None if handed is None else readable(handed.text("limit"))
    if handed is None or limit is None:
        return None
    steps = [Step("received", handed.at), *look.case.steps[handed.version :]]
    stops = look.version.excludes if look.version else lambda _ground: True
    read = partial(read_clock, steps, limit, calendar=look.calendar, after=_SUSPEND, stops=stops)
    step = read(until=look.now)
    stopped = step is None or (look.wait is not None and _recedes(step, read(until=look.now + _FAR)))
    return None if step is None or stopped else passed(look.calendar, step.legal_due)


_MOMENTS: Mapping[str, Callable[[_Look], datetime | None]] = {
    "window_closing": _window_closing,
    "window_over": _window_over,
    "due_soon": _due_soon,
    "apology_needed": _apology_needed,
    "overdue": _overdue,
    "answer_overdue": _answer_overdue,
    "pause_too_long": _pause_too_long,
    "step_overdue": _step_overdue,
}


_ONLY_IN: Mapping[str, str] = {
    "window_closing": "submitted",
    "window_over": "submitted",
    "answer_overdue": "supplement_requested",
    "pause_too_long": "paused",
}
"""The kinds that are armed in one state alone."""


@lru_cache(maxsize=2**14)
def opening_before(calendar: WorkCalendar, due: date, term: Term) -> tuple[date, datetime]:
    """The last working day that lies at least `term` before the due date, and when the office opens on it, in UTC."""
    if term.unit is Unit.WORKING_DAY:
        day = calendar.add_working_days(due, -int(term.value))
    else:
        day = calendar.add_working_days(due - timedelta(days=int(term.value)), 0)
    return day, calendar.next_opening(datetime.combine(day, time(), calendar.zone)).astimezone(UTC)


def passed(calendar: WorkCalendar, due: Due) -> datetime:
    """The first second that is later than a due date."""
    return calendar.midnight_after(due.day) if due.moment is None else due.moment + timedelta(seconds=1)


def _check_term(kind: str, term: Term | None, allowed: frozenset[Unit]) -> None:
    if term is None and allowed:
        raise ValueError(f"timer.{kind} has no term; give a number and a unit")
    if term is not None and term.unit not in allowed:
        units = ", ".join(sorted(allowed))
        raise ValueError(f"timer.{kind}: the unit {term.unit} is not possible; " + (units or "this kind has no term"))
