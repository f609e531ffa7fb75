"""A Parquet log in batches of whole dossiers: where to cut, and the cells of a batch without a way through text.

A cell that is not written as docs/event-log.md has it sends its batch through the reader of `dossier.formats`, so that
faults, repairs and answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from calendars import WorkCalendar
from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN
from dossier.formats.cells import ALL_GROUNDS, CHANNELS, FLAG_COLUMNS, MOMENT_COLUMNS, PROMISED, REQUIRED, read_column
from dossier.formats.errors import LogError
from dossier.formats.eventlog import MOMENT, EventLog
from dossier.formats.log import read_log
from dossier.formats.moments import FIRST_YEAR, LAST_YEAR, Clock
from dossier.formats.source import LINE_LIMIT
from dossier.formats.table import ROW as RAW
from dossier.formats.table import event_log
from rules.facts.histories import KIND

ROW = "row"
"""The data row in the log, from 1; no column of a log may have this name."""
UNREAD = ("actor", "parent")
"""Columns that are not read: no fact needs the one, and what the other tells is in another batch."""

_CODES = {"event": KIND, "channel": pl.Enum([*CHANNELS, UNKNOWN]), "ground": pl.Enum([*ALL_GROUNDS, UNKNOWN])}
Places = np.ndarray[tuple[int], np.dtype[np.int64]]


class _NeedsReaderError(Exception):
    """A column that only the reader can judge."""


@dataclass(frozen=True)
class Batch:
    """Whole dossiers of a log: consecutive rows of it, or a part by itself with the numbers of its rows."""

    source: Path
    path: Path
    first: int | None = None
    rows: int | None = None

    def log(self, columns: Iterable[str], calendar: WorkCalendar) -> EventLog:
        """Its events.

        Raises:
            LogError: a column is of a type that has no text, a cell is longer than any log needs.

        """
        try:
            return batch_log(self.load(columns), calendar)
        except LogError as error:
            raise LogError(
                self.source, error.place, found=error.found, allowed=error.allowed, remedy=error.remedy
            ) from None

    def load(self, columns: Iterable[str]) -> pl.DataFrame:
        """Some columns, with `ROW`, the data row in the log from 1."""
        if self.first is None:
            return pl.read_parquet(self.path, columns=[ROW, *columns]).sort(ROW)
        found = pl.scan_parquet(self.path, glob=False).slice(self.first, self.rows).select(*columns).collect()
        return found.with_row_index(ROW, self.first + 1)


@dataclass(frozen=True)
class ParquetLog:
    """A Parquet file with the columns of the event log; those that are `unread` are passed over."""

    path: Path
    unread: Collection[str] = UNREAD

    @cached_property
    def schema(self) -> pl.Schema:
        """Its columns.

        Raises:
            LogError: it is no Parquet file, or lacks a column.

        """
        try:
            schema = pl.read_parquet_schema(self.path)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise LogError(
                self.path,
                "",
                found=f"it cannot be read as Parquet ({error})",
                allowed="a whole Parquet file",
                remedy="copy or export it again; nothing of it was used",
            ) from error
        event_log(self.path, pl.DataFrame(schema=dict.fromkeys([*schema, RAW], pl.String)))
        return pl.Schema(schema)

    @cached_property
    def rows(self) -> int:
        """How many rows it has."""
        return int(pl.scan_parquet(self.path, glob=False).select(pl.len()).collect().item())

    def check_types(self, calendar: WorkCalendar) -> None:
        """Refuse columns that the reader refuses; raises as `Batch.log` does."""
        Batch(self.path, self.path, 0, 0).log(self.columns(), calendar)

    def columns(self, among: Collection[str] = LOG_COLUMNS) -> list[str]:
        """The columns of the log that it has and that are read, in the order of the file."""
        return [name for name in self.schema if name in LOG_COLUMNS and name in among and name not in self.unread]

    def batches(
        self, size: int, calendar: WorkCalendar, workers: int = 1
    ) -> tuple[list[Batch] | None, datetime | None]:
        """Batches of about `size` rows cut between dossiers, and the latest moment (`at`, `recorded_at`) of all rows.

        There are no batches where rows of a dossier stand apart.
        """
        chunks = [Batch(self.path, self.path, first, size) for first in range(0, self.rows, size)]
        with ThreadPoolExecutor(workers) as pool:
            moments = pool.map(partial(_latest, columns=self.columns(_TIMES), calendar=calendar), chunks)
            latest = max((moment for moment in moments if moment is not None), default=None)
            found = [runs for runs in pool.map(_runs, chunks) if runs.height]
        runs = pl.concat([pl.DataFrame(schema=_RUNS), *found])
        # the first run of a chunk may go on with the last one of the chunk before
        runs = runs.filter(pl.col("code").ne_missing(pl.col("code").shift(1)))
        apart = runs["code"].n_unique() < runs.height
        return None if apart else list(self._cut(runs["row"].to_numpy(), size)), latest

    def _cut(self, heads: Places, size: int) -> Iterator[Batch]:
        wanted = np.arange(size, self.rows, size)
        found = np.searchsorted(heads, wanted)
        cuts = np.unique(heads[found[found < len(heads)]])
        for first, end in pairwise([0, *(int(cut) for cut in cuts if cut), self.rows]):
            yield Batch(self.path, self.path, first, end - first)

    @contextmanager
    def partitioned(self, size: int, within: Path) -> Iterator[list[Batch]]:
        """The dossiers of a log in any order as parts of about `size` rows; the parts go with the context."""
        parts = -(-self.rows // size)
        code = pl.col("dossier").cast(pl.String).str.strip_chars()
        with TemporaryDirectory(prefix="parts.", dir=within) as folder:
            rows = pl.scan_parquet(self.path, glob=False, row_index_name=ROW, row_index_offset=1)
            rows.select(ROW, *self.columns(), part=code.hash() % parts).sink_parquet(
                pl.PartitionBy(folder, key="part", include_key=False), compression="lz4", mkdir=True
            )
            yield [Batch(self.path, part) for part in sorted(Path(folder).iterdir())]


_TIMES = ("at", "recorded_at")
_RUNS = {"row": pl.Int64, "code": pl.UInt64}


def _runs(chunk: Batch) -> pl.DataFrame:
    """Where dossiers begin, with a hash of their codes; a row without dossier cuts no history in two."""
    codes = chunk.load(["dossier"]).select(row=pl.col(ROW).cast(pl.Int64) - 1, code=pl.col("dossier").cast(pl.String))
    heads = codes.filter(pl.col("code").ne_missing(pl.col("code").shift(1)) | (pl.int_range(pl.len()) == 0))
    cleaned = heads.with_columns(pl.col("code").str.strip_chars()).filter(pl.col("code").str.len_bytes() > 0)
    runs = cleaned.filter(pl.col("code").ne_missing(pl.col("code").shift(1)))
    return runs.select("row", pl.col("code").hash())


def _latest(chunk: Batch, columns: Sequence[str], calendar: WorkCalendar) -> datetime | None:
    frame = chunk.load(columns)
    try:
        times = [_typed(name, frame[name], Clock(calendar.zone))[0] for name in columns]
    except _NeedsReaderError:
        # the reader wants the columns that every log has
        return chunk.log([*REQUIRED, *(name for name in columns if name not in REQUIRED)], calendar).latest
    return _last(times)


def _last(times: Iterable[pl.Series]) -> datetime | None:
    moments = (column.max() for column in times)
    return max((moment for moment in moments if isinstance(moment, datetime)), default=None)


def batch_log(frame: pl.DataFrame, calendar: WorkCalendar) -> EventLog:
    """The log that a batch holds, as `read_log` would read it.

    Args:
        frame: columns of the event log as a Parquet file has them, and `ROW`.
        calendar: of the office.

    Raises:
        LogError: a column is of a type that has no text.

    """
    try:
        columns = [_typed(name, frame[name], Clock(calendar.zone)) for name in frame.columns if name != ROW]
    except _NeedsReaderError:
        return _read_slowly(frame, calendar)
    events = pl.DataFrame([frame[ROW].cast(pl.UInt32), *(one for column in columns for one in column)])
    return EventLog(
        events=events,
        columns=frozenset(frame.columns) - {ROW},
        kinds=frozenset(KINDS),
        rows=frame.height,
        unreadable=(),
        warnings=(),
        latest=_last(events[name] for name in _TIMES if name in events.columns),
        calendar=calendar,
        law_as_of=None,
        evidence_from={},
    )


def _read_slowly(frame: pl.DataFrame, calendar: WorkCalendar) -> EventLog:
    """Through the reader, with the numbers that the rows have in the whole log."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        frame.drop(ROW).write_parquet(path)
        log = read_log(path, calendar=calendar)
    numbers = frame[ROW].cast(pl.UInt32)
    unreadable = tuple(replace(fault, row=int(numbers[fault.row - 1])) for fault in log.unreadable)
    rows = log.events.select(pl.col("row") - 1).to_series()
    events = log.events.with_columns(numbers.gather(rows).alias("row"))
    return replace(log, events=events, unreadable=unreadable)


