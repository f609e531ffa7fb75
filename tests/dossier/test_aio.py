"""The desk for asyncio: the same answers, in the host's transaction, whatever becomes of the task."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.ext.asyncio.exc import AsyncContextNotStarted

from dossier import UNCHECKED, Desk, NotAllowed
from dossier.aio import AsyncDesk
from dossier.errors import NotLendable
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from tests.dossier.office import FIELDS, at
from tests.postgres import new_database


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'office.db'}"
    else:
        with new_database(request.getfixturevalue("postgres_url")) as url:
            yield url


def run(url: str, work: Any, tables: Tables = TABLES) -> Any:
    """Do some work with an engine whose tables are there."""

    async def all_of_it() -> Any:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(tables.metadata.create_all)
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(all_of_it())


def desk_over(bind: AsyncConnection | AsyncSession) -> AsyncDesk:
    return AsyncDesk(bind, roles=UNCHECKED, now=lambda: at("01 09:00"))


async def kept(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(TABLES.events))).scalar_one())


def test_each_act_answers_as_that_of_the_desk(url: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            desk = desk_over(session)
            assert await desk.may("A1", "receive", **FIELDS["receive"])
            done = await desk.do("A1", "receive", key="k-1", **FIELDS["receive"])
            assert (done.state, done.version) == ("received", 1)
            assert await desk.do("A1", "receive", key="k-1", **FIELDS["receive"]) == done
            assert await desk.dossier("A1") == done
            with pytest.raises(NotAllowed, match=r"pause\.document"):
                await desk.do("A1", "pause", reason="Chờ ý kiến")
            same = await session.run_sync(
                lambda bind: Desk(Store(bind), roles=UNCHECKED, now=lambda: at("01 09:00")).options("A1")
            )
            assert await desk.options("A1") == same
            assert await desk.why_not("A1", "deliver") == same["deliver"]

    run(url, work)


def test_the_host_keeps_or_undoes_what_was_done_over_a_session(url: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session:
            await desk_over(session).do("A1", "receive", **FIELDS["receive"])
            await session.rollback()
            assert await kept(engine) == 0
            await desk_over(session).do("A1", "receive", **FIELDS["receive"])
            await session.commit()
            assert await kept(engine) == 1

    run(url, work)


def test_the_host_keeps_or_undoes_what_was_done_over_a_connection(url: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await desk_over(connection).do("A1", "receive", **FIELDS["receive"])
        assert await kept(engine) == 0
        async with engine.begin() as connection:
            await desk_over(connection).do("A1", "receive", **FIELDS["receive"])
        assert await kept(engine) == 1

    run(url, work)


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


def test_what_a_cancelled_task_had_done_is_not_kept(url: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        done = asyncio.Event()

        async def act() -> None:
            async with AsyncSession(engine) as session, session.begin():
                await desk_over(session).do("A1", "receive", **FIELDS["receive"])
                done.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(act())
        await done.wait()
        await cancelled(task)
        assert await kept(engine) == 0

    run(url, work)


def test_an_act_cancelled_in_the_middle_leaves_nothing_and_the_pool_goes_on(postgres_database: str) -> None:
    async def act(engine: AsyncEngine) -> None:
        async with AsyncSession(engine) as session, session.begin():
            await desk_over(session).do("A1", "receive", **FIELDS["receive"])

    async def work(engine: AsyncEngine) -> None:
        async with engine.begin() as other:
            await other.execute(sa.text("LOCK TABLE motcua_dossiers"))  # the event goes in, its line has to wait
            task = asyncio.create_task(act(engine))
            await waiting(other)
            await cancelled(task)
        assert await kept(engine) == 0
        await act(engine)
        assert await kept(engine) == 1

    run(postgres_database, work)


async def waiting(connection: AsyncConnection) -> None:
    """Until another connection waits for a lock."""
    blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(500):
        if (await connection.execute(blocked)).scalar_one():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


def test_tables_of_another_prefix_are_used(url: str) -> None:
    tables = Tables("hcc_")

    async def work(engine: AsyncEngine) -> list[str]:
        async with engine.begin() as connection:
            desk = AsyncDesk(connection, tables, roles=UNCHECKED)
            await desk.do("A1", "receive", **FIELDS["receive"])
            return list((await connection.execute(sa.select(tables.events.c.dossier))).scalars())

    assert run(url, work, tables) == ["A1"]


def test_it_is_opened_with_the_keywords_of_the_desk() -> None:
    def keywords(kind: type) -> dict[str, object]:
        found = inspect.signature(kind).parameters.values()
        return {p.name: p.annotation for p in found if p.kind is p.KEYWORD_ONLY}

    assert keywords(AsyncDesk) == keywords(Desk)


def test_a_connection_that_has_not_begun_is_refused(url: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        with pytest.raises(AsyncContextNotStarted, match="inside `async with engine"):
            desk_over(engine.connect())

    run(url, work)


def test_a_synchronous_connection_is_refused_with_what_is_allowed() -> None:
    with sa.create_engine("sqlite://").connect() as connection, pytest.raises(NotLendable, match="AsyncDesk"):
        desk_over(connection)  # type: ignore[arg-type]


def test_the_acts_are_awaited_and_say_what_the_desk_says() -> None:
    for name in ("do", "why_not", "may", "options", "dossier"):
        act = getattr(AsyncDesk, name)
        assert inspect.iscoroutinefunction(act)
        assert act.__doc__ == getattr(Desk, name).__doc__
        assert list(inspect.signature(act).parameters) == list(inspect.signature(getattr(Desk, name)).parameters)
