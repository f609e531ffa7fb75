from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dossier.events import KINDS, LOG_COLUMNS
from dossier.procedures import Procedures
from rules.checks import JUDGEMENTS, check
from rules.rulebook import rulebook
from tests.rules.logs import HANOI, Row, judgements, log_of

FILE = Path(__file__).parents[1] / "stories" / "rules.toml"
BOOK = tomllib.loads(FILE.read_text(encoding="utf-8"))
STORIES = BOOK["story"]
KEYS = {"vi", "en", "because", "as_of", "law_as_of", "without", "cannot_say", "events", "judged"}


@cache
def procedures() -> Procedures:
    return Procedures.loads(BOOK["procedures"], FILE.name)


def with_evidence(event: dict[str, Any]) -> Row:
    """The row with the papers that its step has unless it says otherwise."""
    return BOOK["evidence"].get(event["event"], {}) | event


@dataclass(frozen=True)
class Look:
    """How a story is looked at; stories that are looked at in the same way stand in one log."""

    as_of: datetime
    without: tuple[str, ...]
    cannot_say: tuple[str, ...]
    law_as_of: date | None

    @classmethod
    def at(cls, story: dict[str, Any]) -> Look:
        moments = [event[key] for event in story["events"] for key in ("at", "recorded_at") if event.get(key)]
        lists = (tuple(story.get(key, ())) for key in ("without", "cannot_say"))
        return cls(story.get("as_of", max(moments)), *lists, story.get("law_as_of"))

    def judge(self, stories: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        rows = [with_evidence(event) | {"dossier": story["en"]} for story in stories for event in story["events"]]
        log = log_of(rows, without=self.without, cannot_say=self.cannot_say, law_as_of=self.law_as_of)
        return judgements(check(log, as_of=self.as_of.replace(tzinfo=HANOI), procedures=procedures()))


@cache
def told() -> dict[str, dict[str, str]]:
    """The judgement of each rule about each story."""
    looks: dict[Look, list[dict[str, Any]]] = {}
    for story in STORIES:
        looks.setdefault(Look.at(story), []).append(story)
    return {en: found for look, stories in looks.items() for en, found in look.judge(stories).items()}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["en"])
def test_the_rules_judge_the_story_as_it_says_and_find_nothing_else(story: dict[str, Any]) -> None:
    found = told()[story["en"]]
    assert {code: found[code] for code in story["judged"]} == story["judged"]
    elsewhere = {code for code, judgement in found.items() if judgement == "violated"} - set(story["judged"])
    assert not elsewhere


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_every_rule_has_a_story_for_each_judgement_that_it_can_give(judgement: str) -> None:
    named = {code for story in STORIES for code, found in story["judged"].items() if found == judgement}
    never = {"R24", "S01"} if judgement == "not_applicable" else set()  # every dossier has steps
    assert named == {rule.code for rule in rulebook()} - never


def test_every_story_is_a_pair_of_sentences_with_a_reason() -> None:
    for story in STORIES:
        assert set(story) <= KEYS
        assert story["vi"].endswith(".")
        assert story["en"].endswith(".")
        assert story["because"]
    assert len({story["en"] for story in STORIES}) == len({story["vi"] for story in STORIES}) == len(STORIES)


def test_every_story_speaks_of_the_log_as_it_is() -> None:
    rows = [with_evidence(event) for story in STORIES for event in story["events"]]
    assert {str(row["event"]) for row in rows} == set(KINDS)
    assert {column for row in rows for column in row} <= set(LOG_COLUMNS)
