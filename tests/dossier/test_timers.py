from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import vietnam
from dossier.case import Case
from dossier.errors import MalformedFile, UnknownTimer, Unreplayable
from dossier.events import LOG_COLUMNS
from dossier.procedures import Procedures
from dossier.quotas import Quotas
from dossier.setting import Setting
from dossier.stores.records import Record
from dossier.strict import shipped
from dossier.timers import KINDS, TimerRules, is_stopped, timer_rules, timers
from tests.calendars import oracle, strategies
from tests.calendars.oracle import HANOI

ROOT = Path(__file__).parents[2]
BOOKS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "tests/stories").glob("timer-*.toml")}
STORIES = [(name, story) for name, book in BOOKS.items() for story in book["story"]]
KEYS = {"vi", "en", "now", "events", "armed", "because"}
TIMERS = shipped("timers.toml")

stories = pytest.mark.parametrize(("book", "story"), STORIES, ids=[story["en"] for _, story in STORIES])


def case_of(*events: dict[str, Any]) -> Case:
    blank = dict.fromkeys(LOG_COLUMNS)
    return Case("A1", tuple(Record(version, blank | event) for version, event in enumerate(events, start=1)))


@cache
def setting(procedures: str = "", reappointments: int = 1) -> Setting:
    book = Procedures.loads(procedures) if procedures else None
    return Setting(vietnam(), book, lambda _day: Quotas(supplement_requests=1, reappointments=reappointments))


def armed(case: Case, now: datetime, within: Setting | None = None) -> dict[str, datetime]:
    within, now = within or setting(), now.astimezone(HANOI)
    return timers(case, within, within.clock(case, now), now)


def told(book: str, story: dict[str, Any], later: timedelta = timedelta()) -> dict[str, datetime]:
    now = story.get("now", story["events"][-1]["at"]) + later
    return armed(case_of(*story["events"]), now, setting(BOOKS[book].get("procedures", "")))


@stories
def test_the_story_arms_what_it_says_and_nothing_else(book: str, story: dict[str, Any]) -> None:
    assert told(book, story) == story["armed"]


@stories
def test_a_reminder_keeps_its_moment_however_late_it_is_armed_again(book: str, story: dict[str, Any]) -> None:
    assert told(book, story, timedelta(days=40)) == story["armed"]


def test_every_story_is_a_pair_of_sentences_with_a_reason() -> None:
    found = [story for _, story in STORIES]
    for story in found:
        assert set(story) <= KEYS
        assert story["vi"].endswith(".")
        assert story["en"].endswith(".")
        assert story["because"]
    assert len({story["en"] for story in found}) == len({story["vi"] for story in found}) == len(found)


def test_every_kind_of_reminder_has_a_story() -> None:
    assert {kind for _, story in STORIES for kind in story["armed"]} == set(KINDS)


@given(strategies.moments, st.integers(2, 40))
def test_the_apology_is_asked_for_on_the_last_working_day_that_is_one_day_before_the_due_date(
    start: datetime, limit: int
) -> None:
    found = armed(case_of({"event": "received", "at": start, "limit": f"{limit} ngày làm việc"}), start)
    day = oracle.add_working_days(start.date(), limit) - oracle.DAY
    while not oracle.is_working(day):
        day -= oracle.DAY
    assert found["apology_needed"] == oracle.next_opening(datetime.combine(day, datetime.min.time(), HANOI))


@given(strategies.moments)
def test_the_window_is_eight_working_hours_and_its_reminder_comes_after_six(start: datetime) -> None:
    found = armed(case_of({"event": "submitted", "channel": "online", "at": start}), start)
    assert found["window_over"] == oracle.add_working_minutes(start, 480)
    assert found["window_closing"] == oracle.add_working_minutes(start, 360)


def test_moments_are_in_utc_so_that_they_compare_as_they_are() -> None:
    received = {"event": "received", "limit": "5 ngày làm việc", "at": datetime(2026, 6, 8, 9, tzinfo=HANOI)}
    assert {moment.tzinfo for moment in armed(case_of(received), received["at"]).values()} == {UTC}


def test_no_apology_is_asked_for_where_no_new_appointment_may_be_given() -> None:
    received = {"event": "received", "limit": "5 ngày làm việc", "at": datetime(2026, 6, 8, 9, tzinfo=HANOI)}
    assert set(armed(case_of(received), received["at"], setting(reappointments=0))) == {"due_soon", "overdue"}


def test_no_second_apology_is_asked_for_though_a_second_appointment_may_be_given() -> None:
    at = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    case = case_of({"event": "received", "limit": "5 ngày làm việc", "at": at}, {"event": "apologised", "at": at})
    assert set(armed(case, at, setting(reappointments=2))) == {"due_soon", "overdue"}


def test_a_dossier_that_does_not_exist_reminds_of_nothing() -> None:
    assert armed(Case("A1"), datetime(2026, 6, 8, 9, tzinfo=HANOI)) == {}


def test_a_limit_beyond_the_calendar_reminds_of_nothing_and_breaks_nothing() -> None:
    paused = [
        {"event": "received", "limit": "5 ngày làm việc", "at": datetime(2100, 12, 22, 9, tzinfo=HANOI)},
        {"event": "paused", "at": datetime(2100, 12, 23, 9, tzinfo=HANOI)},
    ]
    assert armed(case_of(*paused), paused[-1]["at"]) == {}


def test_a_limit_of_a_step_that_cannot_be_read_reminds_of_nothing() -> None:
    at = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    events = [{"event": "received", "at": at}, {"event": "forwarded", "limit": "sớm nhất có thể", "at": at}]
    assert armed(case_of(*events), at) == {}


