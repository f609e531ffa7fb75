from __future__ import annotations

import doctest
import re
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from rules.checks import check
from rules.errors import MalformedRules, UnknownRule
from rules.quotas import QuotaBook, quotas
from rules.rulebook import Rule, Rulebook, rulebook
from tests.rules.logs import log_of

DOCS = Path(__file__).parents[2] / "docs"
RULES, FACTS = (DOCS / name for name in ("rules.md", "facts.md"))
DATA = files("rules") / "data"
SIGNAL = "Tín hiệu, không có căn cứ pháp lý"

GOOD = """
format = 1
[[rule]]
code = "R77"
kind = "rule"
severity = "low"
preventable = false
title_vi = "Tên"
title_en = "Title"
applies = "steps > 0"
condition = "steps > 9"
at = ["last_at"]
found = ["steps"]
allowed = ["9"]
message_vi = "Có {found} bước, được phép {allowed}."
message_en = "{found} steps, {allowed} are allowed."
todo_vi = "Giảm."
todo_en = "Do less."
limits = ""
[[rule.version]]
from = 2018-06-21
to = 2025-06-30
citation = "Nghị định A"
status = "unverified"
[[rule.version]]
from = 2025-07-01
citation = "Nghị định B"
status = "read"
"""
VERSION = '[[rule.version]]\nfrom = 2025-07-01\ncitation = "Nghị định B"\nstatus = "read"\n'


# reading


def test_a_good_text_is_read() -> None:
    book = Rulebook.loads(GOOD, "good.toml")
    assert [rule.code for rule in book] == ["R77"]
    assert book["R77"].version_on(date(2025, 6, 30)).citation == "Nghị định A"
    assert book["R77"].version_on(date(2025, 7, 1)).citation == "Nghị định B"


def test_a_file_is_read_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert Rulebook.load(path) == Rulebook.loads(GOOD, "good.toml")


@pytest.mark.parametrize(
    ("fault", "old", "new", "told"),
    [
        ("unknown key", 'limits = ""', 'limits = ""\nremedy = "x"', "remedy: Extra inputs are not permitted"),
        ("missing key", 'title_en = "Title"\n', "", "title_en: Field required"),
        ("key given twice", 'kind = "rule"', 'kind = "rule"\nkind = "rule"', "TOML: Cannot overwrite a value"),
        ("code twice", GOOD, GOOD + GOOD.replace("format = 1", ""), "R77 stands twice; a code is permanent"),
        ("code of another shape", '"R77"', '"R7"', "code: String should match pattern"),
        ("unknown kind", 'kind = "rule"', 'kind = "hint"', "kind: Input should be 'rule' or 'signal'"),
        ("unknown severity", '"low"', '"grave"', "severity: Input should be 'high', 'medium' or 'low'"),
        ("boolean as text", "= false", '= "no"', "preventable: Input should be a valid boolean"),
        ("broken condition", '"steps > 9"', '"steps >"', "condition: .* 'steps >' is no SQL expression"),
        ("empty condition", '"steps > 9"', '""', "condition: .* '' is no SQL expression"),
        ("two conditions", '"steps > 9"', '"steps > 9; 1 = 1"', "condition: .* is no SQL expression"),
        ("unknown placeholder", "{found} steps", "{fuond} steps", "holds {found} and {allowed}, not fuond"),
        ("no finding shown", '["steps"]', "[]", "found: List should have at least 1 item"),
        ("no version", GOOD[GOOD.index("[[rule.version]]") :], "version = []\n", "version: List should have at least"),
        ("citation missing", 'citation = "Nghị định A"\n', "", "version.0.citation: Field required"),
        ("citation empty", '"Nghị định A"', '""', "version.0.citation: String should have at least 1 character"),
        ("unknown status", '"unverified"', '"maybe"', "version.0.status: Input should be 'read' or 'unverified'"),
        ("date as text", "2018-06-21", '"2018-06-21"', "version.0.from: Input should be a valid date"),
        ("versions overlap", "to = 2025-06-30", "to = 2025-07-01", "from 2018-06-21 reaches into the one from 2025"),
        ("versions in wrong order", VERSION, VERSION.replace("2025-07-01", "2017-01-01"), "reaches into the one from"),
        ("version without end", "to = 2025-06-30\n", "", "from 2018-06-21 reaches into the one from 2025-07-01"),
        ("version ends before it begins", "to = 2025-06-30", "to = 2018-06-20", "ends before it begins"),
        ("format of the future", "format = 1", "format = 2", "format: Input should be 1"),
    ],
)  # fmt: skip
def test_a_malformed_text_is_refused_with_the_key_at_fault(fault: str, old: str, new: str, told: str) -> None:
    assert GOOD.count(old) == 1 or fault == "code twice", fault
    with pytest.raises(MalformedRules, match=rf"(?s)bad\.toml: .*{told}"):
        Rulebook.loads(GOOD.replace(old, new), "bad.toml")


