"""`motcua sweep`, `deliver`, `outbox`, `worklist` and `dossier`: the daily work of a desk over a database."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli import pages
from rules.cli.kinds import Kind, KindPrefix, OfKind, tables_of
from rules.cli.printing import AsJson, Office, print_json, say
from rules.cli.store import Database, Prefix, Schema
from rules.cli.wiring import Law, Now, Procedures, desk_over, folders, moment_of

if TYPE_CHECKING:
    from dossier.outbox.delivery import Delivered
    from dossier.recomputing import Position, Recomputed
    from dossier.stores.queues import Armed
    from dossier.sweeping import Swept


class Topic(StrEnum):
    """The topics of the outbox."""

    NOTICE = "notice"
    PROGRESS = "progress"
    NATIONAL = "national"
    REMINDER = "reminder"


def sweep(  # noqa: PLR0913  # the options of one command
    *,
    kind: OfKind = Kind.DOSSIER,
    db: Database,
    now: Now = "",
    office: Office = None,
    procedures: Procedures = None,
    prefix: KindPrefix = None,
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Put every reminder (nhắc việc) whose moment has come into the outbox; exit 1 when a dossier failed."""
    from dossier.sweeping import until_all_fired

    moment, law, tables = moment_of(now), Law(office, procedures), tables_of(kind, prefix, schema)

    def batch(after: Armed | None) -> Swept:
        with desk_over(db, tables, now=moment, law=law, kind=kind) as desk:
            return desk.sweep(after)

    swept = until_all_fired(batch)
    if as_json:
        print_json(pages.swept_document(swept))
    else:
        pages.print_swept(swept)
    raise typer.Exit(int(bool(swept.failed)))


