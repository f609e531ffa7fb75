"""Dossiers of one log judged by the calendar of their own office."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from calendars import for_country, load_office, vietnam
from rules.checks import check
from rules.comparing import Wish, supposed
from rules.errors import MalformedHouse, OtherZone
from rules.figures.periods import Period
from rules.figures.table import measured
from rules.house import House
from tests.rules.databases import Refused, refused, run
from tests.rules.logs import Row, at, log_of

__all__ = ["refused"]

OFFICE = """
format = 1
base = "vietnam"
name = "Chi nhánh mở cả thứ Bảy"

[[hours]]
from = 2025-01-01
weekdays = [1, 2, 3, 4, 5, 6]
sessions = ["07:00-11:30", "13:30-17:00"]
"""
HOUSE = """
format = 1
name = "Sở"

[[office]]
code = "B"
name = "Chi nhánh"
level = "province"
from = 2025-07-01
calendar = "saturday.toml"
"""


def received(dossier: str, office: str, **more: str) -> Row:
    when = at("2026-06-04 09:00")  # a Thursday
    return {"dossier": dossier, "event": "received", "at": when, "office": office, "limit": "2 ngày làm việc", **more}


LOG = log_of([received("1", "B"), received("2", "A"), received("3", "B"), received("4", "A", parent="1")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "saturday.toml").write_text(OFFICE, encoding="utf-8")
    (tmp_path / "house.toml").write_text(HOUSE, encoding="utf-8")
    return tmp_path


def test_each_dossier_goes_by_the_days_of_its_office_in_the_order_of_the_log(folder: Path) -> None:
    calendars = House.load(folder / "house.toml").calendars
    facts = check(replace(LOG, calendars=calendars), as_of=at("2026-06-30 17:00")).facts
    # Friday 5 June, then Saturday 6 June where it is worked, else Monday 8 June
    due = {"1": date(2026, 6, 6), "2": date(2026, 6, 8), "3": date(2026, 6, 6), "4": date(2026, 6, 8)}
    assert dict(facts.select("dossier", "legal_due_on").iter_rows()) == due
    assert facts["dossier"].to_list() == ["1", "2", "3", "4"]


def test_a_part_has_the_citizens_date_of_a_whole_at_another_office(folder: Path) -> None:
    calendars = House.load(folder / "house.toml").calendars
    facts = check(replace(LOG, calendars=calendars), as_of=at("2026-06-30 17:00")).facts
    assert facts["citizen_due_on"].to_list()[3] == date(2026, 6, 6)
    assert facts["parts"].to_list() == [1, 0, 0, 0]


def test_numbers_missing_are_looked_for_in_the_whole_log(folder: Path) -> None:
    codes = ["H32.18-260604-0001", "H32.18-260604-0002", "H32.18-260604-0004"]
    log = log_of([received(code, office) for code, office in zip(codes, "ABA", strict=True)])
    calendars = House.load(folder / "house.toml").calendars
    facts = check(replace(log, calendars=calendars), as_of=at("2026-06-30 17:00")).facts
    assert facts["codes_missing_before"].to_list()[1:] == [0, 1]


def test_a_supposed_holiday_is_one_in_every_office(folder: Path) -> None:
    log = replace(LOG, calendars=House.load(folder / "house.toml").calendars)
    world = supposed(log, [Wish.read("holiday=2026-06-05")], None)
    facts = check(world, as_of=at("2026-06-30 17:00")).facts
    assert facts["legal_due_on"].to_list()[:2] == [date(2026, 6, 8), date(2026, 6, 9)]


def test_a_calendar_of_another_zone_is_refused() -> None:
    abroad = for_country("NL", zone="Europe/Amsterdam", sessions="08:00-17:00")
    with pytest.raises(OtherZone, match="Europe/Amsterdam"):
        check(replace(LOG, calendars={"B": abroad}), as_of=at("2026-06-30 17:00"))


def test_the_figures_go_by_the_days_of_each_office_too(folder: Path) -> None:
    june = Period.parse("2026-06")
    monday = [{"dossier": code, "event": "completed", "at": at("2026-06-08 09:00")} for code in ("1", "2")]
    log = log_of([received("1", "B"), received("2", "A"), *monday])
    found = measured(replace(log, calendars=House.load(folder / "house.toml").calendars), june).frame()
    # office B works on Saturday 6 June, so that Monday 8 June is late there
    assert dict(found.select("dossier", "law_outcome").iter_rows()) == {"1": "overdue", "2": "on_time"}


def test_a_report_reads_the_calendars_of_the_house_and_a_streamed_one_refuses_them(
    folder: Path, refused: Refused
) -> None:
    lines = [
        "dossier,event,at,office,limit",
        *(f"{n},received,2026-06-04T09:00+07:00,{o},2 ngày làm việc" for n, o in ("1B", "2A")),
    ]
    lines += [f"{n},completed,2026-06-08T09:00+07:00,," for n in "12"]
    (folder / "log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = ("report", "indicators", folder / "log.csv", "--period", "2026-06", "--only", "by_law", "--by", "office")
    document = json.loads(run(*asked, "--house", folder / "house.toml", "--json").stdout)
    assert {one["group"]["office"]: one["numerator"] for one in document["figures"]} == {"A": 1, "B": 0}
    (folder / "log.parquet").touch()
    told = refused(
        *("report", "indicators", folder / "log.parquet", "--period", "2026-06", "--stream", folder / "out"),
        *("--house", folder / "house.toml"),
    )
    assert "measures by one calendar" in told


def test_an_office_whose_calendar_is_that_of_the_log_changes_nothing() -> None:
    plain = check(LOG, as_of=at("2026-06-30 17:00"))
    named = check(replace(LOG, calendars={"B": vietnam()}), as_of=at("2026-06-30 17:00"))
    assert named.facts.equals(plain.facts)


TWICE = """
to = 2026-01-01

[[office]]
code = "B"
name = "Chi nhánh"
level = "province"
from = 2026-01-02
calendar = "other.toml"
"""


@pytest.mark.parametrize(
    ("house", "told"),
    [
        (HOUSE.replace("saturday.toml", "monday.toml"), "office B, calendar.*monday.toml"),
        (HOUSE + TWICE, "different calendars"),
    ],
)
def test_an_office_file_that_cannot_be_read_is_a_fault_of_the_house_file(folder: Path, house: str, told: str) -> None:
    (folder / "house.toml").write_text(house, encoding="utf-8")
    with pytest.raises(MalformedHouse, match=told):
        House.load(folder / "house.toml")


def test_the_office_file_is_the_one_that_the_house_file_names(folder: Path) -> None:
    assert House.load(folder / "house.toml").calendars == {"B": load_office(folder / "saturday.toml")}
