"""`motcua import`, `export` and `adopt`: an event log into a database and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.cli.printing import AsJson, Office, office_calendar, print_json, say
from rules.cli.terminal import cell, show, table
from rules.cli.wiring import Law, Now, Procedures, desk_over, moment_of

if TYPE_CHECKING:
    from dossier.formats.eventlog import EventLog
    from dossier.formats.stored import TakenOver
    from rules.checks import Checked

SHOWN = 20
"""Dossiers, and unreadable cells, listed on a terminal before the rest is only counted."""

_SUMMARY = (
    "{} hồ sơ đã tiếp quản: {} chưa kết thúc, {} đã kết thúc; {} bước; {} hồ sơ không đọc được, để lại",
    "{} dossiers taken over: {} running, {} ended; {} events; {} dossiers could not be read and are left out",
)

Database = Annotated[str, typer.Option("--db", help="SQLAlchemy address, as sqlite:///office.db.")]
Prefix = Annotated[str, typer.Option(help="What the names of the tables begin with.")]
Schema = Annotated[str | None, typer.Option(help="The schema in PostgreSQL.")]
Actor = Annotated[str | None, typer.Option(help="Code of the officer who does it; the journal keeps it.")]


def import_(
    log: Annotated[Path, typer.Argument(help="Event log.")],
    *,
    db: Database,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Store the histories of a log as read; exit 2 when rows could not be read (their dossiers are left out)."""
    from dossier.formats.log import read_log
    from dossier.formats.stored import import_log
    from dossier.stores.tables import Tables

    read = read_log(log)
    stored = import_log(read, db, Tables(prefix, schema))
    say(f"{stored} events of {read.events['dossier'].n_unique()} dossiers stored")
    _end(read)


def export(
    log: Annotated[Path, typer.Argument(help="Event log to write.")],
    *,
    db: Database,
    actor: Actor = None,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Write every event of a database as an event log; the journal of the database says so."""
    from dossier.formats.stored import export_log
    from dossier.stores.tables import Tables

    say(f"{export_log(db, log, actor, Tables(prefix, schema))} events written to {log}")


def adopt(  # noqa: PLR0913  # the options of one command
    log: Annotated[Path, typer.Argument(help="Event log of the old system: .csv, .jsonl (plain or .gz) or .parquet.")],
    *,
    db: Database,
    mapping: Annotated[Path | None, typer.Option(help="How a foreign log tells its story (TOML).")] = None,
    office: Office = None,
    procedures: Procedures = None,
    now: Now = "",
    prefix: Prefix = "motcua_",
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Take over the dossiers of another system (chuyển đổi hệ thống), all or none; their past is judged, not refused.

    Exit 2 when rows could not be read: their dossiers are left out, the others are taken over.
    """
    from dossier import procedures as books
    from dossier.formats.log import read_log
    from dossier.formats.mapping import read_mapping
    from dossier.formats.stored import adopt_log
    from dossier.stores.tables import Tables
    from rules.checks import check

    moment, law = moment_of(now), Law(office, procedures)
    known = books.Procedures.load(procedures) if procedures else None
    calendar = office_calendar(office) if office else None
    read = read_log(log, read_mapping(mapping) if mapping else None, calendar=calendar)
    checked = check(read, procedures=known)
    with desk_over(db, Tables(prefix, schema), now=moment, law=law) as desk:
        taken = adopt_log(read, desk)
    if as_json:
        print_json(taken.to_dict() | {"check": checked.to_dict()})
    else:
        _print(taken, checked)
    _end(read)


def _end(read: EventLog) -> None:
    for fault in read.unreadable[:SHOWN]:
        say(f"row {fault.row}, column {fault.column}: {fault.value!r} {fault.reason}")
    if len(read.unreadable) > SHOWN:
        say(f"… and {len(read.unreadable) - SHOWN} more cells; motcua check LOG --json lists them all")
    if read.unreadable:
        raise typer.Exit(2)


def _print(taken: TakenOver, checked: Checked) -> None:
    told, set_aside = taken.to_dict(), len({fault.dossier for fault in checked.log.unreadable})
    counts = (told["dossiers"], told["running"], told["ended"], told["events"], set_aside)
    show(_states(taken), *_imperfect(told["imperfect"]), *_rules(checked))
    show(*(cell(sentence.format(*counts)) for sentence in _SUMMARY))
    for warning in checked.log.warnings:
        say(f"note: {warning}")


def _states(taken: TakenOver) -> Any:  # noqa: ANN401  # a table of rich, imported when it is printed
    from dossier.lifecycle import ENDED, STATES

    rows = [
        (STATES[state], "đã kết thúc · ended" if state in ENDED else "chưa kết thúc · running", count)
        for state, count in taken.states.items()
    ]
    return table("trạng thái · state", "", "hồ sơ · dossiers", rows=rows)


def _imperfect(found: list[dict[str, Any]]) -> list[Any]:
    from rules.display import KIND_LABELS

    if not found:
        return []
    rows = [
        (one["dossier"], one["step"], KIND_LABELS[one["kind"]][0], _state_vi(one["after"]), _state_vi(one["state"]))
        for one in found[:SHOWN]
    ]
    title = (
        f"{len(found)} hồ sơ có bước không khớp trình tự (vẫn tiếp quản) · steps out of order (taken over as they are)"
    )
    shown = table("hồ sơ", "bước thứ", "bước đầu tiên không khớp", "khi đang", "nay đang", rows=rows, title=title)
    more = len(found) - SHOWN
    return [shown, *([cell(f"… và {more} hồ sơ nữa · and {more} more; --json lists them all")] if more > 0 else [])]


def _state_vi(state: str) -> str:
    from dossier.lifecycle import STATES

    return STATES.get(state, "chưa nộp")


def _rules(checked: Checked) -> list[Any]:
    rows = [(tally.rule.code, tally.rule.title_vi, tally.violated) for tally in checked.tallies if tally.violated]
    title = "Dấu hiệu chưa đúng quy định trong quá khứ · findings in their past"
    return [table("", "quy định", "hồ sơ", rows=rows, title=title)] if rows else []
