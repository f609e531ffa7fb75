"""Steps of one piece of work, done in this process or shared out among several."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rules.errors import LostHelper

MEMORY = 2 * 2**30
"""Bytes that each process is given room for."""

HELPERS = {
    "POLARS_MAX_THREADS": "1",
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1,narenas:1",
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
}
"""Environment of the helpers: one thread each, and memory that is kept for the next step, not given back."""

Each = Callable[[Callable[[Any, int], Any], Iterable[int]], Iterable[Any]]
"""Does a step, a method of the work, for many numbers; results come in the order of the numbers."""


def processors() -> int:
    """How many processes this machine has processors and memory for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return cores
    return max(1, min(cores, memory // MEMORY))


@contextmanager
def helpers(work: object, workers: int) -> Iterator[Each]:
    """What runs a step of some work for many numbers: this process, or so many others.

    Raises:
        LostHelper: one of these processes ended before its time, or could not begin.

    """
    if workers <= 1:
        yield lambda step, numbers: map(partial(step, work), numbers)
        return
    with TemporaryDirectory() as folder, _environment(HELPERS):
        # through a file: what a process is begun with waits for ever in a pipe when the process cannot begin
        path = Path(folder) / "work"
        path.write_bytes(pickle.dumps(work))
        with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (path,)) as pool:
            try:
                yield lambda step, numbers: pool.map(partial(_step, step), numbers)
            except BrokenProcessPool as error:
                raise LostHelper(workers) from error
            finally:
                pool.shutdown(cancel_futures=True)


_work: object = None


def _begin(path: Path) -> None:
    global _work  # noqa: PLW0603  # the one thing that a helper works on
    _work = pickle.loads(path.read_bytes())  # noqa: S301  # our own file of a moment ago


def _step(step: Callable[[Any, int], Any], number: int) -> object:
    return step(_work, number)


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Variables for the processes that begin meanwhile; those that are set already hold."""
    new = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)
