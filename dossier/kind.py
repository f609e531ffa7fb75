"""A kind of case: the lifecycle, the rules and the sentences by which a desk runs it; dossiers are the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dossier.case import Case
from dossier.clock import Clock
from dossier.errors import NotForThisKind
from dossier.filling import Given, filled
from dossier.guards import GUARDS, Guard
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.outbox.host import Host
from dossier.outbox.topics import topics
from dossier.requirements import Requirements, requirements
from dossier.roles import Permissions, permissions
from dossier.setting import Setting, by_procedure
from dossier.stores.records import Record
from dossier.timers import Reminders, TimerRules, reminders, timer_rules
from dossier.view import Dossier


@dataclass(frozen=True)
class CaseKind:
    """What makes one kind of case (loại vụ việc) another than the next; a desk is handed one.

    Attributes:
        name: of the kind.
        lifecycle: its states, steps and event classes.
        guards: the rules of single commands, beside the order of steps and what the type of the event needs.
        fill: what the desk works out of an act: setting, case, kind of event, moment and the fields that were given.
        clock: when a case is due.
        reminders: what a case arms.
        timers: what its reminders say.
        topics: what an event puts into the outbox.
        permissions: who may do what.
        requirements: the sentences and citations of its refusals.
        view: how a case looks from outside.
        prefix: what the names of its tables begin with; each kind has its own tables.
        lacks: what a desk may be handed for other kinds and not for this one.

    """

    name: str
    lifecycle: Lifecycle
    guards: Mapping[str, tuple[Guard, ...]]
    fill: Callable[[Setting, Case, str, datetime, Given], Given]
    clock: Callable[[Setting, Case, datetime], Clock | None]
    reminders: Callable[[Case, Setting, Clock | None, datetime], Reminders]
    timers: Callable[[], TimerRules]
    topics: Callable[[Record], tuple[str, ...]]
    permissions: Callable[[], Permissions]
    requirements: Callable[[], Requirements]
    view: type[Dossier]
    prefix: str
    lacks: frozenset[str] = frozenset()

    def speaking(self, host: Host) -> Host:
        """The host, with the sentences of this kind of case where it has none of its own."""
        return host if host.timers else replace(host, timers=self.timers())

    def check(self, **handed: object) -> None:
        """Refuse what this kind of case does not have.

        Raises:
            NotForThisKind: one of the things that were handed is for other kinds.

        """
        for name, found in handed.items():
            if found and name in self.lacks:
                raise NotForThisKind(self.name, name)


DOSSIER = CaseKind(
    name="dossier",
    lifecycle=LIFECYCLE,
    guards=GUARDS,
    fill=filled,
    clock=by_procedure,
    reminders=reminders,
    timers=timer_rules,
    topics=topics,
    permissions=permissions,
    requirements=requirements,
    view=Dossier,
    prefix="motcua_",
)
"""Dossiers of administrative procedures (hồ sơ thủ tục hành chính)."""
