"""How many violations a population can hold, given what a sample of it held: exact one-sided bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from rules.audit import exact, logspace
from rules.audit.rates import above, confidence_of
from rules.audit.tails import LARGEST_SAMPLE, Hypergeometric, Model, checked_population, law
from rules.errors import ImpossibleSample

_FULL = Context(prec=40)


@dataclass(frozen=True)
class UpperRate:
    """The highest rate a sample leaves possible.

    Attributes:
        fraction: the rate exactly (hypergeometric); None where it is no ratio of whole numbers.
        decimal: the rate in fifteen digits, never rounded down.
        count: how many violations of the population that is (hypergeometric).

    """

    fraction: Fraction | None
    decimal: Decimal
    count: int | None


def upper_count(population: int, sample: int, violations: int, confidence: Fraction) -> int:
    """The most violations a population can hold, at this confidence; drawn without replacement.

    The largest K for which a sample as good as this one still has a chance above 1 − confidence.

    Args:
        population: N, units in the frame.
        sample: n, units inspected.
        violations: k, units found in violation.
        confidence: one-sided, as a fraction.

    Raises:
        ImpossibleSample: the counts contradict each other.

    >>> upper_count(2000, 60, 0, Fraction(95, 100))
    95

    """
    checked_sample(checked_population(population), sample, violations)
    drawn, alpha = Hypergeometric(population), 1 - confidence_of(confidence)
    low, high = violations, population - (sample - violations)
    while low < high:
        middle = (low + high + 1) // 2
        if drawn.against(middle, sample, violations, alpha) > 0:
            low = middle
        else:
            high = middle - 1
    return low


def lower_count(population: int, sample: int, violations: int, confidence: Fraction) -> int:
    """The fewest violations a population must hold, at this confidence of its own.

    >>> lower_count(312, 60, 50, Fraction("0.975"))
    227
    """
    return population - upper_count(population, sample, sample - violations, confidence)


def upper_rate(
    population: int | None,
    sample: int,
    violations: int,
    confidence: Fraction,
    model: Model = "hypergeometric",
) -> UpperRate:
    """The highest rate of violations that a sample leaves possible, at this confidence.

    Args:
        population: N; None for a population without end (binomial, Poisson).
        sample: n, at least 1; at most a million unless hypergeometric.
        violations: k.
        confidence: one-sided, as a fraction.
        model: hypergeometric (exact for a frame), binomial (Clopper–Pearson) or poisson (may exceed 1).

    Raises:
        ImpossibleSample: the counts contradict each other, or the model lacks its population.

    >>> upper_rate(2000, 60, 0, Fraction(95, 100)).fraction
    Fraction(19, 400)
    >>> upper_rate(None, 59, 0, Fraction(95, 100), "binomial").decimal
    Decimal('0.0495076098882270')

    """
    law(model, population)
    checked_sample(population, sample, violations)
    if sample == 0:
        raise ImpossibleSample("nothing was inspected, so there is no rate to speak of; inspect at least one unit")
    if model != "hypergeometric" and sample > LARGEST_SAMPLE:
        raise ImpossibleSample(f"{sample} inspected; {model} takes at most {LARGEST_SAMPLE:,}, choose hypergeometric")
    if model == "hypergeometric" and population is not None:
        most = upper_count(population, sample, violations, confidence)
        return UpperRate(Fraction(most, population), above(Fraction(most, population)), most)
    if model == "binomial":
        return UpperRate(None, above(clopper_pearson(sample, violations, confidence)), None)
    with localcontext(prec=exact.DIGITS):
        return UpperRate(None, above(_poisson_mean(violations, confidence) / sample), None)


def clopper_pearson(sample: int, violations: int, confidence: Fraction) -> Decimal:
    """The upper bound for independent draws (Clopper and Pearson 1934), in 40 digits.

    >>> above(clopper_pearson(59, 0, Fraction(95, 100)), 6)
    Decimal('0.0495077')
    """
    alpha = 1 - confidence_of(confidence)
    if violations == sample:
        return Decimal(1)
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if logspace.binomial(sample, middle, violations) > alpha else (low, middle)
    return _polished(Decimal(low), alpha, lambda rate: exact.binomial_decimal(sample, rate, violations))


def _poisson_mean(violations: int, confidence: Fraction) -> Decimal:
    alpha = 1 - confidence_of(confidence)
    low, high = 0.0, 1.0
    while logspace.gamma_above(violations + 1, high) > alpha:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if logspace.gamma_above(violations + 1, middle) > alpha else (low, middle)
    return _polished(Decimal(low), alpha, lambda mean: exact.poisson_decimal(mean, violations))


def _polished(root: Decimal, alpha: Fraction, at: Callable[[Decimal], exact.Precise]) -> Decimal:
    """Newton's method: floats give 12 digits, the first step about 24, the second all."""
    with localcontext(prec=exact.DIGITS):
        for _ in range(3):
            found = at(root)
            root -= (found.chance - exact.decimal(alpha)) / found.slope
    return _FULL.plus(root)


def checked_sample(population: int | None, sample: int, violations: int) -> None:
    """Refuse counts that contradict each other.

    Raises:
        ImpossibleSample: says which.

    """
    if not 0 <= violations <= sample:
        raise ImpossibleSample(
            f"{violations} violations among {sample} inspected; violations must lie between 0 and the inspected"
        )
    if population is not None and sample > population:
        raise ImpossibleSample(f"{sample} inspected out of {population}; inspect each unit of the frame at most once")
