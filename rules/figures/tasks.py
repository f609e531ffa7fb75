"""Tasks assigned by the provincial people's committee (I.5 of the plan): how many in time, which extended again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from rules.display import Share, day
from rules.errors import CellFault, MalformedTable
from rules.figures.officetables import Line, TableColumn, read_day, read_lines
from rules.figures.periods import Period
from rules.figures.sheets import Cell, Column, Report, Sheet, Words, period_words

TARGET = Fraction(95, 100)
"""Early or on time from this share on, inclusive (đạt từ 95% trở lên)."""

CITATION = "Kế hoạch 2024, Phụ lục, mục I.5"
COLUMNS = {
    "task": TableColumn(("task", "mã nhiệm vụ", "nhiệm vụ"), needed=True, role="dossier"),
    "unit": TableColumn(("unit", "đơn vị", "đơn vị thực hiện")),
    "due_on": TableColumn(("due_on", "hạn", "hạn hoàn thành"), needed=True, role="promised"),
    "done_on": TableColumn(("done_on", "ngày hoàn thành"), needed=True, role="promised"),
    "extended_to": TableColumn(("extended_to", "gia hạn đến"), role="promised"),
}
OUTCOMES: dict[str, Words] = {
    "early": ("Sớm hạn", "Early"),
    "on_time": ("Đúng hạn", "On time"),
    "overdue": ("Quá hạn", "Overdue"),
    "pending": ("Chưa đến hạn", "Not due yet"),
}


@dataclass(frozen=True)
class Task:
    """A task (nhiệm vụ được giao).

    Attributes:
        due_on: as it was assigned.
        done_on: None while it is open.
        extended_to: the new dates, in their order.

    """

    code: str
    unit: str
    due_on: date
    done_on: date | None
    extended_to: tuple[date, ...] = ()

    @property
    def last_due_on(self) -> date:
        """The date that holds after the extensions."""
        return self.extended_to[-1] if self.extended_to else self.due_on

    def outcome(self, today: date, due: date | None = None) -> str:
        """Early, on time, overdue or pending, by the date that holds or by another one.

        >>> task = Task("N1", "", date(2026, 11, 5), date(2026, 11, 6))
        >>> task.outcome(date(2026, 11, 30)), task.outcome(date(2026, 11, 5))
        ('overdue', 'pending')
        """
        due = due or self.last_due_on
        end = self.done_on if self.done_on and self.done_on <= today else None
        if end is None:
            return "overdue" if today > due else "pending"
        return "early" if end < due else "overdue" if end > due else "on_time"


@dataclass(frozen=True)
class Tasks:
    """The tasks that fall due in a period.

    Attributes:
        tasks: all of the table.
        today: the day on which open ones are judged.
        most_extensions: more are too many; the plan says "tránh tình trạng gia hạn nhiều lần" and no number.

    """

    tasks: tuple[Task, ...]
    period: Period
    today: date
    most_extensions: int = 1

    def counts(self, *, first: bool = False, unit: str | None = None) -> Counter[str]:
        """Tasks by outcome.

        Args:
            first: by the date as assigned, extensions left out.
            unit: of this unit only.

        """
        due = {task: task.due_on if first else task.last_due_on for task in self.tasks}
        return Counter(
            task.outcome(self.today, day)
            for task, day in due.items()
            if day in self.period and unit in {None, task.unit}
        )

    def share(self, *, first: bool = False, unit: str | None = None) -> Share:
        """Early or on time out of those that fell due."""
        found = self.counts(first=first, unit=unit)
        in_time = found["early"] + found["on_time"]
        return Share(in_time, in_time + found["overdue"])

    @property
    def met(self) -> bool | None:
        """Whether the target is met, 95 % included; None out of nothing."""
        share = self.share()
        return None if not share.whole else Fraction(share.part or 0, share.whole) >= TARGET

    @property
    def extended_again(self) -> tuple[Task, ...]:
        """Tasks that were extended too often."""
        return tuple(task for task in self.due if len(task.extended_to) > self.most_extensions)

    @property
    def due(self) -> tuple[Task, ...]:
        """The tasks of the period, by the date that holds."""
        return tuple(task for task in self.tasks if task.last_due_on in self.period)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        units = sorted({task.unit for task in self.due})
        return {
            "period": self.period.to_dict(),
            "as_of": self.today.isoformat(),
            "target": "0.95",
            "citation": CITATION,
            "met": self.met,
            "by_date_that_holds": _told(self.share(), self.counts()),
            "by_date_as_assigned": _told(self.share(first=True), self.counts(first=True)),
            "units": {unit: _told(self.share(unit=unit), self.counts(unit=unit)) for unit in units},
            "most_extensions": self.most_extensions,
            "extended_again": [task.code for task in self.extended_again],
            "overdue": [task.code for task in self.due if task.outcome(self.today) == "overdue"],
        }


def _told(share: Share, counts: Counter[str]) -> dict[str, Any]:
    return {"numerator": share.part, "denominator": share.whole, "share": share.percent("en")} | {
        outcome: counts[outcome] for outcome in OUTCOMES
    }


def read_tasks(path: Path) -> tuple[Task, ...]:
    """The tasks of a table (CSV, XLSX) with the columns task, due_on, done_on, and unit and extended_to if it has them.

    Several new dates in `extended_to` are separated by semicolons.

    Raises:
        MalformedTable: it names every cell that cannot stand, with file, row and column.
        UnreadableTable, LogError: the file cannot be read, or lacks a column.

    """
    lines = read_lines(path, COLUMNS)
    faults: list[CellFault] = []
    tasks = [task for line in lines if (task := _task(line, faults))]
    first = Counter(line["task"] for line in lines)
    faults += [line.fault("task", "it stands twice") for line in lines if line["task"] and first[line["task"]] > 1]
    if faults:
        raise MalformedTable(tuple(sorted(faults, key=lambda fault: fault.row)))
    return tuple(tasks)


def _task(line: Line, faults: list[CellFault]) -> Task | None:
    """The task of a row; None where a cell cannot stand, which is added to the faults."""
    found = {name: _day(line, name, faults) for name in ("due_on", "done_on")}
    extended = tuple(_extensions(line, found["due_on"], faults))
    if not line["task"]:
        faults.append(line.fault("task", "it is empty; each task has a code of its own"))
    if found["due_on"] is None:
        if not line["due_on"]:
            faults.append(line.fault("due_on", "it is empty; a task without a date cannot be judged"))
        return None
    return Task(line["task"], line["unit"], found["due_on"], found["done_on"], extended)


def _day(line: Line, name: str, faults: list[CellFault]) -> date | None:
    try:
        return line.day(name)
    except ValueError as fault:
        faults.append(line.fault(name, str(fault)))
        return None


def _extensions(line: Line, due: date | None, faults: list[CellFault]) -> Iterator[date]:
    before = due
    for text in filter(None, map(str.strip, line["extended_to"].split(";"))):
        try:
            day = read_day(text)
        except ValueError as fault:
            faults.append(line.fault("extended_to", str(fault)))
            return
        if before and day <= before:
            faults.append(line.fault("extended_to", f"{day} does not lie after {before}, the date before it"))
        before = day
        yield day


def tasks_report(found: Tasks) -> Report:
    """The tasks of a period as a report."""
    columns = (
        Column.of("Đơn vị", "Unit", width=28),
        *(Column.of(*words, number=True) for words in OUTCOMES.values()),
        Column.of("Tỷ lệ sớm và đúng hạn", "Share in time", number=True, width=14),
        Column.of("Tỷ lệ theo hạn được giao", "Share by the date as assigned", number=True, width=14),
    )
    units = sorted({task.unit for task in found.due})
    rows = tuple((unit or ("(không ghi đơn vị)", "(no unit)"), *_row(found, unit)) for unit in units)
    title = ("Nhiệm vụ UBND tỉnh giao", "Tasks assigned by the provincial people's committee")
    met = {True: ("đạt", "met"), False: ("không đạt", "missed"), None: ("N/A", "N/A")}[found.met]
    total: tuple[Cell, ...] = (("Tổng số", "Total"), *_row(found, None))
    return Report(
        code="tasks",
        title=title,
        parameters=(
            (("Kỳ", "Period"), period_words(found.period)),
            (("Tính đến", "As of"), day(found.today)),
            (("Mục tiêu", "Target"), ("từ 95% trở lên", "95 % or more")),
            (("Kết quả", "Result"), met),
            (("Số lần gia hạn nhiều nhất", "Most extensions"), str(found.most_extensions)),
        ),
        sheets=(Sheet("Tổng hợp", title, columns, rows, total), _listed(found)),
        notes=((f"Căn cứ: {CITATION}", f"Citation: {CITATION}"),),
        document=found.to_dict(),
    )


def _row(found: Tasks, unit: str | None) -> tuple[Cell, ...]:
    counts = found.counts(unit=unit)
    return (*(counts[one] for one in OUTCOMES), found.share(unit=unit), found.share(first=True, unit=unit))


def _listed(found: Tasks) -> Sheet:
    """The tasks that are overdue or were extended too often."""
    columns = (
        Column.of("Nhiệm vụ", "Task", width=24),
        Column.of("Đơn vị", "Unit", width=28),
        Column.of("Hạn được giao", "Due as assigned", width=14),
        Column.of("Hạn sau gia hạn", "Due after extensions", width=14),
        Column.of("Hoàn thành", "Done", width=14),
        Column.of("Kết quả", "Outcome", width=14),
        Column.of("Số lần gia hạn", "Extensions", number=True),
    )
    again = set(found.extended_again)
    rows = tuple(
        (task.code, task.unit, task.due_on, task.last_due_on, task.done_on, OUTCOMES[outcome], len(task.extended_to))
        for task in found.due
        if (outcome := task.outcome(found.today)) == "overdue" or task in again
    )
    title = ("Nhiệm vụ quá hạn hoặc gia hạn nhiều lần", "Tasks that are overdue or were extended too often")
    return Sheet("Danh sách", title, columns, rows)
