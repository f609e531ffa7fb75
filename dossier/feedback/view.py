"""How a feedback case looks from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from dossier.feedback.clock import limit_end, sent, started
from dossier.feedback.limits import LimitName
from dossier.feedback.publicity import channels, channels_missing
from dossier.stores.records import Record
from dossier.view import Dossier


@dataclass(frozen=True)
class Feedback(Dossier):
    """A feedback case (phản ánh, kiến nghị) as it stands at a moment; `legal_due` is when the answer is due."""

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, as far as it is known; else when it was received."""
        return _at(sent(self.case))

    @property
    def started_at(self) -> datetime | None:
        """When its limits began: with the last forwarding, else when it was sent."""
        return _at(started(self.case))

    @property
    def forward_due(self) -> date | None:
        """The last day on which the office that has it may forward it; None where it was never received."""
        held = next((r for r in reversed(self.history) if r.kind in {"received", "forwarded"}), None)
        return self._end("forward", held)

    @property
    def reject_due(self) -> date | None:
        """The last day on which it may be rejected."""
        return self._end("reject", started(self.case))

    @property
    def supplement_due(self) -> date | None:
        """The last day on which its sender may be asked for information."""
        return self._end("supplement", started(self.case))

    @cached_property
    def answered_at(self) -> datetime | None:
        """When it was answered."""
        return _at(self.case.first("answered"))

    @property
    def publish_due(self) -> date | None:
        """The last day on which its answer is to be made public; None while there is no answer."""
        return self._end("publish", self.case.first("answered"))

    @property
    def copied(self) -> bool:
        """Whether the reply went to the office of the provincial People's Committee."""
        return self.case.count("copied") > 0

    @property
    def channels(self) -> tuple[str, ...]:
        """Where its answer was made public, in the order in which it was."""
        return channels(self.case)

    @property
    def channels_missing(self) -> tuple[str, ...]:
        """Where its answer is still to be made public; `any` stands for one of the ways of Decree 20/2008."""
        return channels_missing(self.case)

    def _end(self, name: LimitName, start: Record | None) -> date | None:
        return None if start is None else limit_end(self.setting, self.case, name, start.at)


def _at(record: Record | None) -> datetime | None:
    return None if record is None else record.at
