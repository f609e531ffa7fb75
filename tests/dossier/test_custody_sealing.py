"""Sealing: once a day, in order, nothing twice, nothing left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from dossier.custody import seal, verify
from dossier.errors import UnsealableDay
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES
from tests.dossier.office import at
from tests.dossier.registers import register, write

FIRST, SECOND = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    postgres = request.param == "postgresql"
    with register(request.getfixturevalue("postgres_database") if postgres else "sqlite://") as store:
        yield store


def seals(store: Store) -> list[tuple[str, str, int]]:
    table = store.tables.seals
    select = sa.select(table.c.day, table.c.dossier, table.c.version).order_by(table.c.day, table.c.dossier)
    return [tuple(row) for row in store.connection.execute(select)]


def test_a_day_seals_how_far_each_dossier_has_come_and_the_next_only_what_went_on(store: Store) -> None:
    write(store, "A", 3)
    write(store, "B", 1)
    first = seal(store, FIRST, at("01 18:00"))
    write(store, "A", 5)
    second = seal(store, SECOND, at("02 18:00"))
    assert (first.dossiers, first.events, second.dossiers, second.events) == (2, 4, 1, 2)
    assert seals(store) == [("2026-06-01", "A", 3), ("2026-06-01", "B", 1), ("2026-06-02", "A", 5)]
    assert (first.previous, second.previous) == ("", first.digest)


def test_the_digest_is_sha256_over_the_documented_text(store: Store) -> None:
    write(store, "Z", 1)
    write(store, "Đ", 1)
    write(store, "a", 1)  # a language would put it before Z
    found = seal(store, FIRST, at("01 18:00"))
    lines = ['["motcua-digest-1","","2026-06-01","2026-06-01T11:00:00.000000Z",3,3]']
    lines += [f'["{code}",1,"{store.history(code)[0].hash}"]' for code in ("Z", "a", "Đ")]
    assert found.digest == hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def test_a_day_is_sealed_once_and_what_came_later_waits_for_the_next(store: Store) -> None:
    write(store, "A", 1)
    first = seal(store, FIRST, at("01 12:00"))
    write(store, "A", 2)
    again = seal(store, FIRST, at("01 18:00"))
    assert (first.new, again) == (True, first._replace(new=False))
    assert verify_counts(store).unsealed == 1
    assert seal(store, SECOND, at("02 18:00")).events == 1


def test_a_day_on_which_nothing_happened_has_a_digest_too(store: Store) -> None:
    first, second = seal(store, FIRST, at("01 18:00")), seal(store, SECOND, at("02 18:00"))
    assert (first.dossiers, second.events) == (0, 0)
    assert first.digest != second.digest


def test_days_without_a_sealing_leave_no_gap(store: Store) -> None:
    seal(store, FIRST, at("01 18:00"))
    seal(store, date(2026, 6, 9), at("09 18:00"))
    assert verify_counts(store).sealings == 2


def test_a_day_to_come_is_refused(store: Store) -> None:
    with pytest.raises(UnsealableDay, match="2026-06-02 cannot be sealed: it is yet to come"):
        seal(store, SECOND, at("01 23:59"))


def test_a_day_before_one_that_is_sealed_is_refused(store: Store) -> None:
    seal(store, SECOND, at("02 18:00"))
    with pytest.raises(UnsealableDay, match="2026-06-02 is sealed already"):
        seal(store, FIRST, at("03 18:00"))


def test_a_past_day_seals_what_the_register_holds_now(store: Store) -> None:
    write(store, "A", 2)
    assert seal(store, FIRST, at("05 08:00")).events == 2


@pytest.mark.parametrize("table", ["seals", "digests"])
@pytest.mark.parametrize("change", [sa.update, sa.delete])
def test_the_database_itself_keeps_seals_and_digests(store: Store, table: str, change: object) -> None:
    write(store, "A", 1)
    seal(store, FIRST, at("01 18:00"))
    target = getattr(store.tables, table)
    statement = sa.delete(target) if change is sa.delete else sa.update(target).values(day="2030-01-01")
    with pytest.raises(DBAPIError, match="append-only"), store.connection.begin_nested():
        store.connection.execute(statement)


def test_of_two_who_seal_at_once_one_seals_and_the_other_learns_of_it(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database, poolclass=sa.NullPool)
    with engine.begin() as connection:
        TABLES.metadata.create_all(connection)
        write(Store(connection), "A", 2)

    def sealed() -> bool:
        with engine.begin() as connection:
            return seal(Store(connection), FIRST, at("01 18:00")).new

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: sealed(), range(4))) == [False, False, False, True]


def verify_counts(store: Store) -> object:
    check = verify(store)
    assert list(check) == []
    return check.counts
