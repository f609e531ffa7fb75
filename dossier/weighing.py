"""What speaks against an act: the order of steps, the law, the evidence, the form, the roles, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dossier.case import Case
from dossier.errors import FormFault, Reason
from dossier.events import Cell, Event, is_blank, row_of
from dossier.filling import built, cleaned, invalid, missing
from dossier.guards import ALWAYS, Act, refusals
from dossier.kind import DOSSIER, CaseKind
from dossier.proof import code_refusal, legal_value
from dossier.requirements import Requirements, requirements
from dossier.roles import RolesOf, refusal
from dossier.setting import Setting
from dossier.stores.records import EventStore, Override, Record

if TYPE_CHECKING:
    from dossier.forms.issuing import Draft, Printer

Fields = Mapping[str, Cell]
Form = Mapping[str, object]

_NUMBER = "(số được cấp khi ghi)"
"""Stands for the number of a form until the form is printed, so that the event can be checked before."""


@dataclass(frozen=True)
class Weighed:
    """An act with all that speaks against it.

    Attributes:
        event: what would be kept, None where its type refuses it.
        reasons: every reason, those that an override lifts among them.
        draft: the form that it would issue, None where it issues none.

    """

    act: Act
    event: Event | None
    reasons: tuple[Reason, ...]
    draft: Draft | None = None

    @property
    def _book(self) -> Requirements:
        return self.act.book

    def remaining(self, override: Override | None) -> tuple[Reason, ...]:
        """The reasons that an override leaves standing."""
        if override is None:
            return self.reasons
        blank = [name for name in ("reason", "approver") if is_blank(getattr(override, name))]
        lifted = () if blank else tuple(reason for reason in self.reasons if reason.overridable)
        flaws = [self._book.reason(f"override.{name}") for name in blank]
        return (*flaws, *(reason for reason in self.reasons if reason not in lifted))

    def used(self, override: Override | None) -> Override | None:
        """The override with what it lifted; None where there was nothing to lift, for then it is no override."""
        lifted = tuple(reason.code for reason in self.reasons)
        return replace(override, lifted=lifted) if override and lifted else None


@dataclass(frozen=True)
class Scales:
    """What an act is weighed against.

    Attributes:
        checked: whether the signature of an e-result is checked.
        codes: whether the code of a dossier must follow a grammar.
        printer: issues the forms; without it the act gives their numbers.
        kind: the kind of case.

    """

    store: EventStore
    setting: Setting
    roles: RolesOf
    checked: bool = False
    codes: bool = False
    printer: Printer | None = None
    kind: CaseKind = DOSSIER

    def weigh(  # an act has this many independent parts
        self, case: Case, command: str, at: datetime | None, now: datetime, fields: Fields, form: Form
    ) -> Weighed:
        """Every reason against an act, not only the first.

        Args:
            case: the dossier as it stands.
            command: a command of the lifecycle table.
            at: when it took effect, None for now.
            now: the present moment, in the calendar's zone.
            fields: the columns of the event that were given.
            form: what only the host knows of the form.

        """
        calendar, lifecycle, book = self.setting.calendar, self.kind.lifecycle, self.kind.requirements()
        kind = lifecycle.kind(command)
        at = now if at is None else calendar.local(at)
        given = self.kind.fill(self.setting, case, kind, at, cleaned(calendar, fields))
        given |= {"dossier": case.code, "at": at, "recorded_at": now}
        if self.checked and command == "complete" and "document" in given:
            given.setdefault("signed", True)  # `legal_value` refuses where it is not
        after = case.followed_by(Record(len(case.records) + 1, row_of(kind, given)))
        draft = self.printer.draft(command, after, self.setting, form) if self.printer else None
        if draft is not None:
            given.setdefault(draft.column, _NUMBER)
        event, errors = built(kind, given, lifecycle)
        if event is not None:
            after = case.followed_by(Record(len(case.records) + 1, event.to_row()))
        act = Act(command, case, after, at, now, self.setting, book)
        reasons = [*self._beside(act, given), *refusals(act, ALWAYS)]
        if event is None:
            reasons += [*missing(command, kind, given, lifecycle, book), *invalid(errors, book)]
        reasons += refusals(act, self.kind.guards.get(command, ()))
        reasons += map(_form_reason, draft.faults if draft else ())
        if form and draft is None:
            reasons.append(book.reason("form.none", command=command))
        return Weighed(act, event, tuple(reasons), draft)

    def _beside(self, act: Act, given: Fields) -> Iterator[Reason]:
        """What speaks against an act beside the history: the actor's roles, the code, the evidence."""
        table, actor = self.kind.permissions(), act.text("actor")
        found = [refusal(act.command, actor, self.roles, state=act.case.state, table=table, book=act.book)]
        if self.codes and not act.case.records:
            found.append(code_refusal(act.case.code, act.at.date()))
        if self.checked and act.command == "complete":
            document = given.get("document")
            known = self.store.documents.find(act.case.code, str(document)) if document else None
            found.append(legal_value(document, given.get("signed"), known))
        return (reason for reason in found if reason is not None)


def _form_reason(fault: FormFault) -> Reason:
    vi = {"field": fault.vi or fault.field}
    return requirements().reason("form.field", vi, field=fault.field, found=fault.why)
