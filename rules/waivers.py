"""Waivers (chấp thuận bỏ qua): a finding that somebody answered for; it stays in every figure, marked."""

from __future__ import annotations

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, ValidationError, model_validator

from calendars.files import read_toml
from dossier.strict import Strict, Text
from rules.errors import Fault, MalformedWaivers
from rules.rulebook import Rulebook

COLUMNS = ("dossier", "rule", "reason", "approver", "instrument", "date", "until")
"""Columns of a CSV file of waivers; `until` may be left out."""
_EXAMPLE = "write dossier, rule, reason, approver, instrument, date, and `until` where it ends (docs/house-rules.md)"
State = Literal["used", "unused", "expired", "not yet", "unknown dossier"]


class Waiver(Strict):
    """One finding that is let stand.

    Attributes:
        dossier, rule: which finding.
        reason: why.
        approver: who answers for it.
        instrument: the document (văn bản) by which it was waived.
        date: the day of that document.
        until: the last day on which the waiver holds; None: no end.

    """

    dossier: Text
    rule: Text
    reason: Text
    approver: Text
    instrument: Text
    since: date = Field(alias="date")
    until: date | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"it ends on {self.until}, before its date {self.since}")
        return self

    def __str__(self) -> str:
        """What a waived finding prints."""
        return f"{self.instrument}, {self.since}; {self.approver}: {self.reason}"


@dataclass(frozen=True)
class Used:
    """A waiver and what became of it in a check."""

    waiver: Waiver
    state: State

    def to_dict(self) -> dict[str, Any]:
        """The waiver as JSON."""
        return self.waiver.model_dump(mode="json", by_alias=True) | {"state": self.state}


@dataclass(frozen=True)
class Waivers:
    """A file of waivers."""

    name: str
    waivers: tuple[Waiver, ...]

    @classmethod
    def load(cls, path: Path, book: Rulebook) -> Self:
        """Read a file of waivers.

        Args:
            path: TOML with tables `[[waiver]]`, or CSV with the header `COLUMNS`, told apart by the ending.
            book: the rules that may be waived.

        Raises:
            MalformedWaivers: it breaks the format, names an unknown rule or a signal, or waives a finding twice.
            OSError: it cannot be read.

        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _refused(path.name, "the file", f"byte {error.start + 1} is not UTF-8", "save it as UTF-8") from None
        rows = _csv(text, path.name) if path.suffix.lower() == ".csv" else _toml(text, path.name)
        return cls.of(rows, path.name, book)

    @classmethod
    def of(cls, rows: Sequence[tuple[str, object]], name: str, book: Rulebook) -> Self:
        """Waivers from rows that were read, each with its place; raises as `load` does."""
        read = [_read(name, place, row) for place, row in rows]
        faults = [fault for one in read if isinstance(one, list) for fault in one]
        waivers = tuple(one for one in read if isinstance(one, Waiver))
        faults += _misplaced(name, waivers, book)
        if faults:
            raise MalformedWaivers(tuple(faults))
        return cls(name, waivers)

    def apply(self, found: pl.DataFrame, dossiers: pl.Series, today: date) -> tuple[pl.DataFrame, tuple[Used, ...]]:
        """Mark the findings that are waived, and say what became of each waiver.

        Args:
            found: findings and signals.
            dossiers: codes of the dossiers that were judged.
            today: the local day of the check.

        """
        named = pl.DataFrame(
            [(waiver.dossier, waiver.rule, str(waiver), number) for number, waiver in enumerate(self.waivers)],
            {"dossier": pl.String, "rule": pl.String, "by": pl.String, "number": pl.UInt32},
            orient="row",
        )
        holding = [waiver.since <= today <= (waiver.until or date.max) for waiver in self.waivers]
        matched = found.join(named, on=["dossier", "rule"], how="left", maintain_order="left")
        hit = set(matched["number"].drop_nulls())
        held = pl.col("number").is_in([number for number, holds in enumerate(holding) if holds])
        marked = matched.with_columns(pl.when(held).then("by").alias("waived")).select(found.columns)
        there = set(dossiers.filter(dossiers.is_in([waiver.dossier for waiver in self.waivers])))
        return marked, tuple(
            Used(waiver, _state(waiver, today, hit=number in hit, known=waiver.dossier in there))
            for number, waiver in enumerate(self.waivers)
        )


def _state(waiver: Waiver, today: date, *, hit: bool, known: bool) -> State:
    if not known:
        return "unknown dossier"
    if waiver.until is not None and waiver.until < today:
        return "expired"
    if waiver.since > today:
        return "not yet"
    return "used" if hit else "unused"


def _read(name: str, place: str, row: object) -> Waiver | list[Fault]:
    try:
        return Waiver.model_validate(row)
    except ValidationError as error:
        return [
            Fault(name, ", ".join([place, *map(str, one["loc"])]), one["msg"].removeprefix("Value error, "), _EXAMPLE)
            for one in error.errors()
        ]


def _misplaced(name: str, waivers: Iterable[Waiver], book: Rulebook) -> Iterator[Fault]:
    kinds = {rule.code: rule.kind for rule in book}
    waivers = list(waivers)
    for waiver in waivers:
        kind = kinds.get(waiver.rule)
        if kind is None:
            yield Fault(name, waiver.dossier, f"no rule {waiver.rule!r}", f"the rulebook has {', '.join(kinds)}")
        elif kind == "signal":
            yield Fault(name, waiver.dossier, f"{waiver.rule} is a signal", "only findings of rules are waived")
    for (dossier, rule), count in Counter((waiver.dossier, waiver.rule) for waiver in waivers).items():
        if count > 1:
            yield Fault(name, dossier, f"{rule} is waived {count} times", "keep the waiver that holds")


def _toml(text: str, name: str) -> list[tuple[str, object]]:
    try:
        data = read_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(name, "TOML", str(error), 'begin with `format = 1` and "[[waiver]]"') from None
    rows = data.get("waiver")
    if data.get("format") != 1 or not isinstance(rows, list) or set(data) != {"format", "waiver"}:
        found = f"format {data.get('format')!r} with the keys {', '.join(data) or 'none'}"
        raise _refused(name, "top level", found, "write `format = 1` and tables [[waiver]], nothing else")
    return [(f"waiver {number}", row) for number, row in enumerate(rows, 1)]


def _csv(text: str, name: str) -> list[tuple[str, object]]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _refused(name, "CSV", str(error), "write it as RFC 4180") from None
    header = [cell.strip() for cell in lines[0]] if lines else []
    if header not in (list(COLUMNS), list(COLUMNS[:-1])):
        raise _refused(name, "row 1", f"the header is {','.join(header)!r}", f"write {','.join(COLUMNS)}")
    return [(f"row {number}", _typed(header, line)) for number, line in enumerate(lines[1:], 2)]


def _typed(header: Sequence[str], line: Sequence[str]) -> dict[str, object]:
    cells: dict[str, object] = {}
    for place, cell in enumerate(line):
        key = header[place] if place < len(header) else f"column {place + 1}"
        if cell.strip():
            cells[key] = _day(cell.strip()) if key in {"date", "until"} else cell.strip()
    return cells


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _refused(name: str, key: str, found: str, todo: str) -> MalformedWaivers:
    return MalformedWaivers((Fault(name, key, found, todo),))
