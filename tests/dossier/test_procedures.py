"""The procedure file: what the shipped one says, and how a broken one is refused."""

import csv
import doctest
import gzip
import itertools
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import BaseModel

from calendars import Term, Unit
from dossier.procedure_lint import read_text
from dossier.procedure_schema import Procedure, ProcedureFile, ProcedureVersion, Supplement
from dossier.procedures import GROUNDS, MalformedProcedures, Procedures, UnknownCase, lint

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "dossier" / "data" / "procedures.toml"
MALFORMED = ROOT / "tests" / "malformed"
LATER = date(2026, 8, 20)

WORKING, PLAIN = Unit.WORKING_DAY, Unit.DAY

PRINTED = [
    # code, case, value, unit: Nghị định 151/2025/NĐ-CP, Phụ lục I, and the portal, July 2026
    ("1.012756", "normal", 17, WORKING),
    ("1.012784", "normal", 12, WORKING),
    ("1.012784", "difficult_area", 22, WORKING),
    ("1.012786", "normal", 10, WORKING),
    ("1.012786", "difficult_area", 20, WORKING),
    ("1.012790", "normal", 8, WORKING),
    ("1.012790", "difficult_area", 18, WORKING),
    ("1.012805", "normal", 50, PLAIN),
    ("1.012805", "difficult_area", 60, PLAIN),
    ("1.013967", "normal", 45, PLAIN),
    ("1.013967", "difficult_area", 60, PLAIN),
    ("1.013823", "normal", 15, PLAIN),
    ("1.013823", "difficult_area", 25, PLAIN),
    ("1.013988", "normal", 1, WORKING),
    ("1.013992", "normal", 7, WORKING),
    ("1.013978", "normal", 17 + 3, WORKING),
    ("1.013978", "difficult_area", 30, WORKING),
    ("1.013978", "registration_only_difficult_area", 27, WORKING),
    ("1.010727", "normal", 30, PLAIN),
    ("1.010727", "no_trial_run", 15, PLAIN),
    ("1.010733", "normal", 35, PLAIN),
    ("1.004122", "normal", 13, WORKING),
    ("1.000943", "normal", 3, WORKING),
    ("1.000987", "normal", 14, WORKING),
]


@pytest.mark.parametrize(("code", "case", "value", "unit"), PRINTED)
def test_the_shipped_limits_are_those_that_were_printed(code: str, case: str, value: int, unit: Unit) -> None:
    version = Procedures.shipped().on(code, LATER)
    assert version is not None
    assert version.limit(case) == Term(Fraction(value), unit)


@pytest.mark.parametrize(
    ("code", "day", "value"),
    [
        ("1.000987", date(2025, 11, 17), None),  # before the province's decision of 18/11/2025
        ("1.000987", date(2025, 11, 18), 17),
        ("1.000987", date(2026, 6, 30), 17),
        ("1.000987", date(2026, 7, 1), 14),
        ("1.000943", date(2026, 6, 30), 5),
        ("1.012756", date(2025, 6, 30), 20),  # Nghị định 101/2024/NĐ-CP, Điều 22
        ("1.012756", date(2025, 7, 1), 17),  # Nghị định 151/2025/NĐ-CP
        ("9.999999", date(2026, 7, 1), None),
    ],
)
def test_a_dossier_keeps_the_version_of_the_day_it_was_received(code: str, day: date, value: int | None) -> None:
    version = Procedures.shipped().on(code, day)
    assert (version and version.limit().value) == value


def test_the_steps_of_an_internal_process_sum_to_the_limit_and_handing_over_is_not_counted() -> None:
    version = Procedures.shipped().on("1.000987", date(2026, 1, 5))
    assert version is not None
    # Quyết định 1948/QĐ-UBND Cao Bằng: 0.25 + 0.5 + 8.25 + 1.5 + 0.5 + 0.5 + 5.5 = 17; the last "Không tính thời gian"
    assert sum(step.term.value for step in version.steps if step.term) == 17
    assert version.steps[-1].term is None


def test_a_fixed_period_after_a_supplement_may_differ_by_case() -> None:
    licence = Procedures.shipped().on("1.010727", LATER)
    assert licence is not None
    assert licence.after_supplement.semantics == "fixed"
    assert licence.after_supplement.term_for() == Term.parse("10 ngày")
    assert licence.after_supplement.term_for("no_trial_run") == Term.parse("5 ngày")


def test_a_return_of_a_sea_area_restarts_after_a_supplement_and_closes_unanswered_after_ten_days() -> None:
    version = Procedures.shipped().on("1.005399", LATER)
    assert version is not None
    assert version.after_supplement.semantics == "restart"
    assert version.after_supplement.term_for() is None
    assert version.closes_after == Term.parse("10 ngày")


def test_a_lost_certificate_waits_for_its_posting_but_not_for_an_opinion() -> None:
    version = Procedures.shipped().on("1.012786", LATER)
    assert version is not None
    assert version.excludes("public_posting")
    assert not version.excludes("agency_opinion")


