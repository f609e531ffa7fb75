"""The acts that the plan (2024, III.6) orders to be checked at random, as sampling frames read off an event log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from dossier.events import UNKNOWN
from dossier.formats.eventlog import EventLog
from rules.audit.frames import Frame, Unit
from rules.errors import MalformedFrame


class Act(NamedTuple):
    """A kind of act: the events it is, and its names."""

    kinds: tuple[str, ...]
    vi: str
    en: str


ACTS: Mapping[str, Act] = {
    "pauses": Act(("paused",), "dừng tính thời gian giải quyết", "pauses of the clock"),
    "supplements": Act(("supplement_requested",), "yêu cầu bổ sung hồ sơ", "supplement requests"),
    "cancellations": Act(
        ("closed", "withdrawn", "rejected"), "hủy hồ sơ (dừng xử lý, rút, từ chối sau tiếp nhận)", "cancellations"
    ),
}
"""The three acts; a rejection before receipt cancels nothing and is none of them."""

FACTS = ("dossier", "act", "at", "actor", "reason", "ground", "document", "document_at", "notice", "slip")
"""What a worksheet may show of an act."""

NO_OFFICE = "(không ghi cơ quan)"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


def acts_frame(
    log: EventLog, act: str, *, month: str | None = None, flags: Mapping[str, tuple[str, ...]] | None = None
) -> Frame:
    """Every act of a kind, a stratum for each office; the office of the act, else that of the dossier's receipt.

    A unit is called `dossier#kind#n`, the n-th step of its kind in the whole history of the dossier.

    Args:
        log: the events.
        act: `pauses`, `supplements` or `cancellations`.
        month: only acts of this month, as `2026-10`, on the clock of the log's calendar.
        flags: codes of the rules that found something, by dossier.

    Raises:
        MalformedFrame: no month, or no such act in it.

    """
    found = _in_month(_acts(log, ACTS[act].kinds), month)
    if found.is_empty():
        raise MalformedFrame(
            act, f"the log has no such act{f' in {month}' if month else ''}", "there is nothing to draw; say so"
        )
    by = flags or {}
    rows = found.select("id", "office", *FACTS).iter_rows()
    units = (
        Unit(name, office, tuple(by.get(facts[0], ())), facts) for name, office, *rest in rows if (facts := tuple(rest))
    )
    return Frame(units, FACTS, unit=act)


def dossiers_frame(
    log: EventLog, *, month: str | None = None, flags: Mapping[str, tuple[str, ...]] | None = None
) -> Frame:
    """Every received dossier, a stratum for each office; raises as `acts_frame`."""
    receipts = log.events.filter(pl.col("event") == "received").unique("dossier", keep="first", maintain_order=True)
    found = _in_month(_described(receipts, log), month)
    if found.is_empty():
        raise MalformedFrame("dossiers", "the log has no receipt there", "there is nothing to draw; say so")
    by = flags or {}
    rows = found.select("dossier", "office", "at").iter_rows()
    return Frame(
        (Unit(code, office, tuple(by.get(code, ())), (code, at)) for code, office, at in rows), ("dossier", "at")
    )


def read_frame(path: Path, strata: str | None = None) -> Frame:
    """A frame of dossiers or of acts from a table, told apart by the column `act`; raises as `Frame.read_csv`."""
    frame = Frame.read_csv(path, strata=strata)
    if "act" in frame.columns:
        place = frame.columns.index("act")
        found = {unit.facts[place] for unit in frame.units}
        frame.unit = next((name for name, act in ACTS.items() if found <= set(act.kinds)), frame.unit)
    return frame


def _acts(log: EventLog, kinds: tuple[str, ...]) -> pl.DataFrame:
    steps = log.events.filter(pl.col("event").is_not_null()).sort("at", "row")
    received = pl.col("event").eq("received").cum_sum().over("dossier") > 0
    nth = pl.int_range(1, pl.len() + 1).over("dossier", "event")
    numbered = steps.with_columns(received=received, nth=nth)
    after = pl.col("event").ne("rejected") | pl.col("received")
    wanted = numbered.filter(pl.col("event").is_in(kinds) & after)
    named = wanted.with_columns(id=pl.format("{}#{}#{}", "dossier", "event", "nth"), act="event")
    return _described(named, log)


def _described(steps: pl.DataFrame, log: EventLog) -> pl.DataFrame:
    """Texts for the worksheet, moments on the clock of the office, and an office for each."""
    lacking = [pl.lit(None, pl.String).alias(name) for name in (*FACTS, "office") if name not in steps.columns]
    full = steps.with_columns(lacking)
    receipts = _offices(log)
    if receipts is not None:
        full = full.join(receipts, on="dossier", how="left")
    else:
        full = full.with_columns(of_receipt=pl.lit(None, pl.String))
    own = pl.when(pl.col("office") != UNKNOWN).then(pl.col("office"))
    zone = log.calendar.zone.key
    return full.with_columns(
        pl.coalesce(own, "of_receipt", pl.lit(NO_OFFICE)).alias("office"),
        *(_moment(full, name, zone) for name in ("at", "document_at")),
    ).with_columns(pl.col(name).fill_null("") for name in FACTS)


def _offices(log: EventLog) -> pl.DataFrame | None:
    if "office" not in log.events.columns:
        return None
    opening = pl.col("event").is_in(["received", "submitted"])
    known = log.events.filter(opening & pl.col("office").is_not_null() & (pl.col("office") != UNKNOWN))
    return (
        known.sort("event", "at", "row")
        .group_by("dossier", maintain_order=True)
        .agg(of_receipt=pl.col("office").first())
    )


def _moment(steps: pl.DataFrame, name: str, zone: str) -> pl.Expr:
    if not isinstance(steps.schema[name], pl.Datetime):
        return pl.col(name)
    return pl.col(name).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M:%S")


def _in_month(acts: pl.DataFrame, month: str | None) -> pl.DataFrame:
    if month is None:
        return acts
    if not _MONTH.fullmatch(month):
        raise MalformedFrame("month", f"{month!r} is no month", "write it as 2026-10")
    return acts.filter(pl.col("at").str.starts_with(month))
