from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.display import LANGUAGES, Share, moment, number, visible
from rules.pictures import MOST_COLUMNS, Bar, counts_bar, lateness_by_office, lateness_by_week, ticks, timeline

counts = st.integers(0, 10**9)


def rects(picture: str, style: str) -> list[dict[str, str]]:
    return [r.attrib for r in ET.fromstring(picture).iter("rect") if r.get("class") == style]  # noqa: S314  # our own SVG


class TestWeeks:
    def test_a_week_without_decisions_keeps_its_place_on_the_axis(self) -> None:
        line = timeline([Bar("2024-W36", 10, 1), Bar("2024-W38", 5, 0)])
        assert [(start, bar.decided) for start, bar in line.columns] == [
            (date(2024, 9, 2), 10), (date(2024, 9, 9), 0), (date(2024, 9, 16), 5),
        ]  # fmt: skip

    def test_a_week_may_be_named_by_number_or_by_its_monday_in_any_order(self) -> None:
        line = timeline([Bar("2024-09-09", 5, 2), Bar("2024-W36", 10, 1)])
        assert [bar.decided for _, bar in line.columns] == [10, 5]

    def test_week_53_is_followed_by_week_1_of_the_next_year(self) -> None:
        assert len(timeline([Bar("2020-W53", 1, 0), Bar("2021-W01", 1, 0)]).columns) == 2

    @given(st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 50)), min_size=1, max_size=40))
    def test_however_long_the_log_the_columns_stay_few_and_hold_every_decision(
        self, weeks: list[tuple[int, int]]
    ) -> None:
        bars = [Bar(date.fromordinal(700_000 + 7 * week).isoformat(), decided, decided // 2) for week, decided in weeks]
        line = timeline(bars)
        assert len(line.columns) <= MOST_COLUMNS
        assert line.total == Share(sum(bar.late for bar in bars), sum(bar.decided for bar in bars))

    def test_a_week_that_cannot_be_read_says_what_can(self) -> None:
        with pytest.raises(ValueError, match=r'week \'W36\': give an ISO week such as "2024-W36"'):
            timeline([Bar("W36", 1, 0)])

    def test_late_and_on_time_stack_to_the_height_of_the_decided(self) -> None:
        picture = lateness_by_week(timeline([Bar("2024-W36", 100, 25)]), "vi")
        (late,), (on_time,) = rects(picture, "late"), rects(picture, "ontime")
        assert float(on_time["height"]) == pytest.approx(3 * float(late["height"]))
        assert float(late["y"]) + float(late["height"]) == pytest.approx(float(on_time["y"]))

    def test_the_picture_tells_its_figures_to_who_cannot_see_it(self) -> None:
        line = timeline([Bar("2024-W36", 1500, 96), Bar("2024-W37", 140, 0)])
        root = ET.fromstring(lateness_by_week(line, "vi"))  # noqa: S314  # our own SVG
        assert root.attrib["role"] == "img"
        assert [child.tag for child in root[:2]] == ["title", "desc"]
        assert root[1].text == "Trễ hạn / có quyết định: 96 / 1.640 (5,9%)"
        assert root.attrib["aria-labelledby"].split() == [root[0].attrib["id"], root[1].attrib["id"]]


class TestOffices:
    def test_a_bar_is_as_long_as_its_share_and_says_n_of_n(self) -> None:
        picture = lateness_by_office([Bar("A", 50, 10), Bar("B", 1000, 100), Bar("C", 0, 0)], "en")
        long, short, none = (float(rect["width"]) for rect in rects(picture, "late"))
        assert long == pytest.approx(2 * short, rel=0.01)
        assert none == 0
        assert "10 / 50 · 20.0%" in picture
        assert "100 / 1,000 · 10.0%" in picture
        assert ">N/A<" in picture

    def test_a_hostile_name_stays_text_and_short(self) -> None:
        picture = lateness_by_office([Bar("<script>\u202e" + "x" * 5000, 1, 1)], "vi")
        assert "<script" not in picture
        assert "\u202e" not in picture
        assert len(picture) < 4000

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_no_office_at_all_is_still_a_picture(self, language: str) -> None:
        ET.fromstring(lateness_by_office([], language))  # noqa: S314  # our own SVG


@given(st.floats(0, 1e9))
def test_the_scale_reaches_the_highest_value_in_few_round_steps(highest: float) -> None:
    scale = ticks(highest)
    assert scale[0] == 0
    assert scale[-1] >= highest
    assert 2 <= len(scale) <= 6
    assert str(scale[1]).rstrip("0") in {"1", "2", "5"}


def test_one_flagged_dossier_in_a_million_is_seen_and_no_flagged_dossier_draws_nothing() -> None:
    assert float(rects(counts_bar(1, 999_999, 0, 0), "late")[0]["width"]) >= 2
    assert rects(counts_bar(0, 1_000_000, 0, 0), "late") == []


@given(counts, counts, counts, counts)
def test_the_four_counts_fill_the_bar(violated: int, satisfied: int, blind: int, aside: int) -> None:
    picture = counts_bar(violated, satisfied, blind, aside)
    total = sum(float(r["width"]) for style in ("late", "ontime", "blind", "aside") for r in rects(picture, style))
    assert total == pytest.approx(200 if violated + satisfied + blind + aside else 0, abs=0.3)


@given(counts, counts)
def test_a_share_shows_none_or_all_only_when_it_is_none_or_all(part: int, rest: int) -> None:
    text = Share(part, part + rest).percent("en")
    assert (text == "N/A") == (part + rest == 0)
    assert (text == "0%") == (part == 0 and rest > 0)
    assert (text == "100%") == (part > 0 and rest == 0)


@given(st.integers(0, 10**12))
def test_the_two_languages_group_thousands_with_dot_and_comma(value: int) -> None:
    assert number(value, "vi").replace(".", "") == number(value, "en").replace(",", "") == str(value)


@given(st.text())
def test_visible_text_is_printable_and_printable_text_is_left_alone(text: str) -> None:
    assert visible(text).isprintable()
    assert text.isprintable() is False or visible(text) == text


@pytest.mark.parametrize("text", ["20240905", "2024-13-01", "2024-09-05Tsoon", "", "2024-W36"])
def test_text_that_is_no_moment_stays_as_it_is(text: str) -> None:
    assert moment(text) == text
