from fractions import Fraction
from math import comb
from time import process_time

import pytest

from rules.audit import exact
from rules.audit.plans import plan_attribute, plan_discovery
from rules.audit.rates import ceiling, rate
from rules.errors import ImpossibleSample, NoPlan, RateOutOfRange

C95 = Fraction("0.95")
TOLERABLE = Fraction("0.05")

CURVES = {
    (58, 0): [0.74, 0.55, 0.30, 0.17, 0.049],
    (92, 1): [0.93, 0.77, 0.44, 0.23, 0.048],
    (122, 2): [0.98, 0.88, 0.55, 0.28, 0.048],
    (150, 3): [1.00, 0.94, 0.65, 0.33, 0.048],
    (176, 4): [1.00, 0.97, 0.73, 0.38, 0.050],
}
"""N = 2000, tolerable 5 %, 95 %: chance of passing when 0.5, 1, 2, 3 and 5 % are violations."""

EXPECTED_FOR = {(58, 0): "0", (92, 1): "0.01", (122, 2): "0.015", (150, 3): "0.02", (176, 4): "0.0225"}


@pytest.mark.parametrize("size", CURVES, ids=str)
def test_the_plans_for_two_thousand_dossiers_and_their_chances_of_passing(size: tuple[int, int]) -> None:
    plan = plan_attribute(2000, TOLERABLE, rate(EXPECTED_FOR[size]), C95)
    assert (plan.sample_size, plan.acceptance_number) == size
    chances = plan.operating_characteristic(map(rate, ("0.005", "0.01", "0.02", "0.03", "0.05")))
    for told, printed in zip(chances.values(), CURVES[size], strict=True):
        assert told == pytest.approx(printed, abs=0.0051 if printed > 0.05 else 0.00051)
    assert plan.probability_of_acceptance(TOLERABLE) <= 0.05


@pytest.mark.parametrize(
    ("population", "tolerable", "strict", "lax"), [(200, "0.05", 51, 47), (1000, "0.01", 258, 238)]
)
def test_a_plan_excludes_the_tolerable_rate_itself(population: int, tolerable: str, strict: int, lax: int) -> None:
    excluded = rate(tolerable)
    assert plan_attribute(population, excluded, Fraction(0), C95).sample_size == strict
    one_more = excluded + Fraction(1, population)
    assert plan_attribute(population, one_more, Fraction(0), C95).sample_size == lax


def scanned(population: int, tolerable: Fraction, expected: Fraction, confidence: Fraction) -> tuple[int, int] | None:
    """The first sufficient sample, one size after the other."""
    marked = ceiling(tolerable * population)
    for n in range(1, population + 1):
        allowed = ceiling(expected * n)
        if exact.hypergeometric(population, marked, n, allowed).compared(1 - confidence) <= 0:
            return n, allowed
    return None


def planned(*asked: object, **options: object) -> tuple[int, int] | None:
    try:
        plan = plan_attribute(*asked, **options)  # type: ignore[arg-type]
    except NoPlan:
        return None
    return plan.sample_size, plan.acceptance_number


@pytest.mark.parametrize("population", [1, 7, 40, 99, 250, 600])
def test_the_fast_planner_finds_what_a_walk_through_all_sizes_finds(population: int) -> None:
    for tolerable in map(rate, ("0.02", "0.05", "1/13", "0.3", "1")):
        for share in map(rate, ("0", "0.1", "0.35", "0.6", "0.85")):
            for confidence in map(rate, ("0.5", "0.9", "0.95")):
                case = (population, tolerable, tolerable * share, confidence)
                assert planned(*case) == scanned(*case), case


def test_the_fast_binomial_planner_finds_what_a_walk_finds() -> None:
    for tolerable, expected, alpha in [("0.05", "0.02", "0.1"), ("0.1", "0.06", "0.05"), ("0.5", "0.2", "0.25")]:
        walked = next(
            n
            for n in range(1, 3000)
            if exact.binomial(n, rate(tolerable), ceiling(rate(expected) * n)).compared(rate(alpha)) < 0
        )
        assert plan_attribute(None, rate(tolerable), rate(expected), 1 - rate(alpha), "binomial").sample_size == walked


def test_the_fast_poisson_planner_finds_what_a_walk_finds() -> None:
    for tolerable, expected, alpha in [("0.05", "0.02", "0.1"), ("0.1", "0.06", "0.05"), ("0.2", "0.03", "0.4")]:
        t, e = rate(tolerable), rate(expected)
        walked = next(n for n in range(1, 3000) if exact.gamma_above(e * n + 1, t * n).compared(rate(alpha)) < 0)
        plan = plan_attribute(None, t, e, 1 - rate(alpha), "poisson")
        assert (plan.sample_size, plan.acceptance_number) == (walked, int(e * walked))


