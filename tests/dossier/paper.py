"""Stories of forms, and what can be read on the paper they are printed on."""

from __future__ import annotations

import io
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from dossier.forms import Form, OfficeProfile, fill

FOLDER = Path(__file__).parents[1] / "stories"
STORIES = {
    path.stem.removeprefix("form-"): tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("form-*.toml"))
    if path.stem != "form-office"
}
OFFICE = OfficeProfile.loads((FOLDER / "form-office.toml").read_text(encoding="utf-8"))


def filled(story: str, **fields: Any) -> Form:
    """The form of a story, with some fields changed."""
    told = STORIES[story]
    return fill(told["kind"], told["fields"] | fields, on=told["on"])


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF, without spaces (lines break anywhere) and without page numbers."""
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return [squeezed(re.sub(r"(Mã hồ sơ: \S+ )?Trang \d+/\d+", "", text)) for text in texts]


def squeezed(text: str) -> str:
    """The text without spaces."""
    return "".join(text.split())


class _Sections(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.sections = 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"style", "title"}
        if ("class", "back") in attrs:
            self.sections.append("")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.sections[-1] += data


def sections(content: bytes) -> list[str]:
    """The text of each side of an HTML form, without spaces."""
    parser = _Sections()
    parser.feed(content.decode())
    return [squeezed(text) for text in parser.sections]
