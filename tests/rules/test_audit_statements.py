from __future__ import annotations

import re
from fractions import Fraction

import pytest

from rules.audit.designs import Purpose
from rules.audit.evaluating import evaluate, evaluate_flags
from rules.audit.findings import Finding, Findings
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.audit.questions import Outcome
from rules.audit.statements import percent, rule_statement, sentences, statement
from rules.display import LANGUAGES, Language
from tests.rules.audit_samples import SEED, frame_of, manifest_of, outcomes, simple
from tests.rules.test_audit_evaluate import CONFIRMED, FLAGGED, TWO_SAMPLES

FRAME = frame_of(2000, offices=2)


def said(
    manifest: Manifest, language: Language, *bad: Outcome, frame: Frame = FRAME, purpose: str | None = None
) -> str:
    return statement(evaluate(manifest, frame, Findings.of(outcomes(manifest, *bad), manifest), purpose), language)


def test_the_statement_says_what_was_drawn_what_was_found_and_what_remains_possible() -> None:
    text = said(manifest_of(FRAME, simple(60), tolerable="0.05"), "en")
    assert "2,000 dossiers; 60 were drawn at random and all 60 inspected" in text
    assert "at most 95 of the 2,000 dossiers (4.8%)" in text
    assert "fixed before the draw, is below 5%: this result shows that it is met" in text


def test_the_same_in_vietnamese() -> None:
    text = said(manifest_of(FRAME, simple(60), tolerable="0.05"), "vi")
    assert "Danh sách đã chốt có 2.000 hồ sơ; rút thăm ngẫu nhiên 60" in text
    assert "nhiều nhất 95 (4,8%) chưa đúng quy định" in text
    assert "vi phạm" not in text


def test_none_found_is_never_none_there() -> None:
    text = said(manifest_of(FRAME, simple(60)), "en")
    assert "None in the sample does not mean none at all" in text


def test_everything_inspected_is_no_sample() -> None:
    frame = frame_of(9)
    text = said(manifest_of(frame, simple(9)), "en", "violation", frame=frame)
    assert "All 9 dossiers were inspected" in text
    assert "confidence at most" not in text


def test_a_rate_that_is_not_shown_to_be_met_is_not_said_to_be_exceeded() -> None:
    text = said(manifest_of(FRAME, simple(60), tolerable="0.02"), "en")
    assert "does not show that it is met. That is not to say that it is exceeded" in text


def test_what_could_not_be_determined_is_said_with_the_better_figure() -> None:
    text = said(manifest_of(FRAME, simple(60)), "en", "undetermined")
    assert "1 was not in order" in text
    assert "1 of those inspected could not be determined and is counted" in text
    assert "If that one was in order" in text
    assert "the figure below would be 95" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_about_flags_says_that_it_is_about_nothing_else(language: Language) -> None:
    found = evaluate(TWO_SAMPLES, FLAGGED, Findings.of(CONFIRMED, TWO_SAMPLES), "flags")
    text = statement(found, language)
    assert sentences()["only_flagged"].en.split(";")[1].strip(" .") in text or language == "vi"
    assert not re.search(r"4[.,]000", text)
    assert "population" not in text


def test_the_statement_about_a_rule_is_the_one_of_the_handbook() -> None:
    """sampling.md, §11, statement template."""
    text = rule_statement(evaluate_flags(TWO_SAMPLES, FLAGGED, Findings.of(CONFIRMED, TWO_SAMPLES), "R1"), "en")
    for part in (
        "covered all 4,000 dossiers (no sampling error): 312 flagged",
        "Hand inspection of 60 randomly drawn flagged ones confirmed 50",
        "with 97.5% confidence at most 283 of the flags are correct",
        "at least 227",
        "Of 150 drawn at random from the 3,688 dossiers without that flag, 2 showed",
        "with 97.5% confidence at most 172 such exist",
        "Jointly, with 95% confidence, at most 455 of 4,000 dossiers (11.4%) violate R1",
        "the rule finds at least 56.8% of the violations",  # 227 / (227 + 172), rounded down
        "are not simultaneous",
    ):
        assert part in text


def test_offices_are_said_to_be_no_ranking() -> None:
    manifest = manifest_of(FRAME, simple(60), Purpose(name="by_office", kind="top_up", size=40))
    text = said(manifest, "en", purpose="by_office")
    assert "office 0: 40 of 1,000 inspected, 0 not in order" in text
    assert "do not rank" in text
    assert "2,000" not in text


def test_an_office_of_which_nothing_was_drawn_is_said() -> None:
    frame = Frame([*(Unit(f"a{n}", "a") for n in range(500)), Unit("b", "b")])
    manifest = manifest_of(frame, simple(5), Purpose(name="by_office", kind="top_up", size=0))
    assert "b: 1, of which none was drawn; nothing can be said" in said(
        manifest, "en", frame=frame, purpose="by_office"
    )


def test_an_inspection_that_stopped_early_says_that_it_was_planned_so() -> None:
    manifest = manifest_of(FRAME, Purpose(name="overall", kind="anytime", size=150))
    some = Findings({unit.id: Finding(unit.id, "compliant") for unit in manifest.units[:80]})
    text = statement(evaluate(manifest, FRAME, some), "en")
    assert "80 were inspected, in the order of the draw" in text
    assert "holds wherever the inspection stops" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_reads_it_can_repeat_the_draw_and_knows_the_limits(language: Language) -> None:
    manifest = manifest_of(FRAME, simple(60))
    text = said(manifest, language)
    for part in (manifest.frame_sha256, manifest.sha256, SEED, "public dice, 2026-11-02", "sha256-ticket/1"):
        assert part in text
    assert ("never registered" if language == "en" else "chưa từng được ghi") in text


def test_every_sentence_takes_the_same_values_in_both_languages() -> None:
    for name, sentence in sentences().items():
        places = [set(re.findall(r"\{(\w+)", text)) for text in (sentence.vi, sentence.en)]
        assert places[0] == places[1], name


def test_bounds_are_rounded_to_their_safe_side() -> None:
    bound = Fraction(4701, 100_000)
    assert (percent(bound, "en", up=True), percent(bound, "en", up=False)) == ("4.8%", "4.7%")
    assert percent(Fraction(47, 1000), "vi", up=True) == "4,7%"


def test_an_office_whose_name_hides_characters_is_spelled_out() -> None:
    frame = Frame([Unit("a", "x\u202ey"), Unit("b", "z")])
    manifest = manifest_of(frame, Purpose(name="by_office", kind="per_stratum", size=1))
    assert "x⟨U+202E⟩y" in said(manifest, "en", frame=frame)
