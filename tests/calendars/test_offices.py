"""An office over a base calendar: seasons, reception hours and days of its own."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import Term, WorkCalendar, deadline, vietnam
from calendars.columns import ColumnCalendar
from calendars.offices import load_office
from tests.calendars import oracle
from tests.calendars.oracle import DAY, HANOI, MINUTE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def office() -> WorkCalendar:
    return load_office(ROOT / "examples" / "office.toml")


def _office(tmp_path: Path, text: str, base: str = '"vietnam"') -> WorkCalendar:
    file = tmp_path / "office.toml"
    file.write_text(f'format = 1\nbase = {base}\nname = "Office"\n{text}', encoding="utf-8")
    return load_office(file)


# -- the slow way: what examples/office.toml says, read by a person and walked minute by minute

WINTER = ((450, 690), (780, 1020))
SUMMER = ((420, 690), (810, 1020))
SUMMER_FRIDAY = ((420, 690), (810, 990))


def _hours(day: date) -> tuple[tuple[int, int], ...]:
    """The office hours of `day` in 2026."""
    if day == date(2026, 2, 13):
        return ((420, 660),)
    if day == date(2026, 6, 12) or not oracle.is_working(day):
        return ()
    if not date(2026, 4, 16) <= day <= date(2026, 10, 15):
        return WINTER
    return SUMMER_FRIDAY if day.weekday() == 4 else SUMMER


def _received(day: date) -> tuple[tuple[int, int], ...]:
    """The reception hours: Saturday mornings that are neither holiday nor make-up day."""
    return ((450, 690),) if day.weekday() == 5 and day not in oracle.exceptions() else ()


def _within(moment: datetime, sessions: tuple[tuple[int, int], ...]) -> bool:
    minute = moment.hour * 60 + moment.minute
    return any(begin <= minute < end for begin, end in sessions)


def _minutes(first: date, days: int) -> Iterator[datetime]:
    midnight = datetime.combine(first, time(), HANOI)
    return (midnight + MINUTE * number for number in range(days * 1440))


WINDOWS = [
    pytest.param(date(2026, 1, 8), 6, id="a make-up Saturday in winter"),
    pytest.param(date(2026, 2, 11), 12, id="the half day and the holidays after it"),
    pytest.param(date(2026, 4, 13), 9, id="winter hours become summer hours"),
    pytest.param(date(2026, 6, 10), 6, id="a closed day"),
    pytest.param(date(2026, 8, 20), 6, id="a make-up Saturday in summer"),
    pytest.param(date(2026, 10, 13), 6, id="summer hours become winter hours"),
]


@pytest.mark.parametrize(("first", "days"), WINDOWS)
def test_each_minute_is_open_and_receives_as_the_file_says(office: WorkCalendar, first: date, days: int) -> None:
    for moment in _minutes(first, days):
        worked = _within(moment, _hours(moment.date()))
        assert office.is_open(moment) == worked, moment
        assert office.receives(moment) == (worked or _within(moment, _received(moment.date()))), moment


@pytest.mark.parametrize(("first", "days"), WINDOWS)
@pytest.mark.parametrize("minutes", [1, 240, 479, 900])
def test_working_minutes_are_counted_by_walking(office: WorkCalendar, first: date, days: int, minutes: int) -> None:
    worked = [moment for moment in _minutes(first, days + 15) if _within(moment, _hours(moment.date()))]
    for start in list(_minutes(first, days))[::67]:
        later = [moment for moment in worked if moment >= start]
        end = later[minutes - 1] + MINUTE
        assert office.add_working_time(start, minutes * MINUTE) == end, start
        assert office.working_time(start, end) == minutes * MINUTE
        assert office.next_opening(start) == later[0]


def test_every_day_of_2026_counts_once_when_it_has_a_session(office: WorkCalendar) -> None:
    year = [date(2026, 1, 1) + DAY * number for number in range(365)]
    assert [office.sessions(day) for day in year] == [_hours(day) for day in year]
    assert [office.is_working(day) for day in year] == [bool(_hours(day)) for day in year]


@given(st.integers(0, 800), st.integers(-100, 100), st.integers(0, 1439), st.integers(1, 9000))
def test_whole_columns_get_the_answers_of_single_days(
    office: WorkCalendar, later: int, n: int, minute: int, work: int
) -> None:
    day = date(2025, 9, 1) + DAY * later
    columns, moment = ColumnCalendar(office), datetime.combine(day, time(), HANOI) + MINUTE * minute
    found = columns.add_working_days(np.array([day], "datetime64[D]"), np.array([n]))
    assert found.astype(object).tolist() == [office.add_working_days(day, n)]
    walls = np.array([moment.replace(tzinfo=None)], "datetime64[us]")
    ends = columns.work_done_at(columns.work_through(walls) + work * 60_000_000).astype(object).tolist()
    assert ends == [office.add_working_time(moment, MINUTE * work).replace(tzinfo=None)]


# -- what a day counts


def test_a_half_day_is_one_working_day_and_its_own_minutes(office: WorkCalendar) -> None:
    assert office.count_working_days(date(2026, 2, 12), date(2026, 2, 13)) == 1
    thursday, friday = (datetime(2026, 2, day, 17, tzinfo=HANOI) for day in (12, 13))
    assert office.working_time(thursday, friday) == timedelta(hours=4)
    assert office.closing(date(2026, 2, 13)) == datetime(2026, 2, 13, 11, tzinfo=HANOI)


def test_a_limit_that_ends_on_a_half_day_makes_the_appointment_at_its_closing(office: WorkCalendar) -> None:
    found = deadline(office, datetime(2026, 2, 10, 8, tzinfo=HANOI), Term.parse("3 ngày làm việc"))
    assert found.appointment_at == datetime(2026, 2, 13, 11, tzinfo=HANOI)
    assert found.expires_at == datetime(2026, 2, 14, tzinfo=HANOI)


def test_reception_on_saturday_counts_no_working_day_and_no_minute(office: WorkCalendar) -> None:
    saturday = date(2026, 3, 14)
    assert office.reception(saturday) == ((450, 690),)
    assert not office.is_working(saturday)
    assert office.count_working_days(date(2026, 3, 13), date(2026, 3, 16)) == 1
    opening, closing = (datetime(2026, 3, 14, *at, tzinfo=HANOI) for at in ((7, 30), (11, 30)))
    assert office.receives(opening)
    assert not office.receives(closing)
    assert not office.is_open(opening)
    assert office.working_time(opening, closing) == timedelta()


@pytest.mark.parametrize("saturday", [date(2026, 1, 10), date(2027, 5, 1)])
def test_no_reception_hours_on_a_make_up_day_or_a_holiday(office: WorkCalendar, saturday: date) -> None:
    assert office.reception(saturday) == ()


def test_the_calendar_of_the_country_has_no_reception_hours() -> None:
    assert vietnam().reception(date(2026, 3, 14)) == ()


def test_a_make_up_saturday_has_the_hours_of_a_monday_not_of_the_friday_before(office: WorkCalendar) -> None:
    assert office.sessions(date(2026, 8, 21)) == SUMMER_FRIDAY
    assert office.sessions(date(2026, 8, 22)) == SUMMER


def test_where_no_range_speaks_the_hours_of_the_base_hold(office: WorkCalendar) -> None:
    assert office.sessions(date(2025, 10, 15)) == vietnam().sessions(date(2025, 10, 15)) == SUMMER
    assert office.sessions(date(2025, 10, 16)) == WINTER
    assert office.reception(date(2025, 12, 27)) == ()


def test_an_office_without_hours_of_its_own_keeps_those_of_the_base(tmp_path: Path) -> None:
    office = _office(tmp_path, '[[reception]]\nweekdays = [6]\nsessions = ["07:30-11:30"]')
    assert (office.table, office.receptions != b"") == (vietnam().table, True)


def test_two_ranges_may_share_their_dates_on_different_weekdays(tmp_path: Path) -> None:
    text = "".join(
        f'[[hours]]\nweekdays = {days}\nsessions = ["08:00-{end}"]\n' for days, end in (([2], 12), ([4], 17))
    )
    office = _office(tmp_path, text.replace("-12", "-12:00").replace("-17", "-17:00"))
    week = [office.sessions(date(2026, 3, day)) for day in range(16, 23)]
    assert week == [(), ((480, 720),), (), ((480, 1020),), (), (), ()]


def test_ranges_that_touch_no_common_date_are_no_overlap(tmp_path: Path) -> None:
    text = """[[hours]]
