"""The first engine: tails in whole numbers, and in decimals of fifty digits where a tail is no ratio of whole numbers.

Slow for large samples and right always. It shares nothing with the second engine (`logspace`) but the definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import comb

DIGITS = 50
_PRECISE = Context(prec=DIGITS, Emin=-999_999_999, Emax=999_999_999)


@dataclass(frozen=True)
class Ratio:
    """Favourable ways out of all ways, not reduced: reducing costs more than comparing."""

    ways: int
    of: int

    def fraction(self) -> Fraction:
        """The chance as a fraction."""
        return Fraction(self.ways, self.of)

    def compared(self, alpha: Fraction) -> int:
        """-1 below `alpha`, 0 equal to it, 1 above."""
        left, right = self.ways * alpha.denominator, alpha.numerator * self.of
        return (left > right) - (left < right)


@dataclass(frozen=True)
class Precise:
    """A chance in fifty digits, and how fast it changes with the rate or mean it depends on."""

    chance: Decimal
    slope: Decimal = Decimal(0)

    def compared(self, alpha: Fraction) -> int:
        """-1 below `alpha`, 1 above, 0 if fifty digits cannot tell."""
        with localcontext(_PRECISE):
            difference = self.chance - decimal(alpha)
            return 0 if abs(difference) < Decimal(10) ** (10 - DIGITS) else int(Decimal(1).copy_sign(difference))


def decimal(value: Fraction) -> Decimal:
    """A fraction in fifty digits."""
    return _PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def hypergeometric(population: int, violations: int, sample: int, at_most: int) -> Ratio:
    """The chance that a sample holds at most so many of the violations of a population.

    Args:
        population: N.
        violations: K, how many of the N are violations.
        sample: n, drawn without replacement.
        at_most: k.

    >>> hypergeometric(10, 1, 5, 0).fraction()
    Fraction(1, 2)

    """
    # The law is symmetric in K and n; the smaller one gives the smaller numbers.
    drawn, marked = sorted((violations, sample))
    others = population - marked
    first = max(0, drawn - others)
    term = comb(marked, first) * comb(others, drawn - first)
    total = 0
    for x in range(first, min(at_most, drawn) + 1):
        total += term
        term = term * (marked - x) * (drawn - x) // ((x + 1) * (others - drawn + x + 1))
    return Ratio(total, comb(population, drawn))


def binomial(sample: int, rate: Fraction, at_most: int) -> Ratio:
    """The chance of at most so many violations in independent draws, each a violation with the same chance.

    >>> binomial(2, Fraction(1, 2), 0).fraction()
    Fraction(1, 4)
    """
    hit, of = rate.numerator, rate.denominator
    last = min(at_most, sample)
    # Horner's scheme: miss**(sample - last) is common to all terms and large, so it is multiplied last.
    total, weight, miss = 0, 1, of - hit
    coefficient = comb(sample, last) if last >= 0 else 0
    for x in range(last, -1, -1):
        total += coefficient * hit**x * weight
        weight *= miss
        coefficient = coefficient * x // (sample - x + 1)
    return Ratio(total * miss ** (sample - max(last, 0)), of**sample)


def binomial_decimal(sample: int, rate: Decimal, at_most: int) -> Precise:
    """The same chance for a rate that is no ratio of small numbers, with its derivative by the rate (k below n)."""
    with localcontext(_PRECISE):
        miss = 1 - rate
        total = term = miss**sample
        for x in range(at_most):
            term = term * (sample - x) * rate / ((x + 1) * miss)
            total += term
        return Precise(total, -(sample - at_most) * term / miss)


def poisson_decimal(mean: Decimal, at_most: int) -> Precise:
    """The chance of at most so many events of a Poisson law, with its derivative by the mean."""
    with localcontext(_PRECISE):
        total = term = (-mean).exp()
        for x in range(at_most):
            term = term * mean / (x + 1)
            total += term
        return Precise(total, -term)


def gamma_above(shape: Fraction, mean: Fraction) -> Precise:
    """The upper tail of a gamma law: the chance of fewer than `shape` Poisson events, where `shape` need not be whole.

    The gamma function itself is not needed: it is the same integral up to a point beyond which nothing is left.
    """
    with localcontext(_PRECISE):
        a, x = decimal(shape), decimal(mean)
        far = a + x + 20 * (a + x).sqrt() + 300
        return Precise(1 - (a * (x / far).ln() + far - x).exp() * _series(a, x) / _series(a, far))


def _series(a: Decimal, x: Decimal) -> Decimal:
    total = term = Decimal(1)
    step = a
    while term > total.scaleb(-DIGITS):
        step += 1
        term *= x / step
        total += term
    return total
