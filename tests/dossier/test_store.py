"""One contract, run against every store; then what only a database can show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dossier import Conflict, EventStore, MemoryStore, Override, Overview, Record, Store, metadata
from dossier.errors import UnreadableCell, UnsupportedDatabase
from dossier.events import LOG_COLUMNS, Forwarded, Paused, Received
from dossier.sql import events
from dossier.store import decode, encode
from tests.dossier.office import at

PLUS_9 = timezone(timedelta(hours=9, minutes=30))


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    with sa.create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection


@pytest.fixture(params=["memory", "connection", "session"])
def store(request: pytest.FixtureRequest, connection: sa.Connection) -> EventStore:
    if request.param == "memory":
        return MemoryStore()
    return Store(connection if request.param == "connection" else Session(connection))


def received(code: str = "A1", moment: datetime | None = None) -> Received:
    moment = moment or at("01 09:00")
    common = {"dossier": code, "at": moment, "recorded_at": moment}
    return Received(**common, slip="TN-1", procedure="1.012784", promised=date(2026, 6, 8))


def line(code: str = "A1", version: int = 1, state: str | None = "received") -> Overview:
    return Overview(
        code, version, state, "1.012784", at("01 09:00"), date(2026, 6, 8), at("08 17:00"), date(2026, 6, 9)
    )


def row(code: str, event: str, moment: str, **cells: object) -> dict[str, object]:
    return {"dossier": code, "event": event, "at": f"2026-06-{moment}:00+07:00"} | cells


def test_an_unknown_dossier_has_no_history_and_no_overview(store: EventStore) -> None:
    assert store.history("A1") == ()
    assert store.overview("A1") is None
    assert list(store.export_rows()) == []


def test_an_event_comes_back_as_it_went_in(store: EventStore) -> None:
    event = received(moment=datetime(2026, 6, 1, 11, 30, 59, 123456, tzinfo=PLUS_9))
    store.append(event, 1, line())
    (record,) = store.history("A1")
    assert record == Record(1, event.to_row(), "desk", None)
    assert record.at.utcoffset() == timedelta(hours=9, minutes=30)
    assert type(record.row["promised"]) is date


def test_flags_and_promised_moments_come_back(store: EventStore) -> None:
    common = {"dossier": "A1", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
    evidence = {"reason": "Chờ", "ground": "other", "document": "VB-1", "document_at": at("02 08:00"), "notice": "TB-1"}
    store.append(Paused(**common, **evidence, digitised=True), 1, line())
    (record,) = store.history("A1")
    assert (record.row["digitised"], record.row["signed"], record.row["document_at"]) == (True, None, at("02 08:00"))


def test_versions_come_back_in_order(store: EventStore) -> None:
    store.append(received(), 1, line())
    later = Forwarded(dossier="A1", at=at("01 10:00"), recorded_at=at("01 10:00"), office="Phòng Đất đai")
    store.append(later, 2, line(version=2))
    assert [(record.version, record.kind) for record in store.history("A1")] == [(1, "received"), (2, "forwarded")]


def test_a_taken_version_is_a_conflict_that_names_dossier_and_version(store: EventStore) -> None:
    store.append(received(), 1, line())
    with pytest.raises(Conflict, match="dossier 'A1' already has version 1") as conflict:
        store.append(received(), 1, line(state="closed"))
    assert (conflict.value.dossier, conflict.value.version) == ("A1", 1)
    assert len(store.history("A1")) == 1
    assert store.overview("A1") == line()


def test_after_a_conflict_the_store_goes_on(store: EventStore) -> None:
    store.append(received(), 1, line())
    with pytest.raises(Conflict):
        store.append(received(), 1, line())
    store.append(received("A2"), 1, line("A2"))
    assert len(store.history("A2")) == 1


def test_an_override_is_kept_with_its_event(store: EventStore) -> None:
    override = Override("Bổ sung chưa đúng hướng dẫn", "Giám đốc", ("request_supplement.quota", "promise.late"))
    store.append(received(), 1, line(), override)
    assert store.history("A1")[0].override == override


def test_the_overview_is_that_of_the_last_event(store: EventStore) -> None:
    store.append(received(), 1, line())
    later = Forwarded(dossier="A1", at=at("01 10:00"), recorded_at=at("01 10:00"), office="Phòng Đất đai")
    store.append(later, 2, line(version=2, state="processing"))
    assert store.overview("A1") == line(version=2, state="processing")


def test_overviews_come_by_dossier_and_can_be_asked_for_one_state(store: EventStore) -> None:
    for code, state in (("B", "received"), ("A", "paused"), ("C", "received")):
        store.append(received(code), 1, line(code, state=state))
    assert [overview.dossier for overview in store.overviews()] == ["A", "B", "C"]
    assert [overview.dossier for overview in store.overviews("received")] == ["B", "C"]


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
    store.append(received("A2"), 1, line("A2"))
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
    store.append(received(), 1, line())
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
    Store(connection).append(received(), 1, line())
    Store(connection).import_rows([row("A2", "received", "01T09:00")])
    connection.rollback()
    assert Store(connection).history("A1") == Store(connection).history("A2") == ()
    assert list(Store(connection).overviews()) == []


def test_after_a_conflict_the_hosts_own_work_in_the_transaction_stands(connection: sa.Connection) -> None:
    connection.execute(sa.text("CREATE TABLE host (note TEXT)"))
    connection.execute(sa.text("INSERT INTO host VALUES ('kept')"))
    store = Store(connection)
    store.append(received(), 1, line())
    with pytest.raises(Conflict):
        store.append(received(), 1, line())
    connection.commit()
    assert connection.execute(sa.text("SELECT note FROM host")).scalars().all() == ["kept"]
    assert len(store.history("A1")) == 1


def test_a_session_of_the_host_carries_the_store_through_several_transactions(connection: sa.Connection) -> None:
    with Session(connection.engine) as session:
        store = Store(session)
        store.append(received(), 1, line())
        session.rollback()
        store.append(received("A2"), 1, line("A2"))
        session.commit()
        assert (store.history("A1"), len(store.history("A2"))) == ((), 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE motcua_events SET slip = 'TN-2'",
        "DELETE FROM motcua_events",
        "INSERT OR REPLACE INTO motcua_events SELECT * FROM motcua_events",
        "INSERT INTO motcua_events SELECT * FROM motcua_events",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(connection: sa.Connection, statement: str) -> None:
    store = Store(connection)
    store.append(received(), 1, line())
    before = store.history("A1")
    with pytest.raises(IntegrityError, match="append-only"):
        connection.execute(sa.text(statement))
    assert store.history("A1") == before


def test_a_row_is_from_the_desk_or_an_import_and_nothing_else(connection: sa.Connection) -> None:
    kept = {"dossier": "A1", "version": 1, "event": "paid", "at": "2026-06-01T09:00:00+07:00", "source": "rumour"}
    with pytest.raises(IntegrityError, match="CHECK"):
        connection.execute(sa.insert(events), kept)


def test_an_unknown_database_is_refused_by_name() -> None:
    class Elsewhere:
        class dialect:  # noqa: N801  # the name SQLAlchemy gives it
            name = "oracle"

    with pytest.raises(UnsupportedDatabase, match="does not know the database 'oracle'; use one of sqlite, postgresql"):
        Store(Elsewhere())


def test_the_statements_for_postgresql_let_a_taken_key_pass_without_breaking_the_transaction() -> None:
    class Elsewhere:
        dialect = sa.dialects.postgresql.dialect()

    statement = str(Store(Elsewhere())._add.compile(dialect=Elsewhere.dialect))
    assert "ON CONFLICT DO NOTHING" in statement
