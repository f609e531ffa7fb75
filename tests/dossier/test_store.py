"""One contract, run against every store; then what only a database can show."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from dossier import Conflict, EventStore, MemoryStore, Override, Overview, Record, Store, metadata
from dossier.errors import UnreadableCell, UnsupportedDatabase, UnusablePrefix
from dossier.events import LOG_COLUMNS, Event, Forwarded, Paused, Received, Rejected
from dossier.stores.cells import decode, encode
from dossier.stores.chain import link
from dossier.stores.lending import lent
from dossier.stores.records import Entry, Import, Key, Keyed, Slice
from dossier.stores.statements import statements
from dossier.stores.tables import TABLES, Tables
from tests.dossier.office import at
from tests.postgres import new_database

PLUS_9 = timezone(timedelta(hours=9, minutes=30))


@pytest.fixture(scope="module")
def postgres_engine(postgres_url: str) -> Iterator[sa.Engine]:
    """A database with the tables, in which each test leaves nothing behind."""
    with new_database(postgres_url) as url:
        engine = sa.create_engine(url)
        metadata.create_all(engine)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    yield from connected("sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_database"))


def undone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection in a transaction that is undone at the end."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection
    engine.dispose()


@pytest.fixture(params=["memory", "sqlite connection", "sqlite session", "sqlite lent", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[EventStore]:
    kind = request.param
    if kind == "memory":
        yield MemoryStore()
    elif kind == "sqlite lent":
        own = sqlite3.connect(":memory:")
        metadata.create_all(lent(own))
        yield Store(own)
        own.close()
    elif kind == "postgresql":
        yield from map(Store, undone(request.getfixturevalue("postgres_engine")))
    else:
        yield from (Store(Session(one) if "session" in kind else one) for one in connected("sqlite://"))


def received(code: str = "A1", moment: datetime | None = None) -> Received:
    moment = moment or at("01 09:00")
    common = {"dossier": code, "at": moment, "recorded_at": moment}
    return Received(**common, slip="TN-1", procedure="1.012784", promised=date(2026, 6, 8))


def line(code: str = "A1", version: int = 1, state: str | None = "received", **places: object) -> Overview:
    dates = (at("01 09:00"), date(2026, 6, 8), at("08 17:00"), date(2026, 6, 9))
    return Overview(code, version, state, "1.012784", *dates, **places)


def keep(store: EventStore, event: Event, version: int, overview: Overview, *rest: object, **more: object) -> None:
    before = store.history(event.dossier)
    store.append(Entry(event, version, overview, before[-1].hash if before else "", *rest, **more))


def row(code: str, event: str, moment: str, **cells: object) -> dict[str, object]:
    return {"dossier": code, "event": event, "at": f"2026-06-{moment}:00+07:00"} | cells


def test_an_unknown_dossier_has_no_history_and_no_overview(store: EventStore) -> None:
    assert store.history("A1") == ()
    assert store.overview("A1") is None
    assert list(store.export_rows()) == []


def test_an_event_comes_back_as_it_went_in(store: EventStore) -> None:
    event = received(moment=datetime(2026, 6, 1, 11, 30, 59, 123456, tzinfo=PLUS_9))
    keep(store, event, 1, line())
    (record,) = store.history("A1")
    assert record == Record(1, event.to_row(), "desk", None)
    assert record.at.utcoffset() == timedelta(hours=9, minutes=30)
    assert type(record.row["promised"]) is date


def test_flags_and_promised_moments_come_back(store: EventStore) -> None:
    common = {"dossier": "A1", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
    evidence = {"reason": "Chờ", "ground": "other", "document": "VB-1", "document_at": at("02 08:00"), "notice": "TB-1"}
    keep(store, Paused(**common, **evidence, digitised=True), 1, line())
    (record,) = store.history("A1")
    assert (record.row["digitised"], record.row["signed"], record.row["document_at"]) == (True, None, at("02 08:00"))


def test_versions_come_back_in_order(store: EventStore) -> None:
    keep(store, received(), 1, line())
    later = Forwarded(dossier="A1", at=at("01 10:00"), recorded_at=at("01 10:00"), office="Phòng Đất đai")
    keep(store, later, 2, line(version=2))
    assert [(record.version, record.kind) for record in store.history("A1")] == [(1, "received"), (2, "forwarded")]


def test_a_taken_version_is_a_conflict_that_names_dossier_and_version(store: EventStore) -> None:
    keep(store, received(), 1, line())
    with pytest.raises(Conflict, match="dossier 'A1' already has version 1") as conflict:
        keep(store, received(), 1, line(state="closed"))
    assert (conflict.value.dossier, conflict.value.version) == ("A1", 1)
    assert len(store.history("A1")) == 1
    assert store.overview("A1") == line()


def test_after_a_conflict_the_store_goes_on(store: EventStore) -> None:
    keep(store, received(), 1, line())
    with pytest.raises(Conflict):
        keep(store, received(), 1, line())
    keep(store, received("A2"), 1, line("A2"))
    assert len(store.history("A2")) == 1


def test_an_override_is_kept_with_its_event(store: EventStore) -> None:
    override = Override("Bổ sung chưa đúng hướng dẫn", "Giám đốc", ("request_supplement.quota", "promise.late"))
    keep(store, received(), 1, line(), override)
    assert store.history("A1")[0].override == override


def test_the_overview_is_that_of_the_last_event(store: EventStore) -> None:
    keep(store, received(), 1, line())
    later = Forwarded(dossier="A1", at=at("01 10:00"), recorded_at=at("01 10:00"), office="Phòng Đất đai")
    keep(store, later, 2, line(version=2, state="processing"))
    assert store.overview("A1") == line(version=2, state="processing")


def test_overviews_come_by_dossier_and_can_be_asked_for_one_state(store: EventStore) -> None:
    for code, state in (("B", "received"), ("A", "paused"), ("C", "received")):
        keep(store, received(code), 1, line(code, state=state))
    assert [overview.dossier for overview in store.overviews()] == ["A", "B", "C"]
    assert [overview.dossier for overview in store.overviews("received")] == ["B", "C"]


# what is kept beside an event


def test_a_conflict_names_who_wrote_what(store: EventStore) -> None:
    common = {"dossier": "A1", "at": at("01 09:00"), "recorded_at": at("01 09:05"), "actor": "CB-07"}
    keep(store, Forwarded(**common, office="Phòng Đất đai"), 1, line())
    with pytest.raises(Conflict, match=r"version 1, forwarded by CB-07 at 2026-06-01T09:05") as conflict:
        keep(store, received(), 1, line())
    found = conflict.value
    assert (found.kind, found.actor, found.recorded_at) == ("forwarded", "CB-07", at("01 09:05"))


def test_a_key_stands_for_its_event_and_is_taken_only_once(store: EventStore) -> None:
    keep(store, received(), 1, line(), key=Key("k-1", "digest"))
    assert store.keyed("k-1") == Keyed("A1", 1, "digest")
    assert store.keyed("k-2") is None
    with pytest.raises(Conflict):
        keep(store, received("A2"), 1, line("A2"), key=Key("k-1", "digest"))
    assert (store.history("A2"), store.overview("A2")) == ((), None)


def test_a_reminder_is_due_from_its_moment_on_and_fires_once(store: EventStore) -> None:
    keep(store, received(), 1, line(), timers={"due_soon": at("05 07:00"), "overdue": at("09 00:00")})
    keep(store, received("A2"), 1, line("A2"), timers={"due_soon": at("04 07:00")})
    assert store.timers.due(at("04 06:59"), 9) == []
    due = store.timers.due(at("05 07:00"), 9)
    assert [(one.dossier, one.kind, one.at) for one in due] == [
        ("A2", "due_soon", at("04 07:00")),
        ("A1", "due_soon", at("05 07:00")),
    ]
    assert store.timers.due(at("05 07:00"), 9, after=due[0]) == due[1:]
    assert store.timers.due(at("05 07:00"), 1) == due[:1]
    assert (store.timers.fire(due[0], at("05 08:00")), store.timers.fire(due[0], at("05 08:00"))) == (True, False)
    assert store.timers.due(at("05 07:00"), 9) == due[1:]


def test_a_reminder_fires_again_only_where_its_moment_has_changed(store: EventStore) -> None:
    keep(store, received(), 1, line(), timers={"due_soon": at("05 07:00"), "overdue": at("09 00:00")})
    (armed,) = store.timers.due(at("06 07:00"), 9)
    store.timers.fire(armed, at("06 07:00"))
    store.timers.arm("A1", {"due_soon": at("05 07:00")})
    assert store.timers.due(at("20 07:00"), 9) == []
    store.timers.arm("A1", {"due_soon": at("12 07:00")})
    assert [one.at for one in store.timers.due(at("20 07:00"), 9)] == [at("12 07:00")]
    store.timers.arm("A1", {})
    assert store.timers.due(at("20 07:00"), 9) == []


def test_the_messages_of_an_event_wait_in_the_outbox_under_keys_of_their_own(store: EventStore) -> None:
    keep(store, received(), 1, line(), topics=("notice", "national"))
    waiting = store.outbox.waiting(at("01 09:00"), 9)
    assert [(one.key, one.topic, one.dossier, one.version) for one in waiting] == [
        ("A1:1:notice", "notice", "A1", 1),
        ("A1:1:national", "national", "A1", 1),
    ]
    assert store.outbox.waiting(at("01 08:59"), 9) == []
    store.outbox.post(waiting, at("01 10:00"))
    assert store.outbox.counts() == {"waiting": 2}


def test_a_message_goes_out_or_waits_longer_or_is_given_up_and_may_be_revived(store: EventStore) -> None:
    keep(store, received(), 1, line(), topics=("notice", "national", "progress"))
    notice, national, progress = store.outbox.waiting(at("01 09:00"), 9)
    store.outbox.sent(notice, at("01 09:01"))
    store.outbox.failed(national, "cổng không trả lời", at("01 09:05"))
    store.outbox.failed(progress, "sai địa chỉ", None)
    assert store.outbox.waiting(at("01 09:04"), 9) == []
    (again,) = store.outbox.waiting(at("01 09:05"), 9)
    assert (again.key, again.attempts, again.last_error) == ("A1:1:national", 1, "cổng không trả lời")
    assert [(one.key, one.last_error) for one in store.outbox.dead()] == [("A1:1:progress", "sai địa chỉ")]
    assert store.outbox.counts() == {"dead": 1, "sent": 1, "waiting": 1}
    assert store.outbox.revive(["A1:1:progress", "A1:1:notice"], at("01 09:02")) == 1
    assert [(one.key, one.attempts) for one in store.outbox.waiting(at("01 09:04"), 9)] == [("A1:1:progress", 0)]


def test_a_worklist_is_ordered_by_the_end_of_the_limit_and_paged(store: EventStore) -> None:
    places = {"office": "P1", "officer": "CB-1", "open": True}
    for code, day in (("A", "09"), ("B", "03"), ("C", "03"), ("D", "05")):
        keep(store, received(code), 1, line(code, **places | {"ends_at": at(f"{day} 00:00")}))
    keep(store, received("E"), 1, line("E", **places | {"open": False, "ends_at": at("01 00:00")}))
    keep(store, received("F"), 1, line("F", **places | {"office": "P2", "ends_at": at("01 00:00")}))
    for code in ("H", "G"):
        keep(store, received(code), 1, line(code, **places))
    first = store.worklist(Slice(office="P1", limit=3))
    assert [one.dossier for one in first] == ["B", "C", "D"]
    after = (first[-1].ends_at, first[-1].dossier)
    assert [one.dossier for one in store.worklist(Slice(office="P1", after=after))] == ["A", "G", "H"]
    assert [one.dossier for one in store.worklist(Slice(office="P1", after=(None, "G")))] == ["H"]
    assert [one.dossier for one in store.worklist(Slice(officer="CB-1"))] == ["F", "B", "C", "D", "A", "G", "H"]
    assert [one.dossier for one in store.worklist(Slice())] == ["F", "B", "C", "D", "A", "G", "H"]
    assert store.worklist(Slice(officer="CB-2")) == []


def test_histories_taken_in_carry_their_line_and_their_reminders(store: EventStore) -> None:
    texts = encode(row("A1", "received", "01T09:00", slip="TN-1"))
    store.take_in([Import("A1", [texts], line(), {"overdue": at("09 00:00")})], "adopted")
    assert [record.source for record in store.history("A1")] == ["adopted"]
    assert store.overview("A1") == line()
    assert [one.kind for one in store.timers.due(at("09 00:00"), 9)] == ["overdue"]


@pytest.mark.parametrize("kind", ["memory", "connection", "session", "postgresql"])
def test_a_transaction_keeps_all_or_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_database") if kind == "postgresql" else "sqlite://"
    for connection in connected(url):
        store = MemoryStore() if kind == "memory" else Store(Session(connection) if kind == "session" else connection)
        with store.transaction():
            keep(store, received(), 1, line())
        with pytest.raises(Conflict):
            twice(store)
        assert (len(store.history("A1")), store.history("A2"), store.outbox.counts()) == (1, (), {})


def twice(store: EventStore) -> None:
    with store.transaction():
        keep(store, received("A2"), 1, line("A2"), topics=("notice",))
        keep(store, received("A2"), 1, line("A2"), topics=("notice",))


def test_over_a_lent_connection_only_the_host_ends_a_transaction() -> None:
    own = sqlite3.connect(":memory:")
    with pytest.raises(sa.exc.InvalidRequestError), Store(own).transaction():
        pass
    own.close()


# histories from elsewhere


def test_an_import_is_kept_as_read_and_marked_so(store: EventStore) -> None:
    rows = [row("A1", "received", "01T09:00", slip="?", promised="2026-06-08", signed="?", digitised="true")]
    assert store.import_rows(rows) == 1
    (record,) = store.history("A1")
    assert (record.source, record.row["slip"], record.row["signed"], record.row["digitised"]) == (
        "import",
        "?",
        "?",
        True,
    )
    assert (record.row["promised"], record.row["reason"], record.row["recorded_at"]) == (date(2026, 6, 8), None, None)


def test_a_column_that_the_source_lacks_is_one_about_which_it_cannot_say(store: EventStore) -> None:
    store.import_rows([row("A1", "received", "01T09:00", slip="TN-1")], ["dossier", "event", "at", "slip", "reason"])
    (record,) = store.history("A1")
    assert (record.row["slip"], record.row["reason"], record.row["notice"], record.row["signed"]) == (
        "TN-1",
        None,
        "?",
        "?",
    )


def test_imported_rows_are_ordered_by_moment_then_as_they_came(store: EventStore) -> None:
    rows = [
        row("A1", "completed", "03T09:00"),
        row("A2", "received", "01T09:00"),
        row("A1", "forwarded", "02T09:00"),
        row("A1", "consulted", "02T09:00"),
        row("A1", "received", "") | {"at": "2026-06-02T10:59:00+09:00"},
    ]
    store.import_rows(rows)
    assert [record.kind for record in store.history("A1")] == ["received", "forwarded", "consulted", "completed"]


def test_an_imported_history_has_an_overview_and_no_state_where_it_cannot_be_replayed(store: EventStore) -> None:
    good = row("A1", "received", "01T09:00", procedure="1.012784", promised="2026-06-08")
    store.import_rows([good, row("A2", "resumed", "01T09:00")])
    assert store.overview("A1") == Overview("A1", 1, "received", "1.012784", at("01 09:00"), date(2026, 6, 8))
    assert store.overview("A2").state is None


def test_an_import_of_a_known_dossier_is_a_conflict_and_keeps_nothing(store: EventStore) -> None:
    keep(store, received("A2"), 1, line("A2"))
    with pytest.raises(Conflict, match="'A2'"):
        store.import_rows([row("A1", "received", "01T09:00"), row("A2", "received", "01T09:00")])
    assert store.history("A1") == ()
    assert len(store.history("A2")) == 1


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"at": "2026-06-01T09:00"}, "column 'at' holds '2026-06-01T09:00'; allowed is a moment with its offset"),
        ({"at": "?"}, "column 'at' holds '[?]'"),
        ({"at": ""}, "column 'at' holds None"),
        ({"event": None}, "column 'event' holds None"),
        ({"dossier": " "}, "column 'dossier' holds None"),
        ({"promised": "next week"}, "column 'promised' holds 'next week'; allowed is a date or a moment"),
        ({"document_at": "2026-06-01"}, "column 'document_at' holds '2026-06-01'"),
        ({"signed": "maybe"}, "column 'signed' holds 'maybe'; allowed is true, false, [?] or empty"),
        ({"slip": 17}, "column 'slip' holds 17; allowed is text"),
    ],
)
def test_an_unreadable_cell_is_named_and_nothing_is_kept(
    store: EventStore, cells: dict[str, object], fault: str
) -> None:
    with pytest.raises(UnreadableCell, match=fault):
        store.import_rows([row("A0", "received", "01T09:00"), row("A1", "received", "01T09:00") | cells])
    assert list(store.export_rows()) == []


def test_many_dossiers_are_imported_and_exported_by_dossier_and_version(store: EventStore) -> None:
    codes = [f"H32-{n:04}" for n in range(2_500)]
    rows = [
        row(code, kind, f"0{day}T09:00") for day, kind in ((2, "forwarded"), (1, "received")) for code in codes[::-1]
    ]
    assert store.import_rows(rows) == 5_000
    found = [(kept["dossier"], kept["event"]) for kept in store.export_rows()]
    assert found == [(code, kind) for code in codes for kind in ("received", "forwarded")]


def test_what_is_exported_can_be_imported_elsewhere(store: EventStore) -> None:
    keep(store, received(), 1, line())
    store.import_rows([row("A2", "paused", "01T09:00", document="?", document_at="?", promised="?", signed="?")])
    elsewhere = MemoryStore()
    elsewhere.import_rows(store.export_rows())
    assert list(elsewhere.export_rows()) == list(store.export_rows())


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets | st.just(UTC))  # noqa: DTZ001  # bounds
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00")).map(str.strip)


@given(moments, st.dates() | moments | st.just("?") | st.none(), texts, st.sampled_from([True, False, "?", None]))
def test_every_cell_survives_its_text(moment: datetime, promised: object, text: str, flag: object) -> None:
    cells = {"dossier": "A1", "event": "paused", "at": moment, "promised": promised, "reason": text, "signed": flag}
    found = decode(encode(cells))
    assert found == dict.fromkeys(LOG_COLUMNS) | cells | {"reason": text or None}
    assert found["at"].utcoffset() == moment.utcoffset()
    assert type(found["promised"]) is type(promised)


# what only a database can show


def test_the_store_never_commits_and_falls_with_the_hosts_transaction(connection: sa.Connection) -> None:
    keep(Store(connection), received(), 1, line())
    Store(connection).import_rows([row("A2", "received", "01T09:00")])
    connection.rollback()
    assert Store(connection).history("A1") == Store(connection).history("A2") == ()
    assert list(Store(connection).overviews()) == []


def test_after_a_conflict_the_hosts_own_work_in_the_transaction_stands(connection: sa.Connection) -> None:
    connection.execute(sa.text("CREATE TABLE host (note TEXT)"))
    connection.execute(sa.text("INSERT INTO host VALUES ('kept')"))
    store = Store(connection)
    keep(store, received(), 1, line())
    with pytest.raises(Conflict):
        keep(store, received(), 1, line())
    connection.commit()
    assert connection.execute(sa.text("SELECT note FROM host")).scalars().all() == ["kept"]
    assert len(store.history("A1")) == 1


def test_a_session_of_the_host_carries_the_store_through_several_transactions(connection: sa.Connection) -> None:
    with Session(connection.engine) as session:
        store = Store(session)
        keep(store, received(), 1, line())
        session.rollback()
        keep(store, received("A2"), 1, line("A2"))
        session.commit()
        assert (store.history("A1"), len(store.history("A2"))) == ((), 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE motcua_events SET slip = 'TN-2'",
        "DELETE FROM motcua_events",
        "INSERT OR REPLACE INTO motcua_events SELECT * FROM motcua_events",
        "INSERT INTO motcua_events SELECT * FROM motcua_events",
        "TRUNCATE motcua_events",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(connection: sa.Connection, statement: str) -> None:
    dialect = connection.dialect.name
    if "INSERT OR" in statement if dialect == "postgresql" else "TRUNCATE" in statement:
        pytest.skip(f"{dialect} has no such statement")
    store = Store(connection)
    keep(store, received(), 1, line())
    before = store.history("A1")
    refusal = "duplicate key" if dialect == "postgresql" and "INSERT" in statement else "append-only"
    with pytest.raises(DBAPIError, match=refusal), connection.begin_nested():
        connection.execute(sa.text(statement))
    assert store.history("A1") == before


def test_a_row_is_from_the_desk_an_import_or_a_cut_over_and_nothing_else(connection: sa.Connection) -> None:
    kept = {"dossier": "A1", "version": 1, "event": "paid", "at": "2026-06-01T09:00:00+07:00", "hash": "x"}
    with pytest.raises(IntegrityError, match=r"(?i)check"):
        connection.execute(sa.insert(TABLES.events), kept | {"source": "rumour"})


def test_an_unknown_database_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedDatabase, match="does not know the database 'oracle'; use one of sqlite, postgresql"):
        statements(TABLES, "oracle")


def test_tables_may_have_another_prefix(connection: sa.Connection) -> None:
    tables = Tables("hcc_")
    tables.metadata.create_all(connection)
    keep(Store(connection, tables), received(), 1, line())
    assert connection.execute(sa.text("SELECT count(*) FROM hcc_events")).scalar() == 1
    assert Store(connection).history("A1") == ()


def test_tables_may_lie_in_a_schema_of_their_own(postgres_database: str) -> None:
    for connection in connected(postgres_database):
        connection.execute(sa.text("CREATE SCHEMA motcua"))
        tables = Tables(schema="motcua")
        tables.metadata.create_all(connection)
        store = Store(connection, tables)
        keep(store, received(), 1, line(), timers={"due_soon": at("07 07:00")}, topics=("notice",))
        assert len(store.history("A1")) == len(store.timers.due(at("08 07:00"), 9)) == 1
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(sa.text("DELETE FROM motcua.motcua_events"))


@pytest.mark.parametrize("name", ["", "Motcua_", "x;drop table", "1st", "a" * 31, "một_", "user"])
def test_a_prefix_that_is_no_plain_name_is_refused(name: str) -> None:
    with pytest.raises(UnusablePrefix, match="cannot begin the names of tables"):
        Tables(name)


def test_free_text_lies_beside_the_chain_and_its_digest_inside(connection: sa.Connection) -> None:
    store = Store(connection)
    common = {"dossier": "A1", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
    keep(store, Rejected(**common, slip="TC-1", reason="Ông A thiếu giấy"), 1, line(), Override("Bà B duyệt", "GD"))
    kept = connection.execute(sa.select(TABLES.events)).mappings().one()
    assert (kept["reason"][:7], kept["override_reason"][:7], kept["applicant"]) == ("sha256:", "sha256:", None)
    beside = connection.execute(sa.select(TABLES.texts)).mappings().one()
    assert beside["reason"] == "Ông A thiếu giấy"
    text = f"{beside['salt']}\x00reason\x00Ông A thiếu giấy"
    assert kept["reason"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_an_erased_text_reads_as_one_about_which_the_source_cannot_say(connection: sa.Connection) -> None:
    store = Store(connection)
    common = {"dossier": "A1", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
    keep(store, Rejected(**common, slip="TC-1", reason="Ông A thiếu giấy"), 1, line())
    connection.execute(sa.delete(TABLES.texts))
    (record,) = store.history("A1")
    assert (record.row["reason"], record.row["slip"], record.row["applicant"]) == ("?", "TC-1", None)


def test_each_event_is_linked_to_the_one_before_it(connection: sa.Connection) -> None:
    store = Store(connection)
    keep(store, received(), 1, line())
    later = Forwarded(dossier="A1", at=at("01 10:00"), recorded_at=at("01 10:00"), office="Phòng Đất đai")
    keep(store, later, 2, line(version=2))
    rows = connection.execute(sa.select(TABLES.events).order_by(TABLES.events.c.version)).mappings().all()
    assert rows[0]["hash"] == link("", rows[0])
    assert rows[1]["hash"] == link(rows[0]["hash"], rows[1])
    assert [record.hash for record in store.history("A1")] == [row["hash"] for row in rows]


def test_the_link_is_a_sha_256_over_the_columns_in_their_order() -> None:
    row = {"version": 1, "dossier": "A1", "event": "paid", "at": "2026-06-01T09:00:00+07:00", "source": "desk"}
    cells = ",".join(
        ["1", '"A1"', "null", '"paid"', '"2026-06-01T09:00:00+07:00"', *["null"] * 17, '"desk"', *["null"] * 5]
    )
    expected = hashlib.sha256(f'["motcua-chain-1","abc",{cells}]'.encode()).hexdigest()
    assert link("abc", row) == expected
