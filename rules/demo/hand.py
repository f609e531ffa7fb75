"""One dossier in the hands of its officers: what they do with it at the desk, and what they try."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from calendars import vietnam
from dossier.events import Cell
from rules.demo.casebook import Brief
from rules.demo.office import Office
from rules.demo.quarter import Chance

if TYPE_CHECKING:
    from dossier import Dossier

APPLICANT = "applicant"


class Hand:
    """A dossier, its officers, and the chance that decides its course."""

    def __init__(self, office: Office, brief: Brief, chance: Chance) -> None:
        self._office, self.brief, self.chance = office, brief, chance
        self._view: Dossier | None = None
        self._receiver, self._handler = f"tn-{chance.number(1, 12):02}", f"xl-{chance.number(1, 30):02}"
        self._papers = 0

    def do(self, command: str, **fields: Cell) -> None:
        """A lawful act at the desk; the case officer does it where no other actor is named."""
        self._view = self._office.do(self.brief.code, command, {"actor": self._handler} | fields)

    def do_late(self, command: str, at: datetime, **fields: Cell) -> None:
        """A lawful act that took effect at `at` and is entered only now."""
        self._view = self._office.do(self.brief.code, command, {"actor": self._handler} | fields, at)

    def tries(self, command: str, **fields: Cell) -> None:
        """An unlawful act that an officer tries."""
        self._office.tries(self.brief.code, command, {"actor": self._handler} | fields)

    def paper(self, kind: str) -> str:
        """The number of a new paper of the dossier."""
        self._papers += 1
        return f"{kind}-{self.brief.code}-{self._papers}"

    @property
    def receiver(self) -> str:
        """Who receives and hands over."""
        return self._receiver

    @property
    def now(self) -> datetime:
        """What the clock on the wall shows."""
        return self._office.now

    @property
    def view(self) -> Dossier:
        """The dossier as it stood after the last act."""
        if self._view is None:
            raise LookupError(f"nothing was done with {self.brief.code} yet")
        return self._view

    @property
    def due(self) -> date:
        """The legal due date as it stands."""
        if self.view.legal_due is None:
            raise LookupError(f"{self.brief.code} has no legal due date")
        return self.view.legal_due.day

    @property
    def days_left(self) -> int:
        """Working days from today to the legal due date; negative when it is past."""
        return vietnam().count_working_days(self.now.date(), self.due)

    @property
    def last_day_for_apology(self) -> date:
        """The calendar day before the legal due date."""
        return self.due - timedelta(days=1)