def recompute(  # noqa: PLR0913  # the options of one command
    *,
    kind: OfKind = Kind.DOSSIER,
    db: Database,
    now: Now = "",
    office: Office = None,
    procedures: Procedures = None,
    prefix: KindPrefix = None,
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Work out due dates and reminders of open dossiers anew, as after a decision on days off; exit 1 if one failed."""
    from dossier.recomputing import until_all_recomputed

    moment, law, tables = moment_of(now), Law(office, procedures), tables_of(kind, prefix, schema)

    def batch(after: Position | None) -> Recomputed:
        with desk_over(db, tables, now=moment, law=law, kind=kind) as desk:
            return desk.recompute(after)

    done = until_all_recomputed(batch)
    if as_json:
        failed = [{"dossier": code, "why": why} for code, why in done.failed]
        print_json({"seen": done.seen, "changed": done.changed, "failed": failed})
    else:
        typer.echo(f"{done.seen} hồ sơ đã tính lại · worked out anew, {done.changed} thay đổi · changed")
        for code, why in done.failed:
            say(f"{code}: {why}")
    raise typer.Exit(int(bool(done.failed)))


def deliver(  # noqa: PLR0913  # the options of one command
    *,
    kind: OfKind = Kind.DOSSIER,
    db: Database,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="A folder; gets one folder for each topic.")],
    topic: Annotated[list[Topic] | None, typer.Option(help="Only this topic; may be repeated.")] = None,
    now: Now = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Try so many messages at most.")] = None,
    office: Office = None,
    procedures: Procedures = None,
    prefix: KindPrefix = None,
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Deliver the messages that wait in the outbox (hộp gửi) into files; exit 1 when one did not arrive."""
    from dossier.outbox.delivery import until_none_waits

    topics = [one.value for one in topic or Topic]
    moment, law, tables = moment_of(now), Law(office, procedures), tables_of(kind, prefix, schema)

    def batch(size: int) -> Delivered:
        with desk_over(db, tables, now=moment, law=law, kind=kind) as desk:
            return desk.deliver(folders(to, topics), size, topics=topics)

    done = until_none_waits(batch, limit)
    if as_json:
        print_json(done._asdict())
    else:
        typer.echo(
            f"{done.sent} đã gửi · sent, {done.waiting} sẽ gửi lại · to be tried again, {done.dead} bỏ · given up"
        )
    raise typer.Exit(int(bool(done.waiting or done.dead)))


def outbox(  # the options of one command
    *,
    db: Database,
    dead: Annotated[
        bool, typer.Option("--dead", help="List the messages that were given up, with the reason.")
    ] = False,
    revive: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Let this dead message wait again; may be repeated.")
    ] = None,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Count the messages of the outbox by topic and status; exit 1 when a message to revive is not a dead one."""
    from dossier.stores.ready import ready
    from dossier.stores.tables import Tables

    wanted = list(dict.fromkeys(revive or ()))
    with ready(db, Tables(prefix, schema), writes=bool(wanted)) as store:
        found = store.outbox.dead() if dead or wanted else []
        missing = sorted(set(wanted) - {message.key for message in found})
        revived = store.outbox.revive(wanted, moment_of("")) if wanted else 0
        counts = store.outbox.by_topic()
    listed = [message for message in found if dead and message.key not in wanted]
    if as_json:
        given_up = [pages.message_document(one) for one in listed]
        print_json({"counts": counts, "dead": given_up, "revived": revived, "unknown": missing})
    else:
        pages.print_outbox(counts, listed if dead else None, revived)
    for key in missing:
        say(f"{key!r} is no message that was given up; motcua outbox --dead lists them")
    raise typer.Exit(int(bool(missing)))


def worklist(  # noqa: PLR0913  # the options of one command
    *,
    kind: OfKind = Kind.DOSSIER,
    db: Database,
    officer: Annotated[str | None, typer.Option(help="Code of the officer who acted last.")] = None,
    of: Annotated[str | None, typer.Option("--office", help="The office that works on them, as recorded.")] = None,
    hours: Annotated[Path | None, typer.Option(help="Office file (TOML) whose hours count.")] = None,
    now: Now = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Lines on the page.")] = 50,
    after: Annotated[str, typer.Option(metavar="PLACE", help="The page after this place.")] = "",
    with_names: Annotated[Path | None, typer.Option(help="Names of officers by code (TOML or CSV).")] = None,
    prefix: KindPrefix = None,
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """List the open dossiers, the one whose legal time ends first at the top (danh sách việc cần làm)."""
    from rules.names import read_names

    names = read_names(with_names) if with_names else {}
    place = pages.read_place(after) if after else None
    with desk_over(
        db, tables_of(kind, prefix, schema), now=moment_of(now), law=Law(hours), writes=False, kind=kind
    ) as desk:
        lines = desk.worklist(officer, of, limit=limit, after=place)
    following = pages.place_text(lines[-1].place) if len(lines) == limit else None
    if as_json:
        print_json({"lines": [pages.line_document(one, names) for one in lines], "next": following})
    else:
        pages.print_lines(lines, names, following)


def dossier(  # noqa: PLR0913  # the options of one command
    code: Annotated[str, typer.Argument(help="Code of the dossier (mã hồ sơ).")],
    *,
    db: Database,
    now: Now = "",
    office: Office = None,
    procedures: Procedures = None,
    roster: Annotated[Path | None, typer.Option(help="Who has which role (TOML); else no rights are checked.")] = None,
    actor: Annotated[str | None, typer.Option(help="Code of who asks; an auditor's look-up is logged.")] = None,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Show one dossier: where it stands, its dates, its steps, and what may be done next or why not."""
    from dossier.stores.tables import Tables

    if actor and not roster:
        raise typer.BadParameter("--actor needs --roster, which says who has which role")
    law = Law(office, procedures, roster)
    with desk_over(db, Tables(prefix, schema), now=moment_of(now), law=law, writes=roster is not None) as desk:
        view = desk.dossier(code)
        options = desk.options(code, actor)
    if as_json:
        print_json(pages.dossier_document(view, options))
    else:
        pages.print_dossier(view, options)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (sweep, recompute, deliver, outbox, worklist, dossier):
        app.command(command.__name__)(command)
