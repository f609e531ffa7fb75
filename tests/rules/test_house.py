from __future__ import annotations

import doctest
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import sqlglot
from typer.testing import CliRunner

from dossier.procedures import Procedures
from rules.checks import check
from rules.cli import app
from rules.errors import MalformedHouse
from rules.house import House
from rules.quotas import quotas
from rules.regimes import regimes
from rules.rulebook import rulebook
from tests.rules.logs import Row, at, hourly, judgements, log_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "house.toml"
MALFORMED = Path(__file__).parents[1] / "malformed"
GOOD = EXAMPLE.read_text(encoding="utf-8")

FAULTS = {
    "unknown-key": "rule H01, remedy: Extra inputs are not permitted",
    "unknown-table": "offices: Extra inputs are not permitted; the keys of the file are format, name, rule",
    "without-name": "name: Field required",
    "format-of-the-future": "format: Input should be 1",
    "key-twice": "TOML: Cannot overwrite a value",
    "rule-reuses-a-shipped-code": "rule R13: the code is that of one that ships; choose another, or write `overrides",
    "rule-takes-a-reserved-code": "rule R99: R…, S… and F… are kept for the rules that ship",
    "rule-overrides-nothing": "rule H01: it overrides nothing",
    "override-without-instrument": "rule R13, from 2026-01-01: citation 'Nội quy của cơ quan': it names no instrument",
    "quota-reuses-a-shipped-code": "quota entry_working_days: the code is that of one that ships",
    "quota-of-a-weaker-level": "the level 'national' gives way to the 'province' of the one that ships",
    "expression-drops-a-table": "rule H01, condition: 'pauses > 1; drop table x' is no SQL expression",
    "expression-compares-date-with-number": "rule H01, condition: at `legal_due_on > 3`: a date is set beside a number",
    "expression-names-an-unknown-fact": "rule H01, condition: at `pauzes`: there is no fact or quota 'pauzes', perhaps",
    "at-is-no-moment": "rule H01, at: 'pauses' is a number; name a fact that ends in _at",
    "found-is-no-fact": "rule H01, found: no fact 'pauzes'",
    "version-ends-before-it-begins": "rule H01, version.0: the version from 2026-01-01 ends before it begins",
    "version-without-citation": "rule H01, version.0.citation: Field required",
    "office-without-successor": "the successor 'VPDK-KV-2' does not exist on the day after 2025-06-30",
    "office-spans-overlap": "office VPDK-HUYEN-A: ",
    "office-ends-before-it-begins": "office VPDK-HUYEN-A: the office ends on 2015-06-30, before it begins",
    "office-of-an-unknown-level": "office VPDK-HUYEN-A, level: Input should be 'ministry', 'province', 'district' or",
    "procedure-reuses-a-shipped-code": "procedure 1.012784: the code is that of one that ships; write `overrides",
    "procedure-override-without-instrument": "procedure 1.012784, from 2026-01-01: citation.instrument 'not verified'",
    "change-of-a-shipped-day": "change from 2025-07-01: the day is that of one that ships; write `overrides = true`",
    "change-overrides-nothing": "change from 2025-07-02: it overrides nothing",
    "change-without-instrument": "change from 2025-07-02: instrument 'Nội quy': it names no instrument by its number",
    "change-twice": "change from 2025-07-02: the day stands 2 times",
    "change-judged-by-nobody": "change 1, judged_by: Input should be 'receipt' or 'decision'",
    "procedure-limit-without-unit": "the time limit '10' cannot be read",
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_malformed_house_file_is_refused_with_file_key_and_what_to_do(name: str) -> None:
    with pytest.raises(MalformedHouse) as refused:
        House.load(MALFORMED / f"rules-house-{name}.toml")
    assert str(refused.value).startswith(f"rules-house-{name}.toml: ")
    assert FAULTS[name] in str(refused.value)


def test_every_malformed_file_is_named_above() -> None:
    assert {path.stem.removeprefix("rules-house-") for path in MALFORMED.glob("rules-house-*.toml")} == set(FAULTS)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    text = GOOD.replace('code = "H01"', 'code = "R13"').replace('found = ["pauses"]', 'found = ["x"]')
    with pytest.raises(MalformedHouse) as refused:
        House.loads(text, "own.toml")
    assert [fault.key for fault in refused.value.faults] == ["rule R13", "rule R13, found"]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b'format = 1\nname = "S\xff"')
    with pytest.raises(MalformedHouse, match="byte 21 is not UTF-8"):
        House.load(path)


