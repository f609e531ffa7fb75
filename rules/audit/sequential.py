"""Plans that may stop early without deceiving: in two planned stages, or after any dossier.

Looking at the ordinary bound after each dossier and stopping when it pleases turns a risk of 5 % into 10 to 21 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from rules.audit import exact, logspace
from rules.audit.bounds import checked_sample
from rules.audit.rates import ceiling, confidence_of, within
from rules.audit.tails import checked_population, first
from rules.errors import ImpossibleSample, NoPlan


@dataclass(frozen=True)
class StopOrGo:
    """Two stages of equal size: pass with at most c₁ violations; with at most c₂ inspect as many again.

    It then passes with at most c₂ in all. After such a plan the only statement is that it passed or did not: the
    ordinary bound does not hold at its end.

    Attributes:
        stage: units of the first stage, and of the second.
        acceptance_numbers: c₁ and c₂.
        population: N.
        tolerable: passing shows, at this confidence, that the rate lies strictly below it.
        confidence: one-sided.

    """

    stage: int
    acceptance_numbers: tuple[int, int]
    population: int
    tolerable: Fraction
    confidence: Fraction

    def probability_of_acceptance(self, rate: Fraction) -> float:
        """The chance that the plan passes when this is the true rate (read as the next whole number of units)."""
        return float(_passes(self.population, self._marked(rate), self.stage, self.acceptance_numbers))

    def expected_inspections(self, rate: Fraction) -> float:
        """How many units are inspected on average when this is the true rate."""
        marked, (low, high) = self._marked(rate), self.acceptance_numbers
        upto = [logspace.hypergeometric(self.population, marked, self.stage, c) for c in (low, high)]
        return self.stage * (1 + upto[1] - upto[0])

    def _marked(self, rate: Fraction) -> int:
        return ceiling(within("true rate", rate, lowest=True, highest=True) * self.population)


def plan_stop_or_go(
    population: int, tolerable: Fraction, acceptance_numbers: tuple[int, int], confidence: Fraction
) -> StopOrGo:
    """The two-stage plan with the smallest stages for a pair of acceptance numbers.

    Raises:
        NoPlan: half the population in each stage is still too little.
        ImpossibleSample: acceptance numbers that do not rise.

    >>> plan_stop_or_go(2000, Fraction(5, 100), (0, 1), Fraction(95, 100)).stage
    60

    """
    low, high = acceptance_numbers
    if not 0 <= low < high:
        raise ImpossibleSample(
            f"acceptance numbers {low} and {high}; the first must be at least 0 and below the second"
        )
    checked_population(population)
    within("tolerable rate", tolerable, lowest=False, highest=True)
    alpha, marked = 1 - confidence_of(confidence), ceiling(tolerable * population)
    stage = first(1, population // 2, lambda n: _passes(population, marked, n, acceptance_numbers) <= alpha)
    if stage is None or 2 * stage > population:
        raise NoPlan(
            f"no two stages within {population} units show less than {tolerable} with {low} and {high} allowed; "
            "allow fewer or tolerate more"
        )
    return StopOrGo(stage, acceptance_numbers, population, tolerable, confidence)


def _passes(population: int, marked: int, stage: int, allowed: tuple[int, int]) -> Fraction:
    low, high = allowed
    chance = exact.hypergeometric(population, marked, stage, low).fraction()
    for x in range(low + 1, min(high, marked, stage) + 1):
        point = Fraction(comb(marked, x) * comb(population - marked, stage - x), comb(population, stage))
        chance += point * exact.hypergeometric(population - stage, marked - x, stage, high - x).fraction()
    return chance


@dataclass(frozen=True)
class Anytime:
    """A bound that holds after every dossier at once, if dossiers are inspected in the order of their tickets.

    The prior–posterior ratio of Waudby-Smith and Ramdas (2020): the prior says which populations the auditor thinks
    likely and is fixed beforehand; it changes how early one may stop, never whether the statement is true.

    Attributes:
        population: N.
        confidence: one-sided, over all looks together.
        prior: the whole numbers a and b of a beta-binomial law; (1, 60) expects few violations.

    Raises:
        ImpossibleSample: a population that cannot be sampled, or a prior below 1.

    """

    population: int
    confidence: Fraction
    prior: tuple[int, int] = (1, 60)

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        checked_population(self.population)
        confidence_of(self.confidence)
        if min(self.prior) < 1:
            raise ImpossibleSample(f"the prior {self.prior} must be two whole numbers from 1 on, such as (1, 60)")

    def upper_count(self, inspected: int, violations: int) -> int:
        """The most violations the population can hold after the first so many tickets.

        >>> Anytime(2000, Fraction(95, 100)).upper_count(73, 0)
        99
        """
        checked_sample(self.population, inspected, violations)
        low, high = violations, self.population - (inspected - violations)
        low = max(low, min(high, (self.population + 1) * violations // max(inspected, 1)))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._possible(middle, inspected, violations) else (low, middle - 1)
        return low

    def meets(self, tolerable: Fraction, inspected: int, violations: int) -> bool:
        """Whether a rate as high as the tolerable one is excluded, so that inspection may stop."""
        return self.upper_count(inspected, violations) < ceiling(tolerable * self.population)

    def first_stop(self, tolerable: Fraction, violations: int = 0) -> int:
        """After how many units inspection may stop at the earliest when so many violations are found.

        Raises:
            NoPlan: never.

        >>> Anytime(2000, Fraction(95, 100)).first_stop(Fraction(5, 100))
        73

        """
        within("tolerable rate", tolerable, lowest=False, highest=True)
        found = first(violations, self.population, lambda n: self.meets(tolerable, n, violations))
        if found is None:
            raise NoPlan(f"with {violations} violations no number of units shows less than {tolerable}; tolerate more")
        return found

    def _possible(self, marked: int, inspected: int, violations: int) -> bool:
        """Whether the finding is likely enough, beside what the prior expects, if the population holds `marked`."""
        a, b = self.prior
        expected = exact.Ratio(
            comb(violations + a - 1, violations) * comb(inspected - violations + b - 1, b - 1),
            comb(inspected + a + b - 1, inspected),
        )
        seen = comb(marked, violations) * comb(self.population - marked, inspected - violations)
        alpha = 1 - self.confidence
        left = seen * expected.of * alpha.denominator
        return left > alpha.numerator * expected.ways * comb(self.population, inspected)


def plan_anytime(population: int, confidence: Fraction, prior: tuple[int, int] = (1, 60)) -> Anytime:
    """The anytime-valid plan with this prior, to be fixed before the draw."""
    return Anytime(population, confidence, prior)
