from fractions import Fraction
from math import comb

import pytest

from rules.audit.sequential import Anytime, plan_anytime, plan_stop_or_go
from rules.errors import ImpossibleSample, NoPlan

C95, TOLERABLE, ONE = Fraction("0.95"), Fraction("0.05"), Fraction("0.01")


@pytest.mark.parametrize(
    ("allowed", "stage", "at_tolerable", "at_one", "inspected"),
    [
        ((0, 1), 60, 0.0498, 0.73, 80),
        ((0, 2), 68, 0.0474, 0.87, 100),
        ((0, 3), 78, 0.0488, 0.94, 120),
        ((1, 3), 94, 0.0491, 0.92, 116),
    ],
)
def test_the_two_stage_plans_for_two_thousand(
    allowed: tuple[int, int], stage: int, at_tolerable: float, at_one: float, inspected: int
) -> None:
    plan = plan_stop_or_go(2000, TOLERABLE, allowed, C95)
    assert plan.stage == stage
    assert plan.probability_of_acceptance(TOLERABLE) == pytest.approx(at_tolerable, abs=5e-5)
    assert plan.probability_of_acceptance(ONE) == pytest.approx(at_one, abs=0.0051)
    assert plan.expected_inspections(ONE) == pytest.approx(inspected, abs=0.5)


def test_every_sequence_of_a_small_population_is_counted() -> None:
    """12 units, 4 violations: of all orders, those whose first 2 hold none, or first 2 hold one and first 4 no more."""
    from itertools import combinations

    plan = plan_stop_or_go(12, Fraction(1, 3), (0, 1), Fraction("0.55"))
    stage = plan.stage
    orders = list(combinations(range(12), 4))
    passing = sum(
        1
        for marked in orders
        if (first := sum(place < stage for place in marked)) == 0
        or (first == 1 and sum(place < 2 * stage for place in marked) == 1)
    )
    assert plan.probability_of_acceptance(Fraction(1, 3)) == pytest.approx(passing / comb(12, 4))
    assert passing / comb(12, 4) <= 0.45


def test_two_stages_larger_than_the_population_are_no_plan() -> None:
    with pytest.raises(NoPlan, match="allow fewer or tolerate more"):
        plan_stop_or_go(20, TOLERABLE, (0, 1), C95)


@pytest.mark.parametrize("allowed", [(1, 1), (2, 1), (-1, 1)])
def test_acceptance_numbers_that_do_not_rise_are_refused(allowed: tuple[int, int]) -> None:
    with pytest.raises(ImpossibleSample, match="the first must be at least 0 and below the second"):
        plan_stop_or_go(2000, TOLERABLE, allowed, C95)


@pytest.mark.parametrize(("prior", "stop"), [((1, 60), 73), ((1, 1), 151), ((1, 100), 68), ((1, 200), 63)])
def test_how_early_one_may_stop_when_nothing_is_found(prior: tuple[int, int], stop: int) -> None:
    plan = plan_anytime(2000, C95, prior)
    assert plan.first_stop(TOLERABLE) == stop
    assert not plan.meets(TOLERABLE, stop - 1, 0)


@pytest.mark.parametrize("prior", [(1, 1), (1, 60), (2, 30)])
@pytest.mark.parametrize("violations", [0, 1, 4])
def test_the_first_stop_is_the_one_a_walk_through_all_numbers_finds(prior: tuple[int, int], violations: int) -> None:
    plan, tolerable = Anytime(200, C95, prior), Fraction("0.1")
    walked = next(n for n in range(violations, 201) if plan.meets(tolerable, n, violations))
    assert plan.first_stop(tolerable, violations) == walked


@pytest.mark.parametrize("prior", [(1, 1), (1, 20), (3, 2)])
def test_the_anytime_bound_is_ever_wrong_no_more_often_than_its_risk(prior: tuple[int, int]) -> None:
    """Every order in which 30 units can be inspected, added up look by look."""
    population, plan = 30, Anytime(30, Fraction("0.8"), prior)
    bound = {(n, k): plan.upper_count(n, k) for n in range(population + 1) for k in range(n + 1)}
    for marked in range(population + 1):
        right = {0: Fraction(1)}
        for n in range(1, population + 1):
            drawn: dict[int, Fraction] = {}
            for k, chance in right.items():
                hit = Fraction(marked - k, population - n + 1)
                for found, share in ((k + 1, hit), (k, 1 - hit)):
                    if share > 0 and bound[n, found] >= marked:
                        drawn[found] = drawn.get(found, Fraction(0)) + chance * share
            right = drawn
        assert sum(right.values()) >= Fraction("0.8"), marked


def test_the_anytime_bound_is_the_largest_of_all_possible_numbers() -> None:
    plan = Anytime(60, C95, (1, 10))
    for n, k in [(0, 0), (10, 0), (10, 3), (25, 24), (60, 5), (40, 40)]:
        possible = [marked for marked in range(k, 60 - (n - k) + 1) if plan._possible(marked, n, k)]
        assert plan.upper_count(n, k) == max(possible), (n, k)


@pytest.mark.parametrize("prior", [(0, 60), (1, 0)])
def test_a_prior_below_one_is_refused(prior: tuple[int, int]) -> None:
    with pytest.raises(ImpossibleSample, match="whole numbers from 1 on"):
        Anytime(2000, C95, prior)


def test_findings_that_make_stopping_impossible_are_no_plan() -> None:
    with pytest.raises(NoPlan, match="with 3 violations"):
        Anytime(20, C95).first_stop(TOLERABLE, 3)
