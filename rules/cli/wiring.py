"""A desk over a database, wired with the office's calendar, the procedure file and the numbers of the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from rules.cli.kinds import Kind, kind_of
from rules.cli.printing import office_calendar

if TYPE_CHECKING:
    from dossier import Desk
    from dossier.outbox.sinks import Sink
    from dossier.stores.tables import Tables

Now = Annotated[
    str, typer.Option("--now", metavar="MOMENT", help="As things stand then, with offset; default: the present moment.")
]
Procedures = Annotated[Path | None, typer.Option(help="Another procedure file than the shipped one.")]


class Law(NamedTuple):
    """What the desk is handed from files of the office; None for what ships.

    Attributes:
        office: its hours.
        procedures: its procedures.
        roster: who has which role; without one nobody's rights are checked.

    """

    office: Path | None = None
    procedures: Path | None = None
    roster: Path | None = None


@contextmanager
def desk_over(
    address: str,
    tables: Tables,
    *,
    now: datetime,
    law: Law | None = None,
    writes: bool = True,
    kind: Kind = Kind.DOSSIER,
) -> Iterator[Desk]:
    """A desk in a transaction of its own: kept at the end, undone when anything fails.

    Raises as `ready` and `Desk` do.
    """
    from dossier import UNCHECKED, Desk
    from dossier import procedures as books
    from dossier.roles import Roster
    from dossier.stores.ready import ready
    from rules.quotas import quotas

    law = law or Law()
    calendar = office_calendar(law.office)
    procedures = books.Procedures.load(law.procedures) if law.procedures else None
    if kind is Kind.DOSSIER:
        procedures = procedures or books.Procedures.shipped()
    roles = Roster.load(law.roster) if law.roster else UNCHECKED
    of = kind_of(kind)
    with ready(address, tables, writes=writes, lifecycle=of.lifecycle) as store:
        yield Desk(
            store,
            roles=roles,
            calendar=calendar,
            procedures=procedures,
            quotas=quotas().on,
            now=lambda: now,
            kind=of,
        )


def moment_of(text: str) -> datetime:
    """The moment of `--now`, the present one where it is left out.

    Raises:
        MalformedRequest: no moment, or one without offset.

    """
    from calendars.requests import read_moment

    return read_moment(text) if text else datetime.now(UTC)


def folders(directory: Path, topics: Iterable[str]) -> Sink:
    """A sink that writes each topic into a folder of its own; the folder around them must be there.

    Raises:
        FileNotFoundError: it is not: perhaps a disk that is not mounted.

    """
    from dossier.outbox.sinks import FileSink, RoutingSink

    if not directory.is_dir():
        raise FileNotFoundError(f"{directory} is no folder; make it, or mount it, and run again: nothing was sent")
    for topic in topics:
        (directory / topic).mkdir(exist_ok=True)
    return RoutingSink({topic: FileSink(directory / topic) for topic in topics})
