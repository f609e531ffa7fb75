"""PDF/A by typst: a layout and data as JSON; the same data and day give the same bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from pathlib import Path
from threading import Lock

import typst

from dossier.errors import ForkedAfterPrinting

_MISSING_GLYPH = re.compile(r'the text `"(.+)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_lock = Lock()  # a typst compiler serves one thread at a time


class MissingLetters(Exception):  # noqa: N818  # named for what was found
    """The font of the layout cannot print `text`."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"the font cannot print {text!r}")


class Press:
    """Prints one layout; the fonts are those that typst carries, so that every machine prints the same.

    Args:
        layout: a file of typst, which reads its data from `sys.inputs` and never as markup.

    """

    def __init__(self, layout: Path) -> None:
        self._layout = layout

    def pdf(self, data: Mapping[str, str], day: date) -> bytes:
        """Print; `day` is the date that the file bears.

        Raises:
            MissingLetters: the font lacks letters of the data.
            ForkedAfterPrinting: in a process forked from one that printed.

        """
        if _first_used_in() != os.getpid():
            raise ForkedAfterPrinting
        stamp = datetime.combine(day, time(), UTC)
        try:
            with _lock:
                made = self._compiler.compile(
                    format="pdf", sys_inputs=dict(data), timestamp=stamp, pdf_standards="a-2a"
                )
        except typst.TypstError as error:
            if missing := _MISSING_GLYPH.search(error.message):
                raise MissingLetters(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), missing[1])) from error
            raise
        assert isinstance(made, bytes)  # noqa: S101  # one PDF is one piece of bytes
        return made

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(self._layout, root=self._layout.parent, ignore_system_fonts=True)


@cache
def _first_used_in() -> int:
    return os.getpid()
