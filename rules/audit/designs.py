"""What is drawn for which purpose, and how it will be evaluated: fixed before the seed is known."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from dossier.strict import Strict, Text
from rules.audit.rates import rate
from rules.errors import ImpossibleDesign

Kind = Literal["simple", "anytime", "stratified", "per_stratum", "top_up", "per_flag", "unflagged"]
METHODS: Mapping[Kind, str] = {
    "simple": "hypergeometric",
    "anytime": "anytime",
    "stratified": "pooled_count",
    "per_stratum": "hypergeometric",
    "top_up": "hypergeometric",
    "per_flag": "hypergeometric",
    "unflagged": "hypergeometric",
}
"""The bound that each kind of sample carries; nobody chooses it after the data."""

_RATE = re.compile(r"\d+(\.\d+)?(/\d+)?")


class Purpose(Strict):
    """One question that a sample answers.

    Attributes:
        name: by which it is evaluated.
        kind: `simple` the smallest tickets of the whole frame; `anytime` the same, with a bound that holds wherever the
            inspection stops; `stratified` shared out over the strata; `per_stratum` so many of each; `top_up` at least
            so many of each, counting what the simple sample already took there; `per_flag` so many of those that each
            rule flagged; `unflagged` so many of those without any flag, and of those without the flag of each rule.
        size: how many, of the whole or of each; fewer where there are not so many.
        allocation: how a stratified sample is shared out.
        minimum: of a stratified sample in each stratum.
        prior: of an anytime bound, see `rules.audit.sequential`.

    """

    name: Text
    kind: Kind
    size: int = Field(ge=0)
    allocation: Literal["proportional", "equal"] = "proportional"
    minimum: int = Field(default=0, ge=0)
    prior: tuple[int, int] = (1, 60)

    @property
    def method(self) -> str:
        """The bound that this kind of sample carries."""
        return METHODS[self.kind]


class Design(Strict):
    """Everything that is fixed before the seed is known.

    Attributes:
        confidence: of every one-sided bound, as exact text.
        tolerable: the rate that the bound must stay strictly below; None where only a bound is wanted.
        expected: the rate with which the sample was planned.
        acceptance: how many violations the plan of the simple sample accepts.

    """

    purposes: tuple[Purpose, ...] = Field(min_length=1)
    confidence: str = "0.95"
    tolerable: str | None = None
    expected: str | None = None
    acceptance: int | None = Field(default=None, ge=0)

    @field_validator("confidence", "tolerable", "expected")
    @classmethod
    def _exact(cls, found: str | None) -> str | None:
        if found is not None and (not _RATE.fullmatch(found) or not 0 <= rate(found) <= 1):
            raise ValueError(f"{found!r} is no exact rate; write for example '0.95' or '1/30'")
        return found

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [purpose.name for purpose in self.purposes]
        if len(set(names)) < len(names):
            raise ValueError("two purposes have one name; name each once")
        if not 0 < self.level < 1:
            raise ValueError(f"confidence {self.confidence!r}; it lies between 0 and 1, as '0.95'")
        if any(one.kind == "top_up" for one in self.purposes) and self.base is None:
            raise ValueError("a top-up needs a simple sample under it; add a purpose of the kind 'simple'")
        return self

    @property
    def level(self) -> Fraction:
        """The confidence as an exact number."""
        return rate(self.confidence)

    @property
    def base(self) -> Purpose | None:
        """The first simple sample."""
        return next((purpose for purpose in self.purposes if purpose.kind == "simple"), None)

    def purpose(self, name: str) -> Purpose | None:
        """The purpose with a name."""
        return next((purpose for purpose in self.purposes if purpose.name == name), None)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(canonical(self.model_dump()).encode()).hexdigest()

    def resized(self, sizes: Mapping[str, int]) -> Design:
        """The design with larger samples.

        Raises:
            ImpossibleDesign: a purpose that it does not have, or a smaller sample.

        """
        known = {purpose.name: purpose for purpose in self.purposes}
        for name, size in sizes.items():
            if name not in known:
                raise ImpossibleDesign(f"no purpose is called {name!r}; the design has {', '.join(known)}")
            if size < known[name].size:
                raise ImpossibleDesign(f"{name}: {size} is fewer than the {known[name].size} drawn; a draw only grows")
        grown = tuple(
            one.model_copy(update={"size": sizes[one.name]}) if one.name in sizes else one for one in self.purposes
        )
        kept = {name: getattr(self, name) for name in Design.model_fields}  # a copy would keep the old hash too
        return Design(**kept | {"purposes": grown})


def canonical(document: Any) -> str:  # noqa: ANN401  # any JSON value
    """JSON in one way only: sorted keys, no blanks, no escapes where none are needed.

    >>> canonical({"b": [1, "ầ"], "a": None})
    '{"a":null,"b":[1,"ầ"]}'
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
