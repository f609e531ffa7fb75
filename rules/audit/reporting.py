"""The audit file of a month as one HTML page: design, draw, pictures, findings, statement; same files, same page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from markupsafe import Markup

from calendars.files import replace_file
from rules.audit.acts import ACTS
from rules.audit.closing import Closed, ClosedMonth
from rules.audit.evaluating import Result
from rules.audit.exact import hypergeometric
from rules.audit.findings import Finding
from rules.audit.questions import ANSWERS, OUTCOMES, OUTCOMES_EN, Answer, Question
from rules.audit.statements import statement
from rules.audit.worksheets import LABELS, asked_about
from rules.display import LANGUAGES, Language, both, day
from rules.templating import TEMPLATES, template

WIDTH, STEPS = 600, 40
"""Of a picture in units of its own, and how many points a curve has."""


@dataclass(frozen=True)
class Interval:
    """What a sample leaves possible, on a line from none to all.

    Attributes:
        low: share that is out of order at least.
        high: share at most.
        best: the estimate; None where nothing was inspected.

    """

    name: str
    result: Result
    low: Fraction
    high: Fraction
    best: Fraction | None

    @property
    def picture(self) -> Markup:
        """The line, the interval and the estimate, as SVG."""
        low, high = (float(share) * WIDTH for share in (self.low, self.high))
        dot = "" if self.best is None else f'<circle cx="{float(self.best) * WIDTH:.1f}" cy="8" r="5" class="late"/>'
        return Markup(  # noqa: S704  # numbers only
            f'<svg class="interval" viewBox="-6 0 {WIDTH + 12} 16" role="img" aria-hidden="true">'
            f'<line x1="0" x2="{WIDTH}" y1="8" y2="8" stroke="#dde3e9"/>'
            f'<rect x="{low:.1f}" y="4" width="{max(high - low, 2):.1f}" height="8" rx="2" class="ontime"/>{dot}</svg>'
        )


@dataclass(frozen=True)
class Row:
    """One finding with the facts of its unit."""

    finding: Finding
    office: str
    facts: tuple[tuple[str, str], ...]
    answers: tuple[tuple[Question, Answer], ...]

    @property
    def outcome(self) -> tuple[str, str]:
        """What it came to, in both languages."""
        return OUTCOMES[self.finding.outcome], OUTCOMES_EN[self.finding.outcome]

    @property
    def on(self) -> str:
        """The day of the inspection."""
        return day(self.finding.inspected_on) if self.finding.inspected_on else ""


@dataclass(frozen=True)
class Chapter:
    """One act of the month."""

    closed: Closed
    vi: str
    en: str

    @property
    def statements(self) -> Mapping[str, list[str]]:
        """The lines of the statement in each language."""
        return {language: list(self._lines(language)) for language in LANGUAGES}

    def _lines(self, language: Language) -> Iterator[str]:
        for found in (self.closed.overall, self.closed.by_office):
            yield from statement(found, language, sealed=found is self.closed.by_office).split("\n")

    @property
    def intervals(self) -> list[Interval]:
        """The whole, then each office."""
        whole = self.closed.overall.whole
        results = [*([whole] if whole else []), *self.closed.by_office.results]
        return [_interval(result) for result in results if result.population]

    @property
    def census(self) -> bool:
        """Whether everything was inspected, so that there is nothing to miss."""
        return self.closed.manifest.parts[0].size == self.closed.frame.size

    @property
    def chances(self) -> list[float]:
        """The chance that such a sample shows none out of order, by the true rate from 0 to a fifth."""
        size, drawn = self.closed.frame.size, self.closed.manifest.parts[0].size
        return [_unseen(size, drawn, step) for step in range(STEPS + 1)]

    @property
    def curve(self) -> Markup:
        """The chances as SVG."""
        points = " ".join(
            f"{step * WIDTH / STEPS:.1f},{(1 - chance) * 120:.1f}" for step, chance in enumerate(self.chances)
        )
        return Markup(  # noqa: S704  # numbers only
            f'<svg class="curve" viewBox="-6 -6 {WIDTH + 12} 132" role="img" aria-hidden="true">'
            f'<rect width="{WIDTH}" height="120" fill="none" stroke="#dde3e9"/>'
            f'<polyline points="{points}" fill="none" stroke="#1f5f9e" stroke-width="3"/></svg>'
        )

    @property
    def rows(self) -> Iterator[Row]:
        """The findings in the order of the tickets, those in order too."""
        units = {unit.id: unit for unit in self.closed.frame.units}
        asked = asked_about(self.closed.manifest)
        for drawn in self.closed.manifest.units:
            finding = self.closed.findings.findings[drawn.id]
            facts = zip(self.closed.frame.columns, units[drawn.id].facts, strict=True)
            answers = ((one, finding.answers[one.code]) for one in asked if one.code in finding.answers)
            yield Row(finding, drawn.stratum, tuple((name, fact) for name, fact in facts if fact), tuple(answers))


def _interval(result: Result) -> Interval:
    low = Fraction(result.lower or 0, result.population)
    return Interval(result.of or "", result, low, Fraction(result.upper, result.population), result.estimate)


def _unseen(size: int, drawn: int, step: int) -> float:
    """The chance to see none of so many: `step` is in fortieths of a fifth of the frame."""
    return float(hypergeometric(size, -(-size * step // (5 * STEPS)), drawn, 0).fraction())


def chapters(closed: ClosedMonth) -> list[Chapter]:
    """The acts of a month that were inspected."""
    return [Chapter(one, ACTS[one.act].vi, ACTS[one.act].en) for one in closed.acts]


def render(closed: ClosedMonth) -> str:
    """The page; it asks nothing from outside itself."""
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8") + (TEMPLATES / "audit.css").read_text(
        encoding="utf-8"
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = template("audit.html.j2", t=both, first=first, label=label, answers=ANSWERS)
    return page.render(
        month=closed.month,
        chapters=chapters(closed),
        empty=[ACTS[act] for act in closed.empty],
        style=Markup(style),  # noqa: S704  # a file of this package
        policy=f"default-src 'none'; style-src 'sha256-{digest}'",
    )


def first(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def label(fact: str) -> tuple[str, str]:
    """The name of a fact in both languages."""
    vi, _, en = LABELS.get(fact, fact).partition(" · ")
    return vi, en or vi


def write_report(closed: ClosedMonth, path: Path) -> None:
    """Write the page, whole or not at all."""
    replace_file(path, [render(closed).encode()])
