"""What the files of this room may say: fields and forms (`data/forms.toml`), wording (`templates/*.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dossier.strict import Strict, Text


def _as_tuple(found: object) -> object:
    return tuple(found) if isinstance(found, list) else found


def _some(found: object) -> object:
    return (found,) if isinstance(found, str) else _as_tuple(found)


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]
OneOrMore = Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_some)]
Style = Literal["plain", "bold", "italic", "center", "heading"]
Type = Literal["text", "code", "count", "date", "moment", "appointment", "choice", "rows"]


class Spec(Strict):
    """One field of a form: its Vietnamese label, its type, and what the type needs.

    Attributes:
        vi: the label, as the form prints it.
        type: `code` is text on one line; `moment` an aware datetime; `appointment` a date or a moment.
        optional: of a column only: the cell may be empty. Whether a field may be, its version says.
        choices: of a `choice`: value = printed text.
        columns: of `rows`: the cells of one row.

    """

    vi: Text
    type: Type
    optional: bool = False
    choices: Mapping[str, Text] = {}
    columns: Mapping[str, Spec] = {}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name, needed in (("choices", self.type == "choice"), ("columns", self.type == "rows")):
            if bool(getattr(self, name)) != needed:
                raise ValueError(f"the type {self.type!r} {'needs' if needed else 'takes no'} {name}")
        return self


class VersionTable(Strict):
    """A form as it stands between two days, both included."""

    in_force_from: date
    in_force_to: date | None = None
    circular: Text | None = None
    number: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    title: Text
    citation: Text
    note: Text
    template: Annotated[str, Field(pattern=r"^[a-z_]+@[1-9]\d*$")]
    mandatory: Texts
    optional: Texts = ()
    office: Texts = ()

    @model_validator(mode="after")
    def _numbered_by_a_circular(self) -> Self:
        if (self.circular is None) != (self.number is None):
            raise ValueError("a form number stands with its circular, or neither is given")
        return self


class FormTable(Strict):
    """One kind of form with its versions, oldest first."""

    commands: Texts = ()
    versions: Annotated[tuple[VersionTable, ...], Field(alias="version", min_length=1), BeforeValidator(_as_tuple)]


class FormsFile(Strict):
    """The whole of `data/forms.toml`."""

    schema_version: Literal[1] = Field(alias="schema")
    field: Mapping[str, Spec]
    form: Mapping[str, FormTable]


class Line(Strict):
    """One line, or several texts side by side; a text with an empty field in it is left out."""

    line: OneOrMore
    style: Style = "plain"


class Item(Strict):
    """A numbered line; numbers follow what is printed."""

    item: Text
    style: Style = "plain"


class Column(Strict):
    """A column of a table; `{no}` in a cell is the number of the row, no text is room to sign."""

    head: Text
    cell: Annotated[Texts, BeforeValidator(_some)]
    width: Annotated[int, Field(gt=0)]
    align: Literal["left", "center"] = "left"


class Table(Strict):
    """A table with one row for each row of a field."""

    table: Text
    columns: Annotated[tuple[Column, ...], Field(min_length=1), BeforeValidator(_as_tuple)]


class Signature(Strict):
    """A place to sign, or (with `lines`) the recipients beside it."""

    title: Text
    note: Text | None = None
    name: Text | None = None
    lines: Texts = ()


class Signatures(Strict):
    """Places to sign, side by side."""

    signatures: Annotated[tuple[Signature, ...], Field(min_length=1), BeforeValidator(_as_tuple)]


Block = Line | Item | Table | Signatures
Blocks = Annotated[tuple[Block, ...], Field(min_length=1), BeforeValidator(_as_tuple)]


class Template(Strict):
    """The wording of a form, top to bottom; a name in braces is a field, `office.` before it one of the office."""

    issuer: Literal["unit", "agency"]
    landscape: bool = False
    qr: Text | None = None
    subtitle: Text | None = None
    front: Blocks
    back: Blocks | None = None

    @property
    def sides(self) -> tuple[tuple[Block, ...], ...]:
        """The sides of the paper: the front, and the back where there is one."""
        return (self.front,) if self.back is None else (self.front, self.back)
