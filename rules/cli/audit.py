"""`motcua audit`: a sample that anybody can draw again, and a conclusion that claims no more than it may."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.cli import audit_results
from rules.cli.audit_options import (
    Actor,
    Batch,
    Confidence,
    FrameFile,
    FromDatabase,
    Log,
    Model,
    OfModel,
    Population,
    Seed,
    Source,
    Tolerable,
    batch_of,
    frozen,
    given,
    read_source,
)  # fmt: skip
from rules.cli.printing import AsJson, Office, print_json, say

if TYPE_CHECKING:
    from dossier.formats.eventlog import EventLog
    from rules.audit.designs import Design

app = typer.Typer(help="Audit sampling: plan, draw, inspect, conclude.", no_args_is_help=True)


class Units(StrEnum):
    """What a frame is made of."""

    DOSSIERS = "dossiers"
    PAUSES = "pauses"
    SUPPLEMENTS = "supplements"
    CANCELLATIONS = "cancellations"


@app.command("plan")
def plan(  # noqa: PLR0913  # the options of one command
    *,
    population: Population = "",
    tolerable: Tolerable = None,
    expected: Annotated[str, typer.Option(help="The rate that is expected, as 0.01.")] = "0",
    confidence: Confidence = "0.95",
    model: OfModel = Model.HYPERGEOMETRIC,
    power: Annotated[str | None, typer.Option(help="Also pass with this chance at the expected rate.")] = None,
    batch: Batch = "",
    as_json: AsJson = False,
) -> None:
    """How many units to inspect, how many violations may be among them, and how likely that passes."""
    from rules.audit.requests import answer_plan, plan_of

    if batch:
        raise typer.Exit(batch_of(answer_plan, batch))
    request = {
        "population": given(population, "--population"),
        "tolerable": given(tolerable, "--tolerable"),
        "expected": expected,
        "confidence": confidence,
        "model": model.value,
        "power": power,
    }
    if as_json:
        print_json(answer_plan(request) | {"operating_characteristic": _characteristic(plan_of(request))})
        return
    found = plan_of(request)
    typer.echo(f"kiểm tra {found.sample_size}, đạt khi có nhiều nhất {found.acceptance_number} chưa đúng quy định")
    typer.echo(f"inspect {found.sample_size}; it passes with at most {found.acceptance_number} not in order")
    for one in _characteristic(found):
        typer.echo(f"  true rate {one['rate']}: passes with a chance of {one['chance']:.3f}")


def _characteristic(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a Plan, imported when it is made
    rates = sorted({found.tolerable * step / 10 for step in (0, 1, 2, 4, 6, 8, 10)} | {found.expected})
    return [{"rate": str(rate), "chance": chance} for rate, chance in found.operating_characteristic(rates).items()]


@app.command("frame")
def frame(  # noqa: PLR0913  # the options of one command
    log: Log = None,
    *,
    db: FromDatabase = "",
    units: Annotated[Units, typer.Option(help="What one unit is.")] = Units.DOSSIERS,
    month: Annotated[str | None, typer.Option(help="Only of this month, as 2026-10.")] = None,
    flags: Annotated[
        bool, typer.Option("--flags", help="Check the log and note the rules that found something.")
    ] = False,
    office: Office = None,
    out: Annotated[Path, typer.Option(help="The frame to write (CSV).")],
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Freeze a frame: the units, their strata, and the hash to publish before the seed is known."""
    from rules.audit.acts import acts_frame, dossiers_frame

    read = read_source(log, db, actor, office)
    found = _flags(read) if flags else {}
    if units is Units.DOSSIERS:
        made = dossiers_frame(read, month=month, flags=found)
    else:
        made = acts_frame(read, units.value, month=month, flags=found)
    made.write_csv(out)
    told = {"unit": made.unit, "size": made.size, "sha256": made.sha256, "strata": made.sizes, "flags": made.flags}
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{made.size} {made.unit}, {len(made.sizes)} strata, SHA-256 {made.sha256}")
    say(f"frame written to {out}")


def _flags(read: EventLog) -> dict[str, tuple[str, ...]]:
    from rules.checks import check

    found: dict[str, set[str]] = {}
    for dossier, rule in check(read).findings.select("dossier", "rule").iter_rows():
        found.setdefault(dossier, set()).add(rule)
    return {dossier: tuple(sorted(rules)) for dossier, rules in found.items()}


