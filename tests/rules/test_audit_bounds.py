from decimal import Decimal
from fractions import Fraction
from time import process_time

import pytest

from rules.audit.bounds import clopper_pearson, lower_count, upper_count, upper_rate
from rules.audit.conclusions import conclude
from rules.audit.tails import LARGEST_POPULATION, Model
from rules.errors import ImpossibleSample, RateOutOfRange

C95, C975 = Fraction("0.95"), Fraction("0.975")


@pytest.mark.parametrize(
    ("population", "sample", "violations", "confidence", "most"),
    [
        (2000, 60, 0, C95, 95),
        (312, 60, 50, C975, 283),
        (3688, 150, 2, C975, 172),
        (2000, 150, 0, C95, 38),
        (2000, 150, 0, 1 - (1 - C95) / 12, 69),
    ],
    ids=["none of 60", "flags", "unflagged", "one rule", "twelve rules at once"],
)
def test_the_figures_of_the_statement(
    population: int, sample: int, violations: int, confidence: Fraction, most: int
) -> None:
    assert upper_count(population, sample, violations, confidence) == most


def test_the_fewest_is_the_most_seen_from_the_other_side() -> None:
    assert lower_count(312, 60, 50, C975) == 227
    assert lower_count(2000, 60, 0, C95) == 0
    assert lower_count(10, 10, 3, C95) == 3


def test_nothing_found_in_sixty_still_leaves_four_and_three_quarters_per_cent() -> None:
    upper = upper_rate(2000, 60, 0, C95)
    assert (upper.fraction, upper.decimal, upper.count) == (Fraction(19, 400), Decimal("0.0475"), 95)


@pytest.mark.parametrize(
    ("sample", "violations", "most"), [(0, 0, 7), (7, 0, 0), (7, 7, 7), (3, 3, 7), (6, 0, 1), (1, 0, 6)]
)
def test_the_edges_of_a_population_of_seven(sample: int, violations: int, most: int) -> None:
    assert upper_count(7, sample, violations, C95) == most


def test_scipy_has_the_same_clopper_pearson_bound() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is an oracle of the tests only")
    for confidence in ("0.5", "0.9", "0.95", "0.975", "0.999"):
        for sample in (1, 2, 10, 59, 150, 1000):
            for violations in {0, 1, 2, sample // 10, sample // 2, sample - 1} & set(range(sample)):
                theirs = stats.beta.ppf(float(confidence), violations + 1, sample - violations)
                ours = upper_rate(None, sample, violations, Fraction(confidence), "binomial").decimal
                assert float(ours) == pytest.approx(float(theirs), rel=1e-11), (confidence, sample, violations)


def test_scipy_has_the_same_poisson_bound() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is an oracle of the tests only")
    for violations in (0, 1, 5, 40, 300):
        theirs = stats.gamma.ppf(0.95, violations + 1) / 500
        ours = upper_rate(None, 500, violations, C95, "poisson").decimal
        assert float(ours) == pytest.approx(float(theirs), rel=1e-11), violations


def test_a_bound_that_is_a_short_number_comes_out_as_that_number() -> None:
    """Nothing found in two: (1 − u)² = 1/4."""
    assert upper_rate(None, 2, 0, Fraction(3, 4), "binomial").decimal == Decimal("0.5")
    assert upper_rate(None, 5, 5, C95, "binomial").decimal == 1


def test_the_decimals_are_those_of_a_root_in_forty_digits_rounded_up() -> None:
    """1 − 0.05^(1/59), by the decimal module."""
    root = 1 - Decimal("0.05") ** (Decimal(1) / 59)
    assert abs(clopper_pearson(59, 0, C95) - root) < Decimal("1e-26")
    shown = upper_rate(None, 59, 0, C95, "binomial").decimal
    assert root <= shown < root + Decimal("1e-15")


def test_a_large_population_has_nearly_the_binomial_bound_and_a_small_one_less() -> None:
    binomial = upper_rate(None, 93, 1, C95, "binomial").decimal
    assert upper_rate(10**9, 93, 1, C95).decimal == pytest.approx(binomial, abs=Decimal("1e-6"))
    assert upper_rate(300, 93, 1, C95).decimal < binomial


@pytest.mark.parametrize(
    ("population", "sample", "violations", "sentence"),
    [
        (100, 10, 11, "11 violations among 10 inspected"),
        (100, 10, -1, "-1 violations"),
        (100, 101, 0, "101 inspected out of 100"),
        (0, 0, 0, "a population of 0 cannot be sampled"),
        (LARGEST_POPULATION + 1, 10, 0, "choose binomial"),
        (10**400, 10, 0, "choose binomial"),
        (100, 0, 0, "nothing was inspected"),
        (None, 10, 0, "the hypergeometric model needs the size of the population"),
    ],
)
def test_counts_that_contradict_each_other_are_refused(
    population: int | None, sample: int, violations: int, sentence: str
) -> None:
    with pytest.raises(ImpossibleSample, match=sentence):
        upper_rate(population, sample, violations, C95)


def test_a_sample_beyond_a_million_without_end_is_refused() -> None:
    with pytest.raises(ImpossibleSample, match="takes at most 1,000,000, choose hypergeometric"):
        upper_rate(None, 10**12, 5 * 10**11, C95, "binomial")


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    unknown: Model = "normal"  # type: ignore[assignment]
    with pytest.raises(ImpossibleSample, match="no model is called 'normal'; there are hypergeometric, binomial"):
        upper_rate(100, 10, 0, C95, unknown)


def test_a_confidence_in_per_cent_is_refused() -> None:
    with pytest.raises(RateOutOfRange, match="confidence is 95; it must lie above 0 below 1"):
        upper_count(100, 10, 0, Fraction(95))


def test_a_conclusion_is_the_estimate_the_bound_and_what_it_excludes() -> None:
    found = conclude(2000, 92, 1, C95)
    assert found.estimate == Fraction(1, 92)
    assert found.upper.fraction is not None
    assert found.upper.fraction < Fraction("0.05")
    assert found.meets(Fraction("0.05"))
    assert not conclude(2000, 92, 2, C95).meets(Fraction("0.05"))


def test_a_bound_equal_to_the_tolerable_rate_does_not_meet_it() -> None:
    found = conclude(2000, 60, 0, C95)
    assert found.upper.fraction == Fraction("0.0475")
    assert not found.meets(Fraction("0.0475"))
    assert found.meets(Fraction("0.0475") + Fraction(1, 2000))
    tie = conclude(None, 2, 0, Fraction(3, 4), "binomial")
    assert not tie.meets(Fraction(1, 2))
    assert tie.meets(Fraction(1, 2) + Fraction(1, 10**20))


def test_a_bound_takes_less_than_a_tenth_of_a_second_at_a_million() -> None:
    begun = process_time()
    for violations in (0, 5, 40):
        upper_rate(10**6, 5_000, violations, C95)
    assert process_time() - begun < 0.3
