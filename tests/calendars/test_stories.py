import tomllib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from calendars import Term, Unit, deadline, vietnam
from tests.calendars import oracle
from tests.calendars.oracle import HANOI, Pauses

FOLDER = Path(__file__).parents[1] / "stories"
FILES = ["calendar", "swaps", "holidays", "periods", "hours", "pauses"]
STORIES = [story for name in FILES for story in tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["story"]]
KEYS = {"vi", "en", "start", "limit", "pauses", "due", "expires_at", "certainty", "because"}
MAKE_UP_DAYS = [date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)]

stories = pytest.mark.parametrize("story", STORIES, ids=lambda story: story["en"])


@stories
def test_the_story_ends_as_it_says(story: dict[str, Any]) -> None:
    end = deadline(vietnam(), story["start"], Term.parse(story["limit"]), story.get("pauses", []))
    assert end.due == story["due"]
    assert end.expires_at == story.get("expires_at", end.expires_at)
    assert end.certainty == story.get("certainty", "official")


def _by_days(start: datetime, n: int, pauses: Pauses, *, only_working: bool) -> date:
    return oracle.next_working_day(oracle.end_by_days(start.date(), n, pauses, only_working=only_working))


WALKS: dict[Unit, Callable[[datetime, int, Pauses], date]] = {
    Unit.WORKING_DAY: lambda start, n, pauses: _by_days(start, n, pauses, only_working=True),
    Unit.DAY: lambda start, n, pauses: _by_days(start, n, pauses, only_working=False),
    Unit.MONTH: lambda start, n, pauses: oracle.next_working_day(oracle.end_by_months(start.date(), n, pauses)),
    Unit.YEAR: lambda start, n, pauses: oracle.next_working_day(oracle.end_by_months(start.date(), 12 * n, pauses)),
    Unit.WORKING_HOUR: lambda start, n, pauses: oracle.end_by_working_hours(start, 60 * n, pauses).date(),
    Unit.HOUR: lambda start, n, pauses: oracle.end_by_clock_hours(start, 60 * n, pauses).date(),
}


@pytest.mark.parametrize("story", [s for s in STORIES if "," not in s["limit"]], ids=lambda story: story["en"])
def test_the_oracle_tells_the_same_story(story: dict[str, Any]) -> None:
    term, start = Term.parse(story["limit"]), story["start"].astimezone(HANOI)
    pauses = [(begin, end) for begin, end in story.get("pauses", [])]
    assert WALKS[term.unit](start, int(term.value), pauses) == story["due"]


def test_every_story_is_a_pair_of_sentences_with_a_reason() -> None:
    for story in STORIES:
        assert set(story) <= KEYS
        assert story["vi"].endswith(".")
        assert story["en"].endswith(".")
        assert story["because"]
    assert len({story["en"] for story in STORIES}) == len({story["vi"] for story in STORIES}) == len(STORIES)


def test_sixty_stories_and_more_have_been_added_to_the_first_ones() -> None:
    first = tomllib.loads((FOLDER / "calendar.toml").read_text("utf-8"))["story"]
    assert len(STORIES) - len(first) >= 60


@pytest.mark.parametrize("day", MAKE_UP_DAYS, ids=str)
def test_every_make_up_saturday_of_these_years_has_a_story_that_ends_on_it(day: date) -> None:
    assert [story for story in STORIES if story["due"] == day]
