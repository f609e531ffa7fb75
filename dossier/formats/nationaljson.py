"""National records in JSON: a list, or one object a line, with the steps of each within it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import polars as pl

from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable
from dossier.formats.source import BOM, Format, check_text, read_bytes
from dossier.formats.table import FILE, LINE

STEPS, RESULTS = "TienTrinhXuLy", "DanhSachGiayToKetQua"
"""The lists of a record that are read: the steps, and the results."""

RESULT = "GiayToId"
NO_RESULT = "\0none"
"""What stands for the result of a record whose list of results is empty."""

STEP = "\0step"
"""The number of a step within its record, from 1."""

_ALLOWED = 'a list of objects, or one object a line, as {"MaHoSo": "H1", "NgayTiepNhan": "20260601140000"}'
Object = dict[str, object]


@dataclass
class Cells:
    """Objects as columns of text; every object has all columns."""

    names: tuple[str, ...]
    file: str
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    steps: list[int | None] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def frame(self) -> pl.DataFrame:
        """The columns that were seen, with `LINE`, `FILE` and `STEP`."""
        seen = (name for name in self.names if name in self.seen)
        kept = [pl.Series(name, self.columns.get(name, []), dtype=pl.String) for name in seen]
        place = [pl.Series(LINE, self.lines, dtype=pl.UInt32), pl.Series(STEP, self.steps, dtype=pl.UInt32)]
        return pl.DataFrame([*place, *kept]).with_columns(pl.lit(self.file).alias(FILE))


@dataclass
class Records:
    """What a file of national records holds.

    Attributes:
        dossiers: the cells of the records.
        steps: the cells of the steps within them.
        faults: cells that could not be read.
        unused: names of the fields that are not read.

    """

    dossiers: Cells
    steps: Cells
    faults: list[Unreadable] = field(default_factory=list)
    unused: dict[str, None] = field(default_factory=dict)

    def take(self, line: int, found: Object, *, code: str = "MaHoSo") -> None:
        """A record and its steps."""
        dossier = found.get(code)
        owner = dossier if isinstance(dossier, str) else None
        self._cells(self.dossiers, line, None, found, owner)
        listed = found.get(STEPS)
        if listed is None:
            return
        self.steps.seen.add(code)
        for number, step in enumerate(listed if isinstance(listed, list) else [listed], 1):
            if isinstance(step, dict):
                self._cells(self.steps, line, number, {**step, code: owner}, owner)
            else:
                self.fault(owner, line, f"{STEPS}[{number}]", step, "a step that is no object")

    def _cells(self, cells: Cells, line: int, number: int | None, found: Object, owner: str | None) -> None:
        cells.lines.append(line)
        cells.steps.append(number)
        for name in cells.names:
            text = self._text(line, number, name, found, owner)
            cells.columns.setdefault(name, []).append(text)
        cells.seen.update(name for name in cells.names if name in found)
        if RESULTS in found:
            cells.seen.add(RESULT)
        known = {*cells.names, STEPS, RESULTS}
        self.unused |= dict.fromkeys(name for name in found if name not in known)

    def _text(self, line: int, number: int | None, name: str, found: Object, owner: str | None) -> str | None:
        value = _result(found) if name == RESULT else found.get(name)
        if value is None or (isinstance(value, str) and _is_whole(value)):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str) and value == NO_RESULT:
            return value
        column = name if number is None else f"{STEPS}[{number}].{name}"
        why = "half a Unicode character or a NUL" if isinstance(value, str) else "neither text nor number"
        self.fault(owner, line, column, value, f"{why}; write a text")
        return None

    def fault(self, owner: str | None, line: int, column: str, value: object, reason: str) -> None:
        """Keep a cell that could not be read."""
        shown = (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "backslashreplace").decode()
        whole = owner if owner is None or _is_whole(owner) else None
        self.faults.append(Unreadable(whole, line, column, shown, reason, self.dossiers.file))


def _result(found: Object) -> object:
    listed = found.get(RESULTS)
    if not isinstance(listed, list):
        return found.get(RESULT)
    ids = [item.get(RESULT) for item in listed if isinstance(item, dict)]
    return next((code for code in ids if code), None) if listed else NO_RESULT


def _is_whole(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def read_records(path: Path, names: Iterable[str], steps: Iterable[str]) -> Records:
    """Read records with the steps within them, each field as text and numbers digit by digit.

    Args:
        path: the file, .json or .jsonl, plain or .gz.
        names: fields of a record that are read; nothing else is kept of it.
        steps: fields of a step that are read.

    Raises:
        LogError: no JSON.

    """
    found = Records(Cells(tuple(names), path.name), Cells(tuple(steps), path.name))
    for line, item in _objects(path):
        if isinstance(item, dict):
            found.take(line, item)
        else:
            found.fault(None, line, "", item, "no object; a record is one")
    return found


def _objects(path: Path) -> Iterator[tuple[int, object]]:
    kind = Format.of(path)
    data = read_bytes(path, packed=kind.packed)
    check_text(path, data, lines=kind.name == "jsonl")
    text = data.removeprefix(BOM).decode()
    if kind.name == "jsonl":
        for number, line in enumerate(text.rstrip("\r\n").split("\n"), 1):
            yield number, _parsed(path, line, number)
        return
    found = _parsed(path, text, None)
    yield from enumerate(found if isinstance(found, list) else [found], 1)


def _parsed(path: Path, text: str, number: int | None) -> object:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse(path, number or error.lineno, f"no JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        _refuse(path, number or 1, "values nested without end")
    except ValueError as error:
        _refuse(path, number or 1, str(error))


def _refuse(path: Path, line: int, found: str) -> NoReturn:
    remedy = "correct it or export the records again; nothing of the file was used"
    raise LogError(path, f"line {line}", found=found, allowed=_ALLOWED, remedy=remedy)


def _object(pairs: list[tuple[str, object]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_constant)
