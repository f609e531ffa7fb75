"""A dossier of the careless office as plain lines of a log, which can still be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from calendars import Term, Unit, vietnam
from dossier.events import LOG_COLUMNS, Cell
from rules.demo.casebook import Asked
from rules.demo.quarter import MINUTE, Chance


@dataclass
class Entry:
    """One line of the log; `entered` is set where it was entered much later than it took effect."""

    event: str
    at: datetime
    cells: dict[str, Cell]
    entered: datetime | None = None


@dataclass
class History:
    """A dossier of the careless office.

    Attributes:
        code: its code.
        course: the name of its course, a key of `rules.demo.lawful.COURSES`.
        asked: what was asked for.
        received: when it is received, or answered without a receipt.
        due: the date on which the limit ends if nothing stops the clock.
        last: the date on which it ends, supplement and payment counted; a pause is not.
        entries: its lines, oldest first.

    """

    code: str
    course: str
    asked: Asked
    received: datetime
    due: date
    last: date
    chance: Chance
    entries: list[Entry] = field(default_factory=list)

    @property
    def room(self) -> int:
        """Working days from the receipt to the last day of the limit."""
        return vietnam().count_working_days(self.received.date(), self.last)

    @property
    def by_working_days(self) -> bool:
        """Whether the limit counts working days."""
        return Term.parse(self.asked.limit).unit is Unit.WORKING_DAY

    def add(self, event: str, at: datetime, **cells: Cell) -> Entry:
        """Write a line."""
        entry = Entry(event, at, cells)
        self.entries.append(entry)
        return entry

    def get(self, event: str, nth: int = 0) -> Entry:
        """A line by its kind; the n-th of them."""
        return [entry for entry in self.entries if entry.event == event][nth]

    def drop(self, *events: str) -> None:
        """Strike out all lines of some kinds."""
        self.entries = [entry for entry in self.entries if entry.event not in events]

    def drop_result(self) -> None:
        """Strike out the decision and what followed from it."""
        decided = self.get("completed").at
        self.drop("completed", "delivered", "rated", "notified")
        self.entries = [entry for entry in self.entries if entry.event != "published" or entry.at < decided]

    def reason(self, texts: Sequence[str]) -> str:
        """A reason in the words of this dossier; the same words in many dossiers would be a signal."""
        return f"{self.chance.pick(texts)} ({self.code})"

    def on(self, working_day: int) -> datetime:
        """A moment in office hours, so many working days after the receipt, later than the last line."""
        day = vietnam().add_working_days(self.received.date(), working_day)
        return self.chance.in_office(day, self.entries[-1].at if self.entries else None)

    def after_due(self, working_days_: int) -> datetime:
        """A moment in office hours, so many working days after the last day of the limit."""
        return self.chance.in_office(vietnam().add_working_days(self.last, working_days_))

    def paper(self, kind: str) -> str:
        """The number of a paper."""
        return f"{kind}-{self.code}-{self.chance.number(100, 999)}"

    def rows(self) -> list[dict[str, Cell]]:
        """The lines as rows of the event log, in order."""
        ordered = sorted(self.entries, key=lambda entry: entry.at)
        return [self._row(entry) for entry in ordered]

    def _row(self, entry: Entry) -> dict[str, Cell]:
        entered = entry.entered or entry.at + self.chance.number(0, 30) * MINUTE
        known = entry.cells | {
            "dossier": self.code,
            "event": entry.event,
            "at": entry.at,
            "recorded_at": entered,
            "actor": entry.cells.get("actor", "b-01"),
        }
        return {column: known.get(column) for column in LOG_COLUMNS}
