"""A real PostgreSQL server for the tests, from the binaries in the wheel `pgserver`; a pytest plugin.

The server is started here and not by `pgserver` itself: as root that one adds a user to the machine and opens the
modes of all folders above its binaries. Here root lends the server to the user `nobody`, and nothing else changes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

PATIENCE = 20.0
"""Seconds that a server may take to start, and again to stop."""

_SUPERUSER = "postgres"
_numbers = count(1)


class NoServer(Exception):  # noqa: N818  # named for what was found
    """PostgreSQL cannot be started here."""


def pgbench_path() -> Path:
    """The program pgbench of the same build as the server.

    Raises:
        NoServer: the package `pgserver` is not installed.

    """
    return _installed() / "pginstall" / "bin" / "pgbench"


@contextmanager
def running_server(**settings: str) -> Iterator[str]:
    """The URL of a new server in a folder of its own; stopped and removed at the end, whatever happens.

    Args:
        settings: settings of the server; without any it is as durable as it comes (`fsync`, `synchronous_commit`
            on), so a benchmark that sets `fsync="off"` must say so.

    Raises:
        NoServer: it does not start.

    """
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # the path of a socket holds 107 bytes
    try:
        owner = _hand_over(folder)
        binaries = _binaries(folder, owner)
        _run(owner, binaries / "initdb", "-D", folder / "data", "-U", _SUPERUSER, *_INITDB)
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with _started(owner, folder, binaries / "postgres", "-D", folder / "data", "-k", folder, "-h", "", *options):
            yield _url(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The URL of an empty database on a running server; dropped at the end, with who is still connected."""
    url, name = sa.make_url(server), f"test_{os.getpid()}_{next(_numbers)}"
    _command(url, f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _command(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a server that all tests share; a test works in `postgres_database`, not here."""
    try:
        with running_server() as url:
            yield url
    except NoServer as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must have PostgreSQL: {error}")
        pytest.skip(f"no PostgreSQL here: {error}")


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with new_database(postgres_url) as url:
        yield url


_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


def _installed() -> Path:
    found = find_spec("pgserver")
    if found is None or found.origin is None:
        raise NoServer("the package pgserver is not installed; pip install 'motcua[test]'")
    return Path(found.origin).parent


def _hand_over(folder: Path) -> str | None:
    """The user whom the server runs as, None for the present one: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    return "nobody"


def _binaries(folder: Path, owner: str | None) -> Path:
    """Where the programs lie; a copy where their owner-to-be cannot reach the installed ones."""
    package = _installed()
    try:
        _run(owner, package / "pginstall" / "bin" / "postgres", "--version")
    except PermissionError:
        for part in (package / "pginstall", package.with_name("pgserver.libs")):
            shutil.copytree(part, folder / "lib" / part.relative_to(package.parent))
        package = folder / "lib" / "pgserver"
    return package / "pginstall" / "bin"


def _run(owner: str | None, *command: str | Path) -> None:
    done = subprocess.run(command, user=owner, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NoServer(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")


@contextmanager
def _started(owner: str | None, folder: Path, *command: str | Path) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, user=owner, cwd="/", stdout=output, stderr=output)  # noqa: S603
    try:
        _await_answer(process, folder, log)
        yield
    finally:
        _stop(process)


def _await_answer(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            return _command(sa.make_url(_url(folder)), "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
    raise NoServer(f"the server does not answer; its log ends: {log.read_text(errors='replace')[-500:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(order)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return


def _url(folder: Path) -> str:
    url = sa.URL.create("postgresql+psycopg", _SUPERUSER, database="postgres", query={"host": str(folder)})
    return url.render_as_string(hide_password=False)


def _command(url: sa.URL, statement: str) -> None:
    native = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(native, autocommit=True) as connection:
        connection.execute(statement)
