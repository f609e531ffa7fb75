"""`motcua report indicators`, `feedback`, `reconcile`: figures that the state and the plan count."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, Office
from rules.cli.report_options import (
    Asked,
    FromDatabase,
    House,
    Html,
    KnownAt,
    Log,
    Mapping_,
    Procedures,
    Span,
    Xlsx,
    hand_over,
    period_of,
    read_source,
)  # fmt: skip
from rules.cli.report_stream import Stream, Workers, by_batches, is_batched

if TYPE_CHECKING:
    from rules.cli.report_options import Source
    from rules.figures.figures import Figures
    from rules.figures.indicators import Indicators
    from rules.figures.sheets import Report, Sheet


class Readings(StrEnum):
    """How a dossier is judged."""

    LAW = "law"
    D766 = "d766"
    PRACTICE = "practice"


def indicators(  # noqa: PLR0913  # the options of one command
    log: Log = None,
    *,
    period: Span,
    db: FromDatabase = "",
    by: Annotated[
        list[str] | None,
        typer.Option(help="office, officer, procedure, sector, level, channel, month, quarter, year; may be repeated."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Code of an indicator; may be repeated.")] = None,
    choose: Annotated[list[str] | None, typer.Option(help="A variant, as VIII.2.b=both; may be repeated.")] = None,
    definitions: Annotated[Path | None, typer.Option(help="Other indicators (TOML) than the shipped ones.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Log of feedback cases, for indicator 5.2.")] = None,
    dossiers: Annotated[str, typer.Option(metavar="CODE", help="List the dossiers behind this indicator.")] = "",
    mapping: Mapping_ = None,
    procedures: Procedures = None,
    house: House = None,
    office: Office = None,
    known_at: KnownAt = "",
    stream: Stream = None,
    workers: Workers = 0,
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Indicators of the plan and of Decision 766, with numerator, denominator and the three readings."""
    from rules.figures.figures import figures
    from rules.figures.indicatorsheet import behind, dossiers_sheet, indicators_report
    from rules.figures.table import measured

    asked, span = Asked(log, db, mapping, office, procedures, house, known_at), period_of(period)
    chosen = _chosen(definitions, only or [], choose or [])
    if is_batched(log, stream, workers):
        told, kept = by_batches(asked, stream, workers, span, chosen)
        source, table = None, kept.holding(chosen)
    else:
        told = source = read_source(asked)
        table = measured(source.log, span, **source.law)
    inputs = {} if feedback is None else {"5.2": _feedback_input(feedback, period, office)}
    found = figures(table, chosen, tuple(by or ()), inputs=inputs)
    monthly = figures(table, chosen, ("month",)) if len(span.months()) > 1 else None
    more: tuple[Sheet, ...] = (dossiers_sheet(found, dossiers),) if dossiers else ()
    listed = {"dossiers": behind(found, dossiers)} if dossiers else {}
    report = told.noted(indicators_report(found, monthly, told.name, more, listed))
    if source and source.moment:
        report = _with_changes(report, found, source, inputs)
    hand_over(report, xlsx, html, as_json=as_json)


def _with_changes(report: Report, then: Figures, source: Source, inputs: dict[str, tuple[int, int]]) -> Report:
    """What each figure has become since the moment of --known-at."""
    from dataclasses import replace

    from rules.figures.changesheet import changes, changes_sheet
    from rules.figures.figures import figures
    from rules.figures.table import measured

    table = measured(source.whole, then.measured.period, **source.law)
    now = figures(table, then.chosen, then.by, inputs=inputs)
    found = changes(then, now, source.whole, source.moment)  # type: ignore[arg-type]
    document = {**report.document, "changes": found}
    return replace(report, sheets=(*report.sheets, changes_sheet(found)), document=document)


def _chosen(definitions: Path | None, only: list[str], choose: list[str]) -> Indicators:
    from rules.figures.indicators import Indicators as Book
    from rules.figures.indicators import indicators as shipped

    found = Book.load(definitions) if definitions else shipped()
    for wish in choose:
        code, equals, variant = wish.partition("=")
        if not equals:
            raise typer.BadParameter(f"--choose {wish!r}: write CODE=VARIANT, as VIII.2.b=both")
        found = found.choose(code, variant)
    return found.only(*only) if only else found


def _feedback_input(path: Path, period: str, office: Path | None) -> tuple[int, int]:
    from dossier.feedback import FEEDBACK
    from rules.feedback.figures import feedback_figures

    read = read_source(Asked(path, "", office=office), FEEDBACK)
    return feedback_figures(read.log, period_of(period)).input


def feedback(  # noqa: PLR0913  # the options of one command
    log: Annotated[Path | None, typer.Argument(help="Log of feedback cases (phản ánh, kiến nghị); or --db.")] = None,
    *,
    period: Span,
    db: FromDatabase = "",
    mapping: Mapping_ = None,
    office: Office = None,
    known_at: KnownAt = "",
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Feedback cases (III.10, III.11, Decision 766 5.2): handled, copied and published in time."""
    from dossier.feedback import FEEDBACK
    from rules.feedback.figures import feedback_figures
    from rules.feedback.sheet import feedback_report

    source = read_source(Asked(log, db, mapping, office, known_at=known_at), FEEDBACK)
    found = feedback_figures(source.log, period_of(period))
    hand_over(source.noted(feedback_report(found, source.name)), xlsx, html, as_json=as_json)


def reconcile(  # noqa: PLR0913  # the options of one command
    portal: Annotated[Path, typer.Argument(help="What the portal exports, .xlsx or .csv.")],
    log: Log = None,
    *,
    period: Span,
    db: FromDatabase = "",
    reading: Annotated[Readings, typer.Option(help="How our dossiers are judged.")] = Readings.LAW,
    mapping: Mapping_ = None,
    procedures: Procedures = None,
    house: House = None,
    office: Office = None,
    known_at: KnownAt = "",
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Explain our figure against a portal's, dossier by dossier; exit 1 when they differ."""
    from rules.figures.portal import read_portal
    from rules.figures.reconcile import reconcile as compare
    from rules.figures.reconcilesheet import reconcile_report
    from rules.figures.table import measured

    source, span = read_source(Asked(log, db, mapping, office, procedures, house, known_at)), period_of(period)
    table = measured(source.log, span, **source.law)
    today = source.log.calendar.local(table.as_of).date()
    unreadable = frozenset(fault.dossier for fault in source.log.unreadable if fault.dossier)
    found = compare(table, read_portal(portal, today), reading.value, unreadable)
    report = source.noted(reconcile_report(found, span, source.name))
    hand_over(report, xlsx, html, as_json=as_json)
    if found.dossiers:
        raise typer.Exit(1)
