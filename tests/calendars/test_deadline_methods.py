"""A deadline explains itself, certifies itself, and is rechecked on a newer calendar."""

from __future__ import annotations

import json
from datetime import date, datetime

from calendars import Deadline, Term, deadline, explain, vietnam
from calendars.certificates import certificate, read, verify


def asked(view: date | None = None) -> Deadline:
    calendar = vietnam() if view is None else vietnam().as_of(view)
    return deadline(calendar, datetime(2025, 12, 29, 9, tzinfo=calendar.zone), Term.parse("5 ngày làm việc"))


def test_its_steps_are_those_of_its_calendar() -> None:
    assert asked().explain() == explain(vietnam(), asked())
    assert asked().explain()[-1].date == asked().due


def test_its_text_names_the_due_date_in_both_languages() -> None:
    # 30, 31 December, 5, 6, 7 January: 1 January is a holiday, 2 January is swapped with the 10th
    assert "07/01/2026" in asked().text()
    assert "Due" in asked().text("en")


def test_its_certificate_is_canonical_and_verifies() -> None:
    text = asked().certificate()
    assert json.loads(text) == certificate(vietnam(), asked())
    assert verify(read(text), vietnam()) == []


def test_a_swap_decided_later_moves_it() -> None:
    found = asked(date(2025, 12, 24)).recheck(vietnam())
    assert (found.due_before, found.due_after) == (date(2026, 1, 6), date(2026, 1, 7))
    assert found.moves[0].decided_on == date(2025, 12, 25)


def test_deadlines_are_equal_by_what_was_asked_and_answered() -> None:
    assert asked() == asked()
    assert asked() != asked(date(2025, 12, 24))