def _typed(name: str, column: pl.Series, clock: Clock) -> list[pl.Series]:
    """A column of the log as `EventLog.events` has it."""
    if name in REQUIRED and column.null_count():
        raise _NeedsReaderError
    reader = _BY_NAME.get(name)
    if reader is not None and column.dtype.base_type() in reader:
        return reader[column.dtype.base_type()](column, clock)
    return _text(name, column, clock)


def _text(name: str, column: pl.Series, clock: Clock) -> list[pl.Series]:
    if name in _CODES:
        return [_coded(column, _CODES[name], keep=name == "event")]
    if name == "dossier":
        heads = column.filter((column != column.shift(1)).fill_null(value=True))
        return [_unless(bool((_sound(heads) == UNKNOWN).any()), _plain(column, checked=True))]
    read = read_column(name, _plain(column), clock)
    return [_unless(bool(read.reasons or read.repaired), one) for one in read.series]


def _coded(column: pl.Series, kind: pl.Enum, *, keep: bool) -> pl.Series:
    """A column whose every cell is a code, which then needs no repair either."""
    texts = column.cast(pl.String)
    codes = (texts if keep else texts.drop_nulls()).cast(kind, strict=False)
    _unless(codes.null_count() > (column.null_count() if keep else 0), column)
    return codes if keep else texts


