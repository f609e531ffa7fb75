"""The host's own connection: what the desk writes stands or falls with the host, and nothing of it is changed."""

from __future__ import annotations

import gc
import sqlite3
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.rows import dict_row
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from dossier import UNCHECKED, Conflict, Desk, NotAllowed
from dossier.errors import NoOpenTransaction, NotLendable, OnlyTheHost
from dossier.stores import lending
from dossier.stores.lending import lent
from dossier.stores.tables import TABLES
from tests.dossier.office import FIELDS
from tests.postgres import new_database

numbers = count(1)


class Host:
    """A host with a connection of its own way, and a second one that sees only what was committed."""

    def __init__(self, connect: Callable[[], Any], begin: str | None = None) -> None:
        self.begin = begin
        self.own, self.other = connect(), connect()
        number = next(numbers)
        self.first, self.second = f"{number}-1", f"{number}-2"
        if begin is not None:
            self.own.execute(begin)

    def end(self, how: str) -> None:
        """Commit or roll back, in the host's own way."""
        if self.begin is None:
            getattr(self.own, how.lower())()
        else:
            self.own.execute(how)

    def kept(self) -> list[str]:
        """The dossiers that everybody sees, once for each event."""
        found = lent(self.other).scalars(sa.select(TABLES.events.c.dossier).order_by(TABLES.events.c.dossier)).all()
        self.other.rollback()
        return [code for code in found if code in {self.first, self.second}]

    def desk(self) -> Desk:
        return Desk(self.own, roles=UNCHECKED)

    def receive(self, code: str | None = None) -> None:
        self.desk().do(code or self.first, "receive", **FIELDS["receive"])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lending") / "office.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    TABLES.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def url(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        engine = sa.create_engine(url)
        TABLES.metadata.create_all(engine)
        engine.dispose()
        yield url.replace("+psycopg", "")


WAYS = ["sqlite", "sqlite BEGIN IMMEDIATE", "sqlite rows", "psycopg", "psycopg BEGIN", "psycopg dicts"]


@pytest.fixture(params=WAYS)
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    host = _host(request.param, request.getfixturevalue("file" if "sqlite" in request.param else "url"))
    with closing(host.own), closing(host.other):
        yield host


def _host(way: str, place: Path | str) -> Host:
    if "sqlite" in way:
        manual = {"isolation_level": None} if "BEGIN" in way else {}
        return Host(lambda: _rows(sqlite3.connect(place, **manual), way), "BEGIN IMMEDIATE" if manual else None)
    begin = "BEGIN" if "BEGIN" in way else None
    factory = {"row_factory": dict_row} if "dicts" in way else {}
    return Host(lambda: psycopg.connect(str(place), autocommit=begin is not None, **factory), begin)


def _rows(connection: sqlite3.Connection, way: str) -> sqlite3.Connection:
    if "rows" in way:
        connection.row_factory = lambda cursor, row: {c[0]: v for c, v in zip(cursor.description, row, strict=True)}
    return connection


def test_a_rollback_of_the_host_undoes_the_events(host: Host) -> None:
    host.receive()
    assert host.desk().do(host.first, "forward", **FIELDS["forward"]).version == 2
    assert host.kept() == []
    host.end("ROLLBACK")
    assert host.kept() == []
    assert host.desk().may(host.first, "receive", **FIELDS["receive"])


def test_a_commit_of_the_host_keeps_the_events(host: Host) -> None:
    host.receive()
    host.end("COMMIT")
    assert host.kept() == [host.first]
    assert [record.kind for record in host.desk()._store.history(host.first)] == ["received"]


def test_the_desk_sees_what_the_host_wrote_and_has_not_committed(host: Host) -> None:
    host.receive()
    mark = "%s" if isinstance(host.own, psycopg.Connection) else "?"
    host.own.execute(f"UPDATE motcua_dossiers SET state = 'seen' WHERE dossier = {mark}", (host.first,))  # noqa: S608
    assert host.desk()._store.overview(host.first).state == "seen"


def test_a_refusal_leaves_the_transaction_open(host: Host) -> None:
    host.receive()
    with pytest.raises(NotAllowed):
        host.receive()
    host.end("COMMIT")
    assert host.kept() == [host.first]


def test_after_a_conflict_the_transaction_goes_on(host: Host) -> None:
    host.receive()
    late, history = host.desk(), host.desk()._store.history
    late._store.history = lambda code: history(code)[:-1]  # read before the other one wrote
    with pytest.raises(Conflict):
        late.do(host.first, "receive", **FIELDS["receive"])
    host.receive(host.second)
    host.end("COMMIT")
    assert host.kept() == [host.first, host.second]


def test_an_error_of_the_database_does_not_close_the_connection(host: Host) -> None:
    host.receive()
    with pytest.raises(IntegrityError):
        lent(host.own).execute(sa.insert(TABLES.dossiers), {"dossier": host.first, "version": 1})
    host.end("ROLLBACK")
    assert host.desk().may(host.first, "receive", **FIELDS["receive"])
    assert host.kept() == []


def test_closing_what_was_lent_closes_and_ends_nothing(host: Host) -> None:
    with lent(host.own) as connection:
        Desk(connection, roles=UNCHECKED).do(host.first, "receive", **FIELDS["receive"])
    assert host.kept() == []
    host.end("COMMIT")
    assert host.kept() == [host.first]


def test_a_session_over_what_was_lent_commits_nothing(host: Host) -> None:
    with Session(lent(host.own)) as session:
        Desk(session, roles=UNCHECKED).do(host.first, "receive", **FIELDS["receive"])
        session.commit()
    assert host.kept() == []
    host.end("COMMIT")
    assert host.kept() == [host.first]


def test_only_the_host_ends_begins_and_sets(host: Host) -> None:
    with pytest.raises(OnlyTheHost, match="cannot commit through a lent connection"):
        lent(host.own).commit()
    with pytest.raises(InvalidRequestError, match="isolation_level may not be altered"):
        lent(host.own).execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(InvalidRequestError), host.desk().transaction():
        pass


def test_a_savepoint_within_the_transaction_undoes_its_part_only(host: Host) -> None:
    host.receive()
    connection = lent(host.own)
    savepoint = connection.begin_nested()
    Desk(connection, roles=UNCHECKED).do(host.second, "receive", **FIELDS["receive"])
    savepoint.rollback()
    host.end("COMMIT")
    assert host.kept() == [host.first]


def test_rows_are_read_piece_by_piece(host: Host) -> None:
    host.receive(host.first)
    host.receive(host.second)
    found = [row["dossier"] for row in host.desk()._store.export_rows()]
    assert [code for code in found if code in {host.first, host.second}] == [host.first, host.second]


SETTINGS: Mapping[type, tuple[str, ...]] = {
    sqlite3.Connection: ("row_factory", "isolation_level", "text_factory"),
    psycopg.Connection: (
        "row_factory",
        "autocommit",
        "isolation_level",
        "cursor_factory",
        "adapters",
        "_notice_handlers",
    ),
}


def test_the_settings_of_the_connection_stay_as_they_were(host: Host) -> None:
    names = SETTINGS[type(host.own)]
    before = [getattr(host.own, name) for name in names]
    with lent(host.own) as connection:
        Desk(connection, roles=UNCHECKED).do(host.first, "receive", **FIELDS["receive"])
    assert [getattr(host.own, name) for name in names] == before


def test_the_functions_of_the_host_are_not_replaced() -> None:
    with closing(sqlite3.connect(":memory:")) as own:
        own.create_function("regexp", 2, lambda *_: "the host's")
        lent(own)
        assert own.execute("SELECT 'a' REGEXP 'b'").fetchone() == ("the host's",)


@pytest.mark.parametrize("factory", [psycopg.ClientCursor, psycopg.RawCursor])
def test_a_kind_of_cursor_that_the_host_prefers_is_not_in_the_way(url: str, factory: type[psycopg.Cursor[Any]]) -> None:
    with closing(psycopg.connect(url, cursor_factory=factory)) as own:
        assert lent(own).scalar(sa.select(sa.bindparam("a", 7))) == 7
        assert own.cursor_factory is factory


def test_a_connection_that_commits_each_statement_is_not_written_to(file: Path, url: str) -> None:
    for own in (sqlite3.connect(file, isolation_level=None), psycopg.connect(url, autocommit=True)):
        with closing(own):
            desk = Desk(own, roles=UNCHECKED)
            with pytest.raises(NoOpenTransaction, match="open a transaction first"):
                desk.do("alone", "receive", **FIELDS["receive"])
            with pytest.raises(NoOpenTransaction):
                lent(own).begin_nested()
            assert "alone" not in {row["dossier"] for row in desk._store.export_rows()}


def test_a_connection_that_commits_each_statement_can_be_read(file: Path, url: str) -> None:
    for own in (sqlite3.connect(file, isolation_level=None), psycopg.connect(url, autocommit=True)):
        with closing(own):
            assert Desk(own, roles=UNCHECKED).may("alone", "receive", **FIELDS["receive"])
            assert "alone" not in {line.dossier for line in Desk(own, roles=UNCHECKED)._store.overviews()}


def test_nothing_refers_to_a_connection_after_use() -> None:
    class Own(sqlite3.Connection):
        """One that can be referred to weakly."""

    own = sqlite3.connect(":memory:", factory=Own)
    lent(own).execute(sa.text("SELECT 1"))
    own.close()
    seen = weakref.ref(own)
    del own
    gc.collect()
    assert seen() is None


def test_letting_go_of_a_lent_connection_warns_of_nothing(url: str) -> None:
    with closing(psycopg.connect(url)) as own, warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        lent(own).execute(sa.text("SELECT 1"))
        gc.collect()
        assert [str(warning.message) for warning in found] == []
        assert own.execute("SELECT 2").fetchone() == (2,)


@pytest.mark.parametrize("way", ["sqlite", "psycopg"])
def test_threads_lend_at_once_from_the_first_time_on(way: str, request: pytest.FixtureRequest) -> None:
    place = request.getfixturevalue("file" if way == "sqlite" else "url")
    lending._engine.cache_clear()
    together = threading.Barrier(8)

    def work(number: int) -> int | None:
        own = sqlite3.connect(place) if way == "sqlite" else psycopg.connect(place)
        with closing(own):
            together.wait()
            return lent(own).scalar(sa.select(sa.bindparam("number", number)))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(8))) == list(range(8))


def test_a_broken_transaction_at_the_first_lending_is_told_and_the_next_one_works(url: str) -> None:
    lending._engine.cache_clear()
    with closing(psycopg.connect(url)) as own:
        with pytest.raises(psycopg.errors.UndefinedTable):
            own.execute("SELECT * FROM nowhere")
        with pytest.raises(sa.exc.DBAPIError, match="current transaction is aborted"):
            lent(own)
        own.rollback()
        assert lent(own).scalar(sa.text("SELECT 1")) == 1


@pytest.mark.parametrize("wrong", [None, "sqlite://", object(), sqlite3], ids=["none", "text", "object", "module"])
def test_what_is_no_connection_is_refused_with_what_is_allowed(wrong: object) -> None:
    with pytest.raises(NotLendable, match=r"cannot work over a .*; lend it a SQLAlchemy Connection or Session"):
        Desk(wrong, roles=UNCHECKED)


def test_the_engine_behind_lent_connections_opens_none_by_itself() -> None:
    with closing(sqlite3.connect(":memory:")) as own:
        engine = lent(own).engine
    with pytest.raises(OnlyTheHost, match="cannot open another"):
        engine.connect()
