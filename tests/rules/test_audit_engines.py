"""Whole numbers and logarithms must tell the same; both are tried against the definition and against scipy."""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest

from rules.audit import exact, logspace
from rules.audit.bounds import upper_count
from rules.audit.tails import Hypergeometric, compare

CONFIDENCES = [Fraction(text) for text in ("0.5", "0.8", "0.9", "0.95", "0.975", "0.99", "0.999")]
POINTS = 52_000


def by_definition(population: int, sample: int, violations: int, confidence: Fraction) -> int:
    possible = [
        marked
        for marked in range(violations, population - (sample - violations) + 1)
        if sum(comb(marked, x) * comb(population - marked, sample - x) for x in range(violations + 1))
        > (1 - confidence) * comb(population, sample)
    ]
    return max(possible)


def grid(points: int) -> Iterator[tuple[int, int, int, Fraction]]:
    """Populations from 1 to 20,000, small ones as often as large ones; findings few as in audits, and many."""
    drawn = random.Random(20_261_124)
    for _ in range(points):
        population = int(20_000 ** drawn.random())
        sample = drawn.randint(1, min(population, 600))
        violations = drawn.randint(0, sample if drawn.random() < 0.2 else min(sample, 12))
        yield population, sample, violations, drawn.choice(CONFIDENCES)


def test_both_engines_put_fifty_two_thousand_bounds_at_the_same_place() -> None:
    for population, sample, violations, confidence in grid(POINTS):
        alpha = 1 - confidence
        most = upper_count(population, sample, violations, confidence)
        whole = exact.hypergeometric(population, most, sample, violations)
        floats = logspace.hypergeometric(population, most, sample, violations)
        assert whole.compared(alpha) > 0, (population, sample, violations, confidence)
        assert abs(floats - whole.ways / whole.of) < 1e-12, (population, sample, violations, most)
        if most < population - (sample - violations):
            beyond = exact.hypergeometric(population, most + 1, sample, violations)
            assert beyond.compared(alpha) <= 0, (population, sample, violations, confidence)


def test_every_bound_of_every_population_up_to_sixteen_is_what_the_definition_says() -> None:
    for population in range(1, 17):
        for sample in range(population + 1):
            for violations in range(sample + 1):
                for confidence in CONFIDENCES:
                    case = (population, sample, violations, confidence)
                    assert upper_count(*case) == by_definition(*case), case


def test_a_sample_exactly_as_unlikely_as_the_risk_is_excluded() -> None:
    half = Fraction(1, 2)
    assert exact.hypergeometric(10, 1, 5, 0).fraction() == half
    assert upper_count(10, 5, 0, half) == 0
    assert upper_count(10, 5, 0, half + Fraction(1, 10**30)) == 1


def test_whole_numbers_decide_what_floats_cannot_tell() -> None:
    asked: list[bool] = []

    def slow() -> exact.Ratio:
        asked.append(True)
        return exact.Ratio(1, 20)

    alpha = Fraction(1, 20)
    assert (compare(0.05, alpha, slow), compare(0.05 + 1e-10, alpha, slow), compare(0.05 - 1e-10, alpha, slow)) == (
        0,
    ) * 3
    assert len(asked) == 3
    assert (compare(0.0501, alpha, slow), compare(0.0499, alpha, slow)) == (1, -1)
    assert len(asked) == 3


@pytest.mark.parametrize(
    "case", [(10**6, 9_000, 5_000, 40), (10**6, 600_000, 5_000, 2_900), (10**9, 10**7, 3_000, 20), (10**9, 3, 10**8, 0)]
)
def test_the_engines_agree_at_sizes_where_differences_of_lgamma_do_not(case: tuple[int, int, int, int]) -> None:
    whole = exact.hypergeometric(*case)
    assert logspace.hypergeometric(*case) == pytest.approx(whole.ways / whole.of, rel=1e-11)


def test_the_law_is_complete_and_symmetric() -> None:
    for population, marked, sample in [(20, 7, 5), (20, 15, 12), (9, 9, 4), (9, 0, 4), (9, 4, 9), (1, 1, 1)]:
        assert exact.hypergeometric(population, marked, sample, sample).fraction() == 1
        for k in range(-1, sample + 1):
            ratio = exact.hypergeometric(population, marked, sample, k).fraction()
            assert ratio == exact.hypergeometric(population, sample, marked, k).fraction()
            assert logspace.hypergeometric(population, marked, sample, k) == pytest.approx(float(ratio), abs=1e-14)


def test_the_binomial_engines_agree() -> None:
    drawn = random.Random(7)
    for _ in range(3_000):
        sample = drawn.randint(1, 300)
        rate = Fraction(drawn.randint(1, 999), 1000)
        k = drawn.randint(0, sample - 1)
        ratio = exact.binomial(sample, rate, k)
        told = ratio.ways / ratio.of
        assert logspace.binomial(sample, float(rate), k) == pytest.approx(told, abs=1e-12), (sample, rate, k)
        if sample < 60:
            digits = exact.binomial_decimal(sample, exact.decimal(rate), k).chance
            assert abs(digits - exact.decimal(ratio.fraction())) < Decimal("1e-45"), (sample, rate, k)


def test_the_poisson_engines_agree_with_whole_and_with_broken_counts() -> None:
    drawn = random.Random(8)
    for _ in range(400):
        shape, mean = Fraction(drawn.randint(100, 20_000), 100), Fraction(drawn.randint(1, 30_000), 100)
        told = exact.gamma_above(shape, mean).chance
        assert logspace.gamma_above(float(shape), float(mean)) == pytest.approx(float(told), abs=1e-12), (shape, mean)


def test_a_whole_shape_is_the_poisson_sum() -> None:
    for k, mean in [(0, "3"), (4, "2.5"), (30, "41.25")]:
        told = exact.gamma_above(Fraction(k + 1), Fraction(mean)).chance
        assert abs(told - exact.poisson_decimal(Decimal(mean), k).chance) < Decimal("1e-45")


def test_scipy_agrees_where_it_is_reliable() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is an oracle of the tests only")
    for population, sample, violations, _ in grid(1_500):
        marked = min(population, 3 * violations + population // 20)
        theirs = float(stats.hypergeom.cdf(violations, population, marked, sample))
        assert logspace.hypergeometric(population, marked, sample, violations) == pytest.approx(theirs, abs=1e-9)


def test_at_a_thousand_million_floats_keep_twelve_digits_and_no_fewer_than_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is an oracle of the tests only")
    whole = exact.hypergeometric(10**9, 10**6, 3_000, 1)
    told = whole.ways / whole.of
    ours = abs(logspace.hypergeometric(10**9, 10**6, 3_000, 1) / told - 1)
    theirs = abs(float(stats.hypergeom.cdf(1, 10**9, 10**6, 3_000)) / told - 1)
    assert ours < 1e-12
    assert ours <= theirs


def test_the_chance_falls_with_the_violations_and_with_the_sample() -> None:
    drawn = Hypergeometric(500)
    by_marked = [drawn.against(marked, 50, 2, Fraction(1, 10)) for marked in range(500)]
    assert by_marked == sorted(by_marked, reverse=True)
    by_sample = [drawn.shows_less(n, 2, Fraction(1, 20), Fraction(1, 10)) for n in range(2, 500)]
    assert by_sample == sorted(by_sample)
