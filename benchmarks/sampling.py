"""`python -m benchmarks.sampling`: how often the bounds of audit sampling are true, beside Wald's; and their speed.

Every audit is drawn at random from a population whose violations are known, with a fixed seed. A bound is true when the
population holds no more violations than it says; at 95 % it should be in at least 95 of 100 audits.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from math import sqrt
from statistics import median
from typing import Any

import numpy as np

from benchmarks.printing import machine
from benchmarks.timing import Measurement, interleave, seconds
from rules.audit.bounds import upper_count
from rules.audit.flagged import evaluate_flags
from rules.audit.plans import plan_attribute
from rules.audit.sequential import Anytime
from rules.audit.strata import Stratum, each, pooled_count

CONFIDENCE = Fraction("0.95")
Z = 1.6448536269514722
SEED = 20_241_201

Counts = tuple[int, ...]
Bound = Callable[[Counts, Counts, Counts], float]
"""An upper bound on the violations of a whole, from the sizes, samples and findings of its strata."""


@dataclass(frozen=True)
class Scenario:
    """A population in strata, how many violations each holds and how many units of it are inspected."""

    title: str
    sizes: Counts
    samples: Counts
    marked: Counts

    @property
    def rate(self) -> float:
        """The true rate of violations."""
        return sum(self.marked) / sum(self.sizes)


UNEQUAL = (1000, 600, 300, 100)
SCENARIOS = (
    Scenario("A: four equal strata, proportional", (500,) * 4, (50,) * 4, (5,) * 4),
    Scenario("B: unequal strata, proportional", UNEQUAL, (100, 60, 30, 10), (10, 6, 15, 20)),
    Scenario("C: as B, 50 from each; small strata bad", UNEQUAL, (50,) * 4, (10, 6, 15, 20)),
    Scenario("D: as C; all in the large stratum", UNEQUAL, (50,) * 4, (50, 0, 0, 0)),
    Scenario("E: ten offices of 200, 20 from each", (200,) * 10, (20,) * 10, (4,) * 10),
)


@cache
def as_one(sizes: Counts, samples: Counts, found: Counts) -> float:
    """The exact bound, as if the sample were one of the whole: wrong when the shares inspected differ."""
    return upper_count(sum(sizes), sum(samples), sum(found), CONFIDENCE)


@cache
def pooled(sizes: Counts, samples: Counts, found: Counts) -> float:
    """The pooled-count bound."""
    return pooled_count(_strata(sizes, samples, found), CONFIDENCE).upper_count


@cache
def added(sizes: Counts, samples: Counts, found: Counts) -> float:
    """The sum of the bounds of the strata, each with its share of the risk: true always, and wide."""
    return sum(each(_strata(sizes, samples, found), CONFIDENCE, simultaneous=True).values())


@cache
def wald(sizes: Counts, samples: Counts, found: Counts) -> float:
    """The stratified estimate and 1.645 standard errors."""
    estimate = variance = 0.0
    for size, sample, violations in zip(sizes, samples, found, strict=True):
        share = violations / sample
        estimate += size * share
        variance += size**2 * (1 - sample / size) * share * (1 - share) / (sample - 1)
    return estimate + Z * sqrt(variance)


BOUNDS: Mapping[str, Bound] = {
    "as if one sample": as_one,
    "pooled count": pooled,
    "sum of the strata": added,
    "Wald": wald,
}


def _strata(sizes: Counts, samples: Counts, found: Counts) -> dict[str, Stratum]:
    return {str(i): Stratum(*counts) for i, counts in enumerate(zip(sizes, samples, found, strict=True))}


def audits(scenario: Scenario, runs: int) -> Iterator[Counts]:
    """What so many audits find, stratum by stratum."""
    drawn = np.random.default_rng(SEED)
    marked, sizes = np.array(scenario.marked), np.array(scenario.sizes)
    for row in drawn.hypergeometric(marked, sizes - marked, scenario.samples, (runs, len(sizes))):
        yield tuple(map(int, row))


def stratified(scenario: Scenario, runs: int) -> dict[str, tuple[float, float]]:
    """By method: the mean bound as a rate, and the share of audits in which it is true."""
    told: dict[str, list[float]] = {name: [] for name in BOUNDS}
    for found in audits(scenario, runs):
        for name, bound in BOUNDS.items():
            told[name].append(bound(scenario.sizes, scenario.samples, found))
    truth, size = sum(scenario.marked), sum(scenario.sizes)
    return {name: (float(np.mean(bounds)) / size, _share(b >= truth for b in bounds)) for name, bounds in told.items()}


def simple(runs: int, population: int = 2000) -> Iterator[tuple[str, float, float]]:
    """For samples of a whole: the plan, how often the exact bound is true, how often Wald's."""
    for sample in (59, 93, 150, 300):
        for marked in (10, 40, 100):
            scenario = Scenario(
                f"{sample} of {population}, {marked / population:.1%}", (population,), (sample,), (marked,)
            )
            told = stratified(scenario, runs)
            yield scenario.title, told["as if one sample"][1], told["Wald"][1]


@cache
def _flags(right: int, missed: int) -> tuple[float, float, float, float]:
    told = evaluate_flags(Stratum(452, 60, right), Stratum(3548, 150, missed), CONFIDENCE)
    return told.missed_upper, told.total_upper, float(told.recall_lower or 0), upper_count(452, 60, right, CONFIDENCE)


