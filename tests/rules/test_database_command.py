"""`motcua db` as an operator calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from dossier.stores.tables import Tables
from dossier.stores.upgrading import check
from tests.dossier.first_version import make_first_version

SECRET = "geheim"  # noqa: S105  # what must never be printed


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with the error handling of `main`."""
    command = [sys.executable, "-c", "from rules.cli import main; main()", "db", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office.db"


@pytest.fixture
def db(path: Path) -> str:
    return f"sqlite:///{path}"


def make_old(db: str, dossiers: int = 40) -> None:
    engine = sa.create_engine(db)
    with engine.begin() as connection:
        make_first_version(connection, dossiers)
    engine.dispose()


def assert_current(db: str, tables: Tables) -> None:
    engine = sa.create_engine(db)
    with engine.connect() as connection:
        check(connection, tables)
    engine.dispose()


def refused(*words: object) -> str:
    """The one sentence with which a command refuses."""
    done = run(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert SECRET not in done.stderr
    return done.stderr


def test_an_upgrade_makes_a_database_and_says_so_the_second_time(db: str) -> None:
    first, second = run("upgrade", "--db", db), run("upgrade", "--db", db)
    assert (first.returncode, first.stdout) == (0, "version 0003 is there now; before: no tables\n")
    assert (second.returncode, second.stdout) == (0, "version 0003 was there already\n")
    assert (first.stderr, second.stderr) == ("", "")
    assert_current(db, Tables())


def test_an_upgrade_says_from_where_it_came(db: str) -> None:
    make_old(db)
    assert run("upgrade", "--db", db).stdout == "version 0003 is there now; before: 0001\n"


def test_the_status_goes_from_old_to_up_to_date(db: str) -> None:
    make_old(db)
    old = run("status", "--db", db)
    assert (old.returncode, old.stdout) == (1, "version 0001; motcua db upgrade brings version 0003\n")
    run("upgrade", "--db", db)
    new = run("status", "--db", db)
    assert (new.returncode, new.stdout) == (0, "version 0003; up to date\n")


def test_the_status_as_json(db: str, path: Path) -> None:
    path.touch()
    done = run("status", "--db", db, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"version": None, "latest": "0003", "current": False}


def test_the_status_changes_nothing(db: str, path: Path) -> None:
    make_old(db)
    before = path.read_bytes()
    run("status", "--db", db)
    assert path.read_bytes() == before


def test_prefix_and_schema_in_postgresql(postgres_database: str) -> None:
    place = ("--db", postgres_database, "--prefix", "hcc_", "--schema", "motcua")
    assert run("status", *place).returncode == 1
    assert run("upgrade", *place).returncode == 0
    assert run("status", *place).returncode == 0
    assert_current(postgres_database, Tables("hcc_", "motcua"))


def test_the_status_of_a_file_that_is_not_there_makes_none(db: str, path: Path) -> None:
    assert "there is no such file" in refused("status", "--db", db)
    assert not path.exists()


@pytest.mark.parametrize("command", ["upgrade", "status"])
def test_a_file_that_is_no_database_is_left_alone(command: str, db: str, path: Path) -> None:
    path.write_text("dossier,event,at\n" * 100)
    assert "file is not a database; nothing was changed; give the path of an SQLite" in refused(command, "--db", db)
    assert path.read_text() == "dossier,event,at\n" * 100


def test_tables_that_are_not_ours_are_left_alone(db: str) -> None:
    engine = sa.create_engine(db)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE motcua_events (id INTEGER)")
    engine.dispose()
    assert "the tables motcua_events are there, but their columns are not" in refused("upgrade", "--db", db)


def test_a_database_that_somebody_writes_is_waited_for_then_named(db: str) -> None:
    make_old(db)
    engine = sa.create_engine(db)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        found = refused("upgrade", "--db", f"{db}?timeout=0.1")
    engine.dispose()
    assert "database is locked; nothing was changed; another process is writing" in found


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("office.db", "office.db: this is no address of a database; nothing was changed; write for example sqlite:///"),
        ("sqlite://", "a database in memory ends with the command"),
        ("sqlite:////nowhere/at/all/office.db", "unable to open database file; nothing was changed; check the path"),
        (
            "mysql://anna:geheim@host/office",
            "the store does not know the database 'mysql'; use one of sqlite, postgresql",
        ),
        ("postgresql+nodriver://anna:geheim@host/office", "anna:***@host/office"),
        ("postgresql+psycopg2://anna:geheim@host/office", "No module named 'psycopg2'; nothing was changed; install"),
        ("postgresql://anna:geheim@host:port/office", "postgresql://***@host:port/office: this is no address"),
        ("postgresql://anna:geheim@localhost:1/office", "check the address, that the server runs"),
        ("postgresql://anna@localhost:1/office?password=geheim", "anna@localhost:1/office?password=hidden"),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence_without_its_password(address: str, message: str) -> None:
    assert message in refused("upgrade", "--db", address)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--prefix", "Một cửa ", "cannot begin the names of tables"),
        ("--prefix", "x; DROP TABLE citizens; --", "cannot begin the names of tables"),
        ("--schema", "hcc", "SQLite has no schema 'hcc'; leave it out"),
    ],
)
def test_a_prefix_or_schema_that_cannot_be_is_refused(db: str, option: str, value: str, message: str) -> None:
    assert message in refused("upgrade", "--db", db, option, value)
