"""Reading a TOML file of the package or of an office strictly: the first fault, with file, key and a good example."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calendars.files import read_toml
from dossier.errors import MalformedFile

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Strict(BaseModel):
    """A table that refuses keys it does not know and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


FileT = TypeVar("FileT", bound=Strict)


def read_strictly(model: type[FileT], text: str, name: str, example: str) -> FileT:
    """The text of a file as its model.

    Raises:
        MalformedFile: with the first rule of the format that it breaks.

    """
    try:
        return model.model_validate(read_toml(text))
    except tomllib.TOMLDecodeError as fault:
        raise MalformedFile(name, "the file", str(fault), example) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise MalformedFile(name, key, first["msg"].removeprefix("Value error, "), example) from fault


def read_file_strictly(model: type[FileT], path: Path, example: str) -> FileT:
    """A file as its model; raises as `read_strictly` does, for a file that cannot be read, too."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise MalformedFile(str(path), "the file", fault.strerror or str(fault), example) from fault
    except UnicodeDecodeError as fault:
        raise MalformedFile(str(path), "the file", f"byte {fault.start + 1} is not UTF-8", example) from fault
    return read_strictly(model, text, str(path), example)


def shipped(name: str) -> str:
    """The text of a data file that comes with the package."""
    return (files("dossier") / "data" / name).read_text(encoding="utf-8")
