"""Which step may follow which: one table, and the machine and the fold that are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product, starmap
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args, get_origin

from transitions import Machine, MachineError

from dossier.clock import DECISIONS
from dossier.errors import ImpossibleStep, MalformedTable, UnknownCommand
from dossier.events import EVENT_CLASSES, Event

START = "(none)"
"""Where a dossier is before its first event; no state of a dossier."""

SAME = "="
"""The step leaves the state as it is."""

AT_WORK = "(at work)"
"""Back to where the work was: `late` once an apology was given, else `processing`."""

STATES: Mapping[str, str] = MappingProxyType(
    {
        "submitted": "đã nộp",
        "received": "đã tiếp nhận",
        "processing": "đang xử lý",
        "supplement_requested": "chờ bổ sung",
        "paused": "dừng tính thời gian giải quyết",
        "payment_due": "chờ thực hiện nghĩa vụ tài chính",
        "late": "đã xin lỗi và hẹn lại ngày trả kết quả",
        "completed": "đã xử lý xong",
        "delivered": "đã trả kết quả",
        "rejected": "bị từ chối",
        "withdrawn": "đã rút",
        "closed": "dừng xử lý",
    }
)
"""Every state with its Vietnamese label."""

WORK = ("received", "processing", "late")
ASKED = ("supplement_requested", "payment_due")
WAIT = (*ASKED, "paused")
ENDED = ("delivered", "rejected", "withdrawn", "closed")
ANY = tuple(STATES)


class Move(NamedTuple):
    """One row of the table: from each of `sources`, `command` writes an event of `kind` and leads to `to`."""

    command: str
    kind: str
    sources: Sequence[str]
    to: str


# fmt: off
TABLE = (
    #    command               event                   from                               to
    Move("submit",             "submitted",            (START, "submitted"),              "submitted"),
    Move("guide",              "guided",               ("submitted",),                    SAME),
    Move("receive",            "received",             (START, "submitted"),              "received"),
    Move("reject",             "rejected",             ("submitted", *WORK),              "rejected"),
    Move("forward",            "forwarded",            WORK,                              AT_WORK),
    Move("consult",            "consulted",            WORK,                              AT_WORK),
    Move("consult",            "consulted",            WAIT,                              SAME),
    Move("answer",             "answered",             WORK,                              AT_WORK),
    Move("answer",             "answered",             WAIT,                              SAME),
    Move("request_supplement", "supplement_requested", WORK,                              "supplement_requested"),
    Move("supplement",         "supplemented",         ("supplement_requested",),         AT_WORK),
    Move("pause",              "paused",               WORK,                              "paused"),
    Move("resume",             "resumed",              ("paused",),                       AT_WORK),
    Move("apologise",          "apologised",           WORK,                              "late"),
    Move("apologise",          "apologised",           WAIT,                              SAME),
    Move("request_payment",    "payment_requested",    WORK,                              "payment_due"),
    Move("pay",                "paid",                 ("payment_due",),                  AT_WORK),
    Move("complete",           "completed",            WORK,                              "completed"),
    Move("deliver",            "delivered",            ("completed",),                    "delivered"),
    Move("withdraw",           "withdrawn",            ("submitted", *WORK, *ASKED),      "withdrawn"),
    Move("close",              "closed",               (*WORK, *ASKED),                   "closed"),
    Move("attach",             "document_attached",    ANY,                               SAME),
    Move("notify",             "notified",             ANY,                               SAME),
    Move("publish",            "published",            ANY,                               SAME),
    Move("rate",               "rated",                ANY,                               SAME),
    Move("correct",            "corrected",            ANY,                               SAME),
)
# fmt: on


class Position(NamedTuple):
    """Where a dossier stands: its state, and whether an apology was ever given, which decides where waits end."""

    state: str = START
    apologised: bool = False


START_POSITION = Position()


class _Cursor:
    """The private thing that the machine moves."""

    def __init__(self, position: Position) -> None:
        self.state, self.apologised = position


class Lifecycle:
    """The table of one kind of case, checked, with the two ways to walk it.

    >>> LIFECYCLE.replay(["received", "apologised", "paused", "resumed"])
    Position(state='late', apologised=True)

    Attributes:
        labels: every state with its Vietnamese label.
        classes: the event class of each kind of event.
        ended: the states in which handling has ended.
        decisions: the events by which a case is decided.

    Raises:
        MalformedTable: an unknown or unreachable state, two rows for one command and state, a command without an
            event class or an event class without a command.

    """

    def __init__(
        self,
        table: Sequence[Move] = TABLE,
        states: Mapping[str, str] = STATES,
        classes: Mapping[str, type[Event]] = EVENT_CLASSES,
        *,
        ended: Iterable[str] = ENDED,
        decisions: Iterable[str] = DECISIONS,
    ) -> None:
        self.table, self.states, self.labels, self.classes = tuple(table), tuple(states), states, classes
        self.ended, self.decisions = frozenset(ended), frozenset(decisions)
        _check_states(self.table, self.states)
        _check_kinds(self.table, classes)
        self._steps = _steps(self.table)
        _check_reachable(self._steps, self.states)
        self._moved: dict[tuple[Position, str], Position] = {}

    @cached_property
    def commands(self) -> Mapping[str, str]:
        """Every command with the kind of event that it writes, in the order of the table."""
        return MappingProxyType({move.command: move.kind for move in self.table})

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, bool]]:
        """The fields of each kind of event that an act may give, and whether the kind needs them."""
        return MappingProxyType({kind: _fields(cls) for kind, cls in self.classes.items()})

    @cached_property
    def lands(self) -> Mapping[str, str]:
        """Where each kind of event leads in its own place: its first row says it."""
        return MappingProxyType({move.kind: move.to for move in reversed(self.table)})

    @cached_property
    def decided(self) -> frozenset[str]:
        """The states in which a case is decided."""
        return self.ended | {move.to for move in self.table if move.kind in self.decisions}

    def codes(self, column: str) -> tuple[str, ...]:
        """The codes that a column of the event log may hold, over all kinds of event; empty where it holds any text.

        >>> LIFECYCLE.codes("channel")
        ('online', 'in_person', 'postal')
        """
        annotations = (
            cls.model_fields[column].annotation for cls in self.classes.values() if column in cls.model_fields
        )
        return tuple(dict.fromkeys(code for found in annotations for code in _codes(found)))

    def kind(self, command: str) -> str:
        """The kind of event that a command writes.

        Raises:
            UnknownCommand: the table does not have the command.

        """
        if command not in self.commands:
            raise UnknownCommand(command, self.commands)
        return self.commands[command]

    def sources(self, command: str) -> tuple[str, ...]:
        """The states in which a command is possible."""
        return self._sources.get(command, ())

    @cached_property
    def _sources(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for move in self.table:
            found[move.command] = (*found.get(move.command, ()), *move.sources)
        return found

    def step(self, position: Position, kind: str) -> Position | None:
        """Where an event of this kind leads, None where it cannot follow."""
        return self._steps.get((position, kind))

    def replay(self, kinds: Iterable[str], position: Position = START_POSITION) -> Position:
        """Fold a history over the table, from the beginning or from where an adopted one stood.

        Raises:
            ImpossibleStep: an event that cannot follow; it says which.

        """
        steps = self._steps
        for index, kind in enumerate(kinds):
            after = steps.get((position, kind))
            if after is None:
                raise ImpossibleStep(index, kind, position.state)
            position = after
        return position

    def move(self, position: Position, command: str) -> Position:
        """Carry out a command with the machine, which walks each way once and is remembered.

        Raises:
            UnknownCommand: the table does not have the command.
            ImpossibleStep: the command is not possible here; the index is that of a first event.

        """
        moved = self._moved.get((position, command))
        if moved is None:
            moved = self._moved[position, command] = self._walked(position, command)
        return moved

    def _walked(self, position: Position, command: str) -> Position:
        kind, cursor = self.kind(command), _Cursor(position)
        try:
            moved = self._machine.events[command].trigger(cursor)
        except MachineError as error:
            raise ImpossibleStep(0, kind, position.state) from error
        if not moved:  # transitions returns False where a condition refuses, and says nothing
            raise ImpossibleStep(0, kind, position.state)
        return Position(cursor.state, position.apologised or kind == "apologised")

    def rows(self) -> list[dict[str, str]]:
        """The table as `transitions` reads it."""
        return [row for move in self.table for source in move.sources for row in _rows(move, source)]

    @cached_property
    def _machine(self) -> Machine:
        return Machine(
            model=None,
            states=[START, *self.states],
            initial=START,
            transitions=self.rows(),
            auto_transitions=False,  # otherwise to_<state>() leads from any state to any other
        )


OWN = frozenset({"dossier", "at", "recorded_at", "document_at"})
"""The columns of an event that the desk knows by itself."""


def _fields(cls: type[Event]) -> Mapping[str, bool]:
    return {name: field.is_required() for name, field in cls.model_fields.items() if name not in OWN}


def _codes(annotation: object) -> Iterator[str]:
    """The texts of every Literal in a type."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _codes(part)


