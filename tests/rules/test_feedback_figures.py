"""Figures of feedback, counted by hand: June 2026 begins on a Monday and has no holiday."""

from __future__ import annotations

import json
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.formats.eventlog import EventLog
from rules.feedback.figures import FeedbackFigures, feedback_figures
from rules.feedback.measures import MEASURES
from rules.figures.periods import Period
from tests.rules.feedback_logs import feedback_log

JUNE = Period.parse("2026-06")
END = JUNE.end("Asia/Ho_Chi_Minh")
EVERYWHERE = ("national_system", "provincial_system", "web")


def step(event: str, day: int, *, month: int = 6, **cells: Any) -> dict[str, Any]:
    return {"event": event, "at": datetime(2026, month, day, 9)} | cells  # noqa: DTZ001  # Ha Noi time


def public(day: int, *channels: str) -> list[dict[str, Any]]:
    return [step("published", day, channel=channel) for channel in channels or EVERYWHERE]


CASES: dict[str, list[dict[str, Any]]] = {
    # 15 working days from the 1st end on the 22nd, two more on the 24th
    "P01 in time to the day": [step("received", 1), step("answered", 22), step("copied", 22), *public(24)],
    "P02 a day late, no copy": [step("received", 1), step("answered", 23), *public(23)],
    "P03 extended, public in one place": [
        step("received", 1),
        step("extension_requested", 19, promised=date(2026, 6, 30)),
        step("answered", 26),
        step("copied", 26),
        *public(26, "web"),
    ],
    "P04 rejected in time": [step("received", 2), step("rejected", 4)],
    "P05 rejected a day late": [step("received", 1), step("rejected", 4)],
    "P06 open and overdue": [step("received", 1)],
    "P07 open in time": [step("received", 15)],
    "P08 asked a day late": [
        step("received", 1),
        step("supplement_requested", 9),
        step("supplemented", 10),
        step("answered", 22),
        step("copied", 22),
        *public(22),
    ],
    "P09 to be public in July": [step("received", 15), step("answered", 29)],
    "P10 all of it in May": [step("received", 11, month=5), step("answered", 22, month=5), *public(1)],
    "P11 answered in May, due public on 2 June": [
        step("received", 26, month=5),
        step("answered", 29, month=5),
        step("copied", 29, month=5),
        *public(3),
    ],
    "P12 public, nobody knows where": [
        step("received", 8),
        step("answered", 15),
        step("copied", 15),
        *public(15, "?"),
    ],
    "P13 nobody knows when it came": [step("answered", 10), step("copied", 10), *public(10)],
}


def log_of(cases: dict[str, list[dict[str, Any]]], **kept: Any) -> EventLog:
    return feedback_log([row | {"dossier": code} for code, rows in cases.items() for row in rows], **kept)


@pytest.fixture(scope="module")
def june() -> FeedbackFigures:
    return feedback_figures(log_of(CASES), JUNE, as_of=END)


@pytest.mark.parametrize(
    ("code", "counts", "text", "verdict"),
    [
        # good: P01 P04 P09 P12; late: P02 P03 (an extension counts for nothing) P05 P06 P08; unknown: P13
        ("5.2", (4, 9, 1), "44.44 %", None),
        # good: P01 P03 P04 P08 P09 P12; late: P02 P05 P06; unknown: P13
        ("III.10.a", (6, 9, 1), "66.67 %", "missed"),
        # P01 P03 P08 P11 P12 P13 of these and P02
        ("III.10.b", (6, 7, 0), "85.71 %", "missed"),
        # P01 P02 P03 P08 P11 P12 P13
        ("III.10.c", (7, 7, 0), "100.00 %", "met"),
        # good: P01 P02 P08 P13; not: P03 (one place) P11 (a day late); unknown: P12
        ("III.11", (4, 6, 1), "66.67 %", "missed"),
    ],
)
def test_each_figure_is_what_was_counted_by_hand(
    june: FeedbackFigures, code: str, counts: tuple[int, int, int], text: str, verdict: str | None
) -> None:
    figure = june[code]
    assert (figure.numerator, figure.denominator, figure.unknown) == counts
    assert (figure.text, figure.verdict, figure.value) == (text, verdict, Fraction(counts[0], counts[1]))


def test_each_figure_names_the_cases_that_are_not_as_they_should_be(june: FeedbackFigures) -> None:
    assert {code[:3] for code in june["5.2"].rest} == {"P02", "P03", "P05", "P06", "P08"}
    assert {code[:3] for code in june["III.11"].rest} == {"P03", "P11"}
    assert june.input == (4, 9)


