"""What becomes of registers and archives that were written before the log had `reused`, `status` and `rating`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from dossier.custody import archive, seal, verify, verify_archive
from dossier.events import Row
from dossier.stores.chain import ADDED, link
from dossier.stores.migrations.versions import v0002_desk_in_production as second
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES
from dossier.stores.upgrading import Upgraded, upgrade, version
from tests.dossier.described import assert_as_created
from tests.dossier.office import HANOI, at
from tests.dossier.registers import register

MOMENT = "2026-06-01T09:00:00+07:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    here = f"sqlite:///{tmp_path / 'office.db'}"
    engine = sa.create_engine(here if request.param == "sqlite" else request.getfixturevalue("postgres_database"))
    yield engine
    engine.dispose()


@pytest.fixture
def second_version(engine: sa.Engine) -> str:
    """A database of version 0002 with one event; the hash of it."""
    metadata = second.tables("motcua_", None)
    event = dict.fromkeys(column.name for column in metadata.tables["motcua_events"].columns)
    event |= {"dossier": "A1", "version": 1, "event": "published", "at": MOMENT, "source": "import"}
    event["hash"] = link("", event)
    line = {"dossier": "A1", "version": 1, "ends_at": "9999-12-31T00:00:00.000000Z"}
    with engine.begin() as connection:
        metadata.create_all(connection)
        assert version(connection) == "0002"
        connection.execute(sa.insert(metadata.tables["motcua_events"]), event)
        connection.execute(sa.insert(metadata.tables["motcua_dossiers"]), line)
    return str(event["hash"])


def test_the_second_version_gets_columns_that_say_they_cannot_say(engine: sa.Engine, second_version: str) -> None:
    assert upgrade(engine) == Upgraded("0002", "0003")
    with engine.connect() as connection:
        (record,) = Store(connection).history("A1")
        assert [record.row[name] for name in ADDED] == ["?", "?", "?"]
        assert record.hash == second_version
        assert list(verify(Store(connection))) == []


def test_the_tables_are_those_of_this_package(engine: sa.Engine, second_version: str) -> None:
    assert second_version
    upgrade(engine)
    assert_as_created(engine)


def test_a_cell_that_is_filled_in_afterwards_breaks_the_chain() -> None:
    with register() as store:
        store.import_rows([{"dossier": "A1", "event": "rated", "at": at("01 09:00")}], ["dossier", "event", "at"])
        assert list(verify(store)) == []
        store.connection.execute(sa.text("DROP TRIGGER motcua_events_no_update"))
        store.connection.execute(sa.update(TABLES.events).values(rating="satisfied"))
        assert [finding.kind for finding in verify(store)] == ["altered"]


def without_the_later_columns(folder: Path) -> None:
    """An archive as an earlier version wrote it."""
    pl.read_parquet(folder / "part-1.parquet").drop(ADDED).write_parquet(folder / "part-1.parquet")
    for name, holder in (("part-1.parquet", "part-1.json"), ("part-1.json", "manifest.json")):
        told = json.loads((folder / holder).read_text(encoding="utf-8"))
        place = told if holder == "part-1.json" else told["parts"][0]
        place["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / holder).write_text(json.dumps(told), encoding="utf-8")


def test_an_early_archive_is_read_as_one_that_cannot_say(tmp_path: Path) -> None:
    with register() as store:
        steps = [("submitted", "01 09:00"), ("rejected", "01 10:00")]
        rows: list[Row] = [{"dossier": "A1", "event": kind, "at": at(when)} for kind, when in steps]
        store.import_rows(rows, ["dossier", "event", "at"])
        seal(store, date(2027, 1, 1), datetime(2027, 1, 1, 18, tzinfo=HANOI))
        folder = archive(store, 2026, tmp_path, actor="QT01", now=datetime(2027, 1, 5, 9, tzinfo=HANOI)).folder
    without_the_later_columns(folder)
    assert "rating" not in pl.read_parquet_schema(folder / "part-1.parquet")
    assert list(verify_archive(folder)) == []
