"""What only the whole log can say: how often a reason stands, which numbers are missing, what was cancelled when.

A log may be read in parts of whole dossiers: each part is `Seen`, all of them together are the `Neighbours`. Columns
are grouped, sorted or joined as a whole; nothing compares dossier with dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
from polars._typing import PolarsDataType

from rules.facts.histories import MOMENT, UNKNOWN, Histories

REASONED = ("paused", "supplement_requested", "apologised", "rejected")
"""Steps whose reason an officer writes."""

SLIP = r"^(.*?)([0-9]{1,15})([^0-9]*(?:20[0-9][0-9])?[^0-9]*)$"
"""A slip number: what goes before the running number, the number, and what follows, a year among it."""

CODE = r"^[0-9A-Z.]+-[0-9]{6}-[0-9]{4,7}$"
"""A dossier code of Thông tư 01/2018, of a province or of Thông tư 04/2025: unit, day, system and number."""

DIGITS = 5
CANCELLED = ("closed", "withdrawn", "rejected")

Series = Mapping[str, PolarsDataType]

SLIP_SERIES: Series = {"office": pl.String, "year": pl.Int32, "before": pl.String, "behind": pl.String}
CODE_SERIES: Series = {"unit": pl.String, "day": pl.String, "system": pl.String}
_REASONS: Series = {"office": pl.String, "reason": pl.String}
_ENDED: Series = {"applicant": pl.String, "procedure": pl.String, "cancelled_at": MOMENT, "reset_of": pl.String}


@dataclass(frozen=True)
class Own:
    """What each dossier of a log has that may meet another one's.

    Attributes:
        h: the histories.
        base: `id`, `office`, `applicant`, `procedure`, `received_at` of each dossier.

    """

    h: Histories
    base: pl.DataFrame

    def light(self) -> Own:
        """The same without the steps, to be put aside: what was looked up in them stays."""
        looked_up = {name: getattr(self, name) for name in ("reasons", "slips", "codes", "keys")}
        log = replace(self.h.log, events=self.h.log.events.clear(), unreadable=(), repaired={}, calendars={})
        h = replace(self.h, log=log, steps=self.h.steps.clear(), dossiers=self.h.ids, _masks={}, _kept={})
        kept = Own(h, self.base.select("id", "same_reason_dossiers_allowed", "reset_working_days_allowed"))
        kept.__dict__.update(looked_up)
        return kept

    @cached_property
    def reasons(self) -> pl.DataFrame:
        """Distinct reasons of each dossier: `id`, `office`, `reason`, and whether one of the two is `vague`."""
        schema = {"id": pl.UInt32, **_REASONS, "vague": pl.Boolean}
        if not self.h.says(*REASONED):
            return pl.DataFrame(schema=schema)
        reason = pl.col("reason") if self.h.has("reason") else pl.lit(UNKNOWN).alias("reason")
        steps = self.h.only(*REASONED, also=reason.meta.root_names())
        written = steps.select("id", reason).drop_nulls().unique()
        named = written.join(self.base.select("id", "office"), on="id", how="left")
        vague = (pl.col("reason") == UNKNOWN) | pl.col("office").is_null()
        return named.select("id", "office", "reason", vague.alias("vague"))

    @cached_property
    def slips(self) -> pl.DataFrame:
        """The receipt slip of each dossier: `id`, its series, its number; `hidden`: nobody knows which."""
        schema = {"id": pl.UInt32, **SLIP_SERIES, "number": pl.Int64, "hidden": pl.Boolean}
        if not (self.h.has("slip") and self.h.has("office") and self.h.says("received")):
            return pl.DataFrame(schema=schema)
        first = self.h.only("received", also=["slip", "office"]).unique("id", keep="first", maintain_order=True)
        parts = pl.col("slip").str.extract_groups(SLIP)
        rows = first.select(
            "id",
            self.h.known("office").alias("office"),
            pl.col("at").dt.convert_time_zone(self.h.zone).dt.year().alias("year"),
            *(parts.struct[place].alias(key) for place, key in enumerate(("before", "number", "behind"))),
            unknown=(pl.col("slip") == UNKNOWN).fill_null(value=False),
        ).with_columns(pl.col("number").cast(pl.Int64))
        hidden = pl.col("unknown") | (pl.col("number").is_not_null() & pl.col("office").is_null())
        return rows.select("id", *SLIP_SERIES, "number", hidden.alias("hidden"))

    @cached_property
    def codes(self) -> pl.DataFrame:
        """The parts of each dossier's code: its series and its number, NULL where it has another shape."""
        code = pl.col("dossier")
        parts = pl.when(code.str.contains(CODE)).then(code).str.split_exact("-", 2)
        rows = self.h.dossiers.select("id", parts.struct.rename_fields(["unit", "day", "last"]).alias("parts"))
        # four or five digits are the number, two before them the system
        last, systematic = pl.col("last"), pl.col("last").str.len_bytes() > DIGITS
        number = pl.when(systematic).then(last.str.slice(2)).otherwise(last).cast(pl.Int64)
        system = pl.when(systematic).then(last.str.slice(0, 2))
        return rows.unnest("parts").select("id", "unit", "day", system=system, number=number)

    @cached_property
    def cancelled(self) -> pl.DataFrame:
        """When each dossier was closed or withdrawn, or rejected after its receipt: `id`, `cancelled_at`."""
        steps = self.h.only(*CANCELLED)
        receipt = self.h.first("received")[steps["id"].to_numpy()]
        late = pl.Series(steps["position"].to_numpy() > receipt)
        found = steps.filter((pl.col("event") != "rejected") | late)
        return found.group_by("id").agg(pl.col("at").first().alias("cancelled_at"))

    @cached_property
    def keys(self) -> pl.DataFrame:
        """Applicant, procedure, receipt of each dossier; `nobody` where every cell says there was no applicant."""
        base = self.base.select("id", "applicant", "procedure", "received_at")
        if not self.h.has("applicant"):
            return base.with_columns(nobody=pl.lit(value=False))
        cells = self.h.only("received", "submitted", also=["applicant"])
        cells = cells.group_by("id").agg(nobody=pl.col("applicant").is_null().all())
        nobody = self.h.per_dossier(cells).select(pl.col("nobody").fill_null(value=False))
        return pl.concat([base, nobody], how="horizontal")


