"""An event log as sorted columns: dossiers numbered, steps in order, and what the source can say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, reduce
from operator import or_

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars._typing import PolarsDataType

from dossier.events import KINDS
from dossier.formats.eventlog import EventLog

Index = NDArray[np.int64]
MOMENT = pl.Datetime("us", "UTC")
KIND = pl.Enum(list(KINDS))
UNKNOWN = "?"


@dataclass(frozen=True)
class Histories:
    """The steps of all dossiers.

    Attributes:
        log: where they come from.
        dossiers: `id` (dense, from 0, in order of appearance) and `dossier`.
        steps: mapped rows at or before `as_of`, sorted by id, at, row; `event` is an enum, `position` their number.
        as_of: the moment at which the dossiers are judged.

    """

    log: EventLog
    dossiers: pl.DataFrame
    steps: pl.DataFrame
    as_of: datetime
    _masks: dict[tuple[str, ...], pl.Series] = field(default_factory=dict, repr=False)
    _kept: dict[tuple[str, ...], dict[str, pl.Series]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, log: EventLog, as_of: datetime) -> Histories:
        """Number the dossiers of a log and put their steps in order."""
        dossiers, ids = _numbered(log.events)
        steps = log.events.with_columns(ids)
        read = steps.select(pl.col("event").is_not_null() & (pl.col("at") <= as_of)).to_series()
        steps = steps if read.all(ignore_nulls=False) else steps.filter(read)
        steps = steps.with_columns(pl.col("event").cast(KIND))
        if not _in_order(steps):
            steps = steps.sort("id", "at", "row")
        steps = steps.drop("dossier").with_row_index("position").with_columns(pl.col("id").set_sorted())
        return cls(log, dossiers.with_columns(pl.col("id").set_sorted()), steps, as_of)

    def __len__(self) -> int:
        """How many dossiers there are."""
        return self.dossiers.height

    def says(self, *kinds: str) -> bool:
        """Whether the source can say at least one of the kinds."""
        return not self.log.kinds.isdisjoint(kinds)

    def says_all(self, *kinds: str) -> bool:
        """Whether the source can say all of the kinds."""
        return self.log.kinds.issuperset(kinds)

    def has(self, column: str) -> bool:
        """Whether the source has a column."""
        return column in self.log.columns

    def only(self, *kinds: str, also: Collection[str] = ()) -> pl.DataFrame:
        """The steps of some kinds, in order: `position`, `id`, `at`, `event`, and the columns `also` asked for.

        A column is filtered once for all facts that ask for the same kinds.
        """
        columns = dict.fromkeys(["position", "id", "at", "event", *also])
        kept = self._kept.setdefault(kinds, {})
        new = [name for name in columns if name not in kept]
        if new:
            kept.update(self.steps.select(new).filter(self.mask(*kinds)).to_dict())
        return pl.DataFrame([kept[name] for name in columns])

    def mask(self, *kinds: str) -> pl.Series:
        """Which steps are of some kinds; kept, since many facts ask for the same ones."""
        if kinds not in self._masks:
            self._masks[kinds] = reduce(or_, (self._codes == KINDS.index(kind) for kind in kinds))
        return self._masks[kinds]

    @cached_property
    def _codes(self) -> pl.Series:
        return self.steps["event"].to_physical()

    def absent(self, column: str) -> pl.Expr:
        """Whether a text cell is empty; NULL where the source cannot say."""
        if not self.has(column):
            return pl.lit(None, pl.Boolean)
        return pl.when(pl.col(column) != UNKNOWN).then(False).when(pl.col(column).is_null()).then(True)  # noqa: FBT003

    def known(self, column: str) -> pl.Expr:
        """The text of a cell; NULL where it is empty or unknown."""
        if not self.has(column):
            return pl.lit(None, pl.String)
        return pl.when(pl.col(column) != UNKNOWN).then(pl.col(column))

    def local(self, column: str) -> pl.Expr:
        """A moment as wall-clock time of the calendar's zone."""
        return local(pl.col(column), self.zone)

    @property
    def zone(self) -> str:
        """Zone of the calendar by which the log is judged."""
        return self.log.calendar.zone.key

    @cached_property
    def ids(self) -> pl.DataFrame:
        """One row per dossier with its number."""
        return self.dossiers.select("id")

    def per_dossier(self, found: pl.DataFrame) -> pl.DataFrame:
        """Rows with unique `id` laid out for all dossiers, NULL where there is none, without the `id`."""
        # a gather by number takes a quarter of the time of a join
        row = np.full(len(self), found.height, np.uint32)
        row[found["id"].to_numpy()] = np.arange(found.height, dtype=np.uint32)
        rows = pl.Series(row)
        rows = rows if found.height == len(self) else rows.set(rows == found.height, None)
        return found.select(pl.exclude("id").gather(rows))

    def unknown(self, **columns: PolarsDataType) -> pl.DataFrame:
        """Columns, by name and type, of facts that the source cannot say: all NULL."""
        nothing = [pl.lit(None, dtype).alias(name) for name, dtype in columns.items()]
        return self.ids.with_columns(nothing).select(*columns)

    def first(self, *kinds: str) -> Index:
        """Position of the first step of some kinds in each dossier; beyond all positions where there is none."""
        positions = np.full(len(self), self.steps.height, np.int64)
        rows = self.only(*kinds).select("id", "position").to_numpy()
        positions[rows[::-1, 0]] = rows[::-1, 1]
        return positions


def first_of_each(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each dossier; rows sorted by id."""
    return rows.filter((pl.col("id") != pl.col("id").shift(1)).fill_null(value=True))


def same_dossier(before: int) -> pl.Expr:
    """Whether the row so many places before belongs to the same dossier; rows sorted by id."""
    return (pl.col("id") == pl.col("id").shift(before)).fill_null(value=False)


def next_in_dossier(value: pl.Expr) -> pl.Expr:
    """The first value at or after each row that is not NULL, in the same dossier; rows sorted by id."""
    owner = pl.when(value.is_not_null()).then("id").backward_fill()
    return pl.when(owner == pl.col("id")).then(value.backward_fill())


def local(moment: pl.Expr, zone: str) -> pl.Expr:
    """A moment as wall-clock time of a zone."""
    return moment.dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _numbered(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Dossiers with dense numbers, and the number of each row; runs of one dossier are looked up once."""
    runs = events["dossier"].rle_id()
    heads = events.select("dossier").filter((runs != runs.shift(1)).fill_null(value=True))
    dossiers = heads.unique(maintain_order=True).with_row_index("id")
    if dossiers.height == heads.height:
        return dossiers, runs.alias("id")
    ids = heads.join(dossiers, on="dossier", how="left", maintain_order="left")["id"]
    return dossiers, ids.gather(runs).alias("id")


def _in_order(steps: pl.DataFrame) -> bool:
    same, later = pl.col("id") == pl.col("id").shift(1), pl.col("at") > pl.col("at").shift(1)
    tie = (pl.col("at") == pl.col("at").shift(1)) & (pl.col("row") > pl.col("row").shift(1))
    ordered = (pl.col("id") > pl.col("id").shift(1)) | (same & (later | tie))
    return bool(steps.select(ordered.fill_null(value=True).all()).item())
