"""The conclusion from a simple random sample: the estimate, the bound, and whether a tolerable rate is excluded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rules.audit.bounds import UpperRate, upper_rate
from rules.audit.rates import confidence_of, within
from rules.audit.tails import Model, law


@dataclass(frozen=True)
class Conclusion:
    """What a sample says of its population.

    Attributes:
        population: N, None without end.
        sample: n.
        violations: k.
        confidence: one-sided.
        model: the law behind the bound.
        upper: the highest rate of violations left possible.

    """

    population: int | None
    sample: int
    violations: int
    confidence: Fraction
    model: Model
    upper: UpperRate

    @property
    def estimate(self) -> Fraction:
        """The share of violations in the sample."""
        return Fraction(self.violations, self.sample)

    def meets(self, tolerable: Fraction) -> bool:
        """Whether the bound lies strictly below a tolerable rate, decided exactly.

        >>> conclude(2000, 60, 0, Fraction(95, 100)).meets(Fraction(5, 100))
        True

        """
        within("tolerable rate", tolerable, lowest=False, highest=True)
        return law(self.model, self.population).shows_less(self.sample, self.violations, tolerable, 1 - self.confidence)


def conclude(
    population: int | None, sample: int, violations: int, confidence: Fraction, model: Model = "hypergeometric"
) -> Conclusion:
    """Conclude from a simple random sample.

    Args:
        population: N; None for a population without end (binomial, Poisson).
        sample: n, at least 1.
        violations: k.
        confidence: one-sided.
        model: hypergeometric, binomial or poisson.

    Raises:
        ImpossibleSample: the counts contradict each other, or the model lacks its population.
        RateOutOfRange: the confidence does not lie between 0 and 1.

    >>> found = conclude(2000, 60, 0, Fraction(95, 100))
    >>> found.estimate, found.upper.count, found.upper.fraction
    (Fraction(0, 1), 95, Fraction(19, 400))

    """
    confidence_of(confidence)
    upper = upper_rate(population, sample, violations, confidence, model)
    return Conclusion(population, sample, violations, confidence, model, upper)
