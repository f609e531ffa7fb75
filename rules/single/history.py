"""One dossier as its steps in order, and what their source can say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

from calendars import NaiveMoment, OutOfRange, WorkCalendar
from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN, Cell, Row
from rules.errors import SeveralDossiers, UnknownKind

_T = TypeVar("_T")
_MOMENTS = ("at", "recorded_at", "document_at", "promised")


@dataclass(frozen=True)
class Source:
    """What the source of histories can say; about any other column or kind it cannot.

    Attributes:
        columns: of the event log.
        kinds: of event.
        law_as_of: the day whose law judges; None: that of the receipt.

    """

    columns: frozenset[str] = frozenset(LOG_COLUMNS)
    kinds: frozenset[str] = frozenset(KINDS)
    law_as_of: date | None = None


EVERYTHING = Source()


@dataclass(frozen=True, slots=True)
class Step:
    """An event of the history.

    Attributes:
        place: in the history, from 0.
        at: when it took effect, in UTC.
        row: its cells.

    """

    place: int
    kind: str
    at: datetime
    row: Row = field(repr=False)

    def text(self, column: str) -> str | None:
        """A cell of text without the blanks around it; None where it is empty."""
        cell = self.row.get(column)
        return cell.strip() or None if isinstance(cell, str) else None

    def moment(self, column: str) -> datetime | None:
        """A moment in UTC, None where nobody knows."""
        cell = self.row.get(column)
        return cell.astimezone(UTC) if isinstance(cell, datetime) else None


@dataclass(frozen=True)
class History:
    """The steps of one dossier up to a moment.

    Attributes:
        dossier: its code.
        steps: by `at`, then as they were given.
        as_of: the moment, in UTC.
        calendar: of the office.
        source: what the rows can say.

    """

    dossier: str | None
    steps: tuple[Step, ...]
    as_of: datetime
    calendar: WorkCalendar
    source: Source = EVERYTHING

    @classmethod
    def of(cls, rows: Iterable[Row], as_of: datetime, calendar: WorkCalendar, source: Source = EVERYTHING) -> History:
        """The history that rows tell.

        Raises:
            NaiveMoment: a moment without offset.
            SeveralDossiers: rows of more than one dossier.
            UnknownKind: an event that the log does not know.

        """
        told = list(rows)
        dated = [(at, row) for row in told if (at := _moment(row)) is not None and at <= as_of]
        kinds = [(kind, at, row) for at, row in sorted(dated, key=lambda one: one[0]) if (kind := _kind(row))]
        steps = tuple(Step(place, kind, at, row) for place, (kind, at, row) in enumerate(kinds))
        return cls(_code(told), steps, as_of, calendar, source)

    @cached_property
    def _by_kind(self) -> dict[str, list[Step]]:
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.kind, []).append(step)
        return found

    def of_kind(self, *kinds: str) -> list[Step]:
        """The steps of some kinds, in order."""
        found = [step for kind in dict.fromkeys(kinds) for step in self._by_kind.get(kind, ())]
        return sorted(found, key=lambda step: step.place) if len(kinds) > 1 else found

    def first(self, *kinds: str) -> Step | None:
        """The first step of some kinds."""
        return min((self._by_kind[kind][0] for kind in kinds if kind in self._by_kind), key=_place, default=None)

    def says(self, *kinds: str) -> bool:
        """Whether the source can say at least one of the kinds."""
        return not self.source.kinds.isdisjoint(kinds)

    def says_all(self, *kinds: str) -> bool:
        """Whether the source can say all of the kinds."""
        return self.source.kinds.issuperset(kinds)

    def has(self, column: str) -> bool:
        """Whether the source has a column."""
        return column in self.source.columns

    def absent(self, step: Step, column: str) -> bool | None:
        """Whether a cell of text is empty; None where the source cannot say."""
        cell = step.text(column)
        return None if cell == UNKNOWN or not self.has(column) else cell is None

    def known(self, step: Step, column: str) -> str | None:
        """A cell of text, None where it is empty or unknown."""
        cell = step.text(column)
        return None if cell == UNKNOWN or not self.has(column) else cell

    def flag(self, step: Step, column: str) -> bool | None:
        """A cell that is true or false; an empty one is false."""
        cell = step.row.get(column)
        return None if cell == UNKNOWN or not self.has(column) else bool(cell)

    def promise(self, step: Step) -> date | datetime | None:
        """What a step promised, None where that is nothing or nobody knows."""
        cell = step.row.get("promised")
        return cell if isinstance(cell, date) and self.has("promised") else None

    def day(self, moment: datetime | None) -> date | None:
        """The local date of a moment."""
        return None if moment is None else moment.astimezone(self.calendar.zone).date()

    def utc(self, moment: datetime | None) -> datetime | None:
        """A moment in UTC, as facts have it."""
        return None if moment is None else moment.astimezone(UTC)

    def working_days_after(self, day: date | None, count: int) -> date | None:
        """The `count`-th working day after a day; None outside the calendar."""
        return None if day is None else within(lambda: self.calendar.add_working_days(day, count))


def within(give: Callable[[], _T]) -> _T | None:
    """What the calendar gives, None outside of it."""
    try:
        return give()
    except OutOfRange:
        return None


def _place(step: Step) -> int:
    return step.place


def _moment(row: Row) -> datetime | None:
    for column in _MOMENTS:
        _aware(row.get(column))
    at = row.get("at")
    return at.astimezone(UTC) if isinstance(at, datetime) else None


def _aware(cell: Cell) -> None:
    if isinstance(cell, datetime) and cell.tzinfo is None:
        raise NaiveMoment(cell)


def _kind(row: Row) -> str | None:
    cell = row.get("event")
    kind = cell.strip() or None if isinstance(cell, str) else None
    if kind is not None and kind not in KINDS:
        raise UnknownKind(kind)
    return kind


def _code(rows: Iterable[Row]) -> str | None:
    codes = {code.strip() for row in rows if isinstance(code := row.get("dossier"), str)}
    if len(codes) > 1:
        raise SeveralDossiers(sorted(codes))
    return next(iter(codes), None)