def test_where_nobody_says_which_waits_are_excluded_every_ground_stops_the_clock() -> None:
    version = Procedures.shipped().on("1.010733", LATER)
    assert version is not None
    assert all(version.excludes(ground) for ground in GROUNDS)


def test_a_bare_number_on_the_portal_gives_no_limit_and_says_which_cases_there_are() -> None:
    version = Procedures.shipped().on("1.014770", LATER)
    assert version is not None
    with pytest.raises(UnknownCase, match="no limit for any case"):
        version.limit()
    split = Procedures.shipped().on("1.012784", LATER)
    assert split is not None
    with pytest.raises(UnknownCase, match="choose one of normal, difficult_area"):
        split.limit("island")


def test_the_shipped_file_has_no_error_and_one_known_doubt() -> None:
    assert [(problem.kind, problem.severity, "1.014232" in problem.place) for problem in lint(SHIPPED)] == [
        ("supplement-unit", "warning", True)
    ]


def test_what_comes_from_the_crawl_from_memory_or_was_derived_is_not_called_read() -> None:
    versions = [version for procedure in Procedures.shipped() for version in procedure.versions]
    for version in versions:
        doubtful = version.note.startswith("From the portal crawl") or "from memory" in version.note
        assert not (doubtful and version.status == "read")
        assert version.citation.instrument != "not verified" or version.status == "unverified"
    assert {"read", "unverified"} == {version.status for version in versions}


def test_the_shipped_file_shows_every_rule_after_a_supplement_that_was_read_and_the_kinds_of_result() -> None:
    versions = [version for procedure in Procedures.shipped() for version in procedure.versions]
    assert {"restart", "fixed", "remaining_plus"} <= {version.after_supplement.semantics for version in versions}
    assert {"document", "on_the_spot", "unknown"} <= {version.result for version in versions}


def test_versions_of_one_procedure_leave_no_day_out_and_no_day_twice() -> None:
    for procedure in Procedures.shipped():
        for older, newer in itertools.pairwise(procedure.versions):
            assert older.in_force_to == newer.in_force_from - timedelta(days=1)
        assert procedure.versions[-1].in_force_to is None


def test_a_set_of_procedures_knows_its_codes() -> None:
    shipped = Procedures.shipped()
    assert 30 <= len(shipped) <= 40
    assert "1.012784" in shipped
    assert "1.000001" not in shipped
    assert shipped.get("1.000001") is None
    assert [procedure.code for procedure in shipped] == list(dict.fromkeys(procedure.code for procedure in shipped))


FAULTS = {
    "procedures-addition-in-other-unit.toml": ("supplement-unit", "version 1", "5 ngày is added to a limit of 12"),
    "procedures-code-as-number.toml": ("wrong-value", "code", "1.012784"),
    "procedures-code-without-six-digits.toml": ("wrong-value", "code", "'1.01278'"),
    "procedures-duplicate-code.toml": ("duplicate-code", "procedure 2", "already in procedure 1"),
    "procedures-fixed-without-term.toml": ("wrong-value", "after_supplement", "needs a term"),
    "procedures-key-given-twice.toml": ("toml", "line 17", "overwrite"),
    "procedures-limit-without-unit.toml": ("unreadable-limit", "cases, normal", "no unit"),
    "procedures-missing-key.toml": ("missing-key", "sector", "'sector'"),
    "procedures-no-version.toml": ("missing-key", "version", "'version'"),
    "procedures-not-utf8.toml": ("encoding", "line 6", "0xf0"),
    "procedures-open-quotation-mark.toml": ("toml", "line 6", "Illegal"),
    "procedures-quoted-boolean.toml": ("wrong-value", "postal", "'yes'"),
    "procedures-quoted-date.toml": ("wrong-value", "in_force_from", "'2025-07-01'"),
    "procedures-restart-with-term.toml": ("wrong-value", "after_supplement", "takes no term"),
    "procedures-steps-do-not-sum.toml": ("step-sum", "version 1", "11,5 ngày làm việc"),
    "procedures-steps-in-other-unit.toml": ("step-units", "version 1", "different units"),
    "procedures-supplement-names-unknown-case.toml": ("wrong-value", "version 1", "'small'"),
    "procedures-unknown-ground.toml": ("wrong-value", "excluded_waits", "'tax'"),
    "procedures-unknown-key.toml": ("unknown-key", "leval", "'leval'"),
    "procedures-unknown-result.toml": ("wrong-value", "result", "'paper'"),
    "procedures-unknown-schema.toml": ("wrong-value", "schema", "2"),
    "procedures-version-ends-before-it-begins.toml": ("version-order", "version 1", "before it begins"),
    "procedures-version-without-end.toml": ("version-overlap", "versions 1 and 2", "no in_force_to"),
    "procedures-versions-gap.toml": ("version-gap", "versions 1 and 2", "between 2026-06-29 and 2026-07-01"),
    "procedures-versions-newest-first.toml": ("version-order", "versions 1 and 2", "not after 2026-07-01"),
    "procedures-versions-overlap.toml": ("version-overlap", "versions 1 and 2", "ends on 2026-07-01"),
}
WARNINGS = {"step-sum", "step-units", "supplement-unit"}


