"""Closing a year: export what ended in it, prove that the copy is whole, and only then prune (lưu trữ, rút gọn)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from calendars import vietnam
from dossier.custody.archives import Head, Part, examine_part, read_manifest, read_part, write
from dossier.custody.kept import KeptRow, batches, in_order, kept, read, wait_for_writers
from dossier.custody.sealing import sealings
from dossier.errors import ArchiveDiffers, NotSealed
from dossier.stores.cells import sortable
from dossier.stores.records import Jotting
from dossier.stores.sql import Store

PART = 10_000
"""Dossiers in one file."""

BATCH = 500


class Archived(NamedTuple):
    """What an archive holds.

    Attributes:
        folder: where it lies.
        dossiers: how many dossiers.
        events: how many events.
        digest: the last digest of the register when it was made.
        waiting: dossiers of the year that stay, because messages about them are not sent yet.
        new: whether it was written now; else it was there already and still holds.

    """

    folder: Path
    dossiers: int
    events: int
    digest: str
    waiting: int = 0
    new: bool = False


class _Ended(NamedTuple):
    dossier: str
    version: int
    sealed: int
    at: str
    unsent: bool


def archive(
    store: Store,
    year: int,
    directory: Path,
    *,
    actor: str,
    now: datetime,
    undelivered: bool = False,
    zone: ZoneInfo | None = None,
) -> Archived:
    """Export the dossiers whose last event fell in a year, read the files back and compare them with the database.

    An archive of that year that is there already is not written again: it is read and compared.

    Args:
        store: in a transaction.
        year: as the clock in the office shows it.
        directory: gets a folder named after the year; the files hold personal texts, so only their owner can read them.
        actor: who exports.
        now: the present moment.
        undelivered: also those that are decided and whose result was never handed over.
        zone: of the office; Vietnam's.

    Raises:
        NotSealed: a dossier has events that no sealing covers, or nothing was ever sealed.
        ArchiveDiffers: what is in the files is not what is in the database.
        UnusableArchive: an archive of that year that is there already is damaged.

    """
    folder = directory / str(year)
    if folder.exists():
        return _checked(store, folder)
    states = sorted(store.lifecycle.decided if undelivered else store.lifecycle.ended)
    ended = list(_ended(store, year, zone or vietnam().zone, states))
    chosen = [one for one in ended if not one.unsent]
    sealed = sealings(store)
    if not sealed or any(one.sealed < one.version for one in chosen):
        raise NotSealed(year, sum(one.sealed < one.version for one in chosen))
    parts = (_exported(store, codes) for codes in batches((one.dossier for one in chosen), PART))
    write(folder, year, (sealed[-1].day, sealed[-1].digest), parts)
    try:
        done = _checked(store, folder)._replace(new=True, waiting=len(ended) - len(chosen))
    except ArchiveDiffers:
        shutil.rmtree(folder)
        raise
    store.note(Jotting(now, "exported", actor, detail=f"{done.dossiers} dossiers of {year} into {folder}"))
    return done


def prune(store: Store, year: int, directory: Path, *, actor: str, now: datetime) -> Archived:
    """Delete the dossiers of an archive from the database, after comparing them once more.

    Their events, texts, lines, reminders and sent messages go; seals, forms and documents stay. Nobody else can write
    events until the transaction ends; a host that read one of these histories before must not write to it after.

    Raises:
        ArchiveDiffers: what is in the files is not what is in the database; nothing is deleted.
        UnusableArchive: the archive is damaged; nothing is deleted.

    """
    folder = directory / str(year)
    wait_for_writers(store.connection, store.tables.events)
    done = _checked(store, folder)
    for listed in read_manifest(folder).parts:
        _prune_part(store, folder, read_part(folder, listed), {"year": year, "archived_at": sortable(now)})
    store.note(Jotting(now, "pruned", actor, detail=f"{done.dossiers} dossiers of {year}, kept in {folder}"))
    return done


def _ended(store: Store, year: int, zone: ZoneInfo, states: Sequence[str]) -> Iterator[_Ended]:
    dossiers, events, outbox = store.tables.dossiers, store.tables.events, store.tables.outbox
    head = sa.and_(events.c.dossier == dossiers.c.dossier, events.c.version == dossiers.c.version)
    unsent = sa.exists().where(outbox.c.dossier == dossiers.c.dossier, outbox.c.status != "sent")
    columns = (dossiers.c.dossier, dossiers.c.version, dossiers.c.sealed, events.c.at, unsent.label("unsent"))
    near = events.c.at.between(f"{year - 1}-12-30", f"{year + 1}-01-03")  # the offset may move it over the new year
    select = sa.select(*columns).select_from(dossiers.join(events, head)).where(near, dossiers.c.state.in_(states))
    ordered = select.order_by(in_order(dossiers.c.dossier, store.connection.dialect.name))
    for row in read(store.connection, ordered):
        if datetime.fromisoformat(str(row["at"])).astimezone(zone).year == year:
            yield _Ended(**row)  # type: ignore[arg-type]  # the columns of the select


def _exported(store: Store, codes: Sequence[str]) -> tuple[list[Head], list[KeptRow]]:
    rows = list(_rows(store, codes))
    erased = _erasures(store, codes)
    last = {str(row["dossier"]): row for row in rows}
    return [Head(code, int(str(r["version"])), str(r["hash"]), erased.get(code)) for code, r in last.items()], rows


def _rows(store: Store, codes: Sequence[str]) -> Iterator[KeptRow]:
    events = store.tables.events
    order = in_order(events.c.dossier, store.connection.dialect.name)
    for some in batches(codes, BATCH):
        select = kept(store.tables).where(events.c.dossier.in_(some)).order_by(order, events.c.version)
        yield from read(store.connection, select)


def _erasures(store: Store, codes: Sequence[str]) -> dict[str, str]:
    journal = store.tables.journal
    last = sa.select(journal.c.dossier, sa.func.max(journal.c.at).label("at")).where(journal.c.act == "erased")
    select = last.group_by(journal.c.dossier)
    found = (store.connection.execute(select.where(journal.c.dossier.in_(some))) for some in batches(codes, BATCH))
    return {row.dossier: row.at for rows in found for row in rows}


def _checked(store: Store, folder: Path) -> Archived:
    manifest = read_manifest(folder)
    if all(one.digest != manifest.sealed_digest for one in sealings(store)):
        raise ArchiveDiffers(folder, None, "the register was never sealed with the digest that the archive names")
    for listed in manifest.parts:
        _check_part(store, folder, read_part(folder, listed))
    dossiers, events = sum(one.dossiers for one in manifest.parts), sum(one.events for one in manifest.parts)
    return Archived(folder, dossiers, events, manifest.sealed_digest)


def _check_part(store: Store, folder: Path, part: Part) -> None:
    for finding in examine_part(part):
        raise ArchiveDiffers(folder, finding.dossier, finding.sentence)
    rows = {str(code): list(group) for code, group in groupby(part.rows, key=lambda row: row["dossier"])}
    for heads in batches(part.heads, BATCH):
        _check_batch(store, folder, part, {head.dossier: rows[head.dossier] for head in heads})


def _check_batch(store: Store, folder: Path, part: Part, rows: dict[str, list[KeptRow]]) -> None:
    here = {str(code): list(group) for code, group in groupby(_rows(store, list(rows)), key=lambda row: row["dossier"])}
    pruned = _pruned(store, part, list(rows))
    for code, copied in rows.items():
        if code not in pruned and here.get(code) != copied:
            raise ArchiveDiffers(folder, code, "the database holds something else")
    seals = store.tables.seals
    select = sa.select(seals.c.dossier, seals.c.version, seals.c.hash).where(seals.c.dossier.in_(list(rows)))
    for code, version, sealed in store.connection.execute(select):
        if version > len(rows[code]) or rows[code][version - 1]["hash"] != sealed:
            raise ArchiveDiffers(folder, code, f"version {version} is not the one that was sealed")


def _pruned(store: Store, part: Part, codes: Sequence[str]) -> set[str]:
    archives = store.tables.archives
    same = (archives.c.dossier.in_(codes), archives.c.file == part.file, archives.c.sha256 == part.sha256)
    return set(store.connection.execute(sa.select(archives.c.dossier).where(*same)).scalars())


def _prune_part(store: Store, folder: Path, part: Part, rest: dict[str, str | int]) -> None:
    for heads in batches(part.heads, BATCH):
        gone = _pruned(store, part, [head.dossier for head in heads])
        left = [head for head in heads if head.dossier not in gone]
        _refuse_unsent(store, folder, [head.dossier for head in left])
        if left:
            _prune_batch(store, left, {"file": part.file, "sha256": part.sha256, **rest})


def _refuse_unsent(store: Store, folder: Path, codes: Sequence[str]) -> None:
    outbox = store.tables.outbox
    unsent = sa.select(outbox.c.dossier).where(outbox.c.dossier.in_(codes), outbox.c.status != "sent").limit(1)
    found = store.connection.execute(unsent).scalar()
    if found is not None:
        raise ArchiveDiffers(folder, found, "a message about it is not sent yet, and needs its history")


def _prune_batch(store: Store, heads: Sequence[Head], rest: dict[str, str | int]) -> None:
    """Delete histories; the database lets only those go that `archives` lists."""
    tables, codes = store.tables, [head.dossier for head in heads]
    listed = [{"dossier": head.dossier, "version": head.version, "hash": head.hash, **rest} for head in heads]
    store.connection.execute(sa.insert(tables.archives), listed)
    for table in (tables.events, tables.texts, tables.timers, tables.outbox, tables.dossiers):
        store.connection.execute(sa.delete(table).where(table.c.dossier.in_(codes)))
