"""Indicators as data: a strict file, exact thresholds, points, and what is never guessed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import MalformedRules, UnknownIndicator
from rules.figures.figures import Figure, figures, scoreboard
from rules.figures.indicators import Indicator, Indicators, Points, Threshold, indicators
from rules.figures.indicatorsheet import indicators_report
from tests.rules.figures.june import june
from tests.rules.logs import at

GOOD = """
format = 1
[[period]]
code = "received"
on = "received_on"
meaning_vi = "tiếp nhận"
meaning_en = "received"
[[indicator]]
code = "X.1"
title_vi = "Tỷ lệ"
title_en = "Share"
period = "received"
numerator = "channel = 'online'"
denominator = "received"
citation = "x"
status = "read"
version = 1
since = 2026-01-01
limits = ""
"""
OTHER = "[[indicator]]" + GOOD.split("[[indicator]]")[1]
VARIANT = """limits = ""
[[indicator.variant]]
name = "x"
meaning = "y"
numerator = "nothing"
"""


def _threshold(compare: str, value: str) -> str:
    return f'limits = ""\nthreshold = {{compare = "{compare}", value = {value}}}'


def figure(code: str, numerator: int, denominator: int, unknown: int = 0) -> Figure:
    return Figure(indicators()[code], {}, numerator, denominator, unknown)


# -- the file


def test_a_file_of_an_office_is_read_like_the_one_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [one.code for one in Indicators.load(path)] == ["X.1"]


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('limits = ""', 'limits = ""\nweight = 3', "weight", "Extra inputs"),
        ("channel = 'online'", "chanel = 'online'", "numerator", "perhaps 'channel'"),
        ("channel = 'online'", "channel", "numerator", "it gives a text"),
        ("channel = 'online'", "pauses > '3'", "numerator", "a number is set beside a text"),
        ('denominator = "received"', 'denominator = "received; drop table x"', "denominator", "no SQL expression"),
        ('denominator = "received"', 'denominator = "pauses"', "denominator", "true or false"),
        ('period = "received"', 'period = "paid"', "period", "there are received"),
        ("received_on", "received_at", "on", "it gives a moment, here stands a date"),
        ("numerator = \"channel = 'online'\"\n", "", "indicator.0", "or else an input"),
        ('limits = ""', 'limits = ""\ninput = "feedback"', "indicator.0", "or else an input"),
        ("[[indicator]]", OTHER + "[[indicator]]", "X.1", "stands twice"),
        ('limits = ""', _threshold(">=", "0.1"), "threshold.value", "as text, so that it is exact"),
        ('limits = ""', _threshold(">=", '"10 %"'), "threshold.value", "no rate"),
        ('limits = ""', _threshold("=", '"0.1"'), "threshold.compare", "'>' or '>='"),
        ("format = 1", "format = 2", "format", "1"),
        ('limits = ""', VARIANT, "variant x", "no fact"),
    ],
)
def test_a_malformed_file_is_refused_with_the_key_and_the_reason(old: str, new: str, key: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(MalformedRules) as refused:
        Indicators.loads(GOOD.replace(old, new), "own.toml")
    assert str(refused.value).startswith("own.toml: ")
    assert key in refused.value.key
    assert why in refused.value.rule


def test_an_unknown_code_or_variant_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UnknownIndicator, match=r"no indicator '9\.9'; there are 2\.1, by_law"):
        indicators()["9.9"]
    with pytest.raises(UnknownIndicator, match=r"no variant of I\.6 'whole'; there are handled, own_step"):
        indicators().choose("I.6", "whole")


def test_a_figure_names_the_variant_by_which_it_was_counted() -> None:
    other = indicators().only("VIII.2.b").choose("VIII.2.b", "both")
    assert figures(june(), other).total("VIII.2.b").to_dict()["variant"] == "both"
    assert figures(june(), indicators().only("VIII.2.b")).total("VIII.2.b").to_dict()["variant"] is None


def test_what_is_only_remembered_or_left_open_says_so() -> None:
    assert {one.status for one in indicators()} == {"read", "unverified"}
    assert all(one.limits or one.code == "3.3.postal" for one in indicators())


# -- thresholds, exactly at the edge


@pytest.mark.parametrize(
    ("code", "numerator", "denominator", "verdict"),
    [
        ("VII.1", 87, 100, "missed"),  # on 87 % itself: the plan says "trên 87%"
        ("VII.1", 88, 100, "met"),
        ("VII.1", 870_000_000_001, 1_000_000_000_000, "met"),
        ("I.6", 1, 10, "capped"),  # "từ 10% … trở lên"
        ("I.6", 1, 11, "free"),
        ("I.6", 3, 30, "capped"),  # in binary floats 0.1 is a little more than a tenth
        ("VIII.2.a", 3, 20, "met"),
        ("VIII.2.b", 3, 20, "met"),
        ("VIII.2.b", 2_999_999, 20_000_000, "missed"),
        ("III.7", 999_999_999, 1_000_000_000, "missed"),
        ("III.7", 5, 5, "met"),
    ],
)
def test_a_figure_at_the_threshold_is_judged_exactly(code: str, numerator: int, denominator: int, verdict: str) -> None:
    assert figure(code, numerator, denominator).verdict == verdict


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_threshold_compares_as_whole_numbers_do(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)
    assert Threshold.model_validate({"compare": ">", "value": "0.87"}).reached(value) == (
        100 * numerator > 87 * denominator
    )
    assert Threshold.model_validate({"compare": ">=", "value": "1/10"}).reached(value) == (
        10 * numerator >= denominator
    )


# -- nothing to count, and nothing known


def test_nothing_over_nothing_is_no_figure_and_meets_no_target() -> None:
    nothing = figure("III.7", 0, 0)
    assert (nothing.value, nothing.text, nothing.verdict, nothing.mark) == (None, "N/A", None, None)


@pytest.mark.parametrize(
    ("code", "numerator", "denominator", "unknown", "verdict"),
    [
        ("I.6", 0, 9, 1, "open"),  # one unknown of ten: late, it would be ten per cent
        ("I.6", 0, 10, 1, "free"),  # at most one of eleven
        ("I.6", 10, 90, 10, "capped"),  # at least ten of a hundred
        ("III.7", 9, 9, 1, "open"),  # all ten or nine of ten
        ("III.7", 8, 9, 1, "missed"),
        ("VII.1", 88, 100, 1, "met"),  # 88 of 101 is more than 87 %
        ("VII.1", 87, 99, 1, "open"),  # 87 of 100 is not
    ],
)
def test_a_verdict_that_hangs_on_the_unknown_is_open(
    code: str, numerator: int, denominator: int, unknown: int, verdict: str
) -> None:
    assert figure(code, numerator, denominator, unknown).verdict == verdict


@pytest.mark.parametrize(("code", "kind"), [("only_by_pause", "paused"), ("VIII.2.a", None)])
def test_what_the_source_does_not_know_is_not_zero(code: str, kind: str | None) -> None:
    events = [
        {"dossier": "A", "event": kind, "at": at(f"2026-06-0{day} 09:00"), "limit": "5 ngày"}
        for day, kind in ((1, "received"), (2, "completed"))
    ]
    table = june(events, without=("procedure",), cannot_say=(kind,) if kind else ())
    assert figures(table, indicators().only(code)).total(code).text == "not computable from this source"


def test_where_the_source_can_say_nothing_the_figure_is_not_computable() -> None:
    assert figure("III.7", 0, 0, unknown=4).text == "not computable from this source"


def test_figures_of_an_empty_month_are_all_not_available() -> None:
    found = figures(june([]))
    texts = {one.code: found.total(one.code).text for one in found.chosen}
    assert set(texts.values()) == {"N/A", "not computable from this source"}
    assert texts.pop("5.2") == "not computable from this source"
    assert set(texts.values()) == {"N/A"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 3, "33.33 %"),
        (2, 3, "66.67 %"),
        (1, 80_000, "0.00 %"),
        (5, 100_000, "0.01 %"),
        (-1, 3, "-33.33 %"),
        (7, 7, "100.00 %"),
    ],
)
def test_a_share_is_written_with_two_decimals_halves_away_from_zero(
    numerator: int, denominator: int, text: str
) -> None:
    assert figure("5.4", numerator, denominator).text == text


# -- points


@pytest.mark.parametrize(("numerator", "mark"), [(50, "1"), (49, "49/50"), (80, "1"), (0, "0")])
def test_full_marks_are_given_from_the_rate_on_and_less_in_proportion(numerator: int, mark: str) -> None:
    assert figure("3.3", numerator, 100).mark == Fraction(mark)


def test_points_are_given_only_where_it_is_known_what_full_marks_are() -> None:
    assert figure("5.4", 81, 100).points == Fraction(27, 5)  # 81 of 90 per cent, of 6 points
    assert figure("3.3", 50, 100).points is None
    assert Points.model_validate({"full": "0.9"}).mark(Fraction(-1, 2)) == 0


def test_the_groups_of_decision_766_have_their_weights_and_no_guessed_score() -> None:
    found = scoreboard(figures(june(), inputs={"5.2": (3, 4)}))
    assert [(one.group.code, one.group.weight) for one in found] == [
        ("1", 18),
        ("2", 20),
        ("3", 22),
        ("4", 22),
        ("5", 18),
    ]
    assert [one.score for one in found] == [None] * 5
    assert found[0].reason.startswith("not computable from this source: 1;")
    assert "the weights of its parts are not known" in found[3].reason
    assert [part.text for part in found[4].parts.values() if part] == ["75.00 %", "50.00 %"]


def test_a_group_whose_parts_and_weights_are_all_known_is_scored() -> None:
    group = """
