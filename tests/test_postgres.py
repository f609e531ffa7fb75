"""The server of the tests itself: as durable as it comes, alone in its folder, gone at the end."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from tests import postgres
from tests.postgres import NoServer, new_database, pgbench_path, running_server


def asked(url: str, statement: str) -> object:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(statement).scalar()
    engine.dispose()
    return found


def folder(url: str) -> Path:
    return Path(str(sa.make_url(url).query["host"]))


def processes(url: str) -> list[int]:
    return [p.pid for p in psutil.process_iter(["cmdline"]) if str(folder(url)) in " ".join(p.info["cmdline"] or ())]


def test_the_server_is_as_durable_as_it_comes(postgres_url: str) -> None:
    assert [asked(postgres_url, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]


def test_a_setting_is_asked_for_by_name_and_after_a_failure_nothing_is_left() -> None:
    with pytest.raises(ZeroDivisionError), running_server(fsync="off") as url:  # noqa: PT012  # the failure comes last
        assert asked(url, "SHOW fsync") == "off"
        assert processes(url) != []
        raise ZeroDivisionError
    assert processes(url) == []
    assert not folder(url).exists()


def test_each_database_is_empty_and_is_dropped_with_who_is_still_connected(postgres_url: str) -> None:
    with new_database(postgres_url) as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE left_behind (a int)")
    engine.dispose()
    names = "SELECT string_agg(datname, ' ') FROM pg_database"
    assert str(sa.make_url(url).database) not in str(asked(postgres_url, names)).split()
    with new_database(postgres_url) as url:
        assert asked(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'left_behind'") == 0


def test_pgbench_is_of_the_same_build(postgres_url: str) -> None:
    done = subprocess.run([pgbench_path(), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split()[-1] == str(asked(postgres_url, "SHOW server_version"))


def test_a_server_that_cannot_start_says_why_and_leaves_nothing() -> None:
    with pytest.raises(NoServer, match=r"its log ends: .*no_such_setting"), running_server(no_such_setting="1"):
        pass


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    with pytest.raises(NoServer, match=r"pip install 'motcua\[test\]'"):
        pgbench_path()
