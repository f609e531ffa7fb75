"""Whole columns: working days added to a million dates, working minutes to a million moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np

from benchmarks.days import OURS, days_off
from benchmarks.timing import Measurement, goals, interleave, seconds
from calendars import vietnam
from calendars.columns import ColumnCalendar, Days, Positions, Spans

GOALS = {"numpy.busday_offset": 20}
MINUTE_NANOSECONDS = 20
FIRST, SPAN = date(2024, 1, 1), 3 * 365


def column_days(*, rounds: int, rows: int) -> Measurement:
    """Add 1 to 60 working days, another count in each row, to dates of 2024 to 2026 in random order.

    Args:
        rounds: of every contender.
        rows: length of the columns.

    """
    days, counts = _days(rows), np.random.default_rng(2).integers(1, 61, rows)
    known, columns = np.busdaycalendar(holidays=np.array(days_off(), "datetime64[D]")), ColumnCalendar(vietnam())
    answers: dict[str, Callable[[], Days]] = {
        "numpy.busday_offset": lambda: np.busday_offset(days, counts, roll="backward", busdaycal=known),
        OURS: lambda: columns.add_working_days(days, counts),
    }
    taken = interleave({who: partial(_nanoseconds, answer, rows) for who, answer in answers.items()}, rounds)
    found = Measurement("column-days", f"Add 1–60 working days to {rows:,} dates", "ns a row", taken, OURS)
    other = 100 * float(np.mean(answers["numpy.busday_offset"]() != answers[OURS]()))
    return replace(
        found,
        goals=goals(found, GOALS),
        facts={"rows with another answer than ours, %": round(other, 2)},
        notes=("numpy was given the right days off; worked Saturdays it lacks.",),
    )


def column_minutes(*, rounds: int, rows: int) -> Measurement:
    """Working minutes in columns: added, between two moments; due days with pauses.

    Args:
        rounds: of every contender.
        rows: length of the columns.

    """
    columns, drawn = ColumnCalendar(vietnam()), np.random.default_rng(3)
    days, counts = _days(rows), drawn.integers(1, 61, rows)
    moments = days.astype("datetime64[m]") + drawn.integers(0, 1440, rows).astype("timedelta64[m]")
    instants, minutes = moments.astype("datetime64[us]") + np.timedelta64(7, "s"), 60 * counts
    pauses = _pauses(days)
    answers: dict[str, Callable[[], object]] = {
        "add_working_minutes, whole minutes": lambda: columns.add_working_minutes(moments, minutes),
        "add_working_minutes, microseconds": lambda: columns.add_working_minutes(instants, minutes),
        "working_time": lambda: columns.working_time(instants, instants[::-1]),
        "count_working_days": lambda: columns.count_working_days(days, days[::-1]),
        "is_working": lambda: columns.is_working(days),
        "due_days, a pause in every second row": lambda: columns.due_days(days, counts, pauses),
    }
    taken = interleave({who: partial(_nanoseconds, answer, rows) for who, answer in answers.items()}, rounds)
    found = Measurement("column-minutes", f"Other answers for {rows:,} rows", "ns a row", taken)
    fast = found.median("add_working_minutes, whole minutes") <= MINUTE_NANOSECONDS
    return replace(
        found,
        goals={f"add minutes in at most {MINUTE_NANOSECONDS} ns a row": fast},
        notes=("No library adds working minutes to a column; pandas loops over CustomBusinessHour.",),
    )


def _days(rows: int) -> Days:
    return np.datetime64(FIRST, "D") + np.random.default_rng(1).integers(0, SPAN, rows).astype("timedelta64[D]")


def _pauses(days: Days) -> Spans:
    row: Positions = np.arange(0, len(days), 2)
    return Spans(row, days[row] + np.timedelta64(1, "D"), days[row] + np.timedelta64(8, "D"))


def _nanoseconds(answer: Callable[[], object], rows: int) -> float:
    return seconds(answer) / rows * 1e9
