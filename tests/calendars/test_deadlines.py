from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import NaiveMoment, OutOfRange, ReversedPause, Term, Unit, UnreadableTerm, deadline, vietnam
from tests.calendars import oracle
from tests.calendars.oracle import HANOI, Pauses
from tests.calendars.strategies import cases_with_pauses, days, moments

Case = tuple[datetime, Pauses]
SMALL = st.integers(0, 40)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def due(start: str, limit: str, *pauses: tuple[str, str]) -> date:
    return deadline(vietnam(), at(start), Term.parse(limit), [(at(a), at(b)) for a, b in pauses]).due


# -- golden vectors


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2023-10-27T09:32", "5 ngày làm việc", date(2023, 11, 3)),
        ("2024-04-26T08:00", "3 ngày làm việc", date(2024, 5, 4)),
        ("2024-08-30T08:00", "2 ngày làm việc", date(2024, 9, 5)),
        ("2024-08-15T08:00", "15 ngày", date(2024, 8, 30)),
        ("2024-08-15T08:00", "16 ngày", date(2024, 9, 4)),
        ("2024-09-06T16:00", "8 giờ làm việc", date(2024, 9, 9)),
    ],
)
def test_golden_vectors(start: str, limit: str, end: date) -> None:
    assert due(start, limit) == end


def test_eight_working_hours_from_friday_four_o_clock_end_on_monday_four_o_clock() -> None:
    end = deadline(vietnam(), at("2024-09-06T16:00"), Term.parse("8 giờ làm việc"))
    assert (end.expires_at, end.appointment_at, end.by_date) == (at("2024-09-09T16:00"), at("2024-09-09T16:00"), False)


def test_a_day_term_expires_at_midnight_and_the_appointment_is_at_closing_time() -> None:
    end = deadline(vietnam(), at("2024-08-15T08:00"), Term.parse("16 ngày"))
    assert end.unrolled == date(2024, 8, 31)
    assert end.due == date(2024, 9, 4)
    assert end.expires_at == at("2024-09-05T00:00")
    assert end.appointment_at == at("2024-09-04T17:00")


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2024-01-31T08:00", "1 tháng", date(2024, 2, 29)),
        ("2023-01-31T08:00", "1 tháng", date(2023, 2, 28)),
        ("2024-02-29T08:00", "1 năm", date(2025, 2, 28)),
        ("2024-03-31T08:00", "6 tháng", date(2024, 9, 30)),
        ("2025-12-31T08:00", "2 tháng", date(2026, 3, 2)),
        ("2026-08-15T08:00", "12 tháng", date(2027, 8, 16)),
        ("2026-08-15T08:00", "1 năm", date(2027, 8, 16)),
    ],
)
def test_a_month_without_that_day_ends_with_its_last_and_then_rolls(start: str, limit: str, end: date) -> None:
    assert due(start, limit) == end


def test_half_a_month_is_fifteen_days() -> None:
    assert due("2026-03-02T08:00", "0,5 tháng") == date(2026, 3, 17)
    assert due("2026-03-02T08:00", "1,5 tháng") == date(2026, 4, 17)


# -- lateness


def test_a_day_term_is_kept_until_midnight_of_the_due_date() -> None:
    end = deadline(vietnam(), at("2023-10-27T09:32"), Term.parse("5 ngày làm việc"))
    assert not end.is_late(at("2023-11-03T23:59:59"))
    assert end.is_late(at("2023-11-04T00:00"))
    assert not end.is_late(datetime(2023, 11, 3, 16, 59, tzinfo=ZoneInfo("UTC")))
    assert end.is_late(datetime(2023, 11, 3, 17, tzinfo=ZoneInfo("UTC")))


def test_an_hour_term_is_kept_until_its_moment() -> None:
    end = deadline(vietnam(), at("2024-09-06T16:00"), Term.parse("8 giờ làm việc"))
    assert not end.is_late(at("2024-09-09T16:00"))
    assert end.is_late(at("2024-09-09T16:00:00.000001"))


# -- the pause rule


def test_a_pause_takes_out_the_days_after_its_first_through_its_last() -> None:
    assert due("2026-08-03T08:00", "5 ngày làm việc") == date(2026, 8, 10)
    assert due("2026-08-03T08:00", "5 ngày làm việc", ("2026-08-05T09:00", "2026-08-07T09:00")) == date(2026, 8, 12)


def test_a_pause_within_one_day_takes_out_nothing() -> None:
    assert due("2026-08-03T08:00", "5 ngày làm việc", ("2026-08-05T07:00", "2026-08-05T17:00")) == date(2026, 8, 10)


def test_overlapping_and_nested_pauses_count_once() -> None:
    one = due("2026-08-03T08:00", "10 ngày làm việc", ("2026-08-05T09:00", "2026-08-12T09:00"))
    parts = [("2026-08-05T09:00", "2026-08-11T09:00"), ("2026-08-06T09:00", "2026-08-07T09:00")]
    assert due("2026-08-03T08:00", "10 ngày làm việc", *parts, ("2026-08-10T09:00", "2026-08-12T09:00")) == one


