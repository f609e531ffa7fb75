from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.codes import GRAMMARS, DossierCode, format_code, is_procedure_code
from dossier.errors import MalformedDossierCode

REAL = "000.00.06.H56-231027-0361"
"""A code seen on a real receipt of Thanh Hóa, printed 27 October 2023."""

LEVEL_1 = st.from_regex(r"[A-Y][0-9]{2}", fullmatch=True)
UNITS = {
    "circular-2018": st.builds(
        lambda head, level: f"{head}.{level}",
        st.from_regex(r"\d{3}\.\d{2}\.\d{2}", fullmatch=True).filter(str.isascii),
        LEVEL_1,
    ),
    "level-1-first": st.builds(
        lambda level, rest: level + rest, LEVEL_1, st.from_regex(r"(\.[0-9A-Z]{1,3}){1,3}", fullmatch=True)
    ),
    "circular-2025": st.builds(
        lambda level, rest: level + rest, LEVEL_1, st.from_regex(r"\.[0-9A-Z]{3}\.[0-9A-Z]{2}", fullmatch=True)
    ),
}
SYSTEMS = st.from_regex(r"[0-9]{2}", fullmatch=True)
DAYS = st.dates(date(2018, 1, 1), date(2099, 12, 31))


def test_the_code_on_a_real_receipt_says_thanh_hoa_27_october_2023_number_361() -> None:
    code = DossierCode.parse(REAL)
    assert (code.raw, code.unit, code.level1) == (REAL, "000.00.06.H56", "H56")
    assert (code.received_on, code.sequence, code.system) == (date(2023, 10, 27), "0361", None)
    assert code.grammars == ("circular-2018",)


def test_the_code_fits_the_day_of_the_real_receipt_and_no_other() -> None:
    code = DossierCode.parse(REAL)
    assert code.fits(date(2023, 10, 27))
    assert not code.fits(date(2023, 10, 28))


@given(st.data(), st.sampled_from(sorted(GRAMMARS)), DAYS, st.integers(1, 99_999))
def test_a_code_that_is_written_is_read_back(data: st.DataObject, grammar: str, day: date, sequence: int) -> None:
    unit = data.draw(UNITS[grammar])
    system = data.draw(SYSTEMS) if grammar == "circular-2025" else None
    code = DossierCode.parse(format_code(grammar, unit, day, sequence, system=system))
    assert (code.unit, code.received_on) == (unit, day)
    assert grammar in code.grammars
    assert int(f"{code.system or ''}{code.sequence}") == int(f"{system or ''}{sequence:04}")
    assert len(code.unit) <= 35  # Quyết định 20/2020/QĐ-TTg, Điều 4


@pytest.mark.parametrize(("day", "system", "sequence"), [("260124", None, "010001"), ("260125", "01", "0001")])
def test_two_readings_are_told_apart_by_the_day_circular_4_of_2025_came_into_force(
    day: str, system: str | None, sequence: str
) -> None:
    code = DossierCode.parse(f"G10.000.15-{day}-010001")
    assert code.grammars == ("level-1-first", "circular-2025")
    assert (code.system, code.sequence) == (system, sequence)


def test_a_sequence_with_letters_has_only_the_reading_of_2025_whatever_the_day() -> None:
    code = DossierCode.parse("G10.000.15-251231-01A001")
    assert (code.grammars, code.system, code.sequence) == (("circular-2025",), "01", "A001")


def test_a_sequence_of_five_digits_is_read_whole() -> None:
    assert DossierCode.parse("000.00.06.H56-231027-12345").sequence == "12345"


