"""What a sample taken stratum by stratum says of each stratum and of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.audit.bounds import checked_sample, clopper_pearson, upper_count
from rules.errors import ImpossibleSample

_LAST_DIGIT = Fraction(1, 10**38)


@dataclass(frozen=True)
class Stratum:
    """A part of the frame and what was found in its sample.

    Attributes:
        size: units in the stratum.
        sample: units inspected.
        violations: units found in violation.

    Raises:
        ImpossibleSample: the counts contradict each other.

    """

    size: int
    sample: int
    violations: int

    def __post_init__(self) -> None:
        """Refuse counts that contradict each other."""
        if self.size < 0:
            raise ImpossibleSample(f"a stratum of {self.size} units; give a count from 0 on")
        checked_sample(self.size, self.sample, self.violations)

    @property
    def most(self) -> int:
        """The most violations it can hold: all but those found in order."""
        return self.size - (self.sample - self.violations)

    @property
    def all_inspected(self) -> bool:
        """Whether nothing of it is left to chance."""
        return self.sample == self.size

    def upper_count(self, confidence: Fraction) -> int:
        """The most violations it can hold at this confidence."""
        return (
            self.violations if self.all_inspected else upper_count(self.size, self.sample, self.violations, confidence)
        )

    def lower_count(self, confidence: Fraction) -> int:
        """The fewest violations it must hold, at this confidence of its own."""
        return self.size - Stratum(self.size, self.sample, self.sample - self.violations).upper_count(confidence)


@dataclass(frozen=True)
class PooledBound:
    """The overall bound of a stratified sample.

    Attributes:
        upper_count: the most violations the whole can hold at this confidence.
        whole: the strata as one: sizes, samples and findings added.
        trivial: whether the samples are too small to say anything, so that the bound is what was not seen in order.

    """

    upper_count: int
    whole: Stratum
    trivial: bool

    @property
    def upper_rate(self) -> Fraction:
        """The bound as a share of the whole."""
        return Fraction(self.upper_count, self.whole.size)


def pooled_count(strata: Mapping[str, Stratum], confidence: Fraction) -> PooledBound:
    """The upper bound for the whole from the number found in all samples together.

    A hypergeometric count is a sum of independent yes-or-no events (Vatutin and Mikhailov 1982). So is the total found,
    which is then at most as likely to be small as a binomial count with the same mean (Hoeffding 1956). Numbers of
    violations by stratum whose mean lies above n times the Clopper–Pearson bound are excluded; of those left, the
    largest total puts the violations where the smallest share was inspected. It is sharp when every stratum was
    inspected in about the same proportion.

    Raises:
        ImpossibleSample: there is nothing in the strata.

    >>> offices = {"a": Stratum(737, 53, 1), "b": Stratum(411, 29, 0), "c": Stratum(189, 14, 0), "d": Stratum(63, 5, 0)}
    >>> pooled_count(offices, Fraction(95, 100)).upper_count
    65

    """
    whole = Stratum(*(sum(getattr(one, name) for one in strata.values()) for name in ("size", "sample", "violations")))
    if whole.size == 0:
        raise ImpossibleSample("there are no units in the strata; give at least one stratum with units")
    rate = clopper_pearson(whole.sample, whole.violations, confidence) if whole.sample else Decimal(1)
    mean = whole.sample * Fraction(rate) + whole.sample * _LAST_DIGIT
    if mean < whole.violations + 1:
        return PooledBound(whole.most, whole, trivial=True)
    return PooledBound(_fill(strata, mean), whole, trivial=False)


def _fill(strata: Mapping[str, Stratum], mean: Fraction) -> int:
    """The most violations whose expected number among the inspected does not exceed a mean."""
    shares = sorted(
        (Fraction(one.sample, one.size), one.most - one.violations, one.violations)
        for one in strata.values()
        if one.size
    )
    total = sum(found for _, _, found in shares)
    mean -= sum(share * found for share, _, found in shares)
    for share, room, _ in shares:
        more = min(room, int(mean / share)) if share else room
        total, mean = total + more, mean - more * share
    return total


def each(strata: Mapping[str, Stratum], confidence: Fraction, *, simultaneous: bool = False) -> dict[str, int]:
    """The upper bound of each stratum, from its own sample.

    Args:
        strata: by name.
        confidence: of each bound; of all together if `simultaneous`.
        simultaneous: divide the risk by the number of strata, so that all bounds hold together.

    >>> each({"a": Stratum(200, 20, 0), "b": Stratum(50, 50, 3)}, Fraction(95, 100))
    {'a': 26, 'b': 3}

    """
    risk = (1 - confidence) / (len(strata) if simultaneous else 1)
    return {name: one.upper_count(1 - risk) for name, one in strata.items()}
