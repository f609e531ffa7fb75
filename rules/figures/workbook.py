"""Reports as workbooks: laid out to be printed on A4, every text a text, no cell a formula."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from calendars.files import replace_file
from rules.display import visible
from rules.errors import ReportDoesNotFit
from rules.figures.sheets import Cell, Heading, Report, Sheet, headings, shown

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS = 1_048_576
LONGEST = 32_000
"""Rows of a sheet, and characters that are kept of a text."""

_BOX = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_name": "Times New Roman", "font_size": 11}
_PLAIN = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
_STYLES = {
    "title": _PLAIN | {"bold": True, "font_size": 14, "align": "center", "text_wrap": True, "valign": "vcenter"},
    "parameter": _PLAIN | {"italic": True},
    "head": _BOX | {"bold": True, "align": "center", "bg_color": "#DCE6F1"},
    "numbers": _BOX | {"italic": True, "align": "center", "font_size": 9},
    "text": _BOX | {"num_format": "@"},
    "figure": _BOX | {"num_format": "@", "align": "right"},
    "number": _BOX | {"num_format": "#,##0", "align": "right"},
    "date": _BOX | {"num_format": "dd/mm/yyyy", "align": "center"},
    "total text": _BOX | {"bold": True, "num_format": "@"},
    "total figure": _BOX | {"bold": True, "num_format": "@", "align": "right"},
    "total number": _BOX | {"bold": True, "num_format": "#,##0", "align": "right"},
    "note": _PLAIN | {"italic": True, "text_wrap": True, "font_size": 10},
}


def write_xlsx(report: Report, path: Path) -> None:
    """Write a report as a workbook, whole or not at all; equal reports give equal bytes.

    Raises:
        ReportDoesNotFit: a table has more rows than a sheet.
        OSError: the file cannot be written.

    """
    for sheet in report.sheets:
        if len(sheet.rows) + len(report.parameters) > ROWS - 100:
            raise ReportDoesNotFit(sheet.title[0], len(sheet.rows), ROWS - 100)
    data = io.BytesIO()
    with Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": report.title[0], "created": datetime(2000, 1, 1, tzinfo=UTC)})
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        for sheet in report.sheets:
            _Page(book.add_worksheet(sheet.name), styles, len(sheet.columns)).write(report, sheet)
    replace_file(path, [data.getvalue()])


class _Page:
    """One sheet that is being written, from the top down."""

    def __init__(self, page: Worksheet, styles: dict[str, Format], width: int) -> None:
        self.page, self.styles, self.width, self.row = page, styles, width, 0

    def write(self, report: Report, sheet: Sheet) -> None:
        self._wide(sheet.title[0], "title", 36)
        for name, value in report.parameters:
            self._line(f"{name[0]}: {value if isinstance(value, str) else value[0]}", "parameter")
        self.row += 1
        self._head(sheet)
        for cells in sheet.rows:
            self._cells(sheet, cells, "")
        if sheet.total is not None:
            self._cells(sheet, sheet.total, "total ")
        self.row += 1
        for vi, _ in (*sheet.notes, *report.notes):
            self._wide(vi, "note", 15 * (1 + len(vi) // max(60, sum(one.width for one in sheet.columns))))
        self._lay_out(sheet)

    def _wide(self, words: str, style: str, height: int) -> None:
        """A text over the whole width."""
        text = visible(words, LONGEST)
        if self.width > 1:
            self.page.merge_range(self.row, 0, self.row, self.width - 1, "", self.styles[style])
        self.page.write_string(self.row, 0, text, self.styles[style])
        self.page.set_row(self.row, height)
        self.row += 1

    def _line(self, words: str, style: str) -> None:
        self.page.write_string(self.row, 0, visible(words, LONGEST), self.styles[style])
        self.row += 1

    def _head(self, sheet: Sheet) -> None:
        self.top = self.row
        for cell in headings(sheet.columns):
            self._heading(cell)
        for row in range(sheet.depth):
            self.page.set_row(self.row + row, 48 if row == sheet.depth - 1 else 30)
        self.row += sheet.depth
        if sheet.numbered:
            for column in range(self.width):
                self.page.write_string(self.row, column, f"({column + 1})", self.styles["numbers"])
            self.row += 1

    def _heading(self, cell: Heading) -> None:
        first, last = self.row + cell.row, self.row + cell.row + cell.rows - 1
        if cell.rows * cell.columns > 1:
            end = cell.column + cell.columns - 1
            self.page.merge_range(first, cell.column, last, end, "", self.styles["head"])
        self.page.write_string(first, cell.column, cell.words[0], self.styles["head"])

    def _cells(self, sheet: Sheet, cells: tuple[Cell, ...], apart: str) -> None:
        lines = 1
        for column, cell in enumerate(cells):
            self._cell(column, cell, apart, "figure" if sheet.columns[column].number else "text")
            lines = max(lines, -(-len(shown(cell, "vi")) // sheet.columns[column].width))
        # programs do not all fit a row to a text that is wrapped
        self.page.set_row(self.row, min(409, 16 * lines))
        self.row += 1

    def _cell(self, column: int, cell: Cell, apart: str, words: str) -> None:
        if isinstance(cell, int) and not isinstance(cell, bool):
            self.page.write_number(self.row, column, cell, self.styles[f"{apart}number"])
        elif isinstance(cell, date) and not apart:
            self.page.write_datetime(self.row, column, datetime(cell.year, cell.month, cell.day), self.styles["date"])  # noqa: DTZ001  # a day has no zone
        else:
            text, style = visible(shown(cell, "vi"), LONGEST), self.styles[f"{apart}{words}"]
            write = self.page.write_string if text else self.page.write_blank
            write(self.row, column, text or None, style)

    def _lay_out(self, sheet: Sheet) -> None:
        for column, one in enumerate(sheet.columns):
            self.page.set_column(column, column, one.width)
        head = self.top + sheet.depth + sheet.numbered
        self.page.freeze_panes(head, 0)
        self.page.repeat_rows(self.top, head - 1)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.page.set_footer("&C&P / &N")