def test_a_pause_that_begins_on_the_last_day_moves_nothing() -> None:
    """All counted days are spent when it begins; the last one runs to its end."""
    assert due("2026-08-03T08:00", "5 ngày làm việc", ("2026-08-10T07:00", "2026-09-30T09:00")) == date(2026, 8, 10)


def test_a_pause_that_begins_the_day_before_the_last_moves_the_end() -> None:
    assert due("2026-08-03T08:00", "5 ngày làm việc", ("2026-08-07T16:00", "2026-08-12T09:00")) == date(2026, 8, 13)


def test_a_pause_before_the_start_moves_nothing() -> None:
    assert due("2026-08-03T08:00", "5 ngày làm việc", ("2026-07-20T09:00", "2026-08-03T09:00")) == date(2026, 8, 10)


def test_a_pause_of_a_month_term_adds_calendar_days_before_the_roll() -> None:
    end = deadline(
        vietnam(), at("2026-01-30T08:00"), Term.parse("1 tháng"), [(at("2026-02-02T09:00"), at("2026-02-09T09:00"))]
    )
    assert (end.unrolled, end.due) == (date(2026, 3, 7), date(2026, 3, 9))


def test_a_pause_of_working_hours_takes_out_worked_time_only() -> None:
    end = deadline(
        vietnam(),
        at("2026-08-20T08:00"),
        Term.parse("8 giờ làm việc"),
        [(at("2026-08-20T11:00"), at("2026-08-20T14:00"))],
    )
    assert end.expires_at == at("2026-08-21T09:00")


# -- against the oracle


@given(cases_with_pauses(), SMALL)
def test_working_days_end_where_walking_ends(case: Case, n: int) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, Unit.WORKING_DAY), pauses)
    walked = oracle.end_by_days(start.date(), n, pauses, only_working=True)
    assert (end.unrolled, end.due) == (walked, oracle.next_working_day(walked))


@given(cases_with_pauses(), SMALL)
def test_days_end_where_walking_ends(case: Case, n: int) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, Unit.DAY), pauses)
    walked = oracle.end_by_days(start.date(), n, pauses, only_working=False)
    assert (end.unrolled, end.due) == (walked, oracle.next_working_day(walked))
    assert end.expires_at == oracle.midnight_after(end.due)
    assert end.appointment_at == oracle.closing(end.due)


@given(cases_with_pauses(), st.integers(0, 30))
def test_months_and_years_end_where_walking_ends(case: Case, n: int) -> None:
    start, pauses = case
    by_month = deadline(vietnam(), start, Term.of(n, Unit.MONTH), pauses)
    assert by_month.unrolled == oracle.end_by_months(start.date(), n, pauses)
    by_year = deadline(vietnam(), start, Term.of(n, Unit.YEAR), pauses)
    assert by_year.unrolled == oracle.end_by_months(start.date(), 12 * n, pauses)


@given(cases_with_pauses(), st.integers(0, 30 * 4))
@settings(max_examples=60, deadline=None)
def test_working_hours_end_where_walking_ends(case: Case, quarters: int) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(quarters, Unit.WORKING_HOUR), pauses)
    assert end.expires_at == oracle.end_by_working_hours(start, quarters * 60, pauses)


@given(cases_with_pauses(), st.integers(0, 240))
@settings(max_examples=60, deadline=None)
def test_clock_hours_end_where_walking_ends(case: Case, hours: int) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(hours, Unit.HOUR), pauses)
    assert end.expires_at == oracle.end_by_clock_hours(start, hours * 60, pauses)


def test_the_dense_sweep_of_2026_ends_where_walking_ends() -> None:
    starts = [at("2025-12-20T10:00") + timedelta(days=n) for n in range(380)]
    pause = [(at("2026-01-09T09:00"), at("2026-01-12T09:00")), (at("2026-08-21T09:00"), at("2026-09-03T09:00"))]
    for unit, only_working in ((Unit.WORKING_DAY, True), (Unit.DAY, False)):
        found = [deadline(vietnam(), start, Term.of(7, unit), pause).unrolled for start in starts]
        assert found == [oracle.end_by_days(start.date(), 7, pause, only_working=only_working) for start in starts]


# -- properties

units = st.sampled_from(list(Unit))
by_days = st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.MONTH, Unit.YEAR])


@given(moments, SMALL, SMALL, units, st.integers(0, 5000))
def test_a_longer_limit_or_a_later_start_never_ends_earlier(
    start: datetime, n: int, more: int, unit: Unit, later: int
) -> None:
    n, more = (n % 20, more % 20) if unit is Unit.YEAR else (n, more)
    base = deadline(vietnam(), start, Term.of(n, unit))
    assert base.expires_at <= deadline(vietnam(), start, Term.of(n + more, unit)).expires_at
    assert base.expires_at <= deadline(vietnam(), start + timedelta(minutes=later), Term.of(n, unit)).expires_at


@given(cases_with_pauses(), SMALL, units)
def test_a_further_pause_never_ends_earlier(case: Case, n: int, unit: Unit) -> None:
    start, pauses = case
    ends = [deadline(vietnam(), start, Term.of(n, unit), pauses[:k]).expires_at for k in range(len(pauses) + 1)]
    assert ends == sorted(ends)


