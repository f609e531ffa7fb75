"""Whatever somebody does to the tables is found, told by its name, and blamed on nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
import sqlalchemy as sa

from dossier.custody import Finding, erase, seal, verify
from dossier.errors import UnusableDigest
from dossier.stores.chain import link
from dossier.stores.sql import Store
from tests.dossier.office import at
from tests.dossier.registers import COLUMNS, Intruder, register, write


@pytest.fixture
def store() -> Iterator[Store]:
    with register() as store:
        yield filled(store)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Iterator[Store]:
    postgres = request.param == "postgresql"
    with register(request.getfixturevalue("postgres_database") if postgres else "sqlite://") as store:
        yield filled(store)


def filled(store: Store) -> Store:
    for code, events in (("A", 6), ("B", 3), ("C", 1)):
        write(store, code, events)
    return store


def day(number: int) -> object:
    return at(f"{number:02} 00:00").date()


def sealed(store: Store, number: int = 1) -> str:
    return seal(store, day(number), at(f"{number:02} 18:00")).digest


def places(found: list[Finding]) -> set[tuple[str, str | None, int | None]]:
    return {(finding.kind, finding.dossier, finding.version) for finding in found}


def test_a_register_that_nobody_touched_has_no_finding(either: Store) -> None:
    sealed(either)
    write(either, "D", 2)
    check = verify(either)
    assert list(check) == []
    counts = check.counts
    assert (counts.dossiers, counts.events, counts.unsealed, counts.sealings, counts.erased) == (4, 12, 1, 1, 0)


def test_an_empty_register_has_no_finding() -> None:
    with register() as store:
        assert list(verify(store)) == []


def test_an_imported_history_verifies(store: Store) -> None:
    rows = [{"dossier": "I1", "event": "received", "at": f"2026-06-0{d}T09:00+07:00", "reason": "Chờ"} for d in (1, 2)]
    store.import_rows(rows)
    assert list(verify(store)) == []


# what is done to one event


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("version", [1, 4, 6])
def test_an_altered_column_is_told_by_its_event(store: Store, column: str, version: int) -> None:
    Intruder(store).update("A", version, {column: "import" if column == "source" else "2031-01-01T08:00:00+07:00"})
    assert ("altered", "A", version) in places(list(verify(store)))


@pytest.mark.parametrize("version", [1, 4, 6])
def test_an_altered_hash_is_told_by_its_event(store: Store, version: int) -> None:
    Intruder(store).update("A", version, {"hash": "0" * 64})
    assert places(list(verify(store))) == {("altered", "A", version)}


def test_a_column_that_sqlite_lets_hold_bytes_is_an_altered_event() -> None:
    with register() as store:
        write(store, "A", 3)
        Intruder(store).update("A", 2, {"office": sa.text("x'ff'"), "version": sa.text("'two'")})
        assert {(f.dossier, f.version) for f in verify(store)} >= {("A", 2)}


@pytest.mark.parametrize("version", [1, 4, 6])
def test_a_deleted_event_is_missing(store: Store, version: int) -> None:
    intruder = Intruder(store)
    intruder.delete("A", version)
    intruder.delete("A", version, "texts")
    assert places(list(verify(store))) == {("missing", "A", version)}


def test_texts_whose_event_is_gone_tell_of_it_even_when_the_line_was_cut_too(store: Store) -> None:
    intruder = Intruder(store)
    intruder.delete("A", 6)
    intruder.update("A", 6, {"version": 5}, "dossiers")
    assert places(list(verify(store))) == {("missing", "A", 6)}


@pytest.mark.parametrize("version", [1, 2, 4])
def test_a_deleted_event_is_missing_though_the_later_ones_were_renumbered(either: Store, version: int) -> None:
    intruder = Intruder(either)
    intruder.delete("A", version)
    intruder.delete("A", version, "texts")
    intruder.shift("A", version, -1)
    assert places(list(verify(either))) == {("missing", "A", version)}


def test_a_seal_tells_which_event_is_missing_where_the_chain_alone_cannot(store: Store) -> None:
    sealed(store)
    intruder = Intruder(store)
    intruder.delete("A", 5)
    intruder.shift("A", 5, -1)
    assert ("missing", "A", 5) in places(list(verify(store)))


def test_a_tail_that_was_cut_is_missing_from_its_first_event_on(either: Store) -> None:
    intruder = Intruder(either)
    for version in (4, 5, 6):
        intruder.delete("A", version)
        intruder.delete("A", version, "texts")
    (finding,) = verify(either)
    assert (finding.kind, finding.version, finding.sentence) == ("missing", 4, "versions 4 to 6 are missing")


@pytest.mark.parametrize("other", [2, 6])
def test_events_that_changed_places_are_reordered(either: Store, other: int) -> None:
    Intruder(either).swap("A", 1, other)
    assert places(list(verify(either))) == {("reordered", "A", 1), ("reordered", "A", other)}


@pytest.mark.parametrize("version", [2, 4, 6])
def test_an_event_put_in_between_is_inserted_and_the_later_ones_are_not_blamed(store: Store, version: int) -> None:
    intruder = Intruder(store)
    forged = intruder.rows("A")[version - 1] | {"office": "Phòng khác", "hash": "f" * 64, "key": None}
    intruder.shift("A", version - 1, 1)
    intruder.insert(forged)
    found = [finding for finding in verify(store) if "text" not in finding.sentence]
    assert places(found) == {("inserted", "A", version)}


def test_a_forged_event_whose_hash_fits_is_told_from_the_genuine_one_by_what_follows(either: Store) -> None:
    intruder = Intruder(either)
    rows = intruder.rows("A")
    forged = rows[1] | {"office": "Phòng khác"}
    forged["hash"] = link(str(rows[0]["hash"]), forged)
    intruder.shift("A", 1, 1)
    intruder.insert(forged)
    assert places(list(verify(either))) == {("inserted", "A", 2)}


def test_an_event_behind_the_last_one_is_inserted(store: Store) -> None:
    intruder = Intruder(store)
    last = intruder.rows("A")[-1]
    forged = last | {"version": 7, "reason": None}
    intruder.insert(forged | {"hash": link(str(last["hash"]), forged)})
    assert places(list(verify(store))) == {("inserted", "A", 7)}


def test_an_event_that_was_given_to_another_dossier_is_missing_here_and_inserted_there(store: Store) -> None:
    Intruder(store).update("A", 4, {"dossier": "B"})
    found = places(list(verify(store)))
    assert {("missing", "A", 4), ("inserted", "B", 4)} <= found


def test_a_dossier_that_is_gone_before_its_line_is_missing(store: Store) -> None:
    Intruder(store).delete("C")
    assert ("missing", "C", 1) in places(list(verify(store)))


# texts beside the chain


@pytest.mark.parametrize(("column", "version"), [("applicant", 1), ("reason", 3), ("override_reason", 4)])
def test_an_altered_text_is_told_by_its_column(store: Store, column: str, version: int) -> None:
    assert Intruder(store).update("A", version, {column: "Khác"}, "texts") == 1
    (finding,) = verify(store)
    assert (finding.kind, finding.dossier, finding.version) == ("altered", "A", version)
    assert f"`{column}`" in finding.sentence


def test_a_text_under_another_salt_is_altered(store: Store) -> None:
    Intruder(store).update("A", 1, {"salt": "0" * 32}, "texts")
    assert places(list(verify(store))) == {("altered", "A", 1)}


def test_a_text_where_the_event_had_none_is_altered(store: Store) -> None:
    Intruder(store).update("A", 1, {"reason": "Thêm"}, "texts")
    assert places(list(verify(store))) == {("altered", "A", 1)}


def test_a_text_that_vanished_without_an_erasure_is_missing(either: Store) -> None:
    Intruder(either).delete("A", 3, "texts")
    assert places(list(verify(either))) == {("missing", "A", 3)}


def test_a_text_recorded_after_the_erasure_is_not_covered_by_it(store: Store) -> None:
    erase(store, ["A"], basis="Theo yêu cầu", actor="QT01", now=at("02 09:00"))
    write(store, "A", 9, start=at("03 09:00"))
    Intruder(store).delete("A", 9, "texts")
    assert places(list(verify(store))) == {("missing", "A", 9)}


# seals, and who recomputes hashes


def rewrite(store: Store, code: str = "A") -> None:
    """Alter the second event and give all later ones hashes that fit."""
    intruder = Intruder(store)
    rows = intruder.rows(code)
    rows[1]["office"] = "Phòng khác"
    for before, row in pairwise(rows):
        row["hash"] = link(str(before["hash"]), row)
        intruder.update(code, int(str(row["version"])), row)


def test_a_history_rewritten_with_its_hashes_cannot_be_told_before_it_is_sealed(store: Store) -> None:
    rewrite(store)
    assert list(verify(store)) == []


def test_a_history_rewritten_with_its_hashes_is_found_by_its_seal(either: Store) -> None:
    sealed(either)
    rewrite(either)
    (finding,) = verify(either)
    assert (finding.kind, finding.dossier, finding.version, finding.day) == ("rewritten", "A", 6, "2026-06-01")


def test_a_sealed_dossier_that_is_gone_with_all_its_rows_is_missing(either: Store) -> None:
    sealed(either)
    intruder = Intruder(either)
    for table in ("events", "texts", "dossiers"):
        intruder.delete("A", table=table)
    assert places(list(verify(either))) == {("missing", "A", 6)}


def test_a_line_that_was_cut_below_its_seal_is_altered(store: Store) -> None:
    sealed(store)
    Intruder(store).update("A", 6, {"version": 5, "sealed": 5}, "dossiers")
    assert places(list(verify(store))) == {("altered", "A", None), ("altered", "A", 5)}


def test_an_altered_seal_is_told_by_its_day(store: Store) -> None:
    sealed(store)
    intruder = Intruder(store)
    intruder.update("A", 6, {"hash": "0" * 64}, "seals")
    assert ("altered", None, None) in places(list(verify(store)))
    assert {finding.day for finding in verify(store)} == {"2026-06-01"}


@pytest.mark.parametrize("column", ["digest", "previous", "sealed_at", "dossiers", "events"])
def test_an_altered_digest_is_told_by_its_day(store: Store, column: str) -> None:
    for number in (1, 2, 3):
        sealed(store, number)
    Intruder(store)
    digests = store.tables.digests
    value = 7 if column in {"dossiers", "events"} else "0" * 64
    store.connection.execute(sa.update(digests).where(digests.c.day == "2026-06-02").values({column: value}))
    assert "2026-06-02" in {finding.day for finding in verify(store)}


def test_a_sealing_removed_between_two_others_is_missed_by_the_next(either: Store) -> None:
    for number in (1, 2, 3):
        sealed(either, number)
    Intruder(either)
    digests = either.tables.digests
    either.connection.execute(sa.delete(digests).where(digests.c.day == "2026-06-02"))
    assert {(finding.kind, finding.day) for finding in verify(either)} == {("missing", "2026-06-03")}


def test_a_last_sealing_that_was_removed_is_missed_by_the_lines(store: Store) -> None:
    sealed(store)
    Intruder(store)
    for table in (store.tables.digests, store.tables.seals):
        store.connection.execute(sa.delete(table))
    assert ("missing", "A", 6) in places(list(verify(store)))


def test_who_rewrites_seals_and_digests_too_is_caught_by_a_digest_kept_outside(either: Store) -> None:
    outside = sealed(either)
    rewrite(either)
    for table in (either.tables.digests, either.tables.seals):
        either.connection.execute(sa.delete(table))
    either.connection.execute(sa.update(either.tables.dossiers).values(sealed=0))
    sealed(either)
    assert list(verify(either)) == []
    assert [finding.kind for finding in verify(either, outside)] == ["rewritten"]


def test_a_digest_kept_outside_confirms_the_sealing_that_it_is_of(store: Store) -> None:
    outside = sealed(store)
    sealed(store, 2)
    check = verify(store, f" {outside.upper()}\n")
    assert (list(check), check.counts.confirmed) == ([], "2026-06-01")


@pytest.mark.parametrize("digest", ["", "abc", "g" * 64])
def test_a_text_that_is_no_digest_is_refused(store: Store, digest: str) -> None:
    with pytest.raises(UnusableDigest, match="64 hexadecimal digits"):
        verify(store, digest)
