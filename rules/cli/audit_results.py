"""`motcua audit evaluate`, `month`, `close` and `report`: from inspected units to a conclusion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.cli.audit_options import (
    Actor,
    Batch,
    Confidence,
    FromDatabase,
    Language,
    Log,
    Model,
    Population,
    Source,
    Tolerable,
    batch_of,
    frozen,
    given,
    read_source,
)  # fmt: skip
from rules.cli.printing import AsJson, Office, print_json, say

if TYPE_CHECKING:
    from rules.audit.evaluating import Evaluation, Result


def evaluate(  # noqa: PLR0913  # the options of one command
    manifest: Annotated[Path | None, typer.Argument(help="Of the draw; or give the numbers.")] = None,
    *,
    frame: Annotated[Path | None, typer.Option(help="The frozen frame (CSV).")] = None,
    findings: Annotated[Path | None, typer.Option(help="The filled worksheet.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Only this purpose of the design.")] = None,
    population: Population = "",
    sample: Annotated[str, typer.Option(help="How many were inspected.")] = "",
    violations: Annotated[str, typer.Option(help="How many of them were not in order.")] = "",
    confidence: Annotated[str | None, typer.Option(help="One-sided; default: 0.95, of a manifest: as planned.")] = None,
    tolerable: Tolerable = None,
    model: Annotated[Model | None, typer.Option(help="Default: hypergeometric; of a manifest: as planned.")] = None,
    language: Annotated[Language, typer.Option("--language", "-l", help="Of the statement.")] = Language.VI,
    simultaneous: Annotated[
        bool, typer.Option("--simultaneous", help="The bounds of strata or rules hold together, each one wider.")
    ] = False,
    batch: Batch = "",
    as_json: AsJson = False,
) -> None:
    """Conclude: from a manifest, its frame and the filled worksheet, or from bare numbers."""
    from rules.audit.requests import answer_evaluate

    if batch:
        raise typer.Exit(batch_of(answer_evaluate, batch))
    if manifest is not None:
        asked = {
            "confidence": confidence,
            "tolerable": tolerable,
            "method": model.value if model else None,
            "simultaneous": simultaneous,
        }
        _evaluate_draw(manifest, frame, findings, purpose, asked, language, as_json=as_json)
        return
    request = {
        "population": given(population, "MANIFEST or --population"),
        "sample": given(sample, "--sample"),
        "violations": given(violations, "--violations"),
        "confidence": confidence or "0.95",
        "model": (model or Model.HYPERGEOMETRIC).value,
        "tolerable": tolerable,
    }
    answer = answer_evaluate(request)
    if as_json:
        print_json(answer)
        return
    count = "" if answer["upper_count"] is None else f", {answer['upper_count']} of {population}"
    typer.echo(f"estimate {answer['estimate']:.6g}; at most {answer['upper_rate']['decimal']}{count}")


def _evaluate_draw(  # the options of one command
    manifest: Path,
    frame: Path | None,
    findings: Path | None,
    purpose: str | None,
    asked: dict[str, Any],
    language: Language,
    *,
    as_json: bool,
) -> None:
    from rules.audit.evaluating import evaluate as conclude
    from rules.audit.evaluating import evaluate_flags
    from rules.audit.findings import Findings, rows_of
    from rules.audit.manifests import Manifest
    from rules.audit.statements import rule_statement, statement

    if frame is None or findings is None:
        raise typer.BadParameter("of a manifest give --frame and --findings too")
    read = Manifest.read(manifest)
    units, filled = frozen(frame, read), Findings.read(findings, read)
    names = [purpose] if purpose else [one.name for one in read.design.purposes]
    found = [conclude(read, units, filled, name, **asked) for name in names]
    kinds = {one.purpose.kind for one in found}
    rules = units.flags if {"per_flag", "unflagged"} <= kinds else ()
    judged = [evaluate_flags(read, units, filled, rule) for rule in rules]
    if as_json:
        told = {"manifest": read.sha256, "purposes": [_told(one) for one in found]}
        flags = [
            {"rule": one.rule, "statement": {word: rule_statement(one, word) for word in ("vi", "en")}}
            for one in judged
        ]
        print_json(told | {"rules": flags, "findings": list(rows_of(filled))})
        return
    texts = [statement(one, language.value, sealed=False) for one in found[:-1]]
    texts += [statement(found[-1], language.value), *(rule_statement(one, language.value) for one in judged)]
    typer.echo("\n\n".join(texts))


def _told(found: Evaluation) -> dict[str, Any]:
    from rules.audit.statements import statement

    return {
        "purpose": found.purpose.name,
        "scope": found.scope,
        "method": found.purpose.method,
        "confidence": found.manifest.design.confidence,
        "tolerable": found.manifest.design.tolerable,
        "simultaneous": found.simultaneous,
        "meets": found.meets,
        "whole": None if found.whole is None else _figures(found.whole),
        "results": [_figures(result) for result in found.results],
        "statement": {"vi": statement(found, "vi"), "en": statement(found, "en")},
    }


def _figures(result: Result) -> dict[str, Any]:
    counts, rate = result.counts, result.rate
    return {
        "of": result.of,
        "population": result.population,
        "inspected": counts.inspected,
        "violations": counts.violations,
        "undetermined": counts.undetermined,
        "not_applicable": counts.not_applicable,
        "estimate": None if result.estimate is None else float(result.estimate),
        "lower_count": result.lower,
        "upper_count": result.upper,
        "optimistic_upper_count": result.optimistic,
        "upper_rate": None if rate is None else f"{rate.numerator}/{rate.denominator}",
    }


def month(  # noqa: PLR0913  # the options of one command
    month: Annotated[str, typer.Argument(metavar="MONTH", help="As 2026-10.")],
    log: Log = None,
    *,
    db: FromDatabase = "",
    budget: Annotated[int, typer.Option(min=1, help="How many inspections the office can do.")] = 60,
    seed: Annotated[
        str, typer.Option(help="Left out: only the frames and the plan are printed, to be published.")
    ] = "",
    source: Source = "",
    to: Annotated[Path | None, typer.Option(help="A new folder for frames, manifests and worksheets.")] = None,
    offices: Annotated[str, typer.Option(help="Also draw this share of the offices to inspect, as 30%.")] = "",
    tolerable: Tolerable = None,
    confidence: Confidence = "0.95",
    office: Office = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Draw the month's pauses, supplement requests and cancellations; without --seed only say what will be drawn."""
    from rules.audit.months import announce, draw_month
    from rules.audit.rates import rate

    share = rate(offices.removesuffix("%")) / (100 if offices.endswith("%") else 1) if offices else None
    announced = announce(
        read_source(log, db, actor, office), month, budget, confidence=confidence, tolerable=tolerable, offices=share
    )
    if seed:
        where = to or Path(f"audit-{month}")
        draw_month(announced, month, where, seed=seed, source=source, log=log.name if log else "database")
        say(f"drawn into {where}: fill the worksheets, then motcua audit close {where}")
    else:
        say("nothing was drawn: publish this, then roll the seed, then give --seed")
    if as_json:
        print_json(announced.to_dict())
        return
    for act, told in announced.to_dict().items():
        sizes = ", ".join(f"{one['name']} {one['size']}" for one in told["purposes"])
        typer.echo(
            f"{act}: {told['size']} in the frame {told['frame_sha256']}; design {told['design_sha256']}: {sizes}"
        )


