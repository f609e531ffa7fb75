"""The desk: asks whether an act is allowed, explains why not, and does it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from calendars import WorkCalendar, vietnam
from dossier.adoption import Adopted, adoption
from dossier.case import Case
from dossier.codes import format_code
from dossier.entries import overview
from dossier.errors import Conflict, KeyReused, NoStorage, NotAllowed, Reason, UnknownDossier
from dossier.events import LOG_COLUMNS, Cell, Event, Row
from dossier.filling import check_fields
from dossier.guards import Act
from dossier.keys import keyed
from dossier.kind import DOSSIER, CaseKind
from dossier.outbox.delivery import Delivered, deliver
from dossier.outbox.host import Host
from dossier.outbox.sinks import Sink
from dossier.proof import filed, other_content
from dossier.quotas import QuotasOn, once_each
from dossier.recomputing import Position, Recomputed, recompute
from dossier.roles import RolesOf, is_auditor
from dossier.setting import ProcedureBook, Setting
from dossier.stores.cells import Text
from dossier.stores.imports import histories, records_of
from dossier.stores.opening import opened
from dossier.stores.queues import Armed
from dossier.stores.records import Entry, EventStore, Import, Jotting, Key, Override, Overview, Record, Slice
from dossier.stores.register import CODES
from dossier.sweeping import Swept, sweep
from dossier.view import Dossier
from dossier.weighing import Form, Scales, Weighed
from dossier.worklist import Place, WorklistLine, line

if TYPE_CHECKING:
    from dossier.evidence import Evidence
    from dossier.evidence import Kind as DocumentKind
    from dossier.forms.issuing import Printer


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
        forms: numbers, prints and keeps the form of each act that has one; without it the act gives the number.
        codes: whether the code of a dossier must be one of the three grammars in use, with the day of its first event.
        kind: the kind of case that it runs; dossiers where none is given.

    Raises:
        NotForThisKind: forms, codes or procedures for a kind of case that has none.

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
        forms: Printer | None = None,
        codes: bool = False,
        kind: CaseKind = DOSSIER,
    ) -> None:
        kind.check(forms=forms, codes=codes, procedures=procedures)
        self._store, self._roles, self._evidence = opened(store, kind.prefix, kind.lifecycle), roles, evidence
        self._setting = Setting(calendar or vietnam(), procedures, quotas, kind.lifecycle, kind.clock)
        self._scales = Scales(self._store, self._setting, roles, evidence is not None, codes, forms, kind)
        self._now, self.kind = now, kind

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction for a host that has none: kept at the end, undone when anything fails."""
        return self._store.transaction()

    def do(  # noqa: PLR0913  # one act has this many independent facts
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        key: str | None = None,
        form: Form | None = None,
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
            form: what only the host knows of the form that the act issues: names, addresses, who signs.
            fields: the other columns of the event.

        Raises:
            NotAllowed: with every reason.
            Conflict: somebody else wrote the next version first; `retried` asks again.
            KeyReused: the key already stands for another command.
            Unreplayable: the history holds a step that cannot follow.
            UnknownCommand, UnknownField, NaiveMoment: the call itself is wrong.

        """
        given = fields | {"actor": actor, "office": office}
        request = None if key is None else keyed(key, dossier, command, at, override, given, form)
        answered = self._answered(request)
        if answered is not None:
            return answered
        weighed = self._examine(dossier, command, at, given, form)
        remaining = weighed.remaining(override)
        if remaining or weighed.event is None:
            answered = self._answered(request)  # the same command may just have been carried out by another
            if answered is None:
                raise NotAllowed(weighed.act.case.code, command, remaining)
            return answered
        self.kind.lifecycle.move(weighed.act.case.position, command)
        try:
            return self._kept(weighed, weighed.event, weighed.used(override), request)
        except Conflict as conflict:  # the same command may have arrived twice at once
            answered = None if conflict.ended else self._answered(request)
            if answered is None:
                raise
            return answered

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

    def _kept(self, weighed: Weighed, event: Event, override: Override | None, request: Key | None) -> Dossier:
        if weighed.draft is None:
            return self._written(weighed.act, event, override, request)
        with self._store.savepoint():  # without the act its number is given back
            issued = weighed.draft.print(self._store.register.next(*weighed.draft.series))
            numbered = event.model_copy(update={weighed.draft.column: issued.slip})
            view = self._written(weighed.act, numbered, override, request)
            self._store.register.keep(issued)
        return view

    def _written(self, act: Act, event: Event, override: Override | None, request: Key | None) -> Dossier:
        previous = act.case.records[-1].hash if act.case.records else ""
        record = Record(len(act.case.records) + 1, event.to_row(), override=override)
        case = act.case.followed_by(record)
        view = self.kind.view(case, self._setting, act.now)
        line, armed = self._line(view, case, act.now)
        topics = self.kind.topics(record)
        self._store.append(Entry(event, view.version, line, previous, override, request, armed, topics))
        return view

    def _line(self, view: Dossier, case: Case, now: datetime) -> tuple[Overview, dict[str, datetime]]:
        armed, stopped = self.kind.reminders(case, self._setting, view.clock, now)
        return overview(view, case, self._setting, armed.get("window_over"), stopped=stopped), armed

    def _answered(self, request: Key | None) -> Dossier | None:
        """What the command with this key was answered, None where it is new."""
        known = None if request is None else self._store.keyed(request.key)
        if request is None or known is None:
            return None
        if known.request != request.request:
            raise KeyReused(request.key, known.dossier, known.version)
        case = self._setting.case(known.dossier, self._store.history(known.dossier)[: known.version])
        return self.kind.view.of(case, self._setting, self._setting.calendar.local(case.records[-1].recorded_at))

    def new_code(self, unit: str, grammar: str = "level-1-first", system: str | None = None) -> str:
        """A dossier code (mã số hồ sơ) of today, for an office whose codes the national system does not issue.

        Args:
            unit: the code of the unit, as the grammar orders it.
            grammar: a name in `dossier.codes.GRAMMARS`.
            system: the two digits of the owning system, which `circular-2025` needs.

        Raises:
            MalformedDossierCode: no such grammar, or a unit that it does not know; no number is taken.
            NotForThisKind: such codes are for dossiers.

        """
        self.kind.check(codes=True)
        day = self._local_now().date()
        format_code(grammar, unit, day, 1, system=system)
        number = self._store.register.next(unit, day.year, f"{CODES}{day:%m%d}{system or ''}")
        return format_code(grammar, unit, day, number, system=system)

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
        kept = [(code, records_of(texts, "adopted"), texts) for code, texts in histories(rows, columns)]
        found = [(self._setting.case(code, records), texts) for code, records, texts in kept]
        now = self._local_now()
        self._store.take_in([self._import(case, texts, now) for case, texts in found], "adopted")
        lifecycle = self.kind.lifecycle
        return tuple(adoption(case.code, [record.kind for record in case.records], lifecycle) for case, _ in found)

    def _import(self, case: Case, texts: Sequence[Text], now: datetime) -> Import:
        return Import(case.code, texts, *self._line(self.kind.view.of(case, self._setting, now), case, now))

    def why_not(  # the same facts as `do`
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        form: Form | None = None,
        **fields: Cell,
    ) -> tuple[Reason, ...]:
        """Every reason why `do` would refuse the same call; empty when it would not."""
        given = fields | {"actor": actor, "office": office}
        return self._examine(dossier, command, at, given, form).remaining(override)

    def may(  # the same facts as `do`
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
        form: Form | None = None,
        **fields: Cell,
    ) -> bool:
        """Whether `do` would carry out the same call."""
        reasons = self.why_not(
            dossier, command, at=at, actor=actor, office=office, override=override, form=form, **fields
        )
        return not reasons

    def options(self, dossier: str, actor: str | None = None) -> Mapping[str, tuple[Reason, ...]]:
        """Every command with every reason against it as it stands, in the order of the table.

        A reason with a `field` is one that the form may still fill; a command without other reasons can be offered.
        """
        self._look_up(dossier, actor)
        case = self._case(dossier)
        commands = self.kind.lifecycle.commands
        return {command: self._weigh(case, command, None, {"actor": actor}).reasons for command in commands}

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
        return self.kind.view.of(case, self._setting, self._local_now())

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
        calendar, labels = self._setting.calendar, self.kind.lifecycle.labels
        return tuple(line(one, calendar, self._now(), labels=labels) for one in found)

    def recompute(self, after: Position | None = None) -> Recomputed:
        """Work out the lines and the reminders of a batch of open dossiers anew, as after a new decision on days off.

        `until_all_recomputed` goes through all of them, a transaction for each batch.
        """
        return recompute(self._store, self._redrawn, after)

    def _redrawn(self, code: str) -> tuple[Overview, dict[str, datetime]]:
        view = self.kind.view.of(self._case(code), self._setting, self._local_now())
        return self._line(view, view.case, view.now)

    def sweep(self, after: Armed | None = None) -> Swept:
        """Put a batch of the reminders whose moment has come into the outbox; to be called now and then, by anybody.

        `until_all_fired` goes through all of them, a transaction for each batch.
        """
        return sweep(self._store, self._setting, self._local_now(), after, arms=self.kind.reminders)

    def deliver(
        self, sink: Sink, limit: int = 100, host: Host | None = None, topics: Collection[str] | None = None
    ) -> Delivered:
        """Try a batch of the messages that wait in the outbox, of these topics or of all; commit after each batch."""
        host = self.kind.speaking(host or Host())
        return deliver(self._store, self._setting, sink, self._local_now(), limit=limit, host=host, topics=topics)

    def _case(self, dossier: str) -> Case:
        code = dossier.strip()
        return self._setting.case(code, self._store.history(code))

    def _local_now(self) -> datetime:
        return self._setting.calendar.local(self._now())

    def _examine(  # the same facts as `do`
        self, dossier: str, command: str, at: datetime | None, fields: Mapping[str, Cell], form: Form | None
    ) -> Weighed:
        lifecycle = self.kind.lifecycle
        check_fields(command, lifecycle.kind(command), fields, lifecycle)
        return self._weigh(self._case(dossier), command, at, fields, form)

    def _weigh(
        self, case: Case, command: str, at: datetime | None, fields: Mapping[str, Cell], form: Form | None = None
    ) -> Weighed:
        return self._scales.weigh(case, command, at, self._local_now(), fields, form or {})
