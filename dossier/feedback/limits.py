"""The limits of feedback cases by date, with their law, read from `data/feedback.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, InstanceOf, model_validator

from calendars import Term, Unit
from dossier.feedback.events import PublicChannel
from dossier.strict import Strict, Text, read_file_strictly, read_strictly, shipped

LimitName = Literal["forward", "reject", "supplement", "answer", "extension", "publish", "copy"]
"""What a limit is for."""

LIMITS: tuple[LimitName, ...] = get_args(LimitName)

_NAME = "feedback.toml"
_EXAMPLE = '[[limit.answer]] from = 2022-08-01, term = "15 ngày làm việc", citation = "…", status = "read"'
_DAYS = frozenset({Unit.DAY, Unit.WORKING_DAY})


def _term(found: object) -> object:
    if not isinstance(found, str):
        return found
    term = Term.parse(found).exact()
    if term.unit not in _DAYS or term.value.denominator != 1:
        raise ValueError(f"{found!r} is not a whole number of days or working days")
    return term


class LimitValue(Strict):
    """What a limit is from one day on."""

    since: date = Field(alias="from")
    term: Annotated[InstanceOf[Term], BeforeValidator(_term)]
    citation: Text
    status: Literal["read", "unverified"]
    note: str = ""


class SupplementReading(Strict):
    """What a reply to a request for information does to the limit of the answer."""

    effect: Literal["suspend", "none"]
    citation: Text
    status: Literal["read", "unverified"]
    note: str = ""


class ExtensionReading(Strict):
    """What an extension asked for in time does to the limit of the answer."""

    effect: Literal["moves", "none"]
    citation: Text
    status: Literal["read", "unverified"]
    note: str = ""


Channels = Annotated[tuple[PublicChannel, ...], Field(strict=False, min_length=1)]


class PublicChannels(Strict):
    """Where an answer must be made public: in every channel of `all_of`, and in at least one of `any_of`."""

    all_of: Channels = Field(alias="all")
    any_of: Channels = Field(alias="any")
    citation: Text
    status: Literal["read", "unverified"]


class FeedbackLimits(Strict):
    """All limits, oldest value first.

    >>> limits().on("answer", date(2026, 8, 20)).term.text_en
    '15 working days'
    """

    schema_version: Literal[1] = Field(alias="schema")
    limit: Mapping[LimitName, Annotated[tuple[LimitValue, ...], Field(strict=False, min_length=1)]]
    supplement: SupplementReading
    extension: ExtensionReading
    channels: PublicChannels

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in LIMITS:
            if name not in self.limit:
                raise ValueError(f"limit.{name} is missing; every limit has its table")
            days = [value.since for value in self.limit[name]]
            if days != sorted(set(days)):
                raise ValueError(f"limit.{name}: the values are not in order of their days")
        return self

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> FeedbackLimits:
        """Read the text of a file of limits.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_strictly(cls, text, name, _EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> FeedbackLimits:
        """Read an office's own file of limits; raises as `loads` does."""
        return read_file_strictly(cls, path, _EXAMPLE)

    def on(self, name: LimitName, day: date) -> LimitValue:
        """The value in force on a day; before the first one, the first one."""
        begun = [value for value in self.limit[name] if value.since <= day]
        return begun[-1] if begun else self.limit[name][0]


@cache
def limits() -> FeedbackLimits:
    """The limits that come with the package, read once."""
    return FeedbackLimits.loads(shipped(_NAME))
