"""A worklist is read off its partial index: nothing is sorted, and no line is read but those that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.storing import Sent, recorded
from benchmarks.worklists import fill
from dossier.stores.records import Slice
from dossier.stores.sql import Store, metadata
from tests.postgres import new_database

DOSSIERS = 20_000  # a hundred of each office: a page of fifty is half of them
LISTS = {
    "dossiers_open": Slice(limit=50),
    "dossiers_open_office": Slice(office="VP-7", limit=50),
    "dossiers_open_officer": Slice(officer="NV-7", limit=3),
}
"""The index of each list."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('worklist') / 'list.db'}"


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module", params=["file", "server"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    engine = sa.create_engine(request.getfixturevalue(request.param))
    metadata.create_all(engine)
    with engine.connect() as connection:
        fill(connection, DOSSIERS)
        yield Store(connection)
    engine.dispose()


def after(store: Store, part: Slice) -> Slice:
    """The second page of a list."""
    last = store.worklist(part)[-1]
    return part._replace(after=(last.ends_at, last.dossier))


def sent(store: Store, part: Slice) -> Sent:
    """The statement that the store sends for a page, as the driver gets it."""
    with recorded(store.connection) as found:
        assert len(store.worklist(part)) == part.limit
    (one,) = found
    return one


def plan(store: Store, explain: str, one: Sent) -> str:
    return "\n".join(str(row[-1]) for row in store.connection.exec_driver_sql(f"{explain} {one.sql}", one.given))


def plans(store: Store, part: Slice) -> list[str]:
    """How a page is read: with its parameters, and in PostgreSQL also as a prepared statement that knows none."""
    one = sent(store, part)
    if store.connection.dialect.name == "sqlite":
        return [plan(store, "EXPLAIN QUERY PLAN", one)]
    unknown = one.sql % {name: f"${place}" for place, name in enumerate(one.given, start=1)}
    return [plan(store, "EXPLAIN", one), plan(store, "EXPLAIN (GENERIC_PLAN)", Sent(unknown))]


@pytest.mark.parametrize("index", LISTS)
@pytest.mark.parametrize("page", ["first", "second"])
def test_a_page_is_read_off_the_partial_index_in_its_order(store: Store, index: str, page: str) -> None:
    part = LISTS[index] if page == "first" else after(store, LISTS[index])
    for found in plans(store, part):
        assert f"USING INDEX MOTCUA_{index} ".upper() in f"{found} ".upper().replace(
            "SCAN USING", "SCAN USING INDEX"
        ).replace("\n", " "), found
        assert not {"SORT", "TEMP", "SEQ", "BITMAP", "FILTER:"} & set(found.upper().replace("(", " ").split()), found


@pytest.mark.parametrize("index", LISTS)
def test_the_second_page_begins_at_its_place_in_the_index(store: Store, index: str) -> None:
    for found in plans(store, after(store, LISTS[index])):
        assert "(ends_at,dossier)>(" in found.replace("ROW", "").replace(" ", ""), found


def test_without_its_index_the_same_list_is_sorted(store: Store) -> None:
    with store.connection.begin_nested() as undone:
        store.connection.execute(sa.text("DROP INDEX motcua_dossiers_open"))
        found = plans(store, LISTS["dossiers_open"])[0].upper()
        undone.rollback()
    assert "SORT" in found or "TEMP B-TREE" in found
