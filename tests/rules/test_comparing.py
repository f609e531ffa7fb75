from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rules.checks import Checked, check
from rules.cli import app
from rules.comparing import CHANGE, Differences, Supposition, Wish, against, compared, read_other, supposed
from rules.errors import MalformedRules, UnreadableWish
from rules.rulebook import Rulebook, rulebook
from tests.rules.logs import Row, at, judgements, log_of

SHIPPED = Path(__file__).parents[2] / "rules" / "data" / "rules.toml"
LIMIT = "5 ngày làm việc"
LATE: list[Row] = [
    {"event": "received", "at": at("2026-06-01 09:00"), "limit": LIMIT, "slip": "TN-1", "procedure": "1.012784"},
    {"event": "completed", "at": at("2026-06-11 09:00"), "document": "KQ-1", "signed": True},
]
"""Due on Monday 8 June, decided on Thursday 11 June."""
SOON: list[Row] = [row | {"dossier": "B1"} for row in (LATE[0], LATE[1] | {"at": at("2026-06-08 09:00")})]
"""Due on 8 June, decided on that day."""


# another rulebook


def changed_by(old: str, new: str, tmp_path: Path, code: str = "R13") -> Differences:
    """What changes when one rule of the file that ships reads otherwise."""
    before, mark, rest = SHIPPED.read_text(encoding="utf-8").partition(f'code = "{code}"')
    assert old in rest
    path = tmp_path / "other.toml"
    path.write_text(before + mark + rest.replace(old, new, 1), encoding="utf-8")
    checked = check(log_of([*LATE, *SOON]))
    return against(checked, read_other(path, checked))


def test_the_same_rulebook_changes_nothing() -> None:
    found = against(check(log_of(LATE)), rulebook())
    assert found.changes.is_empty()
    assert list(found.changes.columns) == list(CHANGE)
    assert found.to_dict() == {"changes": [], "reasons": {}}


def test_a_stricter_condition_lists_the_dossier_with_both_judgements_both_laws_and_the_reason(tmp_path: Path) -> None:
    condition = rulebook()["R13"].condition
    found = changed_by(f'condition = "{condition}"', 'condition = "decided"', tmp_path)
    row = found.changes.to_dicts()
    assert [(one["dossier"], one["rule"], one["before"], one["after"]) for one in row] == [
        ("B1", "R13", "satisfied", "violated")
    ]
    assert "118/2025" in row[0]["citation_before"]
    assert row[0]["citation_after"] == row[0]["citation_before"]
    assert row[0]["status_before"] == "unverified"
    assert found.reasons == {"R13": [f"condition: {condition} → decided"]}


def test_a_rule_that_ended_earlier_no_longer_applies_and_has_no_citation() -> None:
    book, last = rulebook(), date(2026, 5, 31)
    *kept, running = (version for version in book["R13"].versions if version.since <= last)
    other = book["R13"].model_copy(update={"versions": [*kept, running.model_copy(update={"until": last})]})
    checked = check(log_of([*LATE, *SOON]))
    found = against(checked, Rulebook(tuple(other if rule.code == "R13" else rule for rule in book)))
    assert {(one["dossier"], one["before"], one["after"]) for one in found.changes.to_dicts()} == {
        ("A1", "violated", "not_applicable"),
        ("B1", "satisfied", "not_applicable"),
    }
    assert set(found.changes["citation_after"]) == {None}
    assert "2026-05-31" in found.reasons["R13"][0]


def test_a_rule_that_one_side_lacks_does_not_apply_there() -> None:
    book = rulebook()
    without = Rulebook(tuple(rule for rule in book if rule.code != "R13"))
    checked, poorer = check(log_of(LATE)), check(log_of(LATE), rules=without)
    gone, new = against(checked, without), against(poorer, book)
    assert gone.reasons == {"R13": ["the other rulebook has no such rule"]}
    assert new.reasons == {"R13": ["only the other rulebook has the rule"]}
    assert gone.changes["after"].to_list() == new.changes["before"].to_list() == ["not_applicable"]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("pauzes > 1", "no fact or quota 'pauzes'"),
        ("(SELECT 1) > 0", "Subquery"),
        ("legal_due_on > 3", "a date is set"),
    ],
)
def test_the_other_rulebook_keeps_to_the_same_list(condition: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedRules, match=told):
        changed_by(f'condition = "{rulebook()["R13"].condition}"', f'condition = "{condition}"', tmp_path)


