import tomllib
from pathlib import Path
from typing import Any

import pytest

from calendars import Term, Unit, deadline, vietnam
from tests.calendars import oracle
from tests.calendars.oracle import HANOI

FILE = Path(__file__).parents[1] / "stories" / "calendar.toml"
STORIES = tomllib.loads(FILE.read_text(encoding="utf-8"))["story"]
KEYS = {"vi", "en", "start", "limit", "pauses", "due", "expires_at", "because"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["en"])
def test_the_story_ends_as_it_says(story: dict[str, Any]) -> None:
    end = deadline(vietnam(), story["start"], Term.parse(story["limit"]), story.get("pauses", []))
    assert end.due == story["due"]
    assert end.expires_at == story.get("expires_at", end.expires_at)


@pytest.mark.parametrize(
    "story",
    [story for story in STORIES if "làm việc" in story["limit"] and "," not in story["limit"]],
    ids=lambda s: s["en"],
)
def test_the_oracle_tells_the_same_story(story: dict[str, Any]) -> None:
    term, start = Term.parse(story["limit"]), story["start"].astimezone(HANOI)
    pauses = [(begin, end) for begin, end in story.get("pauses", [])]
    if term.unit is Unit.WORKING_DAY:
        found = oracle.end_by_days(start.date(), int(term.value), pauses, only_working=True)
    else:
        found = oracle.end_by_working_hours(start, int(term.value) * 60, pauses).date()
    assert found == story["due"]


def test_every_story_is_a_pair_of_sentences_with_a_reason() -> None:
    for story in STORIES:
        assert set(story) <= KEYS
        assert story["vi"].endswith(".")
        assert story["en"].endswith(".")
        assert story["because"]
    assert len({story["en"] for story in STORIES}) == len(STORIES) >= 25
