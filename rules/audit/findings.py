"""Filled worksheets, read cell by cell: every fault with its place, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from rules.audit.frames import nfc
from rules.audit.manifests import Manifest
from rules.audit.questions import ANSWERS, OUTCOMES, Answer, Outcome, Question
from rules.audit.worksheets import (
    DATE,
    EVIDENCE,
    FILLED,
    INSPECTOR,
    MANIFEST,
    NOTE,
    OUTCOME,
    SHEET,
    UNIT,
    asked_about,
    column_of,
    unguarded,
)  # fmt: skip
from rules.errors import CellFault, MalformedFindings

Code = TypeVar("Code", bound=str)
_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y")
_AGAIN = "write the worksheet again (`motcua audit worksheet`) and copy the answers into it"


@dataclass(frozen=True)
class Finding:
    """What the inspection of one unit came to; `row` is the row of the worksheet, 0 where there is none."""

    unit: str
    outcome: Outcome
    answers: Mapping[str, Answer] = field(default_factory=dict)
    evidence: str = ""
    note: str = ""
    inspector: str = ""
    inspected_on: date | None = None
    row: int = 0


@dataclass(frozen=True)
class Findings:
    """The outcomes of a draw.

    Attributes:
        findings: by unit.
        missing: drawn units without an outcome, in the order of their tickets.

    """

    findings: Mapping[str, Finding]
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome], manifest: Manifest) -> Findings:
        """Outcomes that a program gives."""
        found = {nfc(unit): Finding(nfc(unit), outcome) for unit, outcome in outcomes.items()}
        return cls(found, _missing(manifest, found))

    @classmethod
    def read(
        cls,
        path: Path,
        manifest: Manifest,
        questions: Sequence[Question] | None = None,
        *,
        today: date | None = None,
    ) -> Findings:
        """A filled worksheet, a workbook (.xlsx) or a table (.csv).

        Args:
            path: the worksheet.
            manifest: of the draw for which it was written.
            questions: as they were asked; those that ship where none are given.
            today: no inspection is later than this day, where it is given.

        Raises:
            MalformedFindings: a cell that cannot stand; every one is named.
            LogError: no workbook and no table.

        """
        asked = asked_about(manifest) if questions is None else tuple(questions)
        reader = _Reader(path.name, manifest, asked, today)
        found = reader.read(_grid(path))
        if reader.faults:
            raise MalformedFindings(tuple(reader.faults))
        return cls(found, _missing(manifest, found))


def _missing(manifest: Manifest, found: Mapping[str, Finding]) -> tuple[str, ...]:
    return tuple(unit.id for unit in manifest.units if unit.id not in found)


@dataclass
class _Reader:
    file: str
    manifest: Manifest
    questions: tuple[Question, ...]
    today: date | None
    faults: list[CellFault] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)

    def read(self, grid: Mapping[int, Mapping[int, str]]) -> dict[str, Finding]:
        first = min(grid, default=1)
        if not self._header(first, grid.get(first, {})):
            return {}
        drawn = {unit.id for unit in self.manifest.units}
        seen: dict[str, int] = {}
        found = {}
        for row in sorted(set(grid) - {first}):
            cells = {name: grid[row].get(column, "").strip() for name, column in self.columns.items()}
            unit = nfc(unguarded(cells[UNIT]))
            if self._row_is_of(row, cells, unit, drawn, seen) and (finding := self._finding(row, cells, unit)):
                found[unit] = finding
        return found

    def _header(self, row: int, cells: Mapping[int, str]) -> bool:
        due = [UNIT, *map(column_of, self.questions), *FILLED, MANIFEST]
        names = {name.strip(): column for column, name in cells.items()}
        if len(names) < len(cells):
            self._fault(row, "header", "", f"a column stands twice; {_AGAIN}")
        for name in due:
            if name not in names:
                self._fault(row, name, "", f"this column is missing; {_AGAIN}")
        self.columns = {name: names[name] for name in due if name in names}
        return not self.faults

    def _row_is_of(self, row: int, cells: Mapping[str, str], unit: str, drawn: set[str], seen: dict[str, int]) -> bool:
        if not any(cells.values()):
            return False
        if unit not in drawn:
            why = "no code of a drawn unit" if unit else "the code of the unit is gone"
            self._fault(row, UNIT, unit, f"{why}; lines are not added or renamed: {_AGAIN}")
        elif unit in seen:
            self._fault(row, UNIT, unit, f"this unit stands in row {seen[unit]} too; keep one line of it")
        elif cells[MANIFEST] != self.manifest.sha256:
            self._fault(row, MANIFEST, cells[MANIFEST], "the line is of another draw; take the worksheet of this draw")
        else:
            seen[unit] = row
            return True
        return False

    def _finding(self, row: int, cells: Mapping[str, str], unit: str) -> Finding | None:
        before = len(self.faults)
        outcome = self._choice(row, OUTCOME, cells[OUTCOME], OUTCOMES)
        answers = {
            question.code: answer
            for question in self.questions
            if (answer := self._choice(row, column_of(question), cells[column_of(question)], ANSWERS))
        }
        day = self._day(row, cells[DATE])
        if outcome is None or len(self.faults) > before:
            return None
        self._needs(row, cells, outcome)
        self._agrees(row, cells, outcome, answers)
        texts = (cells[EVIDENCE], cells[NOTE], cells[INSPECTOR])
        return Finding(unit, outcome, answers, *texts, day, row) if len(self.faults) == before else None

    def _choice(self, row: int, column: str, cell: str, words: Mapping[Code, str]) -> Code | None:
        said = " ".join(nfc(cell).casefold().split())
        if not said:
            return None
        for code, word in words.items():
            if said in {word, code, code.replace("_", " ")}:
                return code
        self._fault(row, column, cell, f"choose one of: {', '.join(words.values())}")
        return None

    def _day(self, row: int, cell: str) -> date | None:
        if not cell:
            return None
        day = _date(cell)
        if day is None:
            self._fault(row, DATE, cell, "no date; write day/month/year, as 05/11/2026")
        elif self.today is not None and day > self.today:
            self._fault(
                row, DATE, cell, f"the day has not come yet (today is {self.today:%d/%m/%Y}); write the day it was"
            )
        return day

    def _needs(self, row: int, cells: Mapping[str, str], outcome: Outcome) -> None:
        if outcome == "violation" and not cells[EVIDENCE]:
            self._fault(
                row, EVIDENCE, "", f"'{OUTCOMES[outcome]}' needs evidence: which paper, which page, what it says"
            )
        if outcome == "undetermined" and not cells[NOTE]:
            self._fault(
                row, NOTE, "", f"'{OUTCOMES[outcome]}' needs a note: what was looked for, and why it was not found"
            )
        for column, what in ((INSPECTOR, "who inspected it"), (DATE, "on which day it was inspected")):
            if not cells[column]:
                self._fault(row, column, "", f"write {what}")

    def _agrees(self, row: int, cells: Mapping[str, str], outcome: Outcome, answers: Mapping[str, Answer]) -> None:
        for question in self.questions:
            column, answer = column_of(question), answers.get(question.code)
            if answer is None and outcome in {"compliant", "violation"}:
                self._fault(row, column, "", "this question has no answer; inspect it, or choose 'không rõ' (unclear)")
            elif answer == "no" and outcome in {"compliant", "not_applicable"}:
                self._fault(
                    row,
                    column,
                    cells[column],
                    f"'không' (no) does not go with the outcome {cells[OUTCOME]!r}; correct one",
                )

    def _fault(self, row: int, column: str, value: str, reason: str) -> None:
        place = self.columns.get(column)
        named = f"{_letters(place)} · {column}" if place else column
        self.faults.append(CellFault(self.file, row, named, value, reason))


def _letters(column: int) -> str:
    """The letters of a column, from 1.

    >>> _letters(1), _letters(27)
    ('A', 'AA')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _date(cell: str) -> date | None:
    for shape in _FORMATS:
        try:
            return datetime.strptime(cell.removesuffix(" 00:00:00"), shape).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None


