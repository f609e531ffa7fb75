"""Histories from elsewhere, made ready to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from dossier.errors import ImpossibleStep
from dossier.events import LOG_COLUMNS, Row
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.cells import Text, decode, encode
from dossier.stores.records import Import, Overview, Record, Source


def imported(
    rows: Iterable[Row], columns: Iterable[str] = LOG_COLUMNS, lifecycle: Lifecycle = LIFECYCLE
) -> list[Import]:
    """Whole histories as read, with the line that the history alone tells.

    Raises:
        UnreadableCell: a cell is no value of its column.

    """
    return [
        Import(code, texts, overview_of(code, records_of(texts, "import"), lifecycle))
        for code, texts in histories(rows, columns)
    ]


def histories(rows: Iterable[Row], columns: Iterable[str]) -> list[tuple[str, list[Text]]]:
    """Encoded rows by dossier, each dossier's in order of `at`, then as they came.

    Raises:
        UnreadableCell: a cell is no value of its column.

    """
    kept = frozenset(columns)
    encoded = [encode(row, kept) for row in rows]
    encoded.sort(key=lambda texts: (texts["dossier"] or "", datetime.fromisoformat(texts["at"] or "")))
    return [(dossier or "", list(group)) for dossier, group in groupby(encoded, key=lambda texts: texts["dossier"])]


def records_of(rows: Sequence[Text], source: Source) -> tuple[Record, ...]:
    """Encoded rows as the events that they become."""
    return tuple(Record(version, decode(texts), source) for version, texts in enumerate(rows, start=1))


def overview_of(dossier: str, records: Sequence[Record], lifecycle: Lifecycle = LIFECYCLE) -> Overview:
    """The line of a history as far as the history alone tells it."""
    received = next((record for record in records if record.kind == "received"), None)
    promises = [r.known("promised") for r in records if r.kind in {"received", "supplemented", "apologised"}]
    promised = next((p for p in reversed(promises) if isinstance(p, date)), None)
    procedures = [r.text("procedure") for r in records if r.kind in {"submitted", "received"}]
    return Overview(
        dossier=dossier,
        version=len(records),
        state=_state(records, lifecycle),
        procedure=next((code for code in reversed(procedures) if code), None),
        received_at=received.at if received else None,
        promised=promised,
    )


def _state(records: Sequence[Record], lifecycle: Lifecycle) -> str | None:
    try:
        return lifecycle.replay(record.kind for record in records).state
    except ImpossibleStep:
        return None