def test_the_counts_are_those_of_the_period(june: FeedbackFigures) -> None:
    counted = {"sent": 10, "answered": 7, "rejected": 2, "published": 8, "open": 2, "open_overdue": 1}
    assert june.counts == counted  # P10 was first public on 1 June


def test_no_case_is_no_share() -> None:
    empty = feedback_figures(log_of({}), JUNE, as_of=END)
    assert {figure.text for figure in empty} == {"N/A"}
    assert {figure.verdict for figure in empty} == {None}


def test_what_the_source_cannot_say_is_no_share_either() -> None:
    found = feedback_figures(log_of(CASES, cannot_say=["published", "copied"]), JUNE, as_of=END)
    silent = {figure.code for figure in found if figure.text == "not computable from this source"}
    assert silent == {"5.2", "III.10.b", "III.10.c", "III.11"}
    assert found["III.10.a"].text == "66.67 %"


def test_a_running_period_is_judged_at_the_last_moment_of_the_log() -> None:
    cases = {code: CASES[code] for code in ("P01 in time to the day", "P06 open and overdue")}
    found = feedback_figures(log_of(cases), JUNE)
    assert found.as_of.date() == date(2026, 6, 24)
    early = feedback_figures(log_of({"P06": CASES["P06 open and overdue"]}), JUNE)
    assert early["5.2"].denominator == 0  # on the 1st nothing is overdue


@pytest.mark.parametrize(("day", "share"), [(30, "0.00 %"), (1, "N/A")])
def test_an_answer_due_public_on_the_last_day_belongs_to_the_period_that_ends_with_it(day: int, share: str) -> None:
    month = 6 if day == 30 else 7
    answered = 26 if day == 30 else 29  # two working days after Friday the 26th and Monday the 29th
    log = log_of({"P": [step("received", 15), step("answered", answered)]})
    assert feedback_figures(log, JUNE, as_of=END)["III.10.c"].text == share
    july = Period.parse("2026-07")
    later = feedback_figures(log, july, as_of=july.end("Asia/Ho_Chi_Minh"))
    assert later["III.10.c"].denominator == (month == 7)


@pytest.mark.parametrize(
    ("channels", "share"), [(("web",), "N/A"), (EVERYWHERE, "100.00 %"), (("web", "national_system"), "N/A")]
)
def test_a_first_publication_is_no_miss_before_the_two_days_are_over(channels: tuple[str, ...], share: str) -> None:
    log = log_of({"P": [step("received", 1), step("answered", 22), *public(23, *channels)]})  # until the 24th
    found = feedback_figures(log, JUNE)  # as of the 23rd
    assert (found["III.10.c"].text, found["III.11"].text) == ("100.00 %", share)


def test_offices_add_up_to_the_whole(june: FeedbackFigures) -> None:
    rows = {code: [row | {"office": f"Phòng {code[2]}"} if row["event"] == "received" else row for row in rows] for code, rows in CASES.items()}  # fmt: skip  # noqa: E501
    found = feedback_figures(log_of(rows), JUNE, as_of=END)
    offices = found.by_office()
    assert len(offices) > 5
    for number, measure in enumerate(MEASURES):
        assert sum(figures[number].numerator for figures in offices.values()) == june[measure.code].numerator
        assert sum(figures[number].denominator for figures in offices.values()) == june[measure.code].denominator


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from([*CASES])))
def test_the_figures_of_two_halves_add_up(half: set[str]) -> None:
    parts = [log_of({code: CASES[code] for code in CASES if (code in half) is inside}) for inside in (True, False)]
    found = [feedback_figures(part, JUNE, as_of=END) for part in parts]
    whole = feedback_figures(log_of(CASES), JUNE, as_of=END)
    for figure in whole:
        assert sum(one[figure.code].denominator for one in found) == figure.denominator
        assert sum(one[figure.code].numerator for one in found) == figure.numerator


def test_the_document_is_plain_data(june: FeedbackFigures) -> None:
    told = json.loads(json.dumps(june.to_dict(), ensure_ascii=False))
    assert told["period"] == {"name": "2026-06", "first": "2026-06-01", "last": "2026-06-30"}
    assert [figure["code"] for figure in told["figures"]] == ["5.2", "III.10.a", "III.10.b", "III.10.c", "III.11"]
    assert (told["figures"][0]["numerator"], told["figures"][0]["text"]) == (4, "44.44 %")
