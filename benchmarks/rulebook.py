"""The whole rulebook over a log in memory: seconds and peak memory, each check in a fresh process."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import row_by_row
from benchmarks.command import run
from benchmarks.logs import STEPS, synthetic_log
from benchmarks.timing import Measurement, interleave, seconds
from rules.checks import Checked, check

GIB = 2**30
GOAL_SECONDS, GOAL_BYTES = 10, 4 * GIB
GOAL_DOSSIERS = 1_000_000
ALL, ALONE = "all rules, in columns", "R13 alone, row by row"


def whole(*, rounds: int, dossiers: int) -> Measurement:
    """Judge a log by every rule, as `motcua check` does once the log is read."""
    reports = [_fresh(dossiers) for _ in range(rounds)]
    taken = tuple(report["seconds"] for report in reports)
    peak = max(report["peak_bytes"] for report in reports)
    found = Measurement(
        "rulebook", f"All {reports[0]['rules']} rules, {dossiers:,} dossiers × {STEPS} events", "s", {ALL: taken}
    )
    middle = found.median(ALL)
    facts = {
        "dossiers a second": round(dossiers / middle),
        "seconds of processor time": sorted(report["cpu_seconds"] for report in reports)[rounds // 2],
        "peak resident GiB, the log included": round(peak / GIB, 2),
        "the log alone, GiB": round(reports[0]["log_bytes"] / GIB, 2),
        "findings and signals": reports[0]["found"],
    }
    return replace(found, goals=_goals(dossiers, middle, peak), facts=facts, notes=_notes(reports[0]))


def against_row_by_row(*, rounds: int, dossiers: int) -> Measurement:
    """The same log judged by all rules in columns, and by one rule dossier after dossier."""
    log = synthetic_log(dossiers)
    rows = row_by_row.rows(log)
    contenders = {
        ALONE: partial(_rate, dossiers, row_by_row.decided_late, log, rows),
        ALL: partial(_rate, dossiers, check, log),
    }
    differing = set(row_by_row.decided_late(log, rows)) ^ set(_late(check(log)))
    return Measurement(
        "row-by-row",
        f"{dossiers:,} dossiers in memory",
        "dossiers a second",
        interleave(contenders, rounds),
        ALL,
        higher_is_better=True,
        facts={"dossiers on which the two differ about R13": len(differing)},
        notes=(
            "No library judges these rules. The judge row by row is ours (dossier.clock, plain on purpose): one rule.",
        ),
    )


def _goals(dossiers: int, middle: float, peak: int) -> dict[str, bool]:
    if dossiers < GOAL_DOSSIERS:
        return {}
    return {
        f"under {GOAL_SECONDS} s": middle < GOAL_SECONDS,
        f"under {GOAL_BYTES // GIB} GiB": peak < GOAL_BYTES,
    }


def _notes(report: dict[str, Any]) -> tuple[str, ...]:
    return () if report["peak_is_of_the_check"] else ("The peak is that of the process: making the log is in it.",)


def _rate(dossiers: int, judge: Any, *given: Any) -> float:  # noqa: ANN401  # either judge
    return dossiers / seconds(lambda: judge(*given))


def _late(checked: Checked) -> list[str]:
    return checked.found.filter(checked.found["rule"] == "R13")["dossier"].to_list()


def _fresh(dossiers: int) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run([sys.executable, "-m", "benchmarks.rulebook", str(dossiers)]))
    return report


def report(dossiers: int) -> dict[str, Any]:
    """One check in this process: its seconds, and the peak of resident memory while it ran."""
    log = synthetic_log(dossiers)
    log_bytes, alone = _resident("VmRSS"), _forget_peak()
    spent = _processor_seconds()
    kept: list[Checked] = []
    took = seconds(lambda: kept.append(check(log)))
    return {
        "seconds": took,
        "cpu_seconds": round(_processor_seconds() - spent, 2),
        "log_bytes": log_bytes,
        "peak_bytes": _resident("VmHWM"),
        "peak_is_of_the_check": alone,
        "rules": len(kept[0].tallies),
        "found": kept[0].found.height,
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _forget_peak() -> bool:
    """Let the kernel count the peak from now on; False where it cannot."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def _resident(field: str) -> int:
    """A field of /proc/self/status in bytes; the peak of the process where there is no such file."""
    status = Path("/proc/self/status")
    if not status.exists():
        # macOS counts in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(lines[field].split()[0]) * 1024


if __name__ == "__main__":
    print(json.dumps(report(int(sys.argv[1]))))
