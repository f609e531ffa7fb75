"""Judge a Parquet log that does not fit in memory: batches of whole dossiers, findings to Parquet, tallies that add up.

Each batch is judged by itself. What its dossiers have that may meet another one's (applicant, reason, numbers) is put
aside and judged when the whole log was seen. The findings are those of `rules.checks.check` on the same log.
"""

from __future__ import annotations

import json
import pickle
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.batches import UNREAD, Batch, ParquetLog
from rules.centres import Centres
from rules.checks import Tally
from rules.facts.across import ACROSS, across
from rules.facts.neighbours import Neighbours, Own, Seen
from rules.facts.table import facts_apart
from rules.findings import findings
from rules.folders import new_folder
from rules.judging import JUDGEMENTS, Judge, instruments
from rules.processes import helpers
from rules.quotas import QuotaBook, quotas
from rules.regimes import Regimes
from rules.rulebook import Rule, Rulebook, rulebook
from rules.waivers import Used, Waivers

BATCH_ROWS = 1_000_000
"""Rows of a batch: more take more memory and no less time."""

UNREADABLE = dict.fromkeys(("dossier", "row", "column", "value", "reason", "file"), pl.String) | {"row": pl.UInt32}
_STATES = ("unknown dossier", "not yet", "expired", "unused", "used")


@dataclass(frozen=True)
class Law:
    """Everything that judges, made ready once; the arguments are those of `rules.checks.check`.

    Attributes:
        as_of: the day whose law judges every dossier; that of its receipt where none is given.

    """

    rules: Rulebook = field(default_factory=rulebook)
    procedures: Procedures = field(default_factory=Procedures.shipped)
    numbers: QuotaBook = field(default_factory=quotas)
    centres: Centres | None = None
    regimes: Regimes | None = None
    waivers: Waivers | None = None
    as_of: date | None = None

    @cached_property
    def apart(self) -> Judge:
        """The rules that need one dossier at a time."""
        return self._of(rule for rule in self.rules if ACROSS.isdisjoint(_names(rule)))

    @cached_property
    def across(self) -> Judge:
        """The rules that need the other dossiers of the log."""
        return self._of(rule for rule in self.rules if not ACROSS.isdisjoint(_names(rule)))

    def _of(self, rules: Iterable[Rule]) -> Judge:
        return Judge(Rulebook(tuple(rules), self.rules.earlier, self.rules.house))


def _names(rule: Rule) -> set[str]:
    """The facts that a rule asks or shows."""
    asked = {name for text in (rule.applies, rule.condition) for name in pl.sql_expr(text).meta.root_names()}
    return {*asked, *rule.at, *rule.found, *rule.allowed, *instruments(rule), "dossier", "law_day", "office"}


@dataclass(frozen=True)
class Kept:
    """What is put aside of one part of a log until all of it was seen.

    Attributes:
        facts: of its dossiers, those that `Law.across` needs.
        own: what they have that may meet another one's.

    """

    facts: pl.DataFrame
    own: Own


@dataclass(frozen=True)
class Part:
    """What one batch gave; parts add up.

    Attributes:
        dossiers, rows, set_aside: how many there were; `set_aside` counts rows that could not be read.
        counts: by code of the rule and judgement.
        waived: by code of the rule.
        kinds: how many findings (`rule`) and signals (`signal`).
        unreadable: cells that could not be read.
        used: what became of the waivers.

    """

    dossiers: int = 0
    rows: int = 0
    set_aside: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    waived: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    used: tuple[Used, ...] = ()

    def __add__(self, other: Part) -> Part:
        """Both together."""
        return Part(
            self.dossiers + other.dossiers,
            self.rows + other.rows,
            self.set_aside + other.set_aside,
            self.counts + other.counts,
            self.waived + other.waived,
            self.kinds + other.kinds,
            self.unreadable + other.unreadable,
            tuple(map(_further, self.used, other.used)) if self.used and other.used else self.used or other.used,
        )


