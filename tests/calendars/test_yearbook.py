import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from calendars import MalformedCalendar, OutOfRange, vietnam
from calendars.errors import MalformedRequest
from calendars.views import Day, View, english, read_view
from calendars.yearbook import Year, read_year, year_of
from tests.calendars.lunar import solar
from tests.calendars.test_vietnam import SWAPS, WEEKDAYS_OFF, WORKING_DAYS, listed

OFFICE = """
format = 1
base = "vietnam"
name = "Test office"

[[hours]]
weekdays = [1, 2, 3, 4, 5, 6]
sessions = ["08:00-12:00"]

[[day]]
date = 2026-02-13
sessions = ["08:00-10:00"]
vi = "Làm việc buổi sáng"
en = "Morning only"
instrument = "Thông báo"
number = "not verified"
basis = "Nội quy cơ quan"
"""


def vietnam_year(number: int, as_of: date | None = None) -> Year:
    return year_of(read_view("vietnam").seen_on(as_of), number)


def office(folder: Path, text: str = OFFICE) -> View:
    file = folder / "office.toml"
    file.write_text(text, encoding="utf-8")
    return read_view(str(file))


def days_of(year: Year) -> dict[date, Day]:
    return {day.date: day for day in year.days}


@pytest.mark.parametrize("number", WORKING_DAYS)
def test_a_year_has_the_working_days_of_its_decisions(number: int) -> None:
    year = vietnam_year(number)
    assert year.working_days == WORKING_DAYS[number] == sum(month.working_days for month in year.months)
    assert year.certainty == "official"


@pytest.mark.parametrize("number", WEEKDAYS_OFF)
def test_the_weekdays_marked_off_are_those_decided_and_each_has_a_name_and_an_instrument(number: int) -> None:
    off = [day for day in vietnam_year(number).exceptional if day.kind == "off"]
    assert {day.date for day in off if day.date.weekday() < 5} == listed(number)
    assert all(day.name_vi and day.name_en and day.instrument and day.basis for day in off)


@pytest.mark.parametrize(("off", "made_up", "number"), [swap for swap in SWAPS if swap[1].year > 2014])
def test_both_halves_of_a_swap_name_each_other_and_the_decision(off: date, made_up: date, number: str) -> None:
    free, worked = days_of(vietnam_year(off.year))[off], days_of(vietnam_year(made_up.year))[made_up]
    assert (free.kind, free.swapped_with, worked.kind, worked.swapped_with) == ("off", made_up, "worked", off)
    assert {free.number, worked.number} == {None if number == "not verified" else number}
    assert (free.working, worked.working) == (False, True)
    assert worked.hours == "07:00-11:30, 13:30-17:00"


def test_a_weekend_without_an_instrument_in_an_official_year_is_an_ordinary_one() -> None:
    day = days_of(vietnam_year(2025))[date(2025, 2, 1)]  # the fourth of the Lunar New Year, a Saturday
    assert (day.kind, day.name) == ("closed", "")


def test_a_number_that_was_not_found_is_none_and_reads_as_not_verified() -> None:
    day = days_of(vietnam_year(2015))[date(2015, 2, 16)]
    assert (day.number, day.number_text) == (None, "chưa kiểm chứng")


@pytest.mark.parametrize("number", [1970, 2000, 2024, 2026, 2100])
def test_the_weeks_hold_every_day_of_the_year_once_under_its_weekday(number: int) -> None:
    year = vietnam_year(number)
    cells = [cell for month in year.months for week in month.weeks for cell in enumerate(week)]
    days = [(place, day.date) for place, day in cells if day]
    first = date(number, 1, 1)
    assert [day for _, day in days] == [
        first + timedelta(days=n) for n in range((date(number, 12, 31) - first).days + 1)
    ]
    assert all(place == day.weekday() for place, day in days)
    assert {len(week) for month in year.months for week in month.weeks} == {7}


@pytest.mark.parametrize("number", [2014, 2028, 2030, 2100])
def test_a_year_outside_the_claim_is_projected_and_cites_nothing_for_its_tet(number: int) -> None:
    year = vietnam_year(number)
    tet = days_of(year)[solar(1, 1, number)]
    assert year.certainty == tet.certainty == "projected"
    assert (tet.kind, tet.name_vi, tet.name_en) == ("off", "Tết Nguyên Đán", "Lunar New Year, first day")
    assert (tet.instrument, tet.number_text) == ("", "")


def test_every_projected_day_off_has_two_names() -> None:
    days = [day for number in range(2028, 2101) for day in vietnam_year(number).exceptional]
    assert [day for day in days if not day.name_vi or day.name_en in {"", day.name_vi}] == []


