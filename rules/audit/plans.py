"""How many units to inspect, how many violations may be found among them, and how likely such a plan passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from rules.audit.rates import ceiling, confidence_of, within
from rules.audit.tails import Binomial, Hypergeometric, Law, Model, Poisson, first, law
from rules.errors import ImpossibleSample, NoPlan


@dataclass(frozen=True)
class Plan:
    """Inspect `sample_size` units; the plan passes when at most `acceptance_number` of them are violations.

    Attributes:
        sample_size: n.
        acceptance_number: c.
        population: N, None without end.
        tolerable: passing shows, at this confidence, that the rate of violations lies strictly below it.
        expected: the rate the planner expects.
        confidence: one-sided.
        model: the law the plan was made with.
        power: the chance of passing at the expected rate that was asked for, if one was.

    """

    sample_size: int
    acceptance_number: int
    population: int | None
    tolerable: Fraction
    expected: Fraction
    confidence: Fraction
    model: Model
    power: Fraction | None = None

    def probability_of_acceptance(self, rate: Fraction) -> float:
        """The chance that the plan passes when this is the true rate.

        Under the hypergeometric model a rate that is no whole number of units is read as the next whole number.

        >>> plan = plan_attribute(2000, Fraction(5, 100), Fraction(1, 100), Fraction(95, 100))
        >>> round(plan.probability_of_acceptance(Fraction(1, 100)), 2)
        0.77

        """
        within("true rate", rate, lowest=True, highest=True)
        return law(self.model, self.population).chance(self.sample_size, self.acceptance_number, rate)

    def operating_characteristic(self, rates: Iterable[Fraction]) -> dict[Fraction, float]:
        """The chance that the plan passes, by true rate."""
        return {rate: self.probability_of_acceptance(rate) for rate in rates}


def plan_attribute(
    population: int | None,
    tolerable: Fraction,
    expected: Fraction,
    confidence: Fraction,
    model: Model = "hypergeometric",
    power: Fraction | None = None,
) -> Plan:
    """The smallest sample that can show a rate of violations strictly below the tolerable one.

    Args:
        population: N, units in the frame; None without end (binomial, Poisson).
        tolerable: the rate that must be excluded.
        expected: the rate expected; the plan lets that many pass, rounded up (under Poisson rounded down).
        confidence: one-sided.
        model: hypergeometric, binomial or poisson.
        power: if given, the acceptance number is the one with which the plan passes with at least this chance
            when the expected rate is true.

    Raises:
        NoPlan: no sample is large enough.
        RateOutOfRange: a rate or the confidence does not lie where it must.
        ImpossibleSample: the hypergeometric model without a population that can be sampled.

    >>> plan = plan_attribute(2000, Fraction(5, 100), Fraction(1, 100), Fraction(95, 100))
    >>> plan.sample_size, plan.acceptance_number
    (92, 1)

    """
    _check(tolerable, expected, confidence, power)
    chances = law(model, population)
    sizes = _Sizes(chances, tolerable, 1 - confidence)
    if isinstance(chances, Poisson) and power is None:
        sample = sizes.fractional(expected)
        found = sample, sample * expected.numerator // expected.denominator
    else:
        found = sizes.settle(_allowance(chances, expected, power))
    return Plan(*found, population, tolerable, expected, confidence, model, power)


def plan_discovery(population: int, occurrences: int, confidence: Fraction) -> Plan:
    """The smallest sample that holds a violation, at this confidence, if the population holds so many.

    >>> plan_discovery(1200, 10, Fraction(95, 100)).sample_size
    310
    """
    if not 1 <= occurrences <= population:
        raise ImpossibleSample(f"{occurrences} occurrences in {population} units; there must be 1 to {population}")
    return plan_attribute(population, Fraction(occurrences, population), Fraction(0), confidence)


def _check(tolerable: Fraction, expected: Fraction, confidence: Fraction, power: Fraction | None) -> None:
    within("tolerable rate", tolerable, lowest=False, highest=True)
    within("expected rate", expected, lowest=True, highest=False)
    confidence_of(confidence)
    if power is not None:
        within("power", power, lowest=False, highest=False)
    if expected >= tolerable:
        raise NoPlan(
            f"the expected rate {expected} is not below the tolerable rate {tolerable}: a population as bad as "
            "expected could never pass; expect less, tolerate more, or inspect everything"
        )


def _allowance(chances: Law, expected: Fraction, power: Fraction | None) -> Callable[[int], int]:
    """How many violations a sample of a size must be allowed."""
    if power is None:
        return lambda sample: ceiling(expected * sample)
    return lambda sample: _quantile(chances, sample, expected, power)


def _quantile(chances: Law, sample: int, expected: Fraction, power: Fraction) -> int:
    found = first(0, sample, lambda allowed: chances.chance(sample, allowed, expected) >= power)
    return sample if found is None else found


@dataclass(frozen=True)
class _Sizes:
    """The sample sizes that suffice against a tolerable rate."""

    chances: Hypergeometric | Binomial | Poisson
    tolerable: Fraction
    alpha: Fraction

    def settle(self, allowance: Callable[[int], int]) -> tuple[int, int]:
        """The first sample that suffices with as many violations as it must be allowed.

        The size needed for c violations grows with c, and what a sample must be allowed grows with its size. So no
        smaller sample than the one needed for c can do with more than c, and c may jump to what that sample needs.
        """
        sample, allowed, leap = 1, allowance(1), 1
        while True:
            sample = self.needed(allowed, sample, leap)
            wanted = allowance(sample)
            if wanted <= allowed:
                return sample, allowed
            leap, allowed = max(1, int((wanted - allowed) / self.tolerable)), wanted

    def needed(self, allowed: int, low: int, leap: int) -> int:
        """The smallest sample, from `low` on, that suffices although so many violations are found."""
        return self._first(low, lambda n: self.chances.shows_less(n, allowed, self.tolerable, self.alpha), leap)

    def fractional(self, expected: Fraction) -> int:
        """The smallest sample that suffices with the expected violations left unrounded, as AICPA's tables have it."""
        chances = Poisson()
        return self._first(1, lambda n: chances.shows_less(n, n * expected, self.tolerable, self.alpha))

    def _first(self, low: int, holds: Callable[[int], bool], leap: int = 1) -> int:
        most = self.chances.largest_sample()
        found = first(low, most, holds, leap)
        if found is None:
            raise NoPlan(
                f"no sample of up to {most:,} units can show less than {self.tolerable} with the violations "
                "it must be allowed; expect less, tolerate more, or accept a lower confidence"
            )
        return found
