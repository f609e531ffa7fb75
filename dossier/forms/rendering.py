"""A form as bytes: PDF/A by typst, HTML by Jinja; the same form and office give the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2 import Template as Page
from markupsafe import Markup

from dossier.errors import FormFault, FormRefused
from dossier.forms.form import Form
from dossier.forms.office import LABELS, OfficeProfile
from dossier.forms.press import MissingLetters, Press
from dossier.forms.sheet import Sheet, compose

Media = Literal["pdf", "html"]

_LAYOUTS = Path(__file__).parent / "templates"
_press = Press(_LAYOUTS / "layout.typ")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bytes of a form.

    Attributes:
        sha256: of the content, in hexadecimal digits.
        sides: sides of the paper that were printed; a receipt has 2, front and back.
        pages: pages of a PDF, None of HTML, whose printer decides.
        template: name and version of the wording, such as `apology@2`.

    """

    content: bytes
    media_type: str
    sha256: str
    sides: int
    pages: int | None
    template: str


def render(form: Form, office: OfficeProfile, media: Media = "pdf") -> Rendered:
    """Print a form.

    Raises:
        FormRefused: the office lacks what this form prints of it, or a text has letters that the font of the PDF lacks.
        ForkedAfterPrinting: of a PDF, in a process forked from one that printed.
        ValueError: there is no such medium.

    """
    if media not in _MEDIA:
        raise ValueError(f"there is no medium {media!r}; the media are {', '.join(_MEDIA)}")
    sheet = compose(form, office)
    printer, media_type = _MEDIA[media]
    content = printer(sheet, form, office)
    return Rendered(
        content=content,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        sides=len(sheet.sides),
        pages=len(re.findall(rb"/Type ?/Page\b", content)) if media == "pdf" else None,
        template=form.version.template,
    )


def _pdf(sheet: Sheet, form: Form, office: OfficeProfile) -> bytes:
    data = {"sheet": json.dumps(sheet.as_data()), "qr": _qr(sheet.qr)}
    try:
        return _press.pdf(data, form.day)
    except MissingLetters as error:
        raise FormRefused(form.kind, form.version.title, tuple(_holding(error.text, form, office))) from error


def _html(sheet: Sheet, _form: Form, _office: OfficeProfile) -> bytes:
    return _page().render(**sheet.as_data(), qr_image=Markup(_qr(sheet.qr))).encode()  # noqa: S704  # drawn by segno


def _qr(text: str) -> str:
    if not text:
        return ""
    drawing = BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, nl=False, omitsize=True, border=2)
    return drawing.getvalue().decode()


@cache
def _page() -> Page:
    room = Environment(
        loader=FileSystemLoader(_LAYOUTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template("layout.html")


def _holding(text: str, form: Form, office: OfficeProfile) -> Iterator[FormFault]:
    why = f"holds {text!r}, which the font of the form does not have; write it in Latin letters"
    for name, value in form.fields.items():
        if text in json.dumps(value, ensure_ascii=False, default=str):
            yield FormFault(name, form.version.fields[name].vi, why)
    for key, label in LABELS.items():
        if text in (getattr(office, key) or "").upper() + (getattr(office, key) or ""):
            yield FormFault(f"office.{key}", label, why)


_MEDIA: Mapping[str, tuple[Callable[[Sheet, Form, OfficeProfile], bytes], str]] = {
    "pdf": (_pdf, "application/pdf"),
    "html": (_html, "text/html; charset=utf-8"),
}