@dataclass(frozen=True)
class Streamed:
    """What became of a log.

    Attributes:
        folder: `findings/*.parquet` (columns `rules.findings.SCHEMA`), `unreadable/*.parquet` where there were such
            cells, `summary.json`.
        tallies: as `Checked` has them.
        total: what all batches gave.
        as_of: the moment at which the dossiers were judged, in the office's zone.
        law: what judged.
        batches: how many there were.
        partitioned: whether the dossiers had to be gathered first.
        seconds: of each stage.

    """

    folder: Path
    tallies: tuple[Tally, ...]
    total: Part
    as_of: datetime
    law: Law
    batches: int
    partitioned: bool
    seconds: dict[str, float]

    @property
    def standing(self) -> int:
        """How many findings nobody waived."""
        waived = sum(self.total.waived[rule.code] for rule in self.law.rules if rule.kind == "rule")
        return self.total.kinds["rule"] - waived

    @property
    def findings(self) -> pl.LazyFrame:
        """Findings and signals, read when they are asked for."""
        return pl.scan_parquet(self.folder / "findings" / "*.parquet")

    def to_dict(self) -> dict[str, Any]:
        """What `summary.json` holds, and `motcua check --stream --json` prints."""
        house = self.law.rules.house
        return {
            "dossiers": self.total.dossiers,
            "events": self.total.rows,
            "as_of": self.as_of.isoformat(),
            "law_as_of": self.law.as_of.isoformat() if self.law.as_of else None,
            "house": house.to_dict() if house else None,
            "rules": [tally.to_dict() for tally in self.tallies],
            "findings": self.total.kinds["rule"],
            "waived": self.total.kinds["rule"] - self.standing,
            "signals": self.total.kinds["signal"],
            "waivers": [used.to_dict() for used in self.total.used],
            "unreadable": self.total.unreadable,
            "set_aside": self.total.set_aside,
            "not_read": list(UNREAD),
            "batches": self.batches,
            "partitioned": self.partitioned,
            "seconds": self.seconds,
        }


def check_stream(
    path: str | Path,
    out: str | Path,
    *,
    law: Law | None = None,
    as_of: datetime | None = None,
    calendar: WorkCalendar | None = None,
    batch_rows: int = BATCH_ROWS,
    workers: int = 1,
) -> Streamed:
    """Judge every dossier of a Parquet log; memory grows with the batch, not with the log.

    Args:
        path: an event log as docs/event-log.md describes it, best with the rows of each dossier together.
        out: the folder to write; it appears when it is complete, and must not hold anything before.
        law: what judges; what ships where none is given.
        as_of: when it is judged, aware; the latest moment in the log where none is given.
        calendar: of the office; Vietnam's state bodies where none is given.
        batch_rows: about so many rows are read at a time.
        workers: processes that judge, each a batch at a time; 1: this one. Others begin by importing the script that
            asks for them, which therefore does its work under `if __name__ == "__main__"`.

    Raises:
        LogError: the log cannot be read, or the folder cannot be written; nothing was written.
        LostHelper: one of several workers ended before its time; nothing was written.
        NaiveMoment: `as_of` has no offset.

    """
    log, law, calendar = ParquetLog(Path(path)), law or Law(), calendar or vietnam()
    log.check_types(calendar)
    seconds = _Laps()
    with new_folder(Path(out)) as draft, ExitStack() as stack:
        batches, latest = log.batches(batch_rows, calendar, workers)
        moment = calendar.local(as_of or latest or datetime.now(UTC))
        seconds.lap("cut")
        partitioned = batches is None
        if batches is None:
            batches = stack.enter_context(log.partitioned(batch_rows, draft))
            seconds.lap("partition")
        total = _Stream(law, calendar, moment.astimezone(UTC), log.columns(), batches, draft).run(workers, seconds)
        stack.close()
        done = Streamed(
            Path(out), _tallies(law.rules, total), total, moment, law, len(batches), partitioned, dict(seconds)
        )
        text = json.dumps(done.to_dict(), ensure_ascii=False, indent=2)
        (draft / "summary.json").write_text(text + "\n", encoding="utf-8")
    return done


def judge_apart(log: EventLog, law: Law, as_of: datetime) -> tuple[pl.DataFrame, Part, Seen, Kept]:
    """What one part of a log (whole dossiers) gives by itself.

    Args:
        log: the part.
        law: what judges.
        as_of: the moment of the check, the same for all parts, in UTC.

    Returns:
        Findings and signals (columns `rules.findings.SCHEMA`), their figures, what the part contributes to the
        `Neighbours` of the whole log, and what `judge_across` needs of it.

    """
    log = replace(log, law_as_of=law.as_of)
    table, own = facts_apart(log, law.procedures, law.numbers, as_of, centres=law.centres, regimes=law.regimes)
    found, part = _judged(law.apart, law, table, log.calendar, as_of)
    sizes = Part(dossiers=table.height, rows=log.rows, set_aside=log.set_aside, unreadable=len(log.unreadable))
    asked = {name for rule in law.across.book for name in _names(rule)}
    kept = Kept(table.select(pl.col(name) for name in table.columns if name in asked), own)
    return found, part + sizes, Seen.of(own), kept