QUOTA = """
format = 1
[[quota]]
code = "steps"
meaning = "steps of a dossier"
[[quota.value]]
from = 2018-06-21
value = 9
citation = "Nghị định A"
status = "read"
[[quota.value]]
from = 2025-07-01
value = 8
citation = "Nghị định B"
status = "read"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('status = "read"\n[[quota.value]]', 'status = "read"\nunit = "h"\n[[quota.value]]', "unit: Extra inputs"),
        ("value = 9", "value = -1", "value: Input should be greater than or equal to 0"),
        ("value = 9", 'value = "9"', "value: Input should be a valid integer"),
        ("2018-06-21", "2026-06-21", "not in order of their days"),
        ('citation = "Nghị định A"\n', "", "citation: Field required"),
        ("format = 1", "format = 1\nformat = 1", "the file: Cannot overwrite a value"),
    ],
)
def test_a_malformed_quota_is_refused_with_the_key_at_fault(old: str, new: str, told: str) -> None:
    with pytest.raises(MalformedRules, match=rf"(?s)bad\.toml: .*{told}"):
        QuotaBook.loads(QUOTA.replace(old, new), "bad.toml")


def test_a_quota_holds_from_its_day_until_the_next_value() -> None:
    quota = QuotaBook.loads(QUOTA, "good.toml")["steps"]
    days = [date(2000, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2090, 1, 1)]
    assert [quota.on(day).value for day in days] == [9, 9, 8, 8]


def test_desk_and_facts_are_handed_the_same_numbers() -> None:
    days = [date(2010, 1, 1), date(2023, 12, 31), date(2024, 1, 1), date(2025, 7, 1), date(2026, 11, 1)]
    columns = pl.DataFrame({"day": days}).select(quotas().columns(pl.col("day")))
    assert columns["supplement_requests_allowed"].to_list() == [2, 2, 1, 1, 1]
    assert columns["supplement_requests_allowed"].to_list() == [quotas().on(day).supplement_requests for day in days]
    assert columns["reappointments_allowed"].to_list() == [quotas().on(day).reappointments for day in days]


# versions


def test_a_rule_is_in_force_on_the_first_and_the_last_day_of_a_version() -> None:
    rule = Rulebook.loads(GOOD.replace(VERSION, ""), "good.toml")["R77"]
    days = [date(2018, 6, 20), date(2018, 6, 21), date(2025, 6, 30), date(2025, 7, 1)]
    frame = pl.DataFrame({"day": days}).select(rule.in_force(pl.col("day")), cited=rule.citation(pl.col("day")))
    assert frame["day"].to_list() == [False, True, True, False]
    assert frame["cited"].to_list() == [None, "Nghị định A", "Nghị định A", None]


def test_outside_all_versions_the_nearest_earlier_one_is_shown() -> None:
    rule = Rulebook.loads(GOOD.replace(VERSION, ""), "good.toml")["R77"]
    assert [rule.version_on(day).citation for day in (date(2000, 1, 1), date(2030, 1, 1))] == ["Nghị định A"] * 2


def test_an_unknown_code_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownRule, match=r"no rule has the code 'R99'; the rulebook has R01, R02, .*S02"):
        rulebook()["R99"]


# the file that ships


def test_the_codes_are_the_permanent_ones() -> None:
    legal, signals = (f"R{n:02}" for n in range(1, 37)), (f"S{n:02}" for n in range(1, 13))
    assert [rule.code for rule in rulebook()] == [*legal, *signals]


@pytest.mark.parametrize("rule", rulebook().rules, ids=lambda rule: rule.code)
def test_a_rule_is_whole(rule: Rule) -> None:
    assert rule.kind == ("signal" if rule.code.startswith("S") else "rule")
    texts = (rule.message_vi, rule.message_en, rule.todo_vi, rule.todo_en)
    assert all(text.endswith(".") for text in texts)
    unverified = [version for version in rule.versions if version.status == "unverified"]
    assert all("chưa kiểm chứng" in version.citation for version in unverified)
    assert all((version.citation == SIGNAL) == (rule.kind == "signal") for version in rule.versions)
    assert rule.versions[-1].until is None


def test_a_signal_is_never_something_the_desk_prevents() -> None:
    assert not [rule.code for rule in rulebook() if rule.kind == "signal" and rule.preventable]


def test_no_rule_says_in_vietnamese_what_only_an_authority_says() -> None:
    assert "vi phạm" not in (DATA / "rules.toml").read_text(encoding="utf-8").lower()


# the pages


@pytest.mark.parametrize("page", [RULES, FACTS], ids=lambda page: page.name)
def test_every_example_of_the_page_runs(page: Path) -> None:
    found = doctest.testfile(str(page), module_relative=False)
    assert found.attempted
    assert not found.failed


def sections() -> dict[str, str]:
    """The text of each rule's section of docs/rules.md."""
    parts = re.split(r"^## (?=[RS]\d\d )", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part[:3]: part for part in parts}


