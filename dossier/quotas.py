"""How often an office may ask for a supplement or give a new appointment; the numbers are handed in, with their law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True)
class Quotas:
    """The counts in force for a dossier, fixed by the day it was received.

    Attributes:
        supplement_requests: how often a received dossier may be sent back for a supplement (yêu cầu bổ sung).
        reappointments: how often a new appointment may be given (hẹn lại ngày trả kết quả).
        citations: the law behind each count, by the name of the count.

    """

    supplement_requests: int
    reappointments: int
    citations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse a negative count and a citation for a count that does not exist."""
        for name in ("supplement_requests", "reappointments"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; give zero or more")
        unknown = set(self.citations) - {"supplement_requests", "reappointments"}
        if unknown:
            raise ValueError(
                f"citations for {', '.join(sorted(unknown))}; the counts are supplement_requests, reappointments"
            )


QuotasOn = Callable[[date], Quotas]
"""Gives the quotas for the day of receipt."""


def once_each(_day: date) -> Quotas:
    """One supplement request and one new appointment, whatever the day: the counts of the 2024 plan and the decree."""
    return Quotas(supplement_requests=1, reappointments=1)
