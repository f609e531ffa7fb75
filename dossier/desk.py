"""The desk: asks whether an act is allowed, explains why not, and does it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from calendars import WorkCalendar, vietnam
from dossier.adoption import Adopted, adoption
from dossier.case import Case
from dossier.entries import overview
from dossier.errors import Conflict, KeyReused, NoStorage, NotAllowed, Reason, UnknownDossier
from dossier.events import LOG_COLUMNS, Cell, Event, Row, is_blank, row_of
from dossier.filling import built, check_fields, cleaned, filled, invalid, missing
from dossier.guards import ALWAYS, GUARDS, Act, refusals
from dossier.keys import keyed
from dossier.lifecycle import LIFECYCLE
from dossier.outbox.delivery import Delivered, deliver
from dossier.outbox.host import Host
from dossier.outbox.sinks import Sink
from dossier.outbox.topics import topics
from dossier.proof import code_refusal, filed, legal_value, other_content
from dossier.quotas import QuotasOn, once_each
from dossier.requirements import requirements
from dossier.roles import RolesOf, is_auditor, refusal
from dossier.setting import ProcedureBook, Setting
from dossier.stores.cells import Text
from dossier.stores.imports import histories, records_of
from dossier.stores.opening import opened
from dossier.stores.records import Entry, EventStore, Import, Jotting, Key, Override, Overview, Record, Slice
from dossier.sweeping import Swept, sweep
from dossier.timers import is_stopped, timers
from dossier.view import Dossier
from dossier.worklist import Place, WorklistLine, line

if TYPE_CHECKING:
    from dossier.evidence import Evidence
    from dossier.evidence import Kind as DocumentKind


class Desk:
    """Runs dossiers: every act is checked against the lifecycle, the law it is handed, and the evidence.

    >>> from dossier import UNCHECKED, Desk, MemoryStore
    >>> desk = Desk(MemoryStore(), roles=UNCHECKED)
    >>> done = desk.do("A1", "receive", slip="TN-1", procedure="1.012784", limit="12 ngày làm việc")
    >>> done.state, [reason.code for reason in desk.why_not("A1", "pause", reason="Chờ ý kiến")]
    ('received', ['pause.document', 'pause.notice', 'pause.ground'])

    Args:
        store: where histories are kept: a store, or what `Store` takes, the host's own connection or session.
        roles: the roles of an actor; `UNCHECKED` where the host checks rights itself.
        calendar: the calendar of the office; that of Vietnam when none is given.
        procedures: the procedure file; without one the limit is taken from the act.
        quotas: gives the quotas for the day of receipt.
        now: the clock on the wall, aware.
        evidence: keeps the content of documents and checks the signature of the e-result; without it the act says
            whether the result is signed.
        codes: whether the code of a dossier must be one of the three grammars in use, with the day of its first event.

    """

    def __init__(  # noqa: PLR0913  # what an office has is independent of each other
        self,
        store: EventStore | object,
        *,
        roles: RolesOf,
        calendar: WorkCalendar | None = None,
        procedures: ProcedureBook | None = None,
        quotas: QuotasOn = once_each,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        evidence: Evidence | None = None,
        codes: bool = False,
    ) -> None:
        self._store = opened(store)
        self._roles = roles
        self._evidence, self._codes = evidence, codes
        self._setting = Setting(calendar or vietnam(), procedures, quotas)
        self._now = now

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction for a host that has none: kept at the end, undone when anything fails."""
        return self._store.transaction()

    def do(  # one act has this many independent facts
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        key: str | None = None,
        **fields: Cell,
    ) -> Dossier:
        """Carry out a command and keep its event; the dossier as it then stands.

        Args:
            dossier: the code of the dossier.
            command: a command of the lifecycle table.
            at: when it took effect, now when not given; aware, not after now and not before the last step.
            actor: code of the officer, `applicant` or `system`.
            office: the office that acts or takes over.
            override: lifts the reasons that can be lifted, and is kept with the event if it lifted any.
            key: makes a repetition harmless: the same command with the same key has one effect and one answer.
            fields: the other columns of the event.

        Raises:
            NotAllowed: with every reason.
            Conflict: somebody else wrote the next version first; `retried` asks again.
            KeyReused: the key already stands for another command.
            Unreplayable: the history holds a step that cannot follow.
            UnknownCommand, UnknownField, NaiveMoment: the call itself is wrong.

        """
        given = fields | {"actor": actor, "office": office}
        request = None if key is None else keyed(key, dossier, command, at, override, given)
        answered = self._answered(request)
        if answered is not None:
            return answered
        act, event, reasons = self._examine(dossier, command, at, given)
        remaining = _remaining(reasons, override)
        if remaining or event is None:
            answered = self._answered(request)  # the same command may just have been carried out by another
            if answered is None:
                raise NotAllowed(act.case.code, command, remaining)
            return answered
        LIFECYCLE.move(act.case.position, command)
        return self._kept(act, event, _used(override, reasons), request)

    def attach(  # noqa: PLR0913  # a document has this many independent facts
        self,
        dossier: str,
        document: str,
        content: bytes,
        *,
        actor: str,
        kind: DocumentKind = "other",
        digitised: bool = True,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Dossier:
        """File a document with its content: kept by the host's storage, its signature checked, the event written.

        Args:
            dossier: the code of the dossier.
            document: its id, which stands for this content for good.
            content: its bytes.
            actor: who attaches it.
            kind: what it is; the e-result is a `result`.
            digitised: whether the paper it stands for is in electronic form (số hóa).
            at: as for `do`, and so are the errors.
            key: makes a repetition harmless.

        Raises:
            NoStorage: the desk was not handed `evidence`.

        """
        if self._evidence is None:
            raise NoStorage(document)
        code, known = dossier.strip(), self._store.documents.find(dossier.strip(), document)
        clash = other_content(known, sha256(content).hexdigest())
        if clash is not None:
            raise NotAllowed(code, "attach", [clash])
        with self._store.savepoint():
            view = self.do(code, "attach", at=at, actor=actor, key=key, document=document, digitised=digitised)
            if known is None:
                attached_at = self._local_now() if at is None else at
                examined = self._evidence.examine(
                    code, document, content, kind=kind, attached_by=actor, attached_at=attached_at, digitised=digitised
                )
                self._store.documents.file(filed(examined))
        return view

    def _kept(self, act: Act, event: Event, override: Override | None, request: Key | None) -> Dossier:
        previous = act.case.records[-1].hash if act.case.records else ""
        record = act.after.records[-1]
        case = act.after if override is None else act.case.followed_by(replace(record, override=override))
        view = Dossier(case, self._setting, act.now)
        line, armed = self._line(view, case, act.now)
        entry = Entry(event, view.version, line, previous, override, request, armed, topics(case.records[-1]))
        try:
            self._store.append(entry)
        except Conflict:
            answered = self._answered(request)  # the same command may have arrived twice at once
            if answered is None:
                raise
            return answered
        return view

    def _line(self, view: Dossier, case: Case, now: datetime) -> tuple[Overview, dict[str, datetime]]:
        armed = timers(case, self._setting, view.clock, now)
        stopped = is_stopped(case, self._setting, view.clock)
        return overview(view, case, self._setting, armed.get("window_over"), stopped=stopped), armed

    def _answered(self, request: Key | None) -> Dossier | None:
        """What the command with this key was answered, None where it is new."""
        known = None if request is None else self._store.keyed(request.key)
        if request is None or known is None:
            return None
        if known.request != request.request:
            raise KeyReused(request.key, known.dossier, known.version)
        case = Case(known.dossier, self._store.history(known.dossier)[: known.version])
        return Dossier.of(case, self._setting, self._setting.calendar.local(case.records[-1].recorded_at))

    def adopt(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> tuple[Adopted, ...]:
        """Take over the dossiers of another system at cut-over: their past is kept as it is, and they go on from there.

        No guard is asked. A step that cannot follow the one before it leads where it would have led in its own place.

        Args:
            rows: rows of the event log, in any order.
            columns: the columns that the other system has; about the others it cannot say.

        Raises:
            UnreadableCell: a cell is no value of its column; nothing is kept.
            Conflict: a dossier is there already; nothing is kept.

        """
        found = [(Case(code, records_of(texts, "adopted")), texts) for code, texts in histories(rows, columns)]
        now = self._local_now()
        self._store.take_in([self._import(case, texts, now) for case, texts in found], "adopted")
        return tuple(adoption(case.code, [record.kind for record in case.records]) for case, _ in found)

    def _import(self, case: Case, texts: Sequence[Text], now: datetime) -> Import:
        return Import(case.code, texts, *self._line(Dossier.of(case, self._setting, now), case, now))

    def why_not(  # the same facts as `do`
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        **fields: Cell,
    ) -> tuple[Reason, ...]:
        """Every reason why `do` would refuse the same call; empty when it would not."""
        given = fields | {"actor": actor, "office": office}
        return _remaining(self._examine(dossier, command, at, given)[2], override)

    def may(  # the same facts as `do`
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        **fields: Cell,
    ) -> bool:
        """Whether `do` would carry out the same call."""
        return not self.why_not(dossier, command, at=at, actor=actor, office=office, override=override, **fields)

    def options(self, dossier: str, actor: str | None = None) -> Mapping[str, tuple[Reason, ...]]:
        """Every command with every reason against it as it stands, in the order of the table.

        A reason with a `field` is one that the form may still fill; a command without other reasons can be offered.
        """
        self._look_up(dossier, actor)
        case = self._case(dossier)
        return {command: self._weigh(case, command, None, {"actor": actor})[2] for command in LIFECYCLE.commands}

    def dossier(self, code: str, actor: str | None = None) -> Dossier:
        """The dossier as it stands now; that an auditor looked it up is written into the journal.

        Raises:
            UnknownDossier: no event of it is kept.
            Unreplayable: the history holds a step that cannot follow.

        """
        case = self._case(code)
        if not case.records:
            raise UnknownDossier(case.code)
        self._look_up(case.code, actor)
        return Dossier.of(case, self._setting, self._local_now())

    def _look_up(self, dossier: str, actor: str | None) -> None:
        if is_auditor(actor, self._roles):
            self._store.note(Jotting(self._now(), "looked_up", actor, dossier.strip()))

    def worklist(
        self,
        officer: str | None = None,
        office: str | None = None,
        *,
        limit: int = 100,
        after: Place | None = None,
    ) -> tuple[WorklistLine, ...]:
        """The open dossiers, the one whose legal time ends first at the top, as they stand now.

        Args:
            officer: who acted last on them, None for all.
            office: the office that works on them, None for all.
            limit: how many at most.
            after: the place of the last line of the page before.

        """
        found = self._store.worklist(Slice(office, officer, after, limit))
        return tuple(line(one, self._setting.calendar, self._now()) for one in found)

    def sweep(self) -> Swept:
        """Put every reminder whose moment has come into the outbox; to be called now and then, by anybody."""
        return sweep(self._store, self._setting, self._local_now())

    def deliver(
        self, sink: Sink, limit: int = 100, host: Host | None = None, topics: Collection[str] | None = None
    ) -> Delivered:
        """Try a batch of the messages that wait in the outbox, of these topics or of all; commit after each batch."""
        return deliver(self._store, self._setting, sink, self._local_now(), limit=limit, host=host, topics=topics)

    def _case(self, dossier: str) -> Case:
        code = dossier.strip()
        return Case(code, self._store.history(code))

    def _local_now(self) -> datetime:
        return self._setting.calendar.local(self._now())

    def _examine(
        self, dossier: str, command: str, at: datetime | None, fields: Mapping[str, Cell]
    ) -> tuple[Act, Event | None, tuple[Reason, ...]]:
        check_fields(command, LIFECYCLE.kind(command), fields)
        return self._weigh(self._case(dossier), command, at, fields)

    def _weigh(
        self, case: Case, command: str, at: datetime | None, fields: Mapping[str, Cell]
    ) -> tuple[Act, Event | None, tuple[Reason, ...]]:
        calendar, kind, now = self._setting.calendar, LIFECYCLE.kind(command), self._local_now()
        at = now if at is None else calendar.local(at)
        given = filled(self._setting, case, kind, at, cleaned(calendar, fields))
        given |= {"dossier": case.code, "at": at, "recorded_at": now}
        if self._evidence is not None and command == "complete" and "document" in given:
            given.setdefault("signed", True)  # `legal_value` refuses where it is not
        event, errors = built(kind, given)
        row = row_of(kind, given) if event is None else event.to_row()
        act = Act(command, case, case.followed_by(Record(len(case.records) + 1, row)), at, now, self._setting)
        reasons = [*self._objections(act, given), *refusals(act, ALWAYS)]
        if event is None:
            reasons += [*missing(command, kind, given), *invalid(errors)]
        reasons += refusals(act, GUARDS.get(command, ()))
        return act, event, tuple(reasons)

    def _objections(self, act: Act, given: Mapping[str, Cell]) -> list[Reason]:
        """What speaks against an act beside the history: the actor's roles, the code, the evidence."""
        found = [refusal(act.command, act.text("actor"), self._roles, state=act.case.state)]
        if self._codes and not act.case.records:
            found.append(code_refusal(act.case.code, act.at.date()))
        if self._evidence is not None and act.command == "complete":
            document = given.get("document")
            known = self._store.documents.find(act.case.code, str(document)) if document else None
            found.append(legal_value(document, given.get("signed"), known))
        return [reason for reason in found if reason is not None]


def _remaining(reasons: tuple[Reason, ...], override: Override | None) -> tuple[Reason, ...]:
    if override is None:
        return reasons
    blank = [name for name in ("reason", "approver") if is_blank(getattr(override, name))]
    lifted = () if blank else tuple(reason for reason in reasons if reason.overridable)
    flaws = [requirements().reason(f"override.{name}") for name in blank]
    return (*flaws, *(reason for reason in reasons if reason not in lifted))


def _used(override: Override | None, reasons: tuple[Reason, ...]) -> Override | None:
    """The override with what it lifted; None where there was nothing to lift, for then it is no override."""
    lifted = tuple(reason.code for reason in reasons)
    return replace(override, lifted=lifted) if override and lifted else None
