"""Work on hostile input, stopped when its time is up."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class _Stop(BaseException):
    """Thrown into the work, past every `except Exception` in it."""


def bounded(work: Callable[[], T], seconds: float) -> T:
    """What the work returns, in a thread of its own.

    The thread lets it run an event loop even where the caller's is running, and lets it be stopped between two steps
    of Python.

    Raises:
        TimeoutError: it took longer; it has been stopped.

    >>> bounded(lambda: 6 * 7, seconds=5)
    42
    """
    outcome: Future[T] = Future()
    thread = Thread(target=_run, args=(work, outcome), daemon=True)
    thread.start()
    thread.join(seconds)
    while thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop))
        thread.join(0.1)
    if not outcome.done():
        raise TimeoutError(f"it takes longer than {seconds:g} seconds")
    return outcome.result()


def _run(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except Exception as error:  # noqa: BLE001  # handed to the caller
        outcome.set_exception(error)
    except _Stop:
        pass
