import csv
import gzip
import unicodedata
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import NoTermGiven, Term, Unit, UnreadableTerm

PROCEDURES = Path(__file__).parents[3] / "shared" / "data" / "procedures.csv.gz"
UNITS = ("ngày làm việc", "ngày", "giờ làm việc", "giờ", "tháng", "năm")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("15 ngày làm việc", 15, Unit.WORKING_DAY),
        ("15 Ngày làm việc", 15, Unit.WORKING_DAY),
        ("15 NGÀY LÀM VIỆC", 15, Unit.WORKING_DAY),
        ("  15   ngày  làm   việc ", 15, Unit.WORKING_DAY),
        ("15\u00a0ngày làm việc", 15, Unit.WORKING_DAY),
        ("05 ngày làm việc", 5, Unit.WORKING_DAY),
        ("15 working days", 15, Unit.WORKING_DAY),
        ("1 working day", 1, Unit.WORKING_DAY),
        ("0,5 ngày làm việc", Fraction(1, 2), Unit.WORKING_DAY),
        ("0.25 ngày làm việc", Fraction(1, 4), Unit.WORKING_DAY),
        ("30 ngày", 30, Unit.DAY),
        ("1.5 ngày", Fraction(3, 2), Unit.DAY),
        ("30 days", 30, Unit.DAY),
        ("08 giờ làm việc", 8, Unit.WORKING_HOUR),
        ("8 working hours", 8, Unit.WORKING_HOUR),
        ("8 Giờ", 8, Unit.HOUR),
        ("24 hours", 24, Unit.HOUR),
        ("1 tháng", 1, Unit.MONTH),
        ("1 Tháng", 1, Unit.MONTH),
        ("3 months", 3, Unit.MONTH),
        ("2 năm", 2, Unit.YEAR),
        ("2 years", 2, Unit.YEAR),
    ],
)
def test_a_printed_limit_is_one_number_and_one_unit(text: str, value: int | Fraction, unit: Unit) -> None:
    assert Term.parse(text) == Term.of(value, unit)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["15 ngày làm việc", "08 GIỜ LÀM VIỆC", "1 tháng", "2 năm"])
def test_the_form_of_unicode_does_not_matter(form: str, text: str) -> None:
    assert Term.parse(unicodedata.normalize(form, text)) == Term.parse(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["15", "1", "ngày làm việc", "15 tuần", "3-5 ngày", "15 ngày 20 ngày", "mười lăm ngày", "-5 ngày", "ngay", "?"],
)
def test_a_text_without_a_single_reading_is_unreadable_and_never_guessed(text: str) -> None:
    with pytest.raises(UnreadableTerm) as refused:
        Term.parse(text)
    assert not isinstance(refused.value, NoTermGiven)
    assert repr(text) in str(refused.value)
    assert "15 ngày làm việc" in str(refused.value)


@pytest.mark.parametrize("text", ["", "   ", "Không có thông tin", "KHÔNG CÓ THÔNG TIN"])
def test_a_source_that_gives_no_limit_says_so(text: str) -> None:
    with pytest.raises(NoTermGiven, match="gives no limit"):
        Term.parse(text)


def test_none_given_in_decomposed_letters_is_none_given() -> None:
    with pytest.raises(NoTermGiven):
        Term.parse(unicodedata.normalize("NFD", "Không có thông tin"))


def test_the_value_stays_as_printed_and_exact() -> None:
    term = Term.parse("0,1 ngày làm việc")
    assert (term.value, term.unit) == (Fraction(1, 10), Unit.WORKING_DAY)


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("15 working days", "15 ngày làm việc", "15 working days"),
        ("1 Ngày", "1 ngày", "1 day"),
        ("0.5 ngày làm việc", "0,5 ngày làm việc", "0.5 working days"),
        ("08 giờ làm việc", "8 giờ làm việc", "8 working hours"),
        ("100 ngày", "100 ngày", "100 days"),
    ],
)
def test_a_term_is_written_in_both_languages(text: str, vietnamese: str, english: str) -> None:
    assert (Term.parse(text).text_vi, Term.parse(text).text_en) == (vietnamese, english)


@given(st.integers(0, 10_000), st.sampled_from(UNITS))
def test_what_is_written_can_be_read_again(value: int, unit: str) -> None:
    term = Term.parse(f"{value} {unit}")
    assert Term.parse(term.text_vi) == Term.parse(term.text_en) == term


@pytest.mark.parametrize(
    ("text", "hours", "unit"),
    [
        ("0,25 ngày làm việc", 2, Unit.WORKING_HOUR),
        ("1,5 ngày làm việc", 12, Unit.WORKING_HOUR),
        ("0,5 ngày", 12, Unit.HOUR),
        ("0,5 năm", 6, Unit.MONTH),
        ("7 ngày làm việc", 7, Unit.WORKING_DAY),
    ],
)
def test_a_part_of_a_day_is_counted_in_hours_and_a_part_of_a_year_in_months(text: str, hours: int, unit: Unit) -> None:
    assert Term.parse(text).exact() == Term.of(hours, unit)


@pytest.mark.skipif(not PROCEDURES.exists(), reason=f"no procedure catalogue at {PROCEDURES}")
def test_every_limit_that_the_national_catalogue_prints_with_a_unit_is_read() -> None:
    with gzip.open(PROCEDURES, "rt", encoding="utf-8") as lines:
        texts = [row["time_limit"] for row in csv.DictReader(lines)]
    with_unit = [text for text in texts if any(unit in text.casefold() for unit in ("ngày", "giờ", "tháng", "năm"))]
    assert len(with_unit) > 2500
    for text in with_unit:
        assert text.lstrip("0").startswith(Term.parse(text).number)


@pytest.mark.skipif(not PROCEDURES.exists(), reason=f"no procedure catalogue at {PROCEDURES}")
def test_the_rest_of_the_national_catalogue_is_none_given_or_a_bare_number() -> None:
    with gzip.open(PROCEDURES, "rt", encoding="utf-8") as lines:
        texts = {row["time_limit"].strip() for row in csv.DictReader(lines)}
    for text in texts:
        if text in {"", "Không có thông tin"}:
            with pytest.raises(NoTermGiven):
                Term.parse(text)
        elif text.isdigit():
            with pytest.raises(UnreadableTerm, match="no unit"):
                Term.parse(text)
