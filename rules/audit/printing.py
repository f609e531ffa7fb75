"""The audit file of a month as PDF/A: the chapters of the page, on A4 and in one language; same files, same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from calendars.files import replace_file
from dossier.forms.press import MissingLetters, Press
from rules.audit.acts import ACTS
from rules.audit.closing import ClosedMonth
from rules.audit.questions import ANSWERS
from rules.audit.reporting import Chapter, Interval, Row, chapters, first, label
from rules.audit.statements import percent
from rules.display import Language, number, visible
from rules.templating import TEMPLATES

_RARE = re.compile(r"[^\u0000-\u036f\u1e00-\u1eff\u2000-\u22ff\u27e8\u27e9]")
"""What a font of Latin letters may well lack."""

_LONG = 1500
"""Characters of a finding that may take more than half a page."""


def pdf(closed: ClosedMonth, language: Language = "vi") -> bytes:
    """The file as bytes, dated with the day of the last inspection.

    A letter that the font lacks is printed by its code, as ⟨U+4E2D⟩.

    Raises:
        ForkedAfterPrinting: in a process forked from one that printed.

    """
    return _printed(json.dumps(_Texts(language).file(closed), ensure_ascii=False), _last_day(closed))


def write_pdf(closed: ClosedMonth, path: Path, language: Language = "vi") -> None:
    """Write the file, whole or not at all."""
    replace_file(path, [pdf(closed, language)])


def _printed(text: str, day: date) -> bytes:
    try:
        return _press().pdf({"file": text}, day)
    except MissingLetters as error:
        spelled = re.sub(f"{_RARE.pattern}|[{re.escape(error.text)}]", _spelled, text)
        if spelled == text:
            raise
        return _printed(spelled, day)


@cache
def _press() -> Press:
    return Press(TEMPLATES / "audit.typ")


def _spelled(letter: re.Match[str]) -> str:
    return f"⟨U+{ord(letter[0]):04X}⟩"


def _last_day(closed: ClosedMonth) -> date:
    """Without an inspection it is the first day of the month."""
    found = (finding.inspected_on for one in closed.acts for finding in one.findings.findings.values())
    return max((day for day in found if day), default=date.fromisoformat(f"{closed.month.month}-01"))


class _Texts:
    """The data of the layout in a language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def file(self, closed: ClosedMonth) -> dict[str, Any]:
        month = closed.month.month
        shown: dict[str, Any] = _shown(
            {
                "language": self.language,
                "title": self._say(f"Kiểm tra ngẫu nhiên tháng {month}", f"Random audit of {month}"),
                "source": closed.month.source,
                "empty": [first(self._say(ACTS[act].vi, ACTS[act].en)) for act in closed.empty],
                "chapters": [self._chapter(one) for one in chapters(closed)],
            }
        )
        return shown

    def _say(self, vi: str, en: str) -> str:
        return vi if self.language == "vi" else en

    def _chapter(self, one: Chapter) -> dict[str, Any]:
        return {
            "title": first(self._say(one.vi, one.en)),
            "statement": one.statements[self.language],
            "intervals": [self._interval(line) for line in one.intervals],
            "curve": [] if one.census else one.chances,
            "design": self._design(one),
            "findings": [self._finding(row) for row in one.rows],
        }

    def _interval(self, line: Interval) -> dict[str, Any]:
        result = line.result
        numbers = (result.population, result.counts.inspected, result.counts.bad, result.lower, result.upper)
        return {
            "name": None if result.of is None else line.name or "–",
            "numbers": ["–" if one is None else number(one, self.language) for one in numbers],
            "low": float(line.low),
            "high": float(line.high),
            "best": None if line.best is None else float(line.best),
        }

    def _design(self, one: Chapter) -> dict[str, Any]:
        manifest = one.closed.manifest
        return {
            "size": number(manifest.frame_size, self.language),
            "frame": manifest.frame_sha256,
            "design": manifest.design_sha256,
            "manifest": manifest.sha256,
            "seed": manifest.seed,
            "source": manifest.seed_source.strip() or self._say("không ghi nguồn gốc", "origin not stated"),
            "scheme": manifest.scheme,
            "purposes": [f"{it.name} ({it.kind}) {it.size}, {it.method}" for it in manifest.design.purposes],
            "confidence": percent(manifest.design.level, self.language),
            "parts": [
                {"name": part.name, "drawn": f"{part.size} / {part.population}", "cutoff": part.cutoff or "–"}
                for part in manifest.parts
            ],
            "warnings": list(manifest.warnings),
        }

    def _finding(self, row: Row) -> dict[str, Any]:
        found = row.finding
        return {
            "unit": found.unit,
            "office": row.office,
            "inspected": f"{found.inspector}, {row.on}".strip(" ,"),
            "facts": [[self._say(*label(name)), fact] for name, fact in row.facts],
            "answers": list(self._answers(row)),
            "outcome": self._say(*row.outcome),
            "good": found.outcome in {"compliant", "not_applicable"},
            "evidence": found.evidence,
            "note": found.note,
            "long": sum(map(len, (found.evidence, found.note, *(fact for _, fact in row.facts)))) > _LONG,
        }

    def _answers(self, row: Row) -> Iterator[list[str]]:
        for question, answer in row.answers:
            yield [self._say(question.vi, question.en), self._say(ANSWERS[answer], answer.replace("_", " "))]


def _shown(data: Any) -> Any:  # noqa: ANN401  # any value of JSON
    """The data with every text as a reader may see it."""
    if isinstance(data, dict):
        return {name: _shown(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_shown(value) for value in data]
    return visible(data, longest=2000) if isinstance(data, str) else data
