from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import NaiveMoment
from dossier.outbox.backoff import Backoff
from tests.dossier.office import at

NOW = at("01 09:00")
DAY = timedelta(days=1)


def test_the_waits_are_1_5_30_minutes_2_6_12_hours_then_a_day_four_times_and_then_the_message_is_dead() -> None:
    found = [Backoff().next_attempt(attempts, NOW) for attempts in range(1, 12)]
    hours = [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        *(timedelta(hours=h) for h in (2, 6, 12)),
    ]
    assert found == [*(NOW + wait for wait in (*hours, DAY, DAY, DAY, DAY)), None]


def test_moments_are_in_utc() -> None:
    assert str(Backoff().next_attempt(1, NOW)) == "2026-06-01 02:01:00+00:00"


@given(st.integers(1, 30), st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001  # made aware below
def test_the_same_failure_gives_the_same_moment_and_a_dead_message_stays_dead(attempts: int, moment: datetime) -> None:
    now, backoff = moment.replace(tzinfo=UTC), Backoff()
    found = backoff.next_attempt(attempts, now)
    assert found == backoff.next_attempt(attempts, now)
    assert found is None or found > now
    assert found is not None or backoff.next_attempt(attempts + 1, now) is None


def test_an_office_may_choose_its_own_waits() -> None:
    assert Backoff((DAY,)).next_attempt(1, NOW) == NOW + DAY
    assert Backoff(()).next_attempt(1, NOW) is None


@pytest.mark.parametrize("waits", [(timedelta(),), (-DAY,), (DAY, timedelta(hours=1))])
def test_waits_that_do_not_wait_or_become_shorter_are_refused(waits: tuple[timedelta, ...]) -> None:
    with pytest.raises(ValueError, match="positive and not become shorter"):
        Backoff(waits)


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        Backoff().next_attempt(1, datetime(2026, 6, 1))  # noqa: DTZ001  # the fault


@pytest.mark.parametrize("attempts", [0, -1])
def test_without_a_failed_attempt_there_is_no_next_one(attempts: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Backoff().next_attempt(attempts, NOW)
