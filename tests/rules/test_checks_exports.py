from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from typer.testing import CliRunner

from rules.checks import FINDING, check
from rules.cli import app
from rules.exports import DANGEROUS, DoesNotFit, UnknownEnding, write_findings
from rules.page import page_of
from rules.report import render
from tests.rules.logs import Row, at, log_of

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"]


def late(code: str) -> list[Row]:
    return [
        {"event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "T", "dossier": code},
        {"event": "completed", "at": at("2026-06-11 09:00"), "document": "K", "signed": True, "dossier": code},
    ]


FOUND = check(log_of([row for code in [*HOSTILE, "H56-1"] for row in late(code)])).found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("findings")
    for ending in ("csv", "xlsx", "jsonl", "parquet"):
        write_findings(FOUND, folder / f"found.{ending}")
    return folder


def test_no_cell_of_a_csv_file_can_become_a_formula(folder: Path) -> None:
    text = (folder / "found.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert not [cell for row in rows for cell in row if cell.startswith(DANGEROUS)]
    assert {f"'{code}" for code in HOSTILE} | {"H56-1"} <= {cell for row in rows for cell in row}


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_whatever_a_cell_holds_a_csv_file_gives_it_back_or_with_an_apostrophe_before_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    write_findings(pl.DataFrame({"a": texts, "b": ["x"] * len(texts)}), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == [f"'{text}" if text.startswith(DANGEROUS) else text for text in texts]


def test_a_workbook_holds_texts_and_no_formula(folder: Path) -> None:
    with zipfile.ZipFile(folder / "found.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    head, *rows = load_workbook(folder / "found.xlsx").active.iter_rows(values_only=True)
    assert [row[head.index("dossier")] for row in rows] == FOUND["dossier"].to_list()


def test_files_for_programs_hold_the_findings_as_they_are(folder: Path) -> None:
    assert pl.read_parquet(folder / "found.parquet").equals(FOUND)
    lines = [json.loads(line) for line in (folder / "found.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == FOUND.to_dicts()


def test_a_text_that_a_workbook_would_cut_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DoesNotFit, match="32,767 characters a cell"):
        write_findings(pl.DataFrame({"dossier": ["x" * 32_768]}), tmp_path / "found.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownEnding, match=r"\.csv, \.xlsx, \.jsonl, \.parquet"):
        write_findings(FOUND, tmp_path / "found.xls")
    assert list(tmp_path.iterdir()) == []


# citation and status stand with every finding


def test_every_finding_says_whether_its_citation_was_read_in_every_form(folder: Path, tmp_path: Path) -> None:
    assert "status" in FINDING
    assert set(FOUND["status"]) <= {"read", "unverified"}
    header = (folder / "found.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert {"citation", "status"} <= set(header)
    document = check(log_of(late("H56-1"))).to_dict()
    assert {one["status"] for one in document["findings"]} >= {"unverified"}
    page = render(page_of(check(log_of(late("H56-1"))), "x", "x"))
    case = page[page.index('<dt><span lang="vi">Căn cứ') :][:400]
    assert "citation not verified" in case
    log = tmp_path / "log.csv"
    log.write_text(
        "dossier,event,at,limit,slip\nA,received,2026-06-01T09:00+07:00,1 ngày,T\n"
        "A,rejected,2026-06-11T09:00+07:00,,T\n",
        encoding="utf-8",
    )
    said = " ".join(CliRunner().invoke(app, ["check", str(log)]).stdout.split())
    assert "(điều, khoản chưa kiểm chứng) – chưa kiểm chứng]" in said


def test_the_command_writes_findings_and_says_what_was_read(tmp_path: Path) -> None:
    log, out = tmp_path / "log.csv", tmp_path / "found.csv"
    log.write_text(
        "dossier,event,at\nA,received,2026-06-01T09:00+07:00\nB,received,2026-06-01T09:00\n", encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["check", str(log), "--findings", str(out)])
    assert done.exit_code == 2
    assert out.read_bytes().startswith(b"\xef\xbb\xbfkind,dossier,rule,")
    assert "read: 2 rows: 1 read, 1 set aside (1 dossiers)" in done.stderr


def test_a_log_or_a_database_is_judged_not_both_and_not_neither(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["check"]).exit_code == 2
    assert CliRunner().invoke(app, ["check", str(tmp_path / "x.csv"), "--db", "sqlite:///x"]).exit_code == 2


def test_a_database_is_judged_as_its_export_is(tmp_path: Path) -> None:
    log, db = tmp_path / "log.csv", f"sqlite:///{tmp_path / 'office.db'}"
    log.write_text(
        "dossier,event,at,limit,slip\nA,received,2026-06-01T09:00+07:00,1 ngày,T\n"
        "A,rejected,2026-06-11T09:00+07:00,,T\n",
        encoding="utf-8",
    )
    assert CliRunner().invoke(app, ["import", str(log), "--db", db]).exit_code == 0
    kept, read = (
        json.loads(CliRunner().invoke(app, ["check", *words, "--json"]).stdout) for words in (["--db", db], [str(log)])
    )
    assert [one["rule"] for one in kept["findings"] if one["rule"] in {"R13", "R07"}] == [
        one["rule"] for one in read["findings"] if one["rule"] in {"R13", "R07"}
    ]