def test_every_malformed_procedure_file_has_its_fault_listed() -> None:
    assert {path.name for path in MALFORMED.glob("procedures-*.toml")} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_malformed_file_shows_one_problem_with_place_what_was_found_and_a_good_example(name: str) -> None:
    kind, place, found = FAULTS[name]
    [problem] = lint(MALFORMED / name)
    assert problem.kind == kind
    assert place in problem.place
    assert found in problem.found
    assert problem.allowed
    assert problem.example
    assert name in str(problem)


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_keeps_a_file_from_loading_and_a_warning_does_not(name: str) -> None:
    if FAULTS[name][0] in WARNINGS:
        assert len(Procedures.load(MALFORMED / name)) == 1
    else:
        with pytest.raises(MalformedProcedures, match=name):
            Procedures.load(MALFORMED / name)


def test_a_file_that_is_not_there_is_a_problem_with_its_name(tmp_path: Path) -> None:
    [problem] = lint(tmp_path / "absent.toml")
    assert (problem.kind, problem.severity) == ("unreadable-file", "error")
    assert "absent.toml" in str(problem)


def test_all_problems_come_at_once_in_one_error() -> None:
    text = (MALFORMED / "procedures-unknown-key.toml").read_text(encoding="utf-8")
    text = text.replace('"12 ngày làm việc"', '"12"').replace("postal = true", 'postal = "yes"')
    text += text[text.index("[[procedure]]") :].replace('"1.012784"', '"1.01"')
    with pytest.raises(MalformedProcedures) as caught:
        Procedures.loads(text)
    kinds = [problem.kind for problem in caught.value.problems]
    assert sorted(kinds) == sorted(["unknown-key", "unreadable-limit", "wrong-value"] * 2 + ["wrong-value"])


def test_an_unknown_key_in_a_step_is_told_the_keys_of_a_step() -> None:
    text = (MALFORMED / "procedures-steps-do-not-sum.toml").read_text(encoding="utf-8")
    [problem] = read_text(text.replace('"Thẩm định", limit', '"Thẩm định", limitt')).problems
    assert problem.allowed == "the keys name, office, limit"
    assert problem.example.startswith("limit = ")


GOOD = (MALFORMED / "procedures-steps-do-not-sum.toml").read_text(encoding="utf-8")
KEYS = [line.partition(" = ")[0] for line in GOOD.splitlines() if " = " in line]


@pytest.mark.parametrize("value", ["3", "1.5", "[]", "{}", "[[]]", "[1]", "2025-07-01T00:00:00Z", '""', "nan"])
@pytest.mark.parametrize("key", KEYS)
def test_a_value_of_a_wrong_type_names_its_key_and_never_crashes(key: str, value: str) -> None:
    lines = [f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in GOOD.splitlines()]
    errors = read_text("\n".join(lines)).errors
    allowed = {("cases", "{}"), ("steps", "[]"), ("excluded_waits", "[]"), ("sector", '""'), ("level", '""')}
    assert bool(errors) == ((key, value) not in allowed)
    assert all(key in problem.place for problem in errors)


def test_an_empty_file_is_told_what_it_needs() -> None:
    assert [(problem.kind, problem.place) for problem in read_text("").problems] == [
        ("missing-key", "top level, schema"),
        ("missing-key", "top level, procedure"),
    ]


def _tables(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@pytest.mark.parametrize("model", [ProcedureFile, Procedure, ProcedureVersion, Supplement])
def test_every_key_and_every_kind_of_problem_is_documented(model: type[BaseModel]) -> None:
    text = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
    for key in _tables(model):
        assert key in text
    for kind, _, _ in FAULTS.values():
        assert f"`{kind}`" in text


def test_every_key_has_a_description_and_an_example() -> None:
    for model in (ProcedureFile, Procedure, ProcedureVersion, Supplement):
        for field in model.model_fields.values():
            assert field.description
            assert field.examples


def test_the_example_of_the_documentation_runs() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "procedures.md"), module_relative=False)
    assert tried > 0
    assert failed == 0


PORTAL = ROOT / ".." / "shared" / "data" / "procedures.csv.gz"


@pytest.mark.skipif(not PORTAL.exists(), reason="the published catalogue ../shared/data/procedures.csv.gz is not here")
def test_the_newest_normal_limit_and_decision_are_what_the_portal_prints() -> None:
    with gzip.open(PORTAL, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    compared = 0
    for procedure in Procedures.shipped():
        printed = [row for row in rows if row["code"] == procedure.code]
        newest = procedure.versions[-1]
        if printed and newest.cases:
            compared += 1
            assert newest.limit() in {Term.parse(row["time_limit"]) for row in printed}, procedure.code
            assert newest.decision == printed[0]["decision"], procedure.code
            assert procedure.sector == printed[0]["field"], procedure.code
            assert (newest.postal is True) == any(row["channel"] == "Dịch vụ bưu chính" for row in printed)
    assert compared == 32
