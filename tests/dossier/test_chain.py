"""The chain of hashes: what it runs over, what lies beside it, and what an erased text leaves behind."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.events import LOG_COLUMNS
from dossier.stores.chain import ADDED, BESIDE, LINKED, digest, link, seal, unsealed
from dossier.stores.tables import TABLES

ROW = {column: f"<{column}>" for column in LINKED} | {"version": 3}


def test_the_chain_runs_over_every_column_of_an_event_but_its_hash() -> None:
    assert {*LINKED, "hash"} == {column.name for column in TABLES.events.columns}
    assert set(LOG_COLUMNS) < set(LINKED)


def test_a_link_is_sha256_over_one_json_list() -> None:
    first = [f"<{column}>" for column in LINKED[1:] if column not in ADDED]
    added = {"reused": "<reused>", "status": "<status>", "rating": "<rating>"}
    cells = ["motcua-chain-1", "ab", 3, *first, added]
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    assert link("ab", ROW) == hashlib.sha256(text.encode()).hexdigest()


def test_an_event_that_cannot_say_the_later_columns_is_linked_as_before_them() -> None:
    early = {column: cell for column, cell in ROW.items() if column not in ADDED}
    cells = ["motcua-chain-1", "ab", *early.values()]
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert link("ab", early) == link("ab", early | dict.fromkeys(ADDED, "?")) == expected


@pytest.mark.parametrize("column", LINKED)
@pytest.mark.parametrize("cell", [None, "", "?", "khác"])
def test_no_column_can_change_without_the_hash(column: str, cell: str | None) -> None:
    assert link("ab", ROW | {column: cell}) != link("ab", ROW)


def test_nor_can_the_hash_before_it() -> None:
    assert link("", ROW) != link("ab", ROW)


@given(st.lists(st.text(), min_size=2, max_size=2), st.lists(st.text(), min_size=2, max_size=2))
def test_no_two_contents_share_a_text_wherever_the_cells_are_cut(one: list[str], other: list[str]) -> None:
    hashes = [link("", ROW | dict(zip(("actor", "office"), cells, strict=True))) for cells in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)


def test_texts_are_taken_out_and_only_their_salted_digest_stays() -> None:
    row, beside = seal(ROW | {"reason": "Chờ bà B", "applicant": None, "override_reason": "?"})
    assert beside == {"salt": beside["salt"], "reason": "Chờ bà B", "applicant": None, "override_reason": None}
    expected = hashlib.sha256(f"{beside['salt']}\0reason\0Chờ bà B".encode()).hexdigest()
    assert (row["reason"], row["applicant"], row["override_reason"]) == (f"sha256:{expected}", None, "?")
    assert row["office"] == "<office>"


def test_an_event_without_texts_has_nothing_beside_it() -> None:
    row, beside = seal(ROW | dict.fromkeys(BESIDE))
    assert (row, beside) == (ROW | dict.fromkeys(BESIDE), None)


def test_the_same_text_twice_has_two_digests_so_that_nobody_can_compare_people() -> None:
    first, second = (seal({"applicant": "ND-1"}) for _ in range(2))
    assert first.row["applicant"] != second.row["applicant"]
    assert len(first.beside["salt"]) == 32


def test_the_same_text_in_another_column_has_another_digest() -> None:
    assert digest("00", "reason", "x") != digest("00", "applicant", "x")


@pytest.mark.parametrize(
    ("kept", "beside", "read"),
    [(None, None, None), ("?", None, "?"), ("sha256:ab", "Chờ", "Chờ"), ("sha256:ab", None, "?")],
)
def test_an_erased_text_reads_as_one_about_which_nobody_can_say(
    kept: str | None, beside: str | None, read: str | None
) -> None:
    assert unsealed(kept, beside) == read


def test_the_link_does_not_need_the_texts() -> None:
    row, _ = seal(ROW | {"reason": "Chờ"})
    assert link("", row) == link("", dict(row))
    assert link("", row) != link("", row | {"reason": "sha256:" + "0" * 64})
