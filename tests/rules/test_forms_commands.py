"""`motcua forms` as an officer meets it."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from dossier.errors import FormRefused, SidesNotPrinted, UnknownNumber, VoidedForm
from dossier.stores.register import Issued, Place
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES
from dossier.stores.upgrading import upgrade
from rules.cli.forms import app
from tests.dossier.office import FIELDS, Office, at
from tests.dossier.paper import squeezed

RECEIPTS = ("H32.08", 2026, "receipt")
PLACE = ("H32.08", "2026", "receipt")
OFFICE = str(Path(__file__).parents[1] / "stories" / "form-office.toml")
JUNE = ("--from", "2026-06-01", "--to", "2026-06-30", "--now", "2026-07-01T08:00+07:00")


def opened(address: str) -> object:
    return sa.create_engine(address, poolclass=sa.NullPool).begin()


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A database in which A1 has the receipts 1 and 3; number 2 has no form."""
    address = f"sqlite:///{tmp_path / 'office.db'}"
    with opened(address) as connection:
        upgrade(connection, TABLES)
        store = Store(connection)
        Office(store).desk.do("A1", "receive", **FIELDS["receive"], applicant="P-7")
        for number in (1, 2, 3):
            assert store.register.next(*RECEIPTS) == number
            if number != 2:
                store.register.keep(receipt(number))
    return address


def receipt(number: int) -> Issued:
    content = f"receipt {number}".encode()
    digest = hashlib.sha256(content).hexdigest()
    rest = {"template": "receipt@1", "media_type": "application/pdf", "sides": 2, "issued_at": at("01 09:00")}
    return Issued(
        Place(*RECEIPTS, number),
        "A1",
        1,
        f"{number}/2026/TNHS",
        sha256=digest,
        content=content,
        issued_by="NV-01",
        **rest,
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def journal(db: str) -> list[tuple[str, str, str, str]]:
    c = TABLES.journal.c
    with opened(db) as connection:
        return [tuple(row) for row in connection.execute(sa.select(c.act, c.actor, c.dossier, c.detail))]


def test_list_shows_the_forms_of_a_dossier(db: str) -> None:
    done = run("list", "A1", "--db", db)
    assert done.exit_code == 0
    for shown in ("1/2026/TNHS", "3/2026/TNHS", "receipt", "09:00 01/06/2026", "NV-01", "chưa in đủ các mặt"):
        assert shown in done.stdout


def test_list_prints_one_json_document_without_the_bytes(db: str) -> None:
    first, second = json.loads(run("list", "A1", "--db", db, "--json").stdout)
    assert (first["number"], second["number"], first["sides"]) == (1, 3, 2)
    assert first["sha256"] == hashlib.sha256(b"receipt 1").hexdigest()
    assert "content" not in first


def test_list_says_that_a_dossier_has_no_form(db: str) -> None:
    done = run("list", "B2", "--db", db)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "'B2' has no form" in done.stderr


def test_show_writes_the_bytes_as_they_were_issued_and_journals_it(db: str, tmp_path: Path) -> None:
    out = tmp_path / "receipt.pdf"
    done = run("show", *PLACE, "3", "--db", db, "--out", str(out), "--actor", "KT-01")
    assert (done.exit_code, out.read_bytes()) == (0, b"receipt 3")
    assert journal(db) == [("exported", "KT-01", "A1", "receipt 3/2026 of H32.08 into receipt.pdf")]


def test_show_writes_nothing_where_there_is_no_such_form(db: str, tmp_path: Path) -> None:
    out = tmp_path / "receipt.pdf"
    out.write_bytes(b"before")
    done = run("show", *PLACE, "2", "--db", db, "--out", str(out))
    assert isinstance(done.exception, UnknownNumber)
    assert out.read_bytes() == b"before"
    assert journal(db) == []


def test_a_file_that_cannot_be_written_is_not_journalled(db: str, tmp_path: Path) -> None:
    done = run("show", *PLACE, "3", "--db", db, "--out", str(tmp_path / "nowhere" / "receipt.pdf"))
    assert isinstance(done.exception, OSError)
    assert journal(db) == []


def test_series_shows_gaps_and_unprinted_sides_and_exits_1(db: str) -> None:
    done = run("series", "--db", db)
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if "receipt" in line]
    assert [cell.strip() for cell in line.split("│")[1:-1]] == ["receipt", "2026", "H32.08", "3", "2", "–", "2"]
    assert "2 forms with two sides are not recorded as printed on both" in done.stderr


