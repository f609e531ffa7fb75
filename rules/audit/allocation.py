"""How a sample is spread over strata."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from rules.errors import ImpossibleAllocation

Method = Literal["proportional", "equal"]


def allocate(sizes: Mapping[str, int], n: int, method: Method = "proportional", minimum: int = 0) -> dict[str, int]:
    """Spread a sample over strata; what rounding leaves over goes to the largest remainders.

    Args:
        sizes: units of each stratum.
        n: units to inspect in all.
        method: `proportional` to the sizes, which the pooled bound wants, or `equal`.
        minimum: at least so many in each stratum, or all of a smaller one.

    Raises:
        ImpossibleAllocation: more than there are, less than the minima take, a negative number, an unknown method.

    >>> allocate({"Huế": 1000, "Phú Lộc": 600, "A Lưới": 300, "Nam Đông": 100}, 200)
    {'Huế': 100, 'Phú Lộc': 60, 'A Lưới': 30, 'Nam Đông': 10}

    """
    least = {name: min(minimum, size) for name, size in sizes.items()}
    _check(sizes, n, method, minimum, sum(least.values()))
    weights = {name: size if method == "proportional" else bool(size) for name, size in sizes.items()}
    quotas = _quotas(weights, n, least, sizes)
    given = {name: quota.numerator // quota.denominator for name, quota in quotas.items()}
    # Python's sort is stable: of equal remainders the stratum named first goes first.
    by_remainder = sorted(quotas, key=lambda name: given[name] - quotas[name])
    for name in by_remainder[: n - sum(given.values())]:
        given[name] += 1
    return given


def top_up(sizes: Mapping[str, int], base: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many units of each stratum to take in all, when a random base of the whole has taken some already.

    Each stratum gives its first tickets, as many as wanted but never fewer than the base took: then both the base (of
    the whole) and what a stratum gives (of the stratum) are simple random samples.

    >>> top_up({"Huế": 900, "A Lưới": 40, "Nam Đông": 9}, {"Huế": 95, "A Lưới": 4, "Nam Đông": 1}, 30)
    {'Huế': 95, 'A Lưới': 30, 'Nam Đông': 9}
    """
    unknown = sorted(set(base) - set(sizes))
    too_many = sorted(name for name in sizes if base.get(name, 0) > sizes[name])
    if unknown or too_many:
        raise ImpossibleAllocation(
            f"the base took from {', '.join(unknown + too_many)} what is not there; give the sizes of the same frame"
        )
    return {name: max(min(wanted, size), base.get(name, 0)) for name, size in sizes.items()}


def _quotas(
    weights: Mapping[str, int], n: int, least: Mapping[str, int], most: Mapping[str, int]
) -> dict[str, Fraction]:
    """Shares by weight; those below their least or above their most are set there and the others share the rest."""
    fixed: dict[str, Fraction] = {}
    while free := {name: weight for name, weight in weights.items() if name not in fixed}:
        rest, total = n - sum(fixed.values()), sum(free.values())
        shares = {name: rest * Fraction(weight, total) if total else Fraction(0) for name, weight in free.items()}
        low = {name: Fraction(least[name]) for name, share in shares.items() if share < least[name]}
        high = {name: Fraction(most[name]) for name, share in shares.items() if share > most[name]}
        if not low and not high:
            return {name: shares.get(name, fixed.get(name, Fraction(0))) for name in weights}
        lacking, spare = _distance(low, shares), _distance(high, shares)
        fixed |= low if lacking > spare else high if spare > lacking else low | high
    return {name: fixed[name] for name in weights}


def _distance(limits: Mapping[str, Fraction], shares: Mapping[str, Fraction]) -> Fraction:
    return sum((abs(limit - shares[name]) for name, limit in limits.items()), Fraction(0))


def _check(sizes: Mapping[str, int], n: int, method: str, minimum: int, least: int) -> None:
    total = sum(sizes.values())
    if method not in {"proportional", "equal"}:
        raise ImpossibleAllocation(f"no allocation is called {method!r}; there are proportional and equal")
    if n < 0 or minimum < 0 or min(sizes.values(), default=0) < 0:
        raise ImpossibleAllocation("a sample, a minimum or a stratum is negative; give counts from 0 on")
    if n > total:
        raise ImpossibleAllocation(f"{n} units cannot be taken from {total}; ask for {total} at most")
    if least > n:
        raise ImpossibleAllocation(
            f"at least {minimum} in each of {len(sizes)} strata takes {least} units, more than the {n} to inspect; "
            "inspect more or lower the minimum"
        )
