from decimal import Decimal
from fractions import Fraction

import pytest

from rules.audit.rates import above, ceiling, confidence_of, rate, within
from rules.errors import InexactRate, RateOutOfRange, UnreadableRate


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0.05", Fraction(1, 20)),
        (" 0.05 ", Fraction(1, 20)),
        (".05", Fraction(1, 20)),
        ("5e-2", Fraction(1, 20)),
        ("1/30", Fraction(1, 30)),
        ("1", Fraction(1)),
        (0, Fraction(0)),
        (Decimal("0.035"), Fraction(7, 200)),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_a_rate_is_read_exactly_as_it_is_written(written: str | int | Decimal | Fraction, meant: Fraction) -> None:
    assert rate(written) == meant


def test_a_float_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(InexactRate, match=r"write it as text \('0\.05', '1/30'\)"):
        rate(0.05)  # type: ignore[arg-type]


def test_a_truth_value_is_no_rate() -> None:
    with pytest.raises(InexactRate, match="bool"):
        rate(True)  # noqa: FBT003  # that is the point


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "5 %",
        "5%",
        "0,05",
        "1/0",
        "1/3/5",
        "nan",
        "inf",
        "1e-999999999",
        "0x1",
        "1_0",
        "٥",
        "9" * 5000,
        "1 /30",
        "-",
    ],
)
def test_what_is_no_rate_is_refused_at_once_and_briefly(hostile: str) -> None:
    with pytest.raises(UnreadableRate) as refusal:
        rate(hostile)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("hostile", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999")])
def test_a_decimal_that_is_no_number_of_this_world_is_refused(hostile: Decimal) -> None:
    with pytest.raises(UnreadableRate):
        rate(hostile)


def test_a_rate_beyond_its_range_is_named() -> None:
    with pytest.raises(RateOutOfRange, match="tolerable rate is 5; it must lie above 0 up to 1"):
        within("tolerable rate", Fraction(5), lowest=False, highest=True)


@pytest.mark.parametrize("edge", [Fraction(0), Fraction(1), Fraction(95)])
def test_a_confidence_lies_strictly_between_nothing_and_certainty(edge: Fraction) -> None:
    with pytest.raises(RateOutOfRange, match="confidence"):
        confidence_of(edge)


def test_a_bound_is_never_rounded_down() -> None:
    assert above(Fraction(2, 3), 3) == Decimal("0.667")
    assert above(Fraction(1, 3), 3) == Decimal("0.334")
    assert above(Decimal("0.0500001"), 3) == Decimal("0.0501")
    assert above(Fraction(19, 400)) == Decimal("0.0475")


def test_seven_per_cent_of_a_hundred_is_seven_and_not_eight() -> None:
    assert ceiling(rate("0.07") * 100) == 7
    assert 0.07 * 100 > 7, "what a float makes of it"
