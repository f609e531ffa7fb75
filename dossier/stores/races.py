"""Telling a lost race from a broken database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from dossier.errors import Conflict


@contextmanager
def racing(dossier: str, version: int) -> Iterator[None]:
    """Call a lost race by its name: a conflict over this version."""
    try:
        yield
    except OperationalError as error:
        if not lost_race(error):
            raise
        raise Conflict(dossier, version, ended=True) from error


def lost_race(error: OperationalError) -> bool:
    """Whether another transaction was first in a way that ends this one: it must be rolled back and begun again."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return name.startswith("SQLITE_BUSY") or getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "55P03"}