def _grid(path: Path) -> Mapping[int, Mapping[int, str]]:
    """Cells by row and column, both from 1."""
    readers: dict[str, Callable[[Path], Mapping[int, Mapping[int, str]]]] = {".xlsx": _workbook, ".csv": _delimited}
    ending = path.suffix.lower()
    if ending in readers:
        return readers[ending](path)
    why = "a worksheet ends in .xlsx or .csv; save it in the form in which it was written"
    raise MalformedFindings((CellFault(path.name, 0, "file", ending, why),))


def _workbook(path: Path) -> Mapping[int, Mapping[int, str]]:
    from dossier.formats.source import read_bytes
    from dossier.formats.workbook import open_workbook

    book = open_workbook(path, read_bytes(path, packed=False))
    if SHEET not in book.sheets:
        why = f"no sheet {SHEET!r}; the workbook has {', '.join(book.sheets)}: {_AGAIN}"
        raise MalformedFindings((CellFault(path.name, 0, "sheet", "", why),))
    sheet = book.sheet(SHEET)
    odd_cells = tuple(
        CellFault(path.name, odd.row, _letters(odd.column), odd.kind, "a formula or an error; write the text itself")
        for odd in sheet.odd
        if odd.kind in {"formula", "error"}
    )
    if odd_cells:
        raise MalformedFindings(odd_cells)
    for odd in sheet.odd:
        cells = sheet.rows.get(odd.row, {})
        if odd.kind in {"date", "moment"} and odd.column in cells:
            cells[odd.column] = _serial(cells[odd.column], since_1904=sheet.since_1904)
    return sheet.rows


def _serial(cell: str, *, since_1904: bool) -> str:
    """The day that a number of a workbook is, as text; the number itself where it is none."""
    try:
        begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  # a day has no zone
        return (begin + timedelta(days=int(float(cell)))).strftime("%Y-%m-%d")
    except (ValueError, OverflowError):
        return cell


def _delimited(path: Path) -> Mapping[int, Mapping[int, str]]:
    from dossier.formats.delimited import read_csv
    from dossier.formats.source import check_text, read_bytes

    data = read_bytes(path, packed=False)
    check_text(path, data)
    table = read_csv(path, data, (UNIT,))
    rows = dict(enumerate([tuple(table.columns), *table.iter_rows()], 1))
    return {row: {column: cell or "" for column, cell in enumerate(cells, 1)} for row, cells in rows.items()}


def rows_of(findings: Findings) -> Iterator[dict[str, object]]:
    """The findings as JSON rows, in the order of their rows."""
    for finding in sorted(findings.findings.values(), key=lambda one: (one.row, one.unit)):
        day = finding.inspected_on
        yield {**vars(finding), "answers": dict(finding.answers), "inspected_on": day.isoformat() if day else None}
