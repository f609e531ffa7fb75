"""The sentences and citations behind every refusal, read from `data/requirements.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Literal

from pydantic import Field

from dossier.errors import MalformedFile, Reason
from dossier.events import LOG_COLUMNS
from dossier.strict import Strict, Text, read_strictly, shipped

FACTS = frozenset({"command", "field", "found", "allowed"})
"""What a sentence may mention in braces."""

_NAME = "requirements.toml"
_EXAMPLE = '["pause.reason"] en = "…; give it", vi = "…", citation = "plan-III-6", override = false'


class _Requirement(Strict):
    en: Text
    vi: Text
    citation: Text
    override: bool = False
    field: str | None = None


class _File(Strict):
    schema_version: Literal[1] = Field(alias="schema")
    citation: Mapping[str, Text]
    requirement: Mapping[str, _Requirement]


class Requirements:
    """Every reason for which the desk can refuse, by its permanent code."""

    def __init__(self, citations: Mapping[str, str], requirements: Mapping[str, _Requirement]) -> None:
        self._citations, self._requirements = citations, requirements

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Requirements:
        """Read the text of a file of requirements.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        found = read_strictly(_File, text, name, _EXAMPLE)
        _check(found, name)
        return cls(found.citation, found.requirement)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the order of the file."""
        return tuple(self._requirements)

    def reason(self, code: str, vi: Mapping[str, object] | None = None, **facts: object) -> Reason:
        """The refusal with this code.

        >>> requirements().reason("request_supplement.quota", found=1, allowed=1).overridable
        True

        Args:
            code: a code of the file.
            vi: the facts that read otherwise in Vietnamese.
            facts: what the sentences mention in braces.

        """
        entry = self._requirements[code]
        field = _field(code, entry)
        return Reason(
            code=code,
            message_en=entry.en.format_map({"field": field} | facts),
            message_vi=entry.vi.format_map({"field": field} | facts | dict(vi or {})),
            citation=self._citations[entry.citation],
            overridable=entry.override,
            field=field if field is not None else _named(facts),
        )


@cache
def requirements() -> Requirements:
    """The requirements that come with the package, read once."""
    return Requirements.loads(shipped(_NAME))


def _field(code: str, entry: _Requirement) -> str | None:
    last = code.rpartition(".")[2]
    return entry.field or (last if last in LOG_COLUMNS else None)


def _named(facts: Mapping[str, object]) -> str | None:
    return str(facts["field"]) if "field" in facts else None


def _check(found: _File, name: str) -> None:
    used = {entry.citation for entry in found.requirement.values()}
    for citation in sorted(used ^ set(found.citation)):
        rule = "no citation has this name" if citation in used else "no requirement uses this citation"
        raise MalformedFile(name, f"citation.{citation}", rule, 'plan-III-6 = "Kế hoạch …, mục III.6"')
    for code, entry in found.requirement.items():
        unknown = {fact for text in (entry.en, entry.vi) for _, fact, _, _ in Formatter().parse(text) if fact} - FACTS
        if unknown:
            rule = f"the sentence mentions {{{min(unknown)}}}; it may mention {', '.join(sorted(FACTS))}"
            raise MalformedFile(name, f"requirement.{code}", rule, _EXAMPLE)