def flagged(runs: int) -> dict[str, float]:
    """A rule with 452 flags, 351 of them right, that misses 64 of the 415 violations among 4,000 dossiers."""
    drawn = np.random.default_rng(SEED)
    right, missed = drawn.hypergeometric(351, 101, 60, runs), drawn.hypergeometric(64, 3484, 150, runs)
    told = np.array([_flags(int(a), int(b)) for a, b in zip(right, missed, strict=True)])
    return {
        "violations the rule misses": _share(told[:, 0] >= 64),
        "violations in all": _share(told[:, 1] >= 415),
        "share the rule finds": _share(told[:, 2] <= 351 / 415),
        "violations in all, from the flags alone": _share(told[:, 3] >= 415),
    }


def peeking(runs: int, population: int = 2000, marked: int = 100) -> dict[str, float]:
    """How often an audit of a population at the tolerable rate (5 %) ends in assurance, by when the auditor looks."""
    drawn = np.random.default_rng(SEED)
    orders = np.zeros((runs, population), dtype=np.int16)
    orders[:, :marked] = 1
    found = np.cumsum(drawn.permuted(orders, axis=1)[:, :600], axis=1)
    fixed = np.array([_allowed(population, n) for n in range(1, 601)])
    anytime = np.array([_allowed_anytime(population, n) for n in range(1, 601)])
    looks = {"once, at 150": [149], "after each, up to 150": range(150), "after each, up to 600": range(600)}
    told = {f"ordinary bound, {name}": _ever(found, fixed, when) for name, when in looks.items()}
    return told | {"anytime bound, after each, up to 600": _ever(found, anytime, range(600))}


def _ever(found: Any, allowed: Any, when: Sequence[int]) -> float:  # noqa: ANN401  # arrays of numpy
    at = list(when)
    return float((found[:, at] <= allowed[at]).any(axis=1).mean())


def _allowed(population: int, sample: int) -> int:
    """The most findings with which the ordinary bound lies below 5 %; -1 if none."""
    return _most(sample, lambda k: upper_count(population, sample, k, CONFIDENCE) < population // 20)


def _allowed_anytime(population: int, sample: int) -> int:
    return _most(sample, lambda k: Anytime(population, CONFIDENCE).upper_count(sample, k) < population // 20)


def _most(sample: int, holds: Callable[[int], bool]) -> int:
    k = 0
    while k <= sample and holds(k):
        k += 1
    return k - 1


def _share(hits: Iterable[bool]) -> float:
    return float(np.mean(list(hits)))


def speed(rounds: int) -> Measurement:
    """What a plan, a bound and an evaluation take."""
    wanted = {
        "a bound, 5,000 of a million, 40 found": lambda: upper_count(10**6, 5_000, 40, CONFIDENCE),
        "a plan for a million, 5 % against 4.5 %": _plan,
        "12 rules in 50 strata": _evaluate,
    }
    limits = dict(zip(wanted, (0.1, 1.0, 10.0), strict=True))
    taken = interleave({name: partial(seconds, act) for name, act in wanted.items()}, rounds)
    reached = {f"{name}: at most {most} s": median(taken[name]) <= most for name, most in limits.items()}
    return Measurement("sampling", "Audit sampling", "seconds", taken, goals=reached)


def _plan() -> None:
    plan_attribute(10**6, Fraction("0.05"), Fraction("0.045"), CONFIDENCE)


def _evaluate() -> None:
    for rule in range(12):
        strata = {str(i): Stratum(2_000 + 40 * i, 60, (i + rule) % 5) for i in range(50)}
        each(strata, CONFIDENCE, simultaneous=True)
        pooled_count(strata, CONFIDENCE)


def report(runs: int) -> Iterator[str]:
    """The lines of the report, in Markdown."""
    yield from ("| sample, true rate | exact bound true | Wald true |", "|---|---|---|")
    for title, exact, theirs in simple(runs):
        yield f"| {title} | {exact:.1%} | {theirs:.1%} |"
    yield from (
        "",
        f"| strata (true rate): mean bound, true | {' | '.join(BOUNDS)} |",
        "|---" * (1 + len(BOUNDS)) + "|",
    )
    for scenario in SCENARIOS:
        told = stratified(scenario, runs).values()
        yield f"| {scenario.title} ({scenario.rate:.2%}) | " + " | ".join(f"{b:.2%}, {t:.1%}" for b, t in told) + " |"
    yield from ("", "| flags and a sample of unflagged dossiers | true |", "|---|---|")
    yield from (f"| {name} | {true:.1%} |" for name, true in flagged(runs).items())
    yield from ("", "| assurance below 5 % although 5 % are violations | given |", "|---|---|")
    yield from (f"| {name} | {given:.1%} |" for name, given in peeking(runs).items())
    yield from ("", "| speed | seconds |", "|---|---|")
    measured = speed(5)
    yield from (f"| {name} | {measured.median(name):.4f} |" for name in measured.rounds)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampling", description=__doc__)
    parser.add_argument("--runs", type=int, default=4_000, help="audits of each kind")
    runs = parser.parse_args(argv).runs
    for line in report(runs):
        print(line)
    where = machine()
    print(
        f"\n{runs:,} audits of each kind, seed {SEED}; {where['at']}, Python {where['python']}, {where['cores']} cores"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