[[group]]
code = "9"
title_vi = "Nhóm"
title_en = "Group"
weight = 10
parts = ["X.1"]
complete = true
citation = "x"
status = "read"
"""
    own = Indicators.loads(GOOD + 'points = {full = "0.5", most = "10"}' + group, "own.toml")
    (score,) = scoreboard(figures(june(), own))
    assert score.score == Fraction(20, 17)  # 1 of 17 online, half of all would be full marks
    (nothing,) = scoreboard(figures(june([]), own))
    assert (nothing.score, nothing.reason) == (None, "nothing to count: X.1")


def test_an_indicator_that_is_counted_elsewhere_takes_its_counts_from_there() -> None:
    found = figures(june(), indicators().only("5.2"), inputs={"5.2": (9, 10)})
    assert found.total("5.2").text == "90.00 %"
    assert found.dossiers("5.2").is_empty()


def test_what_is_counted_elsewhere_and_was_not_read_is_no_figure_and_makes_up_no_case() -> None:
    found = figures(june(), indicators().only("5.2")).total("5.2")
    assert (found.text, found.numerator, found.denominator, found.unknown) == (
        "not computable from this source",
        0,
        0,
        0,
    )


def test_why_a_group_has_no_score_is_said_in_the_language_of_the_page() -> None:
    (sheet,) = [one for one in indicators_report(figures(june([])), None, "x").sheets if one.name == "Quyết định 766"]
    reasons = {row[0]: row[-1] for row in sheet.rows}
    assert reasons["Số hóa hồ sơ", "Digitisation"] == (
        "không có gì để tính: 4.1, 4.2, 4.3; chưa biết điểm của từng thành phần",
        "nothing to count: 4.1, 4.2, 4.3; the weights of its parts are not known",
    )
    assert reasons["Công khai, minh bạch", "Publicity and transparency"] == (
        "không tính được từ nguồn này: 1; chưa biết điểm của từng thành phần",
        "not computable from this source: 1; the weights of its parts are not known",
    )


def test_an_indicator_is_counted_or_given_never_both() -> None:
    one = indicators()["5.2"]
    assert isinstance(one, Indicator)
    assert (one.input, one.numerator) == ("feedback", "")