@dataclass(frozen=True)
class Seen:
    """What the dossiers of one part of a log contribute.

    Attributes:
        reasons: `office`, `reason`, and in how many `dossiers` it stands.
        doubted: dossiers with a reason, or an office to a reason, that nobody knows.
        slips, codes: series and their `numbers`, a list.
        hidden: whether a number of a slip is unknown.
        cancelled: `applicant`, `procedure` (NULL where unknown), `cancelled_at`, and the code as `reset_of`.
        unread: whether rows could not be read.

    """

    reasons: pl.DataFrame
    doubted: int
    slips: pl.DataFrame
    codes: pl.DataFrame
    hidden: bool
    cancelled: pl.DataFrame
    unread: bool

    @classmethod
    def of(cls, own: Own) -> Seen:
        """Gather it."""
        vague = pl.col("vague")
        hidden = pl.col("hidden")
        return cls(
            own.reasons.filter(~vague).group_by(*_REASONS).agg(pl.len().cast(pl.Int64).alias("dossiers")),
            own.reasons.filter(vague)["id"].n_unique(),
            _numbers(own.slips.filter(~hidden), SLIP_SERIES),
            _numbers(own.codes, CODE_SERIES),
            bool(own.slips["hidden"].any()),
            _ended(own),
            bool(own.h.log.unreadable),
        )


@dataclass(frozen=True)
class Neighbours:
    """What the dossiers of a whole log say together.

    Attributes:
        reasons: `office`, `reason`, and in how many `dossiers` it stands, where that is more than one.
        doubted: as in `Seen`.
        slip_gaps, code_gaps: series, `number`, how many numbers are `missing` before it (NULL: the first of its
            series); only where any are.
        slips_doubted, codes_doubted: whether a number may exist that nobody has read.
        cancelled: as in `Seen`, sorted by moment and code.

    """

    reasons: pl.DataFrame
    doubted: int
    slip_gaps: pl.DataFrame
    code_gaps: pl.DataFrame
    slips_doubted: bool
    codes_doubted: bool
    cancelled: pl.DataFrame

    @classmethod
    def of(cls, parts: Iterable[Seen]) -> Neighbours:
        """Put the parts of a log together."""
        seen = list(parts)
        unread, hidden = (any(getattr(one, name) for one in seen) for name in ("unread", "hidden"))
        reasons = pl.concat([pl.DataFrame(schema={**_REASONS, "dossiers": pl.Int64}), *(one.reasons for one in seen)])
        counted = reasons.group_by(*_REASONS).agg(pl.col("dossiers").sum()).filter(pl.col("dossiers") > 1)
        return cls(
            counted,
            sum(one.doubted for one in seen),
            _gaps([one.slips for one in seen], SLIP_SERIES),
            _gaps([one.codes for one in seen], CODE_SERIES),
            hidden or unread,
            unread,
            pl.concat([pl.DataFrame(schema=_ENDED), *(one.cancelled for one in seen)]).sort("cancelled_at", "reset_of"),
        )


def _ended(own: Own) -> pl.DataFrame:
    if not own.h.says(*CANCELLED):
        return pl.DataFrame(schema=_ENDED)
    named = own.cancelled.join(own.keys, on="id").filter(~pl.col("nobody")).join(own.h.dossiers, on="id")
    return named.select("applicant", "procedure", "cancelled_at", pl.col("dossier").alias("reset_of"))


def _numbers(rows: pl.DataFrame, series: Series) -> pl.DataFrame:
    known = rows.drop_nulls("number")
    return known.group_by(*series).agg(pl.col("number").unique().alias("numbers"))


def _gaps(parts: list[pl.DataFrame], series: Series) -> pl.DataFrame:
    """The numbers of each series before which some are missing, and the first of each."""
    rows = pl.concat([pl.DataFrame(schema={**series, "numbers": pl.List(pl.Int64)}), *parts])
    named = rows.select(*series).unique(maintain_order=True).with_row_index("series")
    placed = rows.join(named, on=list(series), nulls_equal=True).select("series", pl.col("numbers").alias("number"))
    numbers = placed.explode("number").sort("series", "number")
    before = pl.when(pl.col("series") == pl.col("series").shift(1)).then(pl.col("number").shift(1))
    gaps = numbers.with_columns(missing=pl.col("number") - before - 1)
    found = gaps.filter((pl.col("missing") > 0) | pl.col("missing").is_null())
    return found.join(named, on="series").select(*series, "number", "missing")
