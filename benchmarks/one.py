"""One dossier for a screen: the whole rulebook over a history of seven events, and advice about twenty steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from benchmarks.logs import STEPS, synthetic_log
from benchmarks.peers import COUNTED, zen_on
from benchmarks.timing import Measurement, built, interleave, seconds_per_call
from calendars import vietnam
from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN, Cell
from rules.checks import check
from rules.quotas import quotas
from rules.rows import log_of_rows
from rules.single import Adviser
from rules.single.judging import Bench
from rules.single.table import offered, types

CHECK, ADVISE, COLUMNS = "Adviser.check", "Adviser.advise, 20 steps", "check of a log of one dossier"
RULES = "its rules alone, on given facts"
OFFERED = offered(quotas())
GOAL = 10.0
MOMENT = datetime(2026, 12, 31, 17, tzinfo=vietnam().zone)
History = Sequence[Mapping[str, Cell]]


def one(*, rounds: int, dossiers: int) -> Measurement:
    """Milliseconds for one dossier: by itself, in columns, and what a decision table takes on facts that are given.

    Args:
        rounds: of every contender.
        dossiers: how many different ones each round goes through; in columns a tenth of them.

    """
    adviser, told = Adviser.shipped(), histories(dossiers)
    few = told[: max(1, dossiers // 10)]
    contenders: dict[str, Callable[[], float]] = {
        CHECK: partial(_milliseconds, partial(adviser.check, as_of=MOMENT), told),
        ADVISE: partial(_milliseconds, partial(_advised, adviser), few),
        COLUMNS: partial(_milliseconds, _in_columns, few),
    }
    facts, bench = [adviser.facts(history, as_of=MOMENT) for history in told], Bench(adviser.rules, types(OFFERED))
    given = [{name: known[name] for name in COUNTED} for known in facts]
    contenders[RULES] = partial(_milliseconds, bench.findings, facts)
    peers, missing = built({"zen": partial(zen_on, given)})
    for name, ask in peers.get("zen", {}).items():
        contenders[name] = partial(_thousandth, ask)
    found = Measurement(
        "one",
        f"{len(adviser.rules.rules) - len(adviser.not_judged)} rules, a history of {STEPS} events",
        "ms",
        interleave(contenders, rounds),
        CHECK,
        notes=missing,
    )
    return replace(found, goals={f"under {GOAL:g} ms": found.median(CHECK) < GOAL})


def histories(dossiers: int) -> list[History]:
    """The histories of the synthetic log, as a desk would hand them over."""
    found: dict[str, list[Mapping[str, Cell]]] = {}
    for row in synthetic_log(dossiers).events.to_dicts():
        found.setdefault(row["dossier"], []).append(_row(row))
    return [*found.values()]


def _row(read: Mapping[str, Any]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {name: read[name] for name in LOG_COLUMNS if name in read}
    return {**cells, "signed": UNKNOWN if read["signed"] is None else read["signed"], "promised": read["promised_date"]}


def _milliseconds(call: Callable[[Any], object], items: Sequence[Any]) -> float:
    return seconds_per_call(call, items, at_least=0) * 1e3


def _thousandth(microseconds: Callable[[], float]) -> float:
    return microseconds() / 1e3


def _advised(adviser: Adviser, history: History) -> object:
    steps = [{"dossier": history[0]["dossier"], "event": kind, "at": MOMENT} for kind in KINDS[:20]]
    return adviser.advise(history, steps, as_of=MOMENT)


def _in_columns(history: History) -> object:
    return check(log_of_rows(history), as_of=MOMENT)
