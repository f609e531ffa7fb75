from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import NaiveMoment, OutOfRange, Term, Unit, deadline, vietnam
from dossier.clock import AfterSupplement, Clock, Due, Step, due_of, read_clock
from dossier.errors import IncompatibleTerm
from tests.calendars import oracle
from tests.dossier.office import HANOI, at

# June 2026: the 1st is a Monday, there is no holiday. Five working days from the 1st end on Monday the 8th.
FIVE = Term.parse("5 ngày làm việc")
RECEIVED = Step("received", at("01 09:00"))
FIXED = AfterSupplement("fixed", Term.parse("3 ngày làm việc"))
PLUS = AfterSupplement("remaining_plus", Term.parse("2 ngày làm việc"))
SUSPEND = AfterSupplement("suspend")
LATER = at("30 17:00")


def read(*steps: Step, limit: Term | None = FIVE, until: datetime = LATER, **more: object) -> Clock | None:
    return read_clock([RECEIVED, *steps], limit, calendar=vietnam(), until=until, **more)


def due(*steps: Step, **more: object) -> date | datetime:
    return read(*steps, **more).legal_due.value


def wait(kind: str, begin: str, end: str) -> list[Step]:
    closing = {"paused": "resumed", "payment_requested": "paid", "supplement_requested": "supplemented"}[kind]
    return [Step(kind, at(begin)), Step(closing, at(end))]


def june(day: int) -> date:
    return date(2026, 6, day)


def test_without_waits_the_limit_runs_from_the_first_receipt() -> None:
    found = read(Step("forwarded", at("01 10:00")), Step("received", at("03 09:00")))
    assert found == Clock(at("01 09:00"), Due(june(8)), Due(june(8)), ())


# pauses and payments


@pytest.mark.parametrize("kind", ["paused", "payment_requested"])
def test_a_wait_takes_out_the_working_days_after_its_first_day_through_its_last(kind: str) -> None:
    assert due(*wait(kind, "02 10:00", "04 10:00")) == june(10)


def test_a_wait_within_one_day_moves_nothing() -> None:
    assert due(*wait("paused", "02 08:00", "02 16:00")) == june(8)


def test_a_wait_over_a_weekend_takes_out_no_working_day() -> None:
    assert due(*wait("paused", "05 10:00", "07 10:00")) == june(8)


def test_waits_that_overlap_are_counted_once() -> None:
    steps = [*wait("paused", "02 10:00", "04 10:00"), *wait("payment_requested", "03 10:00", "05 10:00")]
    found = read(*sorted(steps, key=lambda step: step.at))
    assert found.legal_due == Due(june(11))
    assert found.due_without_pauses == Due(june(10))


def test_a_wait_that_begins_after_the_term_expired_moves_nothing() -> None:
    assert due(*wait("paused", "09 00:00", "12 10:00")) == june(8)


def test_a_wait_may_begin_in_time_only_thanks_to_an_earlier_one() -> None:
    pause, payment = wait("paused", "02 10:00", "04 10:00"), wait("payment_requested", "09 10:00", "11 10:00")
    found = read(*pause, *payment)
    assert found.legal_due == Due(june(12))
    assert found.due_without_pauses == Due(june(8))


def test_an_open_wait_counts_as_if_it_ended_now() -> None:
    found = read(Step("paused", at("02 10:00")), until=at("04 10:00"))
    assert (found.legal_due, found.due_without_pauses, found.waiting) == (Due(june(10)), Due(june(8)), ("paused",))


def test_a_wait_that_nobody_ended_ends_with_the_decision() -> None:
    assert due(Step("paused", at("02 10:00")), Step("completed", at("04 10:00"))) == june(10)


def test_what_follows_the_decision_moves_nothing() -> None:
    assert due(Step("completed", at("02 09:00")), *wait("paused", "02 10:00", "04 10:00")) == june(8)


def test_what_comes_after_the_question_is_not_read() -> None:
    assert due(*wait("paused", "02 10:00", "04 10:00"), until=at("02 09:00")) == june(8)


def test_a_second_pause_inside_an_open_one_is_the_same_wait() -> None:
    steps = [Step("paused", at("02 10:00")), Step("paused", at("03 10:00")), Step("resumed", at("04 10:00"))]
    assert due(*steps) == june(10)


def test_a_resumption_of_nothing_moves_nothing() -> None:
    assert due(Step("resumed", at("04 10:00"))) == june(8)


def test_a_pause_stops_the_clock_only_on_a_ground_that_the_procedure_excludes() -> None:
    steps = [Step("paused", at("02 10:00"), "expertise"), Step("resumed", at("04 10:00"))]
    assert due(*steps, stops=lambda ground: ground == "expertise") == june(10)
    assert due(*steps, stops=lambda ground: ground == "verification") == june(8)


def test_a_pause_whose_ground_is_not_known_stops_the_clock() -> None:
    assert due(*wait("paused", "02 10:00", "04 10:00"), stops=lambda _ground: False) == june(10)


def test_an_apology_moves_nothing() -> None:
    assert due(Step("apologised", at("04 10:00"))) == june(8)


