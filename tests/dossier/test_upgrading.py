"""The tables brought up to date, from every place where a database may stand."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from dossier.errors import (
    NoOpenTransaction,
    NoSchemas,
    TablesAhead,
    TablesBehind,
    UnknownTables,
)
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from dossier.stores.upgrading import Upgraded, check, latest, upgrade, version
from tests.dossier.described import assert_as_created, everything
from tests.dossier.first_version import Cells, make_first_version

LATEST = "0003"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    here = f"sqlite:///{tmp_path / 'office.db'}"
    engine = sa.create_engine(here if request.param == "sqlite" else request.getfixturevalue("postgres_database"))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'alone.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def rows(engine: sa.Engine) -> list[Cells]:
    """The events in a database of the first version."""
    with engine.begin() as connection:
        return make_first_version(connection)


# -- from nothing


def test_an_empty_database_gets_the_tables_of_this_package(engine: sa.Engine) -> None:
    assert upgrade(engine) == Upgraded(None, LATEST)
    assert_as_created(engine)


def test_the_tables_have_the_prefix_that_was_asked_for(engine: sa.Engine) -> None:
    tables = Tables("hcc_")
    assert upgrade(engine, tables) == Upgraded(None, LATEST)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    assert [name for name in names if not name.startswith("hcc_")] == []
    assert "hcc_alembic_version" in names
    assert_as_created(engine, tables)


def test_two_prefixes_lie_side_by_side(engine: sa.Engine) -> None:
    assert [upgrade(engine, Tables(prefix)).before for prefix in ("ward_", "city_")] == [None, None]
    with engine.connect() as connection:
        assert [version(connection, Tables(prefix)) for prefix in ("ward_", "city_")] == [LATEST, LATEST]
        with pytest.raises(TablesBehind):
            check(connection)


def test_the_tables_lie_in_a_schema_which_is_made(postgres_database: str) -> None:
    engine, tables = sa.create_engine(postgres_database), Tables("hcc_", "motcua")
    assert upgrade(engine, tables) == Upgraded(None, LATEST)
    assert upgrade(engine, tables) == Upgraded(LATEST, LATEST)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        assert sa.inspect(connection).has_table("hcc_alembic_version", "motcua")
    assert_as_created(engine, tables)
    engine.dispose()


def test_sqlite_has_no_schema(sqlite: sa.Engine) -> None:
    with pytest.raises(NoSchemas, match="SQLite has no schema 'hcc'; leave it out"):
        upgrade(sqlite, Tables(schema="hcc"))


def test_the_tables_of_the_host_stay_as_they_are(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE citizens (name TEXT)")
        connection.exec_driver_sql("INSERT INTO citizens VALUES ('Nguyễn Văn A')")
    assert upgrade(engine) == Upgraded(None, LATEST)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM citizens").scalar() == "Nguyễn Văn A"


# -- from elsewhere


def test_the_latest_version_stays_as_it_is(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    before = everything(engine)
    assert upgrade(engine) == Upgraded(LATEST, LATEST)
    assert rows
    assert everything(engine) == before


def test_tables_made_by_create_all_are_recognised(engine: sa.Engine) -> None:
    TABLES.metadata.create_all(engine)
    with engine.connect() as connection:
        check(connection)
    assert upgrade(engine) == Upgraded(LATEST, LATEST)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM motcua_alembic_version").scalar_one() == LATEST


def test_a_database_of_a_later_package_is_left_alone(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE motcua_alembic_version SET version_num = '0009'")
    message = "have version 0009, and this motcua knows versions up to 0003; install .* no way back"
    with pytest.raises(TablesAhead, match=message):
        upgrade(engine)
    with engine.connect() as connection, pytest.raises(TablesAhead):
        check(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE motcua_events (id INTEGER)",
        "CREATE TABLE motcua_texts (dossier TEXT)",
        "CREATE TABLE motcua_numbers (office TEXT, year INTEGER, kind TEXT, last INTEGER)",
    ],
)
def test_tables_of_our_names_that_are_not_ours_are_left_alone(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    before = everything(engine)
    with pytest.raises(UnknownTables, match=r"the tables motcua_\w+ are there, but .* choose another prefix"):
        upgrade(engine)
    assert everything(engine) == before


def test_the_first_version_beside_a_table_of_our_names_is_left_alone(engine: sa.Engine, rows: list[Cells]) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE motcua_texts (dossier TEXT)")
    before = everything(engine)
    with pytest.raises(UnknownTables, match="the tables motcua_texts are there, but their columns are not"):
        upgrade(engine)
    assert rows
    assert everything(engine) == before


def test_a_host_learns_what_to_do_about_old_tables(engine: sa.Engine, rows: list[Cells]) -> None:
    assert rows
    message = r"the tables motcua_… have version 0001, .* version 0003; run: motcua db upgrade --db URL$"
    with engine.connect() as connection, pytest.raises(TablesBehind, match=message) as behind:
        check(connection)
    assert (behind.value.found, behind.value.latest) == ("0001", LATEST)


def test_a_host_learns_what_to_do_where_there_are_no_tables(engine: sa.Engine) -> None:
    message = r"there are no tables hcc_…, .*; run: motcua db upgrade --db URL --prefix hcc_$"
    with engine.connect() as connection, pytest.raises(TablesBehind, match=message):
        check(connection, Tables("hcc_"))


# -- all or nothing


def token_hex_that_fails(after: int, how: Callable[[], None]) -> Callable[[int], str]:
    left, genuine = [after], secrets.token_hex

    def token_hex(size: int) -> str:
        left[0] -= 1
        if not left[0]:
            how()
        return genuine(size)

    return token_hex


def stop() -> None:
    raise KeyboardInterrupt


def test_an_upgrade_stopped_half_way_leaves_the_first_version(
    engine: sa.Engine, rows: list[Cells], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(engine)
    with monkeypatch.context() as patch:
        patch.setattr(secrets, "token_hex", token_hex_that_fails(len(rows) - 5, stop))
        with pytest.raises(KeyboardInterrupt):
            upgrade(engine)
    assert everything(engine) == before
    assert upgrade(engine) == Upgraded("0001", LATEST)


KILLED = """
import os, secrets, signal, sys
import sqlalchemy as sa
from dossier.stores.upgrading import upgrade
from tests.dossier.test_upgrading import token_hex_that_fails
secrets.token_hex = token_hex_that_fails(int(sys.argv[2]), lambda: os.kill(os.getpid(), signal.SIGKILL))
upgrade(sa.create_engine(sys.argv[1]))
"""


@pytest.mark.parametrize("after", [1, 700])
def test_an_upgrade_killed_half_way_leaves_the_first_version(engine: sa.Engine, rows: list[Cells], after: int) -> None:
    before, address = everything(engine), engine.url.render_as_string(hide_password=False)
    engine.dispose()
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, address, str(after)], cwd=root, check=False)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    assert after < len(rows)
    assert everything(engine) == before
    assert upgrade(engine) == Upgraded("0001", LATEST)


def test_the_host_can_take_an_upgrade_back(engine: sa.Engine, rows: list[Cells]) -> None:
    before = everything(engine)
    assert rows
    with engine.connect() as connection:
        assert upgrade(connection) == Upgraded("0001", LATEST)
        connection.rollback()
    assert everything(engine) == before


def test_the_host_keeps_an_upgrade_with_its_own_tables(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE citizens (name TEXT)")
        upgrade(connection)
    with engine.connect() as connection:
        assert sa.inspect(connection).has_table("citizens")
        check(connection)


def test_a_connection_that_commits_each_statement_is_refused(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database, isolation_level="AUTOCOMMIT")
    with pytest.raises(NoOpenTransaction):
        upgrade(engine)
    with engine.connect() as connection:
        assert version(connection) is None
    engine.dispose()


def test_of_upgrades_at_the_same_time_one_does_the_work(engine: sa.Engine, rows: list[Cells]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(upgrade, engine) for _ in range(4)]]
    assert sorted(str(one.before) for one in found) == ["0001", LATEST, LATEST, LATEST]
    with engine.connect() as connection:
        assert len(list(Store(connection).export_rows())) == len(rows)


def test_the_latest_version_is_that_of_the_last_step() -> None:
    assert latest() == LATEST
