from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import NaiveMoment
from dossier.events import KINDS, LOG_COLUMNS
from rules.checks import FINDING, JUDGEMENTS, Checked, check
from rules.quotas import quotas
from rules.rulebook import Rule, Rulebook, rulebook
from tests.rules.logs import Row, at, by_rule, judgements, log_of

AS_OF = at("2026-06-30 17:00")
LATE: list[Row] = [
    {
        "event": "received",
        "at": at("2026-06-01 09:00"),
        "limit": "5 ngày làm việc",
        "slip": "TN-1",
        "digitised": True,
    },
    {"event": "completed", "at": at("2026-06-11 09:00"), "document": "KQ-1", "signed": True, "digitised": True},
    {"event": "published", "at": at("2026-06-11 09:00")},
    {"event": "notified", "at": at("2026-06-11 09:00"), "notice": "TB-1"},
]

# junk: any kinds in any order, any cell empty or unknown

CELLS = {
    "channel": ("online", "in_person", "?", None),
    "limit": ("5 ngày làm việc", "8 giờ làm việc", "1 tháng", "?", None),
    "promised": ("2026-06-08", "2026-06-08T10:00:00+07:00", "?", None),
    "ground": ("verification", "no_answer", "?", None),
    "document": ("VB-1", "?", None),
    "document_at": ("2026-06-01T08:00:00+07:00", None),
    "recorded_at": ("2026-06-03T08:00:00+07:00", None),
    "procedure": ("1.012784", "1.010727", "2.000908", "?", None),
    "signed": ("true", "false", "?", None),
    **dict.fromkeys(("reason", "notice", "slip", "office"), ("x", "?", None)),
}
junk_rows = st.fixed_dictionaries(
    {
        "event": st.sampled_from(KINDS),
        "at": st.integers(0, 40_000).map(lambda n: at("2026-06-01 00:00") + timedelta(minutes=n)),
    },
    optional={column: st.sampled_from(cells) for column, cells in CELLS.items()},
)
junk_histories = st.lists(junk_rows, min_size=1, max_size=12, unique_by=lambda row: row["at"])
junk_logs = st.lists(junk_histories, min_size=1, max_size=6)
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]
lacking = st.lists(st.sampled_from(OPTIONAL), max_size=3)


def rows_of(histories: list[list[Row]]) -> list[Row]:
    return [row | {"dossier": f"A{number}"} for number, rows in enumerate(histories) for row in rows]


def findings(checked: Checked) -> Counter[tuple[str, ...]]:
    return Counter(checked.found.iter_rows())


@settings(max_examples=25, deadline=None)
@given(junk_logs, lacking, st.lists(st.sampled_from(KINDS), max_size=12))
def test_the_four_counts_sum_to_the_number_of_dossiers(
    histories: list[list[Row]], without: list[str], cannot_say: list[str]
) -> None:
    checked = check(log_of(rows_of(histories), without=without, cannot_say=cannot_say), as_of=AS_OF)
    judged = judgements(checked)
    assert len(judged) == len(histories)
    for tally in checked.tallies:
        counts = Counter(judgement[tally.rule.code] for judgement in judged.values())
        assert {name: getattr(tally, name) for name in JUDGEMENTS} == {name: counts[name] for name in JUDGEMENTS}


