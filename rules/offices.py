"""Offices as dated data: who exists on a day, and who answers for one that was dissolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from dossier.strict import Strict, Text


class Office(Strict):
    """An office (cơ quan, đơn vị) between two days, both included.

    `calendar` names its office file, beside the file that names it, where it keeps other hours than the log's calendar.
    District offices end with 2025-06-30, when local government (chính quyền địa phương) became two-level.
    """

    code: Text
    name: Text
    level: Literal["ministry", "province", "district", "commune"]
    since: date = Field(alias="from")
    until: date | None = Field(default=None, alias="to")
    successor: Text | None = None
    calendar: Text | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"the office ends on {self.until}, before it begins on {self.since}")
        if self.successor is not None and self.until is None:
            raise ValueError("an office with a successor has a last day: write `to`")
        return self

    def exists_on(self, day: date) -> bool:
        """Whether it exists on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Offices:
    """All offices; one code may stand in several spans that do not overlap."""

    spans: tuple[Office, ...] = ()

    def faults(self) -> Iterator[tuple[str, str]]:
        """What does not fit together: the code, and what is wrong with it."""
        for number, one in enumerate(self.spans):
            clash = [other for other in self.spans[:number] if other.code == one.code and _overlap(one, other)]
            if clash:
                yield one.code, f"the spans from {clash[0].since} and from {one.since} overlap"
            if one.successor is not None and one.until is not None:
                heir = self.on(one.successor, one.until + timedelta(days=1))
                if heir is None:
                    yield one.code, f"the successor {one.successor!r} does not exist on the day after {one.until}"

    def on(self, code: str, day: date) -> Office | None:
        """The office that has a code on a day; None where there is none."""
        return next((office for office in self.spans if office.code == code and office.exists_on(day)), None)

    def answering(self, code: str, began: date | None, today: date) -> str:
        """The code of who answers today for a dossier of an office.

        Args:
            code: as the log has it.
            began: the day of the dossier's law; None where nobody knows.
            today: the day of the question.

        """
        office = self.on(code, began or today)
        while office is not None and not office.exists_on(today) and office.successor and office.until:
            office = self.on(office.successor, office.until + timedelta(days=1))
        return code if office is None else office.code

    def name(self, code: str, day: date) -> str | None:
        """What an office is called on a day."""
        office = self.on(code, day)
        return None if office is None else office.name

    def unknown(self, codes: Sequence[tuple[str, date | None]], today: date) -> Mapping[str, int]:
        """How often a code stands for no office on its day, by code."""
        missing: dict[str, int] = {}
        for code, day in codes:
            if self.on(code, day or today) is None:
                missing[code] = missing.get(code, 0) + 1
        return missing


def _overlap(one: Office, other: Office) -> bool:
    return one.since <= (other.until or date.max) and other.since <= (one.until or date.max)
