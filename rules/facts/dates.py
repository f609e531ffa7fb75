"""Legal due dates in columns: limits that run from receipt, with waits that suspend them or start them anew.

The scalar rule is `dossier.clock`; a test compares the two on random histories.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

import numpy as np
import polars as pl

from calendars.columns import Mask, Positions
from rules.facts.histories import Index
from rules.facts.lines import Codes, Ends, Instants, Lengths, Line, LineCalendar


class After(IntEnum):
    """What becomes of the clock when a full supplement has come in."""

    RESTART = 0
    SUSPEND = 1
    FIXED = 2
    REMAINING_PLUS = 3


@dataclass(frozen=True)
class Receipts:
    """Received dossiers whose limit is known, one per row.

    Attributes:
        ids: number of each dossier.
        received: when its limit began to run.
        limits: its limit, or the length derived from the first promise.
        promised: the first promise where no limit is known, else NaT.
        after: semantics of a supplement.
        supplements: the new period (fixed) or the addition (remaining_plus; none where it cannot be added).

    """

    ids: Index
    received: Instants
    limits: Lengths
    promised: Ends
    after: Codes
    supplements: Lengths

    def take(self, rows: Index | Mask) -> Self:
        """Some of the rows."""
        return type(self)(
            self.ids[rows],
            self.received.take(rows),
            self.limits.take(rows),
            Ends(self.promised.on[rows], self.promised.at[rows]),
            self.after[rows],
            self.supplements.take(rows),
        )


@dataclass(frozen=True)
class _Waits:
    """Waits of one round, at most one per dossier: the row of the dossier, and the span."""

    row: Index
    supplement: Mask
    begin: Instants
    end: Instants

    def take(self, rows: Mask) -> _Waits:
        return _Waits(self.row[rows], self.supplement[rows], self.begin.take(rows), self.end.take(rows))


@dataclass
class _Clocks:
    """The state of all clocks while the waits are applied, oldest first."""

    lines: LineCalendar
    receipts: Receipts
    limits: Lengths
    start: Instants
    end: Positions
    through: Instants
    moved: Mask
    past: list[_Waits] = field(default_factory=list)

    @classmethod
    def started(cls, lines: LineCalendar, receipts: Receipts) -> Self:
        limits = receipts.limits.take(np.arange(len(receipts.ids)))
        still = np.zeros(len(receipts.ids), bool)
        start, through = receipts.received.copy(), receipts.received.copy()
        return cls(lines, receipts, limits, start, lines.end(limits, start), through, still)

    def apply(self, waits: _Waits) -> None:
        after = np.where(waits.supplement, self.receipts.after[waits.row], After.SUSPEND)
        anew = (after == After.RESTART) | (after == After.FIXED)
        live = self._live(waits)
        self._suspend(waits.take(~anew))
        self.past.append(waits)
        self._lengthen(waits.row[live & (after == After.REMAINING_PLUS)])
        self._restart(waits.take(live & anew), after[live & anew] == After.FIXED)

    def _live(self, waits: _Waits) -> Mask:
        """Waits that begin before the limit has expired."""
        return ~self._ends(waits.row).passed(waits.begin)

    def _suspend(self, waits: _Waits) -> None:
        row, line = waits.row, self.limits.line[waits.row]
        through = self.lines.position(line, self.through.take(row))
        begin = np.maximum(self.lines.position(line, waits.begin), through)
        lost = np.maximum(self.lines.position(line, waits.end) - begin, 0)
        lost[begin >= self.end[row]] = 0
        self.end[row] += lost
        self.moved[row] |= lost > 0
        self.through.advance(row, waits.end)

    def _lengthen(self, row: Index) -> None:
        """Add to the whole limit; a wait that began on its last day may now lie inside it."""
        more = self.receipts.supplements.take(row)
        self.limits.line[row[more.line == Line.NONE]] = Line.NONE
        self.limits.length[row] += more.length
        self.limits.months[row] += more.months
        self.end[row] = self.lines.end(self.limits.take(row), self.start.take(row))
        self.through.local[row], self.through.utc[row] = self.start.local[row], self.start.utc[row]
        for waits in self.past:
            self._suspend(waits.take(np.isin(waits.row, row)))
        self.moved[row] = True

    def _restart(self, waits: _Waits, fixed: Mask) -> None:
        """Begin anew when the supplement came in; a pause that still runs then is cut out of the new period."""
        row = waits.row
        self.limits.put(row[fixed], self.receipts.supplements.take(row[fixed]))
        self.limits.put(row[~fixed], self.receipts.limits.take(row[~fixed]))
        self.start.local[row], self.start.utc[row] = waits.end.local, waits.end.utc
        self.through.advance(row, waits.end)
        limits = self.limits.take(row)
        begin, end = self.lines.position(limits.line, waits.end), self.lines.end(limits, waits.end)
        still_paused = self.lines.position(limits.line, self.through.take(row)) - begin
        self.end[row] = np.where(end > begin, end + still_paused, end)
        self.moved[row] = True

    def ends(self) -> Ends:
        return self._ends(np.arange(len(self.receipts.ids)))

    def _ends(self, row: Index) -> Ends:
        found = self.lines.finish(self.limits.line[row], self.end[row], self.start.take(row))
        promised = Ends(self.receipts.promised.on[row], self.receipts.promised.at[row])
        unmoved = ~self.moved[row] & ~np.isnat(promised.on)
        return Ends(np.where(unmoved, promised.on, found.on), np.where(unmoved, promised.at, found.at))


def undisturbed(lines: LineCalendar, receipts: Receipts) -> Ends:
    """When each limit ends if nothing suspends it."""
    return _Clocks.started(lines, receipts).ends()


def due(lines: LineCalendar, receipts: Receipts, waits: pl.DataFrame, until: pl.Series) -> Ends:
    """When each limit ends, with its waits.

    Args:
        lines: the calendar.
        receipts: the dossiers, R rows.
        waits: `id`, `wait`, `begin`, `end` (UTC), sorted by id and begin, as `waits.waits` gives them.
        until: R moments; later waits are left out, a wait still open then is taken as if it ended then.

    """
    clocks = _Clocks.started(lines, receipts)
    for found in _rounds(lines, receipts, waits, until):
        clocks.apply(found)
    return clocks.ends()


def _rounds(lines: LineCalendar, receipts: Receipts, waits: pl.DataFrame, until: pl.Series) -> Iterator[_Waits]:
    """The first wait of every dossier, then the second of those that have one, and so on."""
    rows = pl.DataFrame({"id": receipts.ids, "row": np.arange(len(receipts.ids)), "until": until}).cast(
        {"id": pl.UInt32}
    )
    clipped = waits.join(rows, on="id", maintain_order="left").filter(pl.col("begin") <= pl.col("until"))
    clipped = clipped.with_columns(
        end=pl.min_horizontal(pl.col("end").fill_null(pl.col("until")), "until"),
        turn=pl.int_range(pl.len()).over("id"),
    )
    zone = lines.calendar.zone.key
    for (_,), turn in clipped.sort("turn", maintain_order=True).group_by("turn", maintain_order=True):
        yield _Waits(
            turn["row"].to_numpy(),
            (turn["wait"] == "supplement").to_numpy(),
            Instants.of(turn["begin"], zone),
            Instants.of(turn["end"], zone),
        )
