"""The command `motcua` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path


class MissingCommandError(Exception):
    """The command, or a part of it, cannot be run here."""


@cache
def motcua() -> tuple[str, ...]:
    """The installed command, else its module.

    Raises:
        MissingCommandError: neither can be run.

    """
    script = Path(sys.executable).with_name("motcua")
    command = (str(script),) if script.exists() else (sys.executable, "-c", "from rules.cli import main; main()")
    run([*command, "--help"])
    return command


def run(command: Sequence[str]) -> bytes:
    """What a command prints.

    Raises:
        MissingCommandError: it ended with another code than 0; the last line it said.

    """
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own command
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        raise MissingCommandError(f"{' '.join(command)} ended with code {done.returncode}: {said[-1]}")
    return done.stdout