def close(
    folder: Annotated[Path, typer.Argument(help="The folder of motcua audit month, with filled worksheets.")],
    *,
    language: Annotated[Language, typer.Option("--language", "-l", help="Of the statement.")] = Language.VI,
    as_json: AsJson = False,
) -> None:
    """Evaluate a month: statement, list for the corrective letters (văn bản chấn chỉnh), follow-up register."""
    from rules.audit.closing import LETTER, close_month, write_closing

    closed = close_month(folder)
    for path in write_closing(closed, folder):
        say(f"written: {path}")
    if as_json:
        acts = [{"act": one.act, "purposes": [_told(one.overall), _told(one.by_office)]} for one in closed.acts]
        letters = [dict(zip(LETTER, row, strict=True)) for row in closed.letters()]
        print_json({"month": closed.month.month, "acts": acts, "empty": closed.empty, "letters": letters})
    else:
        typer.echo(closed.text(language.value), nl=False)


def report(
    folder: Annotated[Path, typer.Argument(help="The folder of motcua audit month, with filled worksheets.")],
    *,
    out: Annotated[Path, typer.Option(help="The audit file to write: .html in both languages, .pdf to be signed.")],
    language: Annotated[Language, typer.Option("--language", "--lang", "-l", help="Of the PDF.")] = Language.VI,
    as_json: AsJson = False,
) -> None:
    """Write the audit file of a month: design, draw, pictures, findings and statement, as a page or for paper."""
    from rules.audit.closing import close_month
    from rules.audit.reporting import write_report

    ending = out.suffix.lower()
    if ending not in {".html", ".pdf"}:
        raise typer.BadParameter("a report ends in .html or .pdf")
    closed = close_month(folder)
    if ending == ".pdf":
        from rules.audit.printing import write_pdf

        write_pdf(closed, out, language.value)
    else:
        write_report(closed, out)
    if as_json:
        print_json({"report": str(out)})
    say(f"report written to {out}")
