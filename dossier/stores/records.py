"""What is kept: rows of the event log with a version, and one line of overview per dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal, Protocol, cast

from dossier.errors import Conflict, ImpossibleStep, UnreadableCell
from dossier.events import LOG_COLUMNS, UNKNOWN, Cell, Event, Row
from dossier.lifecycle import LIFECYCLE

Source = Literal["desk", "import"]
Text = dict[str, str | None]

MOMENTS = frozenset({"at", "recorded_at", "document_at"})
FLAGS = frozenset({"signed", "digitised"})
_NEVER_EMPTY = ("dossier", "event", "at")
_FLAG_TEXTS = {"true": True, "false": False, "1": True, "0": False}


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
        source: whether the desk wrote it or it was imported as read.
        override: the override under which the desk wrote it.

    """

    version: int
    row: Row
    source: Source = "desk"
    override: Override | None = None

    @property
    def kind(self) -> str:
        """The kind of event."""
        return str(self.row["event"])

    @property
    def at(self) -> datetime:
        """When it took effect."""
        return cast("datetime", self.row["at"])  # `encode` lets no other row in

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

    """

    dossier: str
    version: int
    state: str | None
    procedure: str | None
    received_at: datetime | None
    promised: date | datetime | None = None
    legal_due: date | datetime | None = None
    due_without_pauses: date | datetime | None = None


class EventStore(Protocol):
    """Where histories are kept; append-only, and the pair (dossier, version) is unique."""

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first; empty where there are none."""

    def append(self, event: Event, version: int, overview: Overview, override: Override | None = None) -> None:
        """Keep an event of the desk and the overview that it leads to.

        Raises:
            Conflict: the version is taken.

        """

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

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version."""

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier, None where there is none."""

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""


def encode(row: Row, columns: Iterable[str] = LOG_COLUMNS) -> Text:
    """A row of the log as the texts that are kept.

    >>> texts = encode({"dossier": "A1", "event": "paid", "at": "2026-08-20T10:00+07:00"}, ["reason"])
    >>> texts["at"], texts["reason"], texts["slip"]
    ('2026-08-20T10:00:00+07:00', None, '?')

    Raises:
        UnreadableCell: a cell is no value of its column.

    """
    kept = frozenset(columns)
    dossier = str(row.get("dossier") or "")
    return {c: _encoded(dossier, c, row.get(c)) if c in kept or c in _NEVER_EMPTY else UNKNOWN for c in LOG_COLUMNS}


def decode(texts: Mapping[str, str | None]) -> dict[str, Cell]:
    """A row of the log from the texts that are kept."""
    return {column: _decoded(column, texts[column]) for column in LOG_COLUMNS}


def _encoded(dossier: str, column: str, cell: Cell) -> str | None:
    if isinstance(cell, str):
        cell = cell.strip() or None
    if column in _NEVER_EMPTY and (cell is None or cell == UNKNOWN):
        raise UnreadableCell(dossier, column, cell, "a value, for a row without it cannot be placed")
    if cell is None:
        return None
    if cell == UNKNOWN:
        return UNKNOWN
    if column in MOMENTS or column == "promised":
        return _moment(dossier, column, cell).isoformat()
    if column in FLAGS:
        return _flag(dossier, column, cell)
    if not isinstance(cell, str):
        raise UnreadableCell(dossier, column, cell, "text")
    return cell


def _moment(dossier: str, column: str, cell: Cell) -> date | datetime:
    found = parse_time(cell) if isinstance(cell, str) else cell
    if isinstance(found, datetime) and found.tzinfo is not None:
        return found
    if column == "promised" and isinstance(found, date) and not isinstance(found, datetime):
        return found
    allowed = "a moment with its offset, as 2026-08-20T10:00:00+07:00"
    raise UnreadableCell(dossier, column, cell, f"a date or {allowed}" if column == "promised" else allowed)


def parse_time(text: str | None) -> date | datetime | None:
    """A date or a moment in ISO 8601, None where the text is neither."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-08-20") else datetime.fromisoformat(text)
    except ValueError:
        return None


def _flag(dossier: str, column: str, cell: Cell) -> str:
    value = _FLAG_TEXTS.get(cell.lower()) if isinstance(cell, str) else cell
    if not isinstance(value, bool):
        raise UnreadableCell(dossier, column, cell, "true, false, ? or empty")
    return "true" if value else "false"


def _decoded(column: str, text: str | None) -> Cell:
    if text is None or text == UNKNOWN:
        return text
    if column in MOMENTS or column == "promised":
        return parse_time(text)
    return _FLAG_TEXTS[text] if column in FLAGS else text


def histories(rows: Iterable[Row], columns: Iterable[str]) -> list[tuple[str, list[Text]]]:
    """Encoded rows by dossier, each dossier's in order of `at`, then as they came.

    Raises:
        UnreadableCell: a cell is no value of its column.

    """
    kept = frozenset(columns)
    encoded = [encode(row, kept) for row in rows]
    encoded.sort(key=lambda texts: (texts["dossier"] or "", datetime.fromisoformat(texts["at"] or "")))
    return [(dossier or "", list(group)) for dossier, group in groupby(encoded, key=lambda texts: texts["dossier"])]


def overview_of(dossier: str, records: Sequence[Record]) -> Overview:
    """The line of a history as far as the history alone tells it."""
    received = next((record for record in records if record.kind == "received"), None)
    promises = [r.known("promised") for r in records if r.kind in {"received", "supplemented", "apologised"}]
    promised = next((p for p in reversed(promises) if isinstance(p, date)), None)
    procedures = [r.text("procedure") for r in records if r.kind in {"submitted", "received"}]
    return Overview(
        dossier=dossier,
        version=len(records),
        state=_state(records),
        procedure=next((code for code in reversed(procedures) if code), None),
        received_at=received.at if received else None,
        promised=promised,
    )


def _state(records: Sequence[Record]) -> str | None:
    try:
        return LIFECYCLE.replay(record.kind for record in records).state
    except ImpossibleStep:
        return None


class MemoryStore:
    """A store in memory that keeps the contract of `EventStore`; for tests and examples."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[int, tuple[Text, Source, Override | None]]] = {}
        self._overviews: dict[str, Overview] = {}

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first."""
        kept = sorted(self._kept.get(dossier, {}).items())
        return tuple(Record(version, decode(texts), source, override) for version, (texts, source, override) in kept)

    def append(self, event: Event, version: int, overview: Overview, override: Override | None = None) -> None:
        """Keep an event of the desk; raises as `EventStore` says."""
        history = self._kept.setdefault(event.dossier, {})
        if version in history:
            raise Conflict(event.dossier, version)
        history[version] = (encode(event.to_row()), "desk", override)
        self._overviews[event.dossier] = overview

    def import_rows(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> int:
        """Keep whole histories as read; raises as `EventStore` says."""
        found = histories(rows, columns)
        for dossier, _ in found:
            if self._kept.get(dossier):
                raise Conflict(dossier, 1)
        for dossier, encoded in found:
            self._kept[dossier] = {version: (texts, "import", None) for version, texts in enumerate(encoded, start=1)}
            self._overviews[dossier] = overview_of(dossier, self.history(dossier))
        return sum(len(encoded) for _, encoded in found)

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version."""
        for dossier in sorted(self._kept):
            for _, (texts, _, _) in sorted(self._kept[dossier].items()):
                yield decode(texts)

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier."""
        return self._overviews.get(dossier)

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""
        found = (self._overviews[dossier] for dossier in sorted(self._overviews))
        return (overview for overview in found if state is None or overview.state == state)
