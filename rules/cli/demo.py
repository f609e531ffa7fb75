"""`motcua demo`: a department's quarter, from the desk to the report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    directory: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("demo"),
    *,
    dossiers: Annotated[int, typer.Option(min=50, help="How many dossiers the desk runs.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed, another quarter.")] = 2026,
) -> None:
    """Run a quarter of dossiers through the desk, check it and a careless office's log, write report.html."""
    from rules.demo import run_demo

    for line in run_demo(directory, seed=seed, dossiers=dossiers).lines():
        typer.echo(line)
