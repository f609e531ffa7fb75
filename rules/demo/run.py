"""The main job: a quarter at the desk, a careless office's log beside it, one check of both, one report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.formats.log import read_log
from rules.checks import Checked, check
from rules.demo.careless import Careless, keep_careless_log
from rules.demo.desk_log import keep_quarter
from rules.demo.errors import ForeignFiles
from rules.demo.office import Office
from rules.demo.quarter import END
from rules.demo.result import Demo, Files
from rules.page import page_of
from rules.report import write_report

TITLE = "Kiểm tra hồ sơ quý III năm 2026 (dữ liệu mô phỏng)"
CARELESS_SHARE, CARELESS_LEAST = 0.3, 200


def run_demo(directory: Path, *, seed: int = 2026, dossiers: int = 2000) -> Demo:
    """Run the demo into a directory; files of an earlier demo are replaced together, at the very end.

    Args:
        directory: where the files go; made if it is not there.
        seed: another seed, another quarter; the same seed, the same logs.
        dossiers: how many the desk runs; the careless office has 3 for 10 of them, at least 200.

    Raises:
        ForeignFiles: the directory holds files of these names that no demo wrote.
        OSError: the directory cannot be made or written to.

    """
    begun = perf_counter()
    with _replaced(Path(directory)) as draft:
        files = Files(draft)
        office = keep_quarter(files.database, files.desk_log, seed=seed, dossiers=dossiers)
        others = max(CARELESS_LEAST, round(dossiers * CARELESS_SHARE))
        wrong = keep_careless_log(files.careless_log, files.planted, seed=seed, dossiers=others)
        desk, careless = read_log(files.desk_log), read_log(files.careless_log)
        checked = check(joined(desk, careless), as_of=END)
        write_report(page_of(checked, TITLE, f"{files.desk_log.name} + {files.careless_log.name}"), files.report)
        demo = _summary(Path(directory), seed, office, wrong, checked, perf_counter() - begun)
        files.summary.write_text(json.dumps(demo.to_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return demo


@contextmanager
def _replaced(directory: Path) -> Iterator[Path]:
    """A draft directory whose files take the place of the old ones when all went well."""
    directory.mkdir(parents=True, exist_ok=True)
    files = Files(directory)
    there = [path.name for path in files if path.exists()]
    if there and not files.summary.exists():
        raise ForeignFiles(directory, there)
    with TemporaryDirectory(dir=directory, prefix=".demo-") as draft:
        yield Path(draft)
        for path in Files(Path(draft)):
            path.replace(directory / path.name)


def joined(first: EventLog, second: EventLog) -> EventLog:
    """Two logs of the same columns and calendar as one."""
    moved = second.events.with_columns((pl.col("row") + first.rows).cast(pl.UInt32))
    return EventLog(
        events=pl.concat([first.events, moved]),
        columns=first.columns & second.columns,
        kinds=first.kinds & second.kinds,
        rows=first.rows + second.rows,
        unreadable=first.unreadable + second.unreadable,
        warnings=first.warnings + second.warnings,
        latest=max((log.latest for log in (first, second) if log.latest), default=None),
        calendar=first.calendar,
        law_as_of=first.law_as_of,
        evidence_from=first.evidence_from,
    )


def _summary(directory: Path, seed: int, office: Office, wrong: Careless, checked: Checked, seconds: float) -> Demo:
    pairs = frozenset(checked.found.select("dossier", "rule").iter_rows())
    theirs = frozenset(pair for pair in pairs if pair[0] in wrong.dossiers)
    return Demo(
        directory=directory,
        seed=seed,
        dossiers=checked.facts.height - len(wrong.dossiers),
        acts=office.acts,
        refused=office.refused,
        reasons=dict(office.reasons.most_common()),
        let_through=tuple(office.let_through),
        states=dict(office.states),
        preventable_rules=frozenset(tally.rule.code for tally in checked.tallies if tally.rule.preventable),
        desk_found=dict(sorted(Counter(rule for _, rule in pairs - theirs).items())),
        careless_dossiers=len(wrong.dossiers),
        careless_events=len(wrong.rows),
        planted=wrong.pairs,
        found=theirs,
        seconds=seconds,
    )
