"""From a published catalogue table to the text of a procedure file; what is not printed is left unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars import Term, UnreadableTerm
from dossier.limits import PrintedLimit, read_limit
from dossier.procedure_schema import ANY_DOCUMENTED, SCHEMA
from dossier.tables import Row, Table, UnreadableTable, need, read_table

NEEDED = ("code", "name", "time_limit")
SHARED = ("ministry", "name", "level", "field", "authority", "decision")
"""Columns that must say the same in every row of a procedure."""
COLUMNS = ("ministry", "code", "name", "level", "field", "authority", "decision", "channel", "time_limit")
POSTAL = "dịch vụ bưu chính"

_CODE = re.compile(r"[0-9]\.[0-9]{6}")
_HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class UnusedRow:
    """A row whose limit is not in the file; `refused` where the row itself is at fault, not only its limit."""

    row: int
    line: int
    code: str
    text: str
    reason: str
    refused: bool


@dataclass(frozen=True)
class Imported:
    """A catalogue as the text of a procedure file, and what a person still has to look at.

    Attributes:
        toml_text: reads back through `Procedures.loads`.
        rows: data rows of the table.
        procedures: how many procedures were written.
        without_limit: codes written without any limit.
        unnamed_cases: codes of which no case is surely the normal one: they are called case_1, case_2, … until named.
        unused: the rows whose limit was not written.
        in_force_from: first day of every version.

    """

    toml_text: str
    rows: int
    procedures: int
    without_limit: tuple[str, ...]
    unnamed_cases: tuple[str, ...]
    unused: tuple[UnusedRow, ...]
    in_force_from: date

    @property
    def read(self) -> int:
        """Rows whose limit stands in the file."""
        return self.rows - len(self.unused)

    @property
    def refused(self) -> int:
        """Rows that are themselves at fault."""
        return sum(row.refused for row in self.unused)


@dataclass
class _Entry:
    """The rows of one procedure."""

    cells: Mapping[str, str]
    printed: list[tuple[str, PrintedLimit]] = field(default_factory=list)

    def terms(self) -> dict[Term, str]:
        """Each different limit, with the text it was first printed in."""
        found: dict[Term, str] = {}
        for _, limit in self.printed:
            if limit.term is not None:
                found.setdefault(limit.term, limit.text)
        return found

    def cases(self) -> dict[str, str]:
        """Named `normal` only where every row prints the same limit: rows are cases, and nobody named them."""
        texts = list(self.terms().values())
        if len(texts) == 1 and all(limit.term for _, limit in self.printed):
            return {"normal": texts[0]}
        return {f"case_{number}": text for number, text in enumerate(texts, start=1)}


def import_catalogue(path: Path, in_force_from: date | None = None) -> Imported:
    """Read a catalogue table: one procedure prints several rows, which are cases, not channels; equal limits are one.

    Args:
        path: CSV, plain or .gz, with the columns `COLUMNS`, of which `NEEDED` must be there.
        in_force_from: the day since when the limits hold; the table does not say. None: today, as nothing older is
            vouched for.

    Raises:
        UnreadableTable: the file is broken or its header is not that of a catalogue.

    """
    table = read_table(path, _fits)
    entries: dict[str, _Entry] = {}
    unused = [row for row in (_taken(entries, table, row) for row in table.rows) if row]
    begin = in_force_from or datetime.now(_HANOI).date()
    written = [_procedure(entry, path.name, begin) for entry in entries.values()] or ["procedure = []\n"]
    return Imported(
        toml_text="".join([f"schema = {SCHEMA}\n", *written]),
        rows=len(table.rows),
        procedures=len(entries),
        without_limit=tuple(code for code, entry in entries.items() if not entry.cases()),
        unnamed_cases=tuple(code for code, entry in entries.items() if "case_1" in entry.cases()),
        unused=tuple(unused),
        in_force_from=begin,
    )


def _fits(header: Table) -> None:
    need(header, *NEEDED)
    for place, column in enumerate(header.columns, start=1):
        if column not in COLUMNS:
            why = f"no catalogue has a column {column!r}"
            raise UnreadableTable(
                header.file, f"line 1, column {place}", why, f"rename it to one of {', '.join(COLUMNS)}, or drop it"
            )


def _taken(entries: dict[str, _Entry], table: Table, row: Row) -> UnusedRow | None:
    cells = dict.fromkeys(COLUMNS, "") | {
        column: cell.strip() for column, cell in zip(table.columns, row.cells, strict=True)
    }
    code, printed = cells["code"], cells["time_limit"]
    fault = _fault(cells, entries.get(code))
    if fault:
        return UnusedRow(row.number, row.line, code, printed, fault, refused=True)
    limit = _countable(read_limit(printed))
    entries.setdefault(code, _Entry(cells)).printed.append((cells["channel"], limit))
    if limit.term:
        return None
    return UnusedRow(row.number, row.line, code, printed, limit.reason or "no limit is given", refused=False)


def _fault(cells: Mapping[str, str], earlier: _Entry | None) -> str | None:
    if not _CODE.fullmatch(cells["code"]):
        return "the code is not one digit, a dot and six digits (a spreadsheet may have made it a number)"
    if not cells["name"]:
        return "the procedure has no name"
    for column in SHARED if earlier else ():
        if cells[column] != earlier.cells[column]:  # type: ignore[union-attr]
            return f"{column} differs from the first row of this code"
    return None


def _countable(limit: PrintedLimit) -> PrintedLimit:
    try:
        if limit.term:
            limit.term.exact()
    except UnreadableTerm as fault:
        return PrintedLimit(limit.text, "unreadable", reason=fault.why)
    return limit


def _procedure(entry: _Entry, source: str, begin: date) -> str:
    cells = entry.cells
    decision = cells["decision"] or "not verified"
    postal = any(channel.casefold() == POSTAL for channel, _ in entry.printed)
    citation = {"instrument": "not verified", "article": "not verified", "source": source}
    return "\n".join(
        [
            "\n[[procedure]]",
            *(f"{key} = {_quoted(cells[key])}" for key in ("code", "name")),
            f"sector = {_quoted(cells['field'])}",
            *(f"{key} = {_quoted(cells[key])}" for key in ("level", "authority")),
            "\n[[procedure.version]]",
            f"decision = {_quoted(decision)}",
            f"in_force_from = {begin.isoformat()}",
            f"cases = {_inline(entry.cases())}",
            'after_supplement = { semantics = "restart" }',
            f"excluded_waits = {_quoted(ANY_DOCUMENTED)}",
            'result = "unknown"',
            f"postal = {'true' if postal else _quoted('unknown')}",
            f"citation = {_inline(citation)}",
            'status = "unverified"',
            f"note = {_quoted(' '.join(_notes(entry)))}\n",
        ]
    )


def _notes(entry: _Entry) -> Iterator[str]:
    yield "Imported from a catalogue: limits as printed; start of force, waits and supplement rule are not in it."
    cases = entry.cases()
    if "normal" not in cases:
        yield f"Printed: {'; '.join(_printed(entry.printed))}."
    if len(cases) > 1:
        yield "The limits belong to different cases that the catalogue does not name."


def _printed(printed: Sequence[tuple[str, PrintedLimit]]) -> list[str]:
    lines = (f"{channel or 'no channel'}: {limit.text or 'empty'}" for channel, limit in printed)
    return list(dict.fromkeys(lines))


def _inline(table: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{key} = {_quoted(text)}" for key, text in table.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, and DEL escaped, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
