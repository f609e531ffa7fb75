"""`python -m benchmarks`: all measurements in one run, medians and ratios."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial

from rich.console import Console

from benchmarks.columns import column_days, column_minutes
from benchmarks.command import MissingCommandError
from benchmarks.commands import commands, replay
from benchmarks.concurrent import on_postgres, on_postgres_at_once
from benchmarks.days import counting, working_days
from benchmarks.deadlines import batch, deadlines
from benchmarks.figures import published
from benchmarks.hours import tables, working_hours
from benchmarks.nation import nation, nation_peers
from benchmarks.one import one
from benchmarks.printing import document, machine, show
from benchmarks.reading import reading
from benchmarks.rulebook import against_row_by_row, whole
from benchmarks.start import start
from benchmarks.storing import on_sqlite
from benchmarks.timing import Measurement, MissingPeerError
from benchmarks.worklists import worklists

Plan = dict[str, Callable[..., Measurement]]

FULL: Plan = {
    "working-days": partial(working_days, rounds=5, at_least=0.5),
    "counting": partial(counting, rounds=5, at_least=0.5),
    "working-hours": partial(working_hours, rounds=5, at_least=0.5),
    "column-days": partial(column_days, rounds=15, rows=1_000_000),
    "column-minutes": partial(column_minutes, rounds=15, rows=1_000_000),
    "tables": partial(tables, rounds=15),
    "deadlines": partial(deadlines, rounds=5, at_least=0.2, size=2_000),
    "batch": partial(batch, rounds=5, size=20_000),
    "start": partial(start, rounds=10),
    "row-by-row": partial(against_row_by_row, rounds=3, dossiers=20_000),
    "reading": partial(reading, rounds=3, rows=1_000_000),
    "rulebook": partial(whole, rounds=3, dossiers=1_000_000),
    "nation": partial(nation, rounds=3, dossiers=1_000_000, unclustered=True),
    "nation-peers": partial(nation_peers, rounds=3, dossiers=50_000),
    "one": partial(one, rounds=9, dossiers=200),
    "commands": partial(commands, rounds=5, lives=500, at_least=0.5),
    "replay": partial(replay, rounds=5, events=100_000, at_least=0.5),
    "sqlite": partial(on_sqlite, rounds=9, lives=100),
    "postgres": partial(on_postgres, rounds=9, lives=100),
    "postgres-eight": partial(on_postgres_at_once, rounds=7, lives=40),
    "worklist": partial(worklists, rounds=5, dossiers=2_000_000, at_least=0.3),
    "figures": partial(published, rounds=3, dossiers=10_000_000),
}
QUICK: Plan = {
    "working-days": partial(working_days, rounds=3, at_least=0.05),
    "counting": partial(counting, rounds=3, at_least=0.05),
    "working-hours": partial(working_hours, rounds=3, at_least=0.05),
    "column-days": partial(column_days, rounds=3, rows=100_000),
    "column-minutes": partial(column_minutes, rounds=3, rows=100_000),
    "tables": partial(tables, rounds=3),
    "deadlines": partial(deadlines, rounds=3, at_least=0.05, size=200),
    "batch": partial(batch, rounds=3, size=2_000),
    "start": partial(start, rounds=3),
    "row-by-row": partial(against_row_by_row, rounds=3, dossiers=2_000),
    "reading": partial(reading, rounds=3, rows=50_000),
    "rulebook": partial(whole, rounds=1, dossiers=50_000),
    "nation": partial(nation, rounds=1, dossiers=20_000),
    "nation-peers": partial(nation_peers, rounds=1, dossiers=2_000),
    "one": partial(one, rounds=3, dossiers=20),
    "commands": partial(commands, rounds=3, lives=50, at_least=0.05),
    "replay": partial(replay, rounds=3, events=10_000, at_least=0.05),
    "sqlite": partial(on_sqlite, rounds=3, lives=20),
    "postgres": partial(on_postgres, rounds=3, lives=20),
    "postgres-eight": partial(on_postgres_at_once, rounds=3, lives=5),
    "worklist": partial(worklists, rounds=3, dossiers=50_000, at_least=0.05),
    "figures": partial(published, rounds=1, dossiers=50_000),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it."""
    asked = _arguments(argv)
    plan = sized(QUICK if asked.quick else FULL, asked.dossiers)
    where = machine()
    found, skipped = measure({code: plan[code] for code in asked.only or plan})
    if asked.json:
        print(json.dumps(document(where, found, skipped), ensure_ascii=False, indent=2))
    else:
        show(where, found, skipped, Console(width=None if sys.stdout.isatty() else 120))
    return 0


def sized(plan: Plan, dossiers: int | None) -> Plan:
    """The plan with another size of the province."""
    return plan if dossiers is None else plan | {"nation": partial(plan["nation"], dossiers=dossiers)}


def measure(plan: Plan) -> tuple[list[Measurement], dict[str, str]]:
    """The measurements of a plan, and why those that are missing could not be made; progress goes to stderr."""
    found: list[Measurement] = []
    skipped: dict[str, str] = {}
    for code, make in plan.items():
        print(f"{code} …", file=sys.stderr)
        try:
            found.append(make())
        except (MissingPeerError, MissingCommandError) as error:
            skipped[code] = str(error)
    return found, skipped


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, a minute or less; no figures to quote")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--only", action="append", choices=FULL, help="one measurement; may be repeated")
    parser.add_argument("--dossiers", type=int, metavar="N", help="size of the province of `nation`, as 10000000")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
