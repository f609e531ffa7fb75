"""How a dossier looks from outside: its state, its dates, its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from dossier.case import Case
from dossier.clock import Clock, Due
from dossier.setting import Setting
from dossier.stores.records import Record


@dataclass(frozen=True)
class Dossier:
    """A dossier (hồ sơ) as it stands at a moment; each fact is worked out when it is asked for.

    Two are equal if they have the same history.

    Attributes:
        case: its history, and the facts that need no calendar.
        setting: the law and the calendar under which it is read.
        now: the moment, in the calendar's zone.

    """

    case: Case
    setting: Setting = field(repr=False, compare=False)
    now: datetime = field(compare=False)

    @classmethod
    def of(cls, case: Case, setting: Setting, now: datetime) -> Dossier:
        """The view of a case that can be replayed.

        Raises:
            Unreplayable: a step of the history cannot follow the one before it.

        """
        case.position  # noqa: B018  # refuses here and not at the first question
        return cls(case, setting, now)

    @property
    def code(self) -> str:
        """Its code (mã hồ sơ)."""
        return self.case.code

    @property
    def version(self) -> int:
        """The number of its events."""
        return len(self.case.records)

    @property
    def state(self) -> str:
        """One of the states of its lifecycle; of `dossier.lifecycle.STATES` for a dossier."""
        return self.case.position.state

    @property
    def procedure(self) -> str | None:
        """The code of its procedure (mã thủ tục hành chính)."""
        return self.case.procedure

    @property
    def received_at(self) -> datetime | None:
        """When it was first received."""
        return self.case.received.at if self.case.received else None

    @property
    def limit(self) -> str | None:
        """The time limit printed on the receipt."""
        return self.case.limit

    @property
    def promised(self) -> date | datetime | None:
        """The promise that stands, a date or a moment."""
        return self.case.promised

    @cached_property
    def clock(self) -> Clock | None:
        """Its clock; None while no limit is known or where its end cannot be worked out."""
        return self.setting.clock(self.case, self.now)

    @property
    def legal_due(self) -> Due | None:
        """When it is due by law (hạn giải quyết); an apology never moves it."""
        return self.clock.legal_due if self.clock else None

    @property
    def due_without_pauses(self) -> Due | None:
        """When it would be due had no pause been counted."""
        return self.clock.due_without_pauses if self.clock else None

    @property
    def waiting(self) -> tuple[str, ...]:
        """The kinds of its open waits."""
        return self.clock.waiting if self.clock else ()

    @property
    def overdue(self) -> bool:
        """Whether it was decided after the legal due date, or is past it undecided; a fact that blocks nothing."""
        return self.clock is not None and self.clock.legal_due.is_late(self.decided_at or self.now)

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided: completed, rejected, withdrawn or closed."""
        decided_at = self.case.decided_at
        return None if decided_at is None else self.setting.calendar.local(decided_at)

    @property
    def supplement_requests(self) -> int:
        """How often a supplement was requested after receipt."""
        return self.case.supplement_requests

    @property
    def reappointments(self) -> int:
        """How often a new appointment was given."""
        return self.case.reappointments

    @property
    def history(self) -> tuple[Record, ...]:
        """Its events, oldest first."""
        return self.case.records