to = 2026-03-17
weekdays = [1, 4]
sessions = ["08:00-12:00"]
[[hours]]
from = 2026-03-17
weekdays = [1, 4]
sessions = ["13:00-17:00"]
"""  # 17 March 2026 is a Tuesday
    office = _office(tmp_path, text)
    assert [office.sessions(date(2026, 3, day)) for day in (16, 17, 19)] == [((480, 720),), (), ((780, 1020),)]


def test_a_day_of_the_office_overrules_the_base(tmp_path: Path) -> None:
    named = 'vi = "Trực"\nen = "On duty"\ninstrument = "Thông báo"\nnumber = "1/TB"\nbasis = "Nội quy"\n'
    office = _office(tmp_path, f'[[day]]\ndate = 2026-09-02\nsessions = ["08:00-10:00"]\n{named}')
    record = office.record(date(2026, 9, 2))
    assert office.sessions(date(2026, 9, 2)) == ((480, 600),)
    assert record is not None
    assert (record.kind, record.name_vi, record.citation, record.scope) == (
        "worked",
        "Trực",
        "Thông báo số 1/TB",
        "office",
    )


SEASONS = """[[hours]]
from = 2020-01-01
season = ["04-16", "10-15"]
weekdays = [1, 2, 3, 4, 5]
sessions = ["07:00-11:30"]
[[hours]]
from = 2020-01-01
to = 2027-03-31
season = ["10-16", "04-15"]
weekdays = [1, 2, 3, 4, 5]
sessions = ["07:30-11:30"]
"""


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2019, 12, 31), 420),  # before `from`: the base, two sessions
        (date(2020, 1, 2), 450),  # the winter that began in 2019
        (date(2020, 4, 15), 450),
        (date(2020, 4, 16), 420),
        (date(2026, 10, 15), 420),
        (date(2026, 10, 16), 450),
        (date(2027, 3, 31), 450),  # the last day of `to`
        (date(2027, 4, 1), 420),  # between `to` and the summer: the base again
        (date(2100, 10, 15), 420),
    ],
)
def test_a_season_comes_back_every_year_between_from_and_to(tmp_path: Path, day: date, begins: int) -> None:
    office = _office(tmp_path, SEASONS)
    of_the_base = not date(2020, 1, 1) <= day or date(2027, 4, 1) == day
    assert (office.sessions(day)[0][0], len(office.sessions(day))) == (begins, 2 if of_the_base else 1)


def test_two_seasons_make_a_whole_year_and_a_country_has_no_gap(tmp_path: Path) -> None:
    text = SEASONS.replace("from = 2020-01-01\n", "").replace("to = 2027-03-31\n", "")
    office = _office(tmp_path, text, '{ country = "NL", zone = "Europe/Amsterdam" }')
    assert [office.sessions(day) for day in (date(1970, 1, 2), date(2100, 12, 31))] == [((450, 690),)] * 2


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[date, date, list[int], int]]:
    """Ranges one after the other, some with gaps between them: first, last, weekdays, closing hour."""
    cuts = sorted(draw(st.sets(st.integers(0, 400), min_size=2, max_size=8)))
    start, found = date(2026, 1, 1), []
    for begin, end in pairwise(cuts):
        weekdays = sorted(draw(st.sets(st.integers(1, 7), min_size=1)))
        if draw(st.booleans()):
            found.append((start + DAY * begin, start + DAY * (end - 1), weekdays, draw(st.integers(9, 20))))
    return found


@given(schedules())
def test_any_schedule_gives_each_ordinary_date_its_sessions(schedule: list[tuple[date, date, list[int], int]]) -> None:
    text = "".join(
        f'[[hours]]\nfrom = {first}\nto = {last}\nweekdays = {weekdays}\nsessions = ["08:00-{hour:02}:00"]\n'
        for first, last, weekdays, hour in schedule
    )
    with TemporaryDirectory() as folder:
        office = _office(Path(folder), text)
    for day in (date(2025, 12, 25) + DAY * number for number in range(420)):
        ruling = [(weekdays, hour) for first, last, weekdays, hour in schedule if first <= day <= last]
        if day in oracle.exceptions():
            assert office.is_working(day) == oracle.is_working(day)
        elif ruling:
            (weekdays, hour) = ruling[0]
            assert office.sessions(day) == (((480, hour * 60),) if day.isoweekday() in weekdays else ())
        else:
            assert office.sessions(day) == vietnam().sessions(day)


# -- what is known


def test_before_its_decision_a_swapped_day_has_the_hours_of_its_own_weekday(office: WorkCalendar) -> None:
    then = office.as_of(date(2025, 10, 15))  # the decision is of 16 October 2025
    assert then.sessions(date(2026, 8, 31)) == SUMMER
    assert then.sessions(date(2026, 8, 22)) == ()
    assert then.reception(date(2026, 8, 22)) == ((450, 690),)
    assert then.sessions(date(2026, 1, 2)) == WINTER


def test_an_earlier_view_keeps_the_days_of_the_office_that_have_no_day_of_issue(office: WorkCalendar) -> None:
    assert not office.as_of(date(2020, 1, 1)).is_working(date(2026, 6, 12))


def test_a_day_of_the_office_is_known_from_its_day_of_issue(office: WorkCalendar) -> None:
    half_day = date(2026, 2, 13)
    assert office.as_of(date(2026, 2, 1)).sessions(half_day) == WINTER
    assert office.as_of(date(2026, 2, 1)).record(half_day) is None
    assert office.as_of(date(2026, 2, 2)).sessions(half_day) == ((420, 660),)


def test_beneath_a_day_of_the_office_an_earlier_view_finds_the_instrument_of_the_base(tmp_path: Path) -> None:
    named = 'vi = "Trực"\nen = "On duty"\ninstrument = "Thông báo"\nnumber = "1/TB"\nbasis = "Nội quy"\n'
    issued = "issued_on = 2026-01-05"
    office = _office(tmp_path, f'[[day]]\ndate = 2026-01-10\nsessions = ["07:00-11:00"]\n{named}{issued}\n')
    saturday, seen = date(2026, 1, 10), []
    for known_on in (date(2025, 12, 24), date(2025, 12, 25), date(2026, 1, 5)):
        record = office.as_of(known_on).record(saturday)
        seen.append((office.as_of(known_on).sessions(saturday), record and record.number))
    assert seen == [((), None), (SUMMER, "12729/VPCP-KGVX"), (((420, 660),), "1/TB")]


def test_certainty_and_horizon_are_those_of_the_base(office: WorkCalendar) -> None:
    assert office.certainty(date(2026, 2, 13)) == "official"
    assert office.certainty(date(2028, 1, 3)) == "projected"
    assert office.as_of(date(2025, 12, 1)).official_through == vietnam().as_of(date(2025, 12, 1)).official_through
    assert office.record(date(2026, 8, 22)) == vietnam().record(date(2026, 8, 22))


def test_one_file_is_one_key_and_another_instrument_another(tmp_path: Path, office: WorkCalendar) -> None:
    path = ROOT / "examples" / "office.toml"
    again = load_office(str(path))
    other = tmp_path / "office.toml"
    other.write_text(path.read_text(encoding="utf-8").replace("Nội quy cơ quan", "Thông báo khác"), encoding="utf-8")
    assert {office: 1}[again] == 1
    assert load_office(other).table == office.table
    assert load_office(other) != office


# -- other countries


def test_an_office_of_another_country_has_its_holidays_and_hours_by_season(tmp_path: Path) -> None:
    text = """[[hours]]
to = 2026-06-30
weekdays = [1, 2, 3, 4, 5]
sessions = ["08:30-17:00"]
[[hours]]
from = 2026-07-01
weekdays = [1, 2, 3, 4, 5]
sessions = ["09:00-16:00"]
"""
    office = _office(tmp_path, text, '{ country = "NL", zone = "Europe/Amsterdam" }')
    days = [date(2026, 4, 27), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 25)]  # King's Day, Christmas
    assert [office.sessions(day) for day in days] == [(), ((510, 1020),), ((540, 960),), ()]
    assert office.closing(date(2026, 7, 1)).isoformat() == "2026-07-01T16:00:00+02:00"
    assert office.certainty(date(2026, 7, 1)) == "projected"


def test_reading_an_office_pulls_in_neither_numpy_nor_pandas_nor_holidays() -> None:
    code = "import sys, calendars.offices as o; o.load_office('examples/office.toml').edition; print(*sys.modules)"
    run = [sys.executable, "-c", code]
    found = subprocess.run(run, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # our own code
    assert not {"numpy", "pandas", "holidays"} & set(found.stdout.split())
