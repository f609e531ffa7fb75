from datetime import date
from pathlib import Path

import pytest

from calendars import OutOfRange
from calendars.differences import Span, differences, span_of
from calendars.errors import MalformedRequest
from calendars.views import read_view
from tests.calendars.test_vietnam import KNOWN_DIFFERENCES, SWAPS

OFFICE = """
format = 1
base = "vietnam"
name = "Office"

[[day]]
date = 2026-06-12
sessions = []
vi = "Chuyển trụ sở"
en = "Moving"
instrument = "Thông báo"
number = "not verified"
basis = "Nội quy cơ quan"
"""
OFFICIAL = Span(date(2015, 1, 1), date(2027, 12, 31))


def compared(a: str, b: str, span: Span = OFFICIAL) -> list[date]:
    return [one.date for one, _ in differences(read_view(a), read_view(b), span)]


def test_the_package_lacks_the_swap_of_2_january_2026_and_nothing_else() -> None:
    assert set(compared("vietnam", "holidays:VN")) == KNOWN_DIFFERENCES


def test_each_side_says_what_the_day_is_and_by_which_instrument() -> None:
    (ours, theirs), (made_up, closed) = differences(read_view("vietnam"), read_view("holidays:VN"), OFFICIAL)
    assert (ours.kind, ours.number, ours.name_vi) == ("off", "12729/VPCP-KGVX", "Nghỉ hoán đổi dịp Tết Dương lịch")
    assert (theirs.kind, theirs.certainty, theirs.instrument) == ("working", "projected", "")
    assert (made_up.kind, closed.kind) == ("worked", "closed")


def test_swapping_the_sides_swaps_the_answers() -> None:
    a, b = read_view("vietnam"), read_view("holidays:VN")
    assert [(y, x) for x, y in differences(a, b, OFFICIAL)] == [tuple(pair) for pair in differences(b, a, OFFICIAL)]


@pytest.mark.parametrize("name", ["vietnam", "holidays:VN", "holidays:NL", "vietnam@2024-01-01"])
def test_a_calendar_differs_from_itself_nowhere(name: str) -> None:
    assert compared(name, name, Span(date(1970, 1, 1), date(2100, 12, 31))) == []


def test_a_decision_shows_between_the_day_before_it_and_its_day() -> None:
    assert compared("vietnam@2024-04-11", "vietnam@2024-04-12") == [date(2024, 4, 29), date(2024, 5, 4)]
    assert compared("vietnam@2026-04-23", "vietnam@2026-04-24") == [date(2026, 11, 24), date(2027, 11, 24)]


def test_a_view_from_before_all_decisions_lacks_every_dated_swap_and_culture_day() -> None:
    dated = {day for off, made_up, number in SWAPS if number != "not verified" for day in (off, made_up)}
    assert set(compared("vietnam@2015-01-01", "vietnam")) == dated | {date(2026, 11, 24), date(2027, 11, 24)}


def test_the_ends_of_a_span_belong_to_it() -> None:
    assert compared("vietnam", "holidays:VN", Span(date(2026, 1, 2), date(2026, 1, 10))) == sorted(KNOWN_DIFFERENCES)
    assert compared("vietnam", "holidays:VN", Span(date(2026, 1, 3), date(2026, 1, 9))) == []
    assert compared("vietnam", "holidays:VN", Span(date(2026, 1, 2), date(2026, 1, 2))) == [date(2026, 1, 2)]


def test_an_office_closed_on_a_day_of_its_own_differs_there(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(OFFICE, encoding="utf-8")
    (found,) = differences(read_view("vietnam"), read_view(str(file)), OFFICIAL)
    assert (str(found.a.date), found.a.working, found.b.working, found.b.name_en) == (
        "2026-06-12",
        True,
        False,
        "Moving",
    )
    document = found.to_dict()
    assert (document["date"], document["a"]["working"], document["b"]["number"]) == ("2026-06-12", True, None)


def test_unless_asked_the_days_that_either_holds_as_official_are_compared() -> None:
    earlier, now, package = read_view("vietnam@2020-01-01"), read_view("vietnam"), read_view("holidays:NL")
    assert span_of(earlier, now) == span_of(package, now) == span_of(package, package) == OFFICIAL
    assert span_of(package, now, date(2030, 1, 1), date(2030, 12, 31)) == Span(date(2030, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2101, 1, 1)])
def test_a_span_outside_the_tables_is_refused(day: date) -> None:
    with pytest.raises(OutOfRange):
        Span(day, day)


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="ends on or after its first day"):
        Span(date(2026, 1, 2), date(2026, 1, 1))


def test_a_span_holds_every_day_once() -> None:
    assert list(Span(date(2026, 12, 31), date(2027, 1, 1))) == [date(2026, 12, 31), date(2027, 1, 1)]
