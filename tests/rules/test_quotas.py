"""The numbers of the law: by day, and refused when the file cannot be right."""

from __future__ import annotations

from datetime import date

import pytest

from rules.errors import MalformedRules
from rules.quotas import QuotaBook, quotas

VALUE = 'value = [{ from = 2024-01-01, value = 1, citation = "x", status = "read" }]'
GOOD = f'format = 1\n[[quota]]\ncode = "supplement_requests"\nmeaning = "x"\n{VALUE}\n'


@pytest.mark.parametrize(
    ("day", "allowed"),
    [(date(2023, 12, 31), 2), (date(2024, 1, 1), 1), (date(2026, 8, 20), 1)],
)
def test_decree_63_allows_two_supplement_requests_and_the_plan_of_2024_one(day: date, allowed: int) -> None:
    assert quotas().on(day).supplement_requests == allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + GOOD.partition("\n")[2], "supplement_requests stands twice"),
        (GOOD.replace("value = 1", "value = -1"), "greater than or equal to 0"),
        (GOOD + 'colour = "red"\n', "Extra inputs are not permitted"),
        (GOOD.replace("format = 1", "format = 2"), "Input should be 1"),
        ("format = 1\n" + GOOD, "Cannot overwrite a value"),
        (GOOD.replace("}]", '}, { from = 2023-01-01, value = 2, citation = "x", status = "read" }]'), "not in order"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_fault(text: str, said: str) -> None:
    with pytest.raises(MalformedRules, match=said):
        QuotaBook.loads(text, "quotas.toml")
