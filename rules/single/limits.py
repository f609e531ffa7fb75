"""Which limit a received dossier has, how it runs, and when it ends: what `dossier.clock` says of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from calendars import OutOfRange, Term, UnreadableTerm
from dossier.clock import DECISIONS, READ, RESTART, AfterSupplement, Due, read_clock
from dossier.clock import Step as ClockStep
from dossier.errors import IncompatibleTerm
from dossier.events import UNKNOWN
from dossier.procedure_schema import ANY_DOCUMENTED, ProcedureVersion
from dossier.setting import after_supplement, readable
from rules.single.history import Step
from rules.single.offering import Facts
from rules.single.waits import Wait, of_kind

MOVING = READ - DECISIONS
"""The steps that move a clock; when it stopped for good the facts say."""
PAUSING = ("paused", "resumed")


@dataclass(frozen=True)
class Regime:
    """What the procedure file says of a dossier.

    Attributes:
        version: of the procedure on the day of receipt; None where nobody describes it.
        named: whether the source can say which procedure it is.
        reckoned: whether the clock runs by it all the same; not where the procedure is a cell `?`.

    """

    version: ProcedureVersion | None
    named: bool = True
    reckoned: bool = True

    @property
    def lists_grounds(self) -> bool:
        """Whether only pauses on some grounds stop the clock."""
        return self.version is not None and self.version.excluded_waits != ANY_DOCUMENTED

    def stops(self, ground: str) -> bool:
        """Whether a pause on a ground stops the clock."""
        return self.version is None or self.version.excludes(ground)

    def after(self, limit: Term | None) -> AfterSupplement:
        """What a supplement does, in the case that has this limit."""
        return RESTART if self.version is None else after_supplement(self.version, limit)


def regime(facts: Facts) -> Regime | None:
    """The regime of a dossier, None where it was not received."""
    h, code = facts.h, facts["procedure"]
    receipt = h.first("received")
    if receipt is None:
        return None
    if not h.has("procedure"):
        return Regime(None, named=False)
    if code is None:
        unsaid = any(step.text("procedure") == UNKNOWN for step in h.of_kind("received", "submitted"))
        return Regime(None, named=not unsaid, reckoned=not unsaid)
    day = h.day(receipt.at)
    return Regime(None if day is None else facts.law.procedures.on(code, day))


@dataclass(frozen=True)
class Running:
    """A limit that runs from the first receipt.

    Attributes:
        source: whether the receipt, the procedure file or the first promise gives it.
        limit: None where it is the promise's.

    """

    start: datetime
    source: Literal["limit", "procedure", "promise"]
    limit: Term | None
    promise: date | datetime | None
    steps: Sequence[ClockStep]
    regime: Regime


def running(facts: Facts) -> Running | None:
    """The limit of a dossier: that of the receipt, else of the procedure file, else the first promise."""
    receipt, found = facts.h.first("received"), facts.once(regime)
    if receipt is None or found is None or _unsaid(facts, receipt):
        return None
    printed = facts.h.known(receipt, "limit")
    normal = found.version.normal_limit if found.version else None
    limit = readable(normal if printed is None else printed)
    promise = facts.h.promise(receipt) if limit is None and found.reckoned else None
    if limit is None and promise is None:
        return None
    source: Literal["limit", "procedure"] = "procedure" if printed is None else "limit"
    return Running(receipt.at, source if limit else "promise", limit, promise, _steps(facts, receipt), found)


def _unsaid(facts: Facts, receipt: Step) -> bool:
    """Whether the source cannot say the limit of the receipt."""
    return facts.h.has("limit") and receipt.text("limit") == UNKNOWN


def _steps(facts: Facts, receipt: Step) -> list[ClockStep]:
    h = facts.h
    moving = (step for step in h.steps[receipt.place :] if step.kind in MOVING)
    return [ClockStep(step.kind, step.at, h.known(step, "ground")) for step in moving]


def due(facts: Facts, until: datetime, *, pauses: bool = True) -> Due | None:
    """When the limit ends with the waits up to a moment, those still open taken as if they ended then."""
    run = facts.once(running)
    if run is None or _unclear(facts, run):
        return None
    steps = run.steps if until >= run.start else run.steps[:1]
    kept = steps if pauses else [step for step in steps if step.kind not in PAUSING]
    try:
        clock = read_clock(
            kept,
            run.limit,
            calendar=facts.h.calendar,
            until=max(until, run.start),
            promise=run.promise,
            after=run.regime.after(run.limit),
            stops=run.regime.stops,
        )
    except (OutOfRange, IncompatibleTerm, UnreadableTerm):
        return None
    return None if clock is None else clock.legal_due


def due_then(facts: Facts, moment: datetime | None) -> Due | None:
    """The due date as it stood at a moment; None where a pause may or may not have stopped the clock."""
    return None if moment is None or doubtful(facts) else due(facts, moment)


def _unclear(facts: Facts, run: Running) -> bool:
    """Whether nobody knows what a supplement did to the clock."""
    return not run.regime.reckoned and bool(of_kind(facts, "supplement_requested"))


def doubtful(facts: Facts) -> bool:
    """Whether nobody knows of a pause if it stopped the clock: its ground, or the procedure, is `?`."""
    found = facts.once(regime)
    if found is None:
        return False
    return any(not found.reckoned or (pause.vague and found.lists_grounds) for pause in of_kind(facts, "paused"))


def counts(found: Regime, pause: Wait) -> bool:
    """Whether a pause stops the clock; one on an unknown ground does."""
    return pause.ground is None or found.stops(pause.ground)


def parts_of(found: Due | None) -> tuple[date | None, datetime | None]:
    """Date and moment (in UTC) of an end, as facts have it."""
    if found is None:
        return None, None
    return found.day, None if found.moment is None else found.moment.astimezone(UTC)
