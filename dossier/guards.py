"""The rules of each command: pure functions that return the reason why they refuse, or None."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from calendars import OutOfRange, close_after, deadline
from dossier.case import Case
from dossier.clock import Clock, Due, due_of
from dossier.errors import Reason
from dossier.events import Cell
from dossier.lifecycle import ASKED, START, STATES, WORK
from dossier.procedure_schema import ProcedureVersion
from dossier.quotas import Quotas
from dossier.requirements import Requirements, requirements
from dossier.setting import Setting, readable
from dossier.stores.records import Record

NO_PAPER = frozenset({"none", "on_the_spot"})
"""The kinds of result that leave no document behind."""


@dataclass(frozen=True)
class Act:
    """A command that is asked for, before anything of it is written.

    Attributes:
        case: the dossier as it stands.
        after: the dossier as it would stand.
        at: when the act would take effect, in the calendar's zone.
        now: the present moment, in the calendar's zone.
        book: the sentences of refusals.

    """

    command: str
    case: Case
    after: Case
    at: datetime
    now: datetime
    setting: Setting
    book: Requirements = field(default_factory=requirements, repr=False)

    def cell(self, column: str) -> Cell:
        """What the act would write into a column."""
        return self.after.records[-1].row[column]

    def text(self, column: str) -> str | None:
        """What the act would write into a column of text."""
        return self.after.records[-1].text(column)

    @property
    def quotas(self) -> Quotas:
        """The quotas of the day of receipt."""
        return self.setting.quotas(self.after, self.at.date())

    @cached_property
    def version(self) -> ProcedureVersion | None:
        """The version of the procedure of the day of receipt."""
        return self.setting.version(self.after, self.at.date())

    @cached_property
    def clock(self) -> Clock | None:
        """The clock as it would stand."""
        return self.setting.clock(self.after, self.at)

    def dues(self) -> Iterator[Due]:
        """When the dossier would be due: by the calendar as known today, then as it was known at the act."""
        if self.clock is not None:
            yield self.clock.legal_due
        clock = self.setting.as_known_on(self.at.date()).clock(self.after, self.at)
        if clock is not None:
            yield clock.legal_due


Guard = Callable[[Act], Reason | None]


def _reason(code: str, vi: Mapping[str, object] | None = None, **facts: object) -> Reason:
    return requirements().reason(code, vi, **facts)


def _list(values: object) -> str:
    found = [str(value) for value in values] if isinstance(values, (list, tuple)) else [str(values)]
    return ", ".join(found) or "–"


# the order of steps


def possible(act: Act) -> Reason | None:
    """The command can follow in the state of the dossier."""
    state, lifecycle = act.case.state, act.case.lifecycle
    sources, reason = lifecycle.sources(act.command), act.book.reason
    if state in sources:
        return None
    if state == START:
        return reason("state.none", command=act.command)
    label = {"found": lifecycle.labels[state]}
    if state == "paused" and set(WORK) <= set(sources):
        return reason("state.paused", command=act.command)
    if state in lifecycle.ended:
        return reason("state.ended", label, command=act.command, found=state)
    allowed = [source for source in sources if source != START]
    label["allowed"] = _list([lifecycle.labels[source] for source in allowed])
    return reason("state", label, command=act.command, found=state, allowed=_list(allowed))


def not_in_future(act: Act) -> Reason | None:
    """Nothing is recorded before it happens."""
    if act.at <= act.now:
        return None
    return act.book.reason("at.future", found=act.at.isoformat(), allowed=act.now.isoformat())


def in_order(act: Act) -> Reason | None:
    """A late entry is welcome, but not before the step it follows."""
    last = act.case.last_at
    if last is None or act.at >= last:
        return None
    previous = act.setting.calendar.local(last)
    return act.book.reason("at.before_previous", found=act.at.isoformat(), allowed=previous.isoformat())


# before receipt


def procedure_known(act: Act) -> Reason | None:
    """The procedure is in force on the day."""
    code = act.after.procedure
    if act.setting.procedures is None or code is None or act.version is not None:
        return None
    return _reason("procedure.unknown", found=code, allowed=act.at.date())


def window_answered(act: Act) -> Reason | None:
    """A new submission follows guidance."""
    answered = act.case.state != "submitted" or act.case.guided
    return None if answered else _reason("submit.unanswered")


def limit_usable(act: Act) -> Reason | None:
    """The printed limit is one number with one unit that ends within the calendar."""
    text = act.text("limit")
    term = readable(text)
    if text is None:
        return None
    try:
        if term is not None:
            due_of(act.setting.calendar, act.at, term)
            return None
    except OutOfRange:
        pass
    return _reason("receive.limit_unreadable", found=text)


def case_chosen(act: Act) -> Reason | None:
    """Where the procedure has cases and no normal one, the limit says which case it is."""
    version = act.version
    if version is None or not version.cases or act.text("limit") or version.normal_limit:
        return None
    return _reason("receive.case", allowed=_list([*version.cases.values()]))


def limit_lawful(act: Act) -> Reason | None:
    """The printed limit ends no later than the longest that the procedure has."""
    version, found = act.version, readable(act.text("limit"))
    if version is None or not version.cases or found is None or limit_usable(act):
        return None
    terms = [term for text in version.cases.values() if (term := readable(text))]
    ends = [deadline(act.setting.calendar, act.at, term).expires_at for term in (found, *terms)]
    if ends[0] <= max(ends[1:]):
        return None
    return _reason("receive.limit", found=act.text("limit"), allowed=_list([*version.cases.values()]))


def promise_lawful(act: Act) -> Reason | None:
    """What is promised lies within the time limit, by the calendar known then or now."""
    promised = act.cell("promised")
    if not isinstance(promised, date) or act.clock is None:
        return None
    lawful = act.clock.legal_due
    if any(not _is_later(promised, due) for due in act.dues()):
        return None
    allowed = lawful.day.isoformat() if lawful.moment is None else lawful.moment.isoformat()
    return _reason("promise.late", found=promised.isoformat(), allowed=allowed)


def promise_ahead(act: Act) -> Reason | None:
    """What is promised does not lie behind."""
    promised = act.cell("promised")
    if not isinstance(promised, date):
        return None
    behind = promised < act.at if isinstance(promised, datetime) else promised < act.at.date()
    return _reason("promise.past", found=promised.isoformat(), allowed=act.at.isoformat()) if behind else None


def _is_later(promised: date | datetime, due: Due) -> bool:
    return due.is_late(promised) if isinstance(promised, datetime) else promised > due.day


# handling


def question_open(act: Act) -> Reason | None:
    """An answer follows a question to the same office."""
    office, silent = act.text("office"), act.case.silent_offices
    if office is None or silent[office] > 0:
        return None
    return _reason("answer.unasked", found=office, allowed=_list(sorted(silent)))


def supplement_quota(act: Act) -> Reason | None:
    """A received dossier is sent back no more often than the quota says."""
    spent, allowed = act.case.supplement_requests, act.quotas.supplement_requests
    if spent < allowed:
        return None
    reason = _reason("request_supplement.quota", found=spent, allowed=allowed)
    return _cited(reason, act.quotas, "supplement_requests")


def reappointment_quota(act: Act) -> Reason | None:
    """A new appointment is given no more often than the quota says."""
    spent, allowed = act.case.reappointments, act.quotas.reappointments
    if spent < allowed:
        return None
    return _cited(_reason("apologise.quota", found=spent, allowed=allowed), act.quotas, "reappointments")


def _cited(reason: Reason, quotas: Quotas, name: str) -> Reason:
    return replace(reason, citation=quotas.citations.get(name, reason.citation))


def document_before(act: Act) -> Reason | None:
    """The document that grounds a pause was attached strictly before it."""
    document = act.text("document")
    attached = act.case.attached_at(document) if document else None
    if document is None or (attached is not None and attached < act.at):
        return None
    return _reason("pause.document_at", found=document)


def ground_counts(act: Act) -> Reason | None:
    """The procedure excludes the wait, else the clock would not stop by law."""
    version, ground = act.version, act.text("ground")
    if version is None or ground is None or version.excludes(ground):
        return None
    return _reason("pause.ground_counts", found=ground, allowed=_list(version.excluded_waits))


# the end


def result_given(act: Act) -> Reason | None:
    """Where the procedure's result is a document, there is one; so, too, where nobody knows."""
    version = act.version
    if act.text("document") or act.cell("signed") or (version is not None and version.result in NO_PAPER):
        return None
    return _reason("complete.result")


