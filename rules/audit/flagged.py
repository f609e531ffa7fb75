"""What a sample of flagged and one of unflagged dossiers say together of an automatic rule."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rules.audit.rates import confidence_of
from rules.audit.strata import Stratum
from rules.errors import ImpossibleSample


@dataclass(frozen=True)
class Precision:
    """How many flags of a rule are right; each bound is a statement of its own.

    Attributes:
        flags: the flagged dossiers, those inspected, those confirmed.
        confidence: of each bound.
        lower_count: at least so many flags are right.
        upper_count: at most so many flags are right.

    """

    flags: Stratum
    confidence: Fraction
    lower_count: int
    upper_count: int

    @property
    def lower_rate(self) -> Fraction | None:
        """The share of right flags, at least; None without flags."""
        return Fraction(self.lower_count, self.flags.size) if self.flags.size else None

    @property
    def upper_rate(self) -> Fraction | None:
        """The share of right flags, at most; None without flags."""
        return Fraction(self.upper_count, self.flags.size) if self.flags.size else None


def precision(flags: Stratum, confidence: Fraction) -> Precision:
    """How many flags of a rule are right, from a random sample of them.

    >>> found = precision(Stratum(312, 60, 50), Fraction("0.975"))
    >>> found.lower_count, found.upper_count
    (227, 283)
    """
    confidence_of(confidence)
    return Precision(flags, confidence, flags.lower_count(confidence), flags.upper_count(confidence))


@dataclass(frozen=True)
class FlagReport:
    """A rule against what inspection found among its flags and among the dossiers it did not flag.

    Attributes:
        precision: how many flags are right.
        unflagged: the dossiers without flag, those inspected, those found in violation.
        confidence: of the joint statement, `total_upper`, and of the separate statement, `recall_lower`.
        unflagged_confidence: of `missed_upper` alone.
        missed_upper: at most so many violations carry no flag.

    """

    precision: Precision
    unflagged: Stratum
    confidence: Fraction
    unflagged_confidence: Fraction
    missed_upper: int

    @property
    def population(self) -> int:
        """Flagged and unflagged dossiers."""
        return self.precision.flags.size + self.unflagged.size

    @property
    def total_upper(self) -> int:
        """At most so many violations among all dossiers, jointly with the confidence of the report."""
        return self.precision.upper_count + self.missed_upper

    @property
    def total_upper_rate(self) -> Fraction:
        """The same as a share of all dossiers."""
        return Fraction(self.total_upper, self.population)

    @property
    def recall_lower(self) -> Fraction | None:
        """The rule finds at least this share of the violations; None where there may be none to find."""
        right = self.precision.lower_count
        return Fraction(right, right + self.missed_upper) if right + self.missed_upper else None


def evaluate_flags(
    flagged: Stratum, unflagged: Stratum, confidence: Fraction, flagged_risk: Fraction | None = None
) -> FlagReport:
    """Judge a rule by two random samples, one of its flags and one of the dossiers it did not flag.

    Args:
        flagged: the flagged dossiers, those inspected, those confirmed.
        unflagged: the other dossiers of the frame, those inspected, those found in violation.
        confidence: one-sided, of the total and, separately, of the recall.
        flagged_risk: the part of the risk spent on the flags, fixed before the draw. Half by default; nothing where
            every flag was inspected, since then nothing about them is left to chance.

    Raises:
        ImpossibleSample: the counts contradict each other, there are no dossiers, or the split is no split.

    >>> found = evaluate_flags(Stratum(312, 60, 50), Stratum(3688, 150, 2), Fraction(95, 100))
    >>> found.missed_upper, found.total_upper, float(round(found.recall_lower, 3))
    (172, 455, 0.569)

    """
    risk = 1 - confidence_of(confidence)
    spent = _spent(flagged, risk, flagged_risk)
    if unflagged.size + flagged.size == 0:
        raise ImpossibleSample("there are no dossiers, flagged or not; give a frame with units")
    certain = 1 - spent if spent else confidence
    left = 1 - (risk - spent)
    return FlagReport(precision(flagged, certain), unflagged, confidence, left, unflagged.upper_count(left))


def _spent(flagged: Stratum, risk: Fraction, wanted: Fraction | None) -> Fraction:
    if wanted is None:
        return Fraction(0) if flagged.all_inspected else risk / 2
    if 0 < wanted < risk or (wanted == 0 and flagged.all_inspected):
        return wanted
    raise ImpossibleSample(
        f"a risk of {wanted} for the flags out of {risk} in all; it must lie strictly between 0 and {risk}, "
        "or be 0 where every flag was inspected"
    )
