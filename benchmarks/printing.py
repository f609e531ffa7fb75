"""Measurements as a table for people, or as one JSON document."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.timing import Measurement

BUSY = 0.5
"""Load of the last minute above which other programs took a share of the processor."""

VERSIONS = ("polars", "numpy", "holidays", "pandas", "bizdays", "exchange_calendars", "sqlalchemy", "psycopg")


def machine() -> dict[str, Any]:
    """Where and when: cores, interpreter, libraries, and how busy the machine was with other things."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {name: _version(name) for name in VERSIONS},
    }


def document(where: dict[str, Any], found: Sequence[Measurement], skipped: dict[str, str]) -> dict[str, Any]:
    """The document that `--json` prints."""
    return {"machine": where, "measurements": [one.to_dict() for one in found], "skipped": skipped}


def show(where: dict[str, Any], found: Sequence[Measurement], skipped: dict[str, str], console: Console) -> None:
    """Print measurements as a table, with goals, facts and notes under it."""
    console.print(_table(found))
    for one in found:
        for line in _lines(one):
            console.print(f"  {one.code}: {escape(line)}", soft_wrap=True)
    for code, why in skipped.items():
        console.print(f"  {code}: skipped. {escape(why)}", soft_wrap=True)
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    console.print(
        f"{where['at']}, {where['cores']} cores, load before the run {where['load_before']}{_busy(where)}, "
        f"Python {where['python']}, {versions}",
        soft_wrap=True,
    )


def _busy(where: dict[str, Any]) -> str:
    return (
        " (other programs were running: the figures are worse than on a quiet machine)"
        if where["load_before"] > BUSY
        else ""
    )


def _table(found: Sequence[Measurement]) -> Table:
    table = Table("what", title="Medians of interleaved rounds")
    table.add_column("who", no_wrap=True)
    for heading in ("median", "lowest–highest", "ours is faster"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        what = [f"{one.title}: {one.unit}", *[""] * len(one.rounds)]
        for first, who in zip(what, one.rounds, strict=False):
            table.add_row(first, who, *_figures(one, who))
        table.add_section()
    return table


def _figures(one: Measurement, who: str) -> tuple[str, str, str]:
    figures, faster = one.rounds[who], one.times_faster(who)
    spread = f"{_number(min(figures))}–{_number(max(figures))}"
    return _number(one.median(who)), spread, f"{faster:.1f} ×" if faster else ""


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.3g}"


def _lines(one: Measurement) -> list[str]:
    goals = [f"{'reached' if reached else 'MISSED'}: {goal}" for goal, reached in one.goals.items()]
    facts = [line for name, fact in one.facts.items() for line in _fact(name, fact)]
    return [*goals, *facts, *one.notes]


def _fact(name: str, fact: object) -> list[str]:
    if isinstance(fact, dict):
        return [f"{name}, {key}: {_value(value)}" for key, value in fact.items()]
    return [f"{name}: {', '.join(map(str, fact)) if isinstance(fact, list) else _value(fact)}"]


def _value(fact: object) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "NO"
    return f"{fact:,}" if isinstance(fact, int | float) else str(fact)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
