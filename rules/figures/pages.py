"""Reports as one HTML page: at a glance on a screen, on A4 on paper; it asks nothing from outside itself."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from calendars.files import replace_file
from rules.display import both, visible
from rules.figures.charts import OUTCOMES
from rules.figures.sheets import Cell, Column, Heading, Report, Sheet, Words, headings, shown
from rules.templating import TEMPLATES, template

MOST_ROWS = 200
"""Of a table on a page; a workbook holds all."""


def render(report: Report) -> str:
    """The page of a report."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _template().render(report=report, style=style, policy=policy)


def write_html(report: Report, path: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        OSError: the folder does not exist or cannot be written.

    """
    replace_file(path, [render(report).encode()])


def _rows(sheet: Sheet) -> list[list[Heading]]:
    """The heading by rows."""
    cells = list(headings(sheet.columns))
    return [[cell for cell in cells if cell.row == row] for row in range(sheet.depth)]


def _widths(sheet: Sheet) -> list[int]:
    """The columns' parts of the width, in per cent."""
    whole = sum(column.width for column in sheet.columns)
    return [round(100 * column.width / whole) for column in sheet.columns]


def _cell(cell: Cell) -> Markup:
    return both(*(shown(cell, language).replace(" %", "%") for language in ("vi", "en")))


def _words(words: str | Words) -> Markup:
    return both(words, words) if isinstance(words, str) else both(*words)


def _number(column: Column) -> str:
    return "num" if column.number else ""


@cache
def _style() -> Markup:
    texts = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "figures.css"))
    return Markup("".join(texts))  # noqa: S704  # files of this package


@cache
def _template() -> Template:
    return template(
        "figures.html.j2",
        rows_of=_rows, widths=_widths,
        words=_words, cell=_cell, kind=_number, short=visible, most=MOST_ROWS, t=both, outcomes=OUTCOMES,
    )  # fmt: skip
