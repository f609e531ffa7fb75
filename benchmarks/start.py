"""How long `motcua --help` takes, against an interpreter that does nothing."""

from __future__ import annotations

import sys

from benchmarks.command import motcua, run
from benchmarks.timing import Measurement, interleave, seconds

GOAL = 0.3
HELP, NOTHING = "motcua --help", "python -c pass"


def start(*, rounds: int) -> Measurement:
    """Wall time of a process, from start to end.

    Raises:
        MissingCommandError: the command cannot be run.

    """
    asked = [*motcua(), "--help"]
    contenders = {
        NOTHING: lambda: seconds(lambda: run([sys.executable, "-c", "pass"])),
        HELP: lambda: seconds(lambda: run(asked)),
    }
    found = Measurement("start", "Start of the command", "s", interleave(contenders, rounds))
    return Measurement(
        found.code,
        found.title,
        found.unit,
        found.rounds,
        goals={f"{HELP} under {GOAL} s": found.median(HELP) < GOAL},
        notes=("The interpreter alone is the floor, not a peer.",),
    )
