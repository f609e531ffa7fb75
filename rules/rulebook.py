"""The rulebook: rules as data, each with a permanent code, SQL over the facts, and dated citations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from calendars.files import read_toml
from rules.errors import MalformedRules, UnknownRule


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RuleVersion(_Table):
    """The law behind a rule in one span of days, both ends included; no end: still in force."""

    since: date = Field(alias="from")
    until: date | None = Field(default=None, alias="to")
    citation: str = Field(min_length=1)
    status: Literal["read", "unverified"]

    @model_validator(mode="after")
    def _forwards(self) -> RuleVersion:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"the version from {self.since} ends before it begins, on {self.until}")
        return self

    def covers(self, day: pl.Expr) -> pl.Expr:
        """Whether the version is in force on each day."""
        begun = day >= self.since
        return begun if self.until is None else begun & (day <= self.until)


class Rule(_Table):
    """One rule of the law, or one signal.

    Attributes:
        applies, condition: SQL over facts; `condition` true is a sign of an unlawful step.
        at, found, allowed: names of facts, the first that is known is shown; `allowed` may also be a plain text.
        message_vi, message_en: the sentence, with `{found}` and `{allowed}`.
        preventable: whether the desk refuses the step.
        limits: what the rule does not see.

    """

    code: str = Field(pattern=r"^[RSF]\d{2}$")
    kind: Literal["rule", "signal"]
    severity: Literal["high", "medium", "low"]
    preventable: bool
    title_vi: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    applies: str
    condition: str
    at: list[str] = Field(min_length=1)
    found: list[str] = Field(min_length=1)
    allowed: list[str] = Field(min_length=1)
    message_vi: str
    message_en: str
    todo_vi: str
    todo_en: str
    limits: str
    versions: list[RuleVersion] = Field(alias="version", min_length=1)

    @field_validator("applies", "condition")
    @classmethod
    def _sql(cls, text: str) -> str:
        try:
            pl.sql_expr(text)
        except pl.exceptions.PolarsError as error:
            raise ValueError(f"{text!r} is no SQL expression: {error}") from None
        return text

    @field_validator("message_vi", "message_en")
    @classmethod
    def _message(cls, text: str) -> str:
        unknown = set(re.findall(r"\{(.*?)\}", text)) - {"found", "allowed"}
        if unknown:
            raise ValueError(f"a message holds {{found}} and {{allowed}}, not {', '.join(sorted(unknown))}")
        return text

    @model_validator(mode="after")
    def _apart(self) -> Rule:
        for before, after in zip(self.versions, self.versions[1:], strict=False):
            if before.until is None or before.until >= after.since:
                raise ValueError(f"the version from {before.since} reaches into the one from {after.since}")
        return self

    def in_force(self, day: pl.Expr) -> pl.Expr:
        """Whether a version is in force on each day."""
        return pl.any_horizontal(*(version.covers(day) for version in self.versions))

    def citation(self, day: pl.Expr) -> pl.Expr:
        """The citation in force on each day."""
        return self._of_version(day, "citation")

    def status(self, day: pl.Expr) -> pl.Expr:
        """Whether that citation was read or is unverified."""
        return self._of_version(day, "status")

    def _of_version(self, day: pl.Expr, key: Literal["citation", "status"]) -> pl.Expr:
        chosen = pl.lit(None, pl.String)
        for version in self.versions:
            chosen = pl.when(version.covers(day)).then(pl.lit(getattr(version, key))).otherwise(chosen)
        return chosen

    def version_on(self, day: date) -> RuleVersion:
        """The version of a day; outside all of them the nearest earlier one, else the first."""
        begun = [version for version in self.versions if version.since <= day]
        return begun[-1] if begun else self.versions[0]


@dataclass(frozen=True)
class Additions:
    """What an office's own file (quy định riêng của cơ quan) added to the rules that ship.

    Attributes:
        name: of the office.
        file: the file.
        added: codes of its own rules.
        overridden: codes of shipped rules, quotas and procedures whose place it took.
        parser: what read its expressions, with its version.

    """

    name: str
    file: str
    added: tuple[str, ...]
    overridden: tuple[str, ...]
    parser: str

    def to_dict(self) -> dict[str, Any]:
        """The additions as JSON."""
        told = {key: getattr(self, key) for key in ("name", "file", "parser")}
        return told | {"added": [*self.added], "overridden": [*self.overridden]}


@dataclass(frozen=True)
class Rulebook:
    """Rules by code, in the order of the file.

    Attributes:
        rules: the rules.
        earlier: by code the rule that held before the first version of the one in `rules`, where one took its place.
        house: the office whose own rules are among them; None: only those that ship.

    """

    rules: tuple[Rule, ...]
    earlier: Mapping[str, Rule] = field(default_factory=dict)
    house: Additions | None = None

    @classmethod
    def loads(cls, text: str, name: str) -> Rulebook:
        """Read a rule file.

        Raises:
            MalformedRules: the text breaks the format, or a code stands twice.

        """
        try:
            read = _File.model_validate(read_toml(text))
        except tomllib.TOMLDecodeError as error:
            raise MalformedRules(name, "TOML", str(error)) from None
        except ValidationError as error:
            first = error.errors()[0]
            raise MalformedRules(name, ".".join(map(str, first["loc"])), first["msg"]) from None
        codes = [rule.code for rule in read.rule]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise MalformedRules(name, "rule.code", f"{', '.join(sorted(twice))} stands twice; a code is permanent")
        return cls(tuple(read.rule))

    @classmethod
    def load(cls, path: Path) -> Rulebook:
        """Read a rule file; raises as `loads` does."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise MalformedRules(path.name, "the file", f"byte {error.start + 1} is not UTF-8; save it so") from None
        return cls.loads(text, path.name)

    def __iter__(self) -> Iterator[Rule]:
        """The rules in order."""
        return iter(self.rules)

    def __getitem__(self, code: str) -> Rule:
        """A rule by its code.

        >>> rulebook()["R13"].title_en
        'Decided after the legal due date'
        """
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise UnknownRule(code, [rule.code for rule in self.rules])


class _File(_Table):
    format: Literal[1]
    rule: list[Rule]


@cache
def rulebook() -> Rulebook:
    """The rules that ship, read once."""
    return Rulebook.loads((files("rules") / "data" / "rules.toml").read_text(encoding="utf-8"), "rules.toml")
