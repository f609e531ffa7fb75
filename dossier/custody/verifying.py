"""Whether the register is as it was written, and which event is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import sqlalchemy as sa

from dossier.custody.archives import verify_archive
from dossier.custody.chains import examine, examine_texts
from dossier.custody.findings import Finding
from dossier.custody.kept import any_text, kept, read
from dossier.custody.sealing import Digest, digest_of, sealings, seals_of
from dossier.errors import UnusableDigest
from dossier.stores.sql import Store

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass
class Counts:
    """What an examination has looked at.

    Attributes:
        dossiers: histories examined.
        events: events examined.
        unsealed: dossiers with events that no sealing covers yet: cut off, they would leave no trace.
        erased: events whose texts were erased, as the journal says.
        archived: dossiers that were exported and pruned.
        sealings: digests of the register.
        confirmed: the day of the sealing that the digest kept outside is of.

    """

    dossiers: int = 0
    events: int = 0
    unsealed: int = 0
    erased: int = 0
    archived: int = 0
    sealings: int = 0
    confirmed: str | None = None


def verify(store: Store, digest: str | None = None, archives: Path | None = None) -> Verification:
    """Examine the whole register: histories, texts, lines, seals, digests and archives.

    >>> from dossier.stores.sql import metadata
    >>> with sa.create_engine("sqlite://").begin() as connection:
    ...     metadata.create_all(connection)
    ...     check = verify(Store(connection))
    ...     list(check), check.counts.events
    ([], 0)

    Args:
        store: in a transaction; it only reads.
        digest: a digest that was kept outside the database; it must be that of one of the sealings.
        archives: the folder of the archives, to examine them too.

    Raises:
        UnusableDigest: the digest is none.

    """
    wanted = None if digest is None else digest.strip().lower()
    if wanted is not None and not _HEX.fullmatch(wanted):
        raise UnusableDigest(digest)
    return Verification(store, wanted, archives)


class Verification:
    """The findings, to be read once; `counts` is complete after the last."""

    def __init__(self, store: Store, digest: str | None, archives: Path | None) -> None:
        self._store, self._digest, self._archives = store, digest, archives
        self._connection, self._tables = store.connection, store.tables
        self.counts = Counts()

    def __iter__(self) -> Iterator[Finding]:
        """The findings, as they are found."""
        parts = (self._histories, self._without_history, self._stray_texts, self._lines, self._seals, self._sealings)
        with any_text(self._connection):
            for part in (*parts, self._archived):
                yield from part()

    def _histories(self) -> Iterator[Finding]:
        for code, group in groupby(read(self._connection, self._everything()), key=lambda row: row["dossier"]):
            rows, dossier = list(group), str(code)
            self.counts.dossiers += 1
            self.counts.events += len(rows)
            counted = rows[0]["counted"]
            yield from examine(
                dossier, rows, counted if isinstance(counted, int) else 0, partial(self._sealed, dossier)
            )
            for row in rows:
                yield from self._texts(row)

    def _everything(self) -> sa.Select[tuple[object, ...]]:
        events, dossiers, journal = self._tables.events, self._tables.dossiers, self._tables.journal
        erased = (
            sa.select(journal.c.dossier, sa.func.max(journal.c.at).label("erased_at"))
            .where(journal.c.act == "erased")
            .group_by(journal.c.dossier)
            .subquery()
        )
        return (
            kept(self._tables)
            .add_columns(dossiers.c.version.label("counted"), erased.c.erased_at)
            .outerjoin(dossiers, dossiers.c.dossier == events.c.dossier)
            .outerjoin(erased, erased.c.dossier == events.c.dossier)
            .order_by(events.c.dossier, events.c.version)
        )

    def _texts(self, row: Mapping[str, str | int | None]) -> list[Finding]:
        erased_at = row["erased_at"]
        found, erased = examine_texts(row, None if erased_at is None else str(erased_at))
        self.counts.erased += erased
        return found

    def _sealed(self, dossier: str) -> dict[int, str]:
        seals = self._tables.seals
        select = sa.select(seals.c.version, seals.c.hash).where(seals.c.dossier == dossier).order_by(seals.c.day)
        return {row.version: row.hash for row in self._connection.execute(select)}

    def _without_history(self) -> Iterator[Finding]:
        events, dossiers = self._tables.events, self._tables.dossiers
        there = sa.exists().where(events.c.dossier == dossiers.c.dossier)
        for row in self._found(sa.select(dossiers.c.dossier, dossiers.c.version).where(~there)):
            sentence = f"its line counts {row.version} events and none is there"
            yield Finding("missing", sentence, row.dossier, 1)

    def _stray_texts(self) -> Iterator[Finding]:
        """Texts of events beyond what the line counts: the tail was cut and the line made to fit."""
        events, texts, dossiers = self._tables.events, self._tables.texts, self._tables.dossiers
        there = sa.exists().where(events.c.dossier == texts.c.dossier, events.c.version == texts.c.version)
        line = sa.select(dossiers.c.version).where(dossiers.c.dossier == texts.c.dossier).scalar_subquery()
        beyond = texts.c.version > sa.func.coalesce(line, 0)
        for row in self._found(sa.select(texts.c.dossier, texts.c.version).where(beyond, ~there)):
            yield Finding("missing", f"version {row.version} has texts and is not there", row.dossier, row.version)

    def _lines(self) -> Iterator[Finding]:
        dossiers, seals = self._tables.dossiers, self._tables.seals
        last = sa.select(seals.c.dossier, sa.func.max(seals.c.version).label("last")).group_by(seals.c.dossier)
        sealed = last.subquery()
        reached = sa.func.coalesce(sealed.c.last, 0)
        select = sa.select(dossiers.c.dossier, dossiers.c.sealed, reached.label("last"))
        joined = select.outerjoin(sealed, sealed.c.dossier == dossiers.c.dossier)
        for row in self._found(joined.where(dossiers.c.sealed != reached)):
            sentence = f"its line says that version {row.sealed} is sealed; the last seal is of version {row.last}"
            yield Finding("missing" if row.sealed > row.last else "altered", sentence, row.dossier, row.sealed)
        waiting = sa.select(sa.func.count()).where(dossiers.c.sealed < dossiers.c.version)
        self.counts.unsealed = self._connection.execute(waiting).scalar_one()

    def _seals(self) -> Iterator[Finding]:
        """Sealed events that are no longer what they were; those of an archived dossier lie in its archive."""
        seals, events, archives = self._tables.seals, self._tables.events, self._tables.archives
        same = sa.and_(events.c.dossier == seals.c.dossier, events.c.version == seals.c.version)
        select = sa.select(seals, events.c.hash.label("now")).select_from(seals.outerjoin(events, same))
        pruned = sa.exists().where(archives.c.dossier == seals.c.dossier, archives.c.version >= seals.c.version)
        changed = sa.or_(sa.and_(events.c.hash.is_(None), ~pruned), events.c.hash != seals.c.hash)
        for row in self._found(select.where(changed).order_by(seals.c.dossier, seals.c.day)):
            fate = "is no longer there" if row.now is None else "is another one now"
            sentence = f"version {row.version} was sealed on {row.day} and {fate}"
            yield Finding("missing" if row.now is None else "rewritten", sentence, row.dossier, row.version, row.day)

    def _sealings(self) -> Iterator[Finding]:
        found = sealings(self._store)
        self.counts.sealings = len(found)
        previous = ""
        for one in found:
            yield from self._sealing(one, previous)
            previous = one.digest
        known = {one.digest: one.day for one in found}
        if self._digest is not None:
            self.counts.confirmed = known.get(self._digest)
            if self.counts.confirmed is None:
                sentence = f"no sealing has the digest {self._digest} that was kept outside: the register was rewritten"
                yield Finding("rewritten", sentence)
        yield from self._unclaimed()

    def _sealing(self, one: Digest, previous: str) -> Iterator[Finding]:
        if one.previous != previous:
            sentence = f"the sealing of {one.day} does not follow the one before it: a sealing was altered or removed"
            yield Finding("missing", sentence, day=one.day)
        if digest_of(one, seals_of(self._store, one.day)) != one.digest:
            sentence = f"the sealing of {one.day} does not give its digest: a seal or the digest was altered"
            yield Finding("altered", sentence, day=one.day)

    def _unclaimed(self) -> Iterator[Finding]:
        seals, digests = self._tables.seals, self._tables.digests
        there = sa.exists().where(digests.c.day == seals.c.day)
        for row in self._found(sa.select(seals.c.day).where(~there).distinct().order_by(seals.c.day)):
            yield Finding("missing", f"the digest of {row.day} is missing, its seals are there", day=row.day)

    def _archived(self) -> Iterator[Finding]:
        archives, seals, events = self._tables.archives, self._tables.seals, self._tables.events
        self.counts.archived = self._connection.execute(sa.select(sa.func.count()).select_from(archives)).scalar_one()
        same = (seals.c.dossier == archives.c.dossier, seals.c.version == archives.c.version)
        sealed = sa.exists().where(*same, seals.c.hash == archives.c.hash)
        for row in self._found(sa.select(archives).where(~sealed)):
            sentence = f"it is listed as archived with version {row.version}, which was never sealed so"
            yield Finding("altered", sentence, row.dossier, row.version)
        again = sa.select(events.c.dossier).join(archives, archives.c.dossier == events.c.dossier)
        for row in self._found(again.distinct()):
            yield Finding("inserted", "it is listed as archived and has events again", row.dossier)
        if self._archives is not None:
            yield from self._files(self._archives)

    def _files(self, folder: Path) -> Iterator[Finding]:
        archives = self._tables.archives
        select = sa.select(archives.c.year, archives.c.file, archives.c.sha256).distinct()
        found = self._found(select.order_by(archives.c.year, archives.c.file))
        for year, rows in groupby(found, key=lambda row: row.year):
            yield from verify_archive(folder / str(year), {row.file: row.sha256 for row in rows})

    def _found(self, select: sa.Select[tuple[object, ...]]) -> Iterator[sa.Row[tuple[object, ...]]]:
        return iter(self._connection.execute(select, execution_options={"yield_per": 2_000}))