def judge_across(kept: Kept, law: Law, whole: Neighbours) -> tuple[pl.DataFrame, Part]:
    """What one part of a log gives beside all others: findings and signals, and their figures."""
    table = pl.concat([kept.facts, *across(kept.own, whole)], how="horizontal")
    return _judged(law.across, law, table, kept.own.h.log.calendar, kept.own.h.as_of)


def _judged(
    ready: Judge, law: Law, table: pl.DataFrame, calendar: WorkCalendar, as_of: datetime
) -> tuple[pl.DataFrame, Part]:
    judged = ready.judge(table)
    found = findings(ready, table, judged, calendar.zone.key)
    used: tuple[Used, ...] = ()
    if law.waivers:
        found, used = law.waivers.apply(found, table["dossier"], calendar.local(as_of).date())
    codes = {rule: np.bincount(judged[rule].to_physical().to_numpy(), minlength=4).tolist() for rule in judged.columns}
    counts = {(rule, name): n for rule, four in codes.items() for name, n in zip(JUDGEMENTS, four, strict=True) if n}
    waived = _count(found.drop_nulls("waived"), "rule")
    return found, Part(counts=Counter(counts), waived=waived, kinds=_count(found, "kind"), used=used)


def _count(found: pl.DataFrame, column: str) -> Counter[str]:
    return Counter(dict(found[column].value_counts().iter_rows()))


@dataclass(frozen=True)
class _Stream:
    """One run over the batches of a log."""

    law: Law
    calendar: WorkCalendar
    as_of: datetime
    columns: Sequence[str]
    batches: Sequence[Batch]
    folder: Path

    def run(self, workers: int, seconds: _Laps) -> Part:
        """Judge each batch by itself, then, when all were seen, beside the others."""
        numbers = range(len(self.batches))
        with helpers(self, min(workers, len(numbers))) as each:
            parts, seen = zip(*each(_Stream.apart, numbers), strict=True)
            seconds.lap("judge")
            total = sum(parts, Part())
            if self.law.across.book.rules:
                self._put("whole", Neighbours.of(seen))
                total = sum(each(_Stream.across, numbers), total)
                seconds.lap("across")
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        return total

    def apart(self, number: int) -> tuple[Part, Seen]:
        """Judge a batch by itself, and put aside what `across` needs."""
        log = self.batches[number].log(self.columns, self.calendar)
        found, part, seen, kept = judge_apart(log, self.law, self.as_of)
        self._write("findings", f"{number:05}-apart", found)
        if log.unreadable:
            self._write("unreadable", f"{number:05}", pl.DataFrame(list(log.unreadable), UNREADABLE))
        if self.law.across.book.rules:
            self._put(f"{number:05}", Kept(kept.facts, kept.own.light()))
        return part, seen

    def across(self, number: int) -> Part:
        """Judge a batch beside the others."""
        found, part = judge_across(self._get(f"{number:05}"), self.law, self._whole)
        self._write("findings", f"{number:05}-across", found)
        return part

    @cached_property
    def _whole(self) -> Neighbours:
        whole: Neighbours = self._get("whole")
        return whole

    def _put(self, name: str, value: object) -> None:
        folder = self.folder / "kept"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(pickle.dumps(value))

    def _get(self, name: str) -> Any:  # noqa: ANN401  # what was put there
        return pickle.loads((self.folder / "kept" / name).read_bytes())  # noqa: S301  # our own file of a moment ago

    def _write(self, name: str, part: str, rows: pl.DataFrame) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        rows.write_parquet(folder / f"part-{part}.parquet", compression="zstd", compression_level=1)


class _Laps(dict[str, float]):
    """Seconds of each stage."""

    def __init__(self) -> None:
        super().__init__()
        self._since = perf_counter()

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self[stage] = round(self.get(stage, 0) + now - self._since, 3)
        self._since = now


def _tallies(book: Rulebook, total: Part) -> tuple[Tally, ...]:
    return tuple(
        Tally(rule, **{name: total.counts[rule.code, name] for name in JUDGEMENTS}, waived=total.waived[rule.code])
        for rule in book
    )


def _further(one: Used, other: Used) -> Used:
    """What became of a waiver in two batches."""
    return max(one, other, key=lambda used: _STATES.index(used.state))
