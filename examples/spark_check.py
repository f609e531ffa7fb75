"""The rulebook inside Apache Spark: the same functions as on one machine, run where the dossiers are.

spark-submit spark_check.py LOG.parquet OUT_FOLDER

Needs Java 17 and the extra `spark` (pip install 'motcua[spark]') on the driver and on every worker.
"""

import pickle
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from calendars import WorkCalendar, vietnam
from dossier.events import LOG_COLUMNS
from rules.batches import ROW, UNREAD, batch_log
from rules.facts.neighbours import Neighbours
from rules.findings import SCHEMA
from rules.streaming import BATCH_ROWS, Kept, Law, Part, judge_across, judge_apart

BLANKS = " \t\r\n"
FIGURES, KEPT = "figures", "kept"
"""Columns beside those of a finding, each filled in one row a batch."""


def check_in_spark(
    spark: SparkSession,
    path: str,
    out: str,
    *,
    law: Law | None = None,
    as_of: datetime | None = None,
    calendar: WorkCalendar | None = None,
) -> tuple[DataFrame, Part]:
    """Judge every dossier of a Parquet log, each by itself, then beside all others.

    Args:
        spark: the session; `sortWithinPartitions` spills to disk what does not fit.
        path: an event log as docs/event-log.md describes it, rows in any order.
        out: a folder that does not exist; Spark writes `apart` and `across` into it.
        law: what judges; what ships where none is given.
        as_of: when it is judged, aware; the latest moment in the log where none is given.
        calendar: of the office; Vietnam's state bodies where none is given.

    Returns:
        Findings and signals (columns `rules.findings.SCHEMA`), and the figures of all batches.

    """
    spark.sparkContext.addPyFile(__file__)
    law, calendar = law or Law(), calendar or vietnam()
    rows = by_dossier(spark, path)
    moment = (as_of or latest(rows, calendar) or datetime.now(UTC)).astimezone(UTC)
    written = [_written(rows.mapInArrow(Apart(law, calendar, moment), _schema(KEPT)), f"{out}/apart")]
    seen, parts = zip(*_figures(written[0]), strict=True)
    kept = written[0].where(sql.col(KEPT).isNotNull()).select(KEPT)
    written.append(_written(kept.mapInArrow(Across(law, Neighbours.of(seen)), _schema()), f"{out}/across"))
    both = written[0].drop(KEPT).union(written[1])
    return both.where(sql.col(FIGURES).isNull()).drop(FIGURES), sum((*parts, *_figures(written[1])), Part())


def by_dossier(spark: SparkSession, path: str) -> DataFrame:
    """The rows of each dossier together, in the order of the file."""
    read = spark.read.parquet(path)
    columns = [sql.col(name) for name in read.columns if name in LOG_COLUMNS and name not in UNREAD]
    number = (sql.col("_metadata.row_index") + 1).alias(ROW)
    code = sql.btrim(sql.col("dossier").cast("string"), sql.lit(BLANKS))
    return read.select(number, *columns).repartition(code).sortWithinPartitions(code, sql.col(ROW))


def whole_dossiers(batches: Iterator[pa.RecordBatch], least: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
    """Join the batches that Spark hands over (10,000 rows, wherever they end) and cut between dossiers."""
    held: list[pl.DataFrame] = []
    rows = 0
    for batch in batches:
        held.append(pl.DataFrame(batch))
        rows += batch.num_rows
        if rows >= least:
            joined = pl.concat(held)
            code = joined["dossier"].cast(pl.String).str.strip_chars()
            last = code.tail(1).new_from_index(0, len(code)).eq_missing(code)
            if not last.all():
                yield joined.filter(~last)
            held = [joined.filter(last)]
            rows = held[0].height
    if held:
        yield pl.concat(held)


def latest(rows: DataFrame, calendar: WorkCalendar) -> datetime | None:
    """The latest moment of all rows."""
    names = [name for name in (ROW, "dossier", "event", "at", "recorded_at") if name in rows.columns]

    def of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            moment = batch_log(pl.DataFrame(batch), calendar).latest
            yield pa.RecordBatch.from_pydict(
                {"moment": [moment and moment.astimezone(UTC).isoformat(timespec="microseconds")]}
            )

    found = rows.select(*names).mapInArrow(of_batches, "moment string").agg(sql.max("moment")).collect()[0][0]
    return None if found is None else datetime.fromisoformat(found)


class Apart:
    """Judge whole dossiers by themselves."""

    def __init__(self, law: Law, calendar: WorkCalendar, as_of: datetime) -> None:
        self.law, self.calendar, self.as_of = law, calendar, as_of

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Findings, and in a row of its own what else a batch gave."""
        for frame in whole_dossiers(batches):
            log = batch_log(frame, self.calendar)
            found, part, seen, kept = judge_apart(log, self.law, self.as_of)
            yield from _rows(found, (seen, part), Kept(kept.facts, kept.own.light()))


class Across:
    """Judge what was put aside of each batch."""

    def __init__(self, law: Law, whole: Neighbours) -> None:
        self.law, self.whole = law, whole

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Findings, and in a row of its own the figures."""
        for batch in batches:
            for kept in batch.column(0).to_pylist():
                yield from _rows(*judge_across(pickle.loads(kept), self.law, self.whole))  # noqa: S301  # written above


def _rows(found: pl.DataFrame, figures: object, kept: Kept | None = None) -> Iterator[pa.RecordBatch]:
    more = {FIGURES: pickle.dumps(figures)} | ({KEPT: pickle.dumps(kept)} if kept else {})
    rows = pl.concat([found, pl.DataFrame([more], dict.fromkeys(more, pl.Binary))], how="diagonal")
    yield from rows.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()


def _schema(*more: str) -> str:
    return ", ".join([*(f"{name} string" for name in SCHEMA), *(f"{name} binary" for name in (FIGURES, *more))])


def _written(rows: DataFrame, folder: str) -> DataFrame:
    rows.write.parquet(folder)
    return rows.sparkSession.read.parquet(folder)


def _figures(rows: DataFrame) -> list:
    found = rows.where(sql.col(FIGURES).isNotNull()).select(FIGURES).collect()
    return [pickle.loads(bytes(row[0])) for row in found]  # noqa: S301  # our own workers wrote it


def main() -> None:
    """Judge the log and print the figures."""
    session = SparkSession.builder.appName("motcua").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    findings, total = check_in_spark(session, sys.argv[1], sys.argv[2])
    print(f"{total.dossiers} dossiers, {total.rows} events, {findings.count()} findings and signals")
    session.stop()


if __name__ == "__main__":
    main()
