"""The event log in memory: what reading hands to checking and storing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import polars as pl

from calendars import WorkCalendar

MOMENT = pl.Datetime("us", "UTC")
"""The type of every moment in `EventLog.events`."""

VALUE_LENGTH = 80
"""How much of a cell `Unreadable` shows."""


@dataclass(frozen=True)
class Unreadable:
    """A cell that could not be read; its dossier is set aside whole.

    Attributes:
        dossier: code of the dossier, None where the row has none.
        row: data row in the file, from 1, the header not counted.
        column: name of the column as the file has it.
        value: the cell, cut to `VALUE_LENGTH` characters.
        reason: what is wrong, what is allowed, what to do.
        file: name of the file it stands in, with the sheet of a workbook.

    """

    dossier: str | None
    row: int
    column: str
    value: str
    reason: str
    file: str = ""


@dataclass(frozen=True)
class Summary:
    """What became of the rows of a log; `read` and `set_aside` are all of them.

    Attributes:
        rows: data rows of the source.
        read: rows of dossiers that were read.
        set_aside: rows of dossiers with a cell that could not be read, and rows without dossier.
        dossiers_set_aside: how many dossiers these are.
        repaired: what was put right on the way, and in how many cells (or rows, where it says so).

    """

    rows: int
    read: int
    set_aside: int
    dossiers_set_aside: int
    repaired: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The summary as JSON."""
        return {
            "rows": self.rows,
            "read": self.read,
            "set_aside": self.set_aside,
            "dossiers_set_aside": self.dossiers_set_aside,
            "repaired": dict(self.repaired),
        }

    def __str__(self) -> str:
        """The summary as one line.

        >>> print(Summary(12, 9, 3, 1, {"blanks around a cell taken away": 2}))
        12 rows: 9 read, 3 set aside (1 dossiers); repaired: blanks around a cell taken away (2)
        """
        repaired = ", ".join(f"{what} ({count})" for what, count in self.repaired.items()) or "nothing"
        return (
            f"{self.rows} rows: {self.read} read, {self.set_aside} set aside ({self.dossiers_set_aside} dossiers); "
            f"repaired: {repaired}"
        )


@dataclass(frozen=True)
class EventLog:
    """A log that was read: the events of the readable dossiers, and everything to know about the rest.

    Attributes:
        events: one row per event in file order; columns ``dossier`` (String), ``row`` (UInt32, from 1), ``event``
            (String, null: an activity that is not mapped), ``at`` (UTC) always, the other columns of the log where
            `columns` has them. Moments are ``Datetime("us", "UTC")``, null: unknown. ``promised`` is three columns:
            ``promised_at`` (null where only a date was given), ``promised_date`` (the date in the calendar's zone),
            ``promised_unknown``. ``signed``, ``digitised`` and ``reused`` are Boolean, null: unknown, an empty cell
            is false. All others are String, null: an empty cell, ``?``: the source cannot say. Unknown columns follow
            as String; a mapped log keeps the name of the activity as ``activity``.
        columns: columns of the log that the source has; about any other it cannot say.
        kinds: kinds of event that the source can say.
        rows: data rows read, those of unmapped activities and unreadable dossiers included.
        unreadable: every cell that could not be read.
        warnings: sentences for the summary.
        latest: latest moment (`at`, `recorded_at`) over all rows; None where there is none.
        calendar: working time of the office that kept the log.
        law_as_of: day whose law judges the log, None: the day of each receipt.
        evidence_from: column to the first day on which it was kept.
        set_aside: data rows of unreadable dossiers and without dossier.
        repaired: what was put right on the way, and how often.
        calendars: by code of the office, where others in the log keep other hours.

    """

    events: pl.DataFrame
    columns: frozenset[str]
    kinds: frozenset[str]
    rows: int
    unreadable: tuple[Unreadable, ...]
    warnings: tuple[str, ...]
    latest: datetime | None
    calendar: WorkCalendar
    law_as_of: date | None
    evidence_from: Mapping[str, date]
    set_aside: int = 0
    repaired: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    calendars: Mapping[str, WorkCalendar] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def summary(self) -> Summary:
        """How many rows were read, put right and set aside."""
        dossiers = len({fault.dossier for fault in self.unreadable} - {None})
        return Summary(self.rows, self.rows - self.set_aside, self.set_aside, dossiers, self.repaired)
