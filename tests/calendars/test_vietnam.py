from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version

import holidays
import pytest

from calendars import NotOfficial, vietnam
from calendars.refresh import build, differences, read
from tests.calendars import oracle
from tests.calendars.lunar import solar

WORKING_DAYS = {
    2015: 250,
    2016: 251,
    2017: 250,
    2018: 250,
    2019: 252,
    2020: 252,
    2021: 250,
    2022: 249,
    2023: 249,
    2024: 251,
    2025: 250,
    2026: 249,
    2027: 249,
}

WEEKDAYS_OFF = {
    2015: "0101-0102 0216-0220 0223 0428-0501 0902",
    2016: "0101 0208-0212 0418 0502-0503 0902",
    2017: "0102 0126-0127 0130-0201 0406 0501-0502 0904",
    2018: "0101 0214-0216 0219-0220 0425 0430-0501 0903 1231",
    2019: "0101 0204-0208 0415 0429-0501 0902",
    2020: "0101 0123-0124 0127-0129 0402 0430-0501 0902",
    2021: "0101 0210-0212 0215-0216 0421 0430 0503 0902-0903",
    2022: "0103 0131-0204 0411 0502-0503 0901-0902",
    2023: "0102 0120 0123-0126 0501-0503 0901 0904",
    2024: "0101 0208-0209 0212-0214 0418 0429-0501 0902-0903",
    2025: "0101 0127-0131 0407 0430-0502 0901-0902",
    2026: "0101-0102 0216-0220 0427 0430-0501 0831-0902 1124",
    2027: "0101 0204-0205 0208-0210 0416 0430 0503 0902-0903 1124",
}

SWAPS = [  # day off, make-up Saturday, number of the decision
    (date(2015, 1, 2), date(2014, 12, 27), "not verified"),
    (date(2015, 2, 16), date(2015, 2, 14), "not verified"),
    (date(2015, 4, 29), date(2015, 4, 25), "not verified"),
    (date(2018, 12, 31), date(2019, 1, 5), "6519/VPCP-KGVX"),
    (date(2019, 4, 29), date(2019, 5, 4), "6519/VPCP-KGVX"),
    (date(2024, 4, 29), date(2024, 5, 4), "2450/VPCP-KGVX"),
    (date(2025, 5, 2), date(2025, 4, 26), "6150/TB-BLĐTBXH"),
    (date(2026, 1, 2), date(2026, 1, 10), "12729/VPCP-KGVX"),
    (date(2026, 8, 31), date(2026, 8, 22), "9441/TB-BNV"),
]

KNOWN_DIFFERENCES = {date(2026, 1, 2), date(2026, 1, 10)}


