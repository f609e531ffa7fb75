"""Erasing takes what names a person, and leaves a chain that verifies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from dossier.custody import Erased, decided_before, erase, forget, verify
from dossier.errors import NoBasis, NotErasable
from dossier.evidence.storage import MemoryStorage
from dossier.stores.sql import Store
from tests.dossier.office import HANOI, at
from tests.dossier.registers import register, write

WHO = {"basis": "Theo yêu cầu của công dân", "actor": "QT01", "now": at("30 09:00")}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    postgres = request.param == "postgresql"
    with register(request.getfixturevalue("postgres_database") if postgres else "sqlite://") as store:
        write(store, "A", 6)
        write(store, "B", 3)
        yield store


def document(store: Store, code: str, sha256: str, name: str = "D1") -> None:
    row = {"dossier": code, "document": name, "sha256": sha256, "kind": "component", "media_type": "application/pdf"}
    row |= {"attached_at": "2026-06-01T02:00:00Z", "size": 5, "digitised": 1, "signers": "Nguyễn Văn A"}
    store.connection.execute(sa.insert(store.tables.documents), row)


def form(store: Store, code: str, number: int) -> None:
    row = {"office": "H", "year": 2026, "kind": "receipt", "number": number, "dossier": code, "version": 1}
    row |= {"slip": f"TN-{number}", "template": "t", "media_type": "application/pdf", "sha256": "0" * 64}
    row |= {"issued_at": "2026-06-01T02:00:00Z", "content": b"Nguyen Van A", "void_reason": "Sai tên bà B"}
    store.connection.execute(sa.insert(store.tables.forms), row)


def column(store: Store, table: str, name: str, code: str) -> list[object]:
    target = getattr(store.tables, table)
    return list(store.connection.execute(sa.select(target.c[name]).where(target.c.dossier == code)).scalars())


def test_what_was_written_reads_as_a_question_mark_and_the_chain_verifies(store: Store) -> None:
    assert erase(store, ["A"], **WHO) == Erased(1, 4, 0, 0)
    history = store.history("A")
    assert [history[i].row[name] for i, name in ((0, "applicant"), (2, "reason"), (5, "reason"))] == ["?", "?", "?"]
    assert (history[3].override.reason, history[3].override.approver) == ("?", "Giám đốc")
    assert history[1].row["office"] == "Phòng Đất đai"
    check = verify(store)
    assert (list(check), check.counts.erased) == ([], 4)


def test_other_dossiers_keep_their_texts(store: Store) -> None:
    erase(store, ["A"], **WHO)
    assert store.history("B")[0].row["applicant"] == "ND-B"


def test_the_journal_says_who_erased_what_why_and_when(store: Store) -> None:
    erase(store, ["A", "B", "A"], **WHO)
    journal = store.tables.journal
    columns = (journal.c.act, journal.c.dossier, journal.c.actor, journal.c.detail, journal.c.at)
    found = [tuple(row) for row in store.connection.execute(sa.select(*columns).order_by(journal.c.dossier))]
    rest = ("QT01", "Theo yêu cầu của công dân", "2026-06-30T02:00:00.000000Z")
    assert found == [("erased", "A", *rest), ("erased", "B", *rest)]


def test_forms_lose_their_bytes_and_their_free_text_and_keep_number_and_hash(store: Store) -> None:
    form(store, "A", 1)
    form(store, "B", 2)
    assert erase(store, ["A"], **WHO).forms == 1
    assert (column(store, "forms", "content", "A"), column(store, "forms", "void_reason", "A")) == ([None], ["?"])
    assert (column(store, "forms", "slip", "A"), column(store, "forms", "sha256", "A")) == (["TN-1"], ["0" * 64])
    assert column(store, "forms", "content", "B") == [b"Nguyen Van A"]


def test_documents_lose_their_signers_and_their_bytes_unless_another_dossier_has_the_same(store: Store) -> None:
    storage = MemoryStorage()
    own, shared = storage.keep(b"own"), storage.keep(b"shared")
    document(store, "A", own)
    document(store, "A", shared, "D2")
    document(store, "B", shared)
    assert erase(store, ["A"], **WHO).documents == 2
    assert (own in storage, shared in storage) == (True, True)
    assert forget(store, storage) == 1
    assert (own in storage, shared in storage) == (False, True)
    assert (column(store, "documents", "signers", "A"), column(store, "documents", "signers", "B")) == (
        [None, None],
        ["Nguyễn Văn A"],
    )
    erase(store, ["B"], **WHO)
    assert (forget(store, storage), forget(store, storage), shared in storage) == (1, 0, False)


def test_erasing_twice_finds_nothing_left(store: Store) -> None:
    erase(store, ["A"], **WHO)
    assert erase(store, ["A"], **WHO) == Erased(1, 0, 0, 0)


def test_one_dossier_that_may_not_be_erased_keeps_all_of_them(store: Store) -> None:
    write(store, "C", 2, state="paused")
    with pytest.raises(NotErasable, match=r"'C': it is not decided yet .dừng tính thời gian giải quyết.*'X': there is"):
        erase(store, ["A", "C", "X"], **WHO)
    assert store.history("A")[0].row["applicant"] == "ND-A"


def test_an_imported_history_that_cannot_be_replayed_may_be_erased(store: Store) -> None:
    store.import_rows([{"dossier": "I", "event": "resumed", "at": "2026-06-01T09:00+07:00", "reason": "Chờ bà B"}])
    assert erase(store, ["I"], **WHO).texts == 1


@pytest.mark.parametrize("basis", ["", "  ", "\u200b"])
def test_an_erasure_without_a_basis_is_refused(store: Store, basis: str) -> None:
    with pytest.raises(NoBasis, match="xóa dữ liệu cá nhân"):
        erase(store, ["A"], **WHO | {"basis": basis})


def test_a_host_that_rolls_back_gets_everything_back(store: Store) -> None:
    nested = store.connection.begin_nested()
    erase(store, ["A"], **WHO)
    nested.rollback()
    assert store.history("A")[0].row["applicant"] == "ND-A"
    assert list(verify(store)) == []


def test_decided_before_a_day_counts_by_the_clock_of_the_office(store: Store) -> None:
    # the last event is at 00:30 of 11 June in Hanoi, which is still 10 June in UTC
    write(store, "N", 1, start=datetime(2026, 6, 10, 23, 30, tzinfo=HANOI))
    assert list(decided_before(store, date(2026, 6, 11))) == ["A", "B"]
    assert list(decided_before(store, date(2026, 6, 12))) == ["A", "B", "N"]


def test_what_is_open_or_has_nothing_left_is_not_among_those_decided_before(store: Store) -> None:
    write(store, "C", 2, state="processing")
    erase(store, ["A"], **WHO)
    assert list(decided_before(store, date(2026, 7, 1))) == ["B"]
