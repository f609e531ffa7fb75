"""A year is pruned only after its copy was read back and found equal."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from dossier.custody import archive, erase, prune, retention, seal, verify, verify_archive
from dossier.errors import ArchiveDiffers, NotErasable, NotSealed, UnusableArchive
from dossier.stores.sql import Store
from tests.dossier.office import HANOI, at
from tests.dossier.registers import Intruder, register, write

WHO = {"actor": "QT01", "now": datetime(2027, 1, 5, 9, tzinfo=HANOI)}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    postgres = request.param == "postgresql"
    with register(request.getfixturevalue("postgres_database") if postgres else "sqlite://") as store:
        write(store, "A", 6)
        write(store, "B", 2)
        write(store, "C", 2, state="processing")
        write(store, "D", 2, state="completed")
        write(store, "E", 2, start=datetime(2026, 12, 31, 22, 30, tzinfo=HANOI))  # ends at 00:30 of 2027
        write(store, "F", 2, start=datetime(2025, 12, 31, 21, 30, tzinfo=HANOI))  # ends at 23:30 of 2025
        seal(store, date(2027, 1, 1), datetime(2027, 1, 1, 18, tzinfo=HANOI))
        yield store


def post(store: Store, code: str, status: str) -> None:
    row = {"id": 1, "key": "k", "topic": "receipt", "dossier": code, "version": 1, "status": status}
    moments = dict.fromkeys(("created_at", "next_at"), "2026-06-01T02:00:00.000000Z")
    store.connection.execute(sa.insert(store.tables.outbox), row | moments)


def codes(store: Store) -> set[str]:
    return set(store.connection.execute(sa.select(store.tables.events.c.dossier)).scalars())


def lines(store: Store, table: str) -> set[str]:
    return set(store.connection.execute(sa.select(getattr(store.tables, table).c.dossier)).scalars())


def test_what_ended_in_the_year_is_exported_and_nothing_is_pruned(store: Store, tmp_path: Path) -> None:
    done = archive(store, 2026, tmp_path, **WHO)
    assert (done.dossiers, done.events, done.new, done.waiting) == (2, 8, True, 0)
    frame = pl.read_parquet(done.folder / "part-1.parquet")
    assert set(frame["dossier"]) == {"A", "B"}
    assert "ND-A" in frame["beside_applicant"].to_list()
    assert codes(store) == {"A", "B", "C", "D", "E", "F"}
    assert list(verify_archive(done.folder)) == []


def test_a_year_ends_by_the_clock_of_the_office(store: Store, tmp_path: Path) -> None:
    assert archive(store, 2027, tmp_path, **WHO).dossiers == 1
    assert archive(store, 2025, tmp_path, **WHO).dossiers == 1


def test_results_never_handed_over_stay_unless_they_are_asked_for(store: Store, tmp_path: Path) -> None:
    assert archive(store, 2026, tmp_path, undelivered=True, **WHO).dossiers == 3


def test_pruning_takes_the_rows_of_these_dossiers_and_the_register_still_verifies(store: Store, tmp_path: Path) -> None:
    reminder = {"dossier": "A", "kind": "overdue", "at": "2026-06-05T02:00:00.000000Z"}
    store.connection.execute(sa.insert(store.tables.timers), reminder)
    post(store, "A", "sent")
    archive(store, 2026, tmp_path, **WHO)
    prune(store, 2026, tmp_path, **WHO)
    assert codes(store) == {"C", "D", "E", "F"}
    for table in ("texts", "dossiers", "timers", "outbox"):
        assert lines(store, table).isdisjoint({"A", "B"})
    check = verify(store, archives=tmp_path)
    assert (list(check), check.counts.archived) == ([], 2)


def test_pruning_twice_does_no_harm(store: Store, tmp_path: Path) -> None:
    archive(store, 2026, tmp_path, **WHO)
    prune(store, 2026, tmp_path, **WHO)
    prune(store, 2026, tmp_path, **WHO)
    assert archive(store, 2026, tmp_path, **WHO).new is False
    assert list(verify(store, archives=tmp_path)) == []


def test_the_database_lets_no_other_event_be_deleted(store: Store, tmp_path: Path) -> None:
    archive(store, 2026, tmp_path, **WHO)
    with pytest.raises(DBAPIError, match="append-only"), store.connection.begin_nested():
        store.connection.execute(sa.delete(store.tables.events).where(store.tables.events.c.dossier == "A"))


def test_files_and_folder_are_for_their_owner_alone(store: Store, tmp_path: Path) -> None:
    folder = archive(store, 2026, tmp_path / "kho", **WHO).folder
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (modes, stat.S_IMODE(folder.stat().st_mode)) == ({0o600}, 0o700)


def test_the_manifest_names_the_last_digest_of_the_register(store: Store, tmp_path: Path) -> None:
    done = archive(store, 2026, tmp_path, **WHO)
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert (manifest["sealed_day"], manifest["sealed_digest"]) == ("2027-01-01", done.digest)


def test_many_dossiers_go_into_several_files(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PART", 1)
    folder = archive(store, 2026, tmp_path, **WHO).folder
    assert {path.name for path in folder.glob("*.parquet")} == {"part-1.parquet", "part-2.parquet"}
    prune(store, 2026, tmp_path, **WHO)
    assert list(verify(store, archives=tmp_path)) == []


def test_a_year_with_nothing_in_it_makes_an_empty_archive(store: Store, tmp_path: Path) -> None:
    assert archive(store, 2020, tmp_path, **WHO).dossiers == 0
    assert prune(store, 2020, tmp_path, **WHO).dossiers == 0


def test_erased_texts_stay_erased_in_the_archive(store: Store, tmp_path: Path) -> None:
    erase(store, ["A"], basis="Hết hạn lưu", actor="QT01", now=at("30 09:00"))
    folder = archive(store, 2026, tmp_path, **WHO).folder
    assert "ND-A" not in pl.read_parquet(folder / "part-1.parquet")["beside_applicant"].to_list()
    assert list(verify_archive(folder)) == []


def test_dossiers_about_which_messages_wait_stay(store: Store, tmp_path: Path) -> None:
    post(store, "A", "waiting")
    done = archive(store, 2026, tmp_path, **WHO)
    assert (done.dossiers, done.waiting) == (1, 1)


def test_a_message_that_came_after_the_export_stops_the_pruning(store: Store, tmp_path: Path) -> None:
    archive(store, 2026, tmp_path, **WHO)
    post(store, "B", "dead")
    with pytest.raises(ArchiveDiffers, match="'B': a message about it is not sent yet"):
        prune(store, 2026, tmp_path, **WHO)


def test_an_event_after_the_export_stops_the_pruning(store: Store, tmp_path: Path) -> None:
    archive(store, 2026, tmp_path, **WHO)
    write(store, "B", 3)
    with pytest.raises(ArchiveDiffers, match="'B': the database holds something else; nothing was pruned"):
        prune(store, 2026, tmp_path, **WHO)
    assert codes(store) >= {"A", "B"}


def test_an_event_that_no_sealing_covers_keeps_the_year_open(store: Store, tmp_path: Path) -> None:
    write(store, "B", 3)
    with pytest.raises(NotSealed, match="1 of its dossiers"):
        archive(store, 2026, tmp_path, **WHO)
    assert list(tmp_path.iterdir()) == []


def test_a_register_that_was_never_sealed_cannot_be_archived(tmp_path: Path) -> None:
    with register() as store, pytest.raises(NotSealed, match="nothing is sealed yet; run `motcua seal` first"):
        archive(store, 2026, tmp_path, **WHO)


def test_a_tampered_history_is_not_archived(store: Store, tmp_path: Path) -> None:
    Intruder(store).update("A", 2, {"office": "Phòng khác"})
    with pytest.raises(ArchiveDiffers, match="'A': version 2 was altered"):
        archive(store, 2026, tmp_path, **WHO)
    assert list(tmp_path.iterdir()) == []


def test_a_history_that_is_not_the_sealed_one_is_not_archived(store: Store, tmp_path: Path) -> None:
    intruder = Intruder(store)
    intruder.update("A", 6, {"hash": "0" * 64}, "seals")
    with pytest.raises(ArchiveDiffers, match="'A': version 6 is not the one that was sealed"):
        archive(store, 2026, tmp_path, **WHO)


def test_an_archived_dossier_cannot_be_erased_here(store: Store, tmp_path: Path) -> None:
    archive(store, 2026, tmp_path, **WHO)
    prune(store, 2026, tmp_path, **WHO)
    with pytest.raises(NotErasable, match=r"'A': it was pruned and lies in the archive, file part-1\.parquet"):
        erase(store, ["A"], basis="Theo yêu cầu", **WHO)


def test_a_dossier_listed_as_archived_that_never_was_is_found(store: Store, tmp_path: Path) -> None:
    rest = {"year": 2026, "file": "part-1.parquet", "sha256": "0" * 64, "archived_at": "2027-01-05T02:00:00Z"}
    forged = {"dossier": "C", "version": 1, "hash": store.history("C")[0].hash, **rest}
    store.connection.execute(sa.insert(store.tables.archives), forged)
    assert {(f.kind, f.dossier) for f in verify(store)} == {("altered", "C"), ("inserted", "C")}
    store.connection.execute(sa.delete(store.tables.events).where(store.tables.events.c.dossier == "C"))
    assert ("missing", "C") in {(f.kind, f.dossier) for f in verify(store)}
    assert any("manifest.json" in f.sentence for f in verify(store, archives=tmp_path))


# damaged archives


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with register() as store:
        write(store, "A", 6)
        seal(store, date(2026, 6, 2), at("02 18:00"))
        return archive(store, 2026, tmp_path, **WHO).folder


@pytest.mark.parametrize("file", ["part-1.parquet", "part-1.json"])
def test_a_file_of_which_one_byte_changed_is_told_by_its_name(folder: Path, file: str) -> None:
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    (finding,) = verify_archive(folder)
    assert finding.kind == "altered"
    assert f"{file} was altered" in finding.sentence


@pytest.mark.parametrize("file", ["part-1.parquet", "part-1.json", "manifest.json"])
def test_a_missing_file_is_told_by_its_name(folder: Path, file: str) -> None:
    (folder / file).unlink()
    (finding,) = verify_archive(folder)
    assert file in finding.sentence


@pytest.mark.parametrize("content", ["", "{}", "[]", "\u00ff", '{"format": 1}'])
def test_a_damaged_manifest_is_a_finding_and_stops_an_archive(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_text(content, encoding="utf-8")
    assert ["manifest.json is damaged" in finding.sentence for finding in verify_archive(folder)] == [True]
    with register() as store, pytest.raises(UnusableArchive, match="damaged"):
        archive(store, 2026, folder.parent, **WHO)


def test_an_event_altered_in_the_file_is_found_though_all_digests_of_files_were_made_to_fit(folder: Path) -> None:
    path = folder / "part-1.parquet"
    altered = pl.when(pl.col("version") == 2).then(pl.lit("Phòng khác")).otherwise(pl.col("office")).alias("office")
    pl.read_parquet(path).with_columns(altered).write_parquet(path)
    refit(folder)
    assert {(finding.kind, finding.version) for finding in verify_archive(folder)} == {("altered", 2)}


def test_an_archive_of_another_register_prunes_nothing(folder: Path) -> None:
    with register() as store:
        write(store, "A", 6)
        write(store, "B", 6)
        seal(store, date(2026, 6, 2), at("02 18:00"))
        with pytest.raises(ArchiveDiffers, match="never sealed with the digest"):
            prune(store, 2026, folder.parent, **WHO)


def refit(folder: Path) -> None:
    """Give index and manifest the digests that the files have now."""
    from hashlib import sha256

    index = json.loads((folder / "part-1.json").read_text())
    index["sha256"] = sha256((folder / "part-1.parquet").read_bytes()).hexdigest()
    (folder / "part-1.json").write_text(json.dumps(index))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["parts"][0]["sha256"] = sha256((folder / "part-1.json").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
