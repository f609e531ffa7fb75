"""`motcua check`: judge an event log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from rules.cli.kinds import Kind, KindPrefix, OfKind, kind_of, tables_of
from rules.cli.printing import AsJson, Office, office_calendar, print_json, say
from rules.cli.store import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calendars import WorkCalendar
    from dossier.formats.eventlog import EventLog
    from dossier.procedures import Procedures
    from dossier.stores.tables import Tables
    from rules.centres import Centres
    from rules.checks import Checked
    from rules.comparing import Differences, Supposition
    from rules.offices import Offices
    from rules.quotas import QuotaBook
    from rules.regimes import Regimes
    from rules.rulebook import Rulebook
    from rules.streaming import Law, Streamed


_WORDS = {Kind.DOSSIER: ("dossiers", "receipt"), Kind.FEEDBACK: ("cases of feedback", "sending")}
"""What a summary calls the cases, and the step whose day decides which law judges them."""


class _Law(NamedTuple):
    rules: Rulebook
    numbers: QuotaBook
    procedures: Procedures | None
    offices: Offices | None
    centres: Centres | None
    regimes: Regimes | None


class _Database(NamedTuple):
    address: str
    tables: Tables


def check(  # noqa: PLR0913  # the options of one command
    log: Annotated[
        Path | None, typer.Argument(help="Event log: .csv, .jsonl (plain or .gz), .parquet or .xlsx.")
    ] = None,
    *,
    kind: OfKind = Kind.DOSSIER,
    db: Annotated[str, typer.Option(help="Judge a database of the desk, as sqlite:///office.db.")] = "",
    prefix: KindPrefix = None,
    schema: Schema = None,
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
    stream: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Judge a Parquet log that does not fit in memory, by batches; findings go into this new folder.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes of --stream; default: as many as there are processors and memory for.")
    ] = 0,
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
    law_files: dict[str, object] = {"--house": house, "--procedures": procedures, "--against": against}
    ways = {"--what-if": what_if, "--stream": stream, "--workers": workers, "--report": report}
    _only_for_dossiers(kind, law_files | ways)
    law, calendars = _law(house, procedures)
    if stream or workers:
        if calendars:
            raise typer.BadParameter("--stream judges by one calendar, and the house file names some for its offices")
        others = {"--db": db, "--mapping": mapping, "--against": against, "--what-if": what_if}
        _alone(log, stream, others | {"--report": report, "--findings": findings})
    if log and stream:
        streamed = _stream(log, stream, workers, _whole(law, law_as_of, waivers), as_of, office)
        print_json(streamed.to_dict()) if as_json else _print_streamed(streamed)
        _leave(unread=streamed.total.unreadable > 0, found=fail_on_findings and streamed.standing > 0)
        return
    source = log or _Database(db, tables_of(kind, prefix, schema))
    read = replace(_read(source, kind, mapping, office), calendars=calendars)
    if law_as_of:
        read = replace(read, law_as_of=_day(law_as_of))
    checked, supposed = (
        (_judge_feedback(read, as_of, waivers), None)
        if kind is Kind.FEEDBACK
        else _judge(read, law, as_of, waivers, what_if or [])
    )
    changed = _against(checked, against) if against else None
    if report:
        _write(checked, report, log.name if log else "motcua")
    if findings:
        write_findings(checked.found, findings)
        say(f"findings written to {findings}")
    if as_json:
        print_json(_document(checked, changed, supposed))
    else:
        _print(checked, kind, changed, supposed)
    _leave(unread=bool(read.unreadable), found=fail_on_findings and not checked.standing.is_empty())


def _leave(*, unread: bool, found: bool) -> None:
    if unread or found:
        raise typer.Exit(2 if unread else 1)


def _only_for_dossiers(kind: Kind, others: Mapping[str, object]) -> None:
    """Refuse what there is for dossiers only."""
    refused = [option for option, value in others.items() if value]
    if kind is Kind.FEEDBACK and refused:
        raise typer.BadParameter(
            f"--kind feedback cannot be given with {', '.join(refused)}: feedback has its own rules, limits and facts; "
            "leave it out (its figures: motcua report feedback)"
        )


def _alone(log: Path | None, stream: Path | None, others: Mapping[str, object]) -> None:
    """Refuse what --stream cannot be given with."""
    if not stream:
        raise typer.BadParameter("--workers is for --stream FOLDER: a log in memory is judged by one process")
    if refused := [option for option, value in others.items() if value]:
        raise typer.BadParameter(
            f"--stream cannot be given with {', '.join(refused)}: findings and figures go into its folder; "
            "leave out one or the other"
        )
    if log and log.suffix.lower() != ".parquet":
        raise typer.BadParameter(
            f"--stream reads Parquet, and {log.name} is named otherwise; "
            "leave out --stream, or write the log as Parquet first (dossier.formats.log: read_log, write_log)"
        )


def _whole(law: _Law, law_as_of: str, waivers: Path | None) -> Law:
    from dossier.procedures import Procedures
    from rules.streaming import Law
    from rules.waivers import Waivers

    return Law(
        law.rules,
        law.procedures or Procedures.shipped(),
        law.numbers,
        law.centres,
        law.regimes,
        Waivers.load(waivers, law.rules) if waivers else None,
        _day(law_as_of) if law_as_of else None,
    )


def _stream(log: Path, folder: Path, workers: int, law: Law, as_of: str, office: Path | None) -> Streamed:
    from calendars.requests import read_moment
    from rules.processes import processors
    from rules.streaming import check_stream

    moment, calendar = read_moment(as_of) if as_of else None, office_calendar(office)
    return check_stream(log, folder, law=law, as_of=moment, calendar=calendar, workers=workers or processors())


def _print_streamed(streamed: Streamed) -> None:
    from rules.cli import verdicts

    verdicts.print_streamed(streamed)


def _law(house: Path | None, procedures: Path | None) -> tuple[_Law, Mapping[str, WorkCalendar]]:
    from dossier import procedures as books
    from rules.quotas import quotas
    from rules.rulebook import rulebook

    known = books.Procedures.load(procedures) if procedures else None
    if house is None:
        return _Law(rulebook(), quotas(), known, None, None, None), {}
    from rules.house import House

    own = House.load(house, known)
    return _Law(own.rules, own.numbers, own.procedures, own.offices, own.centres, own.regimes), own.calendars


def _read(source: Path | _Database, kind: Kind, mapping: Path | None, office: Path | None) -> EventLog:
    from dossier.formats.kept import read_store
    from dossier.formats.log import read_log
    from dossier.formats.mapping import read_mapping

    calendar, lifecycle = office_calendar(office) if office else None, kind_of(kind).lifecycle
    mapped = read_mapping(mapping, lifecycle) if mapping else None
    if isinstance(source, _Database):
        return read_store(source.address, mapped, calendar=calendar, tables=source.tables, lifecycle=lifecycle)
    return read_log(source, mapped, calendar=calendar, lifecycle=lifecycle)


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


def _judge_feedback(read: EventLog, as_of: str, waivers: Path | None) -> Checked:
    from calendars.requests import read_moment
    from rules.feedback.checks import check_feedback
    from rules.feedback.rulebook import feedback_rulebook
    from rules.waivers import Waivers

    moment = read_moment(as_of) if as_of else None
    return check_feedback(read, as_of=moment, waivers=Waivers.load(waivers, feedback_rulebook()) if waivers else None)


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


def _print(checked: Checked, kind: Kind, changed: Differences | None, supposed: Supposition | None) -> None:
    from rules.cli import verdicts

    verdicts.print_checked(checked, *_WORDS[kind])
    if changed is not None:
        verdicts.print_differences(changed)
    if supposed is not None:
        verdicts.print_supposition(supposed)
    verdicts.print_reading(checked.log)
