"""The desk's own store read as a log, without a file between."""

from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from dossier.errors import TablesBehind, UnusableDatabase
from dossier.events import LOG_COLUMNS, Row
from dossier.formats import LogMapping, kept, read_log, write_log
from dossier.formats.kept import read_store
from dossier.formats.stored import export_log, import_log
from tests.dossier.logs import rows, same_story, utc


def stored(folder: Path, found: list[Row], name: str = "a") -> str:
    """The address of a database that holds these rows."""
    write_log(found, folder / f"{name}.jsonl")
    address = f"sqlite:///{folder / name}.db"
    import_log(read_log(folder / f"{name}.jsonl"), address)
    return address


FREE = (
    "dossier",
    "parent",
    "actor",
    "office",
    "applicant",
    "procedure",
    "sector",
    "reason",
    "document",
    "notice",
    "slip",
)
EVENT: Row = {"dossier": "H1", "event": "received", "at": utc("2024-03-05T10:00+07:00")}


def _plain(found: list[Row]) -> list[Row]:
    """Columns of the log, and texts at whose ends no database strips anything."""
    return [
        {name: f"x{cell}x" if name in FREE and cell not in {None, "?"} else cell for name, cell in row.items()}
        for row in ({name: row.get(name) for name in LOG_COLUMNS} for row in found)
    ]


@given(rows)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_store_tells_what_its_export_tells(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    folder = tmp_path_factory.mktemp("store")
    address = stored(folder, _plain(rows))
    export_log(address, folder / "out.csv")
    assert same_story(read_store(address), read_log(folder / "out.csv"))


def test_a_store_is_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BATCH", 3)
    found: list[Row] = [{**EVENT, "dossier": f"H{n}", "reason": f"vì {n}", "applicant": f"P{n}"} for n in range(10)]
    log = read_store(stored(tmp_path, found))
    assert log.events.select("dossier", "row", "reason", "applicant").rows() == [
        (f"H{n}", n + 1, f"vì {n}", f"P{n}") for n in range(10)
    ]


def test_texts_that_were_erased_are_unknown(tmp_path: Path) -> None:
    address = stored(tmp_path, [{**EVENT, "reason": "vì", "applicant": "P1"}, {**EVENT, "event": "paid"}])
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM motcua_texts")
    assert read_store(address).events.select("reason", "applicant").rows() == [("?", "?"), (None, None)]


def test_an_empty_store_is_an_empty_log(tmp_path: Path) -> None:
    from dossier.stores.addresses import connected
    from dossier.stores.tables import TABLES
    from dossier.stores.upgrading import upgrade

    address = f"sqlite:///{tmp_path / 'a.db'}"
    with connected(address, create=True) as connection:
        upgrade(connection, TABLES)
    log = read_store(address)
    assert (log.rows, log.events.height, log.columns) == (0, 0, set(LOG_COLUMNS))


def test_a_store_that_is_not_there_or_has_no_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="no such file"):
        read_store(f"sqlite:///{tmp_path / 'none.db'}")
    sa.create_engine(f"sqlite:///{tmp_path / 'empty.db'}").connect().exec_driver_sql("CREATE TABLE x (y)")
    with pytest.raises(TablesBehind):
        read_store(f"sqlite:///{tmp_path / 'empty.db'}")


def test_what_a_store_cannot_say_of_itself_comes_from_a_mapping(tmp_path: Path) -> None:
    from datetime import date

    mapping = LogMapping("", law_as_of=date(2024, 6, 1), evidence_from={"slip": date(2024, 3, 6)})
    log = read_store(stored(tmp_path, [{**EVENT, "slip": "S1"}]), mapping)
    assert log.law_as_of == date(2024, 6, 1)
    assert log.events["slip"].to_list() == ["?"]


def test_reading_a_store_writes_nothing_into_it(tmp_path: Path) -> None:
    address = stored(tmp_path, [EVENT])
    before = (tmp_path / "a.db").read_bytes()
    read_store(address)
    assert (tmp_path / "a.db").read_bytes() == before


def test_types_are_those_of_a_file(tmp_path: Path) -> None:
    write_log([EVENT], tmp_path / "b.parquet")
    assert read_store(stored(tmp_path, [EVENT])).events.schema["at"] == pl.Datetime("us", "UTC")
