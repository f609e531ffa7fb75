"""A synthetic province in a Parquet file: seven events a dossier, applicants, running numbers, office hours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from calendars import vietnam
from calendars.columns import ColumnCalendar
from dossier.procedures import Procedures

PATHS = {
    "submitted received published forwarded completed published delivered": 68,
    "received published forwarded completed published notified delivered": 10,
    "submitted received published forwarded consulted answered completed": 6,
    "submitted received published forwarded paused resumed completed": 5,
    "submitted received forwarded supplement_requested supplemented completed delivered": 4,
    "submitted received published forwarded apologised completed delivered": 2,
    "submitted received published forwarded document_attached notified withdrawn": 2,
    "submitted guided submitted received forwarded completed delivered": 2,
    "submitted received published forwarded document_attached rejected notified": 1,
}
"""What happens to a dossier, and in how many of a hundred."""

STEPS = 7
OFFICES = 40
CARELESS, SLOW = 0.02, 0.03
"""Shares of the dossiers that lack their papers, and that take four times as long."""

PACE = np.array([0, 0, 0, 0, 3, 3, 3])
"""Working days after the first step on which each step happens."""

LIMITS = ("10 ngày làm việc", "15 ngày làm việc", "20 ngày", "1 tháng", None)
"""Printed limits; None: the procedure file has it."""

DAYS = 240
REASONS = tuple(f"thiếu thành phần {number}" for number in range(1, 400))
Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def write_province(path: Path, dossiers: int, seed: int = 1) -> Path:
    """Write the log of so many dossiers, those of an office together, the events of a dossier together and in order."""
    with TemporaryDirectory(dir=path.parent) as folder:
        for number, office in enumerate(offices(dossiers, seed)):
            office.write_parquet(Path(folder) / f"{number:03}.parquet", compression="lz4")
        pl.scan_parquet(folder).sink_parquet(path, compression="zstd", compression_level=3)
    return path


def shuffled(path: Path, to: Path, seed: int = 2) -> Path:
    """The same log with its rows in no order; shuffled in memory."""
    frame = pl.read_parquet(path)
    frame.sample(fraction=1, shuffle=True, seed=seed).write_parquet(to, compression_level=3)
    return to


def offices(dossiers: int, seed: int = 1) -> Iterator[pl.DataFrame]:
    """The events of one office after the other."""
    each, left = divmod(dossiers, OFFICES)
    for office in range(OFFICES):
        count = each + (office < left)
        if count:
            yield _office(np.random.default_rng([seed, office]), office + 1, count)


def _office(random: np.random.Generator, office: int, count: int) -> pl.DataFrame:
    columns = ColumnCalendar(vietnam())
    days = np.sort(random.integers(0, DAYS, count))
    first = columns.add_working_days(np.full(count, np.datetime64("2026-01-01")), days + 1)
    pace = PACE * np.where(random.random(count) < SLOW, 4, 1)[:, None]
    worked = columns.add_working_days(np.repeat(first, STEPS), pace.ravel())
    minutes = np.sort(random.integers(0, 250, (count, STEPS)), axis=1) + np.arange(STEPS)
    moments = worked.astype("datetime64[us]") + (minutes.ravel() + 7 * 60).astype("timedelta64[m]")
    paths = random.choice(len(PATHS), count, p=np.array(list(PATHS.values())) / 100)
    kinds = pl.Series([kind for path in PATHS for kind in path.split()])
    cases = _cases(random, office, first)
    steps = pl.DataFrame(
        {
            "event": kinds.gather((paths[:, None] * STEPS + np.arange(STEPS)).ravel()),
            "at": pl.Series(moments).dt.replace_time_zone("Asia/Ho_Chi_Minh"),
            "reason_text": pl.Series(REASONS).gather(random.integers(0, len(REASONS), count * STEPS)),
        }
    )
    rows = cases[np.repeat(np.arange(count, dtype=np.uint32), STEPS)]
    return pl.concat([rows, steps], how="horizontal").select(**_cells())


def _cases(
    random: np.random.Generator, office: int, first: np.ndarray[tuple[int], np.dtype[np.datetime64]]
) -> pl.DataFrame:
    count = len(first)
    procedures = pl.Series([one.code for one in Procedures.shipped()])
    cases = pl.DataFrame(
        {
            "day": first,
            "number": np.arange(1, count + 1),
            "applicant": random.integers(0, max(count * OFFICES // 2, 1), count),
            "procedure": procedures.gather(random.integers(0, len(procedures), count)),
            "limit": pl.Series(LIMITS, dtype=pl.String).gather(random.integers(0, len(LIMITS), count)),
            "careless": random.random(count) < CARELESS,
        }
    )
    place = pl.int_range(1, pl.len() + 1).over("day").cast(pl.String).str.zfill(5)
    return cases.with_columns(
        pl.format("H32.{}-{}-{}", pl.lit(f"{office:02}"), pl.col("day").dt.strftime("%y%m%d"), place).alias("dossier"),
        pl.format("kh-{}", "applicant").alias("applicant"),
        pl.format("TN-{}", "number").alias("receipt"),
        pl.lit(f"CN-{office:02}").alias("office"),
    )


def _cells() -> dict[str, pl.Expr]:
    event, careful = pl.col("event"), ~pl.col("careless")
    receipt, paused, completed = event == "received", event == "paused", event == "completed"
    opening = event.is_in(["submitted", "received"])
    explained = event.is_in(["paused", "supplement_requested", "apologised", "guided", "rejected", "withdrawn"])
    papers = event.is_in(["document_attached", "paused", "completed", "withdrawn"])
    day = pl.col("at").dt.date()
    return {
        "dossier": pl.col("dossier"),
        "event": event,
        "at": pl.col("at"),
        "recorded_at": pl.col("at") + pl.when(careful).then(pl.duration(minutes=2)).otherwise(pl.duration(days=4)),
        "actor": pl.lit("cb-07"),
        "office": pl.when(opening | event.is_in(["forwarded", "delivered", "consulted"])).then("office"),
        "applicant": pl.when(opening).then("applicant"),
        "procedure": pl.when(opening).then("procedure"),
        "channel": pl.when(opening).then(pl.lit("online")).when(event == "delivered").then(pl.lit("in_person")),
        "limit": pl.when(receipt).then("limit"),
        "promised": pl.when(receipt)
        .then(day + pl.duration(days=9))
        .when(event == "apologised")
        .then(day + pl.duration(days=20)),
        "reason": pl.when(explained & careful).then("reason_text"),
        "ground": pl.when(paused).then(pl.lit("financial_obligation")),
        "document": pl.when(papers & careful).then(pl.format("vb-{}", "number")),
        "document_at": pl.when(paused).then(pl.col("at") - pl.duration(minutes=1)),
        "notice": pl.when((paused | (event == "withdrawn")) & careful).then(pl.format("tb-{}", "number")),
        "slip": pl.when(receipt & careful).then("receipt").when(explained & careful).then(pl.format("P-{}", "number")),
        "signed": pl.when(completed).then(careful),
        "digitised": papers | receipt,
    }
