"""Killed at two hundred random points: nothing acknowledged is lost, nothing is doubled, every notice arrives."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from dossier import Store
from dossier.outbox.sinks import FileSink
from tests.dossier.crashing import COMMANDS, EVENTS, Step, stream, undisturbed, work
from tests.dossier.kept import check_whole, engine_of, founded, outbox, sqlite_file
from tests.postgres import PATIENCE, running_server

SEED = 20_260_820
END = 40
"""The last steps, at which nobody is killed: the work would be over before."""
FORK = multiprocessing.get_context("fork")  # a child that imports everything anew takes a second


@dataclass
class Trial:
    """A stream of work that is killed again and again.

    Attributes:
        done: how many steps were acknowledged.
        killed: how often the worker was killed.

    """

    url: str
    folder: Path
    steps: list[Step]
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    done: int = 0
    killed: int = 0

    def run(self, kills: int, end: Callable[[int], None] = lambda _number: None) -> None:
        """Kill the worker so often, then let one go on to the end."""
        points = sorted(self.chance.choices(range(len(self.steps) - END), k=kills))
        for number, point in enumerate(points):
            self.live(point, partial(end, number))
        with self.worker() as (process, acknowledged):
            self.follow(acknowledged, len(self.steps))
            process.join()

    def live(self, until: int, end: Callable[[], None]) -> None:
        """Let a worker go on until so many steps are acknowledged and a moment has passed; `end`, and kill it."""
        with self.worker() as (process, acknowledged):
            self.follow(acknowledged, until)
            time.sleep(self.chance.uniform(0, 0.03))
            assert process.is_alive()
            end()
            process.kill()
            process.join()
            self.killed += 1
            while self.hear(acknowledged):  # what it told with its last breath counts
                pass

    @contextmanager
    def worker(self) -> Iterator[tuple[multiprocessing.process.BaseProcess, Connection]]:
        acknowledged, tell = FORK.Pipe(duplex=False)
        process = FORK.Process(target=work, args=(self.url, self.folder, self.steps, self.done, tell))
        process.start()
        tell.close()
        with acknowledged:
            yield process, acknowledged
        process.close()

    def follow(self, acknowledged: Connection, until: int) -> None:
        while self.done < until:
            assert self.hear(acknowledged), f"the worker ended by itself after {self.done} steps"

    def hear(self, acknowledged: Connection) -> bool:
        try:
            number = acknowledged.recv()
        except EOFError:
            return False
        assert number == self.done
        self.done += 1
        return True


def check(trial: Trial) -> None:
    """What was killed again and again has left behind what an undisturbed office would, and told everybody."""
    expected = undisturbed(trial.steps, trial.folder)
    with engine_of(trial.url).connect() as connection:
        histories = check_whole(connection)
        assert list(Store(connection).export_rows()) == list(expected.export_rows())
        posted = outbox(connection)
    for code, rows in histories.items():
        assert [(row["event"], row["key"]) for row in rows] == [
            (event, f"{code}/{command}") for command, event in zip(COMMANDS, EVENTS, strict=True)
        ]
    assert sorted(one.key for one in posted) == sorted(expected.outbox.kept)
    assert {one.status for one in posted} == {"sent"}
    check_letters(trial.folder, {one.key for one in posted})


def check_letters(folder: Path, keys: set[str]) -> None:
    """Each message has arrived; what came twice came with the same key."""
    files = FileSink(folder / "letters")
    assert set(files.directory.glob("*.json")) == {files.path(key) for key in keys}
    assert set((folder / "log").read_text().split("\n")) - {""} == keys


def new_trial(url: str, folder: Path, rounds: int) -> Trial:
    (folder / "letters").mkdir()
    return Trial(url, folder, stream(rounds))


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_worker_killed_at_a_hundred_points_loses_and_doubles_nothing_on_sqlite(journal: str, tmp_path: Path) -> None:
    trial = new_trial(sqlite_file(tmp_path, journal), tmp_path, rounds=2)
    trial.run(100)
    check(trial)


@dataclass
class Server:
    """A server that can be killed with everything that belongs to it, and started again."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def kill(self) -> None:
        """Kill it and start it again; it recovers what was committed from its log."""
        server = psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
        command, owner, all_of_it = server.cmdline(), server.username(), [server, *server.children(recursive=True)]
        for process in all_of_it:
            process.kill()
        psutil.wait_procs(all_of_it)
        user = owner if os.geteuid() == 0 else None
        nowhere = subprocess.DEVNULL
        self.started.append(subprocess.Popen(command, user=user, cwd="/", stdout=nowhere, stderr=nowhere))  # noqa: S603

    def stop(self) -> None:
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def own_server(postgres_url: str) -> Iterator[tuple[str, Server]]:  # the shared one says whether there can be one
    with running_server() as url:
        assert url != postgres_url
        server = Server(Path(str(sa.make_url(url).query["host"])))
        yield url, server
        server.stop()


def await_answer(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with engine_of(url).connect():
                return
        except OperationalError:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_a_worker_killed_at_two_hundred_points_and_with_it_the_server_at_ten_loses_and_doubles_nothing(
    own_server: tuple[str, Server], tmp_path: Path
) -> None:
    url, server = own_server
    trial = new_trial(founded(url), tmp_path, rounds=4)

    def end(number: int) -> None:
        if number % 20 == 10:
            server.kill()
            await_answer(url)

    trial.run(200, end)
    check(trial)


class LastBreath:
    """Where a worker would tell that a step is committed; it dies instead."""

    def send(self, _number: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_what_was_committed_and_never_acknowledged_is_done_once_when_it_is_sent_again(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = (
        sqlite_file(tmp_path, "delete")
        if database == "sqlite"
        else founded(request.getfixturevalue("postgres_database"))
    )
    trial = new_trial(url, tmp_path, rounds=1)
    trial.steps = [step for step in trial.steps if step.code in {"", "H0-00"}]
    for number, step in enumerate(trial.steps):
        if step.command != "send" or number % 4 == 0:
            process = FORK.Process(target=work, args=(url, tmp_path, trial.steps, number, LastBreath()))
            process.start()
            process.join()
            assert process.exitcode == -signal.SIGKILL
    trial.run(0)
    check(trial)
