"""When the limits of feedback cases end, a column at a time; `dossier.feedback.clock` says it case by case."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from calendars import Unit, WorkCalendar
from calendars.columns import Spans
from dossier.feedback.limits import FeedbackLimits, LimitName
from rules.facts.lines import LineCalendar
from rules.feedback.steps import Steps


def limit_ends(
    steps: Steps, limits: FeedbackLimits, name: LimitName, rows: pl.DataFrame, waits: pl.DataFrame | None = None
) -> pl.Series:
    """The last day of a limit for each row; NULL where its start or the day of its law is not known.

    Args:
        steps: of the log.
        limits: by date.
        name: of the limit.
        rows: `start_on` and `law_day`.
        waits: `row`, `begin`, `end`: when the limit of a row stood still.

    """
    columns, due = LineCalendar.of(steps.log.calendar).columns, np.full(rows.height, np.datetime64("NaT", "D"))
    start, law = (rows[column].to_numpy().astype("datetime64[D]") for column in ("start_on", "law_day"))
    since = [np.datetime64(value.since, "D") for value in limits.limit[name]]
    version = np.maximum(np.searchsorted(np.array(since), law, side="right") - 1, 0)
    known = ~(np.isnat(start) | np.isnat(law))
    for number, value in enumerate(limits.limit[name]):
        here = np.flatnonzero(known & (version == number))
        if len(here):
            spans = _spans(waits, here)
            due[here] = columns.due_days(start[here], int(value.term.value), spans, value.term.unit)
    return pl.Series(due, dtype=pl.Date)


def _spans(waits: pl.DataFrame | None, here: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Spans | None:
    if waits is None or waits.is_empty():
        return None
    places = pl.DataFrame(
        {"row": pl.Series(here, dtype=pl.UInt32), "place": pl.Series(range(len(here)), dtype=pl.Int64)}
    )
    found = waits.join(places, on="row", maintain_order="left")
    begin, end = (found[column].to_numpy().astype("datetime64[D]") for column in ("begin", "end"))
    return Spans(found["place"].cast(pl.Int64).to_numpy(), begin, end) if found.height else None


def answer_ends(steps: Steps, limits: FeedbackLimits, rows: pl.DataFrame) -> pl.Series:
    """When the answer is due, the waits for information taken out, no extension counted.

    Args:
        steps: of the log.
        limits: by date.
        rows: `dossier`, `start_on`, `law_day`; `start_n` and `until_n`, the steps between which waits are looked for;
            and `until`, when a wait still open ends.

    """
    waits = _waits(steps, rows) if limits.supplement.effect == "suspend" else None
    return limit_ends(steps, limits, "answer", rows, waits)


def _waits(steps: Steps, rows: pl.DataFrame) -> pl.DataFrame:
    """The waits for information of each row, between its start and its end, in order."""
    asked = steps.only("supplement_requested").filter(~pl.col("asked"))
    wanted = rows.with_row_index("row").select("row", "dossier", "start_n", "until_n", "until")
    found = asked.select("dossier", "n", "replied_at", begin_at="at").join(wanted, on="dossier", maintain_order="left")
    one = found.filter(pl.col("n") > pl.col("start_n"), pl.col("n") < pl.col("until_n")).with_columns(
        end_at=pl.min_horizontal(pl.coalesce("replied_at", "until"), "until")
    )
    return one.select("row", begin=steps.day("begin_at"), end=steps.day("end_at"))


def extensions(steps: Steps, limits: FeedbackLimits) -> pl.DataFrame:
    """The requests for an extension in order: `due_on` before each, `last_on` for it, `late`, and the day it `named`.

    `reached` is the latest day to which the limit was moved by then, in the same running of the limit.
    """
    found = steps.only("extension_requested").filter(~pl.col("after_decision"))
    named = pl.col("promised_date") if "promised" in steps.log.columns else pl.lit(None, pl.Date)
    rows = found.select(
        "dossier",
        "at",
        "on",
        start_n="anchor_n",
        until_n="n",
        start_on=steps.day("anchor_at"),
        law_day=law_day(steps),
        until="at",
        named=named,
    )
    base = answer_ends(steps, limits, rows)
    reached: dict[tuple[str, object], date] = {}
    told = []
    for row, due in zip(rows.iter_rows(named=True), base, strict=True):
        key = (row["dossier"], row["start_n"])
        before = max(filter(None, (due, reached.get(key))), default=None) if due else None
        last = _last_day(steps.log.calendar, limits, before, row["law_day"])
        late = None if last is None else row["on"] > last
        if late is False and row["named"] is not None:
            reached[key] = max(row["named"], reached.get(key, row["named"]))
        told.append((before, last, late, reached.get(key)))
    schema = {"due_on": pl.Date, "last_on": pl.Date, "late": pl.Boolean, "reached": pl.Date}
    return pl.concat([rows, pl.DataFrame(told, schema, orient="row")], how="horizontal")


def _last_day(calendar: WorkCalendar, limits: FeedbackLimits, due: date | None, law: date) -> date | None:
    if due is None:
        return None
    term = limits.on("extension", law).term
    count = int(term.value)
    return due - timedelta(days=count) if term.unit is Unit.DAY else calendar.add_working_days(due, -count)


def law_day(steps: Steps) -> pl.Expr:
    """The day whose limits judge a case: that of its sending, else of its first step."""
    if steps.log.law_as_of is not None:
        return pl.lit(steps.log.law_as_of)
    first = pl.coalesce("sent_at", pl.col("at").first().over("dossier"))
    return first.dt.convert_time_zone(steps.log.calendar.zone.key).dt.date()