@settings(max_examples=12, deadline=None)
@given(junk_logs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_in_the_file_does_not_matter(histories: list[list[Row]], random: Random) -> None:
    rows = rows_of(histories)
    shuffled = random.sample(rows, len(rows))
    first, second = (check(log_of(some), as_of=AS_OF) for some in (rows, shuffled))
    assert findings(first) == findings(second)
    assert judgements(first) == judgements(second)


@settings(max_examples=12, deadline=None)
@given(junk_histories, junk_histories)
def test_a_log_of_two_dossiers_is_judged_as_the_two_logs_alone(one: list[Row], two: list[Row]) -> None:
    together = check(log_of(rows_of([one, two])), as_of=AS_OF)
    alone = [
        check(log_of([row | {"dossier": code} for row in rows]), as_of=AS_OF)
        for code, rows in (("A0", one), ("A1", two))
    ]
    assert findings(together) == findings(alone[0]) + findings(alone[1])
    assert judgements(together) == judgements(alone[0]) | judgements(alone[1])


@settings(max_examples=12, deadline=None)
@given(junk_logs)
def test_a_finding_is_named_for_what_it_found(histories: list[list[Row]]) -> None:
    checked = check(log_of(rows_of(histories)), as_of=AS_OF)
    for found in (*checked.findings.to_dicts(), *checked.signals.to_dicts()):
        assert set(found) == set(FINDING)
        assert all(value for key, value in found.items() if key != "waived"), found
        assert found["waived"] is None
        assert "{" not in found["message_vi"] + found["message_en"]
        datetime.fromisoformat(found["at"])
    assert json.loads(json.dumps(checked.to_dict())) == checked.to_dict()


# single logs


def test_a_finding_says_who_when_what_against_what_and_by_which_law() -> None:
    found = check(log_of(LATE)).findings.to_dicts()
    assert found[0] == {
        "dossier": "A1",
        "rule": "R13",
        "at": "2026-06-11T09:00:00+07:00",
        "found": "2026-06-11T09:00:00+07:00",
        "allowed": "2026-06-08",
        "citation": "Nghị định 118/2025/NĐ-CP (điều, khoản chưa kiểm chứng)",
        "status": "unverified",
        "message_vi": "Hồ sơ phải giải quyết xong chậm nhất 08/06/2026; đã giải quyết xong lúc 11/06/2026 09:00.",
        "message_en": "The dossier was due by 2026-06-08; it was decided at 2026-06-11 09:00.",
        "waived": None,
    }
    assert {"R13", "R15"} <= {one["rule"] for one in found}


@pytest.mark.parametrize(
    ("day", "act"),
    [("2018-06-21", "61/2018"), ("2025-06-30", "61/2018"), ("2025-07-01", "118/2025"), ("2026-06-01", "118/2025")],
)
def test_a_finding_cites_the_law_of_the_day_of_receipt(day: str, act: str) -> None:
    rows: list[Row] = [
        {"event": "received", "at": at(f"{day} 09:00"), "limit": "1 ngày", "slip": "TN-1"},
        {"event": "completed", "at": at(f"{day} 09:00") + timedelta(days=40), "document": "x", "signed": True},
    ]
    found = check(log_of(rows)).findings.to_dicts()[0]
    assert (found["rule"], act in found["citation"]) == ("R13", True)


def test_the_law_of_a_fixed_day_judges_and_is_cited_for_every_dossier() -> None:
    checked = check(log_of(LATE, law_as_of=date(2020, 1, 1)))
    assert checked.to_dict()["law_as_of"] == "2020-01-01"
    assert "61/2018" in checked.findings["citation"][0]


def test_counts_are_numbers_and_dates_are_texts_in_json() -> None:
    rows: list[Row] = [*LATE[:1], *({"event": "apologised", "at": at(f"2026-06-0{n} 09:00")} for n in (3, 4, 5))]
    found = {one["rule"]: one for one in check(log_of(rows)).to_dict()["findings"]}
    assert (found["R18"]["found"], found["R18"]["allowed"]) == (3, 1)
    assert (found["R17"]["found"], found["R17"]["allowed"]) == (3, 0)


def test_signals_are_no_findings() -> None:
    checked = check(log_of([LATE[0] | {"recorded_at": at("2026-06-20 09:00")}, *LATE[1:]]))
    assert "S01" in set(checked.signals["rule"])
    assert {code[0] for code in checked.signals["rule"]} == {"S"}
    assert {code[0] for code in checked.findings["rule"]} == {"R"}
    assert set(checked.signals["citation"]) == {"Tín hiệu, không có căn cứ pháp lý"}


def test_one_bad_dossier_changes_nothing_for_the_others() -> None:
    bad: list[Row] = [{"event": kind, "at": at("2026-06-05 09:00"), "dossier": "B1"} for kind in reversed(KINDS)]
    together = check(log_of([*bad, *LATE]))
    assert judgements(together)["A1"] == judgements(check(log_of(LATE)))["A1"]


def test_a_log_without_rows_finds_nothing() -> None:
    document = check(log_of([])).to_dict()
    assert (document["dossiers"], document["events"], document["findings"], document["signals"]) == (0, 0, [], [])
    assert all(rule[name] == 0 for rule in document["rules"] for name in JUDGEMENTS)


def test_a_log_in_which_nothing_was_received_has_no_due_dates() -> None:
    rows: list[Row] = [
        {"event": "submitted", "at": at("2026-06-01 09:00"), "channel": "online", "dossier": str(n)} for n in range(3)
    ]
    checked = check(log_of(rows), as_of=AS_OF)
    assert checked.facts["legal_due_on"].null_count() == 3
    assert by_rule(checked)["R01"] == {"0", "1", "2"}
    assert sum(len(found) for found in by_rule(checked).values()) == 3


def test_activities_that_are_not_mapped_are_counted_and_judge_nothing() -> None:
    log = log_of(LATE)
    unmapped = log.events.with_columns(event=None, at=log.events["at"].dt.offset_by("30d")).cast(log.events.schema)
    mixed = replace(log, events=log.events.vstack(unmapped), rows=4)
    checked = check(mixed)
    assert checked.to_dict()["events"] == 4
    assert judgements(checked) == judgements(check(log))


def test_a_dossier_that_begins_after_the_moment_of_the_check_breaks_nothing() -> None:
    checked = check(log_of(LATE), as_of=at("2026-05-01 09:00"))
    assert set(judgements(checked)["A1"].values()) == {"not_applicable", "not_assessable"}


def test_without_a_moment_the_log_is_judged_at_its_latest_one() -> None:
    rows = [*LATE[:1], LATE[1] | {"recorded_at": at("2026-06-15 10:00")}]
    assert check(log_of(rows)).as_of == at("2026-06-15 10:00")
    assert check(log_of(rows)).to_dict()["as_of"] == "2026-06-15T10:00:00+07:00"


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        check(log_of(LATE), as_of=datetime(2026, 6, 1, 9))  # noqa: DTZ001  # the naive moment is the point


def test_moments_are_shown_in_the_zone_of_the_calendar() -> None:
    utc = check(log_of(LATE), as_of=datetime(2026, 6, 30, 10, tzinfo=UTC))
    assert utc.to_dict()["as_of"] == "2026-06-30T17:00:00+07:00"


# the rules that ship


@pytest.fixture(scope="module")
def fact_names() -> frozenset[str]:
    return frozenset(check(log_of(LATE)).facts.columns)


@pytest.mark.parametrize("rule", rulebook().rules, ids=lambda rule: rule.code)
def test_every_name_in_a_rule_is_a_fact(rule: Rule, fact_names: frozenset[str]) -> None:
    for text in (rule.applies, rule.condition):
        assert set(pl.sql_expr(text).meta.root_names()) <= fact_names
    assert {*rule.at, *rule.found} <= fact_names
    assert {*rule.allowed} - fact_names <= {"0", "1", "không"}
    assert {*rule.at} <= {name for name in fact_names if name == "as_of" or name.endswith("_at")}


def test_every_quota_is_a_fact(fact_names: frozenset[str]) -> None:
    assert {f"{quota.code}_allowed" for quota in quotas().quota} <= fact_names


def test_a_log_that_can_say_next_to_nothing_has_the_same_facts(fact_names: frozenset[str]) -> None:
    poor = check(log_of(LATE, without=OPTIONAL, cannot_say=[kind for kind in KINDS if kind != "received"]))
    assert frozenset(poor.facts.columns) == fact_names
    assert poor.facts.schema == check(log_of(LATE)).facts.schema


def test_a_rulebook_of_ones_own_takes_the_place_of_the_one_that_ships() -> None:
    only = Rulebook((rulebook()["R13"],))
    checked = check(log_of(LATE), rules=only)
    assert [tally.rule.code for tally in checked.tallies] == ["R13"]
    assert checked.findings["rule"].to_list() == ["R13"]
