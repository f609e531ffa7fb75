"""What the commands of `motcua audit` share: options, reading a log, answering a batch."""

from __future__ import annotations

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.cli.printing import office_calendar, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from dossier.formats.eventlog import EventLog
    from rules.audit.frames import Frame
    from rules.audit.manifests import Manifest


class Model(StrEnum):
    """The law of a bound."""

    HYPERGEOMETRIC = "hypergeometric"
    BINOMIAL = "binomial"
    POISSON = "poisson"


class Language(StrEnum):
    """The languages of a statement."""

    VI = "vi"
    EN = "en"


Population = Annotated[str, typer.Option(help="How many units there are; 'inf' for binomial and poisson.")]
Confidence = Annotated[str, typer.Option(help="One-sided, as 0.95.")]
OfModel = Annotated[Model, typer.Option(help="hypergeometric is exact for a frame.")]
Batch = Annotated[str, typer.Option(help="JSON Lines, one request a line with the same keys; - reads stdin.")]
FrameFile = Annotated[Path, typer.Option("--frame", help="The frozen frame (CSV).")]
Strata = Annotated[str | None, typer.Option(help="The column of the strata; default: 'stratum', where there is one.")]
Seed = Annotated[str, typer.Option(help="Public and known only after the frame was frozen: 20 dice, or a beacon.")]
Source = Annotated[str, typer.Option(help="Where the seed came from: who rolled, when, in whose presence.")]
Tolerable = Annotated[str | None, typer.Option(help="The rate that the bound must stay strictly below, as 0.05.")]
Log = Annotated[Path | None, typer.Argument(help="Event log; or --db.")]
FromDatabase = Annotated[str, typer.Option("--db", help="SQLAlchemy address, as sqlite:///office.db.")]
Actor = Annotated[str | None, typer.Option(help="Code of the officer who does it; the journal of --db keeps it.")]


def given(value: str | None, name: str) -> str:
    """The value of an option that is needed without --batch."""
    if not value:
        raise typer.BadParameter(f"give {name}, or --batch FILE")
    return value


def batch_of(answer: Callable[[Any], dict[str, Any]], batch: str) -> int:
    """Answer line by line; 1 when a line could not be answered."""
    from rules.audit.requests import answer_lines

    failed = False
    with sys.stdin.buffer if batch == "-" else Path(batch).open("rb") as lines:
        for good, line in answer_lines(answer, lines):
            failed |= not good
            sys.stdout.write(line + "\n")
    return int(failed)


def read_source(log: Path | None, db: str, actor: str | None, office: Path | None) -> EventLog:
    """The events of a log or of a database; what could not be read is said."""
    from dossier.formats.log import read_log
    from dossier.formats.stored import export_log

    if (log is None) == (not db):
        raise typer.BadParameter("give an event log or --db, one of them")
    calendar = office_calendar(office) if office else None
    if log is not None:
        read = read_log(log, calendar=calendar)
    else:
        with tempfile.TemporaryDirectory() as folder:
            exported = Path(folder) / "audit.jsonl"
            export_log(db, exported, actor)
            read = read_log(exported, calendar=calendar)
    if read.unreadable:
        set_aside = len({fault.dossier for fault in read.unreadable})
        say(f"{set_aside} dossiers could not be read and are not in the frame; motcua check LOG names their cells")
    return read


def frozen(path: Path, manifest: Manifest) -> Frame:
    """The frame of a manifest, read as it was when it was drawn."""
    from rules.audit.acts import read_frame

    return read_frame(path, manifest.strata_column)
