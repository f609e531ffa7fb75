from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from rules.audit.designs import Purpose
from rules.audit.drawing import draw
from rules.audit.evaluating import evaluate, evaluate_flags
from rules.audit.findings import Finding, Findings
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.errors import FrameMismatch, InexactRate, MissingOutcomes, MoreThanPlanned, NotDrawn, NotPlanned, NotTheDraw
from tests.rules.audit_samples import SEED, SOURCE, design_of, frame_of, manifest_of, outcomes, simple

FRAME = frame_of(2000, offices=4)
MANIFEST = manifest_of(FRAME, simple(60), tolerable="0.05")
ALL_GOOD = Findings.of(outcomes(MANIFEST), MANIFEST)


def test_none_of_sixty_out_of_two_thousand_still_allows_ninety_five() -> None:
    """sampling.md, §13: 0 of 60 in N=2000 still allows 4.75 %."""
    found = evaluate(MANIFEST, FRAME, ALL_GOOD)
    assert found.whole is not None
    assert (found.whole.upper, found.whole.rate, found.whole.estimate) == (95, Fraction(19, 400), 0)
    assert found.meets is True


def test_what_could_not_be_determined_counts_as_violation_and_the_better_figure_stands_beside_it() -> None:
    doubtful = Findings.of(outcomes(MANIFEST, "undetermined"), MANIFEST)
    sure = Findings.of(outcomes(MANIFEST, "violation"), MANIFEST)
    (doubt, certain) = (evaluate(MANIFEST, FRAME, one).whole for one in (doubtful, sure))
    assert doubt is not None
    assert certain is not None
    assert doubt.upper == certain.upper == certain.optimistic > 95
    assert doubt.optimistic == 95
    assert (doubt.lower, certain.lower) == (0, 2)


def test_what_is_not_applicable_stays_among_the_inspected() -> None:
    found = evaluate(MANIFEST, FRAME, Findings.of(outcomes(MANIFEST, "not_applicable"), MANIFEST)).whole
    assert found is not None
    assert (found.counts.inspected, found.counts.not_applicable, found.upper) == (60, 1, 95)


def test_a_bound_that_equals_the_tolerable_rate_does_not_meet_it() -> None:
    manifest = manifest_of(FRAME, simple(60), tolerable="0.0475")
    assert evaluate(manifest, FRAME, Findings.of(outcomes(manifest), manifest)).meets is False


# -- refusals


def test_a_frame_that_changed_after_the_draw_is_refused() -> None:
    without = Frame(FRAME.units[1:])
    with pytest.raises(FrameMismatch, match="frozen frame"):
        evaluate(MANIFEST, without, ALL_GOOD)


def test_a_bad_dossier_that_was_moved_to_another_office_is_a_changed_frame() -> None:
    moved = Frame([*FRAME.units[1:], Unit(FRAME.units[0].id, "elsewhere")])
    with pytest.raises(FrameMismatch):
        evaluate(MANIFEST, moved, ALL_GOOD)


def test_a_manifest_that_makes_the_population_smaller_than_it_is_is_refused() -> None:
    part = MANIFEST.parts[0].model_copy(update={"population": 200})
    with pytest.raises(NotTheDraw, match="other parts"):
        evaluate(MANIFEST.model_copy(update={"parts": (part,)}), FRAME, ALL_GOOD)


def test_outcomes_that_are_missing_are_refused_and_named() -> None:
    some = dict(ALL_GOOD.findings)
    gone = MANIFEST.units[7].id
    del some[gone]
    with pytest.raises(MissingOutcomes, match=f"1 drawn units have no outcome: {gone}"):
        evaluate(MANIFEST, FRAME, Findings(some))


def test_a_dossier_that_somebody_chose_is_no_part_of_the_sample() -> None:
    with pytest.raises(NotDrawn, match="D-chosen"):
        evaluate(MANIFEST, FRAME, Findings({**ALL_GOOD.findings, "D-chosen": Finding("D-chosen", "compliant")}))


def test_a_sample_that_was_extended_until_it_pleased_is_refused() -> None:
    first = draw(FRAME, design_of(simple(60)), SEED, SOURCE)
    more = Manifest.of(first.extend({"overall": 80}, MANIFEST.sha256))
    with pytest.raises(MoreThanPlanned, match="10 to 21 %"):
        evaluate(more, FRAME, Findings.of(outcomes(more), more))


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"purpose": "by_office"}, "the purpose by_office"),
        ({"method": "pooled_count"}, "the method pooled_count"),
        ({"tolerable": "0.06"}, "the tolerable rate 0.06"),
        ({"confidence": "0.90"}, "the confidence 0.90"),
    ],
)
def test_what_is_chosen_after_the_data_is_refused(asked: dict[str, Any], what: str) -> None:
    with pytest.raises(NotPlanned, match=what):
        evaluate(MANIFEST, FRAME, ALL_GOOD, **asked)


def test_what_was_planned_may_be_said_again_in_other_words() -> None:
    found = evaluate(MANIFEST, FRAME, ALL_GOOD, method="hypergeometric", tolerable="5/100", confidence=Fraction(19, 20))
    assert found.meets is True


def test_a_binary_float_is_no_rate() -> None:
    with pytest.raises(InexactRate):
        evaluate(MANIFEST, FRAME, ALL_GOOD, tolerable=0.05)  # type: ignore[arg-type]


# -- strata


