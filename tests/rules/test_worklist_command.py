"""`motcua worklist` and `motcua dossier` as an officer calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from dossier.stores.tables import TABLES
from tests.dossier.office import FIELDS
from tests.rules.databases import FRIDAY, Refused, act, answer, bound, codes, db, full, office_in, refused, run

__all__ = ["db", "full", "refused"]


# worklist


def test_the_most_urgent_stands_first_with_its_colour(full: str) -> None:
    told = answer("worklist", "--db", full, "--now", FRIDAY)
    assert [(line["dossier"], line["legal_due"], line["colour"]) for line in told["lines"]] == [
        ("A", "2026-06-04", "overdue"),
        ("B", "2026-06-08", "soon"),
        ("C", "2026-06-26", "normal"),
    ]
    assert [line["remaining_vi"] for line in told["lines"]][:2] == ["quá hạn 1 ngày làm việc", "còn 1 ngày làm việc"]
    assert told["next"] is None


def test_a_page_begins_after_the_place_of_the_page_before(full: str) -> None:
    first = answer("worklist", "--db", full, "--now", FRIDAY, "--limit", 2)
    second = answer("worklist", "--db", full, "--now", FRIDAY, "--limit", 2, "--after", first["next"])
    assert (codes(first), codes(second), second["next"]) == (["A", "B"], ["C"], None)
    assert f"--after '{first['next']}'" in run("worklist", "--db", full, "--limit", 2).stdout


def test_a_page_goes_on_among_dossiers_without_a_limit(db: str) -> None:
    with office_in(db) as office:
        for code in ("X", "Y/1"):
            office.desk.do(code, "submit", channel="in_person", procedure="1.012784")
    first = answer("worklist", "--db", db, "--limit", 1)
    assert first["next"] == "-/X"
    assert codes(answer("worklist", "--db", db, "--after", "-/X")) == ["Y/1"]


def test_one_officer_and_one_office_see_their_own(full: str) -> None:
    assert codes(answer("worklist", "--db", full, "--officer", "NV-01")) == ["B", "C"]
    assert codes(answer("worklist", "--db", full, "--office", "Một cửa")) == ["A", "B", "C"]
    assert "no open dossier" in run("worklist", "--db", full, "--office", "Phòng khác").stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("officers.csv", "code,name\nNV-01,Nguyễn Văn Mẫu\n"),
        ("officers.csv", "\ufeffcode,name\r\nNV-01,Nguyễn Văn Mẫu\r\n"),
        ("officers.toml", 'schema = 1\n[officer]\n"NV-01" = "Nguyễn Văn Mẫu"\n'),
    ],
)
def test_officers_are_codes_unless_their_names_are_given(full: str, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    plain = run("worklist", "--db", full, "--now", FRIDAY).stdout
    named = run("worklist", "--db", full, "--now", FRIDAY, "--with-names", tmp_path / name).stdout
    assert "NV-01" in plain
    assert ("Nguyễn Văn Mẫu" in named, "NV-01" in named, "NV-02" in named) == (True, False, True)
    told = answer("worklist", "--db", full, "--with-names", tmp_path / name)
    assert [line["officer_name"] for line in told["lines"]] == [None, "Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("officers.csv", "", "it names nobody"),
        ("officers.csv", "ma,ten\nNV-01,A\n", "row 1: the header is 'ma,ten'"),
        ("officers.csv", "code,name\nNV-01\n", "row 2: 'NV-01' is not one code and one name"),
        ("officers.csv", "code,name\nNV-01,\n", "row 2"),
        ("officers.csv", "code,name\nNV-01,A\nNV-01,B\n", "row 3: the code 'NV-01' stands there twice"),
        ("officers.csv", 'code,name\nNV-01,"A\n', "unexpected end of data"),
        ("officers.toml", 'schema = 1\nofficers = "x"\n', "officer"),
        ("officers.toml", 'schema = 1\n[officer]\n"NV-01" = 7\n', "officer.NV-01"),
        ("officers.xlsx", "", "allowed are .toml and .csv"),
    ],
)
def test_a_file_of_names_that_breaks_its_format_is_refused_with_the_place(
    full: str, tmp_path: Path, refused: Refused, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    said = refused("worklist", "--db", full, "--with-names", tmp_path / name)
    assert message in said
    assert name in said


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("A1", "the place of a line, END/CODE"),
        ("-/", "the place of a line, END/CODE"),
        ("/A1", "a moment in ISO 8601"),
        ("2026-06-08T00:00:00/A1", "a moment with its offset"),
    ],
)
def test_a_place_that_is_none_is_refused(full: str, refused: Refused, place: str, message: str) -> None:
    assert message in refused("worklist", "--db", full, "--after", place)


# dossier


def test_a_dossier_shows_its_dates_its_steps_and_what_may_be_done(db: str) -> None:
    act(db, "receive", "attach", "pause")
    told = answer("dossier", "A1", "--db", db, "--now", FRIDAY)
    assert (told["state"], told["received_at"], told["due_without_pauses"]) == (
        "paused",
        "2026-06-01T09:00:00+07:00",
        "2026-06-08",
    )
    assert [step["kind"] for step in told["history"]] == ["received", "document_attached", "paused"]
    assert told["options"]["resume"] == []
    assert [reason["code"] for reason in told["options"]["complete"] if reason["field"] is None] == ["state.paused"]


def test_a_dossier_is_explained_in_vietnamese_and_shows_nobody(db: str) -> None:
    with office_in(db) as office:
        office.desk.do("A1", "receive", applicant="P-7", actor="NV-01", **FIELDS["receive"])  # type: ignore[arg-type]  # texts
        office.desk.do("A1", "consult", reason="Bà Nguyễn Thị Mẫu", office="Sở Xây dựng")
    done = run("dossier", "A1", "--db", db, "--now", FRIDAY)
    for shown in ("A1: đang xử lý", "01/06/2026 09:00", "08/06/2026", "Tiếp nhận", "NV-01", "Trả kết quả (deliver)"):
        assert shown in done.stdout
    for hidden in ("P-7", "Nguyễn Thị Mẫu"):
        assert hidden not in done.stdout + json.dumps(answer("dossier", "A1", "--db", db), ensure_ascii=False)


def test_with_a_roster_rights_are_checked_and_an_auditor_leaves_one_trace(db: str, tmp_path: Path) -> None:
    act(db, "receive")
    roster = tmp_path / "roster.toml"
    roster.write_text(ROSTER, encoding="utf-8")
    told = answer("dossier", "A1", "--db", db, "--roster", roster, "--actor", "KT-01")
    assert all("role.denied" in [reason["code"] for reason in why] for why in told["options"].values())
    answer("dossier", "A1", "--db", db, "--roster", roster, "--actor", "NV-01")
    j = TABLES.journal.c
    with bound(db) as store:
        noted = [tuple(row) for row in store.connection.execute(sa.select(j.act, j.actor, j.dossier))]
    assert noted == [("looked_up", "KT-01", "A1")]


ROSTER = """
schema = 1

[[officer]]
code = "KT-01"
roles = ["auditor"]

[[officer]]
code = "NV-01"
roles = ["case_officer"]
"""


def test_an_actor_without_a_roster_is_refused(db: str) -> None:
    act(db, "receive")
    assert run("dossier", "A1", "--db", db, "--actor", "KT-01").exit_code == 2


def test_an_unknown_dossier_is_named(db: str, refused: Refused) -> None:
    assert "no event of dossier 'A9' is stored" in refused("dossier", "A9", "--db", db)