@given(cases_with_pauses(), SMALL, units)
def test_the_order_in_which_pauses_are_told_does_not_matter(case: Case, n: int, unit: Unit) -> None:
    start, pauses = case
    there, back = (deadline(vietnam(), start, Term.of(n, unit), told) for told in (pauses, pauses[::-1]))
    assert (there.due, there.expires_at) == (back.due, back.expires_at)


@given(days, st.integers(2, 40), st.integers(0, 60), st.data())
def test_a_pause_of_k_counted_days_moves_the_unrolled_end_by_exactly_k(
    zero: date, n: int, k: int, data: st.DataObject
) -> None:
    start, term = oracle.closing(zero), Term.of(n, Unit.WORKING_DAY)
    begin = vietnam().add_working_days(zero, data.draw(st.integers(0, n - 1)))
    pause = (oracle.closing(begin), oracle.closing(vietnam().add_working_days(begin, k)))
    plain, paused = (deadline(vietnam(), start, term, told).unrolled for told in ([], [pause]))
    assert vietnam().count_working_days(plain, paused) == k


@given(cases_with_pauses(), SMALL, units, st.integers(0, 90))
def test_a_pause_after_expiry_moves_nothing(case: Case, n: int, unit: Unit, length: int) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    late = (end.expires_at, end.expires_at + timedelta(days=length))
    after = deadline(vietnam(), start, Term.of(n, unit), [*pauses, late])
    assert (after.due, after.expires_at) == (end.due, end.expires_at)


@given(moments, SMALL, by_days)
def test_a_day_term_ends_on_a_working_day_whatever_the_hour_it_began(start: datetime, n: int, unit: Unit) -> None:
    end = deadline(vietnam(), start, Term.of(n, unit))
    assert vietnam().is_working(end.due)
    assert end.due == deadline(vietnam(), start.replace(hour=0, minute=0), Term.of(n, unit)).due


@given(moments, SMALL, st.sampled_from([Unit.WORKING_HOUR, Unit.HOUR]))
def test_an_hour_term_ends_in_office_hours_or_at_their_closing(start: datetime, n: int, unit: Unit) -> None:
    assert vietnam().in_hours(deadline(vietnam(), start, Term.of(n, unit)).expires_at)


# -- what is refused, and what is only projected


def test_naive_moments_are_refused_as_start_and_as_pause() -> None:
    naive = datetime(2026, 8, 20, 10)  # noqa: DTZ001  # the fault under test
    term = Term.parse("5 ngày làm việc")
    with pytest.raises(NaiveMoment):
        deadline(vietnam(), naive, term)
    with pytest.raises(NaiveMoment):
        deadline(vietnam(), at("2026-08-20T10:00"), term, [(at("2026-08-21T10:00"), naive)])


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ReversedPause, match="swap the two moments"):
        due("2026-08-20T10:00", "5 ngày", ("2026-08-22T10:00", "2026-08-21T10:00"))


@pytest.mark.parametrize(
    "limit",
    ["27000 ngày làm việc", "40000 ngày", "200000 giờ làm việc", "999999 giờ", "900 tháng", "75 năm", "9999 năm"],
)
def test_a_limit_that_ends_beyond_2100_is_refused(limit: str) -> None:
    with pytest.raises(OutOfRange):
        due("2026-08-20T10:00", limit)


def test_a_third_of_a_month_is_refused() -> None:
    with pytest.raises(UnreadableTerm, match="half months"):
        due("2026-08-20T10:00", "0,3 tháng")


def test_a_deadline_past_the_horizon_is_projected() -> None:
    official, projected = (
        deadline(vietnam(), at("2027-12-20T10:00"), Term.parse(limit)).certainty
        for limit in ("5 ngày làm việc", "30 ngày làm việc")
    )
    assert (official, projected) == ("official", "projected")


def test_a_deadline_that_began_before_the_claim_is_projected() -> None:
    assert deadline(vietnam(), at("2014-12-29T10:00"), Term.parse("10 ngày")).certainty == "projected"


def test_the_same_limit_was_right_before_the_swap_was_decided_and_is_wrong_after() -> None:
    start, term = at("2025-12-30T10:00"), Term.parse("2 ngày làm việc")
    assert deadline(vietnam().as_of(date(2025, 12, 24)), start, term).due == date(2026, 1, 2)
    assert deadline(vietnam(), start, term).due == date(2026, 1, 5)


def test_the_start_is_placed_in_the_zone_of_the_calendar() -> None:
    start = datetime(2026, 8, 19, 20, tzinfo=ZoneInfo("UTC"))
    assert deadline(vietnam(), start, Term.parse("1 ngày làm việc")).due == date(2026, 8, 21)


def test_a_limit_of_nothing_ends_on_day_zero_or_the_next_working_day() -> None:
    assert due("2026-08-20T10:00", "0 ngày làm việc") == date(2026, 8, 20)
    assert due("2026-08-23T10:00", "0 ngày") == date(2026, 8, 24)
