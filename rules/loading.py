"""Reading a TOML file of the law strictly: the first fault, with file, key and a good example."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from dossier.errors import MalformedFile
from dossier.strict import Strict, read_file_strictly, read_strictly
from rules.errors import MalformedRules

FileT = TypeVar("FileT", bound=Strict)


def read_law(model: type[FileT], text: str, name: str, example: str) -> FileT:
    """The text of a file as its model.

    Raises:
        MalformedRules: with the first rule of the format that it breaks.

    """
    try:
        return read_strictly(model, text, name, example)
    except MalformedFile as fault:
        raise MalformedRules(fault.file, fault.key, fault.rule, fault.example) from fault


def read_law_file(model: type[FileT], path: Path, example: str) -> FileT:
    """A file as its model; raises as `read_law` does, for a file that cannot be read, too."""
    try:
        return read_file_strictly(model, path, example)
    except MalformedFile as fault:
        raise MalformedRules(fault.file, fault.key, fault.rule, fault.example) from fault


def shipped_law(name: str) -> str:
    """The text of a data file of the law that comes with the package."""
    return (files("rules") / "data" / name).read_text(encoding="utf-8")
