"""How commands print: one JSON document, or tables and sentences for people."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def print_json(document: Any) -> None:  # noqa: ANN401  # any JSON value
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Say something on stderr, where it is in nobody's way."""
    typer.echo(text, err=True)
