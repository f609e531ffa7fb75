from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rules.feedback.checks import check_feedback
from rules.feedback.rulebook import feedback_rulebook
from rules.judging import JUDGEMENTS
from tests.rules.feedback_logs import feedback_log
from tests.rules.logs import HANOI, judgements

FILE = Path(__file__).parents[1] / "stories" / "feedback.toml"
STORIES = tomllib.loads(FILE.read_text(encoding="utf-8"))["story"]
NEVER = {"not_assessable": {"F12"}, "not_applicable": {"F12"}}
"""Whether an order can be is always known, and every case has an order."""


@cache
def told(number: int) -> dict[str, str]:
    """The judgement of each rule about a story."""
    story = STORIES[number]
    moments: list[datetime] = [event["at"] for event in story["events"]]
    log = feedback_log(story["events"], cannot_say=story.get("cannot_say", ()))
    as_of = story.get("as_of", max(moments)).replace(tzinfo=HANOI)
    return judgements(check_feedback(log, as_of=as_of))["P1"]


@pytest.mark.parametrize("number", range(len(STORIES)), ids=lambda number: STORIES[number]["en"])
def test_the_rules_judge_the_story_as_it_says_and_find_nothing_else(number: int) -> None:
    story: dict[str, Any] = STORIES[number]
    found = told(number)
    assert {code: found[code] for code in story["judged"]} == story["judged"]
    assert {code for code, judgement in found.items() if judgement == "violated"} <= set(story["judged"])


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_every_rule_has_a_story_for_each_judgement_that_it_can_give(judgement: str) -> None:
    named = {code for story in STORIES for code, found in story["judged"].items() if found == judgement}
    assert named == {rule.code for rule in feedback_rulebook()} - NEVER.get(judgement, set())


def test_every_story_is_a_pair_of_sentences_with_a_reason() -> None:
    for story in STORIES:
        assert story["vi"].endswith(".")
        assert story["en"].endswith(".")
        assert story["because"].endswith(".")
    assert len({story["en"] for story in STORIES}) == len({story["vi"] for story in STORIES}) == len(STORIES)