def days_of(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def listed(year: int) -> set[date]:
    """The dates of a line such as ``0101-0102 0902``, months and days."""
    spans = [span.split("-") for span in WEEKDAYS_OFF[year].split()]
    ends = [[date(year, int(end[:2]), int(end[2:])) for end in span] for span in spans]
    return {day for end in ends for day in days_of(end[0], end[-1])}


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_each_year_has_its_working_days(year: int) -> None:
    count = vietnam().count_working_days(date(year - 1, 12, 31), date(year, 12, 31))
    assert count == WORKING_DAYS[year]


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_the_weekdays_off_are_exactly_those_decided(year: int) -> None:
    weekdays = [day for day in days_of(date(year, 1, 1), date(year, 12, 31)) if day.weekday() < 5]
    assert {day for day in weekdays if not vietnam().is_working(day)} == listed(year)


def test_the_weekend_days_worked_are_exactly_the_make_up_saturdays() -> None:
    span = days_of(date(2014, 12, 27), date(2027, 12, 31))
    worked = {day for day in span if day.weekday() >= 5 and vietnam().is_working(day)}
    assert worked == {made_up for _, made_up, _ in SWAPS}


@pytest.mark.parametrize(("off", "made_up", "number"), SWAPS)
def test_each_swap_names_its_other_half_and_its_decision(off: date, made_up: date, number: str) -> None:
    free, worked = vietnam().record(off), vietnam().record(made_up)
    assert free is not None
    assert worked is not None
    assert (free.kind, free.swapped_with, free.number) == ("off", made_up, number)
    assert (worked.kind, worked.swapped_with, worked.number) == ("worked", off, number)


def test_a_yearly_total_cannot_show_a_missing_swap_but_the_dates_can() -> None:
    library = holidays.country_holidays("VN", years=range(2014, 2028))
    span = list(days_of(date(2015, 1, 1), date(2027, 12, 31)))
    assert sum(map(library.is_working_day, span)) == sum(WORKING_DAYS.values())
    different = {day for day in span if library.is_working_day(day) != vietnam().is_working(day)}
    assert different == KNOWN_DIFFERENCES, (
        f"the installed holidays {version('holidays')} and vietnam.toml differ on {sorted(different)}, expected "
        f"{sorted(KNOWN_DIFFERENCES)}: find the instrument behind each date, then correct the one that is wrong"
    )


def test_the_snapshot_is_what_the_library_says_today() -> None:
    changes = list(differences(read(), build()))
    assert not changes, f"run motcua calendar refresh --write and read what changed: {changes}"


def test_a_fresh_snapshot_reports_each_date_that_changed() -> None:
    new = build()
    old = {day: entry for day, entry in new.items() if day != date(2026, 8, 22)}
    assert list(differences(old, new)) == ["2026-08-22: ordinary -> worked (Làm bù)"]


@pytest.mark.parametrize("year", range(1970, 2101))
def test_tet_and_the_hung_kings_day_follow_the_vietnamese_moon(year: int) -> None:
    snapshot = read()
    assert "Tết Nguyên Đán" in snapshot[solar(1, 1, year)].name
    if year >= 2007:
        assert "Ngày Giỗ Tổ Hùng Vương" in snapshot[solar(10, 3, year)].name


def test_tet_2030_is_2_february_in_hanoi_though_3_february_in_beijing() -> None:
    assert solar(1, 1, 2030) == date(2030, 2, 2)
    assert not vietnam().is_working(date(2030, 2, 1))


@pytest.mark.parametrize(("year", "first"), [(1985, (1, 21)), (2007, (2, 17)), (2053, (2, 18))])
def test_the_other_years_in_which_the_two_moons_differ(year: int, first: tuple[int, int]) -> None:
    assert solar(1, 1, year) == date(year, *first)
    assert read()[date(year, *first)].name == "Tết Nguyên Đán"


def test_every_recorded_date_says_its_legal_basis() -> None:
    for day in oracle.recorded():
        record = vietnam().record(day["date"])
        assert record is not None
        assert record.basis
        assert record.number in record.citation or record.basis in record.citation


def test_no_proposal_entered_the_table() -> None:
    assert vietnam().is_working(date(2026, 11, 23))
    assert not vietnam().is_working(date(2026, 11, 28))


def test_the_claim_begins_in_2015_and_ends_with_2027() -> None:
    span = [date(2014, 12, 31), date(2015, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [vietnam().certainty(day) for day in span] == ["projected", "official", "official", "projected"]


def test_a_strict_question_past_the_horizon_is_refused() -> None:
    vietnam().require_official(date(2027, 12, 31))
    with pytest.raises(NotOfficial, match="2015-01-01 through 2027-12-31"):
        vietnam().require_official(date(2028, 1, 1))


@pytest.mark.parametrize(
    ("off", "made_up", "decided"),
    [
        (date(2024, 4, 29), date(2024, 5, 4), date(2024, 4, 12)),
        (date(2025, 5, 2), date(2025, 4, 26), date(2024, 12, 3)),
        (date(2026, 1, 2), date(2026, 1, 10), date(2025, 12, 25)),
        (date(2026, 8, 31), date(2026, 8, 22), date(2025, 10, 16)),
    ],
)
def test_before_its_decision_a_swap_was_unknown(off: date, made_up: date, decided: date) -> None:
    before, after = vietnam().as_of(decided - timedelta(days=1)), vietnam().as_of(decided)
    assert (before.is_working(off), before.is_working(made_up)) == (True, False)
    assert (after.is_working(off), after.is_working(made_up)) == (False, True)


@pytest.mark.parametrize("year", [2026, 2027])
def test_culture_day_is_a_holiday_only_since_the_resolution_of_24_april_2026(year: int) -> None:
    day = date(year, 11, 24)
    assert vietnam().as_of(date(2026, 4, 23)).is_working(day)
    assert not vietnam().as_of(date(2026, 4, 24)).is_working(day)


def test_the_rules_of_the_labour_code_were_known_before_each_yearly_notice() -> None:
    assert not vietnam().as_of(date(2024, 1, 1)).is_working(date(2025, 1, 29))


def test_what_is_official_shrinks_with_an_earlier_view() -> None:
    assert vietnam().as_of(date(2025, 12, 1)).certainty(date(2026, 6, 1)) == "official"
    assert vietnam().as_of(date(2025, 12, 1)).certainty(date(2027, 6, 1)) == "projected"
    assert vietnam().as_of(date(2026, 10, 1)).certainty(date(2027, 6, 1)) == "projected"
    assert vietnam().as_of(date(2026, 10, 2)).certainty(date(2027, 6, 1)) == "official"
