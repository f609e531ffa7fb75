"""`motcua report … --stream`: a Parquet log that does not fit in memory, or a folder into which one was measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import office_calendar, say
from rules.cli.report_options import Asked, Told, law_of, unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.figures.batched import MeasuredLog
    from rules.figures.indicators import Indicators
    from rules.figures.periods import Period

Stream = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Measure a Parquet log that does not fit in memory, by batches, into this new folder; "
        "in place of LOG that folder answers again.",
    ),
]
Workers = Annotated[
    int, typer.Option(min=0, help="Processes of --stream; default: as many as there are processors and memory for.")
]


def is_batched(log: Path | None, stream: Path | None, workers: int) -> bool:
    """Whether the dossiers lie in a folder, or shall."""
    return bool(stream or workers or (log and log.is_dir()))


def by_batches(
    asked: Asked, stream: Path | None, workers: int, period: Period, chosen: Indicators
) -> tuple[Told, MeasuredLog]:
    """Measure a log into a folder, or open one, and say what must be known of it.

    Args:
        asked: what is counted.
        stream: the folder to write.
        workers: processes; 0: as many as there is room for.
        period: of the figures.
        chosen: the indicators whose columns are kept.

    """
    if asked.log and asked.log.is_dir():
        found = _opened(asked.log, asked, stream, workers, period)
    else:
        found = _measured(asked, stream, workers, period, chosen)
    return Told(found.source, tuple(unread(found.set_aside))), found


def _measured(asked: Asked, stream: Path | None, workers: int, period: Period, chosen: Indicators) -> MeasuredLog:
    from rules.figures.batched import measure_stream
    from rules.processes import processors

    if stream is None:
        raise typer.BadParameter("--workers is for --stream FOLDER: a log in memory is measured by one process")
    _refuse("--stream", {"--db": asked.db, "--mapping": asked.mapping, "--known-at": asked.known_at}, _TRANSLATE)
    if asked.log is None:
        raise typer.BadParameter("give a log for --stream to measure")
    if asked.log.suffix.lower() != ".parquet":
        raise typer.BadParameter(f"--stream reads Parquet, and {asked.log.name} is named otherwise; {_TRANSLATE}")
    calendar, (law, calendars) = office_calendar(asked.office), law_of(asked.house, asked.procedures)
    if calendars:
        raise typer.BadParameter("--stream measures by one calendar, and the house file names some for its offices")
    many = workers or processors()
    found = measure_stream(asked.log, stream, period, chosen=chosen, calendar=calendar, workers=many, **law)
    say(f"measured: {found.dossiers} dossiers, batches: {found.batches}, into {stream}; it answers in place of LOG")
    return found


def _opened(folder: Path, asked: Asked, stream: Path | None, workers: int, period: Period) -> MeasuredLog:
    from rules.figures.batched import MeasuredLog

    others = {"--stream": stream, "--workers": workers, "--db": asked.db, "--mapping": asked.mapping}
    law = {"--office": asked.office, "--procedures": asked.procedures, "--house": asked.house}
    _refuse(f"a folder ({folder.name})", others | law | {"--known-at": asked.known_at}, "it was measured before")
    found, span = MeasuredLog.open(folder), (period.first, period.last)
    of = found.measured.period
    if (of.first, of.last) != span:
        raise typer.BadParameter(
            f"{folder.name} was measured for --period {of.name}; measure the log again for another"
        )
    return found


_TRANSLATE = "leave out --stream, or write what is counted as Parquet first (dossier.formats.log: read_log, write_log)"


def _refuse(what: str, others: Mapping[str, object], remedy: str) -> None:
    if refused := [option for option, value in others.items() if value]:
        raise typer.BadParameter(f"{what} cannot be given with {', '.join(refused)}; {remedy}")
