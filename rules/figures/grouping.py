"""By what figures are grouped: columns of the table, and spans of time of the day that places a dossier in a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from rules.errors import UnknownIndicator

COLUMNS: Mapping[str, str] = {
    "office": "answering_office",
    "officer": "officer",
    "procedure": "procedure",
    "sector": "sector_code",
    "level": "level",
    "channel": "channel",
}
"""Groupings that are columns of the table: the office is the one that answers on the day of the figures."""

SPANS = ("month", "quarter", "year")
"""Groupings by time, the finest first."""

BY = (*COLUMNS, *SPANS)
"""Everything by which figures are grouped; each puts a dossier into one group at most, none at all under null."""


def checked(by: Iterable[str]) -> tuple[str, ...]:
    """Groupings in the order asked for, each once.

    Raises:
        UnknownIndicator: there is no such grouping.

    """
    asked = tuple(dict.fromkeys(by))
    for one in asked:
        if one not in BY:
            raise UnknownIndicator("grouping", one, list(BY))
    return asked


def finest(by: Iterable[str]) -> str | None:
    """The finest span of time among groupings."""
    return next((span for span in SPANS if span in by), None)


def name_of(span: str, day: pl.Expr) -> pl.Expr:
    """What the span of a day is called: `2026-07`, `2026-Q3`, `2026`.

    >>> pl.DataFrame({"on": ["2026-07-15"]}).select(name_of("quarter", pl.col("on").str.to_date())).item()
    '2026-Q3'
    """
    year = day.dt.year().cast(pl.String)
    parts = {
        "month": day.dt.strftime("%Y-%m"),
        "quarter": pl.format("{}-Q{}", year, day.dt.quarter()),
        "year": year,
    }
    return parts[span]


def first_month(span: str, day: pl.Expr) -> pl.Expr:
    """The span of a day as a small whole number: that of its first month since year 0."""
    month = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1
    width = {"month": 1, "quarter": 3, "year": 12}[span]
    return (month // width * width).cast(pl.Int16)


def day_of(month: pl.Expr) -> pl.Expr:
    """The first day of such a month."""
    whole = month.cast(pl.Int32)
    return pl.date(whole // 12, whole % 12 + 1, 1)
