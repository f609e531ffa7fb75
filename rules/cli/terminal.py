"""Tables on a terminal: wide where they go into a file, and harmless whatever a database holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

WIDTH = 160
"""Columns where there is no terminal to measure."""


def show(*parts: RenderableType) -> None:
    """Print tables and texts."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    console.width = console.width if console.is_terminal else WIDTH
    for part in parts:
        console.print(part)


def cell(text: object, style: str = "") -> Text:
    """A text from outside: without markup, and with characters that hide or reorder others spelled out."""
    from rich.text import Text

    from rules.display import visible

    return Text("–" if text in {None, ""} else visible(str(text)), style)


def table(*columns: str, rows: Sequence[Sequence[object]], title: str | None = None, first_whole: bool = True) -> Table:
    """A table of texts; the first column, where codes stand, is not broken into lines."""
    from rich.table import Table
    from rich.text import Text

    made = Table(*columns, title=None if title is None else cell(title), title_justify="left")
    made.columns[0].no_wrap = first_whole
    for row in rows:
        made.add_row(*(one if isinstance(one, Text) else cell(one) for one in row))
    return made
