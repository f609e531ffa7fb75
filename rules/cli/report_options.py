"""What the commands of `motcua report` share: options, reading a log, and where a report goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from rules.cli.printing import office_calendar, print_json, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from calendars import WorkCalendar
    from dossier.formats.eventlog import EventLog
    from dossier.kind import CaseKind
    from rules.figures.periods import Period
    from rules.figures.sheets import Report, Sheet, Words

SHOWN = 40
"""Rows of a table that a terminal shows."""

SHORT = 12
"""Characters that a column always has room for, so that no day or count is broken into lines."""

Log = Annotated[Path | None, typer.Argument(help="Event log: .csv, .jsonl (plain or .gz), .parquet or .xlsx; or --db.")]
FromDatabase = Annotated[str, typer.Option("--db", help="A database of the desk, as sqlite:///office.db.")]
Mapping_ = Annotated[Path | None, typer.Option("--mapping", help="How a foreign log tells its story (TOML).")]
Procedures = Annotated[Path | None, typer.Option(help="Another procedure file than the shipped one.")]
House = Annotated[Path | None, typer.Option(help="The office's own numbers, procedures and offices (TOML).")]
Span = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="2026-Q3, 2026-11, 2026, 2026-01-15..2026-02-14.")
]
KnownAt = Annotated[
    str, typer.Option("--known-at", metavar="MOMENT", help="Only what was recorded by then, with offset.")
]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook here.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write a page here (prints on A4).")]


class Asked(NamedTuple):
    """Which dossiers are counted, and by whose law."""

    log: Path | None
    db: str
    mapping: Path | None = None
    office: Path | None = None
    procedures: Path | None = None
    house: Path | None = None
    known_at: str = ""

    @property
    def name(self) -> str:
        """The source, as its reader knows it."""
        return self.log.name if self.log else "motcua"


@dataclass(frozen=True)
class Told:
    """What a report says of its source.

    Attributes:
        name: of the source.
        notes: what a reader must know.

    """

    name: str
    notes: tuple[Words, ...]

    def noted(self, report: Report) -> Report:
        """A report with what must be known of its source."""
        return replace(report, notes=(*report.notes, *self.notes), document=self._document(report))

    def _document(self, report: Report) -> Mapping[str, Any]:
        return {**report.document, "source": self.name, "notes": [en for _, en in self.notes]}


@dataclass(frozen=True)
class Source(Told):
    """What was read.

    Attributes:
        log: as it was known at the moment asked for.
        law: by which dossiers are measured, as `measured` takes it.
        whole: all that is known now.
        moment: the moment asked for; None: now.

    """

    log: EventLog
    law: Mapping[str, Any]
    whole: EventLog
    moment: datetime | None = None


def read_source(asked: Asked, kind: CaseKind | None = None) -> Source:
    """The log, as it was known at a moment where one is named; what could not be read is said.

    Args:
        asked: what is counted.
        kind: of the cases in it; None: dossiers.

    """
    found = _read(asked, kind)
    notes = tuple(unread(len({fault.dossier for fault in found.unreadable})))
    law, calendars = law_of(asked.house, asked.procedures)
    found = replace(found, calendars=calendars)
    source = Source(asked.name, notes, found, law, found)
    return _known(source, asked.known_at) if asked.known_at else source


def _read(asked: Asked, kind: CaseKind | None) -> EventLog:
    from dossier.formats.kept import read_store
    from dossier.formats.log import read_log
    from dossier.formats.mapping import read_mapping
    from dossier.kind import DOSSIER
    from dossier.stores.tables import Tables

    if (asked.log is None) == (not asked.db):
        raise typer.BadParameter("give a log, or --db with a database")
    calendar = office_calendar(asked.office) if asked.office else None
    of = kind or DOSSIER
    mapping = read_mapping(asked.mapping, of.lifecycle) if asked.mapping else None
    if asked.log:
        return read_log(asked.log, mapping, calendar=calendar, lifecycle=of.lifecycle)
    return read_store(asked.db, mapping, calendar=calendar, tables=Tables(of.prefix), lifecycle=of.lifecycle)


def law_of(house: Path | None, procedures: Path | None) -> tuple[Mapping[str, Any], Mapping[str, WorkCalendar]]:
    """The law by which dossiers are measured, what ships where no file is given, and the calendars of offices."""
    from dossier import procedures as books

    known = books.Procedures.load(procedures) if procedures else None
    if house is None:
        return {"procedures": known}, {}
    from rules.house import House as HouseFile

    own = HouseFile.load(house, known)
    names = ("procedures", "numbers", "offices", "centres", "regimes")
    return {name: getattr(own, name) for name in names}, own.calendars


def unread(aside: int) -> Sequence[Words]:
    """That so many dossiers were set aside, said at once and as notes of a report."""
    if not aside:
        return ()
    words = f"{aside} {'dossier' if aside == 1 else 'dossiers'} could not be read"
    say(f"{words}, so no figure counts them; motcua check LOG names their cells")
    return ((f"{aside} hồ sơ không đọc được, không có trong số liệu.", f"{words}."),)


def _known(source: Source, text: str) -> Source:
    from calendars.requests import read_moment
    from rules.figures.known_as import known_at

    moment = read_moment(text)
    then = known_at(source.log, moment)
    shown = source.log.calendar.local(moment).strftime("%H:%M %d/%m/%Y")
    vi = (
        f"Theo dữ liệu ghi nhận đến {shown}: bỏ {then.left_out} dòng ghi sau; giữ {then.undated} dòng không rõ lúc ghi."
    )
    en = f"As recorded by {moment.isoformat()}: {then.left_out} later rows left out, {then.undated} undated ones kept."
    return replace(source, log=then.log, notes=(*source.notes, (vi, en)), moment=moment)


def period_of(text: str) -> Period:
    """The period of --period."""
    from rules.figures.periods import Period as Span_

    return Span_.parse(text)


def today_of(text: str, name: str) -> date:
    """The day of an option; the present one where it is left out."""
    from datetime import date

    from calendars import vietnam

    if not text:
        from datetime import UTC, datetime

        return vietnam().local(datetime.now(UTC)).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{name} {text!r} is no day; write it as 2026-11-05") from None


def hand_over(report: Report, xlsx: Path | None, html: Path | None, *, as_json: bool) -> None:
    """Write a report where it is asked for, and print it."""
    if xlsx:
        from rules.figures.workbook import write_xlsx

        write_xlsx(report, xlsx)
        say(f"workbook written to {xlsx}")
    if html:
        from rules.figures.pages import write_html

        write_html(report, html)
        say(f"page written to {html}")
    if as_json:
        print_json(dict(report.document))
    elif not (xlsx or html):
        _print(report)


def _print(report: Report) -> None:
    from rules.cli.terminal import cell, show, table
    from rules.figures.sheets import shown

    for name, value in report.parameters:
        show(cell(f"{name[0]}: {value if isinstance(value, str) else value[0]}"))
    for sheet in report.sheets:
        heads = [_heading(sheet, place) for place in range(len(sheet.columns))]
        lines = [[shown(one, "vi") for one in line] for line in sheet.lines]
        made = table(*heads, rows=lines[:SHOWN], title=sheet.title[0], first_whole=False)
        for place, column in enumerate(made.columns):
            longest = max((len(line[place]) for line in lines[:SHOWN]), default=0)
            column.min_width = min(longest, SHORT)
            if sheet.columns[place].number:
                column.width = max(longest, *map(len, heads[place].split()), 1)
        show(made)
        if len(lines) > SHOWN:
            show(cell(f"… {len(lines) - SHOWN} dòng nữa · more rows: --json, --xlsx"))
        for vi, _ in sheet.notes:
            show(cell(vi))
    for vi, _ in report.notes:
        show(cell(vi))


def _heading(sheet: Sheet, place: int) -> str:
    """The name of a column; where columns have numbers, as on a form, its number and its own name."""
    names = [words[0] for words in sheet.columns[place].head]
    return f"({place + 1}) {names[-1]}" if sheet.numbered else " · ".join(names)
