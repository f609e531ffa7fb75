"""A store in memory, for tests and examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from datetime import datetime

from dossier.errors import Conflict
from dossier.events import LOG_COLUMNS, Cell, Row
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.documents import MemoryDocuments
from dossier.stores.imports import imported, records_of
from dossier.stores.memqueues import MemoryOutbox, MemoryTimers
from dossier.stores.memregister import MemoryRegister
from dossier.stores.records import Entry, Import, Jotting, Keyed, Overview, Record, Slice, Source, posted


class MemoryStore:
    """A store in memory that keeps the contract of `EventStore`; nothing outlives the process.

    Args:
        lifecycle: of the cases that it keeps; what is imported is replayed by it.

    """

    def __init__(self, lifecycle: Lifecycle = LIFECYCLE) -> None:
        self.lifecycle = lifecycle
        self._histories: dict[str, list[Record]] = {}
        self._overviews: dict[str, Overview] = {}
        self._keys: dict[str, Keyed] = {}
        self.timers = MemoryTimers()
        self.outbox = MemoryOutbox()
        self.register = MemoryRegister()
        self.documents = MemoryDocuments()
        self.journal: list[Jotting] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is kept inside, or nothing of it."""
        before = deepcopy({name: part for name, part in vars(self).items() if part is not self.lifecycle})
        try:
            yield
        except BaseException:
            vars(self).update(before)
            raise

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone alone when anything in it fails."""
        return self.transaction()

    def history(self, dossier: str) -> tuple[Record, ...]:
        """The events of a dossier, oldest first."""
        return tuple(self._histories.get(dossier, ()))

    def keyed(self, key: str) -> Keyed | None:
        """The event that a key stands for."""
        return self._keys.get(key)

    def append(self, entry: Entry) -> None:
        """Keep an event of the desk; raises as `EventStore` says."""
        code = entry.event.dossier
        history = self._histories.setdefault(code, [])
        if entry.version != len(history) + 1:
            raise conflict(code, entry.version, history[entry.version - 1 :])
        if entry.key is not None:
            self._claim(entry.key.key, Keyed(code, entry.version, entry.key.request))
        history.append(Record(entry.version, entry.event.to_row(), "desk", entry.override))
        self._overviews[code] = entry.overview
        self.timers.arm(code, entry.timers)
        self.outbox.post(posted(entry), entry.event.recorded_at)

    def _claim(self, key: str, keyed: Keyed) -> None:
        if key in self._keys:
            raise conflict(keyed.dossier, keyed.version, [])
        self._keys[key] = keyed

    def redraw(self, overview: Overview, timers: Mapping[str, datetime]) -> bool:
        """Write the line and the reminders of a dossier anew; False where it has gone on since."""
        known = self._overviews.get(overview.dossier)
        if known is None or known.version != overview.version:
            return False
        self._overviews[overview.dossier] = overview
        self.timers.arm(overview.dossier, timers)
        return True

    def note(self, jotting: Jotting) -> None:
        """Write a line into the journal."""
        self.journal.append(jotting)

    def import_rows(self, rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS) -> int:
        """Keep whole histories as read; raises as `EventStore` says."""
        found = imported(rows, columns, self.lifecycle)
        self.take_in(found, "import")
        return sum(len(one.rows) for one in found)

    def take_in(self, found: Sequence[Import], source: Source) -> None:
        """Keep encoded histories as they are; raises as `EventStore` says."""
        for one in found:
            if self._histories.get(one.dossier):
                raise conflict(one.dossier, 1, self._histories[one.dossier])
        for one in found:
            self._histories[one.dossier] = list(records_of(one.rows, source))
            self._overviews[one.dossier] = one.overview
            self.timers.arm(one.dossier, one.timers)

    def export_rows(self) -> Iterator[dict[str, Cell]]:
        """Every row, by dossier and version."""
        return (dict(record.row) for code in sorted(self._histories) for record in self._histories[code])

    def worklist(self, part: Slice) -> list[Overview]:
        """The open dossiers whose end is known, the first to end first."""
        found = [
            one
            for one in self._overviews.values()
            if one.open
            and part.office in {None, one.office}
            and part.officer in {None, one.officer}
            and (part.after is None or _place(one.ends_at, one.dossier) > _place(*part.after))
        ]
        return sorted(found, key=lambda one: _place(one.ends_at, one.dossier))[: part.limit]

    def overview(self, dossier: str) -> Overview | None:
        """The line of a dossier."""
        return self._overviews.get(dossier)

    def overviews(self, state: str | None = None) -> Iterator[Overview]:
        """The lines of all dossiers, or of those in one state, by dossier."""
        found = (self._overviews[dossier] for dossier in sorted(self._overviews))
        return (overview for overview in found if state is None or overview.state == state)


def _place(ends_at: datetime | None, dossier: str) -> tuple[bool, datetime | None, str]:
    return ends_at is None, ends_at, dossier


def conflict(dossier: str, version: int, taken: Sequence[Record]) -> Conflict:
    """The conflict over a version, naming the event that took it where it is known."""
    if not taken:
        return Conflict(dossier, version)
    first, recorded_at = taken[0], taken[0].known("recorded_at")
    moment = recorded_at if isinstance(recorded_at, datetime) else None
    return Conflict(dossier, version, kind=first.kind, actor=first.text("actor"), recorded_at=moment)
