"""Rows in memory as an event log, as if they had been read from a canonical file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN, Cell
from dossier.formats.cells import FLAG_COLUMNS
from dossier.formats.eventlog import MOMENT, EventLog

_MOMENTS = ("at", "recorded_at", "document_at")
_TEXTS = tuple(name for name in LOG_COLUMNS if name not in {*_MOMENTS, *FLAG_COLUMNS, "promised"})
_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "dossier": pl.String,
    "row": pl.UInt32,
    **dict.fromkeys(_MOMENTS, MOMENT),
    "promised_at": MOMENT,
    "promised_date": pl.Date,
    "promised_unknown": pl.Boolean,
    **dict.fromkeys(FLAG_COLUMNS, pl.Boolean),
}
_COLUMNS = [
    "dossier", "row", *(name for name in LOG_COLUMNS if name not in {"dossier", "promised"}),
    "promised_at", "promised_date", "promised_unknown",
]  # fmt: skip
SCHEMA = {name: _TYPES.get(name, pl.String) for name in _COLUMNS}
"""Columns and types of `EventLog.events` for a source that has every column."""


def log_of_rows(rows: Iterable[Mapping[str, Cell]], calendar: WorkCalendar | None = None) -> EventLog:
    """The log that holds these rows.

    Args:
        rows: cells by the columns of the event log, typed as `dossier.events.Row` says: moments aware, None an empty
            cell, "?" one about which the source cannot say; a column that a row lacks is empty.
        calendar: of the office; Vietnam's state bodies where none is given.

    Raises:
        NaiveMoment: a moment without offset.

    """
    law = calendar or vietnam()
    cells = [_cells(number, row, law) for number, row in enumerate(rows, 1)]
    moments = [row[name] for row in cells for name in ("at", "recorded_at") if row[name] is not None]
    return EventLog(
        events=pl.DataFrame(cells, SCHEMA),
        columns=frozenset(LOG_COLUMNS),
        kinds=frozenset(KINDS),
        rows=len(cells),
        unreadable=(),
        warnings=(),
        latest=max(moments, default=None),
        calendar=law,
        law_as_of=None,
        evidence_from={},
    )


def _cells(number: int, row: Mapping[str, Cell], calendar: WorkCalendar) -> dict[str, Any]:
    texts = {name: _text(row.get(name)) for name in _TEXTS}
    moments = {name: _moment(row.get(name), calendar) for name in _MOMENTS}
    flags = {name: _flag(row.get(name)) for name in FLAG_COLUMNS}
    return {"row": number} | texts | moments | flags | _promise(row.get("promised"), calendar)


def _text(cell: Cell) -> str | None:
    return cell.strip() or None if isinstance(cell, str) else None


def _moment(cell: Cell, calendar: WorkCalendar) -> datetime | None:
    return calendar.local(cell).astimezone(UTC) if isinstance(cell, datetime) else None


def _flag(cell: Cell) -> bool | None:
    return None if cell == UNKNOWN else bool(cell)


def _promise(cell: Cell, calendar: WorkCalendar) -> dict[str, Any]:
    day = calendar.local(cell).date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else None
    return {
        "promised_at": _moment(cell, calendar),
        "promised_date": day,
        "promised_unknown": cell == UNKNOWN,
    }
