"""Pages from templates: everything escaped, an unknown name an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from rules.display import safe

TEMPLATES = Path(__file__).parent / "templates"


def template(name: str, **globals_: Any) -> Template:  # noqa: ANN401  # jinja2 takes any value
    """A template of this package with the functions that it calls."""
    room = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.globals |= globals_
    return room.get_template(name)
