"""The desk: asks whether an act is allowed, explains why not, and does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from calendars import WorkCalendar, vietnam
from dossier.case import Case
from dossier.errors import NotAllowed, Reason, UnknownDossier
from dossier.events import Cell, Event, is_blank
from dossier.filling import blank_row, built, check_fields, cleaned, filled, invalid, missing
from dossier.guards import ALWAYS, GUARDS, Act, refusals
from dossier.lifecycle import LIFECYCLE
from dossier.quotas import QuotasOn, once_each
from dossier.requirements import requirements
from dossier.setting import ProcedureBook, Setting
from dossier.store import EventStore, Override, Record
from dossier.view import Dossier


class Desk:
    """Runs dossiers: every act is checked against the lifecycle, the law it is handed, and the evidence.

    >>> from dossier import Desk, MemoryStore
    >>> desk = Desk(MemoryStore())
    >>> done = desk.do("A1", "receive", slip="TN-1", procedure="1.012784", limit="12 ngày làm việc")
    >>> done.state, [reason.code for reason in desk.why_not("A1", "pause", reason="Chờ ý kiến")]
    ('received', ['pause.document', 'pause.notice', 'pause.ground'])

    Args:
        store: where histories are kept.
        calendar: the calendar of the office; that of Vietnam when none is given.
        procedures: the procedure file; without one the limit is taken from the act.
        quotas: gives the quotas for the day of receipt.
        now: the clock on the wall, aware.

    """

    def __init__(
        self,
        store: EventStore,
        *,
        calendar: WorkCalendar | None = None,
        procedures: ProcedureBook | None = None,
        quotas: QuotasOn = once_each,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._setting = Setting(calendar or vietnam(), procedures, quotas)
        self._now = now

    def do(  # one act has this many independent facts
        self,
        dossier: str,
        command: str,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        office: str | None = None,
        override: Override | None = None,
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
            fields: the other columns of the event.

        Raises:
            NotAllowed: with every reason.
            Conflict: somebody else wrote the next version first.
            Unreplayable: the history holds a step that cannot follow.
            UnknownCommand, UnknownField, NaiveMoment: the call itself is wrong.

        """
        given = fields | {"actor": actor, "office": office}
        act, event, reasons = self._examine(dossier, command, at, given)
        remaining = _remaining(reasons, override)
        if remaining or event is None:
            raise NotAllowed(act.case.code, command, remaining)
        LIFECYCLE.move(act.case.position, command)
        used = _used(override, reasons)
        case = act.case.followed_by(Record(len(act.case.records) + 1, event.to_row(), override=used))
        view = Dossier.of(case, self._setting, act.now)
        self._store.append(event, view.version, view.overview(), used)
        return view

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
        case = self._case(dossier)
        return {command: self._weigh(case, command, None, {"actor": actor})[2] for command in LIFECYCLE.commands}

    def dossier(self, code: str) -> Dossier:
        """The dossier as it stands now.

        Raises:
            UnknownDossier: no event of it is kept.
            Unreplayable: the history holds a step that cannot follow.

        """
        case = self._case(code)
        if not case.records:
            raise UnknownDossier(case.code)
        return Dossier.of(case, self._setting, self._local_now())

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
        after = case.followed_by(Record(len(case.records) + 1, blank_row(kind, given)))
        act = Act(command, case, after, at, now, self._setting)
        event, errors = built(kind, given)
        reasons = [*refusals(act, ALWAYS), *missing(command, kind, given), *invalid(errors)]
        reasons += refusals(act, GUARDS.get(command, ()))
        return act, event, tuple(reasons)


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
