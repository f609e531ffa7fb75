"""What a database does to a transaction that comes too late: it must end as a conflict, never as a lost event."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dossier import UNCHECKED, Conflict, Desk, Store
from dossier.stores.tables import TABLES
from tests.dossier.kept import engine_of, founded, sqlite_file
from tests.dossier.office import FIELDS
from tests.dossier.together import NOW, hosted, prepare, told, whole


@pytest.fixture
def server(postgres_database: str) -> str:
    return founded(postgres_database)


@contextmanager
def deferred(url: str) -> Iterator[Desk]:
    """A desk in a host's own transaction on SQLite, which sees one state of the file from its first statement on."""
    with engine_of(url).begin() as connection:
        connection.exec_driver_sql("BEGIN DEFERRED")
        yield Desk(Store(connection), roles=UNCHECKED, now=lambda: NOW)


NOT_KEPT = "version 2 of dossier 'A1' was not kept; roll this transaction back"


def too_late(desk: Desk, url: str, key: str | None) -> None:
    """Write what was decided on a state that is no longer the last one."""
    assert desk.dossier("A1").version == 1
    prepare(url, "forward")
    desk.do("A1", "forward", key=key, **FIELDS["forward"])


@pytest.mark.parametrize("key", [None, "k-1"])
def test_on_sqlite_a_writer_whose_reading_has_grown_old_is_told_so_and_can_try_again(
    tmp_path: Path, key: str | None
) -> None:
    url = sqlite_file(tmp_path, "wal")
    prepare(url, "receive")
    with pytest.raises(Conflict, match=NOT_KEPT), deferred(url) as desk:
        too_late(desk, url, key)
    with deferred(url) as desk:
        assert desk.do("A1", "forward", key=key, **FIELDS["forward"]).version == 3
    assert [row["event"] for row in whole(url)["A1"]] == ["received", "forwarded", "forwarded"]


def test_on_sqlite_of_two_readers_who_both_would_write_the_second_gives_way(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path, "delete")
    prepare(url, "receive")
    with deferred(url) as first:
        with pytest.raises(Conflict, match=NOT_KEPT), deferred(url) as second:
            both_write(first, second)
        assert first.dossier("A1").version == 2
    assert [row["actor"] for row in whole(url)["A1"]] == [None, "CB-1"]


def both_write(first: Desk, second: Desk) -> None:
    assert first.dossier("A1") == second.dossier("A1")
    first.do("A1", "forward", actor="CB-1", **FIELDS["forward"])
    second.do("A1", "forward", actor="CB-2", **FIELDS["forward"])


@pytest.mark.parametrize("key", [None, "k-1"])
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_on_postgresql_a_writer_whose_snapshot_has_grown_old_is_told_so(
    server: str, level: str, key: str | None
) -> None:
    prepare(server, "receive")
    with pytest.raises(Conflict, match=NOT_KEPT), hosted(server, isolation_level=level) as desk:
        too_late(desk, server, key)
    assert [row["event"] for row in whole(server)["A1"]] == ["received", "forwarded"]


def test_on_postgresql_an_officer_who_is_in_a_deadlock_with_a_sweep_is_told_of_a_conflict(server: str) -> None:
    prepare(server, "receive")
    with engine_of(server).connect() as connection, ThreadPoolExecutor(1) as pool:
        update = sa.update(TABLES.timers).values(fired_at="2026-06-01T00:00:00Z")
        connection.execute(update.where(TABLES.timers.c.kind == "overdue"))
        officer = pool.submit(told, lambda _: forward_keyed(server), 0)
        wait_for(lambda: is_waiting(server))
        connection.execute(update.where(TABLES.timers.c.kind == "due_soon"))
        assert officer.result().told == "Conflict"
        connection.rollback()
    assert [row["event"] for row in whole(server)["A1"]] == ["received"]


def forward_keyed(url: str) -> str:
    with hosted(url) as desk:
        return desk.do("A1", "forward", key="k-1", **FIELDS["forward"]).state


def is_waiting(server: str) -> bool:
    """Whether anybody waits for another one."""
    with engine_of(server).connect() as connection:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def armed(url: str) -> set[str]:
    with engine_of(url).connect() as connection:
        return set(connection.execute(sa.select(TABLES.timers.c.kind)).scalars())


class Interrupted:
    """A store after whose next look at a history somebody else acts."""

    def __init__(self, store: Store, act: Callable[[], None]) -> None:
        self.store, self.act = store, act

    def history(self, code: str) -> Any:
        found = self.store.history(code)
        act, self.act = self.act, lambda: None
        act()
        return found

    def __getattr__(self, name: str) -> Any:  # noqa: D105  # all else is the store's
        return getattr(self.store, name)


def test_a_sweep_that_moves_a_reminder_does_not_undo_what_an_officer_armed_meanwhile(server: str) -> None:
    prepare(server, "receive")
    stray = sa.update(TABLES.timers).where(TABLES.timers.c.kind == "overdue").values(at="2026-06-01T00:00:00.000000Z")
    with engine_of(server).begin() as connection:
        connection.execute(stray)  # as if the calendar had been another one when it was armed
    with ThreadPoolExecutor(1) as pool:
        officers: list[Any] = []

        def act() -> None:
            officers.append(pool.submit(prepare, server, "request_supplement"))
            wait_for(lambda: officers[0].done() or is_waiting(server))

        with hosted(server, lambda store: Interrupted(store, act)) as desk:
            desk.sweep()
        officers[0].result()
    assert armed(server) == {"answer_overdue"}


def test_of_two_who_adopt_the_same_dossier_at_once_one_is_told_of_a_conflict(server: str) -> None:
    row = {"dossier": "A1", "event": "received", "at": "2026-06-01T08:00:00+07:00"}
    with hosted(server) as first, ThreadPoolExecutor(1) as pool:
        first.adopt([row])
        second = pool.submit(told, lambda _: adopt(server, row), 0)
        wait_for(lambda: is_waiting(server))
        first._store.connection.commit()
        assert second.result().told == "Conflict"
    assert [row["source"] for row in whole(server)["A1"]] == ["adopted"]


def adopt(url: str, row: dict[str, str]) -> str:
    with hosted(url) as desk:
        return desk.adopt([row])[0].dossier