def test_a_tie_is_not_below_under_the_binomial_model() -> None:
    """One half to the power of two is one quarter: the bound equals the tolerable rate, so three are needed."""
    assert plan_attribute(None, Fraction(1, 2), Fraction(0), Fraction(3, 4), "binomial").sample_size == 3


@pytest.mark.parametrize("power", ["0.5", "0.8", "0.9", "0.99"])
def test_a_plan_with_power_is_the_smallest_that_also_passes_often_enough(power: str) -> None:
    population, expected = 400, Fraction("0.02")
    bad, good = ceiling(TOLERABLE * population), ceiling(expected * population)

    def does(n: int, allowed: int) -> bool:
        return (
            exact.hypergeometric(population, bad, n, allowed).compared(1 - C95) <= 0
            and exact.hypergeometric(population, good, n, allowed).compared(rate(power)) >= 0
        )

    walked = next((n, c) for n in range(1, population + 1) for c in range(n + 1) if does(n, c))
    plan = plan_attribute(population, TOLERABLE, expected, C95, power=rate(power))
    assert (plan.sample_size, plan.acceptance_number) == walked
    assert plan.probability_of_acceptance(expected) >= float(power)


def test_ninety_per_cent_power_takes_150_of_two_thousand() -> None:
    plan = plan_attribute(2000, TOLERABLE, Fraction("0.01"), C95, power=Fraction("0.9"))
    assert (plan.sample_size, plan.acceptance_number) == (150, 3)


@pytest.mark.parametrize("model", ["binomial", "poisson"])
def test_power_works_without_a_population_too(model: str) -> None:
    plan = plan_attribute(None, TOLERABLE, Fraction("0.01"), C95, model, Fraction("0.9"))  # type: ignore[arg-type]
    assert plan.probability_of_acceptance(Fraction("0.01")) >= 0.9
    assert plan.probability_of_acceptance(TOLERABLE) < 0.05


def test_a_discovery_plan_is_the_first_sample_that_cannot_well_miss_ten_in_twelve_hundred() -> None:
    walked = next(n for n in range(1200) if 20 * comb(1190, n) <= comb(1200, n))
    plan = plan_discovery(1200, 10, C95)
    assert (plan.sample_size, plan.acceptance_number) == (walked, 0)


def test_to_find_the_only_violation_nearly_everything_is_inspected() -> None:
    assert plan_discovery(100, 1, C95).sample_size == 95
    assert plan_discovery(1, 1, C95).sample_size == 1


def test_a_rate_between_two_whole_numbers_is_read_as_the_next() -> None:
    plan = plan_attribute(30, Fraction("0.2"), Fraction(0), C95)
    assert plan.probability_of_acceptance(Fraction("0.001")) == plan.probability_of_acceptance(Fraction(1, 30))


@pytest.mark.parametrize(
    ("tolerable", "expected", "confidence"),
    [("0", "0", "0.95"), ("1.01", "0", "0.95"), ("0.05", "-0.01", "0.95"), ("5", "1", "95")],
)
def test_rates_beyond_their_range_are_refused(tolerable: str, expected: str, confidence: str) -> None:
    with pytest.raises(RateOutOfRange):
        plan_attribute(2000, rate(tolerable), rate(expected), rate(confidence))


def test_expecting_what_is_not_tolerable_is_refused() -> None:
    with pytest.raises(NoPlan, match="could never pass; expect less, tolerate more"):
        plan_attribute(2000, TOLERABLE, TOLERABLE, C95)


def test_where_even_the_whole_population_would_not_do_there_is_no_plan() -> None:
    """One of ten is more than 5 % of ten, and one must be allowed."""
    with pytest.raises(NoPlan, match="no sample of up to 10 units"):
        plan_attribute(10, TOLERABLE, Fraction("0.01"), C95)


def test_a_sample_nobody_would_inspect_is_refused() -> None:
    with pytest.raises(NoPlan, match="no sample of up to 1,000,000 units"):
        plan_attribute(None, Fraction(1, 10**9), Fraction(0), C95, "binomial")


@pytest.mark.parametrize("occurrences", [0, -1, 1201])
def test_occurrences_that_the_population_cannot_hold_are_refused(occurrences: int) -> None:
    with pytest.raises(ImpossibleSample, match="there must be 1 to 1200"):
        plan_discovery(1200, occurrences, C95)


def test_a_plan_for_a_million_takes_less_than_a_second() -> None:
    begun = process_time()
    plan = plan_attribute(10**6, TOLERABLE, Fraction("0.045"), C95)
    assert process_time() - begun < 1
    assert plan.acceptance_number == ceiling(Fraction("0.045") * plan.sample_size)
