"""A form as it is printed: every text ready, for any medium."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files

from dossier.errors import FormFault, FormRefused
from dossier.forms.form import Form
from dossier.forms.kinds import Version
from dossier.forms.office import LABELS, OfficeProfile
from dossier.forms.schema import Block, Item, Line, Signature, Signatures, Spec, Table, Template
from dossier.forms.values import Value, in_words, printed
from dossier.strict import read_strictly

_NAME = re.compile(r"\{([a-z_.]+)(?::([a-z]+))?\}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The texts of a form, top to bottom.

    Attributes:
        left: who issues, one text a line; the last is printed bold.
        reference: form number and circular, None where no circular has the form.
        qr: what the QR code holds, None where there is none.
        sides: the blocks of each side of the paper, each a mapping with its `type`.

    """

    title: str
    subtitle: str
    reference: str
    left: tuple[str, ...]
    number: str
    place_and_date: str
    landscape: bool
    qr: str
    author: str
    footer: str
    sides: tuple[tuple[Mapping[str, object], ...], ...]

    def as_data(self) -> dict[str, object]:
        """The sheet as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class _Words:
    """What the names in braces stand for: fields of the form, of a row, and `office.` of the office."""

    fields: Mapping[str, Spec]
    values: Mapping[str, Value | None]
    fixed: Mapping[str, str]

    def say(self, text: str | None) -> str:
        """The text with its names filled in; nothing if one of them is empty."""
        if text is None or any(not self._word(*match.groups()) for match in _NAME.finditer(text)):
            return ""
        return _NAME.sub(lambda match: self._word(*match.groups()), text)

    def say_all(self, texts: Iterable[str]) -> list[str]:
        """Each text that has something to say."""
        return [said for text in texts if (said := self.say(text))]

    def _word(self, name: str, style: str | None) -> str:
        if name in self.fixed:
            return self.fixed[name]
        return printed(self.fields[name], self.values.get(name), style or "")


def names(template: Template) -> frozenset[str]:
    """Every field that a template prints; columns of rows as `components.name`."""
    found = set(_NAME.findall(f"{template.qr} {template.subtitle}"))
    for side in template.sides:
        for block in side:
            if isinstance(block, Table):
                cells = " ".join(text for column in block.columns for text in column.cell)
                found |= {(block.table, "")} | {(f"{block.table}.{name}", "") for name, _ in _NAME.findall(cells)}
            else:
                found |= set(_NAME.findall(block.model_dump_json()))
    return frozenset(name for name, _ in found)


@cache
def template(name: str) -> Template:
    """The wording of this name, such as `apology@2`, read once."""
    text = (files("dossier.forms") / "templates" / f"{name}.toml").read_text(encoding="utf-8")
    return read_strictly(Template, text, f"{name}.toml", 'front = [{ line = "Địa chỉ: {address}" }]')


def compose(form: Form, office: OfficeProfile) -> Sheet:
    """Every text of a form.

    Raises:
        FormRefused: the office does not give what this form prints of it.

    """
    _need(form.version, office)
    wording = template(form.version.template)
    words = _Words(form.version.fields, form.fields, {f"office.{key}": getattr(office, key) or "" for key in LABELS})
    return Sheet(
        title=form.version.title,
        subtitle=words.say(wording.subtitle),
        reference=_reference(form.version),
        left=_left(wording, office),
        number=words.say("Số: {number}") if "number" in form.fields else "",
        place_and_date=f"{office.place}, {in_words(form.day, 'long')}",
        landscape=wording.landscape,
        qr=words.say(wording.qr),
        author=office.agency,
        footer=words.say("Mã hồ sơ: {dossier}") if "dossier" in form.fields else "",
        sides=tuple(tuple(_side(side, words)) for side in wording.sides),
    )


def _need(version: Version, office: OfficeProfile) -> None:
    lacking = [key for key in version.office if getattr(office, key) is None]
    if lacking:
        faults = [FormFault(f"office.{key}", LABELS[key], "is missing from the office profile") for key in lacking]
        raise FormRefused(version.kind, version.title, faults)


def _reference(version: Version) -> str:
    return "" if version.number is None else f"Mẫu số {version.number} ({version.circular})"


def _left(wording: Template, office: OfficeProfile) -> tuple[str, ...]:
    above = (office.parent, office.agency) + ((office.unit,) if wording.issuer == "unit" else ())
    return tuple(text.upper() for text in above if text)


def _side(blocks: Iterable[Block], words: _Words) -> Iterator[Mapping[str, object]]:
    number = 0
    for block in blocks:
        if isinstance(block, Table):
            if words.values.get(block.table):
                yield _table(block, words)
        elif isinstance(block, Signatures):
            yield {"type": "signatures", "cells": [_signature(cell, words) for cell in block.signatures]}
        elif texts := words.say_all(_texts(block)):
            number += isinstance(block, Item)
            numbered = [f"{number}. {texts[0]}"] if isinstance(block, Item) else texts
            yield {"type": "line", "texts": numbered, "style": block.style}


def _texts(block: Line | Item) -> tuple[str, ...]:
    return block.line if isinstance(block, Line) else (block.item,)


def _table(block: Table, words: _Words) -> Mapping[str, object]:
    rows = words.values[block.table]
    assert isinstance(rows, tuple)  # noqa: S101  # a table is of a field of rows; a test reads every template
    fields = words.fields[block.table].columns
    return {
        "type": "table",
        "head": [column.head for column in block.columns],
        "widths": [column.width for column in block.columns],
        "aligns": [column.align for column in block.columns],
        "rows": [_cells(block, _row(words, fields, row, number)) for number, row in enumerate(rows, start=1)],
    }


def _row(words: _Words, fields: Mapping[str, Spec], row: Mapping[str, Value | None], number: int) -> _Words:
    return replace(words, fields=fields, values=row, fixed={**words.fixed, "no": str(number)})


def _cells(block: Table, words: _Words) -> list[str]:
    return ["\n".join(words.say_all(column.cell)) for column in block.columns]


def _signature(cell: Signature, words: _Words) -> Mapping[str, object]:
    return {
        "title": words.say(cell.title),
        "note": words.say(cell.note),
        "name": words.say(cell.name),
        "lines": words.say_all(cell.lines),
    }