# the law of a day


def test_the_law_of_a_day_can_be_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "dossier,event,at,limit,slip\nA,received,2026-06-01T09:00+07:00,1 ngày,T\n"
        "A,rejected,2026-06-11T09:00+07:00,,T\n",
        encoding="utf-8",
    )
    document = json.loads(CliRunner().invoke(app, ["check", str(log), "--law-as-of", "2020-01-01", "--json"]).stdout)
    late = next(one for one in document["findings"] if one["rule"] == "R13")
    assert document["law_as_of"] == "2020-01-01"
    assert "61/2018" in late["citation"]
    assert CliRunner().invoke(app, ["check", str(log), "--law-as-of", "1.1.2020"]).exit_code == 2


# what if


def world(rows: list[Row], *wishes: str, as_of: str | None = None) -> tuple[Checked, Checked, Supposition]:
    log = log_of(rows)
    moment = at(as_of) if as_of else None
    other = supposed(log, [Wish.read(wish) for wish in wishes], moment)
    before, after = (check(one, as_of=moment or other.latest) for one in (log, other))
    return before, after, compared(before, after)


def test_a_longer_limit_saves_the_late_one_and_a_shorter_one_makes_the_other_late() -> None:
    _, _, longer = world([*LATE, *SOON], "limit=8 ngày làm việc")  # 8 working days from 1 June: 11 June
    assert (longer.becomes_late, longer.no_longer_late) == ([], ["A1"])
    _, _, shorter = world([*LATE, *SOON], "limit=4 ngày làm việc")
    assert (shorter.becomes_late, shorter.no_longer_late) == (["B1"], [])
    moved = {one["dossier"]: (str(one["due_before"]), str(one["due_after"])) for one in shorter.late.to_dicts()}
    assert moved == {"A1": ("2026-06-08", "2026-06-05"), "B1": ("2026-06-08", "2026-06-05")}
    changed = {(one["dossier"], one["rule"], one["after"]) for one in shorter.differences.changes.to_dicts()}
    assert ("B1", "R13", "violated") in changed


def test_the_limit_of_one_procedure_leaves_the_others_as_they_are() -> None:
    other = [row | {"dossier": "C1", "procedure": "1.004227"} for row in LATE]
    _, _, found = world([*LATE, *other], "limit 1.012784=8 ngày làm việc")
    assert found.no_longer_late == ["A1"]
    assert found.late["dossier"].to_list() == ["A1"]


def test_one_more_holiday_moves_the_date_by_a_day() -> None:
    rows = [LATE[0], LATE[1] | {"at": at("2026-06-09 09:00")}]
    _, _, found = world(rows, "holiday=2026-06-03")
    assert found.no_longer_late == ["A1"]
    assert found.late["due_after"].to_list() == [date(2026, 6, 9)]


PAUSED: list[Row] = [
    LATE[0],
    {"event": "paused", "at": at("2026-06-03 09:00"), "reason": "x", "ground": "public_posting", "document": "V"},
]
"""Two of five days are gone when the clock stops on the third of June."""


def test_a_pause_that_ends_on_a_day_gives_the_date_from_which_the_dossier_is_late() -> None:
    _, after, found = world(PAUSED, "resume A1=2026-06-10", as_of="2026-06-30 17:00")
    # the pause takes out 4 to 10 June, five working days: from Monday the 8th to Monday the 15th
    assert found.late.to_dicts() == [
        {
            "dossier": "A1",
            "due_before": found.late["due_before"][0],
            "due_after": date(2026, 6, 15),
            "late_before": False,
            "late_after": True,
        }
    ]
    assert after.facts["legal_due_on"].to_list() == [date(2026, 6, 15)]


