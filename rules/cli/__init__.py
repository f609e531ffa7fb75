"""The command `motcua`: the composition root, the only place that wires the three floors together.

A command reads its arguments, calls one function, and prints; what it imports it imports when it runs.
"""

from __future__ import annotations

import sys

import typer

from rules.cli import (
    audit,
    calendar,
    check,
    custody,
    database,
    deadline,
    demo,
    desk,
    forms,
    limits,
    procedures,
    report,
    rules,
    store,
)

app = typer.Typer(
    name="motcua",
    help="Run, date and audit the dossiers of a one-stop-shop office (bộ phận Một cửa).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("deadline")(deadline.deadline)
app.command("limits")(limits.limits)
app.command("check")(check.check)
app.command("rules")(rules.rules)
app.add_typer(procedures.app, name="procedures")
app.add_typer(calendar.app, name="calendar")
app.command("import")(store.import_)
app.command("export")(store.export)
app.command("adopt")(store.adopt)
app.add_typer(database.app, name="db")
desk.register(app)
app.add_typer(forms.app, name="forms")
custody.register(app)
app.add_typer(audit.app, name="audit")
app.add_typer(report.app, name="report")
app.command("demo")(demo.demo)


def main() -> None:
    """Run a command; a fault of the input is one sentence on stderr and exit code 2."""
    try:
        app()
    except Exception as error:
        if not _is_ours(error):
            raise
        sys.stderr.write(f"motcua: {error}\n")
        sys.exit(2)


def _is_ours(error: Exception) -> bool:
    from calendars.errors import CalendarError
    from dossier.errors import DossierError
    from rules.errors import RulesError

    return isinstance(error, CalendarError | DossierError | RulesError | OSError)