# supplements


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (AfterSupplement(), june(17)),  # 5 from the 10th: 11, 12, 15, 16, 17
        (SUSPEND, june(15)),  # 4, 5, 8, 9 and 10 are taken out: 2, 3, 11, 12, 15
        (FIXED, june(15)),  # 3 from the 10th: 11, 12, 15
        (PLUS, june(17)),  # as suspend, and 2 more
    ],
)
def test_a_supplement_does_what_the_procedure_says(after: AfterSupplement, expected: date) -> None:
    assert due(*wait("supplement_requested", "03 09:00", "10 09:00"), after=after) == expected


@pytest.mark.parametrize("after", [AfterSupplement(), SUSPEND, FIXED, PLUS])
def test_a_supplement_requested_after_the_term_expired_moves_nothing(after: AfterSupplement) -> None:
    assert due(*wait("supplement_requested", "09 09:00", "12 09:00"), after=after) == june(8)


def test_a_supplement_requested_on_the_due_date_still_restarts_the_clock() -> None:
    assert due(*wait("supplement_requested", "08 23:59", "12 09:00")) == june(19)


def test_an_open_supplement_counts_as_if_it_came_in_now() -> None:
    found = read(Step("supplement_requested", at("03 09:00")), until=at("10 09:00"))
    assert (found.legal_due, found.waiting) == (Due(june(17)), ("supplement_requested",))


def test_a_restart_forgets_the_waits_before_it() -> None:
    steps = [*wait("paused", "02 08:00", "03 08:00"), *wait("supplement_requested", "03 09:00", "10 09:00")]
    assert due(*steps) == june(17)


def test_a_pause_across_a_restart_counts_from_the_restart() -> None:
    steps = [
        Step("paused", at("02 09:00")),
        Step("supplement_requested", at("03 09:00")),
        Step("supplemented", at("10 09:00")),
        Step("resumed", at("11 09:00")),
    ]
    found = read(*steps)
    assert found.legal_due == Due(june(18))
    assert found.due_without_pauses == Due(june(17))


def test_a_pause_in_the_new_period_takes_out_days_of_the_new_period() -> None:
    steps = [*wait("supplement_requested", "03 09:00", "10 09:00"), *wait("paused", "11 09:00", "15 09:00")]
    assert due(*steps) == june(19)  # 12 and 15 are taken out: 11, 16, 17, 18, 19


def test_without_its_pause_a_dossier_may_be_asked_too_late_for_a_restart() -> None:
    steps = [*wait("paused", "02 09:00", "05 09:00"), *wait("supplement_requested", "10 09:00", "15 09:00")]
    found = read(*steps)
    assert found.legal_due == Due(june(22))
    assert found.due_without_pauses == Due(june(8))


def test_a_request_before_receipt_is_guidance_and_moves_nothing() -> None:
    steps = [Step("supplement_requested", at("01 07:30")), RECEIVED, Step("supplemented", at("10 09:00"))]
    assert read_clock(steps, FIVE, calendar=vietnam(), until=LATER).legal_due == Due(june(8))


def test_an_addition_in_another_unit_is_refused() -> None:
    steps = wait("supplement_requested", "03 09:00", "10 09:00")
    with pytest.raises(IncompatibleTerm, match=r"2 working days cannot be added: the limit is 10 days"):
        due(*steps, limit=Term.parse("10 ngày"), after=PLUS)
    with pytest.raises(IncompatibleTerm, match="no limit is known"):
        due(*steps, limit=None, promise=june(8), after=PLUS)


@pytest.mark.parametrize(("semantics", "term"), [("fixed", None), ("remaining_plus", None), ("restart", FIVE)])
def test_a_term_is_given_where_it_is_used_and_nowhere_else(semantics: str, term: Term | None) -> None:
    with pytest.raises(ValueError, match="'fixed' and 'remaining_plus' need a term"):
        AfterSupplement(semantics, term)


# other units


def test_calendar_days_are_taken_out_as_calendar_days() -> None:
    assert due(*wait("paused", "02 10:00", "06 10:00"), limit=Term.parse("10 ngày")) == june(15)


def test_a_limit_in_hours_is_judged_by_moment() -> None:
    hours = Term.parse("8 giờ làm việc")  # from 09:00: 2.5 + 3.5 hours on the 1st, two on the 2nd
    assert due(limit=hours) == at("02 09:00")
    assert due(*wait("paused", "02 08:00", "02 10:00"), limit=hours) == at("02 11:00")
    assert due(*wait("paused", "02 09:00", "02 10:00"), limit=hours) == at("02 09:00")


# no limit known


def test_without_a_limit_the_promise_is_due() -> None:
    assert due(limit=None, promise=june(6)) == june(6)  # a Saturday stays a Saturday
    assert due(limit=None, promise=at("06 12:00")) == at("06 12:00")


def test_a_promised_date_is_a_budget_of_the_working_days_up_to_it() -> None:
    assert due(*wait("paused", "02 10:00", "04 10:00"), limit=None, promise=june(8)) == june(10)
    assert due(*wait("supplement_requested", "03 09:00", "10 09:00"), limit=None, promise=june(8)) == june(17)


