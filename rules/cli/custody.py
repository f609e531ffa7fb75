"""`motcua seal`, `verify`, `erase` and `archive`: the custody of the histories in a database."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli.printing import AsJson, print_json, say
from rules.cli.store import Database

if TYPE_CHECKING:
    from dossier.custody import Counts, Finding

Actor = Annotated[str, typer.Option("--actor", help="Code of the officer who does it; the journal keeps it.")]
Day = Annotated[str | None, typer.Option("--day", metavar="DATE", help="Day to seal; default: today.")]
Outside = Annotated[str | None, typer.Option("--digest", metavar="HEX", help="A digest kept outside the database.")]
Archives = Annotated[Path | None, typer.Option("--archives", help="Folder of the archives, to verify them too.")]
Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Dossier codes.")]
Before = Annotated[
    str | None,
    typer.Option("--decided-before", metavar="DATE", help="Every decided dossier whose last step was before that day."),
]
Basis = Annotated[str, typer.Option("--basis", help="Why it may be erased; no personal data. The journal keeps it.")]
Documents = Annotated[Path | None, typer.Option("--documents", help="Folder of the documents, to erase their bytes.")]
Folder = Annotated[Path, typer.Option("--to", help="Folder of the archives; gets one named after the year.")]
Prune = Annotated[bool, typer.Option("--prune", help="Then delete these dossiers from the database.")]
Undelivered = Annotated[bool, typer.Option("--undelivered", help="Also decided dossiers never handed over.")]


def seal(*, db: Database, day: Day = None) -> None:
    """Seal the register (niêm phong sổ) and print the digest to keep outside the database."""
    from dossier.custody import seal as sealed
    from dossier.stores.ready import ready

    now = _now()
    with ready(db) as store:
        done = sealed(store, _date("--day", day) if day else now.date(), now)
    said = "sealed" if done.new else f"was sealed already, at {done.sealed_at}"
    say(f"{done.day} {said}: {done.events} new events of {done.dossiers} dossiers")
    typer.echo(done.digest)


def verify(*, db: Database, digest: Outside = None, archives: Archives = None, json: AsJson = False) -> None:
    """Find every altered, missing, inserted or moved event; exit 1 when there is one."""
    from dossier.custody import verify as verification
    from dossier.stores.ready import ready

    with ready(db, writes=False) as store:
        check = verification(store, digest, archives)
        findings = list(check) if json else [_shown(finding) for finding in check]
    if json:
        print_json({"holds": not findings, "counts": _dict(check.counts), "findings": list(map(_dict, findings))})
    else:
        _say_counts(check.counts, len(findings))
    raise typer.Exit(bool(findings))


def erase(
    codes: Codes = None,
    *,
    db: Database,
    basis: Basis,
    actor: Actor,
    decided_before: Before = None,
    documents: Documents = None,
) -> None:
    """Erase what names or describes a person (xóa dữ liệu cá nhân); the chain still verifies."""
    from dossier.custody import decided_before as old
    from dossier.custody import erase as erased
    from dossier.custody import forget
    from dossier.evidence import DirectoryStorage
    from dossier.stores.ready import ready

    if bool(codes) == bool(decided_before):
        raise typer.BadParameter("give dossier codes or --decided-before, one of the two")
    with ready(db) as store:
        chosen = codes or list(old(store, _date("--decided-before", decided_before or "")))
        done = erased(store, chosen, basis=basis, actor=actor, now=_now())
    say(
        f"{done.dossiers} dossiers: texts of {done.texts} events, {done.forms} forms, {done.documents} documents erased"
    )
    if documents is not None:
        with ready(db, writes=False) as store:
            say(f"the bytes of {forget(store, DirectoryStorage(documents))} documents erased")
    elif done.documents:
        say("the bytes of documents are still in their storage: run again with --documents, or erase them there")


def archive(  # one option each
    year: Annotated[int, typer.Argument(help="Year in which the dossiers ended.")],
    *,
    db: Database,
    to: Folder,
    actor: Actor,
    prune: Prune = False,
    undelivered: Undelivered = False,
) -> None:
    """Export the dossiers that ended in a year and check the copy; with --prune only then delete them."""
    from dossier.custody import archive as archived
    from dossier.custody import prune as pruned
    from dossier.stores.ready import ready

    now = _now()
    with ready(db) as store:
        done = archived(store, year, to, actor=actor, now=now, undelivered=undelivered)
        if prune:
            pruned(store, year, to, actor=actor, now=now)
    said = "written, read back and equal" if done.new else "was there already and is equal"
    say(f"{done.folder}: {done.dossiers} dossiers, {done.events} events, {said}{', and pruned' if prune else ''}")
    if done.waiting:
        say(f"{done.waiting} dossiers of {year} stay: messages about them are not sent yet")


def _now() -> datetime:
    from calendars import vietnam

    return datetime.now(vietnam().zone)


def _date(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} is {text!r}; write a date, as 2026-08-20") from None


def _shown(finding: Finding) -> Finding:
    where = f"dossier {finding.dossier}: " if finding.dossier else ""
    typer.echo(f"{finding.kind.upper()}  {where}{finding.sentence}".encode(errors="backslashreplace").decode())
    return finding


def _say_counts(counts: Counts, findings: int) -> None:
    say(f"{counts.events} events of {counts.dossiers} dossiers, {counts.sealings} sealings: {findings} findings")
    if counts.erased:
        say(f"texts of {counts.erased} events were erased, as the journal says")
    if counts.archived:
        say(f"{counts.archived} dossiers lie in archives")
    if counts.unsealed:
        say(f"{counts.unsealed} dossiers have events that are not sealed yet; run motcua seal each day")
    if counts.confirmed:
        say(f"the digest kept outside is that of {counts.confirmed}: up to that sealing nothing was rewritten")


def _dict(found: Counts | Finding) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (seal, verify, erase, archive):
        app.command(command.__name__)(command)
