"""Facts that count working time, against the calendar done day by day and minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import NaiveMoment, Term, deadline, vietnam
from dossier.procedures import Procedures
from rules.facts import facts
from rules.quotas import quotas
from tests.calendars import oracle
from tests.calendars.strategies import moments
from tests.rules.logs import HANOI, Row, log_of

LATER = datetime(2027, 12, 31, 17, tzinfo=HANOI)
batches = st.lists(moments, min_size=20, max_size=20)


def facts_of(histories: Sequence[Sequence[Row]]) -> pl.DataFrame:
    rows = [dict(row) | {"dossier": f"A{number}"} for number, rows in enumerate(histories) for row in rows]
    return facts(log_of(rows), Procedures([]), quotas(), LATER)


@settings(max_examples=8, deadline=None)
@given(batches)
def test_an_online_submission_is_to_be_answered_within_eight_working_hours(submitted: list[datetime]) -> None:
    table = facts_of([[{"event": "submitted", "at": moment, "channel": "online"}] for moment in submitted])
    assert table["answer_due"].to_list() == [oracle.add_working_minutes(moment, 480) for moment in submitted]


def forward_due(received: datetime) -> date:
    same_day = oracle.is_working(received.date()) and (received.hour, received.minute) <= (15, 0)
    return received.date() if same_day else oracle.add_working_days(received.date(), 1)


@settings(max_examples=8, deadline=None)
@given(batches)
def test_a_dossier_is_to_be_forwarded_on_the_day_or_after_three_on_the_next_working_day(
    received: list[datetime],
) -> None:
    table = facts_of(
        [[{"event": "received", "at": moment}, {"event": "forwarded", "at": moment}] for moment in received]
    )
    assert table["forward_due"].to_list() == [forward_due(moment) for moment in received]
    assert table["forwarded_on"].to_list() == [moment.date() for moment in received]


@settings(max_examples=8, deadline=None)
@given(batches, st.lists(st.integers(0, 12 * 1440), min_size=20, max_size=20))
def test_an_entry_is_late_after_the_next_working_day(taken: list[datetime], minutes: list[int]) -> None:
    entered = [moment + timedelta(minutes=n) for moment, n in zip(taken, minutes, strict=True)]
    pairs = list(zip(taken, entered, strict=True))
    table = facts_of([[{"event": "received", "at": at, "recorded_at": entry}] for at, entry in pairs])
    expected = [int(entry.date() > oracle.add_working_days(at.date(), 1)) for at, entry in pairs]
    assert table["late_entries"].to_list() == expected


limits = st.sampled_from(["5 ngày làm việc", "12 ngày làm việc", "20 ngày", "1 tháng", "8 giờ làm việc", "48 giờ"])


@settings(max_examples=8, deadline=None)
@given(batches, st.lists(limits, min_size=20, max_size=20), st.lists(st.integers(-2, 5), min_size=20, max_size=20))
def test_a_promise_is_late_only_by_the_calendar_known_then_and_now(
    received: list[datetime], printed: list[str], shifts: list[int]
) -> None:
    ends = [deadline(vietnam(), at, Term.parse(limit)).due for at, limit in zip(received, printed, strict=True)]
    promised = [end + timedelta(days=shift) for end, shift in zip(ends, shifts, strict=True)]
    cases = list(zip(received, printed, promised, strict=True))
    table = facts_of([[{"event": "received", "at": at, "limit": n, "promised": day}] for at, n, day in cases])
    assert table["promised_late"].to_list() == [is_late(*case) for case in cases]


def is_late(received: datetime, limit: str, promised: date) -> bool:
    """By the calendar of today, and by the one known on the day of receipt."""
    known = (vietnam(), vietnam().as_of(received.date()))
    return all(promised > deadline(calendar, received, Term.parse(limit)).due for calendar in known)


def test_the_moment_of_the_facts_may_be_given_in_any_zone_but_not_without_one() -> None:
    log = log_of([{"event": "received", "at": LATER}])
    assert facts(log, Procedures([]), quotas(), LATER)["as_of"].to_list() == [LATER]
    with pytest.raises(NaiveMoment):
        facts(log, Procedures([]), quotas(), LATER.replace(tzinfo=None))
