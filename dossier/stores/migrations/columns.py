"""The three kinds of columns that the versions are written with."""

from __future__ import annotations

import sqlalchemy as sa


def key(name: str, kind: type[sa.Text | sa.Integer] = sa.Text) -> sa.Column[object]:
    """A column of the primary key."""
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def text(name: str, *, needed: bool = False) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text, nullable=not needed)


def number(name: str, default: str | None = None) -> sa.Column[int]:
    """A column that always holds a whole number."""
    return sa.Column(name, sa.Integer, nullable=False, server_default=default)
