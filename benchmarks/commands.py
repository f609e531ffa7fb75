"""Commands and replayed events a second, in memory: what the desk itself costs, without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from benchmarks.timing import Measurement, interleave, seconds, seconds_per_call
from calendars import vietnam
from dossier import EVENT_CLASSES, LIFECYCLE, UNCHECKED, Desk, Event, MemoryStore, Record
from dossier.case import Case
from dossier.lifecycle import START_POSITION, Position

DONE, WEIGHED, TYPED = "Desk.do on MemoryStore", "Desk.may on MemoryStore", "table and event class alone"
FOLDED, READ = "LIFECYCLE.replay", "Case.position"
GOAL, REPLAY_GOAL = 100_000, 1_000_000
OPENING = datetime(2026, 6, 1, 8, tzinfo=vietnam().zone)

LIFE: Mapping[str, Mapping[str, Any]] = {
    "receive": {"slip": "TN-1", "procedure": "1.012784", "limit": "12 ngày làm việc"},
    "forward": {"office": "Phòng Đất đai"},
    "attach": {"document": "VB-1"},
    "pause": {"reason": "Chờ xác minh", "ground": "verification", "document": "VB-1", "notice": "TB-1"},
    "resume": {},
    "complete": {"document": "KQ-1", "signed": True},
    "deliver": {"channel": "online", "office": "Trung tâm"},
}
"""The commands of a dossier in order, one of each sort: a receipt, side acts, a wait and its end, a decision."""


class Office:
    """A desk on a store in memory, whose present moment the measurement sets."""

    def __init__(self) -> None:
        self.now = OPENING
        self.store = MemoryStore()
        self.desk = Desk(self.store, roles=UNCHECKED, now=lambda: self.now)

    def live(self, code: str, steps: int = len(LIFE)) -> None:
        """Carry a dossier through its first steps, five minutes apart."""
        self.now = OPENING
        for command, fields in [*LIFE.items()][:steps]:
            self.desk.do(code, command, actor="NV-01", **fields)
            self.now += timedelta(minutes=5)


def commands(*, rounds: int, lives: int, at_least: float) -> Measurement:
    """Commands a second of a life of seven steps: kept, only weighed, and checked against table and type alone.

    Args:
        rounds: of every contender.
        lives: how many dossiers a round of `Desk.do` carries from receipt to delivery.
        at_least: seconds a round of the others lasts.

    """
    contenders = {
        DONE: partial(_done, lives),
        WEIGHED: partial(_rate, _weighings(), at_least),
        TYPED: partial(_rate, _typings(), at_least),
    }
    taken = interleave(contenders, rounds)
    return Measurement(
        "commands",
        "a life of seven steps in memory",
        "events a second",
        taken,
        higher_is_better=True,
        goals={f"{GOAL:,} events a second, {DONE}": median(taken[DONE]) >= GOAL},
        notes=("Desk.do weighs every rule and then keeps event, line, reminders and messages; Desk.may only weighs.",),
    )


def replay(*, rounds: int, events: int, at_least: float) -> Measurement:
    """Events a second of one long history, folded over the table.

    Args:
        rounds: of every contender.
        events: about how many events the history has.
        at_least: seconds a round lasts.

    """
    records = _history(events)
    kinds = [record.kind for record in records]
    folds = {FOLDED: lambda: LIFECYCLE.replay(kinds), READ: lambda: Case("A1", records).position}
    taken = interleave({who: partial(_rate, [fold], at_least, len(kinds)) for who, fold in folds.items()}, rounds)
    return Measurement(
        "replay",
        f"one history of {len(kinds):,} events",
        "events a second",
        taken,
        higher_is_better=True,
        goals={f"{REPLAY_GOAL:,} events a second, {who}": median(taken[who]) >= REPLAY_GOAL for who in taken},
    )


def _done(lives: int) -> float:
    office = Office()

    def run() -> None:
        for number in range(lives):
            office.live(f"A{number}")

    return lives * len(LIFE) / seconds(run)


def _rate(calls: Sequence[Callable[[], object]], at_least: float, events: int = 1) -> float:
    return events / seconds_per_call(lambda call: call(), calls, at_least)


def _weighings() -> list[Callable[[], object]]:
    """The question whether each command may be done, asked of a dossier that stands before it."""
    office = Office()
    for steps, command in enumerate(LIFE):
        office.live(command, steps)
    office.now = OPENING + timedelta(hours=1)
    return [partial(office.desk.may, command, command, actor="NV-01", **fields) for command, fields in LIFE.items()]


def _typings() -> list[Callable[[], tuple[Position | None, Event]]]:
    """The place of each event in the table and its type, on fields that are filled in already."""
    office, position = Office(), START_POSITION
    calls: list[Callable[[], tuple[Position | None, Event]]] = []
    office.live("A1")
    for record in office.store.history("A1"):
        given = {name: cell for name, cell in record.row.items() if cell is not None and name != "event"}
        calls.append(partial(_typed, position, record.kind, given))
        position = LIFECYCLE.step(position, record.kind) or position
    return calls


def _typed(position: Position, kind: str, given: Mapping[str, Any]) -> tuple[Position | None, Event]:
    return LIFECYCLE.step(position, kind), EVENT_CLASSES[kind].model_validate(given)


def _history(events: int) -> tuple[Record, ...]:
    """A dossier that is received, then handled and paused again and again."""
    office = Office()
    office.live("A1")
    received, *handled = office.store.history("A1")[:-2]
    rows = [received.row, *(record.row for _ in range(events // len(handled)) for record in handled)]
    return tuple(Record(version, row) for version, row in enumerate(rows, start=1))