def test_a_stratified_sample_is_bounded_by_its_pooled_count() -> None:
    """sampling.md, §7.2: sizes 737/411/189/63, n 53/29/14/5, k=1: 4.64 %."""
    sizes = {"a": 737, "b": 411, "c": 189, "d": 63}
    frame = Frame(Unit(f"{name}-{n}", name) for name, size in sizes.items() for n in range(size))
    manifest = manifest_of(frame, Purpose(name="all", kind="stratified", size=101, minimum=5))
    assert [part.size for part in manifest.parts] == [53, 29, 14, 5]
    found = evaluate(manifest, frame, Findings.of(outcomes(manifest, "violation", place=0), manifest))
    assert found.whole is not None
    assert round(float(found.whole.rate or 0) * 100, 2) == 4.64
    assert found.purpose.method == "pooled_count"
    assert found.whole.estimate == Fraction(737, 53) / 1400
    assert [result.counts.bad for result in found.results] == [1, 0, 0, 0]


def test_offices_topped_up_speak_each_for_itself_and_not_for_the_whole() -> None:
    manifest = manifest_of(FRAME, simple(60), Purpose(name="by_office", kind="top_up", size=30), tolerable="0.05")
    found = evaluate(manifest, FRAME, Findings.of(outcomes(manifest), manifest), "by_office")
    assert (found.scope, found.whole, found.meets) == ("strata", None, None)
    assert {result.counts.inspected for result in found.results} == {30}
    overall = evaluate(manifest, FRAME, Findings.of(outcomes(manifest), manifest), "overall").whole
    assert overall is not None
    assert (overall.counts.inspected, overall.upper) == (60, 95)


# -- wherever the inspection stops


ANYTIME = Purpose(name="overall", kind="anytime", size=150)


def test_an_anytime_plan_may_stop_after_the_first_tickets() -> None:
    """sampling.md, §8.3: N=2000, prior (1, 60): the first possible stop with zero findings is n=73."""
    manifest = manifest_of(FRAME, ANYTIME, tolerable="0.05")
    whole = {unit.id: Finding(unit.id, "compliant") for unit in manifest.units}
    stops = {n: Findings(dict(list(whole.items())[:n])) for n in (72, 73)}
    assert [evaluate(manifest, FRAME, one).meets for one in stops.values()] == [False, True]


def test_an_anytime_plan_does_not_skip_a_ticket() -> None:
    manifest = manifest_of(FRAME, ANYTIME)
    skipping = {unit.id: Finding(unit.id, "compliant") for unit in manifest.units[1:80]}
    with pytest.raises(MissingOutcomes, match=manifest.units[0].id):
        evaluate(manifest, FRAME, Findings(skipping))


def test_an_anytime_plan_may_be_extended() -> None:
    first = draw(FRAME, design_of(ANYTIME), SEED, SOURCE)
    more = Manifest.of(first.extend({"overall": 200}, Manifest.of(first).sha256))
    found = evaluate(more, FRAME, Findings.of(outcomes(more), more)).whole
    assert found is not None
    assert found.counts.inspected == 200


# -- flags

FLAGGED = frame_of(4000, flagged={"R1": 312})
TWO_SAMPLES = manifest_of(
    FLAGGED, Purpose(name="flags", kind="per_flag", size=60), Purpose(name="missed", kind="unflagged", size=150)
)
CONFIRMED = outcomes(TWO_SAMPLES, *["violation"] * 50, place=0) | {
    unit.id: "violation" for unit in TWO_SAMPLES.sample(1)[:2]
}


def test_a_rule_is_judged_by_its_flags_and_by_what_it_did_not_flag() -> None:
    """sampling.md, §11, the statement: 283 and 227 of 312 flags, 172 missed, 455 of 4,000 in all, recall 56 %."""
    found = evaluate_flags(TWO_SAMPLES, FLAGGED, Findings.of(CONFIRMED, TWO_SAMPLES), "R1")
    assert (found.harsh.precision.upper_count, found.mild.precision.lower_count) == (283, 227)
    assert (found.harsh.missed_upper, found.harsh.total_upper) == (172, 455)
    assert int(100 * (found.mild.recall_lower or 0)) == 56


def test_a_sample_of_flagged_dossiers_never_speaks_about_the_population() -> None:
    found = evaluate(TWO_SAMPLES, FLAGGED, Findings.of(CONFIRMED, TWO_SAMPLES), "flags")
    assert (found.scope, found.whole, found.meets) == ("flagged", None, None)
    alone = manifest_of(FLAGGED, Purpose(name="flags", kind="per_flag", size=60))
    with pytest.raises(NotPlanned, match="unflagged"):
        evaluate_flags(alone, FLAGGED, Findings.of(outcomes(alone), alone), "R1")


def test_a_doubtful_flag_neither_confirms_the_rule_nor_clears_the_population() -> None:
    doubtful = CONFIRMED | {TWO_SAMPLES.sample(0)[55].id: "undetermined"}
    found = evaluate_flags(TWO_SAMPLES, FLAGGED, Findings.of(doubtful, TWO_SAMPLES), "R1")
    assert found.mild.precision.lower_count == 227
    assert found.harsh.total_upper > 455


def test_each_rule_is_judged_by_its_own_answer_and_its_own_unflagged() -> None:
    frame = frame_of(1000, flagged={"R1": 100, "R2": 300})
    manifest = manifest_of(
        frame, Purpose(name="flags", kind="per_flag", size=20), Purpose(name="missed", kind="unflagged", size=50)
    )
    one_only, two_only = ({"R1": "no", "R2": "yes"}, {"R1": "yes", "R2": "no"})
    findings = Findings(
        {
            unit.id: Finding(unit.id, "violation", one_only if unit.id <= "D-00100" else two_only)
            for unit in manifest.units
        }
    )
    one, two = (evaluate_flags(manifest, frame, findings, rule) for rule in ("R1", "R2"))
    assert (one.flagged.violations, one.unflagged.violations, one.harsh.unflagged.size) == (20, 0, 900)
    assert (two.flagged.inspected, two.harsh.unflagged.size, two.unflagged.violations) == (20, 700, 50)
