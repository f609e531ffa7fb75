"""The whole rulebook over a synthetic province in Parquet, beside a bare scan of the file; each in a fresh process."""

from __future__ import annotations

import json
import resource
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.command import run
from benchmarks.peers import against_declare, against_zen
from benchmarks.provinces import STEPS, shuffled, write_province
from benchmarks.timing import Measurement, MissingPeerError, interleave, seconds
from calendars import vietnam
from rules.batches import ParquetLog
from rules.processes import processors
from rules.streaming import BATCH_ROWS, check_stream

GIB = 2**30
GOAL_DOSSIERS, GOAL_SECONDS, GOAL_BYTES = 10_000_000, 60, 6 * GIB
SCAN, ALL, APART = "the same columns read, nothing done", "all rules, streaming", "the same, rows in no order"

UNLIKE = (
    "pm4py checks an order of steps by Declare, no dates; zen-engine is given the facts and compares them with limits. "
    "Ours reads the file, works out the facts, judges all rules and writes the findings."
)


def nation(*, rounds: int, dossiers: int, unclustered: bool = False) -> Measurement:
    """Judge a province that lies in a Parquet file, by batches.

    Args:
        rounds: of the scan and of the check.
        dossiers: of the province; the file is written first and not timed.
        unclustered: whether the same rows are judged in random order, too; they are shuffled in memory.

    """
    with TemporaryDirectory(prefix="province.") as folder:
        path = write_province(Path(folder) / "province.parquet", dossiers)
        reports: list[dict[str, Any]] = []
        contenders = {SCAN: partial(_scan, path), ALL: partial(_check, path, reports)}
        taken = interleave(contenders, rounds)
        size, notes = path.stat().st_size, ()
        if unclustered:
            taken[APART], notes = _apart(path)
    found = Measurement(
        "nation", f"All {reports[0]['rules']} rules, {dossiers:,} dossiers × {STEPS} events in Parquet", "s", taken
    )
    middle, peak = found.median(ALL), max(report["peak_bytes"] for report in reports)
    facts = {
        "dossiers a second": round(dossiers / middle),
        "share of the scan limit": f"{found.median(SCAN) / middle:.0%}",
        "seconds of processor time": sorted(report["cpu_seconds"] for report in reports)[rounds // 2],
        "processes that judge": reports[0]["processes"],
        "peak resident GiB, the largest process counted for each": round(peak / GIB, 2),
        "findings and signals": reports[0]["found"],
        "seconds by stage": reports[0]["stages"],
        "GiB of the file": round(size / GIB, 2),
    }
    return replace(found, goals=_goals(dossiers, middle, peak), facts=facts, notes=notes)


def nation_peers(*, rounds: int, dossiers: int) -> Measurement:
    """What a process-mining library and a rule engine take for a dossier, beside all rules of ours."""
    with TemporaryDirectory(prefix="province.") as folder:
        path = write_province(Path(folder) / "province.parquet", dossiers)
        ours = {ALL: lambda: seconds(partial(_checked, path, Path(folder))) / dossiers * 1e6}
        contenders, notes = dict[str, Callable[[], float]](), list[str]()
        for prepare in (against_declare, against_zen):
            try:
                contenders |= prepare(path)
            except MissingPeerError as error:
                notes.append(str(error))
        taken = interleave(contenders | ours, rounds)
    return Measurement(
        "nation-peers",
        f"Check {dossiers:,} dossiers",
        "µs a dossier",
        taken,
        ALL,
        notes=(*notes, UNLIKE),
    )


def _checked(path: Path, folder: Path) -> None:
    shutil.rmtree(folder / "out", ignore_errors=True)
    check_stream(path, folder / "out", workers=processors())


def _scan(path: Path) -> float:
    return float(_fresh("scan", path)["seconds"])


def _check(path: Path, reports: list[dict[str, Any]]) -> float:
    reports.append(_fresh("check", path))
    return float(reports[-1]["seconds"])


def _apart(path: Path) -> tuple[tuple[float, ...], tuple[str, ...]]:
    reports: list[dict[str, Any]] = []
    took = _check(shuffled(path, path.with_name("shuffled.parquet")), reports)
    first = reports[0]["stages"]["partition"]
    return (took,), (f"With the rows in no order {first:.0f} s of the time go into gathering the dossiers.",)


def _goals(dossiers: int, middle: float, peak: int) -> dict[str, bool]:
    if dossiers < GOAL_DOSSIERS:
        return {}
    return {
        f"under {GOAL_SECONDS} s": middle < GOAL_SECONDS,
        f"under {GOAL_BYTES // GIB} GiB": peak < GOAL_BYTES,
    }


def _fresh(what: str, path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run([sys.executable, "-m", "benchmarks.nation", what, str(path)]))
    return report


def scan(path: Path) -> dict[str, Any]:
    """Read the columns that the check reads, in batches of the same size, by as many threads."""
    log = ParquetLog(path)

    def read() -> None:
        batches, _ = log.batches(BATCH_ROWS, vietnam(), processors())
        with ThreadPoolExecutor(processors()) as pool:
            for _ in pool.map(lambda batch: batch.load(log.columns()).height, batches or []):
                pass

    return {"seconds": seconds(read)}


def report(path: Path) -> dict[str, Any]:
    """One check: its seconds, and the peaks of resident memory of all its processes, as if they came at once."""
    with TemporaryDirectory(dir=path.parent) as folder:
        kept: list[Any] = []
        took = seconds(lambda: kept.append(check_stream(path, Path(folder) / "out", workers=processors())))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    helpers = min(processors(), kept[0].batches)
    return {
        "seconds": took,
        "stages": kept[0].seconds,
        "processes": helpers,
        "cpu_seconds": round(sum(one.ru_utime + one.ru_stime for one in used), 2),
        "peak_bytes": (used[0].ru_maxrss + helpers * used[1].ru_maxrss) * 1024,
        "rules": len(kept[0].tallies),
        "found": sum(kept[0].total.kinds.values()),
    }


if __name__ == "__main__":
    print(json.dumps({"scan": scan, "check": report}[sys.argv[1]](Path(sys.argv[2]))))