def test_a_promise_stays_where_a_wait_takes_out_nothing() -> None:
    assert due(*wait("paused", "04 18:00", "05 06:00"), limit=None, promise=at("03 10:00")) == at("03 10:00")
    assert due(*wait("paused", "05 18:00", "06 18:00"), limit=None, promise=june(6)) == june(6)


def test_a_promised_moment_moves_by_the_worked_time_of_a_wait() -> None:
    assert due(*wait("paused", "02 08:00", "02 10:00"), limit=None, promise=at("03 10:00")) == at("03 14:00")
    assert due(*wait("paused", "02 18:00", "03 06:00"), limit=None, promise=at("03 10:00")) == at("03 10:00")


def test_a_wait_after_the_promised_moment_moves_nothing() -> None:
    assert due(*wait("paused", "03 10:01", "04 10:00"), limit=None, promise=at("03 10:00")) == at("03 10:00")


def test_a_promise_before_the_receipt_is_taken_as_it_is() -> None:
    assert due(limit=None, promise=at("01 08:00")) == at("01 08:00")
    assert due(*wait("paused", "02 10:00", "04 10:00"), limit=None, promise=date(2026, 5, 29)) == date(2026, 5, 29)


def test_with_neither_limit_nor_promise_nothing_is_due() -> None:
    assert read(limit=None) is None


def test_before_receipt_nothing_is_due() -> None:
    assert read_clock([Step("submitted", at("01 09:00"))], FIVE, calendar=vietnam(), until=LATER) is None
    assert read(until=at("01 08:00")) is None


def test_a_naive_moment_is_refused() -> None:
    naive = datetime(2026, 6, 2, 9)  # noqa: DTZ001  # the naive moment is the point
    with pytest.raises(NaiveMoment):
        read(Step("paused", naive))
    with pytest.raises(NaiveMoment):
        read(until=naive)


# lateness


def test_a_date_is_late_from_the_next_day_and_a_moment_from_the_next_instant() -> None:
    assert not Due(june(8)).is_late(at("08 23:59"))
    assert Due(june(8)).is_late(at("09 00:00"))
    moment = Due(june(8), at("08 10:00"))
    assert not moment.is_late(at("08 10:00"))
    assert moment.is_late(at("08 10:00") + timedelta(microseconds=1))


# any number of waits, against a walk from day to day

hours = st.integers(0, 24 * 40).map(lambda n: at("01 09:00") + timedelta(hours=n))


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    steps = []
    for kind in ("paused", "payment_requested"):
        moments = sorted(draw(st.lists(hours, max_size=6, unique=True)))
        names = [kind, "resumed" if kind == "paused" else "paid"]
        steps += [Step(names[n % 2], moment) for n, moment in enumerate(moments)]
    return sorted(steps, key=lambda step: step.at)


def walked_due(steps: list[Step], days: int, until: datetime) -> date:
    """Day after day: a working day is spent unless some wait covers it from the day before."""
    covered, running = set(), {}
    for step in [*steps, Step("resumed", until), Step("paid", until)]:
        if step.kind in {"paused", "payment_requested"}:
            running[step.kind] = step.at.date()
        else:
            begun = running.pop("paused" if step.kind == "resumed" else "payment_requested", None)
            span = (step.at.date() - begun).days if begun else 0
            covered |= {begun + timedelta(days=n) for n in range(1, span + 1)} if begun else set()
    day = june(1)
    while days:
        day += timedelta(days=1)
        days -= oracle.is_working(day) and day not in covered
    return day


@given(histories(), st.integers(1, 20))
def test_pauses_and_payments_agree_with_a_walk_from_day_to_day(steps: list[Step], days: int) -> None:
    until = datetime.combine(date(2026, 7, 31), time(17), HANOI)
    found = read(*steps, limit=Term.of(days, Unit.WORKING_DAY), until=until)
    assert found.legal_due == Due(walked_due(steps, days, until))
    pauseless = [step for step in steps if step.kind not in {"paused", "resumed"}]
    assert found.due_without_pauses == Due(walked_due(pauseless, days, until))


# one count for all dossiers of a day


@given(
    start=st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  # the zone is put on below
    waits=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 600)), max_size=3),
    limit=st.sampled_from(["5 ngày làm việc", "0,5 ngày làm việc", "20 ngày", "1 tháng", "8 giờ làm việc", "36 giờ"]),
)
def test_a_limit_ends_when_the_calendar_says_whatever_hour_it_began(
    start: datetime, waits: list[tuple[int, int]], limit: str
) -> None:
    begun, term = start.replace(tzinfo=HANOI), Term.parse(limit)
    spans = [(begun + timedelta(hours=a), begun + timedelta(hours=a + b)) for a, b in waits]
    pauses = tuple((begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in spans)
    end = deadline(vietnam(), begun, term, pauses)
    assert due_of(vietnam(), begun, term, pauses) == Due(end.due, None if end.by_date else end.expires_at)


def test_a_limit_that_ends_beyond_the_calendar_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(OutOfRange):
            due_of(vietnam(), at("01 09:00"), Term.parse("99999 ngày làm việc"))
