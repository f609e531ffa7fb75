"""The rules over one dossier: which judge it, how, and what a finding says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from rules.judging import instruments
from rules.rulebook import Rule, Rulebook, RuleVersion
from rules.single.logic import both
from rules.single.offering import Facts
from rules.single.sql import Asked, compiled
from rules.single.table import ACROSS

Finding = dict[str, Any]
VI, EN = ("%d/%m/%Y", "%d/%m/%Y %H:%M"), ("%Y-%m-%d", "%Y-%m-%d %H:%M")
"""How the sentences write dates and moments."""
_SLOT = re.compile(r"\{(found|allowed)\}")


@dataclass(frozen=True)
class Ready:
    """A rule made ready, and the one that held before it.

    Attributes:
        names: the facts that its expressions ask for.

    """

    rule: Rule
    applies: Asked
    condition: Asked
    names: frozenset[str]
    earlier: Ready | None = None

    @classmethod
    def of(cls, rule: Rule, types: Mapping[str, type], earlier: Rule | None = None) -> Ready:
        """Compile a rule; raises FaultyExpression."""
        applies, asked = compiled(rule.applies, types)
        condition, named = compiled(rule.condition, types)
        before = None if earlier is None else cls.of(earlier, types)
        return cls(rule, applies, condition, asked | named, before)

    def on(self, day: date | None) -> Ready:
        """The one that judges by the law of a day."""
        earlier = self.earlier
        return earlier if earlier is not None and day is not None and day < self.rule.versions[0].since else self

    def judgement(self, facts: Facts) -> str:
        """One of `rules.judging.JUDGEMENTS`."""
        applies = both(self._in_force(facts["law_day"]), self.applies(facts))
        if applies is False:
            return "not_applicable"
        violated = self.condition(facts)
        if applies is None or violated is None:
            return "not_assessable"
        return "violated" if violated else "satisfied"

    def _in_force(self, day: date | None) -> bool | None:
        return None if day is None else any(covers(version, day) for version in self.rule.versions)

    def finding(self, facts: Facts) -> Finding:
        """What is found in a dossier that violates the rule; the columns of a finding, and its kind."""
        rule, zone = self.rule, facts.h.calendar.zone
        version = [one for one in rule.versions if covers(one, facts["law_day"])][-1]
        at, found, allowed = (_shown(facts, names) for names in (rule.at, rule.found, rule.allowed))
        named = [facts[name] for name in instruments(rule) if name in facts.offered]
        return {
            "kind": rule.kind,
            "dossier": facts.h.dossier,
            "rule": rule.code,
            "at": _text(at, zone),
            "found": _counted(_text(found, zone)),
            "allowed": _counted(_text(allowed, zone)),
            "citation": next((citation for citation in named if citation is not None), version.citation),
            "status": version.status,
            "message_vi": _sentence(rule.message_vi, {"found": found, "allowed": allowed}, zone, VI),
            "message_en": _sentence(rule.message_en, {"found": found, "allowed": allowed}, zone, EN),
            "waived": None,
        }


def covers(version: RuleVersion, day: date) -> bool:
    """Whether a version is in force on a day."""
    return version.since <= day and (version.until is None or day <= version.until)


def _shown(facts: Facts, names: Sequence[str]) -> Any:  # noqa: ANN401  # a fact, or a text of the rule
    """The first of some facts that is known; what is no fact is a text."""
    values = (facts[name] if name in facts.offered else None if name in ACROSS else name for name in names)
    return next((value for value in values if value is not None), None)


def _text(value: Any, zone: ZoneInfo, formats: tuple[str, str] | None = None) -> str | None:  # noqa: ANN401
    """A value as text: numbers plain, dates and moments in ISO 8601 or in the formats given."""
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.strftime(formats[1]) if formats else local.isoformat(timespec=_precision(local))
    if isinstance(value, date):
        return value.strftime(formats[0]) if formats else value.isoformat()
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _precision(moment: datetime) -> str:
    """No digits more than are needed, by threes."""
    return "microseconds" if moment.microsecond % 1000 else "milliseconds" if moment.microsecond else "seconds"


def _counted(text: str | None) -> str | int | None:
    """Counts become numbers again."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else text


def _sentence(message: str, values: Mapping[str, Any], zone: ZoneInfo, formats: tuple[str, str]) -> str:
    def told(slot: re.Match[str]) -> str:
        text = _text(values[slot[1]], zone, formats)
        return "?" if text is None else text

    return _SLOT.sub(told, message)


@dataclass(frozen=True)
class Bench:
    """The rules of a book that one dossier can be judged by.

    Attributes:
        book: the rules.
        types: the facts that they may name.

    """

    book: Rulebook
    types: Mapping[str, type]

    @cached_property
    def rules(self) -> tuple[Ready, ...]:
        """Those that need no other dossier, in the order of the book."""
        ready = (Ready.of(rule, self.types, self.book.earlier.get(rule.code)) for rule in self.book)
        return tuple(rule for rule in ready if not _looks_across(rule))

    def judged(self, facts: Facts) -> Iterator[tuple[Ready, str]]:
        """Each rule as it stood for the dossier, and how it judges."""
        day = facts["law_day"]
        for rule in self.rules:
            then = rule.on(day)
            yield then, then.judgement(facts)

    def findings(self, facts: Facts) -> list[Finding]:
        """What the rules find in a dossier."""
        return [rule.finding(facts) for rule, judgement in self.judged(facts) if judgement == "violated"]


def _looks_across(ready: Ready) -> bool:
    return not ready.names.isdisjoint(ACROSS)
