"""The names of officers, which stand in no database of ours: a file of the office maps their codes to them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from dossier.errors import MalformedFile
from dossier.strict import Strict, Text, read_file_strictly

_TOML = 'schema = 1, then [officer] "NV-01" = "Nguyễn Văn Mẫu"'
_CSV = "the header code,name, then NV-01,Nguyễn Văn Mẫu"
_HEADER = ["code", "name"]


class _Officers(Strict):
    schema_version: Literal[1] = Field(alias="schema")
    officer: Mapping[Text, Text]


def read_names(path: Path) -> Mapping[str, str]:
    """Read a file of officers: by code, as it stands in the event log, the name.

    Args:
        path: TOML with one table `[officer]`, or CSV with the header `code,name`, told apart by the ending.

    Raises:
        MalformedFile: with the first rule of the format that it breaks.

    """
    if path.suffix.lower() == ".toml":
        return read_file_strictly(_Officers, path, _TOML).officer
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    raise MalformedFile(str(path), "the file", f"its ending is {path.suffix!r}; allowed are .toml and .csv", _TOML)


def _read_csv(path: Path) -> Mapping[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _names(path, csv.reader(file, strict=True))
    except OSError as fault:
        raise MalformedFile(str(path), "the file", fault.strerror or str(fault), _CSV) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        raise MalformedFile(str(path), "the file", str(fault), _CSV) from fault


def _names(path: Path, lines: Iterable[list[str]]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        cells = [text.strip() for text in line]
        why = _fault(number, cells, names)
        if why:
            raise MalformedFile(str(path), f"row {number}", why, _CSV)
        if number > 1:
            names[cells[0]] = cells[1]
    if not names:
        raise MalformedFile(str(path), "the file", "it names nobody", _CSV)
    return names


def _fault(number: int, cells: list[str], known: Mapping[str, str]) -> str | None:
    if number == 1:
        return None if cells == _HEADER else f"the header is {','.join(cells)!r}"
    if len(cells) != len(_HEADER) or not all(cells):
        return f"{','.join(cells)!r} is not one code and one name"
    return f"the code {cells[0]!r} stands there twice" if cells[0] in known else None
