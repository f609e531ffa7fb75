import doctest
from pathlib import Path

from tests.calendars.test_vietnam import KNOWN_DIFFERENCES, SWAPS, WORKING_DAYS

PAGE = Path(__file__).parents[2] / "docs" / "calendar.md"


def test_every_example_of_the_page_runs() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 10
    assert not found.failed


def test_the_page_lists_every_swap_every_year_and_every_difference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for off, made_up, number in SWAPS:
        assert f"{off} ← {made_up}" in page
        assert number in page
    for year, days in WORKING_DAYS.items():
        assert f"| {year} | {days} |" in page
    for day in KNOWN_DIFFERENCES:
        assert f"| {day} |" in page
