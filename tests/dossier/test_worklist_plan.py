"""A worklist is read off its partial index: nothing is sorted, and no line is read but those that are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from benchmarks.storing import Sent, recorded
from benchmarks.worklists import fill
from dossier.stores.records import Slice
from dossier.stores.sql import Store, metadata
from tests.postgres import new_database

DOSSIERS = 20_000
PLACES = 10  # two thousand dossiers of each office and officer, so that to sort them is not worth it
LISTS = {
    "dossiers_open": Slice(limit=50),
    "dossiers_open_office": Slice(office="VP-7", limit=50),
    "dossiers_open_officer": Slice(officer="NV-7", limit=50),
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
        fill(connection, DOSSIERS, offices=PLACES, officers=PLACES)
        connection.commit()
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
        assert f"motcua_{index} " in found.replace("\n", " ") + " ", found
        assert not {"SORT", "B-TREE", "SEQ", "BITMAP", "FILTER:"} & set(found.upper().split()), found


@pytest.mark.parametrize("index", LISTS)
def test_the_second_page_begins_at_its_place_in_the_index(store: Store, index: str) -> None:
    for found in plans(store, after(store, LISTS[index])):
        assert "(ends_at,dossier)>(" in found.replace("ROW", "").replace(" ", ""), found


def test_a_condition_that_is_not_that_of_the_index_would_be_sorted(store: Store) -> None:
    one = sent(store, LISTS["dossiers_open"])
    other = one._replace(sql=one.sql.replace("open = 1", "open + 0 = 1"))
    explain = "EXPLAIN QUERY PLAN" if store.connection.dialect.name == "sqlite" else "EXPLAIN"
    assert {"SORT", "B-TREE"} & set(plan(store, explain, other).upper().split())
