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
from rules.centres import Centres
from rules.checks import check
from rules.judging import JUDGEMENTS
from rules.rulebook import rulebook
from tests.rules.logs import HANOI, judgements, log_of

FILE = Path(__file__).parents[1] / "stories" / "rules.toml"
BOOK = tomllib.loads(FILE.read_text(encoding="utf-8"))
STORIES = BOOK["story"]
CENTRES = Centres.loads(BOOK["centres"], FILE.name)
KEYS = {"vi", "en", "because", "as_of", "law_as_of", "without", "cannot_say", "events", "judged"}
KEYS |= {"silent", "dossier", "others"}
SILENTLY_DONE = {"received": ("published",), "completed": ("published", "notified")}
"""What happens with a step unless a story says that it is silent."""
INCIDENTAL = {"S03", "S04", "S05", "S08", "S11"}
"""Signals that a story about something else may raise by its moments."""


@cache
def procedures() -> Procedures:
    return Procedures.loads(BOOK["procedures"], FILE.name)


def with_evidence(event: dict[str, Any]) -> dict[str, Any]:
    """The row with the papers that its step has unless it says otherwise."""
    papers: dict[str, Any] = BOOK["evidence"].get(event["event"], {})
    return papers | event


def rows_of(story: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a story, with what is silently done, and of the others of which it is told, too."""
    codes = [code_of(story), *(f"{code_of(story)} ({number})" for number in range(story.get("others", 0)))]
    return [row for code in codes for row in _rows_as(story, code)]


def _rows_as(story: dict[str, Any], code: str) -> list[dict[str, Any]]:
    own = [event for event in story["events"] if "dossier" not in event or code == code_of(story)]
    rows = [with_evidence(event) | {"dossier": event.get("dossier", code)} for event in own]
    unsaid = {*story.get("silent", ()), *story.get("cannot_say", ())}
    done = [
        with_evidence({"event": kind, "at": row["at"]}) | {"dossier": row["dossier"], "recorded_at": _entered(row)}
        for row in rows
        for kind in SILENTLY_DONE.get(str(row["event"]), ())
        if kind not in unsaid
    ]
    return [*rows, *done]


def _entered(row: dict[str, Any]) -> datetime | None:
    """A step of which somebody knows when it was entered stands among others that were entered at once."""
    at: datetime = row["at"]
    return at if row.get("recorded_at") else None


def code_of(story: dict[str, Any]) -> str:
    """The code of the dossier that is judged."""
    return str(story.get("dossier", story["en"]))


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
        without, cannot_say = (tuple(story.get(key, ())) for key in ("without", "cannot_say"))
        return cls(story.get("as_of", max(moments)), without, cannot_say, story.get("law_as_of"))

    def judge(self, stories: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        rows = [row for story in stories for row in rows_of(story)]
        log = log_of(rows, without=self.without, cannot_say=self.cannot_say, law_as_of=self.law_as_of)
        as_of = self.as_of.replace(tzinfo=HANOI)
        return judgements(check(log, as_of=as_of, procedures=procedures(), centres=CENTRES))


@cache
def told() -> dict[str, dict[str, str]]:
    """The judgement of each rule about each story."""
    looks: dict[Look, list[dict[str, Any]]] = {}
    for story in STORIES:
        looks.setdefault(Look.at(story), []).append(story)
    return {code: found for look, stories in looks.items() for code, found in look.judge(stories).items()}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["en"])
def test_the_rules_judge_the_story_as_it_says_and_find_nothing_else(story: dict[str, Any]) -> None:
    found = told()[code_of(story)]
    assert {code: found[code] for code in story["judged"]} == story["judged"]
    elsewhere = {code for code, judgement in found.items() if judgement == "violated"} - set(story["judged"])
    assert not elsewhere - INCIDENTAL


NEVER = {"not_assessable": {"S10"}}
"""Every dossier has a code; only rows that cannot be read leave a gap between two codes in doubt."""


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_every_rule_has_a_story_for_each_judgement_that_it_can_give(judgement: str) -> None:
    named = {code for story in STORIES for code, found in story["judged"].items() if found == judgement}
    assert named == {rule.code for rule in rulebook()} - NEVER.get(judgement, set())


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
