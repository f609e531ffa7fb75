from fractions import Fraction
from itertools import product
from time import process_time

import pytest

from rules.audit import exact
from rules.audit.allocation import allocate, top_up
from rules.audit.bounds import clopper_pearson, upper_count
from rules.audit.strata import Stratum, each, pooled_count
from rules.errors import ImpossibleAllocation, ImpossibleSample

C95 = Fraction("0.95")
OFFICES = {"a": 1000, "b": 600, "c": 300, "d": 100}


def test_a_proportional_sample_of_200() -> None:
    assert allocate(OFFICES, 200) == {"a": 100, "b": 60, "c": 30, "d": 10}


def test_the_sample_of_the_pooled_example_is_a_proportional_one() -> None:
    assert allocate({"a": 737, "b": 411, "c": 189, "d": 63}, 101) == {"a": 53, "b": 30, "c": 14, "d": 4}


def test_the_largest_remainders_take_what_rounding_leaves() -> None:
    """Quotas 3.5, 2.8 and 0.7."""
    assert allocate({"a": 50, "b": 40, "c": 10}, 7) == {"a": 3, "b": 3, "c": 1}


def test_of_equal_remainders_the_stratum_named_first_takes_one() -> None:
    assert allocate({"z": 10, "a": 10}, 3) == {"z": 2, "a": 1}


def test_an_equal_allocation_fills_the_small_and_shares_the_rest() -> None:
    assert allocate({"a": 100, "b": 100, "c": 4, "d": 0}, 60, "equal") == {"a": 28, "b": 28, "c": 4, "d": 0}


def test_a_minimum_is_taken_from_the_others() -> None:
    given = allocate(OFFICES, 200, minimum=30)
    assert sum(given.values()) == 200
    assert min(given.values()) == 30
    assert given["a"] / given["b"] == pytest.approx(1000 / 600, rel=0.03)


@pytest.mark.parametrize("method", ["proportional", "equal"])
def test_every_allocation_spends_the_sample_within_the_strata(method: str) -> None:
    for sizes in product((0, 1, 5, 40), repeat=3):
        named = dict(zip("abc", sizes, strict=True))
        for minimum in (0, 1, 3):
            least = sum(min(minimum, size) for size in sizes)
            for n in range(least, sum(sizes) + 1, 3):
                given = allocate(named, n, method, minimum)  # type: ignore[arg-type]
                assert sum(given.values()) == n, (sizes, n, minimum)
                assert all(min(minimum, named[name]) <= given[name] <= named[name] for name in named)


@pytest.mark.parametrize(
    ("n", "method", "minimum", "sentence"),
    [
        (2001, "proportional", 0, "2001 units cannot be taken from 2000"),
        (-1, "proportional", 0, "negative"),
        (100, "proportional", 30, "takes 120 units, more than the 100"),
        (100, "neyman", 0, "there are proportional and equal"),
    ],
)
def test_an_impossible_allocation_is_refused(n: int, method: str, minimum: int, sentence: str) -> None:
    with pytest.raises(ImpossibleAllocation, match=sentence):
        allocate(OFFICES, n, method, minimum)  # type: ignore[arg-type]


def test_a_top_up_takes_no_fewer_than_the_base_and_no_more_than_there_are() -> None:
    assert top_up({"a": 900, "b": 40, "c": 9}, {"a": 95, "b": 4}, 30) == {"a": 95, "b": 30, "c": 9}
    with pytest.raises(ImpossibleAllocation, match="c, a what is not there"):
        top_up({"a": 3}, {"a": 4, "c": 1}, 2)


EXAMPLE = {"a": Stratum(737, 53, 1), "b": Stratum(411, 29, 0), "c": Stratum(189, 14, 0), "d": Stratum(63, 5, 0)}


def test_the_pooled_bound_costs_three_hundredths_of_a_point_beside_the_unrounded_one() -> None:
    found = pooled_count(EXAMPLE, C95)
    assert found.whole == Stratum(1400, 101, 1)
    assert not found.trivial
    assert float(found.upper_rate) == pytest.approx(0.0464, abs=5e-5)
    assert float(clopper_pearson(101, 1, C95)) == pytest.approx(0.0461, abs=5e-5)


def test_the_pooled_bound_is_the_largest_total_that_brute_force_leaves_possible() -> None:
    strata = {"a": Stratum(20, 4, 0), "b": Stratum(12, 5, 1), "c": Stratum(6, 1, 0)}
    n, k = 10, 1
    possible = [
        sum(marked)
        for marked in product(*(range(one.violations, one.most + 1) for one in strata.values()))
        if exact.binomial(
            n, sum(Fraction(one.sample, one.size) * m for one, m in zip(strata.values(), marked, strict=True)) / n, k
        ).compared(1 - C95)
        >= 0
    ]
    assert pooled_count(strata, C95).upper_count == max(possible)


def test_one_stratum_has_nearly_its_own_bound_and_never_a_lower_one() -> None:
    for violations in range(12):
        pooled = pooled_count({"all": Stratum(2000, 150, violations)}, C95).upper_count
        own = upper_count(2000, 150, violations, C95)
        assert own <= pooled <= own + 12, violations


def test_a_stratum_without_sample_may_be_all_violations() -> None:
    strata = {"seen": Stratum(1000, 100, 0), "unseen": Stratum(50, 0, 0)}
    alone = pooled_count({"seen": Stratum(1000, 100, 0)}, C95).upper_count
    assert pooled_count(strata, C95).upper_count == alone + 50
    assert each(strata, C95)["unseen"] == 50


def test_a_sample_too_small_for_the_method_says_nothing_but_what_was_seen() -> None:
    found = pooled_count({"a": Stratum(100, 2, 2), "b": Stratum(100, 1, 0)}, C95)
    assert found.trivial
    assert found.upper_count == 199


def test_strata_inspected_whole_leave_nothing_to_chance() -> None:
    assert each({"a": Stratum(5, 5, 2), "b": Stratum(0, 0, 0)}, C95) == {"a": 2, "b": 0}


def test_bounds_that_must_hold_together_share_the_risk() -> None:
    strata = {str(rule): Stratum(2000, 150, 0) for rule in range(12)}
    assert set(each(strata, C95).values()) == {38}
    assert set(each(strata, C95, simultaneous=True).values()) == {69}


@pytest.mark.parametrize("counts", [(10, 11, 0), (10, 5, 6), (-1, 0, 0), (10, -1, 0)])
def test_a_stratum_that_contradicts_itself_is_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ImpossibleSample):
        Stratum(*counts)


@pytest.mark.parametrize("strata", [{}, {"a": Stratum(0, 0, 0)}], ids=["none", "empty"])
def test_no_units_at_all_are_refused(strata: dict[str, Stratum]) -> None:
    with pytest.raises(ImpossibleSample, match="no units in the strata"):
        pooled_count(strata, C95)


def test_twelve_rules_in_fifty_strata_take_less_than_ten_seconds() -> None:
    begun = process_time()
    for rule in range(12):
        strata = {str(office): Stratum(2_000 + 40 * office, 60, (office + rule) % 5) for office in range(50)}
        each(strata, C95, simultaneous=True)
        pooled_count(strata, C95)
    assert process_time() - begun < 10
