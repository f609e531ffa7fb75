"""What is kept: rows of the event log with a version, and one line of overview per dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol, cast

from dossier.events import LOG_COLUMNS, UNKNOWN, Cell, Event, Row
from dossier.stores.documents import Documents
from dossier.stores.queues import Outbox, Posted, Timers
from dossier.stores.register import Register

Source = Literal["desk", "import", "adopted"]
"""Who wrote an event: the desk, an import that keeps a log as read, or a cut-over after which the desk goes on."""


@dataclass(frozen=True, slots=True)
class Override:
    """An act let through against a rule (cho phép ngoại lệ).

    Attributes:
        reason: why the rule is set aside.
        approver: who approves it.
        lifted: the codes of the reasons that it lifted; the desk fills them in.

    """

    reason: str
    approver: str
    lifted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it is kept.

    Attributes:
        version: its place in the history of the dossier, from 1.
        row: its columns in the event log.
        source: who wrote it.
        override: the override under which the desk wrote it.
        hash: what links it to the events before it, empty before it is kept.

    """

    version: int
    row: Row
    source: Source = "desk"
    override: Override | None = None
    hash: str = field(default="", compare=False)

    @property
    def kind(self) -> str:
        """The kind of event."""
        return str(self.row["event"])

    @property
    def at(self) -> datetime:
        """When it took effect."""
        return cast("datetime", self.row["at"])  # `encode` lets no other row in

    @property
    def recorded_at(self) -> datetime:
        """When it was entered; when it took effect where nobody knows."""
        found = self.row["recorded_at"]
        return found if isinstance(found, datetime) else self.at

    def known(self, column: str) -> Cell:
        """The cell, None where it is empty and where the source cannot say."""
        cell = self.row[column]
        return None if cell == UNKNOWN else cell

    def text(self, column: str) -> str | None:
        """A cell of text, None where it is empty and where the source cannot say."""
        cell = self.known(column)
        return cell if isinstance(cell, str) else None


@dataclass(frozen=True, slots=True)
class Overview:
    """The line of a dossier, written with each event; a convenience, the history is the truth.

    Attributes:
        state: its state, None where an imported history cannot be replayed.
        legal_due: when it is due by law: a date, or a moment for limits in hours; None where it is not known.
        due_without_pauses: when it would be due had no pause been counted.
        office: the office that works on it.
        officer: who acted last, applicant and system apart.
        ends_at: the moment at which the legal due date has passed, the order of a worklist.
        waiting: whether its clock is stopped.
        open: whether it is received and not decided yet.

    """

    dossier: str
    version: int
    state: str | None
    procedure: str | None
    received_at: datetime | None
    promised: date | datetime | None = None
    legal_due: date | datetime | None = None
    due_without_pauses: date | datetime | None = None
    office: str | None = None
    officer: str | None = None
    ends_at: datetime | None = None
    waiting: bool = False
    open: bool = False


class Key(NamedTuple):
    """What makes a repeated command harmless (khóa chống trùng lặp).

    Attributes:
        key: chosen by the host, the same each time it sends the same command.
        request: a digest of the command and its fields.

    """

    key: str
    request: str


class Keyed(NamedTuple):
    """The event that a key already stands for."""

    dossier: str
    version: int
    request: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with all that is kept with it, in one transaction.

    Attributes:
        event: what happened.
        version: its place in the history of the dossier, from 1.
        overview: the line that it leads to.
        previous: the hash of the event before it, empty for the first.
        override: the override under which it was written.
        key: makes a repetition harmless.
        timers: the reminders that are armed from now on, by kind, with their moments.
        topics: what the outbox is to send because of it.

    """

    event: Event
    version: int
    overview: Overview
    previous: str = ""
    override: Override | None = None
    key: Key | None = None
    timers: Mapping[str, datetime] = field(default_factory=dict)
    topics: tuple[str, ...] = ()


def posted(entry: Entry) -> list[Posted]:
    """The messages of an event, as they stand in the outbox."""
    code, version = entry.event.dossier, entry.version
    return [Posted(0, f"{code}:{version}:{topic}", topic, code, version) for topic in entry.topics]


class Import(NamedTuple):
    """A history from elsewhere, encoded, with the line and the timers that it leads to."""

    dossier: str
    rows: Sequence[dict[str, str | None]]
    overview: Overview
    timers: Mapping[str, datetime] = MappingProxyType({})


class Slice(NamedTuple):
    """A page of a worklist.

    Attributes:
        office: the office that works on the dossiers, None for all.
        officer: who acted last on them, None for all.
        after: the end and the code of the last dossier of the page before, None for the first page.
        limit: how many dossiers at most.

    """

    office: str | None = None
    officer: str | None = None
    after: tuple[datetime | None, str] | None = None
    limit: int = 100


class Jotting(NamedTuple):
    """A line of the journal: who looked up, exported, erased or pruned what.

    Attributes:
        act: what was done: `looked_up`, `exported`, `erased`, `pruned`.
        detail: free of personal data.

    """

    at: datetime
    act: str
    actor: str | None = None
    dossier: str | None = None
    detail: str | None = None


class EventStore(Protocol):
    """Where histories are kept; append-only, and the pair (dossier, version) is unique, and so is a key."""

    @property
    def timers(self) -> Timers:
        """The reminders of all dossiers."""

    @property
    def documents(self) -> Documents:
        """What is known of each document."""

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""

    @property
    def register(self) -> Register:
        """The numbers and the forms that were issued."""

    def transaction(self) -> AbstractContextManager[None]:
        """A transaction for a host that has none: kept at the end, undone when anything fails."""

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone alone when anything in it fails."""

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first; empty where there are none."""

    def keyed(self, key: str) -> Keyed | None:
        """The event that a key stands for, None where the key is new."""

    def append(self, entry: Entry) -> None:
        """Keep an event of the desk and what belongs to it.

        Raises:
            Conflict: the version or the key is taken; it says by whom.

        """

    def redraw(self, overview: Overview, timers: Mapping[str, datetime]) -> bool:
        """Write the line and the reminders of a dossier anew; False where it has gone on since."""

    def note(self, jotting: Jotting) -> None:
        """Write a line into the journal."""

    def import_rows(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> int:
        """Keep whole histories as read and say how many rows there were.

        A dossier's rows may come in any order; they are ordered by `at`, then as they came.

        Args:
            rows: rows of the log; a missing key is an empty cell, values may be the text of the cell.
            columns: the columns that the source has; the others are kept as "the source cannot say".

        Raises:
            UnreadableCell: a cell is no value of its column; nothing is kept.
            Conflict: a dossier is there already; nothing is kept.

        """

    def take_in(self, found: Sequence[Import], source: Source) -> None:
        """Keep encoded histories as they are.

        Raises:
            Conflict: a dossier is there already; nothing is kept.

        """

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version."""

    def worklist(self, part: Slice) -> list[Overview]:
        """The open dossiers, the first to end first; those without an end come last."""

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier, None where there is none."""

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""
