"""`motcua rules`: the rulebook."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.kinds import Kind
from rules.cli.printing import AsJson, print_json

if TYPE_CHECKING:
    from rules.errors import Fault
    from rules.rulebook import Rule, Rulebook

LINT = "lint"

_OF_FEEDBACK = re.compile(r"F\d+", re.IGNORECASE)


def rules(
    code: Annotated[
        str, typer.Argument(help=f"A code, as R04 or F03; {LINT!r} looks for faults; without one all rules are listed.")
    ] = "",
    *,
    kind: Annotated[
        Kind | None, typer.Option(help="The kind of case whose rules are listed; default: dossiers, for lint both.")
    ] = None,
    house: Annotated[Path | None, typer.Option(help="The office's own rules over those that ship (TOML).")] = None,
    stories: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="lint: a folder of stories that the rules need.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the rules with today's citation, show one with its whole history, or lint them (exit 1: faults)."""
    if stories and code != LINT:
        raise typer.BadParameter(f"--stories goes with {LINT!r}")
    if house and kind is Kind.FEEDBACK:
        raise typer.BadParameter("a house file has rules of dossiers; leave out --house or --kind feedback")
    if code == LINT:
        _lint(kind, house, stories, as_json=as_json)
        return
    of_feedback = kind is Kind.FEEDBACK or (kind is None and _OF_FEEDBACK.fullmatch(code))
    book = _book_of_feedback() if of_feedback else _book(house)
    chosen = [book[code.upper()]] if code else list(book)
    if as_json:
        shown = [rule.model_dump(mode="json", by_alias=True) for rule in chosen]
        print_json(shown[0] if code else shown)
    elif code:
        _show(chosen[0])
    else:
        _list(chosen)


def _book(house: Path | None) -> Rulebook:
    from rules.rulebook import rulebook

    if house is None:
        return rulebook()
    from rules.house import House

    return House.load(house).rules


def _book_of_feedback() -> Rulebook:
    from rules.feedback.rulebook import feedback_rulebook

    return feedback_rulebook()


def _lint(kind: Kind | None, house: Path | None, stories: Path | None, *, as_json: bool) -> None:
    faults = _faults(kind, house, stories)
    if as_json:
        from dataclasses import asdict

        print_json([asdict(fault) for fault in faults])
    else:
        for fault in faults:
            typer.echo(str(fault))
        typer.echo(f"{len(faults) or 'no'} faults")
    raise typer.Exit(int(bool(faults)))


def _faults(kind: Kind | None, house: Path | None, stories: Path | None) -> list[Fault]:
    from rules.errors import MalformedHouse
    from rules.feedback.lint import lint_feedback
    from rules.house import House
    from rules.lint import lint_house, lint_shipped

    if house is None:
        books = {Kind.DOSSIER: lint_shipped, Kind.FEEDBACK: lint_feedback}
        return [fault for of, lint in books.items() if kind in {None, of} for fault in lint(stories)]
    try:
        return lint_house(House.load(house), house.name, stories)
    except MalformedHouse as error:
        return [*error.faults]


def _list(chosen: list[Rule]) -> None:
    from rich.console import Console
    from rich.table import Table

    today = datetime.now(UTC).date()
    table = Table("", "quy định · rule", "căn cứ · citation")
    for rule in chosen:
        version = rule.version_on(today)
        table.add_row(rule.code, f"{rule.title_vi}\n{rule.title_en}", f"{version.citation} ({version.status})")
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
