"""`motcua procedures`: show, check and import the procedures (thủ tục hành chính) of an office."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from dossier.catalogue import Imported
    from dossier.procedures import Problem, Procedure, Procedures, ProcedureVersion

SHOWN = 12
"""Rows listed on a terminal before the rest is only counted."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class CodeOrCommand(TyperGroup):
    """A word that begins with a digit is a code to show, any other word a command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # typer's own click has no public types
        """Put `show` before a code."""
        is_code = bool(args) and args[0][:1].isdigit() and args[0] not in self.commands
        return super().resolve_command(ctx, ["show", *args] if is_code else args)


app = typer.Typer(cls=CodeOrCommand, subcommand_metavar="[CODE | COMMAND [ARGS]...]")


@app.callback(invoke_without_command=True)
def main(
    ctx: typer.Context,
    *,
    as_json: AsJson = False,
    file: Annotated[Path | None, typer.Option(help="Another procedure file than the shipped one.")] = None,
) -> None:
    """List the procedures with their time limits; a CODE, as 1.012784, shows one with every version."""
    ctx.obj = (file, as_json)
    if ctx.invoked_subcommand is None:
        _list(_load(file), as_json=as_json)


@app.command(hidden=True)
def show(
    ctx: typer.Context, code: Annotated[str, typer.Argument(help="A code, as 1.012784.")], *, as_json: AsJson = False
) -> None:
    """Show one procedure with every version."""
    file, outer_json = ctx.obj
    procedure = _load(file).get(code)
    if procedure is None:
        _stop(f"no procedure has the code {code!r}; `motcua procedures` lists the codes")
    if as_json or outer_json:
        _print_json(procedure.model_dump(mode="json", by_alias=True))
    else:
        _print_procedure(procedure)


@app.command()
def lint(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A procedure file (TOML).")],
    *,
    as_json: AsJson = False,
) -> None:
    """Name every fault of a procedure file; exit 2 if one keeps it from loading."""
    from dossier.procedure_lint import read_file

    reading = read_file(file)
    errors = len(reading.errors)
    if as_json or ctx.obj[1]:
        _print_json(_lint_document(str(file), len(reading.procedures), reading.problems))
    else:
        for problem in reading.problems:
            typer.echo(str(problem))
        warnings = len(reading.problems) - errors
        typer.echo(f"{file}: procedures: {len(reading.procedures)}, errors: {errors}, warnings: {warnings}")
    raise typer.Exit(2 if errors else 0)


@app.command(name="import")
def import_table(
    ctx: typer.Context,
    table: Annotated[Path, typer.Argument(help="Catalogue table: CSV, plain or .gz.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write the procedure file here, else to stdout.")] = None,
    in_force_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Since when the limits hold; the table does not say. [default: today]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a catalogue table into a procedure file; what is not printed is reported, never guessed."""
    from dossier.catalogue import import_catalogue
    from dossier.tables import UnreadableTable, write_whole

    try:
        imported = import_catalogue(table, in_force_from.date() if in_force_from else None)
        if out:
            write_whole(out, [imported.toml_text])
    except UnreadableTable as fault:
        _stop(str(fault))
    if as_json or ctx.obj[1]:
        _print_json(_import_document(table, out, imported))
    else:
        _print_import(out, imported)
    raise typer.Exit(2 if imported.refused else 0)


def _load(file: Path | None) -> "Procedures":
    from dossier.procedures import MalformedProcedures, Procedures

    try:
        return Procedures.load(file) if file else Procedures.shipped()
    except MalformedProcedures as fault:
        _stop(str(fault))


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _print_json(document: object) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _list(procedures: "Procedures", *, as_json: bool) -> None:
    if as_json:
        _print_json({"procedures": [procedure.model_dump(mode="json", by_alias=True) for procedure in procedures]})
        return
    from rich.table import Table
    from rich.text import Text

    table = Table("code", "name", "limit (newest version)", "since", "status", title=f"{len(procedures)} procedures")
    for procedure in procedures:
        newest = procedure.versions[-1]
        cells = (procedure.code, procedure.name, _cases(newest), str(newest.in_force_from), newest.status)
        table.add_row(*(Text(cell) for cell in cells))
    _rich(table)


