"""`motcua deadline`: when a time limit ends, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, print_json

if TYPE_CHECKING:
    from calendars import Deadline, WorkCalendar


def deadline(  # the options of one command
    more: Annotated[list[str] | None, typer.Argument(metavar="[BEGIN/END]...", help="Further pauses.")] = None,
    *,
    start: Annotated[str, typer.Option("--from", help="When the limit begins, as 2026-08-20T10:00+07:00.")] = "",
    limit: Annotated[str, typer.Option(help="The time limit, as '5 ngày làm việc' or '8 working hours'.")] = "",
    pause: Annotated[list[str] | None, typer.Option(help="A pause BEGIN/END; may be repeated.")] = None,
    batch: Annotated[str, typer.Option(help="JSON Lines, one request a line; - reads stdin.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Refuse dates that no instrument has fixed yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """When a time limit (thời hạn giải quyết) ends, with every day that counted or did not."""
    from calendars import vietnam

    if batch:
        raise typer.Exit(_batch(vietnam(), batch))
    if not start or not limit:
        raise typer.BadParameter("give --from and --limit, or --batch FILE")
    _one(vietnam(), start, limit, [*(pause or []), *(more or [])], strict=strict, as_json=as_json)


def _one(calendar: WorkCalendar, start: str, limit: str, pauses: list[str], *, strict: bool, as_json: bool) -> None:
    from calendars import Term
    from calendars import deadline as find
    from calendars.requests import answer, read_moment, read_pause, steps

    found = find(calendar, read_moment(start), Term.parse(limit), [read_pause(pause) for pause in pauses])
    if strict:
        calendar.require_official(found.due)
    if as_json:
        print_json({"from": start, "limit": limit, **answer(found), "steps": steps(calendar, found)})
    else:
        _print(calendar, found)


def _print(calendar: WorkCalendar, found: Deadline) -> None:
    from rich.console import Console
    from rich.table import Table

    from calendars import explain

    table = Table(
        "ngày · day", "", "đếm · count", "căn cứ · source", title=f"{found.term.text_vi} · {found.term.text_en}"
    )
    for step in explain(calendar, found):
        name = f"{step.name_vi} · {step.name_en}"
        table.add_row(f"{step.date:%d/%m/%Y}", f"{step.what}: {name}", str(step.counted), step.citation or "")
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
