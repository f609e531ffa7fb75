"""Others who check cases: Declare constraints of pm4py, a decision table of zen-engine; each a rate in µs a dossier."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.timing import peer, seconds
from dossier.formats.log import read_log
from rules.checks import check

Contenders = Mapping[str, Callable[[], float]]

SURE = {"support": 1, "confidence": 1}
DECLARE = {
    "existence": {"received": SURE},
    "exactly_one": {"received": SURE},
    "response": {("received", "completed"): SURE, ("paused", "resumed"): SURE, ("consulted", "answered"): SURE},
    "precedence": {("received", "completed"): SURE, ("completed", "delivered"): SURE, ("paused", "resumed"): SURE},
}
"""Eight constraints on the order of steps; R12, R22 and R24 ask the like."""

COUNTED = (
    "receipts_without_slip", "requests_without_slip", "requests_without_reason", "rejections_without_slip",
    "rejections_without_reason", "pauses_without_reason", "pauses_without_document", "pauses_without_notice",
    "completions_without_result", "results_unsigned", "steps_after_closing", "impossible_steps",
)  # fmt: skip
"""Facts that must be zero: twelve of the rules."""


def against_declare(path: Path) -> Contenders:
    """Declare constraints checked by pm4py over a frame in memory."""
    with contextlib.redirect_stdout(io.StringIO()):
        library = peer("pm4py")
    names = {"dossier": "case:concept:name", "event": "concept:name", "at": "time:timestamp"}
    frame = pl.read_parquet(path, columns=list(names)).rename(names).to_pandas()
    cases = frame["case:concept:name"].nunique()

    def once() -> float:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return seconds(partial(library.conformance_declare, frame, DECLARE)) / cases * 1e6

    return {f"pm4py, {sum(map(len, DECLARE.values()))} Declare constraints": once}


def against_zen(path: Path) -> Contenders:
    """A decision table of zen-engine, asked for each dossier; the facts are worked out before and not timed."""
    return zen_on(check(read_log(path)).facts.select(COUNTED).to_dicts())


def zen_on(facts: Sequence[Mapping[str, Any]]) -> Contenders:
    """The same on facts that are at hand: those of `COUNTED`, one mapping a dossier."""
    decision = peer("zen").ZenEngine().create_decision(json.dumps(_table()))

    def all_of_them() -> None:
        for one in facts:
            decision.evaluate(one)

    return {f"zen-engine, {len(COUNTED)} rules on given facts": lambda: seconds(all_of_them) / len(facts) * 1e6}


def _table() -> dict[str, Any]:
    rows = [{"_id": name, "in": f"{name} > 0", "out": f"'{name}'"} for name in COUNTED]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "in", "name": "in"}],
        "outputs": [{"id": "out", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    return {
        "nodes": [
            _node("first", "inputNode"),
            _node("table", "decisionTableNode") | {"content": content},
            _node("last", "outputNode"),
        ],
        "edges": [
            {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
            for one, other in (("first", "table"), ("table", "last"))
        ],
    }


def _node(name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}