def _unless(bad: bool, column: pl.Series) -> pl.Series:  # noqa: FBT001  # reads as a sentence
    if bad:
        raise _NeedsReaderError
    return column


def _plain(column: pl.Series, *, checked: bool = False) -> pl.Series:
    """Texts as they are, where they need no repair."""
    if column.null_count() == len(column) and column.dtype in {pl.Null, pl.String}:
        return column.cast(pl.String)
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        _sound(column.unique().cast(pl.String).drop_nulls())
        return column.cast(pl.String)
    _unless(column.dtype != pl.String, column)
    if not checked:
        _sound(column.drop_nulls())
    return column


def _sound(texts: pl.Series) -> pl.Series:
    """Texts without blanks around them, none empty, none too long, none with a NUL character."""
    texts = texts.cast(pl.String)
    lengths = texts.str.len_bytes()
    odd = bool((lengths == 0).any() or (lengths > LINE_LIMIT).any())
    odd = odd or texts.str.strip_chars().str.len_bytes().sum() != lengths.sum()
    return _unless(odd or bool(texts.str.contains("\0", literal=True).any()), texts)


def _moments(column: pl.Series, clock: Clock) -> list[pl.Series]:
    zone = column.dtype.time_zone if isinstance(column.dtype, pl.Datetime) else None
    moments = _unless(zone is None, column).dt.convert_time_zone("UTC").cast(MOMENT)
    first, end = clock.limits()
    return [_unless(bool(((moments < first) | (moments >= end)).any()), moments)]


def _flags(column: pl.Series, _clock: Clock) -> list[pl.Series]:
    return [column.fill_null(value=False)]


def _promised_moments(column: pl.Series, clock: Clock) -> list[pl.Series]:
    (moments,) = _moments(column, clock)
    return _promise(moments, moments.dt.convert_time_zone(clock.zone.key).dt.date())


def _promised_dates(column: pl.Series, _clock: Clock) -> list[pl.Series]:
    years = column.dt.year()
    _unless(not years.drop_nulls().is_between(FIRST_YEAR, LAST_YEAR).all(), column)
    return _promise(pl.Series([None], dtype=MOMENT).new_from_index(0, len(column)), column)


def _promise(moments: pl.Series, dates: pl.Series) -> list[pl.Series]:
    none = pl.Series([False]).new_from_index(0, len(dates))
    return [series.alias(name) for series, name in zip((moments, dates, none), PROMISED, strict=True)]


_Reader = Callable[[pl.Series, Clock], list[pl.Series]]
_BY_NAME: Mapping[str, Mapping[type[pl.DataType] | pl.DataType, _Reader]] = {
    **{name: {pl.Datetime: _moments} for name in MOMENT_COLUMNS},
    **{name: {pl.Boolean: _flags} for name in FLAG_COLUMNS},
    "promised": {pl.Datetime: _promised_moments, pl.Date: _promised_dates},
}
