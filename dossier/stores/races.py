"""Telling a lost race from a broken database."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError


def lost_race(error: OperationalError) -> bool:
    """Whether another transaction was first in a way that ends this one: it must be rolled back and begun again."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return name.startswith("SQLITE_BUSY") or getattr(error.orig, "sqlstate", None) in {"40001", "40P01", "55P03"}
