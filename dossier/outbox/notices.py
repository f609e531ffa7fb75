"""What the applicant is told after a step, in Vietnamese and English, read from `data/notices.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Generic, Literal, Self, TypeVar, get_args

from pydantic import Field, model_validator

from dossier.case import Case
from dossier.outbox.facts import handling_office
from dossier.outbox.segments import segments
from dossier.outbox.topics import NOTICE, TOPICS
from dossier.setting import Setting
from dossier.strict import Strict, Text, read_file_strictly, read_strictly, shipped

T = TypeVar("T")
Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

LONGEST_CODE = 50
"""A unit of 35 characters, a date, a sequence of seven; the SMS of `notices.toml` fit `MOST_SEGMENTS` with it."""

MOST_SEGMENTS = 3

ALLOWED: Mapping[str, frozenset[str]] = {
    "sms": frozenset({"code", "day", "promised"}),
    "subject": frozenset({"code"}),
    "body": frozenset({"code", "day", "promised", "office"}),
}
"""What each sentence may mention in braces."""

_NAME = "notices.toml"
_EXAMPLE = '[notice.received.vi] sms = "Hồ sơ {code} …", subject = "Hồ sơ {code}: đã tiếp nhận", body = "…"'
_DAY = {"vi": "%d/%m/%Y", "en": "%Y-%m-%d"}
_MOMENT = {"vi": "%H:%M ngày %d/%m/%Y", "en": "%Y-%m-%d %H:%M"}
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]*\S[^\r\n]*$")]


@dataclass(frozen=True)
class Notice:
    """What the applicant is told, in one language; nothing personal is in it.

    Attributes:
        sms: one line.
        subject: of the e-mail, and the title in the portal account; one line.
        body: of the e-mail and in the portal account.

    """

    sms: str
    subject: str
    body: str

    @property
    def segments(self) -> int:
        """How many segments the SMS takes."""
        return segments(self.sms)


class _Words(Strict):
    office: Line
    promised: Line


class _Sentences(Strict):
    sms: Line
    subject: Line
    body: Text

    def filled(self, facts: Mapping[str, str]) -> Notice:
        return Notice(*(text.strip().format_map(facts) for text in (self.sms, self.subject, self.body)))


class _Languages(Strict, Generic[T]):
    vi: T
    en: T

    def of(self, language: Language) -> T:
        return self.vi if language == "vi" else self.en


class Notices(Strict):
    """The sentences for every kind of event that has a notice, as `data/notices.toml` holds them."""

    schema_version: Literal[1] = Field(alias="schema")
    words: _Languages[_Words]
    sentences: Mapping[str, _Languages[_Sentences]] = Field(alias="notice")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        needed = {kind for kind, found in TOPICS.items() if NOTICE in found}
        for kind in sorted(needed ^ set(self.sentences)):
            raise ValueError(f"notice.{kind} {'is missing' if kind in needed else 'is of a kind that has no notice'}")
        for kind, tables in self.sentences.items():
            for language in LANGUAGES:
                _check(f"notice.{kind}.{language}", tables.of(language), self.words.of(language), language)
        return self

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Self:
        """Read the text of a file of notices.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_strictly(cls, text, name, _EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an office's own file of notices; raises as `loads` does."""
        return read_file_strictly(cls, path, _EXAMPLE)

    def notice(self, case: Case, setting: Setting, language: Language) -> Notice:
        """What the applicant is told after the last event of the case, which has a notice."""
        words, last = self.words.of(language), case.records[-1]
        promised = _written(setting, case.promised, language) if case.promised else words.promised
        facts = {
            "code": _one_line(case.code),
            "day": _written(setting, setting.calendar.local(last.at).date(), language),
            "promised": promised,
            "office": _one_line(last.text("office") or handling_office(case) or words.office),
        }
        return self.sentences[last.kind].of(language).filled(facts)


@cache
def notices() -> Notices:
    """The notices that come with the package, read once."""
    return Notices.loads(shipped(_NAME))


def _written(setting: Setting, found: date | datetime, language: Language) -> str:
    if isinstance(found, datetime):
        return setting.calendar.local(found).strftime(_MOMENT[language])
    return found.strftime(_DAY[language])


def _one_line(text: str) -> str:
    """The text without line breaks, which would add a header to an e-mail, and without invisible characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _check(key: str, sentences: _Sentences, words: _Words, language: Language) -> None:
    for name, allowed in ALLOWED.items():
        if flaw := _unfillable(getattr(sentences, name), allowed):
            may = ", ".join(f"{{{fact}}}" for fact in sorted(allowed))
            raise ValueError(f"{key}.{name}: {flaw}; it may mention {may}")
    moment = datetime(2026, 12, 31).strftime(_MOMENT[language])  # noqa: DTZ001  # only its length counts
    longest = {"code": "X" * LONGEST_CODE, "promised": max(moment, words.promised, key=len), "office": words.office}
    found = sentences.filled(longest | {"day": "31/12/2026"}).segments
    if found > MOST_SEGMENTS:
        raise ValueError(
            f"{key}.sms takes {found} segments with a code of {LONGEST_CODE} characters; allowed are {MOST_SEGMENTS}"
        )


def _unfillable(text: str, allowed: frozenset[str]) -> str | None:
    try:
        parts = [(fact, spec, turned) for _, fact, spec, turned in Formatter().parse(text) if fact is not None]
    except ValueError as error:
        return f"its braces do not match ({error})"
    odd = [fact for fact, spec, turned in parts if fact not in allowed or spec or turned]
    return f"it mentions {{{odd[0]}}} in a way it may not" if odd else None
