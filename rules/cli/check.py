"""`motcua check`: judge an event log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, Office, office_calendar, print_json, say

if TYPE_CHECKING:
    from rules.checks import Checked

SHOWN = 10
"""Findings printed on a terminal before the rest is only counted."""


def check(  # noqa: PLR0913  # the options of one command
    log: Annotated[Path, typer.Argument(help="Event log: .csv, .jsonl (plain or .gz) or .parquet.")],
    *,
    mapping: Annotated[Path | None, typer.Option(help="How a foreign log tells its story (TOML).")] = None,
    as_of: Annotated[str, typer.Option(help="Judge as things stood then; default: the latest moment in the log.")] = "",
    procedures: Annotated[Path | None, typer.Option(help="Another procedure file than the shipped one.")] = None,
    office: Office = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here (HTML).")] = None,
    fail_on_findings: Annotated[
        bool, typer.Option("--fail-on-findings", help="Exit 1 when there are findings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge every dossier of a log by every rule; exit 2 when rows could not be read."""
    from calendars.requests import read_moment
    from dossier.formats.log import read_log
    from dossier.formats.mapping import read_mapping
    from dossier.procedures import Procedures
    from rules.checks import check as judge

    moment = read_moment(as_of) if as_of else None
    known = Procedures.load(procedures) if procedures else None
    calendar = office_calendar(office) if office else None
    read = read_log(log, read_mapping(mapping) if mapping else None, calendar=calendar)
    checked = judge(read, as_of=moment, procedures=known)
    if report:
        _write(checked, report, log)
    if as_json:
        print_json(checked.to_dict())
    else:
        _print(checked)
    if read.unreadable:
        raise typer.Exit(2)
    if fail_on_findings and not checked.findings.is_empty():
        raise typer.Exit(1)


def _write(checked: Checked, report: Path, log: Path) -> None:
    from rules.page import page_of
    from rules.report import write_report

    write_report(page_of(checked, f"Kiểm tra hồ sơ: {log.name}", log.name), report)
    say(f"report written to {report}")


def _print(checked: Checked) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", "quy định", "dấu hiệu", "đúng", "không rõ", "không áp dụng")
    for tally in checked.tallies:
        counts = (tally.violated, tally.satisfied, tally.not_assessable, tally.not_applicable)
        style = "bold" if tally.violated else "dim"
        table.add_row(tally.rule.code, tally.rule.title_vi, *map(str, counts), style=style)
    console = Console()
    console.print(table)
    for finding in checked.findings.head(SHOWN).iter_rows(named=True):
        console.print(Text(f"{finding['dossier']} {finding['rule']}: {finding['message_vi']} [{finding['citation']}]"))
    console.print(Text(_summary(checked)))
    for fault in checked.log.unreadable[:SHOWN]:
        say(f"row {fault.row}, column {fault.column}: {fault.value!r} {fault.reason}")
    for warning in checked.log.warnings:
        say(f"note: {warning}")


def _summary(checked: Checked) -> str:
    found, signals, unread = checked.findings.height, checked.signals.height, len(checked.log.unreadable)
    law = f"law as of {checked.law_as_of}" if checked.law_as_of else "law of the day of receipt"
    moment = checked.log.calendar.local(checked.as_of)
    return (
        f"{checked.facts.height} dossiers, {checked.log.rows} events, judged at {moment:%Y-%m-%d %H:%M} ({law}): "
        f"{found} findings, {signals} signals, {unread} unreadable cells"
    )