FLAWS = {
    "empty": "",
    "space before": " " + REAL,
    "space after": REAL + " ",
    "newline after": REAL + "\n",
    "small letter": REAL.replace("H", "h"),
    "letter past Y": REAL.replace("H", "Z"),
    "letter of another alphabet": REAL.replace("H", "Н"),
    "Arabic digits": REAL.replace("0361", "٠٣٦١"),
    "full-width digit": REAL.replace("0361", "036１"),
    "superscript": REAL.replace("0361", "036²"),
    "other hyphen": REAL.replace("-", "‐"),
    "sequence of three digits": REAL[:-1],
    "unit of 36 characters": "H56" + ".00" * 11 + "-231027-0361",
    "no date": "000.00.06.H56-0361",
    "date of eight digits": "000.00.06.H56-20231027-0361",
    "level 1 alone": "H56-231027-0361",
    "two codes": f"{REAL},{REAL}",
}


@pytest.mark.parametrize("text", FLAWS.values(), ids=FLAWS)
def test_what_is_no_code_is_refused_and_every_grammar_is_offered(text: str) -> None:
    with pytest.raises(MalformedDossierCode) as refused:
        DossierCode.parse(text)
    assert refused.value.found == text
    for grammar in GRAMMARS.values():
        assert grammar.example in str(refused.value)


@pytest.mark.parametrize("digits", ["230229", "231301", "230431", "230100", "000000"])
def test_a_date_that_is_none_is_named(digits: str) -> None:
    with pytest.raises(MalformedDossierCode, match=f"{digits} is no date"):
        DossierCode.parse(f"000.00.06.H56-{digits}-0361")


def test_29_february_of_a_leap_year_is_a_date() -> None:
    assert DossierCode.parse("000.00.06.H56-240229-0001").received_on == date(2024, 2, 29)


@pytest.mark.parametrize("name", GRAMMARS)
def test_the_example_of_each_grammar_fits_it(name: str) -> None:
    assert name in DossierCode.parse(GRAMMARS[name].example).grammars


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_is_refused_as_none(text: str) -> None:
    with suppress(MalformedDossierCode):
        assert DossierCode.parse(text).raw == text


@pytest.mark.parametrize(
    ("grammar", "unit", "day", "sequence", "system"),
    [
        ("circular-2017", "000.00.06.H56", date(2023, 10, 27), 1, None),
        ("circular-2018", "H56.00.06", date(2023, 10, 27), 1, None),
        ("circular-2018", "000.00.06.H56", date(2023, 10, 27), 0, None),
        ("circular-2018", "000.00.06.H56", date(2023, 10, 27), -1, None),
        ("circular-2018", "000.00.06.H56", date(1999, 10, 27), 1, None),
        ("circular-2018", "000.00.06.H56", date(2123, 10, 27), 1, None),
        ("circular-2018", "000.00.06.H56", datetime(2023, 10, 27), 1, None),  # noqa: DTZ001  # a moment is no day
        ("circular-2018", "000.00.06.H56", date(2023, 10, 27), 1, "01"),
        ("circular-2025", "G10.000.15", date(2026, 8, 20), 1, None),
        ("circular-2025", "G10.000.15", date(2026, 8, 20), 123_456, None),
        ("circular-2025", "G10.000.15", date(2026, 8, 20), 10_000, "1"),
        ("circular-2025", "G10.000.15", date(2026, 8, 20), 1, "A1"),
    ],
)
def test_no_code_is_written_that_would_not_be_read_the_same(
    grammar: str, unit: str, day: date, sequence: int, system: str | None
) -> None:
    with pytest.raises(MalformedDossierCode):
        format_code(grammar, unit, day, sequence, system=system)


@pytest.mark.parametrize("code", ["1.012784", "2.000908", "6.000123"])
def test_the_procedure_codes_of_the_national_portal_have_the_form(code: str) -> None:
    assert is_procedure_code(code)


@pytest.mark.parametrize(
    "text", ["", "1.01278", "1.0127845", "12.012784", "1,012784", "1.012784\n", "١.012784", "a.012784"]
)
def test_other_texts_do_not_have_the_form_of_a_procedure_code(text: str) -> None:
    assert not is_procedure_code(text)