def _rich(*what: object) -> None:
    from rich.console import Console

    Console().print(*what)


def _cases(version: "ProcedureVersion") -> str:
    return "\n".join(f"{case}: {limit}" for case, limit in version.cases.items()) or "none given"


def _print_procedure(procedure: "Procedure") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"{procedure.code} {procedure.name}"), show_header=False)
    for label, said in (
        ("in English", procedure.name_en),
        ("sector (lĩnh vực)", procedure.sector),
        ("level (cấp)", procedure.level),
        ("authority (cơ quan)", procedure.authority),
    ):
        table.add_row(label, Text(said or "not said"))
    for version in procedure.versions:
        table.add_section()
        for label, said in _version_lines(version):
            table.add_row(label, Text(said))
    _rich(table)


def _version_lines(version: "ProcedureVersion") -> list[tuple[str, str]]:
    supplement, waits = version.after_supplement, version.excluded_waits
    term = f" {supplement.term}" if supplement.term else ""
    lines = [
        ("in force (hiệu lực)", f"{version.in_force_from} – {version.in_force_to or 'open'}"),
        ("decision (quyết định)", version.decision),
        ("limit (thời hạn)", _cases(version)),
        ("steps (các bước)", "\n".join(f"{step.name}: {step.limit or 'not counted'}" for step in version.steps)),
        ("after a supplement", f"{supplement.semantics}{term} ({supplement.status})"),
        ("clock stops for", waits if isinstance(waits, str) else ", ".join(waits)),
        ("closed unanswered after", version.close_after or ""),
        ("result (kết quả)", version.result),
        ("postal (bưu chính)", {True: "yes", False: "no", None: "unknown"}[version.postal]),
        ("papers (thành phần)", "\n".join(version.components)),
        ("fees (phí, lệ phí)", version.fees),
        ("cited (căn cứ)", "; ".join(version.citation.model_dump().values())),
        ("status", version.status),
        ("note", version.note),
    ]
    return [(label, said) for label, said in lines if said]


def _lint_document(file: str, procedures: int, problems: "Sequence[Problem]") -> dict[str, Any]:
    from dataclasses import asdict

    errors = sum(problem.severity == "error" for problem in problems)
    return {
        "file": file,
        "procedures": procedures,
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [asdict(problem) for problem in problems],
    }


def _import_document(table: Path, out: Path | None, imported: "Imported") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": str(table),
        "out": str(out) if out else None,
        "rows": imported.rows,
        "read": imported.read,
        "refused": imported.refused,
        "procedures": imported.procedures,
        "in_force_from": imported.in_force_from.isoformat(),
        "without_limit": imported.without_limit,
        "unnamed_cases": imported.unnamed_cases,
        "unused": [asdict(row) for row in imported.unused],
    } | ({} if out else {"toml": imported.toml_text})


def _print_import(out: Path | None, imported: "Imported") -> None:
    if out is None:
        typer.echo(imported.toml_text, nl=False)
    say = _to_stderr if out is None else typer.echo
    say(
        f"{imported.procedures} procedures from {imported.read} of {imported.rows} rows" + (f" -> {out}" if out else "")
    )
    say(f"without any limit: {len(imported.without_limit)}; with cases to name: {len(imported.unnamed_cases)}")
    say(f"in force from {imported.in_force_from} (--in-force-from says since when the limits hold)")
    for row in imported.unused[:SHOWN]:
        say(f"row {row.row} (line {row.line}), {row.code}: {row.text!r} not used: {row.reason}")
    if len(imported.unused) > SHOWN:
        say(f"… and {len(imported.unused) - SHOWN} more rows; --json lists them all")


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)
