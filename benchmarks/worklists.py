"""How long the top of a worklist takes among two million open dossiers, from a partial index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from benchmarks.command import MissingCommandError
from benchmarks.concurrent import postgres
from benchmarks.timing import Measurement, MissingPeerError, interleave, seconds_per_call
from dossier import UNCHECKED, Desk
from dossier.stores.records import Slice
from dossier.stores.sql import Store, metadata
from dossier.stores.tables import TABLES

GOAL = 1.0
TOP = 100
OFFICES, OFFICERS = 200, 5_000
LISTS: Mapping[str, Slice] = {
    "all": Slice(limit=TOP),
    "an office": Slice("VP-7", limit=TOP),
    "an officer": Slice(officer="NV-7", limit=TOP),
}
"""Whose worklist is asked for."""

NUMBERS: Mapping[str, str] = {
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :count)",
    "postgresql": "WITH series(n) AS (SELECT generate_series(1, :count))",
}
FILL = """
{numbers}
INSERT INTO {table} (dossier, version, state, procedure, received_at, promised, legal_due, due_without_pauses,
    office, officer, ends_at, waiting, open, sealed)
SELECT 'H26-' || n, 2, 'processing', '1.012784', '2026-06-01T08:00:00+07:00', day, day, day,
    'VP-' || (n % {offices}), 'NV-' || (n % {officers}), day || 'T17:00:00.000000Z', 0, 1, 0
FROM (SELECT n, (2026 + n % 3) || '-0' || (1 + n / 3 % 9) || '-' || (10 + n / 27 % 19) AS day FROM series) AS spread
"""
"""Lines as the desk writes them, over the ends of three years and in no order."""


def worklists(*, rounds: int, dossiers: int, at_least: float) -> Measurement:
    """Milliseconds of the first hundred lines of a worklist, read from the database as overviews, and one page later.

    Args:
        rounds: of every list on every database.
        dossiers: how many are open.
        at_least: seconds a round lasts.

    """
    missing = []
    with ExitStack() as stack:
        stores = {"SQLite": stack.enter_context(_sqlite(dossiers))}
        try:
            stores["PostgreSQL"] = stack.enter_context(_postgres(dossiers))
        except (MissingCommandError, MissingPeerError) as error:
            missing.append(str(error))
        contenders = {name: call for where, store in stores.items() for name, call in _asked(where, store, at_least)}
        taken = interleave(contenders, rounds)
        desk = Desk(stores["SQLite"], roles=UNCHECKED)
        shown = 1_000 * seconds_per_call(lambda _: desk.worklist(limit=TOP), [0], at_least)
    found = Measurement("worklist", f"top {TOP} of {dossiers:,} open dossiers", "ms", taken, notes=tuple(missing))
    goals = {f"{who} under {GOAL:g} ms": found.median(who) < GOAL for who in taken}
    facts = {"with remaining time and colour (Desk.worklist, SQLite), ms": round(shown, 2)}
    return Measurement(found.code, found.title, found.unit, taken, goals=goals, facts=facts, notes=found.notes)


def fill(connection: sa.Connection, dossiers: int, *, offices: int = OFFICES, officers: int = OFFICERS) -> None:
    """Write so many open dossiers of different offices and officers into the table, and let the database count them."""
    indexes = sorted(TABLES.dossiers.indexes, key=lambda index: str(index.name))
    for index in indexes:  # to build them afterwards takes half the time
        index.drop(connection)
    numbers = NUMBERS[connection.dialect.name]
    text = FILL.format(numbers=numbers, table=TABLES.dossiers.name, offices=offices, officers=officers)
    connection.execute(sa.text(text), {"count": dossiers})
    for index in indexes:
        index.create(connection)
    connection.execute(sa.text("ANALYZE"))


def _asked(where: str, store: Store, at_least: float) -> Iterator[tuple[str, Callable[[], float]]]:
    parts = dict(LISTS)
    last = store.worklist(parts["all"])[-1]
    parts["the page after"] = Slice(after=(last.ends_at, last.dossier), limit=TOP)
    for name, part in parts.items():
        yield f"{where}, {name}", partial(_milliseconds, store, part, at_least)


def _milliseconds(store: Store, part: Slice, at_least: float) -> float:
    return 1_000 * seconds_per_call(store.worklist, [part], at_least)


@contextmanager
def _sqlite(dossiers: int) -> Iterator[Store]:
    with (
        TemporaryDirectory(prefix="motcua-") as folder,
        _filled(f"sqlite:///{Path(folder, 'list.db')}", dossiers) as store,
    ):
        yield store


@contextmanager
def _postgres(dossiers: int) -> Iterator[Store]:
    with postgres() as url, _filled(url, dossiers) as store:
        yield store


@contextmanager
def _filled(url: str, dossiers: int) -> Iterator[Store]:
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        fill(connection, dossiers)
    with engine.connect() as connection:
        yield Store(connection)
    engine.dispose()
