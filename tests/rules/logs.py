"""Event logs for tests: rows are written to a file and read back, so that the reader is in every test."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars import WorkCalendar
from dossier.events import KINDS, LOG_COLUMNS
from dossier.formats.log import EventLog, read_log
from rules.checks import Checked
from rules.judging import Judge

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
Value = str | bool | date | datetime | None
Row = Mapping[str, Value]


def at(text: str) -> datetime:
    """A moment in Ha Noi, as '2026-06-01 09:00'; June 2026 begins on a Monday and has no holiday."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def log_of(
    rows: Iterable[Row],
    *,
    without: Sequence[str] = (),
    cannot_say: Sequence[str] = (),
    calendar: WorkCalendar | None = None,
    law_as_of: date | None = None,
) -> EventLog:
    """The log with these rows and every column; a missing key is an empty cell.

    Args:
        rows: at least `event` and `at`; moments without offset are Ha Noi time; the dossier is A1 unless given.
        without: columns that the log does not have.
        cannot_say: kinds of event that the source cannot say.
        calendar: of the office; that of Vietnam where none is given.
        law_as_of: the day whose law judges the log.

    """
    columns = [column for column in LOG_COLUMNS if column not in without]
    texts = [{column: _text(row.get(column, _DEFAULTS.get(column))) for column in columns} for row in rows]
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("log.jsonl" if texts else "log.csv")
        path.write_text(lines or ",".join(columns) + "\n", encoding="utf-8")
        log = read_log(path, calendar=calendar)
    assert not log.unreadable
    return replace(log, kinds=frozenset(KINDS) - set(cannot_say), law_as_of=law_as_of)


def judgements(checked: Checked) -> dict[str, dict[str, str]]:
    """The judgement of each rule about each dossier; `Checked` itself only counts them."""
    table = Judge(checked.book).judge(checked.facts).with_columns(checked.facts["dossier"])
    return {row.pop("dossier"): row for row in table.iter_rows(named=True)}


def by_rule(checked: Checked) -> dict[str, set[str]]:
    """The dossiers in which each rule finds something."""
    found: dict[str, set[str]] = {tally.rule.code: set() for tally in checked.tallies}
    for dossier, code in checked.found.select("dossier", "rule").iter_rows():
        found[code].add(dossier)
    return found


def hourly(start: datetime, steps: Iterable[Row]) -> list[Row]:
    """Steps with `at` one hour apart where they give none."""
    return [{"at": start + timedelta(hours=n)} | dict(step) for n, step in enumerate(steps)]


_DEFAULTS = {"dossier": "A1"}


def _text(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=HANOI)).isoformat()
    return value.isoformat() if isinstance(value, date) else value
