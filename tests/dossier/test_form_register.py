"""The register of forms: one contract against every store, then what only a database can show."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dossier import Conflict, EventStore, MemoryStore, Store, metadata, retried
from dossier.custody import erase
from dossier.errors import (
    AlteredForm,
    ErasedForm,
    NoVoidReason,
    NumberTaken,
    SeriesTaken,
    SidesNotPrinted,
    UnknownNumber,
    VoidedForm,
)
from dossier.stores.lending import lent
from dossier.stores.register import Issued, Place, Series, series_of
from dossier.stores.tables import TABLES, Tables
from tests.dossier.kept import engine_of, founded, sqlite_file
from tests.dossier.office import Office, at

RECEIPTS = ("H32.08", 2026, "receipt")
BYTES = b"%PDF-1.7 \x00\xff"


class Undone(Exception):  # noqa: N818  # named for what was done
    """Ends a transaction that is to leave nothing."""


def issued(number: int = 1, *, dossier: str = "A1", version: int = 1, content: bytes = BYTES, **rest: object) -> Issued:
    place = Place(*rest.pop("series", RECEIPTS), number)
    known = {"slip": f"{number}/2026/TNHS", "template": "receipt@1", "media_type": "application/pdf", "sides": 2}
    digest = hashlib.sha256(content).hexdigest()
    common = {"dossier": dossier, "version": version, "sha256": digest, "issued_at": at("01 09:00"), "content": content}
    return Issued(place, **(common | known | rest))


@pytest.fixture(params=["memory", "sqlite", "sqlite lent", "postgresql", "postgresql lent"])
def store(request: pytest.FixtureRequest) -> Iterator[EventStore]:
    kind = request.param
    if kind == "memory":
        yield MemoryStore()
    elif kind == "sqlite lent":
        own = sqlite3.connect(":memory:")
        metadata.create_all(lent(own))
        yield Store(own)
        own.close()
    elif kind == "postgresql lent":
        url = sa.make_url(founded(request.getfixturevalue("postgres_database")))
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as own:
            yield Store(own)
    else:
        yield from in_database("sqlite://" if kind == "sqlite" else request.getfixturevalue("postgres_database"))


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[Store]:
    yield from in_database("sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_database"))


def in_database(url: str) -> Iterator[Store]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield Store(connection)
    engine.dispose()


@pytest.fixture(params=["sqlite", "sqlite wal", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return founded(request.getfixturevalue("postgres_database"))
    return sqlite_file(tmp_path, "wal" if "wal" in request.param else "delete")


def test_numbers_count_from_1_in_each_series_of_office_year_and_kind(store: EventStore) -> None:
    others = [("H32.09", 2026, "receipt"), ("H32.08", 2027, "receipt"), ("H32.08", 2026, "apology")]
    assert [store.register.next(*RECEIPTS) for _ in range(3)] == [1, 2, 3]
    assert [store.register.next(*series) for series in others] == [1, 1, 1]
    assert store.register.next(*RECEIPTS) == 4


def test_what_is_undone_gives_its_number_back(store: EventStore) -> None:
    store.register.next(*RECEIPTS)
    with suppress(Undone), store.savepoint():
        assert store.register.next(*RECEIPTS) == 2
        store.register.keep(issued(2))
        raise Undone
    assert store.register.next(*RECEIPTS) == 2
    assert store.register.of("A1") == []


def test_a_form_comes_back_byte_for_byte_with_what_is_known_of_it(store: EventStore) -> None:
    form = issued(content=bytes(range(256)), issued_by="NV-01")
    store.register.keep(form)
    assert store.register.read(form.place) == form


def test_a_number_without_a_form_is_unknown_and_named(store: EventStore) -> None:
    store.register.next(*RECEIPTS)
    for act in (
        store.register.read,
        lambda place: store.register.printed(place, 2, at("01 09:00")),
        lambda place: store.register.void(place, "Ghi sai tên", "NV-01", at("01 09:00")),
    ):
        with pytest.raises(UnknownNumber, match=r"receipt 1/2026 of H32\.08"):
            act(Place(*RECEIPTS, 1))


def test_a_number_is_kept_once_and_the_transaction_goes_on(store: EventStore) -> None:
    store.register.keep(issued())
    with pytest.raises(NumberTaken, match=r"receipt 1/2026 of H32\.08 is kept already"):
        store.register.keep(issued(dossier="B2", content=b"other"))
    assert store.register.read(issued().place).content == BYTES


def test_the_forms_of_a_dossier_are_listed_in_the_order_of_its_events_without_their_bytes(store: EventStore) -> None:
    apology = issued(7, version=3, sides=1, series=("H32.08", 2026, "apology"))
    for form in (apology, issued(2), issued(1, dossier="B2")):
        store.register.keep(form)
    assert store.register.of("A1") == [issued(2)._replace(content=None), apology._replace(content=None)]
    assert store.register.of("C3") == []


def test_a_receipt_is_unprinted_until_both_sides_are_printed(store: EventStore) -> None:
    place = issued().place
    store.register.keep(issued())
    with pytest.raises(SidesNotPrinted, match="has 2 sides"):
        store.register.printed(place, 1, at("01 09:05"))
    assert [one.place for one in store.register.unprinted()] == [place]
    store.register.printed(place, 2, at("01 09:10"))
    assert store.register.unprinted() == []
    store.register.printed(place, 2, at("02 10:00"))
    assert store.register.read(place).printed_at == at("01 09:10")


def test_neither_a_form_of_one_side_nor_a_void_one_is_missed_on_paper(store: EventStore) -> None:
    store.register.keep(issued(1, sides=1, series=("H32.08", 2026, "apology")))
    store.register.keep(issued(2))
    store.register.void(issued(2).place, "Ghi sai tên", "NV-01", at("01 09:00"))
    assert store.register.unprinted() == []


def test_unprinted_forms_can_be_asked_of_one_office_and_year(store: EventStore) -> None:
    store.register.keep(issued(1))
    store.register.keep(issued(1, series=("H32.09", 2025, "receipt")))
    assert [one.place.office for one in store.register.unprinted()] == ["H32.08", "H32.09"]
    assert [one.place.office for one in store.register.unprinted(year=2025)] == ["H32.09"]
    assert store.register.unprinted(office="H32.08", year=2025) == []


@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_a_form_is_made_void_only_with_a_reason(store: EventStore, reason: str) -> None:
    store.register.keep(issued())
    with pytest.raises(NoVoidReason):
        store.register.void(issued().place, reason, "NV-01", at("01 10:00"))
    assert store.register.read(issued().place).voided_at is None


def test_a_void_form_says_why_is_served_unchanged_and_is_made_void_once(store: EventStore) -> None:
    place = issued().place
    store.register.keep(issued())
    store.register.void(place, " Ghi sai tên ", "NV-01", at("01 10:00"))
    with pytest.raises(VoidedForm, match="by NV-01"):
        store.register.void(place, "Lý do khác", "NV-02", at("01 11:00"))
    found = store.register.read(place)
    assert (found.void_reason, found.voided_at, found.voided_by) == ("Ghi sai tên", at("01 10:00"), "NV-01")
    assert found.content == BYTES


def test_a_void_number_is_never_given_out_again(store: EventStore) -> None:
    number = store.register.next(*RECEIPTS)
    store.register.keep(issued(number))
    store.register.void(issued(number).place, "Ghi sai tên", "NV-01", at("01 10:00"))
    assert store.register.next(*RECEIPTS) == number + 1


def test_series_report_gaps_and_voids(store: EventStore) -> None:
    for _ in range(9):
        store.register.next(*RECEIPTS)
    for number in (1, 2, 5, 9):
        store.register.keep(issued(number))
    store.register.void(issued(5).place, "Ghi sai tên", "NV-01", at("01 10:00"))
    assert store.register.series() == [Series(*RECEIPTS, 9, 4, (5,), (range(3, 5), range(6, 9)))]


def test_a_series_whose_last_or_only_numbers_have_no_form_shows_them_as_missing(store: EventStore) -> None:
    apologies = ("H32.08", 2026, "apology")
    for series in (RECEIPTS, RECEIPTS, apologies):
        store.register.next(*series)
    store.register.keep(issued(1))
    found = store.register.series()
    assert found == [Series(*apologies, 1, 0, (), (range(1, 2),)), Series(*RECEIPTS, 2, 1, (), (range(2, 3),))]


def test_series_can_be_asked_of_one_office_and_year(store: EventStore) -> None:
    for series in (RECEIPTS, ("H32.09", 2025, "receipt")):
        store.register.keep(issued(store.register.next(*series), series=series))
    assert [one.office for one in store.register.series()] == ["H32.08", "H32.09"]
    assert [one.office for one in store.register.series(year=2026)] == ["H32.08"]
    assert store.register.series("H32.08", 2025) == []


@given(st.sets(st.integers(1, 60)), st.integers(0, 60))
def test_gaps_are_what_is_given_out_and_not_kept(numbers: set[int], last: int) -> None:
    forms = [(Place(*RECEIPTS, number), False) for number in sorted(numbers)]
    (found,) = series_of({RECEIPTS: last}, forms)
    assert found.last == max({last, *numbers})
    assert {number for gap in found.missing for number in gap} == set(range(1, found.last + 1)) - numbers


def test_a_last_number_beyond_all_reason_is_one_gap_and_not_a_list() -> None:
    (found,) = series_of({RECEIPTS: 10**12}, [])
    assert found.missing == (range(1, 10**12 + 1),)


@pytest.mark.parametrize("content", [b"%PDF-1.7 altered", b"", None])
def test_altered_bytes_are_refused_and_the_form_is_named(kept: Store, content: bytes | None) -> None:
    kept.register.keep(issued())
    kept.connection.execute(sa.update(TABLES.forms).values(content=content))
    with pytest.raises(AlteredForm, match=r"receipt 1/2026 of H32\.08 is not what was issued"):
        kept.register.read(issued().place)


def test_text_in_place_of_bytes_is_an_alteration_too() -> None:
    for store in in_database("sqlite://"):
        store.register.keep(issued())
        store.connection.exec_driver_sql("UPDATE motcua_forms SET content = 'text'")
        with pytest.raises(AlteredForm):
            store.register.read(issued().place)


def test_after_an_erasure_the_number_stays_and_the_register_says_that_it_was_erased(kept: Store) -> None:
    Office(kept).go("receive", "reject")
    kept.register.keep(issued(kept.register.next(*RECEIPTS)))
    erase(kept, ["A1"], basis="đơn ngày 01/6/2026", actor="NV-09", now=at("05 08:00"))
    with pytest.raises(ErasedForm, match=r"receipt 1/2026 of H32\.08 was erased"):
        kept.register.read(issued().place)
    with pytest.raises(ErasedForm):
        kept.register.void(issued().place, "Ghi sai tên Nguyễn Văn A", "NV-01", at("06 08:00"))
    (listed,) = kept.register.of("A1")
    assert (listed.erased_at, listed.void_reason) == (at("05 08:00"), None)
    assert kept.register.series() == [Series(*RECEIPTS, 1, 1)]


def test_the_register_works_in_a_schema_and_under_a_prefix(postgres_database: str) -> None:
    tables = Tables("hcc_", "office")
    engine = sa.create_engine(postgres_database)
    with engine.connect() as connection:
        connection.execute(sa.schema.CreateSchema("office"))
        tables.metadata.create_all(connection)
        register = Store(connection, tables).register
        assert [register.next(*RECEIPTS) for _ in range(2)] == [1, 2]
        register.keep(issued(2))
        assert register.series() == [Series(*RECEIPTS, 2, 1, (), (range(1, 2),))]
    engine.dispose()


def test_under_threads_numbers_are_unique_increasing_and_without_a_gap_though_every_third_is_undone(url: str) -> None:
    start = threading.Barrier(6)

    def officer(name: int) -> list[int]:
        start.wait()
        return [number for turn in range(9) if (number := taken(url, f"{name}-{turn}", undone=turn % 3 == 2))]

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(officer, range(6)))
    assert all(numbers == sorted(numbers) for numbers in found)
    assert sorted(number for numbers in found for number in numbers) == list(range(1, 37))
    with engine_of(url).connect() as connection:
        assert Store(connection).register.series() == [Series(*RECEIPTS, 36, 36)]


def taken(url: str, dossier: str, *, undone: bool) -> int | None:
    """A number of a transaction of its own, None where that was undone."""
    with engine_of(url).connect() as connection:
        store = Store(connection)
        with suppress(Undone), store.transaction():
            number = store.register.next(*RECEIPTS)
            store.register.keep(issued(number, dossier=dossier))
            if undone:
                raise Undone
    return None if undone else number


@pytest.mark.parametrize("database", ["sqlite wal", "postgresql"])
def test_a_lost_race_for_a_number_is_a_conflict_that_is_retried(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    postgres = database == "postgresql"
    url = founded(request.getfixturevalue("postgres_database")) if postgres else sqlite_file(tmp_path, "wal")
    options = {"isolation_level": "REPEATABLE READ"} if postgres else {}
    rivals = iter(["first"])

    def work() -> int:
        with engine_of(url).execution_options(**options).connect() as connection, connection.begin():
            if not postgres:
                connection.exec_driver_sql("BEGIN")
            store = Store(connection)
            assert store.history("A1") == ()  # from here on it reads one state of the database
            for rival in rivals:
                taken(url, rival, undone=False)
            return store.register.next(*RECEIPTS)

    with pytest.raises(SeriesTaken, match=r"receipt/2026 of H32\.08 first") as lost:
        work()
    assert isinstance(lost.value, Conflict)
    rivals = iter(["second"])
    assert retried(work) == 3
