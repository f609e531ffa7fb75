"""Many desks at once, in threads and in processes, each with a connection of its own."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa

from dossier import UNCHECKED, Conflict, Desk, NotAllowed, Store
from dossier.stores.records import Entry, EventStore
from tests.dossier.kept import check_whole, engine_of
from tests.dossier.office import FIELDS, at

NOW = at("01 09:00")


@contextmanager
def desk_at(url: str, now: datetime = NOW) -> Iterator[Desk]:
    """A desk with a connection of its own."""
    with engine_of(url).connect() as connection:
        yield Desk(Store(connection), roles=UNCHECKED, now=lambda: now)


@contextmanager
def hosted(url: str, wrap: Callable[[Store], EventStore] = lambda store: store, **options: Any) -> Iterator[Desk]:
    """A desk in a transaction that its host begins and commits."""
    with engine_of(url).execution_options(**options).begin() as connection:
        yield Desk(wrap(Store(connection)), roles=UNCHECKED, now=lambda: NOW)


def prepare(url: str, *commands: str, codes: tuple[str, ...] = ("A1",)) -> None:
    with desk_at(url) as desk, desk.transaction():
        for code in codes:
            for command in commands:
                desk.do(code, command, **FIELDS[command])


def whole(url: str) -> dict[str, list[sa.RowMapping]]:
    with engine_of(url).connect() as connection:
        return check_whole(connection)


class Outcome(NamedTuple):
    """What somebody was told, in words that can leave a process."""

    told: str
    detail: str


def told(work: Callable[[int], str], number: int) -> Outcome:
    try:
        return Outcome("done", work(number))
    except (Conflict, NotAllowed) as error:
        return Outcome(type(error).__name__, str(error))


def in_threads(work: Callable[[int], str], numbers: range, gate: Any = None) -> list[Outcome]:
    """What each of as many threads was told, all let go at one moment."""
    gate = gate or threading.Barrier(len(numbers))

    def one(number: int) -> Outcome:
        gate.wait()
        return told(work, number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(one, numbers))


def in_processes(work: Callable[[int], str], processes: int, threads: int) -> list[Outcome]:
    """The same in several processes, each with several threads, all let go at one moment."""
    fork = multiprocessing.get_context("fork")  # a child that imports everything anew takes a second
    total = processes * threads
    gate = fork.Barrier(total)
    with ProcessPoolExecutor(processes, fork, _enter, (gate,)) as pool:
        parts = [range(start, start + threads) for start in range(0, total, threads)]
        return [one for found in pool.map(partial(_part, work), parts) for one in found]


_gates: list[Any] = []


def _enter(gate: Any) -> None:
    _gates.append(gate)


def _part(work: Callable[[int], str], numbers: range) -> list[Outcome]:
    return in_threads(work, numbers, _gates[-1])


class Meeting:
    """A store whose users all read before the first of them writes."""

    def __init__(self, store: Store, gate: threading.Barrier) -> None:
        self.store, self.gate = store, gate

    def append(self, entry: Entry) -> None:
        self.gate.wait()
        self.store.append(entry)

    def __getattr__(self, name: str) -> Any:  # noqa: D105  # all else is the store's
        return getattr(self.store, name)
