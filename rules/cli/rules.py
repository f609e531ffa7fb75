"""`motcua rules`: the rulebook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, print_json

if TYPE_CHECKING:
    from rules.rulebook import Rule


def rules(
    code: Annotated[str, typer.Argument(help="A code, as R04; without one all rules are listed.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """List the rules with today's citation, or show one with its whole history."""
    from rules.rulebook import rulebook

    chosen = [rulebook()[code.upper()]] if code else list(rulebook())
    if as_json:
        shown = [rule.model_dump(mode="json", by_alias=True) for rule in chosen]
        print_json(shown[0] if code else shown)
    elif code:
        _show(chosen[0])
    else:
        _list(chosen)


def _list(chosen: list[Rule]) -> None:
    from rich.console import Console
    from rich.table import Table

    today = datetime.now(UTC).date()
    table = Table("", "quy định · rule", "căn cứ · citation")
    for rule in chosen:
        table.add_row(rule.code, f"{rule.title_vi}\n{rule.title_en}", rule.version_on(today).citation)
    Console().print(table)


def _show(rule: Rule) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, title=Text(f"{rule.code} {rule.title_vi} · {rule.title_en}"))
    lines = [
        ("applies", rule.applies),
        ("condition", rule.condition),
        ("sentence", f"{rule.message_vi}\n{rule.message_en}"),
        ("what to do", f"{rule.todo_vi}\n{rule.todo_en}"),
        ("limits", rule.limits or "none known"),
        *(
            (f"{version.since} – {version.until or 'in force'}", f"{version.citation} ({version.status})")
            for version in rule.versions
        ),
    ]
    for name, text in lines:
        table.add_row(Text(name), Text(text))
    Console().print(table)
