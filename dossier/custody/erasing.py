"""Erasing what names or describes a person, with the chain left whole (xóa dữ liệu cá nhân)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from calendars import vietnam
from dossier.custody.kept import batches, read
from dossier.errors import NoBasis, NotErasable
from dossier.events import UNKNOWN, is_blank
from dossier.evidence.storage import DocumentStorage
from dossier.stores.cells import sortable
from dossier.stores.records import Jotting
from dossier.stores.sql import Store

BATCH = 500


class Erased(NamedTuple):
    """What was erased: how many dossiers, events with texts, forms, and documents."""

    dossiers: int
    texts: int
    forms: int
    documents: int


def erase(store: Store, dossiers: Iterable[str], *, basis: str, actor: str, now: datetime) -> Erased:
    """Erase the texts beside the chain, the bytes of the forms, and what is said of the documents; all or nothing.

    The chain verifies afterwards, and the history says `?` where a text was. The bytes of documents lie outside of
    the transaction: `forget` erases them once it is committed.

    Args:
        store: in a transaction.
        dossiers: their codes.
        basis: why they may be erased (a request, an expired period), free of personal data; the journal keeps it.
        actor: who erases.
        now: the present moment.

    Raises:
        NoBasis: no reason is given.
        NotErasable: a dossier is unknown, not decided yet, or archived; nothing is erased.

    """
    if is_blank(basis):
        raise NoBasis
    codes = list(dict.fromkeys(dossiers))
    refused = {code: why for some in batches(codes, BATCH) for code, why in _refused(store, some)}
    if refused:
        raise NotErasable(refused)
    done = [_erase(store, some, basis, actor, now) for some in batches(codes, BATCH)]
    return Erased(len(codes), *(sum(counts) for counts in zip(*done, strict=True))) if done else Erased(0, 0, 0, 0)


def decided_before(store: Store, day: date, zone: ZoneInfo | None = None) -> Iterator[str]:
    """The decided dossiers whose last event was before a day and of which something is left to erase.

    Args:
        store: in a transaction.
        day: the first day that is kept; how long a period is, is for the host to say.
        zone: of the office; Vietnam's.

    """
    dossiers, events, tables = store.tables.dossiers, store.tables.events, store.tables
    head = sa.and_(events.c.dossier == dossiers.c.dossier, events.c.version == dossiers.c.version)
    left = sa.or_(
        sa.exists().where(tables.texts.c.dossier == dossiers.c.dossier),
        sa.exists().where(tables.forms.c.dossier == dossiers.c.dossier, tables.forms.c.erased_at.is_(None)),
        sa.exists().where(tables.documents.c.dossier == dossiers.c.dossier, tables.documents.c.erased_at.is_(None)),
    )
    near = events.c.at < (day + timedelta(days=2)).isoformat()  # the offset may move it over midnight
    select = sa.select(dossiers.c.dossier, events.c.at).select_from(dossiers.join(events, head))
    chosen = select.where(dossiers.c.state.in_(store.lifecycle.decided), near, left).order_by(dossiers.c.dossier)
    for row in read(store.connection, chosen):
        if datetime.fromisoformat(str(row["at"])).astimezone(zone or vietnam().zone).date() < day:
            yield str(row["dossier"])


def forget(store: Store, storage: DocumentStorage) -> int:
    """Erase the bytes of documents that no dossier needs any more; how many there were.

    Call it after the transaction of `erase` is committed; a repetition does no harm, so that one that was
    interrupted is simply begun again. A content that another dossier still has stays.
    """
    documents = store.tables.documents
    unneeded = sa.func.count() == sa.func.count(documents.c.erased_at)
    select = sa.select(documents.c.sha256).group_by(documents.c.sha256).having(unneeded)
    found = [sha256 for sha256 in store.connection.execute(select).scalars() if sha256 in storage]
    for sha256 in found:
        storage.erase(sha256)
    return len(found)


def _refused(store: Store, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    dossiers, archives = store.tables.dossiers, store.tables.archives
    lines = sa.select(dossiers.c.dossier, dossiers.c.state).where(dossiers.c.dossier.in_(codes))
    states = {row.dossier: row.state for row in store.connection.execute(lines)}
    files = sa.select(archives.c.dossier, archives.c.file).where(archives.c.dossier.in_(codes))
    archived = {row.dossier: row.file for row in store.connection.execute(files)}
    for code in codes:
        if code in archived:
            yield code, f"it was pruned and lies in the archive, file {archived[code]}; erase it there"
        elif code not in states:
            yield code, "there is no such dossier"
        elif states[code] not in {None, *store.lifecycle.decided}:
            yield (
                code,
                f"it is not decided yet ({store.lifecycle.labels[states[code]]}), and the office needs its texts",
            )


def _erase(store: Store, codes: Sequence[str], basis: str, actor: str, now: datetime) -> tuple[int, int, int]:
    tables, moment = store.tables, sortable(now)
    forms, documents, outbox = tables.forms, tables.documents, tables.outbox
    void = sa.case((forms.c.void_reason.is_(None), None), else_=UNKNOWN)
    done = [
        store.connection.execute(statement).rowcount
        for statement in (
            sa.delete(tables.texts).where(tables.texts.c.dossier.in_(codes)),
            _of(forms, codes).values(content=None, void_reason=void, erased_at=moment),
            _of(documents, codes).values(signers=None, signature_detail=None, erased_at=moment),
            sa.update(outbox).where(outbox.c.dossier.in_(codes)).values(last_error=None),
        )
    ]
    for code in codes:
        store.note(Jotting(now, "erased", actor, code, basis))
    return done[0], done[1], done[2]


def _of(table: sa.Table, codes: Sequence[str]) -> sa.Update:
    return sa.update(table).where(table.c.dossier.in_(codes), table.c.erased_at.is_(None))