def test_a_history_that_cannot_be_replayed_is_refused() -> None:
    at = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    with pytest.raises(Unreplayable):
        armed(case_of({"event": "received", "at": at}, {"event": "resumed", "at": at}), at)


@pytest.mark.parametrize(
    ("day", "stopped"), [(1, True), (5, True), (8, False), (9, False)], ids=["first", "last but one", "due", "late"]
)
def test_a_pause_stops_the_clock_as_long_as_a_day_of_the_limit_is_left(day: int, stopped: bool) -> None:  # noqa: FBT001  # a column
    at = datetime(2026, 6, day, 10, tzinfo=HANOI)
    received = {"event": "received", "limit": "5 ngày làm việc", "at": datetime(2026, 6, 1, 9, tzinfo=HANOI)}
    case = case_of(received, {"event": "paused", "at": at})
    assert is_stopped(case, setting(), setting().clock(case, at)) is stopped


def test_without_a_known_limit_every_wait_is_believed() -> None:
    at = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    received, paused = {"event": "received", "at": at}, {"event": "paused", "at": at}
    assert is_stopped(case_of(received, paused), setting(), None)
    assert not is_stopped(case_of(received), setting(), None)


# the file


def test_an_office_may_have_its_own_terms(tmp_path: Path) -> None:
    own = tmp_path / "timers.toml"
    own.write_text(TIMERS.replace('term = "1 ngày làm việc"', 'term = "3 ngày làm việc"'), encoding="utf-8")
    now = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    case = case_of({"event": "received", "limit": "5 ngày làm việc", "at": now})
    found = timers(case, setting(), setting().clock(case, now), now, TimerRules.load(own))
    assert found["due_soon"] == datetime(2026, 6, 10, 7, tzinfo=HANOI)  # due Monday 15: 10, 11, 12 are left before it


def test_a_reminder_says_whom_it_tells_what_in_both_languages() -> None:
    at = datetime(2026, 6, 8, 7, tzinfo=HANOI)
    told = timer_rules().reminder("A{1}", "pause_too_long", at)
    assert (told.dossier, told.kind, told.at, told.to) == ("A{1}", "pause_too_long", at, ("officer", "office_head"))
    assert "A{1}" in told.sentence_vi
    assert "10 ngày làm việc" in told.sentence_vi
    assert "A{1}" in told.sentence_en
    assert "10 working days" in told.sentence_en


@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_can_be_said(kind: str) -> None:
    told = timer_rules().reminder("A1", kind, datetime(2026, 6, 8, tzinfo=UTC))
    assert "{" not in told.sentence_vi + told.sentence_en
    assert "  " not in told.sentence_vi + told.sentence_en


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_verified_says_why(kind: str) -> None:
    rule = timer_rules().rule(kind)
    assert rule.status == "read" or rule.note


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownTimer, match="there is no reminder 'lunch'; the kinds are window_closing, "):
        timer_rules().reminder("A1", "lunch", datetime(2026, 6, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[timer.overdue]", "[timer.lunch]", r"own: timer\.lunch.*"),
        ("schema = 1", "schema = 2", "own: schema: Input should be 1"),
        ('to = ["officer"]', 'to = ["mayor"]', r"own: timer\.window_closing\.to\.0: .*'officer', 'office_head'"),
        ('to = ["officer"]', "to = []", r"own: timer\.window_closing\.to: "),
        ('to = ["officer"]', 'too = ["officer"]', r"own: timer\.window_closing\.to: Field required"),
        ('term = "1 ngày"', 'term = "1"', r"own: timer\.apology_needed\.term: .*the number has no unit"),
        ('term = "1 ngày"', "term = 1", r"own: timer\.apology_needed\.term: "),
        (
            'term = "1 ngày"',
            'term = "0,5 ngày"',
            "timer.apology_needed: the unit hour is not possible; day, working_day",
        ),
        ('term = "1 ngày"\n', "", "timer.apology_needed has no term; give a number and a unit"),
        (
            "[timer.overdue]",
            '[timer.overdue]\nterm = "1 ngày"',
            "timer.overdue: the unit day .*; this kind has no term",
        ),
        ("Dossier {dossier} is past", "Dossier {office} is past", r"the sentence mentions \{office\}; it may mention"),
        ("[timer.overdue]", "[timer.due_soon]", "own: the file: Cannot declare"),
    ],
)
def test_a_malformed_file_is_refused_with_file_key_rule_and_example(old: str, new: str, fault: str) -> None:
    assert old in TIMERS
    with pytest.raises(MalformedFile, match=f"{fault}.*; for example: "):
        TimerRules.loads(TIMERS.replace(old, new, 1), "own")


def test_a_file_that_lacks_a_kind_is_refused() -> None:
    without = TIMERS[: TIMERS.index("# at the first moment after the limit of the step")]
    with pytest.raises(MalformedFile, match=r"timer\.step_overdue is missing"):
        TimerRules.loads(without)


def test_a_file_that_is_not_there_or_not_utf_8_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match=r"none\.toml: the file: No such file"):
        TimerRules.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(MalformedFile, match=r"latin\.toml: the file: byte 1 is not UTF-8"):
        TimerRules.load(tmp_path / "latin.toml")


# the page


def test_the_page_has_the_table_as_the_file_has_it() -> None:
    page = (ROOT / "docs" / "timers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+? \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    expected = [
        (kind, rule.term.text_vi if rule.term else "–", ", ".join(f"`{to}`" for to in rule.to), rule.status)
        for kind, rule in ((kind, timer_rules().rule(kind)) for kind in KINDS)
    ]
    assert rows == expected
