"""What the statistics ask of a law of chance: how likely a sample passes, and whether it shows less than a rate.

Floats answer first. Where they come within a thousand-millionth of the risk, whole numbers decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from rules.audit import exact, logspace
from rules.audit.rates import ceiling
from rules.errors import ImpossibleSample

Model = Literal["hypergeometric", "binomial", "poisson"]

MARGIN = 1e-9
"""Floats that come nearer to the risk than this do not decide."""

LARGEST_POPULATION = 10**9
LARGEST_SAMPLE = 10**6
"""For plans of populations without end: a plan above it is refused, since nobody inspects so many."""


def compare(quick: float, alpha: Fraction, slow: Callable[[], exact.Ratio | exact.Precise]) -> int:
    """-1 when a chance is below `alpha`, 0 when it is equal, 1 when it is above.

    Args:
        quick: the chance in floats.
        alpha: the risk.
        slow: works the chance out exactly; called only when floats cannot tell.

    """
    if abs(quick - float(alpha)) > MARGIN:
        return 1 if quick > alpha else -1
    return slow().compared(alpha)


class Law(Protocol):
    """How violations fall into a sample."""

    def largest_sample(self) -> int:
        """The largest sample a plan may ask for."""

    def chance(self, sample: int, at_most: int, rate: Fraction) -> float:
        """The chance of at most so many violations in a sample when this is the true rate."""

    def shows_less(self, sample: int, violations: int, rate: Fraction, alpha: Fraction) -> bool:
        """Whether so many violations put the upper bound strictly below a rate."""


@dataclass(frozen=True)
class Hypergeometric:
    """A sample without replacement from a population of known size."""

    population: int

    def largest_sample(self) -> int:
        """The whole population."""
        return self.population

    def marked(self, rate: Fraction) -> int:
        """How many violations a rate means: the next whole number above, which is the cautious reading."""
        return ceiling(rate * self.population)

    def chance(self, sample: int, at_most: int, rate: Fraction) -> float:
        """The chance of at most so many violations in a sample when this is the true rate."""
        return logspace.hypergeometric(self.population, self.marked(rate), sample, at_most)

    def shows_less(self, sample: int, violations: int, rate: Fraction, alpha: Fraction) -> bool:
        """Whether so many violations put the upper bound strictly below a rate."""
        return self.against(self.marked(rate), sample, violations, alpha) <= 0

    def against(self, marked: int, sample: int, at_most: int, alpha: Fraction) -> int:
        """The chance of at most so many violations, compared with `alpha`, when the population holds `marked`."""
        case = (self.population, marked, sample, at_most)
        return compare(logspace.hypergeometric(*case), alpha, lambda: exact.hypergeometric(*case))


@dataclass(frozen=True)
class Binomial:
    """Independent draws, as from a population without end."""

    def largest_sample(self) -> int:
        """A million."""
        return LARGEST_SAMPLE

    def chance(self, sample: int, at_most: int, rate: Fraction) -> float:
        """The chance of at most so many violations in a sample when this is the true rate."""
        return logspace.binomial(sample, float(rate), at_most)

    def shows_less(self, sample: int, violations: int, rate: Fraction, alpha: Fraction) -> bool:
        """Whether so many violations put the upper bound strictly below a rate."""
        quick = self.chance(sample, violations, rate)
        return compare(quick, alpha, lambda: exact.binomial(sample, rate, violations)) < 0


@dataclass(frozen=True)
class Poisson:
    """Violations as rare events; the number a sample may hold need not be whole when it is planned."""

    def largest_sample(self) -> int:
        """A million."""
        return LARGEST_SAMPLE

    def chance(self, sample: int, at_most: int, rate: Fraction) -> float:
        """The chance of at most so many violations in a sample when this is the true rate."""
        return logspace.gamma_above(at_most + 1, float(sample * rate))

    def shows_less(self, sample: int, violations: int | Fraction, rate: Fraction, alpha: Fraction) -> bool:
        """Whether so many violations put the upper bound strictly below a rate."""
        shape, mean = Fraction(violations + 1), sample * rate
        quick = logspace.gamma_above(float(shape), float(mean))
        return compare(quick, alpha, lambda: exact.gamma_above(shape, mean)) < 0


def law(model: Model, population: int | None) -> Hypergeometric | Binomial | Poisson:
    """The law a model stands for.

    Raises:
        ImpossibleSample: hypergeometric without a population, an empty or a boundless one, an unknown model.

    """
    if model == "hypergeometric":
        return Hypergeometric(checked_population(population))
    if model not in {"binomial", "poisson"}:
        raise ImpossibleSample(f"no model is called {model!r}; there are hypergeometric, binomial and poisson")
    return Binomial() if model == "binomial" else Poisson()


def checked_population(population: int | None) -> int:
    """A population that can be sampled.

    Raises:
        ImpossibleSample: it is unknown, empty or beyond what the engines were tried on.

    """
    if population is None:
        raise ImpossibleSample(
            "the hypergeometric model needs the size of the population; give it, or choose binomial or poisson"
        )
    if not 1 <= population <= LARGEST_POPULATION:
        raise ImpossibleSample(
            f"a population of {population} cannot be sampled; it must hold 1 to {LARGEST_POPULATION:,} "
            "(choose binomial for a larger one)"
        )
    return population


def first(low: int, high: int, holds: Callable[[int], bool], leap: int = 1) -> int | None:
    """The first whole number from `low` to `high` where something holds that then holds for all larger ones.

    Args:
        low: where the search begins.
        high: where it ends.
        holds: false up to somewhere, then true.
        leap: how far from `low` it probably does not hold yet; a wrong guess costs time only.

    >>> first(0, 100, lambda n: n * n >= 50)
    8
    >>> first(0, 5, lambda n: n * n >= 50)
    """
    step, next_step = leap, 1
    while low < high and not holds(min(low + step, high)):
        low, step, next_step = min(low + step, high), next_step, 2 * next_step
    return _bisect(low, min(low + step, high), holds)


def _bisect(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low if holds(low) else None
