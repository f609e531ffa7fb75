from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from benchmarks.one import ADVISE, CHECK, COLUMNS, RULES
from benchmarks.one import one as measured
from calendars import NaiveMoment, vietnam
from dossier.procedures import Procedures
from dossier.stores.records import Record
from rules.checks import Checked, check
from rules.errors import FaultyExpression, SeveralDossiers, UnknownKind
from rules.facts import across
from rules.house import House
from rules.quotas import quotas
from rules.rulebook import Rulebook, rulebook
from rules.single import ACROSS, Adviser, check_one
from rules.single.history import EVERYTHING, Source
from tests.rules.logs import Row, at, log_of
from tests.rules.test_checks import AS_OF, junk_logs, rows_of

LATE: list[dict[str, Any]] = [
    {"dossier": "A1", "event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "T"},
    {"dossier": "A1", "event": "completed", "at": at("2026-06-11 09:00"), "document": "K", "signed": True},
]
ADVISER = Adviser.shipped()


def by_dossier(checked: Checked, left_out: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {dossier: [] for dossier in checked.facts["dossier"]}
    document = checked.to_dict()
    for kind in ("findings", "signals"):
        for one in document[kind]:
            if one["rule"] not in left_out:
                found[one["dossier"]].append({"kind": kind.removesuffix("s").replace("finding", "rule"), **one})
    return found


def typed(row: Row) -> dict[str, Any]:
    """A row of the junk as a desk would hold it: dates, moments and truth values in their types."""
    read = dict(row)
    for key in ("recorded_at", "document_at", "promised"):
        text = read.get(key)
        if isinstance(text, str) and text != "?":
            read[key] = datetime.fromisoformat(text) if "T" in text else datetime.fromisoformat(text).date()
    if read.get("signed") in {"true", "false"}:
        read["signed"] = read["signed"] == "true"
    return read


@settings(max_examples=15, deadline=None)
@given(junk_logs)
def test_one_dossier_is_judged_as_in_a_log_of_many(histories: list[list[Row]]) -> None:
    rows = rows_of(histories)
    many = by_dossier(check(log_of(rows), as_of=AS_OF), ADVISER.not_judged)
    for code, found in many.items():
        alone = ADVISER.check([typed(row) for row in rows if row["dossier"] == code], as_of=AS_OF)
        key = str.__str__
        assert sorted(map(str, alone), key=key) == sorted(map(str, found), key=key)


def test_the_rules_that_need_other_dossiers_are_named_and_left_out() -> None:
    assert ADVISER.not_judged == ("S07", "S09", "S10", "S12")


def test_the_facts_that_need_other_dossiers_are_those_that_look_across() -> None:
    assert set(ACROSS) == across.ACROSS


def test_a_finding_has_what_a_finding_of_a_log_has() -> None:
    found = {one["rule"]: one for one in check_one(LATE)}
    assert found["R13"]["message_en"] == "The dossier was due by 2026-06-08; it was decided at 2026-06-11 09:00."
    assert (found["R13"]["kind"], found["R13"]["status"], found["R13"]["dossier"]) == ("rule", "unverified", "A1")


def test_records_of_a_store_are_judged_as_their_rows() -> None:
    rows = [dict(row) for row in LATE]
    assert check_one([Record(number, row) for number, row in enumerate(rows, 1)]) == check_one(LATE)


def test_a_history_without_steps_has_no_findings() -> None:
    assert check_one([]) == []


@pytest.mark.parametrize("column", ["at", "recorded_at", "document_at", "promised"])
def test_a_moment_without_offset_is_refused(column: str) -> None:
    with pytest.raises(NaiveMoment):
        check_one([LATE[0] | {column: datetime(2026, 6, 1, 9)}], as_of=AS_OF)  # noqa: DTZ001  # the point


def test_a_moment_of_the_check_without_offset_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        check_one(LATE, as_of=datetime(2026, 6, 30))  # noqa: DTZ001  # the point


def test_the_steps_of_two_dossiers_are_no_history() -> None:
    with pytest.raises(SeveralDossiers, match="'A1', 'A2'"):
        check_one([LATE[0], LATE[1] | {"dossier": "A2"}])


def test_an_event_of_another_name_is_refused() -> None:
    with pytest.raises(UnknownKind, match="no event 'recieved'"):
        check_one([LATE[0] | {"event": "recieved"}])


def test_a_step_of_no_known_kind_or_moment_is_not_read() -> None:
    assert check_one([*LATE, {"dossier": "A1", "event": None, "at": at("2026-06-01 09:00")}]) == check_one(LATE)
    assert check_one([*LATE, {"dossier": "A1", "event": "closed", "at": "?"}]) == check_one(LATE)


def test_steps_may_come_in_any_order_and_later_ones_are_not_read() -> None:
    assert check_one(LATE[::-1]) == check_one(LATE)
    assert "R14" in {one["rule"] for one in check_one(LATE, as_of=at("2026-06-10 09:00"))}


def test_a_finding_writes_a_moment_with_no_more_digits_than_it_has() -> None:
    ends = [at("2026-06-11 09:00") + timedelta(microseconds=micro) for micro in (0, 250_000, 250_001)]
    found = [check_one([LATE[0], LATE[1] | {"at": end}])[0]["at"] for end in ends]
    assert found == [f"2026-06-11T09:00:00{digits}+07:00" for digits in ("", ".250", ".250001")]


def test_a_rule_that_names_no_fact_is_refused_when_the_adviser_is_built() -> None:
    odd = rulebook()["R13"].model_copy(update={"condition": "overdew"})
    with pytest.raises(FaultyExpression, match="perhaps 'overdue'"):
        Adviser(Rulebook((odd,)), Procedures.shipped(), quotas(), vietnam())


def test_a_rule_of_an_office_takes_the_place_of_one_that_ships_from_its_first_day_on() -> None:
    ours = rulebook()["R13"]
    since = ours.versions[-1].model_copy(update={"since": date(2026, 6, 2), "citation": "Quyết định 1/2026/QĐ-UBND"})
    book = Rulebook((ours.model_copy(update={"versions": [since]}),), {"R13": ours})
    adviser = Adviser(book, Procedures.shipped(), quotas(), vietnam())
    later = [row | {"at": row["at"] + timedelta(days=1)} for row in LATE]
    cited = [adviser.check(rows)[0]["citation"] for rows in (LATE, later)]
    assert cited == ["Nghị định 118/2025/NĐ-CP (điều, khoản chưa kiểm chứng)", "Quyết định 1/2026/QĐ-UBND"]


def test_a_source_that_lacks_a_column_is_not_judged_by_it() -> None:
    deaf = replace(ADVISER, source=Source(columns=EVERYTHING.columns - {"slip"}))
    bare = [LATE[0] | {"slip": None}]
    assert "R02" in {one["rule"] for one in ADVISER.check(bare)}
    assert "R02" not in {one["rule"] for one in deaf.check(bare)}
    assert deaf.facts(bare)["receipts_without_slip"] is None


def test_only_what_is_asked_is_worked_out() -> None:
    facts = ADVISER.facts(LATE)
    assert facts["supplement_requests"] == 0
    assert set(facts) == {"supplement_requests", "second_request_at"}


def test_it_is_measured_beside_the_columns() -> None:
    found = measured(rounds=1, dossiers=2)
    assert {CHECK, ADVISE, COLUMNS, RULES} <= found.rounds.keys()
    assert found.median(CHECK) < found.median(COLUMNS)


def test_importing_it_leaves_the_columns_alone() -> None:
    code = "import sys, rules.single; print({'numpy', 'rules.facts'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "set()"


# advice before a step


def step(kind: str, day: str = "2026-06-03 09:00", **cells: Any) -> dict[str, Any]:
    return {"dossier": "A1", "event": kind, "at": at(day), **cells}


def test_each_step_is_told_what_it_would_add_and_only_that() -> None:
    bare, whole = step("paused"), step("paused", reason="x", ground="verification", document="V", notice="N")
    before = {one["rule"] for one in check_one(LATE[:1], as_of=AS_OF)}
    one, two, three = ADVISER.advise(LATE[:1], [bare, whole, step("apologised")], as_of=AS_OF)
    assert {"R09", "R10", "R11"} <= {found["rule"] for found in one}
    assert not {"R09", "R11"} & {found["rule"] for found in two}
    assert "R17" in {found["rule"] for found in three}
    assert not before & {found["rule"] for advice in (one, two, three) for found in advice}
    assert {found["dossier"] for found in one} == {"A1"}


def test_advice_is_what_the_history_with_the_step_would_be_found_for() -> None:
    steps = [step(kind) for kind in ("forwarded", "paused", "closed", "delivered", "supplement_requested")]
    before = {one["rule"] for one in ADVISER.check(LATE[:1], as_of=AS_OF)}
    for taken, advice in zip(steps, ADVISER.advise(LATE[:1], steps, as_of=AS_OF), strict=True):
        after = [one for one in ADVISER.check([*LATE[:1], taken], as_of=AS_OF) if one["rule"] not in before]
        assert advice == after


def test_without_steps_there_is_no_advice() -> None:
    assert ADVISER.advise(LATE, []) == []


def test_the_first_step_of_a_dossier_can_be_asked_about() -> None:
    (advice,) = ADVISER.advise([], [step("received")])
    assert "R02" in {found["rule"] for found in advice}


def test_an_office_hands_in_its_own_rules() -> None:
    house = House.load(Path(__file__).parents[2] / "examples" / "house.toml")
    adviser = Adviser(house.rules, house.procedures, house.numbers, vietnam())
    pauses = [step(kind, f"2026-06-0{day} 09:00") for day in (2, 3, 4) for kind in ("paused",)]
    assert "H01" in {one["rule"] for one in adviser.check([*LATE[:1], *pauses])}
    assert len(adviser.rules.rules) == len(rulebook().rules) + 1
