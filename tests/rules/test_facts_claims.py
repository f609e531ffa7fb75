"""Pauses as claims, linked dossiers, and the law by level, place and day."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from dossier.procedures import Procedures
from rules.centres import Centres
from rules.checks import check
from rules.errors import MalformedRules
from rules.facts import facts
from rules.house import House
from rules.quotas import QuotaBook, quotas
from rules.regimes import Regimes, regimes
from tests.rules.logs import Row, at, judgements, log_of

LAND = "1.012784"
"""Excludes financial obligations, posting, expertise and other waits, but no opinion of another office."""


def fact(name: str, *rows: Row, as_of: str = "2026-12-31 17:00", **look: Any) -> Any:
    """One fact about the dossier A1."""
    table = facts(log_of(rows, **look), Procedures.shipped(), quotas(), at(as_of))
    return table.filter(pl.col("dossier") == "A1")[name].item()


def step(event: str, moment: str, **cells: Any) -> dict[str, Any]:
    return {"event": event, "at": at(f"2026-09-{moment}"), **cells}


RECEIVED = step("received", "07 09:00", procedure=LAND, limit="5 ngày làm việc")


# a pause is a claim


@pytest.mark.parametrize(
    ("ground", "count"),
    [("expertise", 0), ("agency_opinion", 1), ("?", None)],
)
def test_a_ground_is_held_against_the_waits_that_the_procedure_excludes(ground: str, count: int | None) -> None:
    assert fact("pauses_on_other_ground", RECEIVED, step("paused", "08 09:00", ground=ground)) == count


def test_where_nobody_lists_the_waits_no_ground_is_wrong() -> None:
    free = RECEIVED | {"procedure": "9.999999"}
    assert fact("pauses_on_other_ground", free, step("paused", "08 09:00", ground="agency_opinion")) == 0


@pytest.mark.parametrize(
    ("asked", "paid", "count"),
    [("08 10:00", "08 11:00", 1), ("07 10:00", "08 09:00", 0), ("09 09:00", "09 10:00", 0), ("07 10:00", None, 1)],
)
def test_a_pause_that_overlaps_with_a_payment_is_counted(asked: str, paid: str | None, count: int) -> None:
    pause = [step("paused", "08 09:00", ground="expertise"), step("resumed", "09 09:00")]
    payment = [step("payment_requested", asked), *([step("paid", paid)] if paid else [])]
    assert fact("pauses_over_payment", RECEIVED, *pause, *payment) == count


def test_a_pause_within_a_supplement_is_counted_once_however_many_there_are() -> None:
    rows = [
        step("paused", "08 09:00", ground="expertise"),
        step("supplement_requested", "08 10:00"),
        step("supplemented", "08 11:00"),
        step("supplement_requested", "08 12:00"),
        step("supplemented", "08 13:00"),
        step("resumed", "09 09:00"),
    ]
    assert fact("pauses_over_supplement", RECEIVED, *rows) == 1


def test_on_time_only_thanks_to_a_pause_is_a_figure_with_both_due_dates() -> None:
    rows = [
        RECEIVED,
        step("paused", "08 09:00", ground="expertise"),
        step("resumed", "10 09:00"),
        step("completed", "15 09:00"),
    ]
    assert fact("legal_due_on", *rows) == date(2026, 9, 16)
    assert fact("due_without_pauses_on", *rows) == date(2026, 9, 14)
    assert fact("on_time_only_by_pause", *rows) is True
    assert fact("on_time_only_by_pause", *rows[:3], step("completed", "14 09:00")) is False


# linked dossiers

PART = {"dossier": "P1", "parent": "A1"}


def test_each_part_has_its_own_clock_and_the_citizens_date_is_that_of_the_whole() -> None:
    whole = RECEIVED | {"dossier": "W"}
    part = RECEIVED | {"parent": "W", "limit": "2 ngày làm việc"}
    assert fact("legal_due_on", whole, part) == date(2026, 9, 9)
    assert fact("citizen_due_on", whole, part) == date(2026, 9, 14)
    assert fact("citizen_due_on", part) is None
    assert fact("citizen_due_on", part | {"parent": None}) == date(2026, 9, 9)


def test_a_late_part_moves_no_date_of_the_whole() -> None:
    late = RECEIVED | PART | {"limit": "1 ngày làm việc"}
    done = step("completed", "30 09:00", dossier="P1")
    assert fact("legal_due_on", RECEIVED, late, done) == fact("legal_due_on", RECEIVED)
    assert (fact("parts", RECEIVED, late, done), fact("parts_overdue", RECEIVED, late, done)) == (1, 1)


def test_a_dossier_that_names_itself_or_nobody_is_no_part() -> None:
    assert fact("is_part", RECEIVED | {"parent": "A1"}) is False
    assert fact("is_part", RECEIVED) is False
    assert fact("is_part", RECEIVED | {"parent": "?"}) is None
    assert fact("is_part", RECEIVED, without=["parent"]) is None


def test_where_somebody_may_be_a_part_nobody_has_none_for_certain() -> None:
    assert fact("parts", RECEIVED, RECEIVED | {"dossier": "B", "parent": "?"}) is None
    assert fact("parts", RECEIVED, RECEIVED | {"dossier": "B"}) == 0


# the law: by level, by day, by place

QUOTA = """
format = 1
[[quota]]
code = "supplement_requests"
meaning = "x"
[[quota.value]]
from = 2010-10-14
value = 2
citation = "decree"
status = "read"
[[quota.value]]
from = 2025-01-01
value = 1
citation = "province"
status = "read"
level = "province"
[[quota.value]]
from = 2020-01-01
value = 3
citation = "procedure"
status = "read"
level = "procedure"
procedures = ["1.012784"]
"""


@pytest.mark.parametrize(
    ("day", "procedure", "told"),
    [
        (date(2024, 12, 31), "9.999999", (2, "decree")),
        (date(2025, 1, 1), "9.999999", (1, "province")),
        (date(2025, 1, 1), LAND, (3, "procedure")),
        (date(2019, 12, 31), LAND, (2, "decree")),
        (date(2000, 1, 1), "9.999999", (2, "decree")),
    ],
)
def test_the_narrowest_level_that_speaks_of_a_dossier_holds(day: date, procedure: str, told: tuple[int, str]) -> None:
    book = QuotaBook.loads(QUOTA, "quotas.toml")
    value = book["supplement_requests"].on(day, procedure)
    columns = pl.DataFrame({"day": [day], "code": [procedure]}).select(book.columns(pl.col("day"), pl.col("code")))
    assert (value.value, value.citation) == columns.row(0) == told


def test_a_number_is_unknown_where_the_procedure_is_and_may_have_another() -> None:
    book = QuotaBook.loads(QUOTA, "quotas.toml")
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2025, 1, 1)]
    table = pl.DataFrame({"day": days, "code": pl.Series([None] * 3, dtype=pl.String)})
    assert table.select(book.columns(pl.col("day"), pl.col("code"))[0]).to_series().to_list() == [2, None, None]
    same = QuotaBook.loads(QUOTA.replace("value = 3", "value = 1"), "quotas.toml")
    assert table.select(same.columns(pl.col("day"), pl.col("code"))[0]).to_series().to_list() == [2, None, 1]


HOURS = """
format = 1
name = "Sở"
[[quota]]
code = "answer_working_hours"
meaning = "x"
overrides = true
[[quota.value]]
from = 2026-01-01
value = 2
citation = "Quyết định 12/2026/QĐ-UBND"
status = "read"
level = "procedure"
procedures = ["1.012784"]
"""


@pytest.mark.parametrize(
    ("procedure", "judgement"), [(LAND, "violated"), ("9.999999", "satisfied"), ("?", "not_assessable")]
)
def test_what_is_reckoned_with_a_number_of_an_unknown_procedure_is_unknown(procedure: str, judgement: str) -> None:
    numbers = House.loads(HOURS, "own.toml").numbers
    submitted = step("submitted", "07 08:00", procedure=procedure, channel="online")
    log = log_of([submitted, step("received", "07 15:00", procedure=procedure)])
    assert judgements(check(log, numbers=numbers))["A1"]["R01"] == judgement


@pytest.mark.parametrize(("year", "instrument"), [(2023, "Nghị định 63/2010/NĐ-CP"), (2026, "Kế hoạch 2024")])
def test_a_finding_cites_the_instrument_of_the_level_that_held(year: int, instrument: str) -> None:
    rows: list[Row] = [
        {"event": kind, "at": at(f"{year}-06-01 09:00"), "reason": "x", "slip": str(number)}
        for number, kind in enumerate(["received", *["supplement_requested"] * 3])
    ]
    found = check(log_of(rows)).findings.filter(pl.col("rule") == "R04")
    assert found["citation"].item().startswith(instrument)
    assert "; " not in found["citation"].item()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('procedures = ["1.012784"]\n', "", "names its procedures"),
        ('level = "province"', 'level = "city"', "level: Input should be 'national'"),
    ],
)
def test_a_malformed_level_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(MalformedRules, match=told):
        QuotaBook.loads(QUOTA.replace(old, new), "bad.toml")


CHANGE = """
format = 1
[[change]]
from = 2026-09-10
instrument = "new decree"
changes = "x"
judged_by = "decision"
clause = "article 1"
status = "read"
"""


@pytest.mark.parametrize(
    ("decided", "judged_by", "law_day"),
    [
        ("09 09:00", "decision", date(2026, 9, 7)),
        ("10 00:00", "decision", date(2026, 9, 10)),
        ("10 00:00", "receipt", date(2026, 9, 7)),
    ],
)
def test_a_transitional_clause_says_which_law_judges_a_dossier_under_way(
    decided: str, judged_by: str, law_day: date
) -> None:
    changes = Regimes.loads(CHANGE.replace("decision", judged_by), "regimes.toml")
    log = log_of([RECEIVED, step("completed", decided)])
    table = facts(log, Procedures([]), quotas(), at("2026-09-30 17:00"), regimes=changes)
    assert table["law_day"].item() == law_day


def test_the_changes_of_the_law_that_ship_are_the_known_ones_and_judge_by_the_receipt() -> None:
    days = [change.since.isoformat() for change in regimes().changes]
    assert days == ["2018-06-21", "2021-12-06", "2025-07-01", "2025-09-15", "2026-01-25", "2026-08-05"]
    assert {(change.judged_by, change.status) for change in regimes().changes} == {("receipt", "unverified")}


def test_changes_stand_in_order() -> None:
    twice = CHANGE + CHANGE.replace("\nformat = 1", "")
    with pytest.raises(MalformedRules, match="not in order of their days"):
        Regimes.loads(twice, "bad.toml")


CENTRE = """
format = 1
[[centre]]
office = "Trung tâm"
from = 2024-07-01
to = 2026-06-30
citation = "x"
status = "unverified"
"""


@pytest.mark.parametrize(
    ("office", "day", "outside"),
    [
        ("Trung tâm", date(2024, 7, 1), False),
        ("Trung tâm", date(2026, 6, 30), False),
        ("Phòng Đất đai", date(2026, 6, 30), True),
        ("Phòng Đất đai", date(2026, 7, 1), None),
        (None, date(2026, 6, 30), None),
    ],
)
def test_the_list_of_centres_speaks_only_of_days_on_which_it_knows_one(
    office: str | None, day: date, *, outside: bool | None
) -> None:
    listed = Centres.loads(CENTRE, "centres.toml")
    assert pl.select(listed.outside(pl.lit(office, pl.String), pl.lit(day))).item() is outside


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("to = 2026-06-30", "to = 2024-06-30", "ends before it begins"),
        ('office = "Trung tâm"\n', "", "office: Field required"),
        ("format = 1", "format 1", "the file: Expected '='.*; for example: "),
    ],
)
def test_a_malformed_list_of_centres_is_refused(old: str, new: str, told: str) -> None:
    with pytest.raises(MalformedRules, match=told):
        Centres.loads(CENTRE.replace(old, new), "bad.toml")
