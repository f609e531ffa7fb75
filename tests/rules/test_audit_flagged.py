from fractions import Fraction

import pytest

from rules.audit.bounds import upper_count
from rules.audit.flagged import evaluate_flags, precision
from rules.audit.strata import Stratum
from rules.errors import ImpossibleSample

C95 = Fraction("0.95")


def test_the_figures_of_the_statement() -> None:
    """312 flagged, 50 of 60 confirmed; 3,688 not flagged, 2 of 150 in violation."""
    found = evaluate_flags(Stratum(312, 60, 50), Stratum(3688, 150, 2), C95)
    assert found.precision.confidence == found.unflagged_confidence == Fraction("0.975")
    assert (found.precision.lower_count, found.precision.upper_count) == (227, 283)
    assert found.missed_upper == 172
    assert (found.total_upper, found.population) == (455, 4000)
    assert round(100 * float(found.total_upper_rate), 1) == 11.4
    assert found.recall_lower is not None
    assert int(100 * found.recall_lower) == 56


@pytest.mark.parametrize(
    ("flagged", "unflagged", "all_confirmed", "split"),
    [
        ((200, 100, 80), (1800, 93, 1), 12.40, 13.65),
        ((200, 60, 45), (1800, 93, 0), 10.25, 11.75),
        ((300, 60, 50), (3700, 150, 2), 10.00, 11.10),
        ((300, 60, 50), (3700, 300, 2), 8.10, 8.92),
    ],
)
def test_the_totals_with_all_flags_confirmed_and_with_a_sample_of_them(
    flagged: tuple[int, int, int], unflagged: tuple[int, int, int], all_confirmed: float, split: float
) -> None:
    size, sample, right = flagged
    census = evaluate_flags(Stratum(size, size, size * right // sample), Stratum(*unflagged), C95)
    assert 100 * float(census.total_upper_rate) == pytest.approx(all_confirmed, abs=0.0051)
    sampled = evaluate_flags(Stratum(*flagged), Stratum(*unflagged), C95)
    assert 100 * float(sampled.total_upper_rate) == pytest.approx(split, abs=0.0051)


def test_flags_that_were_all_inspected_spend_no_risk() -> None:
    found = evaluate_flags(Stratum(200, 200, 160), Stratum(1800, 93, 1), C95)
    assert (found.precision.lower_count, found.precision.upper_count) == (160, 160)
    assert found.unflagged_confidence == C95
    assert found.missed_upper == upper_count(1800, 93, 1, C95)


def test_a_split_fixed_beforehand_is_followed() -> None:
    found = evaluate_flags(Stratum(312, 60, 50), Stratum(3688, 150, 2), C95, Fraction("0.01"))
    assert found.precision.confidence == Fraction("0.99")
    assert found.unflagged_confidence == Fraction("0.96")
    assert found.missed_upper == upper_count(3688, 150, 2, Fraction("0.96"))


@pytest.mark.parametrize("split", ["0", "0.05", "0.06", "-0.01"])
def test_a_split_that_spends_nothing_or_everything_is_refused(split: str) -> None:
    with pytest.raises(ImpossibleSample, match="strictly between 0 and 1/20"):
        evaluate_flags(Stratum(312, 60, 50), Stratum(3688, 150, 2), C95, Fraction(split))


def test_without_a_sample_of_unflagged_dossiers_any_of_them_may_be_a_violation() -> None:
    """A sample of flags alone says nothing about the population."""
    found = evaluate_flags(Stratum(312, 60, 50), Stratum(3688, 0, 0), C95)
    assert found.missed_upper == 3688
    assert found.recall_lower is not None
    assert found.recall_lower < Fraction(6, 100)


def test_a_rule_that_flagged_nothing_has_no_precision_but_may_have_missed() -> None:
    found = evaluate_flags(Stratum(0, 0, 0), Stratum(2000, 60, 0), C95)
    assert (found.precision.upper_rate, found.precision.lower_rate) == (None, None)
    assert (found.total_upper, found.recall_lower) == (95, 0)


def test_where_nothing_was_flagged_and_everything_inspected_in_order_there_is_nothing_to_find() -> None:
    found = evaluate_flags(Stratum(0, 0, 0), Stratum(20, 20, 0), C95)
    assert (found.total_upper, found.recall_lower) == (0, None)


def test_a_frame_without_dossiers_is_refused() -> None:
    with pytest.raises(ImpossibleSample, match="no dossiers"):
        evaluate_flags(Stratum(0, 0, 0), Stratum(0, 0, 0), C95)


def test_the_precision_of_one_rule_is_two_statements() -> None:
    found = precision(Stratum(312, 60, 50), Fraction("0.975"))
    assert (found.lower_rate, found.upper_rate) == (Fraction(227, 312), Fraction(283, 312))
