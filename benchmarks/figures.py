"""All indicators by office and month over a table of facts in Parquet, beside plain SQL; each in a fresh process."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from benchmarks.command import run
from benchmarks.logs import STEPS, synthetic_log
from benchmarks.timing import Contenders, Measurement, MissingPeerError, interleave, peer, seconds
from rules.figures.figures import figures
from rules.figures.indicators import Indicator, Indicators, indicators, is_sum
from rules.figures.periods import Period
from rules.figures.table import Measured, measured

GIB = 2**30
GOAL_DOSSIERS, GOAL_SECONDS = 10_000_000, 30
OURS, SQL = "all indicators in one pass", "DuckDB, a query for each rule of periods"
SLICE = 200_000
OFFICES, MONTHS = 200, 12
YEAR, ZONE = Period.parse("2026"), "Asia/Ho_Chi_Minh"


def published(*, rounds: int, dossiers: int) -> Measurement:
    """Count every indicator by office and month.

    Args:
        rounds: of each contender.
        dossiers: of the table; it is written first, and not timed.

    """
    with TemporaryDirectory(prefix="figures.") as folder:
        path = Path(folder) / "table.parquet"
        took = write_table(path, dossiers)
        reports: dict[str, list[dict[str, Any]]] = {OURS: [], SQL: []}
        contenders: Contenders = {OURS: partial(_fresh, "ours", path, reports[OURS])}
        notes: tuple[str, ...] = ()
        try:
            peer("duckdb")
            contenders = {SQL: partial(_fresh, "sql", path, reports[SQL]), **contenders}
        except MissingPeerError as error:
            notes = (str(error),)
        taken = interleave(contenders, rounds)
        size = path.stat().st_size
    title = f"{reports[OURS][0]['indicators']} indicators by office × month, {dossiers:,} dossiers in Parquet"
    found = Measurement("figures", title, "s", taken, OURS if SQL in taken else "", notes=notes)
    middle = found.median(OURS)
    facts = {
        "dossiers a second": round(dossiers / middle),
        "figures": reports[OURS][0]["figures"],
        "peak resident GiB": {
            who: round(max(r["peak_bytes"] for r in all_) / GIB, 2) for who, all_ in reports.items() if all_
        },
        "GiB of the table": round(size / GIB, 2),
        f"facts and readings, seconds for {min(SLICE, dossiers):,} dossiers × {STEPS} events": round(took, 2),
    }
    if SQL in taken:
        facts["totals on which the two differ"] = _differing(reports)
    goals = {f"under {GOAL_SECONDS} s": middle < GOAL_SECONDS} if dossiers >= GOAL_DOSSIERS else {}
    return replace(found, facts=facts, goals=goals)


def write_table(path: Path, dossiers: int) -> float:
    """Write a table of measured dossiers, and how long a slice of it took to work out from its log."""
    log = synthetic_log(min(SLICE, dossiers))
    kept: list[pl.DataFrame] = []
    took = seconds(lambda: kept.append(measured(log, YEAR).frame()))
    random = np.random.default_rng(1)
    with TemporaryDirectory(dir=path.parent) as folder:
        for number in range(-(-dossiers // SLICE)):
            rows = kept[0].head(dossiers - number * SLICE)
            _another(rows, random, number).write_parquet(Path(folder) / f"{number:04}.parquet", compression="lz4")
        pl.scan_parquet(folder).sink_parquet(path, compression="zstd", compression_level=1)
    return took


def _another(rows: pl.DataFrame, random: np.random.Generator, number: int) -> pl.DataFrame:
    """The same histories in other offices, with other channels, ratings and months."""
    count = rows.height
    offices = pl.Series([f"Chi nhánh {office}" for office in range(1, OFFICES + 1)])
    channels, ratings = (
        pl.Series(["online", "in_person", "postal", ""]),
        pl.Series(["satisfied", "neutral", "complaint"]),
    )
    later = pl.duration(days=30 * (number % 6))
    days = [name for name, kind in rows.schema.items() if kind == pl.Date]
    rated = pl.Series(random.random(count) < 0.3)
    return rows.with_columns(
        pl.format("{}-{}", "dossier", pl.lit(number)).alias("dossier"),
        offices.gather(random.integers(0, OFFICES, count)).alias("answering_office"),
        channels.gather(random.integers(0, 4, count)).alias("channel"),
        rated.alias("rated"),
        pl.when(rated).then(ratings.gather(random.integers(0, 3, count))).alias("rating"),
        pl.when(rated).then("finished_on").alias("rated_on"),
    ).with_columns(pl.col(name) + later for name in days)


def _fresh(who: str, path: Path, reports: list[dict[str, Any]]) -> float:
    reports.append(json.loads(run([sys.executable, "-m", "benchmarks.figures", who, str(path)])))
    return float(reports[-1]["seconds"])


def _differing(reports: dict[str, list[dict[str, Any]]]) -> int:
    ours, theirs = (reports[who][0]["totals"] for who in (OURS, SQL))
    return sum(ours[code] != theirs[code] for code in theirs)


def ours(path: Path) -> dict[str, Any]:
    """Every indicator in one pass, in this process."""
    chosen = indicators()
    table = Measured.scan(path, YEAR, datetime(2026, 12, 31, tzinfo=UTC), ZONE)
    kept: list[Any] = []
    took = seconds(lambda: kept.append(figures(table, chosen, by=["office", "month"])))
    counted = [one.code for one in chosen if one.input is None]
    totals = {
        code: [kept[0].total(code).numerator, kept[0].total(code).denominator]
        for code in counted
        if _adds_up(chosen[code])
    }
    return _report(took, len(counted), kept[0].table.height, totals)


def sql(path: Path) -> dict[str, Any]:
    """The same in DuckDB: one query for each rule of periods, on two threads."""
    chosen = indicators()
    connection = peer("duckdb").connect(config={"threads": 2})
    answers: dict[str, list[Any]] = {}

    def ask() -> None:
        for rule in chosen.periods:
            asked = [one for one in chosen if one.period == rule]
            if asked:
                answers[rule] = connection.execute(query(chosen, rule, asked, path)).fetchall()

    took = seconds(ask)
    return _report(took, len([*chosen]), sum(map(len, answers.values())), _totals(chosen, answers))


def query(chosen: Indicators, rule: str, asked: list[Indicator], path: Path) -> str:
    """The figures of the indicators of a rule by office and month, as SQL."""
    cells = ", ".join(cell for one in asked for cell in _cells(one))
    span = f"DATE '{YEAR.first}' AS period_from, DATE '{YEAR.last}' AS period_to"
    rows = f"SELECT *, {span} FROM read_parquet('{path}')"  # noqa: S608  # our own file and indicators
    placed = f"SELECT *, {chosen.periods[rule].on} AS placed FROM ({rows})"  # noqa: S608
    inside = "placed BETWEEN period_from AND period_to"
    return f"SELECT answering_office, date_trunc('month', placed), {cells} FROM ({placed}) WHERE {inside} GROUP BY 1, 2"  # noqa: S608


def _cells(one: Indicator) -> Iterator[str]:
    counts, value = f"({one.denominator})", f"({one.numerator})"
    if one.per == "procedure":
        yield f"count(DISTINCT CASE WHEN {counts} AND {value} THEN procedure END)"
        yield f"count(DISTINCT CASE WHEN {counts} AND {value} IS NOT NULL THEN procedure END)"
        return
    yield f"sum(CASE WHEN {counts} THEN {value} END)" if is_sum(one) else f"count(*) FILTER ({counts} AND {value})"
    yield f"count(*) FILTER ({counts} AND {value} IS NOT NULL)"


def _totals(chosen: Indicators, answers: dict[str, list[Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rule, rows in answers.items():
        for place, one in enumerate(one for one in chosen if one.period == rule):
            if _adds_up(one):
                found[one.code] = [int(sum(row[2 + 2 * place + n] or 0 for row in rows)) for n in (0, 1)]
    return found


def _adds_up(one: Indicator) -> bool:
    return one.per == "dossier"


def _report(took: float, count: int, rows: int, totals: dict[str, list[int]]) -> dict[str, Any]:
    return {"seconds": took, "indicators": count, "figures": rows, "totals": totals, "peak_bytes": _peak_bytes()}


def _peak_bytes() -> int:
    """The peak of this program alone; `ru_maxrss` would begin with what its parent had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "sql": sql}[sys.argv[1]](Path(sys.argv[2]))))
