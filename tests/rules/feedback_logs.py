"""Logs of feedback cases for tests: rows are written to a file and read back, so that the reader is in every test."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from dossier.events import LOG_COLUMNS
from dossier.feedback import FEEDBACK
from dossier.formats.log import EventLog, read_log
from tests.rules.logs import HANOI, Row, Value

PAPERS: dict[str, dict[str, Value]] = {
    "rejected": {"reason": "Không thuộc phạm vi", "notice": "TB-1"},
    "supplement_requested": {"reason": "Chưa rõ nội dung", "notice": "TB-2"},
    "extension_requested": {"reason": "Vụ việc phức tạp", "document": "GH-1", "promised": date(2026, 6, 30)},
    "answered": {"document": "TL-1", "notice": "TB-3"},
    "forwarded": {"office": "Sở Xây dựng"},
    "copied": {"office": "Văn phòng UBND tỉnh"},
    "published": {"channel": "web"},
}
"""What a step has unless its row says otherwise."""


def feedback_log(
    rows: Iterable[Row], *, without: Sequence[str] = (), cannot_say: Sequence[str] = (), law_as_of: date | None = None
) -> EventLog:
    """The log with these rows and every column; the case is P1 unless given, moments without offset are Ha Noi time."""
    columns = [column for column in LOG_COLUMNS if column not in without]
    whole = [{"dossier": "P1", **PAPERS.get(str(row["event"]), {}), **row} for row in rows]
    lines = [json.dumps({c: _text(row.get(c)) for c in columns}, ensure_ascii=False) + "\n" for row in whole]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("log.jsonl" if lines else "log.csv")
        path.write_text("".join(lines) or ",".join(columns) + "\n", encoding="utf-8")
        log = read_log(path, lifecycle=FEEDBACK.lifecycle)
    assert not log.unreadable
    return replace(log, kinds=log.kinds - set(cannot_say), law_as_of=law_as_of)


def _text(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=HANOI)).isoformat()
    return value.isoformat() if isinstance(value, date) else value
