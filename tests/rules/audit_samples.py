"""Frames, draws and filled worksheets for the tests of audit sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from rules.audit.designs import Design, Purpose
from rules.audit.drawing import draw
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.audit.questions import Outcome
from rules.audit.worksheets import DATE, EVIDENCE, INSPECTOR, NOTE, OUTCOME, SHEET, worksheet, write_xlsx

SEED = "63454660390103169462"
SOURCE = "public dice, 2026-11-02"
ALL_YES = "có"


def frame_of(size: int, *, offices: int = 1, flagged: Mapping[str, int] | None = None) -> Frame:
    """D-00001 and so on, offices in turn; each rule flags the first so many."""
    flags = flagged or {}
    return Frame(
        Unit(f"D-{n:05d}", f"office {n % offices}", tuple(sorted(rule for rule, most in flags.items() if n <= most)))
        for n in range(1, size + 1)
    )


def design_of(*purposes: Purpose, tolerable: str | None = None, confidence: str = "0.95") -> Design:
    return Design(purposes=purposes, tolerable=tolerable, confidence=confidence)


def simple(size: int) -> Purpose:
    return Purpose(name="overall", kind="simple", size=size)


def manifest_of(frame: Frame, *purposes: Purpose, tolerable: str | None = None) -> Manifest:
    return Manifest.of(draw(frame, design_of(*purposes, tolerable=tolerable), SEED, SOURCE))


def outcomes(manifest: Manifest, *bad: Outcome, place: int | None = None) -> dict[str, Outcome]:
    """Everything compliant, but for the first units, which come to `bad`."""
    units = manifest.units if place is None else manifest.sample(place)
    found: dict[str, Outcome] = {unit.id: "compliant" for unit in manifest.units}
    return found | dict(zip((unit.id for unit in units), bad, strict=False))


Cells = Mapping[tuple[int, str], Any]


def fill(path: Path, cells: Cells, *, answers: Sequence[int] = (), rows: int) -> None:
    """Fill a workbook with another spreadsheet program: all in order, but for some cells by row and column name.

    Args:
        path: the workbook.
        cells: by the row of the sheet, the header being row 1, and the name of the column.
        answers: places of the columns of the questions, from 1.
        rows: how many units.

    """
    book = openpyxl.load_workbook(path)
    page = book[SHEET]
    names = {cell.value: cell.column for cell in page[1]}
    for row in range(2, rows + 2):
        for column in answers:
            page.cell(row, column).value = ALL_YES
        for name, value in ((OUTCOME, "đúng quy định"), (INSPECTOR, "Nguyễn Văn A"), (DATE, "05/11/2026")):
            page.cell(row, names[name]).value = value
    for (row, name), value in cells.items():
        page.cell(row, names[name]).value = value
    book.save(path)


def sheet_at(path: Path, manifest: Manifest, frame: Frame) -> list[int]:
    """Write a workbook; the places of the columns of its questions, from 1."""
    sheet = worksheet(manifest, frame)
    write_xlsx(sheet, path)
    return [sheet.layout.given + number for number in range(1, len(sheet.layout.questions) + 1)]


__all__ = ["DATE", "EVIDENCE", "INSPECTOR", "NOTE", "OUTCOME"]