def test_without_a_moment_the_world_is_judged_when_the_pause_ends() -> None:
    before, after, found = world(PAUSED, "resume A1=2026-06-10")
    assert before.as_of == after.as_of == at("2026-06-10 07:00")
    assert found.becomes_late == []


def test_a_resumption_takes_the_place_of_the_one_that_was() -> None:
    resumed: list[Row] = [*PAUSED, {"event": "resumed", "at": at("2026-06-04 09:00")}]
    _, after, _ = world(resumed, "resume A1=2026-06-10", as_of="2026-06-30 17:00")
    assert after.log.events.filter(after.log.events["event"] == "resumed").height == 1
    assert after.facts["legal_due_on"].to_list() == [date(2026, 6, 15)]


def test_wishes_hold_together_and_the_log_stays_as_it_was() -> None:
    log = log_of(PAUSED)
    events, calendar = log.events.clone(), log.calendar
    other = supposed(log, [Wish.read("resume A1=2026-06-10"), Wish.read("holiday=2026-06-11")])
    assert check(other, as_of=at("2026-06-30 17:00")).facts["legal_due_on"].to_list() == [date(2026, 6, 16)]
    assert log.events.equals(events)
    assert log.calendar is calendar


def test_a_dossier_of_the_log_is_judged_as_before_where_no_wish_touches_it() -> None:
    before, after, _ = world([*SOON, *PAUSED], "resume A1=2026-06-10", as_of="2026-06-30 17:00")
    assert judgements(before)["B1"] == judgements(after)["B1"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("", "it cannot be read"),
        ("limits=5 ngày", "it cannot be read"),
        ("limit=", "it cannot be read"),
        ("limit=5", "5"),
        ("holiday=tomorrow", "'tomorrow' is no day"),
        ("holiday A1=2026-06-01", "a holiday takes only a day"),
        ("resume=2026-06-01", "a resumption the dossier and a day"),
        ("resume A1=2026-06-31", "'2026-06-31' is no day"),
        ("resume A9=2026-06-10", "the dossier 'A9' has no pause"),
        ("resume A1=2026-06-02", "the pause began only on 2026-06-03"),
        ("limit 9.999999=5 ngày", "no dossier of 9.999999 was received"),
        ("resume A1=2026-07-10", "give a later --as-of"),
    ],
)
def test_a_wish_that_cannot_be_read_or_met_is_refused_with_good_ones(wish: str, told: str) -> None:
    with pytest.raises(UnreadableWish) as refused:
        world(PAUSED, wish, as_of="2026-06-30 17:00")
    assert told in str(refused.value)
    assert "'holiday=2026-09-01'" in str(refused.value)


def test_a_log_without_limits_can_be_given_one() -> None:
    log = log_of([*LATE, *SOON], without=["limit", "procedure"])
    other = supposed(log, [Wish.read("limit=4 ngày làm việc")])
    assert check(other).facts["legal_due_on"].to_list() == [date(2026, 6, 5)] * 2
    with pytest.raises(UnreadableWish, match="names no procedures"):
        supposed(log, [Wish.read("limit 1.012784=4 ngày làm việc")])


def test_the_command_says_who_becomes_late_and_writes_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "dossier,event,at,limit\nA,received,2026-06-01T09:00+07:00,5 ngày làm việc\n"
        "A,rejected,2026-06-08T09:00+07:00,\n",
        encoding="utf-8",
    )
    before = log.read_bytes()
    words = ["check", str(log), "--what-if", "limit=4 ngày làm việc", "--against", str(SHIPPED)]
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert document["what_if"]["becomes_late"] == ["A"]
    assert document["what_if"]["dossiers"][0]["due_after"] == "2026-06-05"
    assert document["against"] == {"changes": [], "reasons": {}}
    said = CliRunner().invoke(app, words).stdout
    assert "becomes late: A" in said
    assert "0 judgements change under the other rulebook" in said
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
    assert log.read_bytes() == before


def test_the_law_of_a_fixed_day_holds_in_the_supposed_world_too() -> None:
    log = replace(log_of(LATE), law_as_of=date(2020, 1, 1))
    assert supposed(log, [Wish.read("holiday=2026-06-03")]).law_as_of == date(2020, 1, 1)