def _arrive(position: Position, kind: str, to: str) -> Position:
    apologised = position.apologised or kind == "apologised"
    if to == SAME:
        return Position(position.state, apologised)
    if to == AT_WORK:
        return Position("late" if apologised else "processing", apologised)
    return Position(to, apologised)


def _rows(move: Move, source: str) -> Iterator[dict[str, str]]:
    row = {"trigger": move.command, "source": source}
    if move.to == AT_WORK:
        yield row | {"dest": "late", "conditions": "apologised"}
        yield row | {"dest": "processing", "unless": "apologised"}
    else:
        yield row | {"dest": move.to}


def _steps(table: Sequence[Move]) -> dict[tuple[Position, str], Position]:
    """Where each kind of event leads from each position from which it can follow."""
    found: dict[tuple[Position, str], Position] = {}
    for move in table:
        for position in starmap(Position, product(move.sources, (False, True))):
            if (position, move.kind) in found:
                raise MalformedTable(f"{move.command} has two rows from {position.state!r}; keep one")
            found[position, move.kind] = _arrive(position, move.kind, move.to)
    return found


def _check_states(table: Sequence[Move], states: Sequence[str]) -> None:
    for move in table:
        for state in (*move.sources, move.to):
            if state not in {*states, START, SAME, AT_WORK}:
                raise MalformedTable(
                    f"{move.command} names the unknown state {state!r}; the states are {', '.join(states)}"
                )
        if move.to == START or SAME in move.sources or AT_WORK in move.sources:
            raise MalformedTable(f"{move.command}: a step leads from a state to a state, not from or to {move.to!r}")


def _check_kinds(table: Sequence[Move], classes: Mapping[str, type[Event]]) -> None:
    kinds = {move.command: move.kind for move in table}
    for move in table:
        if move.kind not in classes:
            raise MalformedTable(
                f"{move.command} writes {move.kind!r}, which has no event class; add one to dossier.events"
            )
        if kinds[move.command] != move.kind or [*kinds.values()].count(move.kind) > 1:
            raise MalformedTable(f"{move.command} and {move.kind!r} belong to each other and to nothing else")
    unused = set(classes) - set(kinds.values())
    if unused:
        raise MalformedTable(f"no command writes {', '.join(sorted(unused))}; add a row for each")


def _check_reachable(steps: Mapping[tuple[Position, str], Position], states: Iterable[str]) -> None:
    reached, fresh = {START_POSITION}, {START_POSITION}
    while fresh:
        ahead = {to for (position, _), to in steps.items() if position in fresh}
        fresh = ahead - reached
        reached |= fresh
    unreachable = set(states) - {position.state for position in reached}
    if unreachable:
        raise MalformedTable(f"no step leads to {', '.join(sorted(unreachable))}; add a row or remove the state")


LIFECYCLE = Lifecycle()
"""The lifecycle of a dossier."""
