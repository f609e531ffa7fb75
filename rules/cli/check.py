"""`motcua check`: judge an event log."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from rules.cli.printing import AsJson, Office, office_calendar, print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dossier.formats.eventlog import EventLog
    from dossier.procedures import Procedures
    from rules.centres import Centres
    from rules.checks import Checked
    from rules.comparing import Differences, Supposition
    from rules.offices import Offices
    from rules.quotas import QuotaBook
    from rules.rulebook import Rulebook


class _Law(NamedTuple):
    rules: Rulebook
    numbers: QuotaBook
    procedures: Procedures | None
    offices: Offices | None
    centres: Centres | None


def check(  # noqa: PLR0913  # the options of one command
    log: Annotated[
        Path | None, typer.Argument(help="Event log: .csv, .jsonl (plain or .gz), .parquet or .xlsx.")
    ] = None,
    *,
    db: Annotated[str, typer.Option(help="Judge a database of the desk, as sqlite:///office.db.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="How a foreign log tells its story (TOML).")] = None,
    as_of: Annotated[str, typer.Option(help="Judge as things stood then; default: the latest moment in the log.")] = "",
    law_as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge every dossier by the law of this day.")] = "",
    house: Annotated[Path | None, typer.Option(help="The office's own rules, numbers and procedures (TOML).")] = None,
    procedures: Annotated[Path | None, typer.Option(help="Another procedure file than the shipped one.")] = None,
    office: Office = None,
    waivers: Annotated[Path | None, typer.Option(help="Findings that are let stand (TOML or CSV).")] = None,
    against: Annotated[Path | None, typer.Option(help="Another rulebook (TOML): whose judgement changes?")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            help="'limit [PROCEDURE]=12 ngày làm việc', 'holiday=2026-09-01', 'resume DOSSIER=2026-11-30': who becomes "
            "late? May be repeated; nothing is written."
        ),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here (HTML).")] = None,
    findings: Annotated[
        Path | None, typer.Option(help="Write findings and signals here (.csv, .xlsx, .jsonl, .parquet).")
    ] = None,
    fail_on_findings: Annotated[
        bool, typer.Option("--fail-on-findings", help="Exit 1 when there are findings that nobody waived.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge every dossier of a log by every rule; exit 2 when rows could not be read."""
    from rules.exports import write_findings

    if (log is None) == (not db):
        raise typer.BadParameter("give a log, or --db with a database")
    law = _law(house, procedures)
    read = _read(log, db, mapping, office, law_as_of)
    checked, supposed = _judge(read, law, as_of, waivers, what_if or [])
    changed = _against(checked, against) if against else None
    if report:
        _write(checked, report, log.name if log else "motcua")
    if findings:
        write_findings(checked.found, findings)
        say(f"findings written to {findings}")
    if as_json:
        print_json(_document(checked, changed, supposed))
    else:
        _print(checked, changed, supposed)
    if read.unreadable:
        raise typer.Exit(2)
    if fail_on_findings and not checked.standing.is_empty():
        raise typer.Exit(1)


def _law(house: Path | None, procedures: Path | None) -> _Law:
    from dossier import procedures as books
    from rules.quotas import quotas
    from rules.rulebook import rulebook

    known = books.Procedures.load(procedures) if procedures else None
    if house is None:
        return _Law(rulebook(), quotas(), known, None, None)
    from rules.house import House

    own = House.load(house, known)
    return _Law(own.rules, own.numbers, own.procedures, own.offices, own.centres)


def _read(log: Path | None, db: str, mapping: Path | None, office: Path | None, law_as_of: str) -> EventLog:
    from dataclasses import replace

    from dossier.formats.log import read_log
    from dossier.formats.mapping import read_mapping

    calendar, mapped = office_calendar(office) if office else None, read_mapping(mapping) if mapping else None
    if log is not None:
        read = read_log(log, mapped, calendar=calendar)
    else:
        from dossier.formats.kept import read_store

        read = read_store(db, mapped, calendar=calendar)
    return replace(read, law_as_of=_day(law_as_of)) if law_as_of else read


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--law-as-of {text!r} is no day; write it as 2026-07-01") from None


def _judge(
    read: EventLog, law: _Law, as_of: str, waivers: Path | None, wishes: Sequence[str]
) -> tuple[Checked, Supposition | None]:
    from calendars.requests import read_moment
    from rules.checks import check as judge
    from rules.waivers import Waivers

    moment = read_moment(as_of) if as_of else None
    waived = Waivers.load(waivers, law.rules) if waivers else None
    if not wishes:
        return judge(read, as_of=moment, **law._asdict(), waivers=waived), None
    from rules.comparing import Wish, compared, supposed

    world = supposed(read, [Wish.read(wish) for wish in wishes], moment)
    moment = moment or world.latest
    checked, other = (judge(one, as_of=moment, **law._asdict(), waivers=waived) for one in (read, world))
    return checked, compared(checked, other)


def _against(checked: Checked, path: Path) -> Differences:
    from rules.comparing import against, read_other

    return against(checked, read_other(path, checked))


def _write(checked: Checked, report: Path, name: str) -> None:
    from rules.page import page_of
    from rules.report import write_report

    write_report(page_of(checked, f"Kiểm tra hồ sơ: {name}", name), report)
    say(f"report written to {report}")


def _document(checked: Checked, changed: Differences | None, supposed: Supposition | None) -> dict[str, object]:
    document: dict[str, object] = checked.to_dict()
    if changed is not None:
        document["against"] = changed.to_dict()
    if supposed is not None:
        document["what_if"] = supposed.to_dict()
    return document


def _print(checked: Checked, changed: Differences | None, supposed: Supposition | None) -> None:
    from rules.cli import verdicts

    verdicts.print_checked(checked)
    if changed is not None:
        verdicts.print_differences(changed)
    if supposed is not None:
        verdicts.print_supposition(supposed)
    verdicts.print_reading(checked.log)
