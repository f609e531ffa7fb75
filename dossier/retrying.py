"""Trying again after somebody else was first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dossier.errors import Conflict

T = TypeVar("T")


def retried(work: Callable[[], T], attempts: int = 5) -> T:
    """Do some work, again as long as it meets a conflict; every attempt reads, asks the guards and decides anew.

    >>> from dossier import UNCHECKED, Desk, MemoryStore
    >>> desk = Desk(MemoryStore(), roles=UNCHECKED)
    >>> retried(lambda: desk.do("A1", "submit", channel="online", procedure="1.012784").state)
    'submitted'

    Args:
        work: one transaction, begun and ended inside; in PostgreSQL and SQLite a lost race may have ended the old one.
        attempts: how often at most, at least once.

    Raises:
        Conflict: of the last attempt.

    """
    for _ in range(attempts - 1):
        try:
            return work()
        except Conflict:
            continue
    return work()
