"""Cells of the log as texts, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from dossier.errors import UnreadableCell
from dossier.events import LOG_COLUMNS, UNKNOWN, Cell, Row

Text = dict[str, str | None]

MOMENTS = frozenset({"at", "recorded_at", "document_at"})
FLAGS = frozenset({"signed", "digitised", "reused"})
_READ = (*sorted(MOMENTS), "promised", *sorted(FLAGS))
_NEVER_EMPTY = ("dossier", "event", "at")
_FLAG_TEXTS = {"true": True, "false": False, "1": True, "0": False}


def encode(row: Row, columns: Iterable[str] = LOG_COLUMNS) -> Text:
    """A row of the log as the texts that are kept.

    >>> texts = encode({"dossier": "A1", "event": "paid", "at": "2026-08-20T10:00+07:00"}, ["reason"])
    >>> texts["at"], texts["reason"], texts["slip"]
    ('2026-08-20T10:00:00+07:00', None, '?')

    Raises:
        UnreadableCell: a cell is no value of its column.

    """
    kept = {*columns, *_NEVER_EMPTY}
    dossier = str(row.get("dossier") or "")
    return {c: _encoded(dossier, c, row.get(c)) if c in kept else UNKNOWN for c in LOG_COLUMNS}


def decode(texts: Mapping[str, str | None]) -> dict[str, Cell]:
    """A row of the log from the texts that are kept."""
    row: dict[str, Cell] = {column: texts[column] for column in LOG_COLUMNS}
    for column in _READ:
        text = texts[column]
        if text is not None and text != UNKNOWN:
            row[column] = _FLAG_TEXTS[text] if column in FLAGS else parse_time(text)
    return row


def _encoded(dossier: str, column: str, cell: Cell) -> str | None:
    if cell is None and column not in _NEVER_EMPTY:
        return None
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


def sortable(moment: datetime) -> str:
    """A moment as a text that sorts as moments do: UTC, to the microsecond.

    >>> sortable(datetime.fromisoformat("2026-08-20T10:00:00+07:00"))
    '2026-08-20T03:00:00.000000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def sorted_moment(text: str) -> datetime:
    """The moment of such a text."""
    return datetime.fromisoformat(text)
