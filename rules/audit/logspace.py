"""The second engine: the same tails in floats, through logarithms.

Point probabilities by Loader's saddle-point expansion (C. Loader, *Fast and Accurate Computation of Binomial
Probabilities*, 2000), which keeps about 13 digits at any size where differences of `lgamma` lose them.
"""

from __future__ import annotations

from itertools import count
from math import exp, inf, lgamma, log, log1p, pi

_HALF_LOG_2PI = 0.5 * log(2 * pi)
_SMALL = 16
_NEAR = 0.1
_NOTHING = 1e-18


def hypergeometric(population: int, violations: int, sample: int, at_most: int) -> float:
    """The chance that a sample holds at most so many of the violations of a population.

    >>> round(hypergeometric(2000, 100, 58, 0), 4)
    0.0488
    """
    drawn, marked = sorted((violations, sample))
    others = population - marked
    left = others - drawn
    if at_most >= drawn:
        return 1.0
    if at_most < max(0, -left):
        return 0.0
    x = at_most
    if x * population < drawn * marked:
        return _point(population, marked, drawn, x) * _sum(x, left + x, marked - x + 1, drawn - x + 1)
    x += 1
    return 1 - _point(population, marked, drawn, x) * _sum(marked - x, drawn - x, x + 1, left + x + 1)


def binomial(sample: int, rate: float, at_most: int) -> float:
    """The chance of at most so many violations in independent draws.

    >>> round(binomial(59, 0.05, 0), 4)
    0.0485
    """
    if at_most >= sample or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    odds, x = rate / (1 - rate), at_most
    if x < sample * rate:
        return exp(_log_binomial(x, sample, rate)) * _sum(x, 1 / odds, sample - x + 1, 1, step=0)
    x += 1
    return 1 - exp(_log_binomial(x, sample, rate)) * _sum(sample - x, odds, x + 1, 1, step=0)


def gamma_above(shape: float, mean: float) -> float:
    """The upper tail of a gamma law: the chance of fewer than `shape` Poisson events of this mean.

    >>> round(gamma_above(1, 3.0), 4)
    0.0498
    """
    if mean <= 0:
        return 1.0
    point = exp(-_correction(shape) - _deviance(shape, mean) - _HALF_LOG_2PI - 0.5 * log(shape))
    if not point:
        return float(mean < shape)
    return max(0.0, 1 - point * _gamma_sum(shape, mean))


def _point(population: int, marked: int, drawn: int, x: int) -> float:
    p = drawn / population
    return exp(
        _log_binomial(x, marked, p)
        + _log_binomial(drawn - x, population - marked, p)
        - _log_binomial(drawn, population, p)
    )


def _sum(a: float, b: float, c: float, d: float, *, step: int = 1) -> float:
    """1 + ab/cd + ab/cd · a′b′/c′d′ + …: a falls and c rises by one, b and d by `step`, until nothing is added."""
    total = term = 1.0
    while True:
        factor = a * b / (c * d)
        term *= factor
        total += term
        if factor < 1 and term < _NOTHING * (1 - factor):
            return total
        a, b, c, d = a - 1, b - step, c + 1, d + step


def _gamma_sum(shape: float, mean: float) -> float:
    total = term = 1.0
    while term >= _NOTHING or shape < mean:
        shape += 1
        term *= mean / shape
        total += term
    return total


def _log_binomial(x: int, n: int, p: float) -> float:
    if x < 0 or x > n:
        return -inf
    if p in {0.0, 1.0}:
        return 0.0 if x == n * p else -inf
    if x == 0:
        return n * log1p(-p)
    if x == n:
        return n * log(p)
    return (
        _correction(n)
        - _correction(x)
        - _correction(n - x)
        - _deviance(x, n * p)
        - _deviance(n - x, n * (1 - p))
        - _HALF_LOG_2PI
        - 0.5 * (log(x) + log1p(-x / n))
    )


def _correction(n: float) -> float:
    """What Stirling's formula lacks of log n!."""
    if n < _SMALL:
        return lgamma(n + 1) - (n + 0.5) * log(n) + n - _HALF_LOG_2PI
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n


def _deviance(x: float, mean: float) -> float:
    """How far x lies from the mean, x log(x / mean) + mean - x, without cancellation where the two are near."""
    if abs(x - mean) >= _NEAR * (x + mean):
        return x * log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, power = (x - mean) * v, 2 * x * v
    for j in count(3, 2):
        power *= v * v
        longer = total + power / j
        if longer == total:
            return total
        total = longer
    raise AssertionError
