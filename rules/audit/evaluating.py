"""From outcomes to bounds: only as the design planned it, only for the sample that was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from rules.audit.designs import Kind, Purpose
from rules.audit.findings import Finding, Findings
from rules.audit.flagged import FlagReport
from rules.audit.flagged import evaluate_flags as judge_flags
from rules.audit.frames import Frame
from rules.audit.manifests import Manifest, PartRecord, UnitRecord, verify_draw
from rules.audit.questions import Answer, Outcome
from rules.audit.rates import rate
from rules.audit.sequential import plan_anytime
from rules.audit.strata import Stratum, pooled_count
from rules.errors import FrameMismatch, MissingOutcomes, MoreThanPlanned, NotDrawn, NotPlanned, NotTheDraw

Scope = Literal["population", "strata", "flagged", "unflagged"]
SCOPES: Mapping[Kind, Scope] = {
    "simple": "population",
    "anytime": "population",
    "stratified": "population",
    "per_stratum": "strata",
    "top_up": "strata",
    "per_flag": "flagged",
    "unflagged": "unflagged",
}
"""About what each kind of sample speaks; a sample of flagged units never speaks about the population."""

_BY_ANSWER: Mapping[Answer, Outcome] = {
    "yes": "compliant",
    "no": "violation",
    "unclear": "undetermined",
    "not_applicable": "not_applicable",
}


@dataclass(frozen=True)
class Counts:
    """The outcomes of a sample."""

    inspected: int
    violations: int
    undetermined: int
    not_applicable: int

    @property
    def bad(self) -> int:
        """Violations with the undetermined (ISA 530: what cannot be examined is a deviation)."""
        return self.violations + self.undetermined

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Counts:
        """The outcomes counted."""
        counted = Counter(outcomes)
        return cls(counted.total(), *(counted[name] for name in ("violation", "undetermined", "not_applicable")))


@dataclass(frozen=True)
class Result:
    """What one sample says.

    Attributes:
        of: the stratum or rule; None: the whole of its scope.
        population: how many units it speaks about.
        counts: the outcomes of the sample; their sum where it is stratified.
        estimate: the best guess of the rate, of strata weighted; None where nothing was drawn.
        lower: violations that there are at least, a statement of its own confidence; None where no such bound is given.
        upper: violations that there are at most.
        optimistic: the same if none of the undetermined were a violation.

    """

    of: str | None
    population: int
    counts: Counts
    estimate: Fraction | None
    lower: int | None
    upper: int
    optimistic: int

    @property
    def rate(self) -> Fraction | None:
        """`upper` as a rate; None of nothing."""
        return Fraction(self.upper, self.population) if self.population else None

    @property
    def census(self) -> bool:
        """Whether everything was inspected, so that nothing is left to chance."""
        return self.counts.inspected == self.population

    def meets(self, tolerable: Fraction | None) -> bool | None:
        """Whether the bound lies strictly below the tolerable rate; None where none was planned."""
        return None if tolerable is None or self.rate is None else self.rate < tolerable


@dataclass(frozen=True)
class Evaluation:
    """What a purpose says, by the design that was fixed before the draw.

    Attributes:
        whole: about everything in scope; None where each stratum or rule is a statement of its own.
        results: of each stratum or rule; empty where there is only the whole.
        simultaneous: whether the upper bounds of `results` hold together, the risk divided by their number.

    """

    purpose: Purpose
    scope: Scope
    whole: Result | None
    results: tuple[Result, ...]
    manifest: Manifest
    simultaneous: bool = False

    @property
    def confidence(self) -> Fraction:
        """Of each one-sided bound; of those of `results` together where they are simultaneous."""
        return self.manifest.design.level

    @property
    def each_confidence(self) -> Fraction:
        """Of each one-sided bound of `results` for itself."""
        return divided(self.confidence, len(self.results)) if self.simultaneous else self.confidence

    @property
    def tolerable(self) -> Fraction | None:
        """The rate that was fixed before the draw."""
        found = self.manifest.design.tolerable
        return None if found is None else rate(found)

    @property
    def meets(self) -> bool | None:
        """Whether the bound of the population lies strictly below the tolerable rate; None where nothing says so."""
        return None if self.whole is None or self.scope != "population" else self.whole.meets(self.tolerable)


def evaluate(  # noqa: PLR0913  # what the design fixed, each by its name
    manifest: Manifest,
    frame: Frame,
    findings: Findings,
    purpose: str | None = None,
    *,
    method: str | None = None,
    tolerable: str | Fraction | None = None,
    confidence: str | Fraction | None = None,
    simultaneous: bool = False,
) -> Evaluation:
    """Evaluate a purpose of a draw.

    Args:
        manifest: of the draw.
        frame: as it was frozen.
        findings: an outcome for every unit drawn for the purpose (`anytime`: for the first ones) and for no other.
        purpose: its name; the first of the design where none is given.
        method: refused where it is not the planned one; so are `tolerable` and `confidence`.
        tolerable: see `method`.
        confidence: see `method`.
        simultaneous: the bounds of the strata or rules are to hold together; each is wider then (Bonferroni).

    Raises:
        FrameMismatch: a frame that changed after the draw.
        NotTheDraw: a manifest that says another thing than the draw gives.
        MissingOutcomes: drawn units without outcome.
        NotDrawn: outcomes of others.
        MoreThanPlanned: an extended draw, but for `anytime`.
        NotPlanned: a purpose, method or rate that the design did not fix.

    """
    planned = _planned(manifest, purpose)
    _as_planned("method", method, planned.method, equal=method == planned.method)
    for what, wanted, fixed in (
        ("tolerable rate", tolerable, manifest.design.tolerable),
        ("confidence", confidence, manifest.design.confidence),
    ):
        _as_planned(what, wanted, fixed, equal=bool(wanted and fixed and rate(wanted) == rate(fixed)))
    _refuse_other(manifest, frame, findings, extended=planned.kind == "anytime")
    level = manifest.design.level
    parts = sum(part.purpose == planned.name for part in manifest.parts)
    results = tuple(_results(planned, manifest, findings, divided(level, parts) if simultaneous else level))
    whole, each = _arranged(planned, results, level)
    return Evaluation(planned, SCOPES[planned.kind], whole, each, manifest, simultaneous)


def divided(level: Fraction, statements: int) -> Fraction:
    """The confidence that each of several statements needs so that all hold with `level`.

    >>> divided(Fraction(95, 100), 2)
    Fraction(39, 40)
    """
    return 1 - (1 - level) / max(statements, 1)


def _planned(manifest: Manifest, name: str | None) -> Purpose:
    purpose = manifest.design.purposes[0] if name is None else manifest.design.purpose(name)
    if purpose is None:
        raise NotPlanned("the purpose", name, ", ".join(one.name for one in manifest.design.purposes))
    return purpose


def _as_planned(what: str, wanted: object, planned: object, *, equal: bool) -> None:
    if wanted is not None and not equal:
        raise NotPlanned(f"the {what}", wanted, planned)


def _refuse_other(manifest: Manifest, frame: Frame, findings: Findings, *, extended: bool) -> None:
    if frame.sha256 != manifest.frame_sha256:
        raise FrameMismatch(manifest.frame_sha256, frame.sha256)
    reasons = _not_repeated(manifest, frame)
    if reasons:
        raise NotTheDraw(reasons)
    extra = set(findings.findings) - {unit.id for unit in manifest.units}
    if extra:
        raise NotDrawn(tuple(sorted(extra)))
    if manifest.parent is not None and not extended:
        raise MoreThanPlanned(manifest.parent, len(manifest.units))


@lru_cache(maxsize=1)
def _not_repeated(manifest: Manifest, frame: Frame) -> tuple[str, ...]:
    """Why the manifest is not the draw from this frame; kept, because every purpose and rule asks the same."""
    return verify_draw(manifest, frame).reasons


def _results(purpose: Purpose, manifest: Manifest, findings: Findings, level: Fraction) -> Iterator[Result]:
    for place, part in enumerate(manifest.parts):
        if part.purpose == purpose.name:
            rule = part.of if part.kind in {"per_flag", "unflagged"} else None
            yield _result(purpose, part, _counts(purpose, manifest.sample(place), findings, rule), level)


def _counts(purpose: Purpose, sample: tuple[UnitRecord, ...], findings: Findings, rule: str | None) -> Counts:
    known = findings.findings
    inspected = [unit.id for unit in sample if unit.id in known]
    due = sample[: len(inspected)] if purpose.kind == "anytime" else sample
    missing = tuple(unit.id for unit in due if unit.id not in known)
    if missing or (not inspected and sample):
        raise MissingOutcomes(missing or tuple(unit.id for unit in sample))
    return Counts.of(outcome(known[unit], rule) for unit in inspected)


def outcome(finding: Finding, rule: str | None) -> Outcome:
    """What a unit came to by one rule, where the worksheet asked about it, else in all."""
    answer = finding.answers.get(rule) if rule else None
    return finding.outcome if answer is None else _BY_ANSWER[answer]


def _result(purpose: Purpose, part: PartRecord, counts: Counts, level: Fraction) -> Result:
    harsh, mild = (Stratum(part.population, counts.inspected, bad) for bad in (counts.bad, counts.violations))
    estimate = Fraction(counts.bad, counts.inspected) if counts.inspected else None
    if purpose.kind == "anytime":
        bound = plan_anytime(part.population, level, purpose.prior)
        uppers = [bound.upper_count(counts.inspected, one.violations) for one in (harsh, mild)]
        return Result(part.of, part.population, counts, estimate, None, *uppers)
    uppers = [one.upper_count(level) for one in (harsh, mild)]
    return Result(part.of, part.population, counts, estimate, mild.lower_count(level), *uppers)


def _arranged(
    purpose: Purpose, results: tuple[Result, ...], level: Fraction
) -> tuple[Result | None, tuple[Result, ...]]:
    if purpose.kind in {"simple", "anytime", "unflagged"}:
        return results[0], ()
    if purpose.kind == "stratified":
        return _pooled(results, level), results
    return None, results


def _pooled(results: tuple[Result, ...], level: Fraction) -> Result:
    """The strata together: Hoeffding's bound on their pooled count, never the sum of their own bounds."""
    population = sum(result.population for result in results)
    names = Counts.__dataclass_fields__
    counts = Counts(*(sum(getattr(result.counts, name) for result in results) for name in names))
    harsh = {one.of or "": Stratum(one.population, one.counts.inspected, one.counts.bad) for one in results}
    mild = {one.of or "": Stratum(one.population, one.counts.inspected, one.counts.violations) for one in results}
    uppers = [pooled_count(strata, level).upper_count for strata in (harsh, mild)]
    return Result(None, population, counts, _weighted(results), None, *uppers)


