"""Workbooks (XLSX): the cells of one sheet as they stand in the file; nothing in it is computed, run or followed.

Read with the XML parser of Python, row by row: a workbook that claims a million columns or strings costs only what it
really holds. Formulas give the value that was last computed, macros and links are not looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from dossier.formats.errors import LogError
from dossier.formats.packed import Attributes, Refused, local, parse
from dossier.formats.source import LINE_LIMIT

ROWS, COLUMNS = 1_048_576, 16_384
"""The size of a sheet, by the format."""

_PACKED = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0"
_WHOLE = "a whole workbook of type .xlsx"
_AGAIN = "save it again as .xlsx, or save the sheet as CSV UTF-8; nothing of it was used"
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_BUILT_IN_DATES = {
    **dict.fromkeys((14, 15, 16, 17), "date"),
    **dict.fromkeys((18, 19, 20, 21, 22, 45, 46, 47), "moment"),
}
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@dataclass(frozen=True)
class Odd:
    """A cell that is no plain text: a number, a number shown as date or moment, an error, a formula without value."""

    row: int
    column: int
    kind: str


@dataclass
class Sheet:
    """The cells of a sheet.

    Attributes:
        name: of the sheet.
        rows: number of the row in the sheet, from 1, to its cells; rows without a cell are not there.
        odd: the cells that are no plain text.
        formulas: how many cells are formulas.
        merged: ranges of merged cells: first row, first column, last row, last column, from 1.
        since_1904: whether days are counted from 1904 and not from 1900.

    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    odd: list[Odd] = field(default_factory=list)
    formulas: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    since_1904: bool = False


@dataclass(frozen=True)
class Workbook:
    """An open workbook.

    Attributes:
        sheets: name of each sheet to its part, in their order.
        hidden: names of the sheets that are not shown.

    """

    path: Path
    archive: zipfile.ZipFile
    sheets: Mapping[str, str]
    hidden: frozenset[str]
    since_1904: bool

    def sheet(self, name: str) -> Sheet:
        """The cells of a sheet.

        Raises:
            LogError: the sheet is damaged.

        """
        with _told(self.path, f"sheet {name!r}"):
            styles, strings = _styles(self.archive), _strings(self.archive)
            reader = _SheetReader(Sheet(name, since_1904=self.since_1904), strings, styles)
            parse(self.archive, self.sheets[name], reader.start, reader.end, reader.text)
            return reader.sheet


def open_workbook(path: Path, data: bytes) -> Workbook:
    """Open a workbook and find its sheets.

    Raises:
        LogError: no workbook, an old or encrypted one, a damaged one.

    """
    if not data.startswith(_PACKED):
        old = "an old workbook (.xls) or one with a password" if data.startswith(_OLD) else "no workbook"
        raise LogError(path, "byte 0", found=old, allowed=_WHOLE, remedy=_AGAIN)
    with _told(path, ""):
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = _Parts()
        parse(archive, "xl/_rels/workbook.xml.rels", parts.start)
        parse(archive, "xl/workbook.xml", parts.start)
        if not parts.sheets:
            raise Refused("it has no sheet")
        return Workbook(path, archive, parts.sheets, frozenset(parts.hidden), parts.since_1904)


class _told:  # noqa: N801  # read as a sentence: with _told(path, place)
    """Turns what may go wrong in a workbook into a `LogError`."""

    def __init__(self, path: Path, place: str) -> None:
        self.path, self.place = path, place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        known = (Refused, zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError)
        if isinstance(error, (*known, LookupError, RuntimeError, NotImplementedError, UnicodeError, ValueError)):
            what = str(error) or type(error).__name__
            if isinstance(error, RuntimeError) and "password" in what:
                what = "it has a password"
            found = what if isinstance(error, Refused) else f"it is damaged or no workbook ({what})"
            raise LogError(self.path, self.place, found=found, allowed=_WHOLE, remedy=_AGAIN) from error


