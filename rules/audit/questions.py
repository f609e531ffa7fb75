"""The questions that no machine answers, by what is inspected, and the words in which they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from dossier.strict import Strict, Text, read_strictly

Outcome = Literal["violation", "compliant", "not_applicable", "undetermined"]
Answer = Literal["yes", "no", "not_applicable", "unclear"]

OUTCOMES: Mapping[Outcome, str] = {
    "compliant": "đúng quy định",
    "violation": "chưa đúng quy định",
    "not_applicable": "không áp dụng",
    "undetermined": "không xác định được",
}
"""What a unit came to; whether it is a violation (vi phạm), only an authority says."""

OUTCOMES_EN: Mapping[Outcome, str] = {
    "compliant": "in order",
    "violation": "not in order",
    "not_applicable": "not applicable",
    "undetermined": "could not be determined",
}
"""The same in English."""

ANSWERS: Mapping[Answer, str] = {
    "yes": "có",
    "no": "không",
    "not_applicable": "không áp dụng",
    "unclear": "không rõ",
}

_EXAMPLE = '[[question]] code = "reason_specific", acts = ["pauses"], vi = "…?", en = "…?"'


class Question(Strict):
    """A question about one kind of unit; yes is in order."""

    code: Text
    acts: tuple[Text, ...] = Field(min_length=1, strict=False)
    vi: Text
    en: Text
    citation: Text | None = None


class Checklist(Strict):
    """The questions of a file."""

    question: tuple[Question, ...] = Field(strict=False)

    def about(self, unit: str) -> tuple[Question, ...]:
        """The questions about a kind of unit."""
        return tuple(one for one in self.question if unit in one.acts)


@cache
def checklist(path: Path | None = None) -> Checklist:
    """The questions that ship, or those of a file.

    Raises:
        MalformedFile: it breaks its format.

    """
    where = path or Path(__file__).parents[1] / "data" / "audit.toml"
    return read_strictly(Checklist, where.read_text(encoding="utf-8"), where.name, _EXAMPLE)


def rule_question(code: str, title_vi: str, title_en: str) -> Question:
    """The question whether a rule was kept, asked of every unit alike, flagged or not."""
    return Question(
        code=code,
        acts=("dossier",),
        vi=f"{code} ({title_vi}): hồ sơ có đúng quy định này không?",
        en=f"{title_en}: is the dossier in order by this rule?",
    )