def _weighted(results: tuple[Result, ...]) -> Fraction | None:
    known = [(result.population, result.estimate) for result in results if result.estimate is not None]
    if len(known) < len(results):
        return None
    return sum((size * estimate for size, estimate in known), Fraction(0)) / sum(size for size, _ in known)


@dataclass(frozen=True)
class RuleEvaluation:
    """A rule against the inspection of its flags and of what it did not flag.

    Attributes:
        flagged: the outcomes of the flagged sample.
        unflagged: the outcomes of the sample without the flag.
        harsh: with the undetermined as violations; its upper bounds hold.
        mild: with none of the flagged undetermined confirmed; its lower bounds hold.

    """

    rule: str
    flagged: Counts
    unflagged: Counts
    harsh: FlagReport
    mild: FlagReport
    manifest: Manifest


def evaluate_flags(manifest: Manifest, frame: Frame, findings: Findings, rule: str) -> RuleEvaluation:
    """Precision, missed violations, recall and total of one rule, the risk split before the draw.

    Raises:
        NotPlanned: the design has no sample of the rule's flags, or none of what it did not flag.
        AuditError: as `evaluate`.

    """
    _refuse_other(manifest, frame, findings, extended=False)
    flags = _place(manifest, "per_flag", rule)
    others = _place(manifest, "unflagged", rule)
    found = []
    for place in (flags, others):
        purpose = _planned(manifest, manifest.parts[place].purpose)
        found.append(_counts(purpose, manifest.sample(place), findings, rule))
    sizes = [manifest.parts[place].population for place in (flags, others)]
    unflagged = Stratum(sizes[1], found[1].inspected, found[1].bad)
    reports = [
        judge_flags(Stratum(sizes[0], found[0].inspected, right), unflagged, manifest.design.level)
        for right in (found[0].bad, found[0].violations)
    ]
    return RuleEvaluation(rule, found[0], found[1], reports[0], reports[1], manifest)


def _place(manifest: Manifest, kind: Kind, rule: str) -> int:
    places = {part.of: place for place, part in enumerate(manifest.parts) if part.kind == kind}
    flags = {part.of for part in manifest.parts if part.kind == "per_flag"}
    alone = kind == "unflagged" and flags == {rule}
    place = places.get(None if alone else rule)
    if place is None:
        raise NotPlanned(
            "the rule", rule, f"{kind}: {', '.join(sorted(of or 'no flag' for of in places)) or 'nothing'}"
        )
    return place
