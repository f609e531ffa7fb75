"""The rows of a log in the columns of the event log, all still text; and the plain case, a file that has them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from dossier.events import LOG_COLUMNS
from dossier.formats.cells import FIELDS, PROMISED, REQUIRED
from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable

ROW = "\0row"
"""The column of raw cells that holds the data row from 1; no file can have one of this name."""

LINE, FILE = "\0line", "\0file"
"""Columns of a table whose rows are no rows of the file: the data row in it, and its name."""

_RESERVED = {
    "row": "a number of the reader's own; give it another name",
    **dict.fromkeys(PROMISED, "a column of the reader's own; name it 'promised' (a date, a moment or ?)"),
}


@dataclass(frozen=True)
class Table:
    """A log before its cells are read.

    Attributes:
        frame: ``row``, `columns` and `extras` as text; ``rule``, the number of the mapping's rule or null; `LINE` and
            `FILE` where rows of the frame are no rows of the file.
        columns: columns of the event log, in their order.
        extras: further columns that are kept.
        required: columns that no row leaves empty.
        origin: the file's name of a cell's column, given the column and the rule of its row.
        faults: cells found unreadable on the way.
        warnings: sentences for the summary.
        repaired: what was put right on the way, and how often.

    """

    frame: pl.DataFrame
    columns: tuple[str, ...]
    extras: tuple[str, ...]
    required: tuple[str, ...]
    origin: Callable[[str, int | None], str]
    faults: tuple[Unreadable, ...] = ()
    warnings: tuple[str, ...] = ()
    repaired: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """What was taken from a source, before its cells are read.

    Attributes:
        table: the rows.
        codes: `ROW` and ``dossier`` of each data row.
        faults: cells found unreadable on the way.
        warnings: sentences for the summary.
        repaired: what was put right on the way, and how often.
        kinds: kinds of event that the source can say; None: those of the mapping.
        naive: zone of moments without offset; None: that of the mapping.
        file: name of the file, with the sheet of a workbook; faults that name none are its own.

    """

    table: Table
    codes: pl.DataFrame
    faults: tuple[Unreadable, ...] = ()
    warnings: tuple[str, ...] = ()
    repaired: Mapping[str, int] = field(default_factory=Counter)
    kinds: frozenset[str] | None = None
    naive: ZoneInfo | None = None
    file: str = ""


def event_log(path: Path, raw: pl.DataFrame) -> Table:
    """The table of a file that has the columns of the event log.

    Args:
        path: named in errors.
        raw: cleaned cells with `ROW`.

    Raises:
        LogError: a required column is missing, a name is reserved.

    """
    names = [name for name in raw.columns if name != ROW]
    _check_names(path, names)
    columns = tuple(name for name in LOG_COLUMNS if name in names)
    extras = tuple(name for name in names if name not in LOG_COLUMNS)
    return Table(
        frame=pl.DataFrame([raw.get_column(name) for name in (ROW, *columns, *extras)]).rename({ROW: "row"}),
        columns=columns,
        extras=extras,
        required=REQUIRED,
        origin=lambda column, _rule: column,
        warnings=tuple(_warnings(columns, extras)),
    )


def _check_names(path: Path, names: Sequence[str]) -> None:
    for name in REQUIRED:
        if name not in names:
            near = difflib.get_close_matches(name, [other for other in names if other not in LOG_COLUMNS], 1)
            raise LogError(
                path,
                "columns",
                found=f"there is no column {name!r} among {', '.join(map(repr, names))}",
                allowed=f"{', '.join(REQUIRED)} and any of {', '.join(FIELDS)}",
                remedy=f"name it so{f' (perhaps {near[0]!r})' if near else ''}, or read the log with a mapping",
            )
    for name, why in _RESERVED.items():
        if name in names:
            raise LogError(
                path,
                f"column {name!r}",
                found="a reserved name",
                allowed="the columns of the event log and names of your own",
                remedy=f"{name!r} is {why}",
            )


def _warnings(columns: Sequence[str], extras: Sequence[str]) -> Iterable[str]:
    absent = [name for name in LOG_COLUMNS if name not in columns]
    if absent:
        yield f"the log has no column {', '.join(absent)}: what needs them cannot be assessed"
    for name in extras:
        near = difflib.get_close_matches(name.lower(), absent, 1)
        yield f"unknown column {name!r} was kept as text{f'; is it {near[0]!r}?' if near else ''}"
