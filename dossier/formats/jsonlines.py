"""JSON Lines: one object a line, the columns are the union of all keys over all lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import NoReturn

import polars as pl
from pydantic_core import from_json

from dossier.formats.delimited import check_names
from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable
from dossier.formats.source import BOM

_OBJECT = 'one JSON object a line, as {"dossier": "H1", "event": "received", "at": "2024-03-05T10:00+07:00"}'
_VALUES = "text, numbers, true, false and null, each key once"
Cells = dict[str, str | None]
_BATCH = 100_000
_PROBE = 100_000  # bytes that tell whether the rest is worth a try


class _Refused(ValueError):  # noqa: N818  # named for what happened
    """What is wrong with an object; the line is added by the caller."""


def read_jsonl(path: Path, data: bytes) -> tuple[pl.DataFrame, list[Unreadable]]:
    """All values as text, numbers digit by digit; cells that are no Unicode text are returned as faults.

    Raises:
        LogError: a line that is no flat JSON object.

    """
    data = data.removeprefix(BOM).rstrip(b"\r\n")
    written = _as_written(data)
    if written is not None:
        return written, []
    lines = data.split(b"\n")
    keys: dict[str, None] = {}
    frames: list[pl.DataFrame] = []
    faults: list[Unreadable] = []
    for start in range(0, len(lines), _BATCH):
        rows = [
            _read_line(path, number, line, faults)
            for number, line in enumerate(lines[start : start + _BATCH], start + 1)
        ]
        for row in rows:
            if not row.keys() <= keys.keys():
                keys |= dict.fromkeys(row)
        frames.append(pl.DataFrame(rows, schema=dict.fromkeys(keys, pl.String)))
    names = [key.strip() for key in keys]
    check_names(path, names, "all lines")
    frame = pl.concat(frames, how="diagonal")
    frame.columns = names
    return frame, faults


def _as_written(data: bytes) -> pl.DataFrame | None:
    """The frame whose JSON Lines these are byte by byte, as `write_log` writes them; None where there is none.

    polars alone would lose keys, digits and repeated keys; what it writes back as it stood has lost nothing.
    """
    probe = data[: data.find(b"\n", _PROBE) + 1] or data
    frame = _as_polars_reads(probe)
    if frame is None or probe is data:
        return frame
    return _as_polars_reads(data)


def _as_polars_reads(data: bytes) -> pl.DataFrame | None:
    buffer = io.BytesIO()
    try:
        keys = from_json(data[: data.find(b"\n") + 1] or data)
        frame = pl.read_ndjson(data, schema=dict.fromkeys(keys, pl.String)) if type(keys) is dict and keys else None
        if frame is None or any(key != key.strip() or not key for key in keys):
            return None
        frame.write_ndjson(buffer)
    except (ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    return frame if buffer.getvalue().rstrip(b"\n") == data.rstrip(b"\n") else None


def _read_line(path: Path, number: int, line: bytes, faults: list[Unreadable]) -> Cells:
    cells = _plain(line)
    if cells is None:
        cells = _exact(path, number, line)
        faults += _make_text(path, number, cells)
    if not cells:
        _refuse(path, f"line {number}", "an object without a key")
    return cells


def _plain(line: bytes) -> Cells | None:
    """The object of a line that holds only text, true, false and null; None if it takes the exact reader to tell.

    A repeated key or an escaped quote leaves more quotes in the line than its keys and texts account for.
    """
    try:
        cells = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    if type(cells) is not dict:
        return None
    quotes = 2 * len(cells)
    for key, value in cells.items():
        if type(value) is str:
            quotes += 2
        elif value is True or value is False:
            cells[key] = "true" if value else "false"
        elif value is not None:
            return None
    return cells if line.count(b'"') == quotes else None


def _exact(path: Path, number: int, line: bytes) -> Cells:
    try:
        found = _DECODER.decode(line.decode())
    except json.JSONDecodeError as error:
        _refuse(
            path, f"line {number}, column {error.colno}", f"no JSON: {error.msg}" if line.strip() else "a blank line"
        )
    except _Refused as error:
        _refuse(path, f"line {number}", str(error))
    except RecursionError:
        _refuse(path, f"line {number}", "values nested without end")
    if not isinstance(found, dict):
        _refuse(path, f"line {number}", f"a JSON {_JSON_TYPES.get(type(found), 'number')}, not an object")
    return found


def _refuse(path: Path, place: str, found: str) -> NoReturn:
    raise LogError(
        path,
        place,
        found=found,
        allowed=f"{_OBJECT}; {_VALUES}",
        remedy="correct the line or export the log again; nothing of the file was used",
    )


def _object(pairs: list[tuple[str, object]]) -> Cells:
    cells = {key: value if type(value) is str else _scalar(key, value) for key, value in pairs}
    if len(cells) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Refused(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return cells


def _scalar(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _Refused(f"the key {key!r} holds {'a list' if isinstance(value, list) else 'an object'}")


def _constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_constant, strict=True
)
_JSON_TYPES: dict[type, str] = {list: "list", bool: "true or false", type(None): "null", str: "text or number"}


def _make_text(path: Path, number: int, cells: Cells) -> list[Unreadable]:
    """Write lone surrogates out as escapes, in place, and say so."""
    faults = []
    for key, value in cells.items():
        if not _encodes(key):
            _refuse(path, f"line {number}", f"the key {key!r} is no Unicode text")
        if value is not None and not _encodes(value):
            cells[key] = shown = value.encode("utf-8", "backslashreplace").decode()
            faults.append(
                Unreadable(None, number, key, shown, "half a Unicode character (a lone surrogate); export it")
            )
    return faults


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