def test_series_prints_one_json_document_with_gaps_as_first_and_last(db: str) -> None:
    found = json.loads(run("series", "--db", db, "--json").stdout)
    (one,) = found["series"]
    assert one == {
        "office": "H32.08",
        "year": 2026,
        "kind": "receipt",
        "last": 3,
        "issued": 2,
        "voided": [],
        "missing": [[2, 2]],
    }
    assert [form["slip"] for form in found["unprinted"]] == ["1/2026/TNHS", "3/2026/TNHS"]


def test_series_of_another_office_or_year_have_no_gap_and_exit_0(db: str) -> None:
    assert run("series", "--db", db, "--office", "H32.09").exit_code == 0
    assert json.loads(run("series", "--db", db, "--year", "2025", "--json").stdout) == {"series": [], "unprinted": []}


def test_printed_needs_both_sides_and_takes_the_form_off_the_list(db: str) -> None:
    refused = run("printed", *PLACE, "1", "--db", db, "--sides", "1")
    assert isinstance(refused.exception, SidesNotPrinted)
    assert run("printed", *PLACE, "1", "--db", db, "--sides", "2").exit_code == 0
    unprinted = json.loads(run("series", "--db", db, "--json").stdout)["unprinted"]
    assert [form["number"] for form in unprinted] == [3]


def test_void_is_kept_with_reason_and_officer_and_shown_with_the_form(db: str, tmp_path: Path) -> None:
    arguments = ("void", *PLACE, "1", "--db", db, "--reason", "Ghi sai tên", "--actor", "NV-02")
    assert run(*arguments).exit_code == 0
    assert isinstance(run(*arguments).exception, VoidedForm)
    (voided, _) = json.loads(run("list", "A1", "--db", db, "--json").stdout)
    assert (voided["void_reason"], voided["voided_by"]) == ("Ghi sai tên", "NV-02")
    assert json.loads(run("series", "--db", db, "--json").stdout)["series"][0]["voided"] == [1]
    shown = run("show", *PLACE, "1", "--db", db, "--out", str(tmp_path / "form.pdf"))
    assert "it is void (đã hủy): Ghi sai tên" in shown.stderr


def test_void_needs_a_reason_and_an_officer(db: str) -> None:
    assert run("void", *PLACE, "1", "--db", db, "--reason", "Ghi sai tên").exit_code == 2
    assert run("void", *PLACE, "1", "--db", db, "--actor", "NV-02").exit_code == 2


def test_register_prints_the_dossiers_of_a_period_with_pseudonyms_and_journals_it(db: str, tmp_path: Path) -> None:
    out = tmp_path / "register.pdf"
    done = run("register", "--db", db, "--office", OFFICE, *JUNE, "--out", str(out), "--actor", "NV-01")
    assert done.exit_code == 0, done.output
    (page,) = PdfReader(io.BytesIO(out.read_bytes())).pages
    text = squeezed(page.extract_text())
    for shown in ("Mẫu số 07", "Từ ngày 01/06/2026 đến ngày 30/06/2026", "A1", "P-7", "đã tiếp nhận", "08/06/2026"):
        assert squeezed(shown) in text
    assert journal(db) == [("exported", "NV-01", None, "register 2026-06-01 to 2026-06-30 into register.pdf")]


def test_register_prints_names_where_a_file_of_the_office_has_them(db: str, tmp_path: Path) -> None:
    names, out = tmp_path / "owners.csv", tmp_path / "register.html"
    names.write_text("code,name\nP-7,Nguyễn Thị Hoàng Yến\n", encoding="utf-8")
    done = run("register", "--db", db, "--office", OFFICE, *JUNE, "--out", str(out), "--owners", str(names))
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "Nguyễn Thị Hoàng Yến" in text
    assert "P-7" not in text


def test_register_of_a_period_without_receipts_leaves_no_file_and_no_line_in_the_journal(
    db: str, tmp_path: Path
) -> None:
    out, may = tmp_path / "register.pdf", ("--from", "2026-05-01", "--to", "2026-05-31")
    done = run("register", "--db", db, "--office", OFFICE, *may, "--out", str(out))
    assert isinstance(done.exception, FormRefused)
    assert not out.exists()
    assert journal(db) == []


def test_register_is_told_apart_by_the_ending_of_its_file_and_dates_by_their_form(db: str, tmp_path: Path) -> None:
    wrong = run("register", "--db", db, "--office", OFFICE, *JUNE, "--out", str(tmp_path / "register.doc"))
    assert (wrong.exit_code, "neither .pdf nor .html" in wrong.stderr) == (2, True)
    day = run("register", "--db", db, "--office", OFFICE, "--from", "1/6/2026", "--to", "2026-06-30", "--out", "r.pdf")
    assert (day.exit_code, "1/6/2026" in day.stderr) == (2, True)
