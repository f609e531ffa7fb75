"""How often the bound is true, by adding up every possible sample; and how often Wald's is."""

from collections.abc import Iterator
from fractions import Fraction
from math import comb, sqrt

import pytest

from rules.audit.bounds import upper_count
from rules.audit.strata import Stratum, pooled_count

POPULATION = 2000
CONFIDENCE = Fraction("0.95")
SAMPLES = [59, 93, 150, 300]


def ways(marked: int, sample: int) -> Iterator[tuple[int, int]]:
    """How many of the possible samples hold 0, 1, 2 … violations, with a recurrence of its own."""
    first = max(0, sample - (POPULATION - marked))
    term = comb(marked, first) * comb(POPULATION - marked, sample - first)
    for x in range(first, min(marked, sample) + 1):
        yield x, term
        term = term * (marked - x) * (sample - x) // ((x + 1) * (POPULATION - marked - sample + x + 1))


def missed(marked: int, sample: int, bounds: list[float]) -> Fraction:
    """The share of samples whose bound lies below the truth."""
    total = 0
    for x, term in ways(marked, sample):
        if bounds[x] >= marked:
            break
        total += term
    return Fraction(total, comb(POPULATION, sample))


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_bound_is_true_in_95_of_100_samples_whatever_the_population_holds(sample: int) -> None:
    bounds: list[float] = [upper_count(POPULATION, sample, x, CONFIDENCE) for x in range(sample + 1)]
    assert bounds == sorted(bounds)
    misses = [missed(marked, sample, bounds) for marked in range(POPULATION + 1)]
    assert max(misses) <= 1 - CONFIDENCE
    assert max(misses) > Fraction("0.0499"), "a bound that is true much more often would be wasteful"


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_smaller_bound_would_do(sample: int) -> None:
    for violations in range(11):
        bounds: list[float] = [upper_count(POPULATION, sample, x, CONFIDENCE) for x in range(sample + 1)]
        marked = int(bounds[violations])
        bounds[violations] -= 1
        assert missed(marked, sample, bounds) > 1 - CONFIDENCE, violations


def test_wald_is_true_in_26_of_100_samples_of_59_when_one_in_200_is_a_violation() -> None:
    def wald(x: int) -> float:
        share = x / 59
        return POPULATION * (share + 1.6448536 * sqrt(share * (1 - share) / 59))

    assert 1 - float(missed(10, 59, [wald(x) for x in range(60)])) == pytest.approx(0.26, abs=0.005)


def both(
    sizes: tuple[int, int], samples: tuple[int, int], marked: tuple[int, int], bounds: dict[tuple[int, int], int]
) -> Fraction:
    """The share of pairs of samples whose pooled bound lies below the truth."""
    total = sum(
        comb(marked[0], x)
        * comb(sizes[0] - marked[0], samples[0] - x)
        * comb(marked[1], y)
        * comb(sizes[1] - marked[1], samples[1] - y)
        for (x, y), bound in bounds.items()
        if bound < sum(marked)
    )
    return Fraction(total, comb(sizes[0], samples[0]) * comb(sizes[1], samples[1]))


@pytest.mark.parametrize(
    ("sizes", "samples"),
    [((40, 20), (8, 4)), ((40, 20), (4, 8)), ((30, 30), (15, 5)), ((50, 10), (6, 6)), ((12, 9), (3, 2))],
)
@pytest.mark.parametrize("confidence", [Fraction("0.95"), Fraction("0.8")])
def test_the_pooled_bound_is_true_often_enough_wherever_the_violations_are(
    sizes: tuple[int, int], samples: tuple[int, int], confidence: Fraction
) -> None:
    bounds = {
        (x, y): pooled_count(
            {"a": Stratum(sizes[0], samples[0], x), "b": Stratum(sizes[1], samples[1], y)}, confidence
        ).upper_count
        for x in range(samples[0] + 1)
        for y in range(samples[1] + 1)
    }
    worst = max(both(sizes, samples, (a, b), bounds) for a in range(0, sizes[0] + 1, 2) for b in range(sizes[1] + 1))
    assert worst <= 1 - confidence
