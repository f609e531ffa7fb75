"""What a sample says, in plain Vietnamese and English: never more than its design allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Self

from pydantic import model_validator

from dossier.strict import Strict, Text, read_strictly
from rules.audit.evaluating import Counts, Evaluation, Result, RuleEvaluation
from rules.audit.manifests import Manifest
from rules.audit.tickets import SCHEME
from rules.display import Language, number, visible

UNITS: Mapping[str, tuple[str, str, str]] = {
    "dossier": ("hồ sơ", "dossier", "dossiers"),
    "pauses": ("lần dừng tính thời gian", "pause of the clock", "pauses of the clock"),
    "supplements": ("lần yêu cầu bổ sung", "supplement request", "supplement requests"),
    "cancellations": ("lần hủy hồ sơ", "cancellation", "cancellations"),
    "office": ("cơ quan, đơn vị", "office", "offices"),
}
"""What units are called: in Vietnamese, in English one and several."""

_PLACES = Formatter()


class Sentence(Strict):
    """A sentence in both languages, which take the same values."""

    vi: Text
    en: Text

    @model_validator(mode="after")
    def _same_values(self) -> Self:
        vi, en = (set(_places(text)) for text in (self.vi, self.en))
        if vi != en:
            raise ValueError(f"the languages take different values: {', '.join(sorted(vi ^ en))}")
        return self


def _places(text: str) -> Iterator[str]:
    """The values that a text takes, also within the words for one and for several."""
    for _, place, words, _ in _PLACES.parse(text):
        if place:
            yield place
        if words:
            yield from _places(words)


class Sentences(Strict):
    """The sentences of a file, by name."""

    sentence: dict[str, Sentence]


@cache
def sentences() -> Mapping[str, Sentence]:
    """The sentences that ship.

    Raises:
        MalformedFile: the file breaks its format.

    """
    text = (Path(__file__).parents[1] / "data" / "statements.toml").read_text(encoding="utf-8")
    example = '[sentence.found] vi = "{k} …", en = "{k} …"'
    return read_strictly(Sentences, text, "statements.toml", example).sentence


def statement(found: Evaluation, language: Language = "vi", *, sealed: bool = True) -> str:
    """The conclusion of a purpose, one sentence a line.

    Args:
        found: the evaluation.
        language: of the text.
        sealed: whether the last lines say its limits, and by what anybody can repeat the draw.

    """
    say = _Voice(found.manifest, language)
    lines = [*_whole(say, found), *_each(say, found)]
    return "\n".join([*lines, say("limits"), say.seal()] if sealed else lines)


def rule_statement(found: RuleEvaluation, language: Language = "vi") -> str:
    """The conclusion about an automatic rule, one sentence a line."""
    say = _Voice(found.manifest, language)
    flags, harsh = found.harsh.precision, found.harsh
    by_hand = say(
        "rule_all_flags" if flags.flags.all_inspected else "rule_flags",
        n=found.flagged.inspected,
        v=found.flagged.violations,
        C=flags.confidence,
        U=flags.upper_count,
        L=found.mild.precision.lower_count,
    )
    recall = found.mild.recall_lower
    return "\n".join(
        [
            say("rule", rule=found.rule, N=harsh.population, F=flags.flags.size),
            by_hand,
            *_uncertain(say, found.flagged, None),
            say(
                "rule_missed",
                n=found.unflagged.inspected,
                N=harsh.unflagged.size,
                k=found.unflagged.bad,
                C=harsh.unflagged_confidence,
                U=harsh.missed_upper,
            ),
            *_uncertain(say, found.unflagged, None),
            say(
                "rule_total",
                C=harsh.confidence,
                U=harsh.total_upper,
                N=harsh.population,
                R=harsh.total_upper_rate,
                rule=found.rule,
            ),
            *([] if recall is None else [say("rule_recall", C=harsh.confidence, R=_Down(recall))]),
            say("limits"),
            say.seal(),
        ]
    )


class _Down(Fraction):
    """A lower bound: rounded down, never up."""


class _Count(int):
    """A count with the words that go with it: `{k}` writes it, `{k:was|were}` one of the two."""

    language: Language

    @classmethod
    def of(cls, value: int, language: Language) -> _Count:
        made = cls(value)
        made.language = language
        return made

    def __format__(self, words: str) -> str:
        if not words:
            return number(int(self), self.language)
        one, _, several = words.partition("|")
        return one if self == 1 else several


class _Voice:
    """Sentences of a language with the numbers as it writes them."""

    def __init__(self, manifest: Manifest, language: Language) -> None:
        self.manifest, self.language = manifest, language
        vi, one, several = UNITS.get(manifest.unit, (manifest.unit,) * 3)
        self.unit, self.units = (visible(name) for name in ((vi, vi) if language == "vi" else (one, several)))

    def __call__(self, sentence: str, **values: object) -> str:
        told = {name: self._told(name, value) for name, value in values.items()}
        names = {f"{name}_units": self.unit if value == 1 else self.units for name, value in values.items()}
        return self._text(sentence).format(units=self.units, **names, **told)

    def _text(self, sentence: str) -> str:
        said = sentences()[sentence]
        return said.vi if self.language == "vi" else said.en

    def _told(self, name: str, value: object) -> str | _Count:
        if isinstance(value, Fraction):
            return percent(value, self.language, up=None if name in {"C", "T"} else not isinstance(value, _Down))
        return _Count.of(value, self.language) if isinstance(value, int) else visible(str(value))

    def seal(self) -> str:
        """By what anybody can repeat the draw."""
        source = self.manifest.seed_source.strip() or self._text("no_source")
        return self(
            "seal",
            frame=self.manifest.frame_sha256,
            manifest=self.manifest.sha256,
            seed=self.manifest.seed,
            source=source,
            scheme=SCHEME,
        )


def percent(value: Fraction, language: Language, *, up: bool | None = None) -> str:
    """A rate in per cent: a bound is rounded to one decimal to its safe side, other rates are written whole.

    >>> percent(Fraction(95, 2000), "vi", up=True), percent(Fraction(95, 100), "en"), percent(Fraction(975, 1000), "vi")
    ('4,8%', '95%', '97,5%')
    """
    exact = Decimal(value.numerator * 100) / Decimal(value.denominator)
    if up is None:
        text = f"{exact.quantize(Decimal('0.0001'), ROUND_HALF_UP).normalize():f}"
    else:
        text = str(exact.quantize(Decimal("0.1"), ROUND_CEILING if up else "ROUND_FLOOR"))
    return f"{text.replace('.', ',') if language == 'vi' else text}%"


def _whole(say: _Voice, found: Evaluation) -> Iterator[str]:
    whole = found.whole
    if whole is None:
        return
    counts, unflagged = whole.counts, found.scope == "unflagged"
    opening = "drawn_unflagged" if unflagged else "prefix" if found.purpose.kind == "anytime" else "drawn"
    census = whole.census and not unflagged
    yield say("census" if census else opening, N=whole.population, n=counts.inspected)
    none = "none_census" if whole.census else "none"
    yield say("found", k=counts.bad) if counts.bad else say(none)
    yield from _uncertain(say, counts, whole)
    if not whole.census:
        yield from _bound(say, found, whole, "bound_unflagged" if unflagged else "bound")
    if found.meets is not None:
        yield say("passes" if found.meets else "fails", T=found.tolerable)


def _bound(say: _Voice, found: Evaluation, whole: Result, sentence: str) -> Iterator[str]:
    yield say(sentence, C=found.confidence, U=whole.upper, N=whole.population, R=whole.rate)
    if whole.upper == whole.population - whole.counts.inspected + whole.counts.bad:
        yield say("all_bad")
    elif found.purpose.kind in {"simple", "unflagged"}:
        yield say("why", U=whole.upper, risk=_in_hundred(1 - found.confidence, say.language))
    if found.purpose.kind == "anytime":
        yield say("anytime")
    if found.purpose.kind == "stratified":
        yield say("pooled")


def _in_hundred(risk: Fraction, language: Language) -> str:
    return percent(risk, language).removesuffix("%")


def _uncertain(say: _Voice, counts: Counts, whole: Result | None) -> Iterator[str]:
    if counts.undetermined:
        yield say("undetermined", u=counts.undetermined)
        if whole is not None and not whole.census:
            yield say("optimistic", u=counts.undetermined, U=whole.optimistic)
    if counts.not_applicable:
        yield say("not_applicable", a=counts.not_applicable)


def _each(say: _Voice, found: Evaluation) -> Iterator[str]:
    for result in found.results:
        yield _one(say, found, result)
    if found.scope == "flagged":
        yield say("only_flagged")
    if any(result.counts.inspected and not result.census for result in found.results):
        yield say("each_together" if found.simultaneous else "each", C=found.confidence)


def _one(say: _Voice, found: Evaluation, result: Result) -> str:
    counts = result.counts
    values = {"of": result.of or "–", "N": result.population, "n": counts.inspected, "k": counts.bad}
    if found.scope == "flagged":
        return say("precision", **values, v=counts.violations, C=found.each_confidence, L=result.lower, U=result.upper)
    if not counts.inspected:
        return say("stratum_nothing", **values)
    if result.census:
        return say("stratum_census", **values)
    return say("stratum", **values, C=found.each_confidence, U=result.upper)
