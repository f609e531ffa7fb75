"""What commands share: options, one JSON document on stdout, sentences on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from calendars import WorkCalendar

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

Office = Annotated[
    Path | None, typer.Option(help="Office file (TOML) whose hours hold; default: Vietnam's state bodies.")
]


def office_calendar(office: Path | None) -> WorkCalendar:
    """The calendar of an office file; without one that of Vietnam's state bodies."""
    from calendars import load_office, vietnam

    return load_office(office) if office else vietnam()


def print_json(document: Any) -> None:  # noqa: ANN401  # any JSON value
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Say something on stderr, where it is in nobody's way."""
    typer.echo(text, err=True)
