"""`python -m fuzz.child TARGET FOLDER SECONDS`: one target in a process of its own, for it may end in any way.

The input that ends it lies in the folder afterwards, in a file whose name begins as `LEFT` says.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from fuzz.mutating import mutations
from fuzz.targets import TARGETS, Target

LEFT = ("crash-", "timeout-", "oom-")
SLOWEST = 30
"""Seconds after which an input counts as one that never ends."""


def watched(target: Target, folder: Path, seconds: int) -> None:
    """Let atheris look for inputs that reach new branches; ends the process."""
    import atheris

    survive = target.open(folder, atheris.instrument_imports(include=["calendars", "dossier", "rules"]))
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST}", "-report_slow_units=1000", "-rss_limit_mb=3000"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], survive)
    atheris.Fuzz()


def unwatched(target: Target, folder: Path, inputs: Iterable[bytes]) -> int:
    """Read each input; how many there were."""
    survive, current = target.open(folder), folder / "crash-current"
    number = 0
    for number, data in enumerate(inputs, 1):  # noqa: B007  # the last number is the answer
        current.write_bytes(data)
        survive(data)
    current.unlink(missing_ok=True)
    return number


def _for(target: Target, seconds: int) -> Iterable[bytes]:
    end = time.monotonic() + seconds
    inputs = itertools.chain(target.seeds(), mutations(target.seeds(), time.time_ns()))
    return itertools.takewhile(lambda _: time.monotonic() < end, inputs)


def main(name: str, folder: str, seconds: str) -> None:
    """Fuzz one target."""
    target, place = TARGETS[name], Path(folder)
    try:
        watched(target, place, int(seconds))
    except ModuleNotFoundError as error:
        if error.name != "atheris":
            raise
        runs = unwatched(target, place, _for(target, int(seconds)))
        sys.stderr.write(f"Done {runs} runs, without atheris\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
