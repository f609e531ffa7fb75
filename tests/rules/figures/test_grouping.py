"""Figures by office, officer, time and the rest: groups that add up, and the dossiers behind each."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.logs import synthetic_log
from rules.errors import UnknownIndicator
from rules.figures.counting import COUNTS
from rules.figures.figures import figures
from rules.figures.grouping import BY
from rules.figures.indicators import indicators
from rules.figures.periods import Period
from rules.figures.table import Measured, measured
from rules.offices import Office, Offices
from tests.rules.figures.june import june, rows
from tests.rules.logs import Row, at, log_of

ADDITIVE = [one.code for one in indicators() if one.per == "dossier" and one.input is None]


@cache
def half_a_year() -> Measured:
    return measured(synthetic_log(3_000), Period.parse("2026"))


@settings(max_examples=15)
@given(st.sets(st.sampled_from(BY), max_size=4))
def test_the_groups_of_any_grouping_add_up_to_the_total(by: set[str]) -> None:
    found = figures(half_a_year(), by=sorted(by))
    for code in ADDITIVE:
        total = found.total(code)
        sums = tuple(sum(getattr(figure, count) for figure in found.of(code)) for count in COUNTS)
        assert sums == (total.numerator, total.denominator, total.unknown), code


@pytest.mark.parametrize("by", [("month",), ("office", "quarter"), ("procedure", "month")])
def test_a_group_counts_the_dossiers_that_it_lists(by: tuple[str, ...]) -> None:
    found = figures(half_a_year(), indicators().only("2.1", "III.7", "2.2.days"), by=by)
    for figure in found:
        listed = {
            side: found.dossiers(figure.indicator.code, figure.group, side).height
            for side in ("numerator", "rest", "unknown")
        }
        assert listed["numerator"] + listed["rest"] == figure.denominator
        assert listed["unknown"] == figure.unknown


def test_the_total_does_not_hang_on_the_groupings() -> None:
    alone = figures(half_a_year())
    for by in (("office", "month"), ("level",), ("year", "quarter", "month")):
        assert figures(half_a_year(), by=by).totals.equals(alone.totals)


def test_months_quarters_and_years_are_those_of_the_day_that_places_the_dossier() -> None:
    found = figures(june(), indicators().only("2.1"), by=["year", "quarter", "month"])
    assert [figure.group for figure in found] == [{"year": "2026", "quarter": "2026-Q2", "month": "2026-06"}]


def test_a_dossier_carried_over_is_at_hand_from_the_first_day_of_the_period() -> None:
    chosen = indicators().only("I.6").choose("I.6", "handled")
    events = rows("JP")  # J was received in June, P in May and decided in June
    placed = figures(june(events), chosen, by=["month"])
    assert placed.table.rows() == [("I.6", "2026-06", 1, 2, 0)]


def test_a_procedure_counts_once_in_the_total_and_once_in_each_group() -> None:
    post: list[Row] = [
        {"dossier": code, "event": "received", "at": at(f"2026-06-0{day} 09:00"), "procedure": "9.000001",
         "channel": channel, "office": office}
        for code, day, channel, office in (("1", 1, "postal", "X"), ("2", 2, "postal", "Y"), ("3", 3, "online", "Y"))
    ]  # fmt: skip
    found = figures(june(post), indicators().only("VIII.2.a"), by=["office"])
    assert [(figure.group["office"], figure.numerator, figure.denominator) for figure in found] == [
        ("X", 1, 1),
        ("Y", 1, 1),
    ]
    assert (found.total("VIII.2.a").numerator, found.total("VIII.2.a").denominator) == (1, 1)


def office(code: str, level: str, since: date, **more: object) -> Office:
    return Office.model_validate({"code": code, "name": code, "level": level, "from": since, **more})


def test_an_office_answers_for_the_one_whose_successor_it_is() -> None:
    spans = (
        office("H-1", "district", date(2015, 1, 1), to=date(2026, 5, 31), successor="X-1"),
        office("X-1", "commune", date(2026, 6, 1)),
    )
    events: list[Row] = [
        {"dossier": "A", "event": "received", "at": at("2026-05-20 09:00"), "office": "H-1", "channel": "online"},
        {"dossier": "B", "event": "received", "at": at("2026-06-02 09:00"), "office": "X-1"},
        {"dossier": "C", "event": "received", "at": at("2026-06-02 09:00"), "channel": "?"},
    ]
    found = measured(log_of(events), Period.parse("2026"), as_of=at("2026-06-30 17:00"), offices=Offices(spans))
    counted = figures(found, indicators().only("online"), by=["office"])
    assert [(one.group["office"], one.text, one.unknown) for one in counted] == [
        ("X-1", "50.00 %", 0),
        (None, "not computable from this source", 1),
    ]
    assert counted.dossiers("online", {"office": None}, "unknown")["dossier"].to_list() == ["C"]


def test_the_officer_is_who_acted_last_until_it_ended_applicant_and_system_apart() -> None:
    events: list[Row] = [
        {"dossier": "A", "event": "received", "at": at("2026-06-01 09:00"), "actor": "CB-1"},
        {"dossier": "A", "event": "completed", "at": at("2026-06-02 09:00"), "actor": "CB-2"},
        {"dossier": "A", "event": "published", "at": at("2026-06-02 10:00"), "actor": "system"},
        {"dossier": "A", "event": "delivered", "at": at("2026-06-03 09:00"), "actor": "counter"},
        {"dossier": "A", "event": "rated", "at": at("2026-06-03 10:00"), "actor": "applicant"},
        {"dossier": "B", "event": "received", "at": at("2026-06-01 09:00"), "actor": "?"},
        {"dossier": "C", "event": "received", "at": at("2026-06-01 09:00"), "actor": "CB-1"},
        {"dossier": "C", "event": "completed", "at": at("2026-06-02 09:00"), "actor": "?"},
        {"dossier": "D", "event": "received", "at": at("2026-06-01 09:00"), "actor": "CB-1"},
        {"dossier": "D", "event": "forwarded", "at": at("2026-06-02 09:00"), "actor": "CB-3"},
    ]
    # the counter handed A over after CB-2 had decided it; who decided C nobody knows
    assert june(events).frame()["officer"].to_list() == ["CB-2", None, None, "CB-3"]


def test_an_unknown_grouping_or_side_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UnknownIndicator, match="no grouping 'town'; there are office, officer"):
        figures(june(), by=["town"])
    with pytest.raises(UnknownIndicator, match="no side 'left'; there are numerator, rest, unknown"):
        figures(june()).dossiers("2.1", side="left")


def test_figures_are_a_document_with_everything_they_hang_on() -> None:
    told = json.loads(json.dumps(figures(june(), by=["sector"]).to_dict()))
    assert told["period"] == {"name": "2026-06", "first": "2026-06-01", "last": "2026-06-30"}
    assert told["as_of"] == "2026-06-30T10:00:00+00:00"
    ours = next(one for one in told["totals"] if one["code"] == "2.1")
    assert (ours["value"], ours["text"], ours["version"], ours["unknown"]) == ("11/17", "64.71 %", 1, 1)
    assert {one["group"]["sector"] for one in told["figures"]} == {"Đất đai", "Môi trường", None}


def test_a_table_kept_as_parquet_gives_the_same_figures(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    here = half_a_year()
    here.frame().write_parquet(path)
    kept = Measured.scan(path, here.period, here.as_of, here.zone)
    assert figures(kept, by=["office", "month"]).table.equals(figures(here, by=["office", "month"]).table)


def test_a_table_scanned_twice_is_not_changed_by_counting() -> None:
    before = june().frame()
    found = june()
    figures(found, by=["month"])
    assert isinstance(found.rows, pl.LazyFrame)
    assert found.frame().equals(before)
