"""A foreign log as rows of the event log: activities and case columns become events, all still text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import polars as pl

from dossier.events import LOG_COLUMNS, UNKNOWN
from dossier.formats.cells import REQUIRED
from dossier.formats.eventlog import Unreadable
from dossier.formats.mapping import EventRule, LogMapping, check_foreign
from dossier.formats.moments import Clock, read_moments
from dossier.formats.table import ROW, Table

ABOUT_DOSSIER = ("parent", "applicant", "procedure", "sector", "channel", "limit")
"""Columns that speak of the dossier; all others speak of one step and are unknown on events from case columns."""

_NAMED = 5
_DISAGREES = "the dossier has another value in an earlier row; a column that gives an event is the same in all its rows"


def translate(path: Path, raw: pl.DataFrame, mapping: LogMapping, clock: Clock) -> Table:
    """Apply a mapping to the cells of a file.

    Args:
        path: named in errors.
        raw: cleaned cells with `ROW`.
        mapping: one with columns.
        clock: tells which of several activities is the first.

    Raises:
        LogError: the file lacks a column that the mapping names.

    """
    check_foreign(path, [name for name in raw.columns if name != ROW], mapping)
    # names of our own: a column of the file may be called "row", "at" or "*"
    short = {name: f"cell {n}" for n, name in enumerate(mapping.foreign)}
    cells = pl.DataFrame([raw.get_column(name).alias(alias) for name, alias in {ROW: "row", **short}.items()])
    local = mapping.renamed(short)
    steps = _steps(cells, local, clock)
    frame = pl.concat([*_case_events(cells, local, mapping), steps])
    return Table(
        frame=_coded(frame, mapping).sort("row", maintain_order=True),
        columns=tuple(name for name in LOG_COLUMNS if name in {*REQUIRED, *mapping.fields}),
        extras=("activity",),
        required=("dossier", "activity", "at"),
        origin=partial(_origin, mapping),
        faults=tuple(_disagreements(cells, local, {alias: name for name, alias in short.items()})),
        warnings=tuple(_warnings(raw, steps, mapping)),
        repaired=_emptied(raw, mapping),
    )


def _steps(cells: pl.DataFrame, mapping: LogMapping, clock: Clock) -> pl.DataFrame:
    """One row per row of the file; the event is null where the activity is not mapped."""
    rule = _rules(cells, mapping, clock)
    columns = mapping.columns
    return cells.with_columns(rule=rule).select(
        "row",
        "rule",
        pl.col(columns["dossier"]).alias("dossier"),
        _by_rule({n: pl.lit(found.kind) for n, found in enumerate(mapping.events)}, pl.lit(None, pl.String)).alias(
            "event"
        ),
        pl.col(columns["time"]).alias("at"),
        *(_field(name, mapping).alias(name) for name in mapping.fields),
        pl.col(columns["activity"]).alias("activity"),
    )


def _field(name: str, mapping: LogMapping) -> pl.Expr:
    own = {n: pl.col(rule.fields[name]) for n, rule in enumerate(mapping.events) if name in rule.fields}
    general = pl.col(mapping.columns[name]) if name in mapping.columns else pl.lit(UNKNOWN)
    return _by_rule(own, general)


def _by_rule(answers: Mapping[int, pl.Expr], otherwise: pl.Expr) -> pl.Expr:
    found = otherwise
    for number, answer in answers.items():
        found = pl.when(pl.col("rule") == number).then(answer).otherwise(found)
    return found


def _rules(cells: pl.DataFrame, mapping: LogMapping, clock: Clock) -> pl.Series:
    """The number of the rule that makes an event of each row, null where none does."""
    activity = cells.get_column(mapping.columns["activity"])
    numbers = {rule.activity.strip(): n for n, rule in enumerate(mapping.events) if rule.activity is not None}
    found = activity.replace_strict(numbers, default=None, return_dtype=pl.Int32)
    for number, rule in enumerate(mapping.events):
        if rule.first:
            hit = (found == number).fill_null(value=False)
            found = found.set(hit & ~_is_first(cells, hit, mapping, clock), None)
    return found


def _is_first(cells: pl.DataFrame, hit: pl.Series, mapping: LogMapping, clock: Clock) -> pl.Series:
    """Of the rows hit the first of each dossier by time, then by row."""
    found = cells.filter(hit)
    moments, _ = read_moments(found.get_column(mapping.columns["time"]), clock)
    dossier = found.get_column(mapping.columns["dossier"])
    ordered = pl.DataFrame({"row": found.get_column("row"), "dossier": dossier, "at": moments})
    firsts = ordered.sort("at", "row", nulls_last=True).unique("dossier", keep="first", maintain_order=True)
    return cells.get_column("row").is_in(firsts.get_column("row").to_list())


def _case_events(cells: pl.DataFrame, local: LogMapping, mapping: LogMapping) -> Iterable[pl.DataFrame]:
    """The events that case columns give, one of each kind and dossier, on the first row of the dossier."""
    dossier = local.columns["dossier"]
    firsts = (pl.col(name).drop_nulls().first() for name in _case_columns(local) if name != dossier)
    known = cells.filter(pl.col(dossier).is_not_null())
    cases = known.group_by(dossier, maintain_order=True).agg(pl.col("row").first(), *firsts)
    for number, rule in enumerate(local.events):
        if rule.column is not None:
            events = _of_case(cases, number, rule, local)
            yield events.with_columns(activity=pl.lit(mapping.events[number].column))


def _case_columns(mapping: LogMapping) -> list[str]:
    rules = [rule for rule in mapping.events if rule.column is not None]
    own = (name for rule in rules for name in (str(rule.column), *rule.fields.values()))
    about = (mapping.columns[name] for name in ABOUT_DOSSIER if name in mapping.columns)
    return list(dict.fromkeys([*own, *about]))


def _of_case(cases: pl.DataFrame, number: int, rule: EventRule, mapping: LogMapping) -> pl.DataFrame:
    moment = str(rule.column)
    return cases.filter(pl.col(moment).is_not_null()).select(
        "row",
        pl.lit(number, pl.Int32).alias("rule"),
        pl.col(mapping.columns["dossier"]).alias("dossier"),
        pl.lit(rule.kind).alias("event"),
        pl.col(moment).alias("at"),
        *(_case_field(name, rule, mapping.columns).alias(name) for name in mapping.fields),
    )


def _case_field(name: str, rule: EventRule, columns: Mapping[str, str]) -> pl.Expr:
    if name in rule.fields:
        return pl.col(rule.fields[name])
    return pl.col(columns[name]) if name in ABOUT_DOSSIER and name in columns else pl.lit(UNKNOWN)


def _coded(frame: pl.DataFrame, mapping: LogMapping) -> pl.DataFrame:
    """Foreign values of coded columns become codes; those without one become empty."""
    tables = {name: {**table, UNKNOWN: UNKNOWN} for name, table in mapping.values.items() if name in frame.columns}
    return frame.with_columns(
        pl.col(name).replace_strict(table, default=None, return_dtype=pl.String) for name, table in tables.items()
    )


def _origin(mapping: LogMapping, column: str, number: int | None) -> str:
    """The column of the file in which a cell of the log stands."""
    rule = mapping.events[number] if number is not None else None
    if rule and column in rule.fields:
        return rule.fields[column]
    if column == "at":
        return (rule and rule.column) or mapping.columns["time"]
    return mapping.columns.get("activity" if column == "event" else column, column)


def _disagreements(cells: pl.DataFrame, mapping: LogMapping, names: Mapping[str, str]) -> Iterable[Unreadable]:
    dossier = mapping.columns["dossier"]
    for column in dict.fromkeys(rule.column for rule in mapping.events if rule.column not in {None, dossier}):
        given = cells.filter(pl.col(str(column)).is_not_null() & pl.col(dossier).is_not_null())
        wrong = given.filter(pl.col(str(column)) != pl.col(str(column)).first().over(dossier))
        for row, code, value in wrong.select("row", dossier, str(column)).iter_rows():
            yield Unreadable(code, row, names[str(column)], value, _DISAGREES)


def _warnings(raw: pl.DataFrame, steps: pl.DataFrame, mapping: LogMapping) -> Iterable[str]:
    left = [name for name in raw.columns if name not in {ROW, *mapping.foreign}]
    if left:
        yield f"columns that the mapping does not name were left out: {', '.join(map(repr, left))}"
    loose = steps.filter(pl.col("event").is_null()).get_column("activity").drop_nulls()
    if loose.len():
        yield f"{loose.len()} rows hold activities that are not mapped to an event: {_most(loose)}"
    for name, without in _without_code(raw, mapping):
        yield f"values of {name!r} without a code were read as empty: {_most(without)}"


def _without_code(raw: pl.DataFrame, mapping: LogMapping) -> Iterable[tuple[str, pl.Series]]:
    for name, table in mapping.values.items():
        if name in mapping.columns:
            values = raw.get_column(mapping.columns[name]).drop_nulls()
            without = values.filter(~values.is_in([*table, UNKNOWN]))
            if without.len():
                yield name, without


def _emptied(raw: pl.DataFrame, mapping: LogMapping) -> dict[str, int]:
    count = sum(without.len() for _, without in _without_code(raw, mapping))
    return {"values without a code read as empty": count} if count else {}


def _most(values: pl.Series) -> str:
    """The commonest values with their numbers of rows."""
    counts = values.alias("value").value_counts().sort("count", "value", descending=[True, False])
    named = ", ".join(f"{value!r} ({count})" for value, count in counts.head(_NAMED).iter_rows())
    more = counts.height - _NAMED
    return f"{named} and {more} more" if more > 0 else named