# what the office adds

RECEIVED: Row = {"event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "TN-1"}
PAUSE: Row = {"event": "paused", "reason": "x", "ground": "verification", "document": "V", "notice": "T"}


def paused(times: int, day: str = "2026-06-01") -> list[Row]:
    steps = [step for _ in range(times) for step in (PAUSE, {"event": "resumed"})]
    return hourly(at(f"{day} 09:00"), [{"event": "received", "limit": "5 ngày làm việc", "slip": "T"}, *steps])


def house_of(text: str = GOOD) -> House:
    return House.loads(text, "own.toml")


@pytest.mark.parametrize(("times", "judged"), [(0, "not_applicable"), (2, "satisfied"), (3, "violated")])
def test_a_rule_of_the_house_judges_beside_those_that_ship(times: int, judged: str) -> None:
    house = house_of()
    checked = check(log_of(paused(times)), rules=house.rules, numbers=house.numbers)
    assert judgements(checked)["A1"]["H01"] == judged
    assert [tally.rule.code for tally in checked.tallies] == [*(rule.code for rule in rulebook()), "H01"]


def test_a_count_of_which_a_house_rule_takes_more_than_there_is_is_below_zero() -> None:
    house = house_of(GOOD.replace("pauses > pauses_per_dossier_allowed", "pauses - 3 >= 0"))
    assert "pauses - 3" in house.own[0].condition
    for times, judged in ((2, "satisfied"), (3, "violated")):
        checked = check(log_of(paused(times)), rules=house.rules, numbers=house.numbers)
        assert judgements(checked)["A1"]["H01"] == judged


def test_a_finding_of_a_house_rule_cites_the_decision_and_shows_the_houses_number() -> None:
    house = house_of()
    found = check(log_of(paused(3)), rules=house.rules, numbers=house.numbers).findings
    row = found.filter(pl.col("rule") == "H01").to_dicts()[0]
    assert (row["found"], row["allowed"], row["status"]) == ("3", "2", "unverified")
    assert row["citation"].startswith("Quyết định 12/2026/QĐ-SNNMT")


def test_a_house_rule_judges_nothing_before_its_first_day() -> None:
    house = house_of()
    checked = check(log_of(paused(3, "2025-12-30")), rules=house.rules, numbers=house.numbers)
    assert judgements(checked)["A1"]["H01"] == "not_applicable"


def test_a_number_of_the_house_holds_from_its_first_day_and_before_it_the_one_that_ships() -> None:
    numbers = house_of().numbers["entry_working_days"]
    shipped = quotas()["entry_working_days"]
    assert numbers.on(date(2025, 12, 31)).value == shipped.on(date(2025, 12, 31)).value == 1
    assert numbers.on(date(2026, 1, 1)).value == 0


OVERRIDE = GOOD.replace('code = "H01"', 'code = "R13"\noverrides = true').replace(
    'condition = "pauses > pauses_per_dossier_allowed"', 'condition = "pauses > 2"'
)


@pytest.mark.parametrize(("day", "judged"), [("2025-12-01", "not_applicable"), ("2026-06-01", "violated")])
def test_an_override_holds_from_its_first_day_and_before_it_the_rule_that_ships(day: str, judged: str) -> None:
    house = house_of(OVERRIDE)
    checked = check(log_of(paused(3, day)), rules=house.rules, numbers=house.numbers)
    counts = next(tally for tally in checked.tallies if tally.rule.code == "R13")
    assert getattr(counts, judged) == 1


def test_findings_before_an_override_carry_the_sentence_and_the_law_that_ship() -> None:
    late: list[Row] = [
        {"event": "received", "at": at("2025-12-01 09:00"), "limit": "1 ngày", "slip": "T", "dossier": "OLD"},
        {"event": "completed", "at": at("2025-12-20 09:00"), "document": "K", "signed": True, "dossier": "OLD"},
        *({**row, "dossier": "NEW"} for row in paused(3)),
    ]
    house = house_of(OVERRIDE)
    found = check(log_of(late), rules=house.rules, numbers=house.numbers).findings
    by_dossier = {row["dossier"]: row for row in found.filter(pl.col("rule") == "R13").to_dicts()}
    assert "118/2025" in by_dossier["OLD"]["citation"]
    assert "phải giải quyết xong" in by_dossier["OLD"]["message_vi"]
    assert "12/2026/QĐ-SNNMT" in by_dossier["NEW"]["citation"]
    assert by_dossier["NEW"]["message_en"] == "The dossier was paused 3 times; the office allows 2."


PROCEDURE = (MALFORMED / "rules-house-procedure-override-without-instrument.toml").read_text(encoding="utf-8")


def test_a_procedure_of_the_house_holds_from_its_first_day_and_before_it_the_one_that_ships() -> None:
    own = house_of(PROCEDURE.replace('"not verified"', '"Quyết định 12/2026/QĐ-SNNMT"')).procedures
    shipped = Procedures.shipped()
    before, after = own.on("1.012784", date(2025, 12, 31)), own.on("1.012784", date(2026, 1, 1))
    assert before is not None
    assert after is not None
    assert before.cases == shipped.on("1.012784", date(2025, 12, 31)).cases  # type: ignore[union-attr]
    assert after.normal_limit == "10 ngày làm việc"
    assert len(own) == len(shipped)


def test_the_report_names_the_house_its_codes_and_what_read_its_expressions() -> None:
    house = house_of()
    assert check(log_of(paused(1)), rules=house.rules, numbers=house.numbers).to_dict()["house"] == {
        "name": "Sở Nông nghiệp và Môi trường (ví dụ)",
        "file": "own.toml",
        "added": ["H01"],
        "overridden": ["entry_working_days"],
        "parser": f"sqlglot {sqlglot.__version__}",  # type: ignore[attr-defined]
    }


def test_a_check_without_house_file_says_so_and_does_not_wait_for_the_parser() -> None:
    assert check(log_of(paused(1))).to_dict()["house"] is None
    code = "import sys, rules.checks; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "False\n"


# offices


def log_of_offices(office: str, day: str, dossier: str) -> list[Row]:
    return [
        {"event": "received", "at": at(f"{day} 09:00"), "office": office, "dossier": dossier, "limit": "90 ngày"},
    ]


def test_findings_of_a_dissolved_office_stand_under_its_successor() -> None:
    house = house_of()
    rows = [
        *log_of_offices("VPDK-HUYEN-A", "2025-06-02", "A"),
        *log_of_offices("VPDK-KV-1", "2025-07-02", "B"),
        *log_of_offices("KHAC", "2025-07-02", "C"),
        *log_of_offices("", "2025-07-02", "D"),
    ]
    checked = check(log_of(rows), rules=house.rules, numbers=house.numbers, offices=house.offices)
    by_office = {row["office"]: row for row in checked.by_office().to_dicts()}
    assert set(by_office) == {"VPDK-KV-1", "KHAC", None}
    assert by_office["VPDK-KV-1"]["formerly"] == ["VPDK-HUYEN-A"]
    assert by_office["VPDK-KV-1"]["name"] == "Chi nhánh Văn phòng đăng ký đất đai khu vực 1"
    assert by_office["VPDK-KV-1"]["dossiers"] == 2
    assert sum(row["findings"] for row in by_office.values()) == checked.findings.height


def test_an_office_answers_for_itself_on_its_last_day() -> None:
    offices = house_of().offices
    began = date(2025, 6, 2)
    assert offices.answering("VPDK-HUYEN-A", began, date(2025, 6, 30)) == "VPDK-HUYEN-A"
    assert offices.answering("VPDK-HUYEN-A", began, date(2025, 7, 1)) == "VPDK-KV-1"


def test_without_offices_every_office_stands_for_itself_and_the_document_lists_none() -> None:
    checked = check(log_of(log_of_offices("VPDK-HUYEN-A", "2025-06-02", "A")))
    assert checked.by_office()["office"].to_list() == ["VPDK-HUYEN-A"]
    assert checked.to_dict()["offices"] == []


# the command


def test_the_command_takes_a_house_file(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = "".join(f"A,{row['event']},{row['at'].isoformat()}\n" for row in paused(3))  # type: ignore[union-attr]
    log.write_text("dossier,event,at\n" + rows, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(log), "--house", str(EXAMPLE), "--json"])
    document = json.loads(done.stdout)
    assert document["house"]["parser"].startswith("sqlglot ")
    assert [one["found"] for one in document["findings"] if one["rule"] == "H01"] == [3]
    said = CliRunner().invoke(app, ["check", str(log), "--house", str(EXAMPLE)]).stdout
    assert "house.toml" in said
    assert "sqlglot" in said


def test_every_example_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = EXAMPLE.parents[1]
    monkeypatch.chdir(root)
    found = doctest.testfile(
        str(root / "docs" / "house-rules.md"), module_relative=False, globs={"log": log_of(paused(3))}
    )
    assert found.attempted
    assert not found.failed


CHANGE = """
format = 1
name = "Sở"
[[change]]
from = 2025-07-01
overrides = true
instrument = "Nghị định 118/2025/NĐ-CP"
changes = "one-stop shop"
judged_by = "decision"
clause = "Điều 41"
status = "read"
"""


@pytest.mark.parametrize(("decided", "law_day"), [("2025-06-30", "2025-06-02"), ("2025-07-01", "2025-07-01")])
def test_an_office_says_which_law_judges_a_dossier_under_way(decided: str, law_day: str) -> None:
    house = House.loads(CHANGE, "own.toml")
    received: Row = {"event": "received", "at": at("2025-06-02 09:00")}
    log = log_of([received, {"event": "completed", "at": at(f"{decided} 09:00")}])
    facts = check(log, rules=house.rules, numbers=house.numbers, regimes=house.regimes).facts
    assert facts["law_day"].item() == date.fromisoformat(law_day)
    assert house.rules.house is not None
    assert house.rules.house.overridden == ("change from 2025-07-01",)


def test_the_command_reads_the_changes_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(CHANGE, encoding="utf-8")
    rows = ["dossier,event,at,reason,slip", "A1,received,2023-12-01T09:00+07:00,,x"]
    rows += [f"A1,supplement_requested,2023-12-0{day}T09:00+07:00,x,x" for day in (4, 5)]
    (tmp_path / "log.csv").write_text("\n".join([*rows, "A1,completed,2025-07-01T09:00+07:00,,"]) + "\n", "utf-8")
    requests = {}
    for house in ([], ["--house", str(tmp_path / "own.toml")]):
        told = json.loads(CliRunner().invoke(app, ["check", str(tmp_path / "log.csv"), "--json", *house]).stdout)
        requests[bool(house)] = next(rule["violated"] for rule in told["rules"] if rule["code"] == "R04")
    assert requests == {False: 0, True: 1}  # two by the decree of 2010, one by the plan of 2024


def test_a_change_of_an_office_stands_among_those_that_ship_in_order() -> None:
    house = House.loads(CHANGE.replace("overrides = true\n", "").replace("2025-07-01", "2025-07-02"), "own.toml")
    days = [change.since for change in house.regimes.changes]
    assert days == sorted({change.since for change in regimes().changes} | {date(2025, 7, 2)})