def test_on_christmas_eve_2025_the_swap_of_2_january_was_unknown() -> None:
    before, after = vietnam_year(2026, date(2025, 12, 24)), vietnam_year(2026, date(2025, 12, 25))
    assert [days_of(year)[date(2026, 1, 2)].kind for year in (before, after)] == ["working", "off"]
    assert [days_of(year)[date(2026, 1, 10)].kind for year in (before, after)] == ["closed", "worked"]
    assert before.working_days == 250  # Culture Day was not a holiday yet


def test_an_earlier_view_cites_no_later_instrument() -> None:
    seen = date(2025, 12, 24)
    year = vietnam_year(2027, seen)
    assert year.certainty == "projected"
    assert [day.date for day in year.days if day.issued_on and day.issued_on > seen] == []
    tet = days_of(year)[date(2027, 2, 5)]  # decided by 10065/VPCP-KGVX of 2 October 2026
    assert (tet.kind, tet.name_vi, tet.instrument) == ("off", "Giao thừa Tết Âm lịch", "")


def test_before_the_first_official_day_nothing_was_official() -> None:
    assert vietnam_year(2026, date(2000, 1, 1)).official is None
    assert vietnam_year(2026).official == (date(2015, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize("number", [1969, 2101, 0, 9999])
def test_a_year_outside_the_tables_is_refused(number: int) -> None:
    with pytest.raises(OutOfRange, match="1970-01-01 to 2100-12-31"):
        vietnam_year(number)


@pytest.mark.parametrize(
    "text", ["", "26", "02026", "2026.0", "-2026", "+2026", "2o26", "²⁰²⁶", "２０２６", " 2026", "2026\n", "20_6"]
)
def test_a_word_that_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(MalformedRequest, match="a year from 1970 to 2100"):
        read_year(text)


def test_the_instruments_of_2026_are_listed_once_each_in_the_order_of_their_days() -> None:
    year = vietnam_year(2026)
    numbers = [number for _, number, _, _ in year.instruments]
    assert numbers == ["45/2019/QH14", "12729/VPCP-KGVX", "9441/TB-BNV", "9441/TB-BNV", "28/2026/QH16"]
    assert {year.place(day) for day in year.exceptional} == {1, 2, 3, 4, 5}


def test_a_year_survives_the_way_through_json() -> None:
    document = json.loads(json.dumps(vietnam_year(2026, date(2026, 1, 1)).to_dict()))
    assert document["as_of"] == "2026-01-01"
    assert document["edition"] == vietnam().as_of(date(2026, 1, 1)).edition
    assert [month["month"] for month in document["months"]] == list(range(1, 13))
    swapped = next(day for day in document["days"] if day["date"] == "2026-01-02")
    assert (swapped["number"], swapped["issued_on"], swapped["swapped_with"]) == (
        "12729/VPCP-KGVX",
        "2025-12-25",
        "2026-01-10",
    )


def test_a_half_day_of_an_office_is_a_working_day_with_hours_of_its_own(tmp_path: Path) -> None:
    day = office(tmp_path).day(date(2026, 2, 13))
    assert (day.kind, day.working, day.hours, day.name_en) == ("hours", True, "08:00-10:00", "Morning only")


def test_a_make_up_saturday_is_nothing_special_where_saturdays_are_worked(tmp_path: Path) -> None:
    assert office(tmp_path).day(date(2026, 1, 10)).kind == "working"


def test_a_country_of_the_package_is_projected_and_has_the_names_of_the_package() -> None:
    day = read_view("holidays:NL").day(date(2026, 4, 27))
    assert (day.kind, day.certainty, day.name_vi, day.name_en) == ("off", "projected", "Koningsdag", "King's Day")


NO_CALENDARS = """
Vietnam nowhere.toml holidays: holidays:QQ holidays:nl holidays:NYSE holidays:HolidayBase holidays:VN@2025-12-24
vietnam@ vietnam@tomorrow vietnam@2025-13-01 vietnam@2025-12-24@2025-12-25 @2025-12-24
"""


@pytest.mark.parametrize("text", ["", *NO_CALENDARS.split()])
def test_a_name_of_no_calendar_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(MalformedRequest, match="for example"):
        read_view(text)


def test_a_broken_office_file_is_refused_by_its_reader(tmp_path: Path) -> None:
    with pytest.raises(MalformedCalendar, match=r"office\.toml"):
        office(tmp_path, "format = ")
    with pytest.raises(MalformedCalendar, match=r"office\.toml"):
        office(tmp_path, OFFICE.replace("name =", "nom ="))


def test_a_whole_calendar_file_is_read_as_well() -> None:
    file = Path(__file__).parents[2] / "calendars" / "data" / "vietnam.toml"
    assert read_view(str(file)).day(date(2026, 1, 2)).number == "12729/VPCP-KGVX"


def test_a_name_unknown_in_english_stays_as_it_is() -> None:
    assert english("Ngày lạ") == "Ngày lạ"