class _Parts:
    """The sheets that a workbook names, with the parts that hold them."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.sheets: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.since_1904 = False

    def start(self, name: str, found: Attributes) -> None:
        kind = local(name)
        if kind == "Relationship" and found.get("Type", "").endswith("/worksheet"):
            target = found["Target"]
            self.targets[found["Id"]] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        elif kind == "workbookPr":
            self.since_1904 = found.get("date1904") in {"1", "true"}
        elif kind == "sheet":
            self._sheet(found)

    def _sheet(self, found: Attributes) -> None:
        link = next((value for key, value in found.items() if local(key) == "id"), "")
        if link in self.targets:
            self.sheets[found["name"]] = self.targets[link]
            if found.get("state", "visible") != "visible":
                self.hidden.add(found["name"])


def _styles(archive: zipfile.ZipFile) -> list[str]:
    """What each style makes of a number: `number`, `date` or `moment`."""
    kinds: list[str] = []
    formats: dict[int, str] = dict(_BUILT_IN_DATES)
    inside = [False]

    def start(name: str, found: Attributes) -> None:
        kind = local(name)
        if kind == "numFmt":
            formats[int(found["numFmtId"])] = _shown_as(found["formatCode"])
        elif kind == "cellXfs":
            inside[0] = True
        elif kind == "xf" and inside[0]:
            kinds.append(formats.get(int(found.get("numFmtId", "0")), "number"))

    def end(name: str) -> None:
        inside[0] = inside[0] and local(name) != "cellXfs"

    if "xl/styles.xml" in archive.namelist():
        parse(archive, "xl/styles.xml", start, end)
    return kinds


def _shown_as(code: str) -> str:
    """What a format shows.

    >>> _shown_as("dd/mm/yyyy hh:mm"), _shown_as("dd/mm/yyyy"), _shown_as('0.00" đ"')
    ('moment', 'date', 'number')
    """
    shown = _NOT_SHOWN.sub("", code.lower()).replace("general", "")
    if re.search(r"[hs]", shown):
        return "moment"
    return "date" if re.search(r"[ymd]", shown) else "number"


def _strings(archive: zipfile.ZipFile) -> list[str]:
    """The shared texts; the reading aids of East Asian texts (rPh) are no part of them."""
    found: list[str] = []
    pieces: list[str] = []
    state = {"taken": False, "aid": False}

    def start(name: str, _found: Attributes) -> None:
        kind = local(name)
        if kind == "si":
            pieces.clear()
        elif kind == "rPh":
            state["aid"] = True
        state["taken"] = kind == "t" and not state["aid"]

    def end(name: str) -> None:
        kind = local(name)
        state["taken"] = False
        if kind == "rPh":
            state["aid"] = False
        elif kind == "si":
            found.append(_unescaped("".join(pieces)))

    def text(piece: str) -> None:
        if state["taken"]:
            pieces.append(piece)

    if "xl/sharedStrings.xml" in archive.namelist():
        parse(archive, "xl/sharedStrings.xml", start, end, text)
    return found


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    r"""Characters that XML cannot hold are written as _xHHHH_.

    >>> _unescaped("a_x0007_b"), _unescaped("_x005F_x0007_")
    ('a\x07b', '_x0007_')
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _SheetReader:
    """A walk over the XML of a sheet."""

    def __init__(self, sheet: Sheet, strings: list[str], styles: list[str]) -> None:
        self.sheet, self.strings, self.styles = sheet, strings, styles
        self.row = self.column = 0
        self.cells: dict[int, str] = {}
        self.kind = self.style = self.digits = ""
        self.formula = self.taken = self.aid = False
        self.pieces: list[str] = []
        self.letters: dict[str, int] = {}

    def start(self, name: str, found: Attributes) -> None:
        kind = local(name) if ":" in name else name
        if kind == "c":
            self._place(found)
            self.kind, self.style = found.get("t", "n"), found.get("s", "")
            self.formula = False
            self.pieces.clear()
        elif kind in {"v", "t"}:
            self.taken = not self.aid
        elif kind == "row":
            self._row(found)
        elif kind == "f":
            self.formula = True
        elif kind == "rPh":
            self.aid = True
        elif kind == "mergeCell":
            self._merge(found["ref"])

    def end(self, name: str) -> None:
        kind = local(name) if ":" in name else name
        if kind == "c":
            self._cell("".join(self.pieces))
        elif kind in {"v", "t"}:
            self.taken = False
        elif kind == "rPh":
            self.aid = False

    def text(self, piece: str) -> None:
        if self.taken:
            self.pieces.append(piece)

    def _row(self, found: Attributes) -> None:
        row = int(found["r"]) if "r" in found else self.row + 1
        if not self.row < row <= ROWS:
            raise Refused(f"row {row} stands after row {self.row}")
        self.row, self.column, self.cells, self.digits = row, 0, {}, str(row)

    def _place(self, found: Attributes) -> None:
        reference = found.get("r")
        if reference is None:
            column = self.column + 1
        elif reference.endswith(self.digits) and (known := self.letters.get(reference[: -len(self.digits)])):
            column = known
        else:
            row, column = self._read(reference)
            if row != self.row:
                raise Refused(f"the cell {reference[:20]} stands in row {self.row}")
        if not self.column < column <= COLUMNS:
            raise Refused(f"a cell of column {column} stands after column {self.column} in row {self.row}")
        self.column = column

    def _read(self, reference: str) -> tuple[int, int]:
        parts = _CELL.fullmatch(reference)
        if parts is None:
            raise Refused(f"{reference[:20]!r} is no cell")
        letters = parts[1]
        if letters not in self.letters:
            self.letters[letters] = _number(letters)
        return int(parts[2]), self.letters[letters]

    def _cell(self, text: str) -> None:
        self.sheet.formulas += self.formula
        if self.kind == "s" and text:
            text = self._shared(text)
        elif self.kind in {"inlineStr", "str"}:
            text = _unescaped(text)
        elif self.kind == "b":
            text = {"1": "true", "0": "false"}.get(text, text)
        elif self.kind == "e" or (text and self.kind == "n"):
            self._odd("error" if self.kind == "e" else self._shown())
        if not text and self.formula and self.kind != "str":
            text = "="
            self._odd("formula")
        if text:
            self._keep(text)

    def _keep(self, text: str) -> None:
        if len(text) > LINE_LIMIT:
            raise Refused(f"a cell of row {self.row} is longer than {LINE_LIMIT} characters")
        if not self.cells:
            self.sheet.rows[self.row] = self.cells
        self.cells[self.column] = text

    def _shared(self, text: str) -> str:
        if not (text.isascii() and text.isdigit() and int(text) < len(self.strings)):
            raise Refused(f"a cell of row {self.row} names the shared text {text[:20]!r}, which is not there")
        return self.strings[int(text)]

    def _shown(self) -> str:
        if not self.style:
            return "number"
        number = int(self.style)
        return self.styles[number] if 0 <= number < len(self.styles) else "number"

    def _odd(self, kind: str) -> None:
        self.sheet.odd.append(Odd(self.row, self.column, kind))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        self.sheet.merged.append((*self._read(first), *self._read(last or first)))


def _number(letters: str) -> int:
    """The number of a column, from 1.

    >>> _number("A"), _number("Z"), _number("AA")
    (1, 26, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
