"""What a history says of itself: plain facts that need no calendar and no procedure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile

from dossier.adoption import adopted
from dossier.clock import READ, Step
from dossier.errors import ImpossibleStep, Unreplayable
from dossier.lifecycle import LIFECYCLE, Lifecycle, Position
from dossier.stores.records import Record


@dataclass(frozen=True)
class Case:
    """A dossier and its events, oldest first; cells about which the source cannot say count as empty."""

    code: str
    records: tuple[Record, ...] = ()
    lifecycle: Lifecycle = field(default=LIFECYCLE, repr=False, compare=False)

    @cached_property
    def position(self) -> Position:
        """Where the dossier stands.

        Raises:
            Unreplayable: a step of the history cannot follow the one before it.

        """
        kinds = [record.kind for record in self.records]
        taken = len([*takewhile(lambda record: record.source == "adopted", self.records)])
        lifecycle = self.lifecycle
        try:
            if not taken:
                return lifecycle.replay(kinds)
            return lifecycle.replay(kinds[taken:], adopted(kinds[:taken], lifecycle))
        except ImpossibleStep as error:
            known = error.kind in lifecycle.classes
            why = f"cannot follow in the state {error.state!r}" if known else "is no kind of event"
            raise Unreplayable(self.code, self.records[taken + error.index].version, error.kind, why) from error

    @property
    def state(self) -> str:
        """The state, `START` before the first event."""
        return self.position.state

    def followed_by(self, record: Record) -> Case:
        """The case after one more event."""
        return replace(self, records=(*self.records, record))

    def first(self, kind: str) -> Record | None:
        """The first event of a kind."""
        return next((record for record in self.records if record.kind == kind), None)

    def count(self, kind: str) -> int:
        """How many events of a kind there are."""
        return sum(record.kind == kind for record in self.records)

    @property
    def last_at(self) -> datetime | None:
        """When the last event took effect."""
        return self.records[-1].at if self.records else None

    @cached_property
    def received(self) -> Record | None:
        """The first receipt."""
        return self.first("received")

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided: completed, rejected, withdrawn or closed."""
        return next((record.at for record in self.records if record.kind in self.lifecycle.decisions), None)

    @cached_property
    def procedure(self) -> str | None:
        """The code of the procedure, as last stated on a submission or a receipt."""
        return _last_text(self.records, "procedure")

    @property
    def limit(self) -> str | None:
        """The time limit printed on the receipt."""
        return self.received.text("limit") if self.received else None

    @property
    def promise(self) -> date | datetime | None:
        """What the receipt promised."""
        return _promise(self.received) if self.received else None

    @property
    def promised(self) -> date | datetime | None:
        """The promise that stands: of the receipt, a supplement or the last apology."""
        return next((found for record in reversed(self.records) if (found := _promise(record)) is not None), None)

    @property
    def supplement_requests(self) -> int:
        """How often the received dossier was sent back for a supplement; guidance before receipt is none."""
        received = self.received
        if received is None:
            return 0
        after = (record for record in self.records if record.version > received.version)
        return sum(record.kind == "supplement_requested" for record in after)

    @property
    def reappointments(self) -> int:
        """How often a new appointment was given."""
        return self.count("apologised")

    def attached_at(self, document: str) -> datetime | None:
        """When a document was first attached."""
        attached = (r for r in self.records if r.kind == "document_attached" and r.text("document") == document)
        return next((record.at for record in attached), None)

    @property
    def silent_offices(self) -> Counter[str]:
        """The offices that were asked and have not answered since, with the number of open questions."""
        silent: Counter[str] = Counter()
        for record in self.records:
            office = record.text("office") or ""
            if record.kind == "consulted":
                silent[office] += 1
            elif record.kind == "answered" and silent[office]:
                silent[office] -= 1
        return +silent

    @property
    def guided(self) -> bool:
        """Whether the last submission was answered with guidance."""
        windows = [record.kind for record in self.records if record.kind in {"submitted", "guided"}]
        return windows[-1:] == ["guided"]

    @property
    def steps(self) -> list[Step]:
        """The events as the clock reads them."""
        return [_step(record) for record in self.records]

    @property
    def clock_steps(self) -> list[Step]:
        """The events that can move the clock."""
        return [_step(record) for record in self.records if record.kind in READ]


def _step(record: Record) -> Step:
    return Step(record.kind, record.at, record.text("ground"))


def _last_text(records: Sequence[Record], column: str) -> str | None:
    return next((text for record in reversed(records) if (text := record.text(column)) is not None), None)


def _promise(record: Record) -> date | datetime | None:
    found = record.known("promised")
    return found if isinstance(found, date) else None