def result_signed(act: Act) -> Reason | None:
    """An e-result carries a valid digital signature, and a signature is on an e-result."""
    given, signed = act.text("document") is not None, act.cell("signed") is True
    if given == signed:
        return None
    return _reason("complete.signed" if given else "complete.document")


def question_unanswered(act: Act) -> Reason | None:
    """Who does not answer was asked."""
    if act.cell("ground") != "no_answer" or act.case.state in ASKED:
        return None
    state = act.case.state
    return _reason("close.unasked", {"found": STATES.get(state, state)}, found=state)


def answer_awaited(act: Act) -> Reason | None:
    """Where the procedure says how long an answer is awaited, nobody is closed out before."""
    asked, version = _asked(act.case), act.version
    term = version.closes_after if version else None
    if act.cell("ground") != "no_answer" or asked is None or term is None:
        return None
    end = close_after(act.setting.calendar, asked.at, term)
    return None if end.is_late(act.at) else _reason("close.too_early", allowed=end.due.isoformat())


def _asked(case: Case) -> Record | None:
    """The request for a supplement that is open."""
    if case.state != "supplement_requested":
        return None
    return next(record for record in reversed(case.records) if record.kind == "supplement_requested")


ALWAYS: tuple[Guard, ...] = (possible, not_in_future, in_order)
"""The rules of every command."""

GUARDS: Mapping[str, tuple[Guard, ...]] = {
    "submit": (procedure_known, window_answered),
    "receive": (procedure_known, limit_usable, case_chosen, limit_lawful, promise_lawful, promise_ahead),
    "answer": (question_open,),
    "request_supplement": (supplement_quota,),
    "supplement": (promise_lawful, promise_ahead),
    "pause": (document_before, ground_counts),
    "apologise": (reappointment_quota, promise_ahead),
    "complete": (result_given, result_signed),
    "close": (question_unanswered, answer_awaited),
}
"""The rules of single commands, beside what the type of the event needs."""


def refusals(act: Act, rules: Iterable[Guard]) -> list[Reason]:
    """The reasons of every rule that refuses the act."""
    return [reason for rule in rules if (reason := rule(act)) is not None]
