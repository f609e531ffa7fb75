"""The same SQL in another engine: SQLite counts every indicator over the same table and comes to the same figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any, NamedTuple

import polars as pl
import pytest

from benchmarks.logs import synthetic_log
from rules.figures.figures import figures
from rules.figures.indicators import Indicator, Indicators, indicators, is_sum
from rules.figures.periods import Period
from rules.figures.table import Measured, measured
from tests.rules.figures.june import june

INSIDE = "placed BETWEEN period_from AND period_to"


class Asked(NamedTuple):
    """The same table in polars and in SQLite."""

    measured: Measured
    connection: sqlite3.Connection


@pytest.fixture(scope="module", params=["june", "quarter"])
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    here = june() if request.param == "june" else measured(synthetic_log(2_000), Period.parse("2026-Q1"))
    with closing(database(here)) as connection:
        yield Asked(here, connection)


def database(found: Measured) -> sqlite3.Connection:
    """The table in SQLite: dates as ISO texts, truth values as 0 and 1."""
    frame = found.frame().drop("difference_causes").with_columns(pl.selectors.temporal().cast(pl.String))
    connection = sqlite3.connect(":memory:")
    connection.create_function("GREATEST", 2, _greatest)
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    connection.execute(f"CREATE TABLE dossiers ({columns})")
    connection.executemany(f"INSERT INTO dossiers VALUES ({', '.join('?' * frame.width)})", frame.iter_rows())  # noqa: S608  # marks
    return connection


def _greatest(one: str | date | None, other: str | date | None) -> Any:
    """NULL does not take part, as in PostgreSQL."""
    return max((cell for cell in (one, other) if cell is not None), default=None)


def counted_by_sqlite(asked: Asked, chosen: Indicators) -> tuple[int, int]:
    (one,) = chosen
    period = asked.measured.period
    rows = f"SELECT *, '{period.first}' AS period_from, '{period.last}' AS period_to FROM dossiers"  # noqa: S608  # ours
    placed = f"SELECT *, ({chosen.periods[one.period].on}) AS placed FROM ({rows})"  # noqa: S608  # ours
    query = f"SELECT {', '.join(_cells(one))} FROM ({placed}) WHERE {INSIDE}"  # noqa: S608  # ours
    numerator, denominator = asked.connection.execute(query).fetchone()
    return numerator or 0, denominator


def _cells(one: Indicator) -> Iterator[str]:
    counts, value = f"({one.denominator})", f"({one.numerator})"
    if one.per == "procedure":
        yield f"count(DISTINCT CASE WHEN {counts} AND {value} THEN procedure END)"
        yield f"count(DISTINCT CASE WHEN {counts} AND {value} IS NOT NULL THEN procedure END)"
        return
    yield (
        f"sum(CASE WHEN {counts} THEN {value} END)"
        if is_sum(one)
        else f"count(CASE WHEN {counts} AND {value} THEN 1 END)"
    )
    yield f"count(CASE WHEN {counts} AND {value} IS NOT NULL THEN 1 END)"


def every_definition() -> Iterator[Indicators]:
    for one in indicators():
        if one.input is None:
            yield indicators().only(one.code)
            yield from (indicators().only(one.code).choose(one.code, other.name) for other in one.variants)


@pytest.mark.parametrize(
    "chosen", list(every_definition()), ids=lambda one: f"{one.indicators[0].code}-{one.indicators[0].variant}"
)
def test_sqlite_counts_what_the_figure_counts(asked: Asked, chosen: Indicators) -> None:
    (one,) = chosen
    figure = figures(asked.measured, chosen).total(one.code)
    assert (figure.numerator, figure.denominator) == counted_by_sqlite(asked, chosen)
