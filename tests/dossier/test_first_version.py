"""What becomes of the histories and the lines of the first version."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from dossier import UNCHECKED, Desk
from dossier.events import LOG_COLUMNS
from dossier.stores.cells import decode
from dossier.stores.chain import digest, link
from dossier.stores.records import Override, Record
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES
from dossier.stores.upgrading import Upgraded, upgrade, version
from tests.dossier.described import assert_as_created, everything
from tests.dossier.first_version import Cells, event, keep, line_of, make_first_tables, make_first_version
from tests.dossier.office import at

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


def expected(row: Cells) -> Record:
    """The event that a row of the first version stands for."""
    override = None
    if row["override_approver"] is not None:
        lifted = tuple(str(row["override_lifted"]).split())
        override = Override(str(row["override_reason"]), str(row["override_approver"]), lifted)
    cells = decode({name: row.get(name, "?") for name in LOG_COLUMNS})  # type: ignore[misc]  # all of these are texts
    return Record(int(str(row["version"])), cells, row["source"], override)  # type: ignore[arg-type]  # one of the two


def test_the_first_version_is_recognised_and_upgraded(engine: sa.Engine, rows: list[Cells]) -> None:
    with engine.connect() as connection:
        assert version(connection) == "0001"
    assert upgrade(engine) == Upgraded("0001", LATEST)
    assert rows
    assert_as_created(engine)


def test_every_history_is_read_as_before(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        store = Store(connection)
        for code, group in groupby(rows, key=lambda row: str(row["dossier"])):
            assert store.history(code) == tuple(map(expected, group))
        assert list(store.export_rows()) == [expected(row).row for row in rows]


def test_the_chain_of_every_dossier_verifies(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        events = TABLES.events
        kept = connection.execute(sa.select(events).order_by(events.c.dossier, events.c.version)).mappings().all()
    assert len(kept) == len(rows)
    for _, chain in groupby(kept, key=lambda row: row["dossier"]):
        previous = ""
        for row in chain:
            assert row["hash"] == link(previous, dict(row))
            previous = row["hash"]


def test_free_texts_lie_beside_the_chain_under_a_salt_of_their_own(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        events = {
            (row["dossier"], row["version"]): row for row in connection.execute(sa.select(TABLES.events)).mappings()
        }
        texts = {
            (row["dossier"], row["version"]): row for row in connection.execute(sa.select(TABLES.texts)).mappings()
        }
    for old in rows:
        place = (old["dossier"], old["version"])
        for name in ("reason", "applicant", "override_reason"):
            if old[name] in {None, "?"}:
                assert events[place][name] == old[name]
            else:
                assert texts[place][name] == old[name]
                assert events[place][name] == digest(texts[place]["salt"], name, str(old[name]))
    assert len({row["salt"] for row in texts.values()}) == len(texts)


def test_the_line_of_every_dossier_stays_what_it_was(engine: sa.Engine, rows: list[Cells]) -> None:
    before = [line_of(list(group)) for _, group in groupby(rows, key=lambda row: row["dossier"])]
    upgrade(engine)
    with engine.connect() as connection:
        lines = connection.execute(sa.select(TABLES.dossiers).order_by(TABLES.dossiers.c.dossier)).mappings().all()
    assert [{name: row[name] for name in before[0]} for row in lines] == before
    assert {row["sealed"] for row in lines} == {0}


def upgraded_line(engine: sa.Engine, *events: Cells, legal_due: str | None = "2026-06-08") -> sa.RowMapping:
    with engine.begin() as connection:
        make_first_tables(connection)
        keep(connection, events, [line_of(events, legal_due)])
    upgrade(engine)
    with engine.connect() as connection:
        return connection.execute(sa.select(TABLES.dossiers)).mappings().one()


def test_a_dossier_belongs_to_the_office_that_holds_it_and_to_the_officer_who_acted_last(engine: sa.Engine) -> None:
    line = upgraded_line(
        engine,
        event("A1", 1, "submitted", office="Bộ phận Một cửa", actor="applicant"),
        event("A1", 2, "received", office="?", actor="CB01"),
        event("A1", 3, "forwarded", office="Phòng Đất đai", actor="system"),
    )
    assert (line["office"], line["officer"], line["open"], line["waiting"]) == ("Phòng Đất đai", "CB01", 1, 0)


def test_a_due_date_ends_with_its_day_in_vietnam(engine: sa.Engine) -> None:
    line = upgraded_line(engine, event("A1", 1, "received"), event("A1", 2, "supplement_requested"))
    assert line["ends_at"] == "2026-06-08T17:00:00.000000Z"  # 00:00 of the 9th at +07:00
    assert (line["open"], line["waiting"]) == (1, 1)


def test_a_due_moment_ends_at_that_moment(engine: sa.Engine) -> None:
    line = upgraded_line(engine, event("A1", 1, "submitted"), legal_due="2026-06-08T10:30:00+07:00")
    assert line["ends_at"] == "2026-06-08T03:30:00.000000Z"


@pytest.mark.parametrize("found", [None, "soon"])
def test_without_a_due_date_nothing_ends(sqlite: sa.Engine, found: str | None) -> None:
    upgraded_line(sqlite, event("A1", 1, "submitted"), legal_due=found)
    with sqlite.connect() as connection:
        line = Store(connection).overview("A1")
    assert line is not None
    assert line.ends_at is None


def test_a_decided_dossier_is_open_no_more(engine: sa.Engine) -> None:
    assert upgraded_line(engine, event("A1", 1, "submitted"), event("A1", 2, "rejected"))["open"] == 0


def test_a_log_kept_as_read_is_nobodys_work(engine: sa.Engine) -> None:
    assert upgraded_line(engine, event("A1", 1, "submitted", source="import"))["open"] == 0


def test_a_line_without_events_is_not_lost(sqlite: sa.Engine) -> None:
    with sqlite.begin() as connection:
        make_first_tables(connection)
        keep(
            connection, [event("A1", 1, "submitted")], [line_of([event(code, 1, "submitted")]) for code in ("A1", "B")]
        )
    upgrade(sqlite)
    with sqlite.connect() as connection:
        assert [line.dossier for line in Store(connection).overviews()] == ["A1", "B"]


def test_the_upgraded_events_can_be_neither_changed_nor_deleted(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    assert rows
    for statement in ("UPDATE motcua_events SET slip = 'x'", "DELETE FROM motcua_events"):
        with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            connection.exec_driver_sql(statement)


def test_the_events_of_an_archived_dossier_may_be_deleted(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    code = rows[0]["dossier"]
    archived = {
        "dossier": code,
        "year": 2026,
        "version": 1,
        "hash": "0",
        "file": "f",
        "sha256": "0",
        "archived_at": "0",
    }
    events = TABLES.events
    with engine.connect() as connection:
        connection.execute(sa.insert(TABLES.archives), archived)
        assert connection.execute(sa.delete(events).where(events.c.dossier == code)).rowcount == 1


def test_the_desk_goes_on_with_an_upgraded_dossier(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    assert rows
    with engine.begin() as connection:
        store = Store(connection)
        code, *_ = [line.dossier for line in store.overviews("paused") if line.open]
        desk = Desk(store, roles=UNCHECKED, now=lambda: at("04 09:00"))
        assert desk.do(code, "resume", actor="CB07").state == "processing"
        *_, last, resumed = store.history(code)
        kept = connection.execute(sa.select(TABLES.events).where(TABLES.events.c.hash == resumed.hash)).mappings().one()
    assert resumed.hash == link(last.hash, dict(kept))


def test_a_new_source_is_allowed_and_an_unknown_one_refused(engine: sa.Engine, rows: list[Cells]) -> None:
    upgrade(engine)
    row = {**rows[0], "dossier": "new", "version": 1, "hash": "0"}
    with engine.connect() as connection:
        connection.execute(sa.insert(TABLES.events), {**row, "source": "adopted"})
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.insert(TABLES.events), {**row, "version": 2, "source": "elsewhere"})


def test_tables_that_create_all_added_to_the_first_version_are_no_obstacle(
    engine: sa.Engine, rows: list[Cells]
) -> None:
    TABLES.metadata.create_all(engine)  # a host that starts with the new package before its tables are upgraded
    assert upgrade(engine) == Upgraded("0001", LATEST)
    with engine.connect() as connection:
        assert len(list(Store(connection).export_rows())) == len(rows)
    assert_as_created(engine)


def test_a_view_of_the_host_goes_on_in_sqlite(sqlite: sa.Engine) -> None:
    with sqlite.begin() as connection:
        make_first_version(connection, 11)
        connection.exec_driver_sql("CREATE VIEW late AS SELECT dossier FROM motcua_events WHERE event = 'apologised'")
    upgrade(sqlite)
    with sqlite.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM late").scalar_one() == "H0005"
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar_one() == 0


def test_a_view_of_the_host_stops_the_upgrade_in_postgresql(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        make_first_version(connection, 11)
        connection.exec_driver_sql("CREATE VIEW late AS SELECT dossier FROM motcua_events WHERE event = 'apologised'")
    before = everything(engine)
    with pytest.raises(DatabaseError, match="view late depends on table motcua_events_before"):
        upgrade(engine)
    assert everything(engine) == before
    engine.dispose()
