"""`motcua db`: the tables in a database, and their upgrade to what this package works with."""

from __future__ import annotations

from typing import Annotated

import typer

from rules.cli.kinds import Kind, KindPrefix, OfKind, tables_of
from rules.cli.printing import AsJson, print_json
from rules.cli.store import Database

app = typer.Typer(
    help="The tables in a database: their version, and the upgrade to this package.", no_args_is_help=True
)

Schema = Annotated[str | None, typer.Option(help="The schema in PostgreSQL; the upgrade makes it where there is none.")]


@app.command("upgrade")
def upgrade(*, db: Database, kind: OfKind = Kind.DOSSIER, prefix: KindPrefix = None, schema: Schema = None) -> None:
    """Make the tables, or bring them to the latest version, in one transaction; never back."""
    from dossier.stores import upgrading
    from dossier.stores.addresses import connected

    with connected(db, create=True) as connection:
        before, after = upgrading.upgrade(connection, tables_of(kind, prefix, schema))
    done = "was there already" if before == after else f"is there now; before: {before or 'no tables'}"
    typer.echo(f"version {after} {done}")


@app.command("status")
def status(
    *,
    db: Database,
    kind: OfKind = Kind.DOSSIER,
    prefix: KindPrefix = None,
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Say which version the tables have; exit 1 when they need an upgrade."""
    from dossier.stores import upgrading
    from dossier.stores.addresses import connected

    with connected(db) as connection:
        found, latest = upgrading.version(connection, tables_of(kind, prefix, schema)), upgrading.latest()
    if as_json:
        print_json({"version": found, "latest": latest, "current": found == latest})
    else:
        need = "up to date" if found == latest else f"motcua db upgrade brings version {latest}"
        typer.echo(f"{f'version {found}' if found else 'no tables'}; {need}")
    raise typer.Exit(int(found != latest))
