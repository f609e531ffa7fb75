"""Published tables, number by number; where they differ from ours, the reason in exact numbers."""

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil, comb

import pytest

from rules.audit import exact
from rules.audit.bounds import upper_rate
from rules.audit.plans import plan_attribute, plan_discovery
from rules.audit.rates import rate
from tests.rules import audit_tables as tables

MISPRINTED = {("0.90", "7", Fraction("0.0325")): 113, ("0.90", "7", Fraction("0.035")): 113}
"""Sizes that AICPA's table A-2 (and AuditSampler) print as 112."""


@pytest.mark.parametrize("confidence", ["0.95", "0.90"])
def test_the_sample_sizes_of_aicpa_tables_a1_and_a2(confidence: str) -> None:
    compared = 0
    for (tolerable,), sizes in tables.rows(tables.AICPA_SIZES[confidence]):
        for expected, printed in zip(tables.EXPECTED, sizes, strict=False):
            if printed != "?":
                plan = plan_attribute(None, Fraction(tolerable) / 100, expected, Fraction(confidence), "binomial")
                right = MISPRINTED.get((confidence, tolerable, expected), int(printed))
                assert plan.sample_size == right, (confidence, tolerable, expected)
                compared += 1
    assert compared > 190


def test_a_sample_of_112_that_table_a2_prints_bears_more_than_its_ten_per_cent_risk() -> None:
    def passes(sample: int) -> Fraction:
        return Fraction(sum(comb(sample, x) * 7**x * 93 ** (sample - x) for x in range(5)), 100**sample)

    assert passes(112) > Fraction(1, 10) > passes(113)


@pytest.mark.parametrize("confidence", ["0.95", "0.90"])
def test_the_upper_limits_of_aicpa_tables_a3_and_a4(confidence: str) -> None:
    for (sample,), limits in tables.rows(tables.AICPA_LIMITS[confidence]):
        for deviations, printed in enumerate(limits):
            limit = upper_rate(None, int(sample), deviations, Fraction(confidence), "binomial").decimal
            shown = (100 * limit).quantize(Decimal("0.1"), ROUND_CEILING)
            assert shown == Decimal(printed), (sample, deviations)


def test_the_poisson_sizes_of_aicpa_table_c1() -> None:
    for (risk, ratio), sizes in tables.rows(tables.AICPA_POISSON):
        for tolerable, printed in zip(map(Fraction, tables.AICPA_POISSON_TOLERABLE), sizes, strict=True):
            confidence = 1 - Fraction(risk) / 100
            plan = plan_attribute(None, tolerable, tolerable * Fraction(ratio), confidence, "poisson")
            assert plan.sample_size == int(printed), (risk, ratio, tolerable)


def test_the_discovery_sizes_of_ez_quant() -> None:
    for (confidence, population), sizes in tables.rows(tables.EZ_QUANT):
        for tolerable, printed in zip(map(Fraction, tables.EZ_QUANT_TOLERABLE), sizes, strict=True):
            occurrences = tolerable * int(population)
            assert occurrences.denominator == 1
            plan = plan_discovery(int(population), int(occurrences), Fraction(confidence))
            assert (plan.sample_size, plan.acceptance_number) == (int(printed), 0), (confidence, population, tolerable)


def test_the_sizes_of_audit_sampler_without_and_with_the_population() -> None:
    for (population, *rates), (finite, infinite) in tables.rows(tables.AUDIT_SAMPLER):
        expected, tolerable, confidence = map(Fraction, rates)
        assert plan_attribute(int(population), tolerable, expected, confidence).sample_size == int(finite)
        assert plan_attribute(None, tolerable, expected, confidence, "binomial").sample_size == int(infinite)


def test_the_poisson_sizes_of_smash_but_one() -> None:
    for (expected,), sizes in tables.rows(tables.SMASH):
        for step, printed in enumerate(sizes, start=1):
            plan = plan_attribute(None, Fraction(step, 20), Fraction(expected), Fraction("0.95"), "poisson")
            right = 42 if (expected, step) == ("0.015", 2) else int(printed)
            assert plan.sample_size == right, (expected, step)


def test_the_41_that_smash_prints_bears_more_than_its_five_per_cent_risk() -> None:
    risk = exact.gamma_above(1 + 41 * Fraction("0.015"), Fraction("4.1")).chance
    assert risk > Decimal("0.05")
    assert exact.gamma_above(1 + 42 * Fraction("0.015"), Fraction("4.2")).chance < Decimal("0.05")


def test_the_examples_of_touw_and_hoogduin() -> None:
    for risk, printed in [("0.05", 150), ("0.125", 104)]:
        tolerable = Fraction(100_000, 5_000_000)
        assert plan_attribute(None, tolerable, Fraction(0), 1 - Fraction(risk), "poisson").sample_size == printed


@pytest.mark.parametrize(
    ("tolerable", "expected", "size", "allowed", "with_floats"),
    [("0.05", "0.035", 400, 14, 423), ("0.08", "0.07", 1300, 91, 1313)],
)
def test_a_binary_float_asks_for_one_more_deviation_and_so_for_a_larger_sample(
    tolerable: str, expected: str, size: int, allowed: int, with_floats: int
) -> None:
    """The tests of jfa assert the larger sizes, because `ceiling(0.035 * 400)` is 15 there."""
    plan = plan_attribute(None, rate(tolerable), rate(expected), Fraction("0.9"), "binomial")
    assert (plan.sample_size, plan.acceptance_number) == (size, allowed)
    assert rate(expected) * size == allowed
    assert ceil(float(expected) * size) == allowed + 1

    def suffices(sample: int) -> bool:
        return exact.binomial(sample, rate(tolerable), ceil(float(expected) * sample)).compared(Fraction(1, 10)) < 0

    assert next(n for n in range(size - 30, 2 * size) if suffices(n)) == with_floats


def test_a_binary_float_puts_the_tolerable_number_one_too_high() -> None:
    """7 % of 100 are 7; as a float it is 7.000000000000001, rounded up 8, and the sample comes out too small."""
    assert ceil(0.07 * 100) == 8
    seven, eight = (next(n for n in range(101) if 20 * comb(100 - k, n) <= comb(100, n)) for k in (7, 8))
    assert seven > eight
    assert plan_attribute(100, rate("0.07"), Fraction(0), Fraction("0.95")).sample_size == seven