@app.command("draw")
def draw(  # noqa: PLR0913  # the options of one command
    frame: Annotated[Path, typer.Argument(help="The frozen frame (CSV).")],
    *,
    seed: Seed,
    size: Annotated[
        int, typer.Option(min=0, help="How many units, shared out over the strata where there are any.")
    ] = 0,
    strata: Annotated[str | None, typer.Option(help="Share the sample out over the values of this column.")] = None,
    source: Source = "",
    anytime: Annotated[
        bool, typer.Option("--anytime", help="A bound that holds wherever the inspection stops.")
    ] = False,
    per_stratum: Annotated[int, typer.Option(min=0, help="At least so many of each stratum, on top.")] = 0,
    per_flag: Annotated[int, typer.Option(min=0, help="So many of those that each rule flagged.")] = 0,
    unflagged: Annotated[int, typer.Option(min=0, help="So many of those that no rule flagged.")] = 0,
    equal: Annotated[
        bool, typer.Option("--equal", help="The same number of each stratum; default: in proportion.")
    ] = False,
    tolerable: Tolerable = None,
    confidence: Confidence = "0.95",
    out: Annotated[Path | None, typer.Option(help="Write the manifest here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw the units with the smallest tickets; the manifest lets anybody draw again."""
    from rules.audit.acts import read_frame
    from rules.audit.drawing import draw as draw_from
    from rules.audit.manifests import Manifest

    read = read_frame(frame, strata)
    sizes = {"overall": size, "per_stratum": per_stratum, "per_flag": per_flag, "unflagged": unflagged}
    kind = "anytime" if anytime else "stratified" if strata and not per_stratum else "simple"
    design = _design(sizes, kind, "equal" if equal else "proportional", tolerable, confidence)
    manifest = Manifest.of(draw_from(read, design, seed, source))
    if out is not None:
        manifest.write(out)
        say(f"manifest written to {out}; its SHA-256 is {manifest.sha256}")
    for warning in manifest.warnings:
        say(f"note: {warning}")
    if as_json:
        print_json(manifest.model_dump(mode="json") | {"sha256": manifest.sha256})
    else:
        for unit in manifest.units:
            typer.echo(f"{unit.ticket} {unit.id}")


def _design(sizes: dict[str, int], kind: str, allocation: str, tolerable: str | None, confidence: str) -> Design:
    from pydantic import ValidationError

    from rules.audit.designs import Design, Purpose
    from rules.errors import ImpossibleDesign

    kinds = {"overall": kind, "per_stratum": "top_up" if sizes["overall"] else "per_stratum"}
    purposes = [
        {"name": name, "kind": kinds.get(name, name), "size": size}
        | ({"allocation": allocation} if kinds.get(name) == "stratified" else {})
        for name, size in sizes.items()
        if size
    ]
    if not purposes:
        raise typer.BadParameter("give --size, --per-stratum, --per-flag or --unflagged")
    try:
        made = tuple(Purpose.model_validate(purpose) for purpose in purposes)
        return Design(purposes=made, tolerable=tolerable, confidence=confidence)
    except ValidationError as error:
        raise ImpossibleDesign(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


@app.command("verify")
def verify(  # the options of one command
    manifest: Annotated[Path, typer.Argument(help="As it was published.")],
    *,
    frame: Annotated[Path | None, typer.Option(help="The frozen frame (CSV).")] = None,
    parent: Annotated[Path | None, typer.Option(help="The manifest that it extends.")] = None,
    unit: Annotated[str, typer.Option("--id", help="Did this unit have to be selected? No frame is needed.")] = "",
    stratum: Annotated[str | None, typer.Option(help="The stratum of --id, where it is known.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw again and compare; exit 1 when something differs."""
    from rules.audit.manifests import Manifest, must_be_selected, verify_draw

    read = Manifest.read(manifest)
    if unit:
        _membership(must_be_selected(unit, read, stratum=stratum), as_json=as_json)
        return
    units = frozen(frame, read) if frame else None
    found = verify_draw(read, units, Manifest.read(parent) if parent else None)
    if as_json:
        told = {"ok": found.ok, "reasons": found.reasons, "repeated": units is not None, "warnings": read.warnings}
        print_json(told | {"sha256": read.sha256})
    else:
        against = "drawn again from the frame" if units else "only in itself: without --frame nothing is drawn again"
        typer.echo(f"{'Khớp · same' if found.ok else 'Khác · differs'} ({against})")
        for line in (*found.reasons, *(f"note: {warning}" for warning in read.warnings)):
            typer.echo(f"  {line}")
    raise typer.Exit(int(not found.ok))


def _membership(found: Any, *, as_json: bool) -> None:  # noqa: ANN401  # a Membership
    from dataclasses import asdict

    if as_json:
        print_json(asdict(found))
        return
    words = {True: "had to be selected", False: "could not be selected", None: "depends on its stratum or flags"}
    listed = "and is" if found.listed else "and is not"
    typer.echo(f"{found.id}: {words[found.selected]}, {listed} in the manifest; ticket {found.ticket}")


@app.command("worksheet")
def worksheet(
    manifest: Annotated[Path, typer.Argument(help="Of the draw.")],
    *,
    frame: FrameFile,
    out: Annotated[Path, typer.Option(help="The worksheet to write, .xlsx or .csv.")],
    as_json: AsJson = False,
) -> None:
    """Write the worksheet (phiếu kiểm tra): in the order of the tickets, blind to flags and strata."""
    from rules.audit.manifests import Manifest
    from rules.audit.worksheets import worksheet as sheet_of
    from rules.audit.worksheets import write_csv, write_xlsx

    writers = {".xlsx": write_xlsx, ".csv": write_csv}
    if out.suffix.lower() not in writers:
        raise typer.BadParameter("a worksheet ends in .xlsx or .csv")
    read = Manifest.read(manifest)
    sheet = sheet_of(read, frozen(frame, read))
    writers[out.suffix.lower()](sheet, out)
    told = {
        "units": len(sheet.rows),
        "questions": [one.code for one in sheet.layout.questions],
        "manifest": read.sha256,
    }
    if as_json:
        print_json(told)
    say(f"worksheet with {len(sheet.rows)} units written to {out}")


app.command("evaluate")(audit_results.evaluate)
app.command("month")(audit_results.month)
app.command("close")(audit_results.close)
app.command("report")(audit_results.report)
