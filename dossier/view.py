"""How a dossier looks from outside: its state, its dates, its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dossier.case import Case
from dossier.clock import Due
from dossier.setting import Setting
from dossier.store import Overview, Record


@dataclass(frozen=True)
class Dossier:
    """A dossier (hồ sơ) as it stands at a moment.

    Attributes:
        code: its code (mã hồ sơ).
        version: the number of its events.
        state: one of `dossier.lifecycle.STATES`.
        procedure: the code of its procedure (mã thủ tục hành chính).
        received_at: when it was first received.
        limit: the time limit printed on the receipt.
        promised: the promise that stands, a date or a moment.
        legal_due: when it is due by law (hạn giải quyết); an apology never moves it.
        due_without_pauses: when it would be due had no pause been counted.
        waiting: the kinds of its open waits.
        overdue: whether it was decided after the legal due date, or is past it undecided; a fact that blocks nothing.
        decided_at: when it was completed, rejected, withdrawn or closed.
        supplement_requests: how often a supplement was requested after receipt.
        reappointments: how often a new appointment was given.
        history: its events, oldest first.

    """

    code: str
    version: int
    state: str
    procedure: str | None
    received_at: datetime | None
    limit: str | None
    promised: date | datetime | None
    legal_due: Due | None
    due_without_pauses: Due | None
    waiting: tuple[str, ...]
    overdue: bool
    decided_at: datetime | None
    supplement_requests: int
    reappointments: int
    history: tuple[Record, ...]

    @classmethod
    def of(cls, case: Case, setting: Setting, now: datetime) -> Dossier:
        """The view of a case at the moment `now`, which is in the calendar's zone."""
        clock = setting.clock(case, now)
        decided_at = None if case.decided_at is None else setting.calendar.local(case.decided_at)
        return cls(
            code=case.code,
            version=len(case.records),
            state=case.state,
            procedure=case.procedure,
            received_at=case.received.at if case.received else None,
            limit=case.limit,
            promised=case.promised,
            legal_due=clock.legal_due if clock else None,
            due_without_pauses=clock.due_without_pauses if clock else None,
            waiting=clock.waiting if clock else (),
            overdue=clock is not None and clock.legal_due.is_late(decided_at or now),
            decided_at=decided_at,
            supplement_requests=case.supplement_requests,
            reappointments=case.reappointments,
            history=case.records,
        )

    def overview(self) -> Overview:
        """The line that the store keeps of it."""
        return Overview(
            dossier=self.code,
            version=self.version,
            state=self.state,
            procedure=self.procedure,
            received_at=self.received_at,
            promised=self.promised,
            legal_due=self.legal_due.value if self.legal_due else None,
            due_without_pauses=self.due_without_pauses.value if self.due_without_pauses else None,
        )
