"""How the number of an issued form is written: a pattern and a mark for each kind, as data of the office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from dossier.stores.register import Place
from dossier.strict import Strict, read_file_strictly, read_strictly, shipped

_NAME = "numbering.toml"
_EXAMPLE = 'pattern = "{number}/{year}/{mark}", [mark] receipt = "TNHS"'
_PARTS = ("number", "year", "mark")
_PART = re.compile(r"\{([a-z]+)(?::0[1-9])?\}")


def _unambiguous(pattern: str) -> str:
    if sorted(_PART.findall(pattern)) != sorted(_PARTS) or set("{}") & set(_PART.sub("", pattern)):
        raise ValueError("it needs {number}, {year} and {mark}, each once, and no other braces")
    if re.search(r"\{(?:year|mark):", pattern):
        raise ValueError("only {number} takes zeros in front, as {number:03}")
    return pattern


class Numbering(Strict):
    """How numbers are written; no two forms of an office have the same.

    >>> Numbering.shipped().text(Place("H32.08", 2026, "receipt", 12))
    '12/2026/TNHS'
    """

    schema_version: Literal[1] = Field(alias="schema")
    pattern: Annotated[str, AfterValidator(_unambiguous)]
    mark: Mapping[str, Annotated[str, Field(pattern=r"^[^\d\s{}]+$", max_length=20)]]

    @model_validator(mode="after")
    def _one_mark_each(self) -> Self:
        if len(set(self.mark.values())) != len(self.mark):
            raise ValueError("two kinds of form have the same mark")
        return self

    @classmethod
    def load(cls, path: Path) -> Numbering:
        """Read a file of an office.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_file_strictly(cls, path, _EXAMPLE)

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Numbering:
        """Read the text of a file; raises as `load` does."""
        return read_strictly(cls, text, name, _EXAMPLE)

    @classmethod
    def shipped(cls) -> Numbering:
        """The numbering that comes with the package; practice, not verified. Read once."""
        return _shipped()

    def text(self, place: Place) -> str:
        """The number as it is printed."""
        return self.pattern.format(number=place.number, year=place.year, mark=self.mark[place.kind])


@cache
def _shipped() -> Numbering:
    return Numbering.loads(shipped(_NAME))