@pytest.mark.parametrize("rule", rulebook().rules, ids=lambda rule: rule.code)
def test_the_page_says_of_a_rule_what_the_file_says(rule: Rule) -> None:
    section = sections()[rule.code]
    assert section.startswith(f"{rule.code} · {rule.title_vi}\n\n*{rule.title_en}* · ")
    assert ("· prevented at the desk" in section) == rule.preventable
    assert f"applies:   {rule.applies}\ncondition: {rule.condition}\n" in section
    assert f"**To do.** {rule.todo_en} *{rule.todo_vi}*" in section
    assert (f"**Limits.** {rule.limits}" in section) == bool(rule.limits)
    cited = re.findall(r"^- from (\S+) (?:to )?(\S+): (.*) \((\w+)\)$", section, flags=re.MULTILINE)
    assert cited == [(str(v.since), str(v.until or "on"), v.citation, v.status) for v in rule.versions]


def test_the_page_has_a_section_for_every_rule_and_no_other() -> None:
    assert [*sections()] == [rule.code for rule in rulebook()]


def test_the_page_lists_every_number_of_the_law() -> None:
    page = RULES.read_text(encoding="utf-8")
    for quota in quotas().quota:
        for value in quota.values:
            row = rf"^\| `{quota.code}` – .* \| {value.since} \| {value.value} \| {re.escape(value.citation)}"
            assert re.search(row, page, flags=re.MULTILINE), quota.code


TYPES = {
    pl.String: {"text"},
    pl.Boolean: {"true, false"},
    pl.Date: {"date"},
    pl.UInt32: {"count"},
    pl.Datetime("us", "UTC"): {"moment"},
    pl.Int64: {"number"},
}


def documented_facts() -> dict[str, str]:
    """Name and type of every fact in the tables of docs/facts.md."""
    found: dict[str, str] = {}
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)?) \| ([^|]*) \|", FACTS.read_text(encoding="utf-8"), re.MULTILINE)
    for names, types in rows:
        kinds = types.split(", ") if "`, `" in names else [types]
        found |= dict(zip(re.findall(r"`(\w+)`", names), kinds, strict=True))
    return {name: "number" if name.endswith("_allowed") else kind for name, kind in found.items()}


def test_the_page_of_facts_lists_every_fact_with_its_type() -> None:
    schema = check(log_of([])).facts.schema
    found = documented_facts()
    assert set(found) == set(schema)
    assert {name: kind for name, kind in found.items() if kind not in TYPES[schema[name]]} == {}


def test_the_files_that_ship_are_plain_toml() -> None:
    for name in ("rules.toml", "quotas.toml"):
        assert tomllib.loads((DATA / name).read_text(encoding="utf-8"))["format"] == 1
