"""What a portal says of the dossiers of a period: one row each, as it was exported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dossier.outbox.statuses import NATIONAL_STATUS
from dossier.tables import UnreadableTable
from rules.errors import CellFault, MalformedTable
from rules.figures.officetables import Line, TableColumn, read_lines

COLUMNS = {
    "dossier": TableColumn(("Mã hồ sơ", "MaHoSo", "Số hồ sơ", "dossier"), needed=True, role="dossier"),
    "received_on": TableColumn(("Ngày tiếp nhận", "NgayTiepNhan", "received_on"), role="promised"),
    "due_on": TableColumn(("Ngày hẹn trả", "Ngày hẹn trả kết quả", "NgayHenTra", "due_on"), role="promised"),
    "end_on": TableColumn(
        ("Ngày kết thúc xử lý", "NgayKetThucXuLy", "Ngày kết thúc", "Ngày hoàn thành", "end_on"), role="promised"
    ),
    "status": TableColumn(("Trạng thái", "TrangThaiHoSo", "Trạng thái hồ sơ", "status")),
    "outcome": TableColumn(("Kết quả giải quyết", "Tình trạng xử lý", "Tình trạng", "Tình hình giải quyết", "outcome")),
}
"""What is read of an export, and the names under which it may stand."""

DAYS = ("received_on", "due_on", "end_on")
_TELLING = ("outcome", "due_on", "end_on")
OUTCOME_WORDS = {
    **dict.fromkeys(("trước hạn", "sớm hạn", "trước thời hạn", "early"), "early"),
    **dict.fromkeys(("đúng hạn", "đúng thời hạn", "on_time", "on time"), "on_time"),
    **dict.fromkeys(("quá hạn", "trễ hạn", "chậm hạn", "quá thời hạn", "overdue"), "overdue"),
    **dict.fromkeys(("trong hạn", "chưa đến hạn", "open_in_time"), "open_in_time"),
    **dict.fromkeys(("đang giải quyết quá hạn", "đã quá hạn", "open_overdue"), "open_overdue"),
}
"""How portals name an outcome; without the column it is told from the dates."""

_STATUSES = {label.casefold(): number for number, label in NATIONAL_STATUS.items()}


@dataclass(frozen=True)
class PortalRow:
    """A dossier as a portal has it; None: it does not say.

    Attributes:
        status: of the national system, 1 to 10.
        outcome: as the readings name it.

    """

    dossier: str
    received_on: date | None
    due_on: date | None
    end_on: date | None
    status: int | None
    outcome: str | None


@dataclass(frozen=True)
class Portal:
    """An export of a portal.

    Attributes:
        file: with the sheet of a workbook.
        says: the columns it has, by our names.
        told: whether it names the outcomes; else they are told from the dates it prints.

    """

    file: str
    says: frozenset[str]
    rows: tuple[PortalRow, ...]

    @property
    def told(self) -> bool:
        """Whether it names the outcomes itself."""
        return "outcome" in self.says


def read_portal(path: Path, today: date) -> Portal:
    """The dossiers of an export, CSV or XLSX.

    Args:
        path: with at least the codes, and outcomes or the days from which they are told.
        today: the day on which open dossiers are judged where the export names no outcomes.

    Raises:
        MalformedTable: it names every cell that cannot stand, with file, row and column.
        UnreadableTable, LogError: the file cannot be read, or lacks a column.

    """
    lines = read_lines(path, COLUMNS)
    faults: list[CellFault] = []
    seen = Counter(line["dossier"] for line in lines)
    says = frozenset(lines[0].headers) if lines else frozenset(COLUMNS)
    if "outcome" not in says and not says.issuperset(("due_on", "end_on")):
        outcome, due, end = (repr(COLUMNS[name].names[2 if name == "outcome" else 0]) for name in _TELLING)
        why = f"no column tells which dossiers were in time: neither {outcome}, nor {due} with {end}"
        raise UnreadableTable(lines[0].file, "header", why, "export one of them, too")
    rows = tuple(_row(line, says, today, faults) for line in lines)
    faults += [
        line.fault("dossier", "it stands twice" if line["dossier"] else "it is empty")
        for line in lines
        if not line["dossier"] or seen[line["dossier"]] > 1
    ]
    if faults:
        raise MalformedTable(tuple(sorted(faults, key=lambda fault: fault.row)))
    return Portal(lines[0].file if lines else path.name, says, rows)


def _row(line: Line, says: frozenset[str], today: date, faults: list[CellFault]) -> PortalRow:
    days = {name: _day(line, name, faults) for name in DAYS}
    outcome = _outcome(line, faults) if "outcome" in says else told(days["due_on"], days["end_on"], today)
    return PortalRow(line["dossier"], **days, status=_status(line, faults), outcome=outcome)


def told(due: date | None, end: date | None, today: date) -> str | None:
    """The outcome that two days tell; without a due date none.

    >>> told(date(2026, 11, 5), date(2026, 11, 5), date(2026, 11, 30)), told(date(2026, 11, 5), None, date(2026, 11, 5))
    ('on_time', 'open_in_time')
    """
    if due is None:
        return None
    if end is None:
        return "open_overdue" if today > due else "open_in_time"
    return "early" if end < due else "overdue" if end > due else "on_time"


def _day(line: Line, name: str, faults: list[CellFault]) -> date | None:
    try:
        return line.day(name)
    except ValueError as fault:
        faults.append(line.fault(name, str(fault)))
        return None


def _outcome(line: Line, faults: list[CellFault]) -> str | None:
    text = " ".join(line["outcome"].casefold().split())
    if text and text not in OUTCOME_WORDS:
        faults.append(line.fault("outcome", f"no outcome that is known; write {', '.join(OUTCOME_WORDS)}"))
    found = OUTCOME_WORDS.get(text)
    ended = bool(line["end_on"]) or "end_on" not in line.headers
    return "open_overdue" if found == "overdue" and not ended else found


def _status(line: Line, faults: list[CellFault]) -> int | None:
    text = line["status"].casefold()
    number = _STATUSES.get(text, int(text) if text.isdecimal() and int(text) in NATIONAL_STATUS else None)
    if text and number is None:
        faults.append(line.fault("status", f"no status; write 1 to 10, or {', '.join(NATIONAL_STATUS.values())}"))
    return number
