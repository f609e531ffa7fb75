"""A worker that does an office's work until it is killed, and goes on with the same work when it is started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import OperationalError

from dossier import UNCHECKED, Desk, MemoryStore, Store
from dossier.events import Cell
from dossier.outbox.sinks import FileSink, Message
from dossier.stores.records import EventStore
from tests.dossier.kept import engine_of
from tests.dossier.office import FIELDS, at

COMMANDS = ("receive", "forward", "attach", "pause", "resume", "apologise", "complete", "deliver")
EVENTS = ("received", "forwarded", "document_attached", "paused", "resumed", "apologised", "completed", "delivered")
DOSSIERS = 20
BATCH = 20


class Step(NamedTuple):
    """One transaction of the stream.

    Attributes:
        now: what the clock on the wall says.
        command: of the desk, or `sweep`, or `send` for a delivery from the outbox.
        code: the dossier.

    """

    now: datetime
    command: str
    code: str = ""


def stream(rounds: int) -> list[Step]:
    """Twenty dossiers in each round, a command a day; messages are sent now and then, reminders swept every day."""
    days = range(rounds * len(COMMANDS))
    rest = [Step(_morning(len(days)), "send")] * 5
    return [*(step for day in days for step in _day(day)), *rest]


def _morning(day: int) -> datetime:
    return at("01 09:00") + timedelta(days=day)


def _day(day: int) -> Iterator[Step]:
    group, stage = divmod(day, len(COMMANDS))
    now = _morning(day)
    for number in range(DOSSIERS):
        yield Step(now, COMMANDS[stage], f"H{group}-{number:02}")
        if number % 5 == 4:
            yield Step(now, "send")
    yield Step(now, "sweep")


class Office:
    """A desk whose clock follows the stream."""

    def __init__(self, store: EventStore, letters: Path) -> None:
        self.desk = Desk(store, roles=UNCHECKED, now=lambda: self.now)
        self.sink = Postbox(letters)

    def take(self, step: Step) -> None:
        """Do what a step says, in the transaction of the caller."""
        self.now = step.now
        if step.command == "sweep":
            assert self.desk.sweep().failed == ()
        elif step.command == "send":
            self.desk.deliver(self.sink, BATCH)
        else:
            self.desk.do(step.code, step.command, key=f"{step.code}/{step.command}", **_fields(step))


def _fields(step: Step) -> dict[str, Cell]:
    given = dict(FIELDS[step.command])
    return given | {"promised": step.now.date() + timedelta(days=9)} if step.command == "apologise" else given


class Postbox:
    """Writes each message into a file of its own, and every time that it does so a line into `log`."""

    def __init__(self, folder: Path) -> None:
        self.files = FileSink(folder / "letters")
        self.log = folder / "log"

    def send(self, message: Message) -> None:
        self.files.send(message)
        with self.log.open("a") as log:
            log.write(f"{message.key}\n")


def work(url: str, folder: Path, steps: list[Step], begin: int, acknowledged: Connection) -> None:
    """Do the steps from `begin` on, one transaction each; tell the number of each after its commit."""
    with suppress(OperationalError), engine_of(url).connect() as connection:  # the server may be killed too
        store = Store(connection)
        office = Office(store, folder)
        for number in range(begin, len(steps)):
            with store.transaction():
                office.take(steps[number])
            acknowledged.send(number)


def undisturbed(steps: list[Step], folder: Path) -> MemoryStore:
    """What the same work leaves behind when nothing is ever killed."""
    store = MemoryStore()
    office = Office(store, folder)
    for step in steps:
        if step.command != "send":
            office.take(step)
    return store
