"""Every fault of an office file is refused with file, key, rule and a good example."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from calendars import MalformedCalendar
from calendars.offices import load_office

MALFORMED = Path(__file__).parents[1] / "malformed"

FAULTS = {  # file: (key, rule, good example), parts of the error
    "format-as-text": ("format", "found '1', a whole number is needed", "format = 1"),
    "format-of-the-future": ("format", "this version reads 1", "format = 1"),
    "missing-format": ("format", "the key is missing", "format = 1"),
    "missing-base": ("base", "the key is missing", 'base = "vietnam"'),
    "missing-name": ("name", "the key is missing", 'name = "Chi nhánh'),
    "unknown-key": ("zone", "allowed are format, base, name, hours, reception, day", "format = 1"),
    "duplicate-key": ('name = "Test office"', "line 4", "format = 1"),
    "not-utf-8": ("byte 37", "not UTF-8", "UTF-8"),
    "unknown-base": ("base", "found 'china'", 'base = { country = "NL", zone = "Europe/Amsterdam" }'),
    "base-as-number": ("base", "found 84", 'base = "vietnam"'),
    "base-unknown-country": ("base.country", "no country 'XX'", 'country = "NL"'),
    "base-unknown-zone": ("base.zone", "no zone of the tz database", "zone ="),
    "base-unknown-key": ("base.hours", "allowed are country, zone", "country ="),
    "base-without-zone": ("base.zone", "the key is missing", 'zone = "Europe/Amsterdam"'),
    "country-without-hours": ("hours", "no hours are in force on 1970-01-01", "leave out `from`"),
    "country-hours-with-a-gap": ("hours", "no hours are in force on 1970-01-01", "leave out `from`"),
    "hours-as-one-table": ("hours", "a list is needed", "[[hours]]"),
    "hours-as-text": ("hours[1]", "found '07:30-11:30', a table is needed", "from ="),
    "hours-unknown-key": ("hours[1].until", "allowed are from, to, season", "from = 2026-04-16"),
    "hours-date-as-text": ("hours[1].from", "found '2026-01-01', a date is needed", "from = 2026-04-16"),
    "hours-moment-for-a-date": ("hours[1].from", "a date is needed", "from = 2026-04-16"),
    "hours-end-before-they-begin": ("hours[1].to", "2025-04-15 is before from = 2026-01-01", "to = 2026-10-15"),
    "hours-beyond-the-tables": ("hours[1].from", "1969-12-31 lies outside", "from = 2026-04-16"),
    "hours-overlap": ("hours[2].from", "hours[1] holds on 2026-04-15 too", "to = 2026-04-14 in hours[1]"),
    "hours-overlap-in-a-season": ("hours[2].from", "hours[1] holds on 1970-04-15 too", "to = 1970-04-14 in hours[1]"),
    "hours-season-without-end": ("hours[1].season", "two days MM-DD", 'season = ["04-16", "10-15"]'),
    "hours-season-of-a-leap-day": ("hours[1].season", "that every year has", 'season = ["04-16", "10-15"]'),
    "hours-season-in-words": ("hours[1].season", "found ['April', 'October']", 'season = ["04-16", "10-15"]'),
    "hours-season-as-weeks": ("hours[1].season", "two days MM-DD", 'season = ["04-16", "10-15"]'),
    "hours-without-weekdays": ("hours[1].weekdays", "the key is missing", "weekdays = [1, 2, 3, 4, 5]"),
    "hours-no-weekday": ("hours[1].weekdays", "found []", "weekdays = [1, 2, 3, 4, 5]"),
    "hours-weekday-eight": ("hours[1].weekdays", "1 (Monday) to 7", "weekdays = [1, 2, 3, 4, 5]"),
    "hours-weekday-twice": ("hours[1].weekdays", "each once", "weekdays = [1, 2, 3, 4, 5]"),
    "hours-without-sessions": ("hours[1].sessions", "the key is missing", '["07:30-11:30", "13:00-17:00"]'),
    "hours-no-session": ("hours[1].sessions", "needs a session", '["07:30-11:30", "13:00-17:00"]'),
    "hours-sessions-overlap": ("hours[1].sessions", "overlap", '["07:30-11:30", "13:00-17:00"]'),
    "hours-session-unreadable": ("hours[1].sessions", "'7h30-11h30' is no session", '["07:30-11:30", "13:00-17:00"]'),
    "reception-unknown-key": ("reception[1].weekday", "allowed are from, to, season", "weekdays = [1, 2, 3, 4, 5]"),
    "reception-no-session": ("reception[1].sessions", "needs a session", "sessions ="),
    "reception-overlap": ("reception[2].from", "holds on 2026-07-04 too", "to = 2026-07-03 in reception[1]"),
    "day-twice": ("day[2].date", "2026-02-13 has a [[day]] already", "one [[day]] per date"),
    "day-as-text": ("day[1]", "found '2026-02-13', a table is needed", "date = 2026-02-13"),
    "day-date-as-text": ("day[1].date", "found '2026-02-13', a date is needed", "date = 2026-02-13"),
    "day-beyond-the-tables": ("day[1].date", "2101-02-13 lies outside", "date = 2026-02-13"),
    "day-unknown-key": ("day[1].kind", "allowed are date, sessions, vi, en", "date = 2026-02-13"),
    "day-without-sessions": ("day[1].sessions", "the key is missing", 'sessions = ["07:00-11:00"]'),
    "day-without-basis": ("day[1].basis", "the key is missing", "basis ="),
    "day-sessions-overlap": ("day[1].sessions", "overlap", 'sessions = ["07:00-11:00"]'),
    "day-session-as-number": ("day[1].sessions", "7 is no session", 'sessions = ["07:00-11:00"]'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_names_file_key_rule_and_a_good_example(fault: str) -> None:
    key, rule, example = FAULTS[fault]
    with pytest.raises(MalformedCalendar) as refused:
        load_office(MALFORMED / f"office-{fault}.toml")
    error = refused.value
    assert (error.file, error.key) == (f"office-{fault}.toml", key)
    assert rule in error.rule
    assert example in error.example
    assert all(part in str(error) for part in (error.file, error.key, error.rule, error.example))


def test_every_malformed_office_has_its_test() -> None:
    assert {file.stem.removeprefix("office-") for file in MALFORMED.glob("office-*.toml")} == set(FAULTS)


def test_more_kinds_of_day_than_a_table_can_number_are_refused(tmp_path: Path) -> None:
    named = 'vi = "x"\nen = "x"\ninstrument = "x"\nnumber = "1"\nbasis = "x"\n'
    closings = [f"{9 + minute // 60:02}:{minute % 60:02}" for minute in range(260)]
    days = "".join(
        f'[[day]]\ndate = {date(2026, 1, 1) + timedelta(days=number)}\nsessions = ["08:00-{closing}"]\n{named}'
        for number, closing in enumerate(closings)
    )
    file = tmp_path / "office.toml"
    file.write_text(f'format = 1\nbase = "vietnam"\nname = "Office"\n{days}', encoding="utf-8")
    with pytest.raises(MalformedCalendar, match="262 different kinds of day, 255 are allowed"):
        load_office(file)
