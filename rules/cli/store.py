"""`motcua import` and `motcua export`: an event log into a database and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rules.cli.printing import say

Database = Annotated[str, typer.Option("--db", help="SQLAlchemy address, as sqlite:///office.db.")]


def import_(log: Annotated[Path, typer.Argument(help="Event log.")], *, db: Database) -> None:
    """Store the histories of a log as read; exit 2 when rows could not be read (their dossiers are left out)."""
    from dossier.formats.log import read_log
    from dossier.formats.stored import import_log

    read = read_log(log)
    stored = import_log(read, db)
    say(f"{stored} events of {read.events['dossier'].n_unique()} dossiers stored")
    for fault in read.unreadable:
        say(f"row {fault.row}, column {fault.column}: {fault.value!r} {fault.reason}")
    if read.unreadable:
        raise typer.Exit(2)


def export(log: Annotated[Path, typer.Argument(help="Event log to write.")], *, db: Database) -> None:
    """Write every event of a database as an event log."""
    from dossier.formats.stored import export_log

    say(f"{export_log(db, log)} events written to {log}")
