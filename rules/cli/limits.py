"""`motcua limits`: how the printed time limits (thời hạn giải quyết) of a table read."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dossier.limits import LimitTable


def limits(
    file: Annotated[Path, typer.Argument(help="Table: CSV, plain or .gz.")],
    *,
    column: Annotated[str, typer.Option(help="The column that holds the limits.")] = "time_limit",
    rows: Annotated[Path | None, typer.Option(help="Write one JSON line per data row here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read every printed limit of a table: value and unit as printed, or why it cannot be read."""
    from dossier.limits import read_limits
    from dossier.tables import UnreadableTable, write_whole

    try:
        table = read_limits(file, column)
        if rows:
            write_whole(rows, _lines(table))
    except UnreadableTable as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(table.counts(), ensure_ascii=False, indent=2))
    else:
        _print(table.counts())


def _lines(table: "LimitTable") -> "Iterator[str]":
    for number, limit in enumerate(table.limits, start=1):
        yield json.dumps({"row": number, **limit.as_dict()}, ensure_ascii=False) + "\n"


def _print(counts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table("limits", "rows", title=Text(f"{counts['file']}, column {counts['column']}"))
    for name, number in (
        ("rows", counts["rows"]),
        ("read", counts["read"]),
        *((f"  {unit}", count) for unit, count in counts["units"].items()),
        ("none given", counts["none"]),
        ("unreadable", counts["unreadable"]),
        *((f"  {reason}", count) for reason, count in counts["reasons"].items()),
    ):
        shown.add_row(Text(name), str(number))
    Console().print(shown)
