from datetime import date
from pathlib import Path

import pytest

from calendars import MalformedCalendar, load_calendar, vietnam

MALFORMED = Path(__file__).parents[1] / "malformed"

FAULTS = {  # file: (key, rule, good example), parts of the error
    "date-both-off-and-worked": ("instrument[1].days[3].date", "2024-05-04 is worked already", "one record per date"),
    "swap-with-one-half": ("day 2024-04-29", "one half only", 'date = 2024-05-04, kind = "worked"'),
    "swap-halves-disagree": ("day 2024-04-29", "one half only", 'date = 2024-05-04, kind = "worked"'),
    "swap-of-two-days-off": ("day 2024-04-29", "one half only", 'date = 2024-05-04, kind = "worked"'),
    "make-up-day-without-day-off": ("instrument[1].days[3].swapped_with", "names no day off", "swapped_with = 2024"),
    "worked-on-an-ordinary-working-day": ("instrument[1].days[2].date", "ordinary working day", "date = 2024-05-04"),
    "unknown-key": ("timezone", "allowed are format, name, zone", "zone ="),
    "unknown-key-of-an-instrument": ("instrument[1].issued", "allowed are title, number, issued_on", "issued_on ="),
    "unknown-key-of-a-day": ("instrument[1].days[2].vn", "allowed are date, kind, swapped_with, vi, en", "date ="),
    "duplicate-key": ("name", "line 3", "format = 1"),
    "date-as-text": ("instrument[1].days[1].date", "found '2024-04-29', a date is needed", "date = 2024-04-29"),
    "moment-for-a-date": ("instrument[1].issued_on", "a date is needed", "issued_on = 2024-04-12"),
    "format-as-text": ("format", "found '1'", "format = 1"),
    "format-of-the-future": ("format", "this version reads 1", "format = 1"),
    "unknown-status": ("instrument[1].status", "allowed are official, projected", 'status = "official"'),
    "unknown-kind": ("instrument[1].days[1].kind", "allowed are off, worked", 'kind = "off"'),
    "unknown-scope": ("instrument[1].scope", "allowed are statutory, state", 'scope = "state"'),
    "unknown-source": ("instrument[1].source", "press, memory, repositories", 'source = "press"'),
    "missing-basis": ("instrument[1].basis", "the key is missing", "Điều 112"),
    "missing-instruments": ("instrument", "the key is missing", "[[instrument]]"),
    "unknown-zone": ("zone", "no zone of the tz database", 'zone = "Asia/Ho_Chi_Minh"'),
    "overlapping-sessions": ("sessions", "overlap", '["07:00-11:30", "13:30-17:00"]'),
    "session-without-leading-zero": ("sessions", "'7:00-11:30' is no session", '["07:00-11:30", "13:30-17:00"]'),
    "session-as-number": ("sessions", "7 is no session", '["07:00-11:30", "13:30-17:00"]'),
    "no-session": ("sessions", "needs a session", '["07:00-11:30", "13:30-17:00"]'),
    "weekday-eight": ("working_weekdays", "1 (Monday) to 7", "working_weekdays = [1, 2, 3, 4, 5]"),
    "weekday-in-words": ("working_weekdays", "1 (Monday) to 7", "working_weekdays = [1, 2, 3, 4, 5]"),
    "weekday-nested": ("working_weekdays", "1 (Monday) to 7", "working_weekdays = [1, 2, 3, 4, 5]"),
    "official-ends-before-it-begins": ("official_through", "2023-12-31", "official_through = 20"),
    "day-as-text": ("instrument[1].days[1]", "a table is needed", "date = 2024-04-29"),
    "date-beyond-the-tables": ("instrument[1].days[3].date", "2101-01-03", "date = 20"),
    "not-utf-8": ("byte 615", "not UTF-8", "UTF-8"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_names_file_key_rule_and_a_good_example(fault: str) -> None:
    key, rule, example = FAULTS[fault]
    with pytest.raises(MalformedCalendar) as refused:
        load_calendar(MALFORMED / f"calendar-{fault}.toml")
    error = refused.value
    assert error.file == f"calendar-{fault}.toml"
    assert error.key.startswith(key)
    assert rule in error.rule
    assert example in error.example
    assert all(part in str(error) for part in (error.file, error.key, error.rule, error.example))


def test_every_malformed_file_has_its_test() -> None:
    assert {file.stem.removeprefix("calendar-") for file in MALFORMED.glob("calendar-*.toml")} == set(FAULTS)


GOOD = """
format = 1
name = "Test office"
zone = "Asia/Ho_Chi_Minh"
official_from = 2024-01-01
official_through = 2024-12-31
working_weekdays = [1, 2, 3, 4, 5, 6]
sessions = ["08:00-12:00"]

[[instrument]]
title = "Quyết định"
number = "not verified"
status = "official"
scope = "office"
basis = "Bộ luật Lao động 2019, Điều 112"
days = [{ date = 2024-05-01, kind = "off", vi = "Ngày Quốc tế lao động", en = "Labour Day" }]
"""


def test_an_office_may_have_its_own_week_and_hours(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(GOOD, encoding="utf-8")
    office = load_calendar(file)
    assert office.is_working(date(2024, 5, 4))
    assert not office.is_working(date(2024, 5, 1))
    assert office.sessions(date(2024, 5, 4)) == ((480, 720),)
    assert office.certainty(date(2024, 5, 4)) == "official"


def test_without_a_number_the_citation_is_the_legal_basis_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text(GOOD, encoding="utf-8")
    record = load_calendar(file).record(date(2024, 5, 1))
    assert record is not None
    assert record.citation == "Bộ luật Lao động 2019, Điều 112 (số văn bản: chưa kiểm chứng)"


def test_an_instrument_overrules_the_layer_below(tmp_path: Path) -> None:
    file, base = tmp_path / "office.toml", tmp_path / "base.csv"
    file.write_text(GOOD, encoding="utf-8")
    base.write_text("date,kind,name\n2024-05-01,worked,?\n2024-05-02,off,?\n2024-05-05,worked,?\n", encoding="utf-8")
    office = load_calendar(file, base)
    assert [office.is_working(date(2024, 5, day)) for day in (1, 2, 5)] == [False, False, True]


def test_the_same_file_gives_the_same_calendar() -> None:
    data = Path(__file__).parents[2] / "calendars" / "data"
    again = load_calendar(data / "vietnam.toml", data / "vietnam_base.csv")
    assert (again, hash(again)) == (vietnam(), hash(vietnam()))
