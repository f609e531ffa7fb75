"""A synthetic event log in memory: seven events a dossier, rows of a dossier together, every unusual step in it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from calendars import vietnam
from dossier.events import KINDS
from dossier.formats.eventlog import MOMENT, EventLog
from dossier.procedures import Procedures

PATHS = {
    "submitted received forwarded consulted answered completed delivered": 40,
    "submitted received forwarded document_attached paused resumed completed": 30,
    "submitted received forwarded supplement_requested supplemented completed delivered": 15,
    "submitted received forwarded consulted apologised answered completed": 8,
    "submitted received forwarded document_attached paused resumed consulted": 4,
    "submitted guided submitted received forwarded completed delivered": 2,
    "submitted received forwarded consulted answered rejected notified": 1,
}
"""What happens to a dossier, and in how many of a hundred; the fifth path is still open when the log ends."""

STEPS = 7
CARELESS = 50
"""Every so many dossiers lack their papers and were entered four days late."""

HOURS = np.array([0, 3, 5, 26, 50, 98, 170])
LIMITS = ("5 ngày làm việc", "10 ngày làm việc", "15 ngày", "20 ngày làm việc", "1 tháng", "16 giờ làm việc", None)
"""Printed limits; None: the procedure file has it."""

OFFICES = tuple(f"Chi nhánh {number}" for number in range(1, 41))
START = np.datetime64("2026-01-05T01:00", "us")
"""UTC: the office opens an hour before."""
HALF_YEAR = 180 * 24 * 60


def synthetic_log(dossiers: int, seed: int = 1) -> EventLog:
    """An event log of so many dossiers, seven events each; equal seeds give equal logs."""
    random = np.random.default_rng(seed)
    paths = random.choice(len(PATHS), dossiers, p=np.array(list(PATHS.values())) / 100)
    begun = START + random.integers(0, HALF_YEAR, dossiers).astype("timedelta64[m]")
    minutes = HOURS * random.uniform(0.5, 3, (dossiers, 1)) * 60
    cases = pl.DataFrame(
        {
            "dossier": pl.select(pl.format("H32.10-260105-{}", pl.int_range(dossiers))).to_series(),
            "careless": np.arange(dossiers) % CARELESS == 0,
            "limit": _drawn(random, LIMITS, dossiers),
            "procedure": _drawn(random, tuple(one.code for one in Procedures.shipped()), dossiers),
            "office": _drawn(random, OFFICES, dossiers),
        }
    )
    steps = pl.DataFrame({"event": _kinds(paths), "at": (begun[:, None] + minutes.astype("timedelta64[m]")).ravel()})
    events = pl.concat([_repeated(cases), steps], how="horizontal").with_row_index("row", offset=1)
    return _log(events.with_columns(pl.col("at").dt.replace_time_zone("UTC")).with_columns(**_cells()).drop("careless"))


def _drawn(random: np.random.Generator, values: tuple[str | None, ...], size: int) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(random.integers(0, len(values), size))


def _repeated(cases: pl.DataFrame) -> pl.DataFrame:
    return cases[np.repeat(np.arange(cases.height, dtype=np.uint32), STEPS)]


def _kinds(paths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    kinds = pl.Series([kind for path in PATHS for kind in path.split()])
    places = paths[:, None] * STEPS + np.arange(STEPS)
    return kinds.gather(places.ravel())


def _cells() -> dict[str, pl.Expr]:
    event, careful = pl.col("event"), ~pl.col("careless")
    receipt, paused, completed = event == "received", event == "paused", event == "completed"
    opening = event.is_in(["submitted", "received"])
    explained = event.is_in(["paused", "supplement_requested", "apologised", "guided", "rejected"])
    promising = receipt | (event == "apologised")
    return {
        "recorded_at": pl.col("at") + pl.when(careful).then(pl.duration(minutes=2)).otherwise(pl.duration(days=4)),
        "actor": pl.lit("cb-07"),
        "office": pl.when(opening).then("office"),
        "procedure": pl.when(opening).then("procedure"),
        "channel": pl.when(opening).then(pl.lit("online")),
        "limit": pl.when(receipt).then("limit"),
        "promised_at": pl.lit(None, MOMENT),
        "promised_date": pl.when(promising).then(pl.col("at").dt.date() + pl.duration(days=6)),
        "promised_unknown": pl.lit(value=False),
        "reason": pl.when(explained & careful).then(pl.lit("chờ nghĩa vụ tài chính")),
        "ground": pl.when(paused).then(pl.lit("financial_obligation")),
        "document": pl.when(event.is_in(["document_attached", "paused", "completed"]) & careful).then(pl.lit("vb-12")),
        "document_at": pl.when(paused & (pl.col("row") % 2 == 0)).then(pl.col("at") - pl.duration(hours=1)),
        "notice": pl.when(paused & careful).then(pl.lit("tb-3")),
        "slip": pl.when((opening | explained) & careful).then(pl.lit("01-1")),
        "signed": completed & careful,
    }


def _log(events: pl.DataFrame) -> EventLog:
    latest = events["at"].max()
    columns = {"promised"} | {name for name in events.columns if not name.startswith("promised")} - {"row"}
    return EventLog(
        events=events,
        columns=frozenset(columns),
        kinds=frozenset(KINDS),
        rows=events.height,
        unreadable=(),
        warnings=(),
        latest=latest if isinstance(latest, datetime) else None,
        calendar=vietnam(),
        law_as_of=None,
        evidence_from={},
    )
