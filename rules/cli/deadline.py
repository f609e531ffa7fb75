"""`motcua deadline`: when a time limit ends, and why; `motcua deadline verify`: whether a certificate still holds."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, Office, office_calendar, print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendars import Deadline, WorkCalendar
    from calendars.certificates import Difference
    from calendars.recheck import Move

VERIFY = "verify"
"""The first word that asks for a verification; a pause never looks like it."""


class Language(StrEnum):
    """The languages of the text."""

    VI = "vi"
    EN = "en"


def deadline(  # noqa: PLR0913  # the options of one command
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="verify FILE | BEGIN/END", help="A certificate to verify, or further pauses."),
    ] = None,
    *,
    start: Annotated[str, typer.Option("--from", help="When the limit begins, as 2026-08-20T10:00+07:00.")] = "",
    limit: Annotated[str, typer.Option(help="The time limit, as '5 ngày làm việc' or '8 working hours'.")] = "",
    pause: Annotated[list[str] | None, typer.Option(help="A pause BEGIN/END; may be repeated.")] = None,
    batch: Annotated[str, typer.Option(help="JSON Lines, one request a line; - reads stdin.")] = "",
    certificate: Annotated[Path | None, typer.Option(help="Write a certificate of the answer to this file.")] = None,
    language: Annotated[Language, typer.Option("--language", "-l", help="Of the text.")] = Language.VI,
    steps: Annotated[bool, typer.Option("--steps", help="A table with one row a day instead of the text.")] = False,
    office: Office = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse dates that no instrument has fixed yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """When a time limit (thời hạn giải quyết) ends, with every day that counted or did not.

    `motcua deadline verify FILE` recomputes a certificate: exit 0 when all is the same, 1 when something differs.
    """
    calendar, words = office_calendar(office), more or []
    if words[:1] == [VERIFY]:
        _only_verify(words, start, limit, batch, pause, certificate)
        raise typer.Exit(_verify(calendar, Path(words[1]), as_json=as_json))
    if batch:
        if certificate:
            raise typer.BadParameter("a certificate is of one deadline; give --from and --limit with --certificate")
        raise typer.Exit(_batch(calendar, batch))
    if not start or not limit:
        raise typer.BadParameter("give --from and --limit, or --batch FILE, or verify FILE")
    found = _ask(calendar, start, limit, [*(pause or []), *words], strict=strict)
    if certificate:
        _certify(calendar, found, certificate)
    if as_json:
        _print_json(calendar, found, start, limit)
    elif steps:
        _print_steps(calendar, found)
    else:
        _print_text(calendar, found, language)


def _ask(calendar: WorkCalendar, start: str, limit: str, pauses: list[str], *, strict: bool) -> Deadline:
    from calendars import Term
    from calendars import deadline as find
    from calendars.requests import read_moment, read_pause

    spans = [read_pause(pause) for pause in pauses]
    return find(calendar, read_moment(start), Term.parse(limit), spans, strict=strict)


def _print_json(calendar: WorkCalendar, found: Deadline, start: str, limit: str) -> None:
    from calendars.requests import answer, steps

    print_json({"from": start, "limit": limit, **answer(found), "steps": steps(calendar, found)})


def _print_text(calendar: WorkCalendar, found: Deadline, language: Language) -> None:
    """The text; under a Vietnamese one the due date once more in English."""
    from calendars.wording import headline, render

    typer.echo(render(calendar, found, language.value))
    if language is Language.VI:
        typer.echo(f"\n{headline(found, 'en')}\nWhy, in English: --language en")


def _print_steps(calendar: WorkCalendar, found: Deadline) -> None:
    from rich.console import Console
    from rich.table import Table

    from calendars.explanation import explain

    title = f"{found.term.text_vi} · {found.term.text_en}"
    table = Table("ngày · day", "", "đếm · count", "căn cứ · source", title=title)
    for step in explain(calendar, found):
        name = f"{step.what}: {step.name_vi} · {step.name_en}"
        table.add_row(f"{step.date:%d/%m/%Y}", name, str(step.counted), step.citation or "")
    console = Console()
    console.print(table)
    console.print(f"Đến hạn · due: [bold]{found.due:%d/%m/%Y}[/bold] ({found.certainty})")
    console.print(f"Hẹn trả · appointment: {found.appointment_at:%H:%M %d/%m/%Y}")


def _batch(calendar: WorkCalendar, batch: str) -> int:
    """Answer line by line; 2 when a line could not be answered."""
    from calendars.requests import answer_lines

    failed = False
    with sys.stdin.buffer if batch == "-" else Path(batch).open("rb") as lines:
        for good, line in answer_lines(calendar, lines):
            failed |= not good
            sys.stdout.write(line + "\n")
    return 2 if failed else 0


# -- certificates


def _certify(calendar: WorkCalendar, found: Deadline, path: Path) -> None:
    from calendars.certificates import canonical
    from calendars.certificates import certificate as certify
    from dossier.tables import write_whole

    write_whole(path, [canonical(certify(calendar, found)), "\n"])
    say(f"certificate: {path}")


def _only_verify(words: list[str], *others: object) -> None:
    if len(words) != 2 or any(others):  # noqa: PLR2004  # the word and its file
        raise typer.BadParameter("verify takes one certificate and nothing but --json: motcua deadline verify FILE")


def _verify(calendar: WorkCalendar, path: Path, *, as_json: bool) -> int:
    """Recompute a certificate; 1 when something differs, 2 when it cannot be read."""
    from calendars.certificates import read, verify
    from calendars.errors import CalendarError
    from calendars.recheck import recheck

    try:
        document = read(path.read_bytes())
        differences, moves = verify(document, calendar), recheck(document, calendar).moves
    except CalendarError as error:
        say(f"motcua: {path}: {error}")
        return 2
    if as_json:
        _print_differences(path, differences, moves)
    else:
        _say_differences(differences, moves, document["result"]["due"])
    return 1 if differences else 0


def _print_differences(path: Path, differences: Sequence[Difference], moves: Sequence[Move]) -> None:
    from dataclasses import asdict

    from calendars.certificates import holds

    told = {
        "file": str(path),
        "same": not differences,
        "holds": holds(differences),
        "differences": [asdict(difference) for difference in differences],
        "moved_by": [{"decided_on": str(move.decided_on), "instruments": move.instruments} for move in moves],
    }
    print_json(told)


def _say_differences(differences: Sequence[Difference], moves: Sequence[Move], due: str) -> None:
    from calendars.certificates import holds

    if not differences:
        typer.echo(f"Khớp · same: {due}")
        return
    typer.echo(f"Khác · differs; {due} " + ("vẫn đúng · holds" if holds(differences) else "không còn đúng · is not it"))
    for difference in differences:
        typer.echo(f"  {difference}")
    for move in moves:
        then, today = (f"{end.appointment_at:%H:%M %d/%m/%Y}" for end in (move.before, move.after))
        typer.echo(f"  {then} -> {today}: {'; '.join(move.instruments)}, {move.decided_on:%d/%m/%Y}")
