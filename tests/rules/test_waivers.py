from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rules.checks import Checked, check
from rules.cli import app
from rules.errors import MalformedWaivers
from rules.page import page_of
from rules.report import render
from rules.rulebook import rulebook
from rules.waivers import Waivers
from tests.rules.logs import Row, at, log_of

LATE: list[Row] = [
    {"event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "TN-1"},
    {"event": "completed", "at": at("2026-06-11 09:00"), "document": "KQ-1", "signed": True},
]
GOOD = """format = 1
[[waiver]]
dossier = "A1"
rule = "R13"
reason = "Bão số 1"
approver = "GD-01"
instrument = "Công văn 15/SNNMT-VP"
date = 2026-06-11
"""
CSV = "dossier,rule,reason,approver,instrument,date,until\nA1,R13,Bão số 1,GD-01,Công văn 15/SNNMT-VP,2026-06-11,\n"


def waivers_of(text: str, tmp_path: Path, name: str = "waivers.toml") -> Waivers:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return Waivers.load(path, rulebook())


def checked_with(text: str, tmp_path: Path, rows: list[Row] = LATE) -> Checked:
    return check(log_of(rows), waivers=waivers_of(text, tmp_path))


def test_a_csv_file_says_the_same_as_a_toml_file(tmp_path: Path) -> None:
    assert waivers_of(CSV, tmp_path, "w.csv").waivers == waivers_of(GOOD, tmp_path).waivers
    short = CSV.replace(",until", "").replace("2026-06-11,\n", "2026-06-11\n")
    assert waivers_of(short, tmp_path, "w.csv").waivers == waivers_of(GOOD, tmp_path).waivers


def test_a_waived_finding_stays_in_every_figure_and_says_by_what(tmp_path: Path) -> None:
    plain, waived = check(log_of(LATE)), checked_with(GOOD, tmp_path)
    assert waived.findings.drop("waived").equals(plain.findings.drop("waived"))
    tally = next(one for one in waived.tallies if one.rule.code == "R13")
    assert (tally.violated, tally.waived, tally.to_dict()["waived"]) == (1, 1, 1)
    marked = dict(zip(waived.findings["rule"], waived.findings["waived"], strict=True))
    assert marked["R13"] == "Công văn 15/SNNMT-VP, 2026-06-11; GD-01: Bão số 1"
    assert {rule for rule, by in marked.items() if by} == {"R13"}
    assert waived.standing.height == plain.findings.height - 1


@pytest.mark.parametrize(
    ("old", "new", "state", "marked"),
    [
        ("", "", "used", 1),
        ("date = 2026-06-11\n", "date = 2026-06-11\nuntil = 2026-06-11\n", "used", 1),
        ("date = 2026-06-11\n", "date = 2026-06-01\nuntil = 2026-06-10\n", "expired", 0),
        ("date = 2026-06-11\n", "date = 2026-06-12\n", "not yet", 0),
        ('"R13"', '"R02"', "unused", 0),
        ('"A1"', '"A9"', "unknown dossier", 0),
    ],
)
def test_a_waiver_says_what_became_of_it_on_the_day_of_the_check(
    old: str, new: str, state: str, marked: int, tmp_path: Path
) -> None:
    checked = checked_with(GOOD.replace(old, new) if old else GOOD, tmp_path)
    assert [used.state for used in checked.waivers] == [state]
    assert sum(tally.waived for tally in checked.tallies) == marked
    assert checked.to_dict()["waivers"][0]["state"] == state


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"R13"', '"R99"', "A1: no rule 'R99'; the rulebook has R01"),
        ('"R13"', '"S01"', "S01 is a signal; only findings of rules are waived"),
        ('reason = "Bão số 1"\n', "", "waiver 1, reason: Field required"),
        ('"GD-01"', '"  "', "waiver 1, approver: "),
        ('instrument = "Công văn 15/SNNMT-VP"\n', "", "waiver 1, instrument: Field required"),
        ("date = 2026-06-11", 'date = "2026-06-11"', "waiver 1, date: Input should be a valid date"),
        ("date = 2026-06-11", "date = 2026-06-11\nuntil = 2026-06-10", "it ends on 2026-06-10, before its date"),
        ("date = 2026-06-11", "date = 2026-06-11\nnote = 1", "waiver 1, note: Extra inputs"),
        ("format = 1", "format = 2", "top level: format 2 with the keys format, waiver"),
        ("format = 1", "format = 1\nformat = 1", "TOML: Cannot overwrite"),
        (GOOD, GOOD + GOOD.replace("format = 1\n", ""), "A1: R13 is waived 2 times"),
    ],
)
def test_a_malformed_file_is_refused_with_its_place(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(MalformedWaivers) as refused:
        waivers_of(GOOD.replace(old, new, 1), tmp_path)
    assert str(refused.value).startswith("waivers.toml: ")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "row 1: the header is ''"),
        (CSV.replace("dossier,rule", "rule,dossier"), "row 1: the header is 'rule,dossier"),
        (CSV.replace("2026-06-11", "11/06/2026"), "row 2, date: Input should be a valid date"),
        (CSV.replace("2026-06-11,", "2026-06-11,,extra"), "row 2, column 8: Extra inputs"),
        (CSV.replace("GD-01", ""), "row 2, approver: Field required"),
        (CSV.replace("Bão số 1", '"open'), "CSV: "),
    ],
)
def test_a_malformed_csv_file_is_refused_with_its_row(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedWaivers) as refused:
        waivers_of(text, tmp_path, "w.csv")
    assert told in str(refused.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"R13"', '"R99"') + GOOD.replace("format = 1\n", "").replace('reason = "Bão số 1"\n', "")
    with pytest.raises(MalformedWaivers) as refused:
        waivers_of(text, tmp_path)
    assert len(refused.value.faults) == 2


def test_the_page_shows_what_was_waived_and_by_what(tmp_path: Path) -> None:
    page = render(page_of(checked_with(GOOD, tmp_path), "x", "x"))
    assert "Công văn 15/SNNMT-VP, 2026-06-11; GD-01: Bão số 1" in page
    assert '<span lang="vi">đã miễn</span>' in page


def test_a_waived_finding_does_not_fail_a_check(tmp_path: Path) -> None:
    log, waived = tmp_path / "log.csv", tmp_path / "w.csv"
    rows = "A1,received,2026-06-01T09:00+07:00,1 ngày,T\nA1,rejected,2026-06-11T09:00+07:00,,T\n"
    log.write_text("dossier,event,at,limit,slip\n" + rows, encoding="utf-8")
    document = json.loads(CliRunner().invoke(app, ["check", str(log), "--json"]).stdout)
    found = [(one["dossier"], one["rule"]) for one in document["findings"]]
    assert found
    lines = [f"{dossier},{rule},x,x,x,2026-06-11" for dossier, rule in found]
    words = ["check", str(log), "--fail-on-findings", "--waivers", str(waived)]
    for count, code in ((len(lines), 0), (len(lines) - 1, 1)):
        head = "dossier,rule,reason,approver,instrument,date"
        waived.write_text("\n".join([head, *lines[:count]]) + "\n", encoding="utf-8")
        done = CliRunner().invoke(app, words)
        assert done.exit_code == code
        assert f"{count} of them waived" in " ".join(done.stdout.split())


def test_a_waiver_that_was_not_used_is_told_on_the_terminal(tmp_path: Path) -> None:
    log, waived = tmp_path / "log.csv", tmp_path / "w.toml"
    log.write_text("dossier,event,at\nA1,received,2026-06-01T09:00+07:00\n", encoding="utf-8")
    waived.write_text(GOOD, encoding="utf-8")
    said = CliRunner().invoke(app, ["check", str(log), "--waivers", str(waived)]).stdout
    assert "A1 R13" in said
    assert "(not yet)" in said
