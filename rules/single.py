"""One dossier for the screen of a backend: what the rules find in it, and what a step would add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import polars as pl

from calendars import WorkCalendar, vietnam
from dossier.events import Cell
from dossier.procedures import Procedures
from dossier.stores.records import Record
from rules.facts import facts
from rules.findings import FINDING, findings, rows_of
from rules.judging import Judge
from rules.quotas import QuotaBook, quotas
from rules.rows import log_of_rows
from rules.rulebook import Rule, Rulebook, rulebook

Row = Mapping[str, Cell]
Finding = dict[str, Any]

ACROSS = frozenset({
    "same_reason_dossiers", "slips_missing_before", "codes_missing_before", "code_numbered", "reset", "reset_of",
})  # fmt: skip
"""Facts that only the other dossiers of a log can give."""


@dataclass(frozen=True)
class Adviser:
    """The rules made ready for one dossier at a time; build it once, share it between threads.

    Attributes:
        rules, procedures, numbers, calendar: as `rules.checks.check` takes them.

    """

    rules: Rulebook
    procedures: Procedures
    numbers: QuotaBook
    calendar: WorkCalendar

    @classmethod
    def shipped(cls) -> Adviser:
        """With the law and the calendar that ship."""
        return cls(rulebook(), Procedures.shipped(), quotas(), vietnam())

    @cached_property
    def _judge(self) -> Judge:
        kept = tuple(rule for rule in self.rules if not _looks_across(rule))
        return Judge(Rulebook(kept, self.rules.earlier, self.rules.house))

    @cached_property
    def not_judged(self) -> tuple[str, ...]:
        """Codes of the rules that need the other dossiers of a log; they are left to `motcua check`."""
        kept = {rule.code for rule in self._judge.book}
        return tuple(rule.code for rule in self.rules if rule.code not in kept)

    def check(self, history: Iterable[Row | Record], *, as_of: datetime | None = None) -> list[Finding]:
        """The findings and signals of one dossier, as `rules.checks.check` would give them.

        Args:
            history: its rows, or its records in a store.
            as_of: when it is judged, aware; its latest moment where none is given.

        Raises:
            NaiveMoment: a moment without offset.

        """
        found = self._found([_row(step) for step in history], as_of)
        return [_told(one) for one in rows_of(found.select("kind", *FINDING))]

    def advise(
        self, history: Iterable[Row | Record], steps: Sequence[Row], *, as_of: datetime | None = None
    ) -> list[list[Finding]]:
        """What each step would add to the findings of a dossier if it were taken next; all in one pass.

        Args:
            history: its rows, or its records in a store.
            steps: a row for each step that might be taken, with `event` and `at`.
            as_of: when it is judged; where none is given the latest moment among history and steps.

        """
        rows = [_row(step) for step in history]
        worlds = [[*rows, step] for step in steps]
        named = [{**row, "dossier": str(number)} for number, world in enumerate([rows, *worlds]) for row in world]
        code = next((str(row["dossier"]) for row in rows), "")
        by_world = {(int(one["dossier"]), one["rule"]): one for one in rows_of(self._found(named, as_of))}
        old = {rule for number, rule in by_world if number == 0}
        return [
            [
                _told({**one, "dossier": code})
                for (world, rule), one in by_world.items()
                if world == number and rule not in old
            ]
            for number in range(1, len(steps) + 1)
        ]

    def _found(self, rows: Sequence[Row], as_of: datetime | None) -> pl.DataFrame:
        log = log_of_rows(rows, self.calendar)
        moment = self.calendar.local(as_of or log.latest or datetime.now(UTC)).astimezone(UTC)
        table = facts(log, self.procedures, self.numbers, moment)
        return findings(self._judge, table, self._judge.judge(table), self.calendar.zone.key)


def check_one(history: Iterable[Row | Record], *, as_of: datetime | None = None) -> list[Finding]:
    """The findings of one dossier by the law that ships; `Adviser` takes an office's own."""
    return Adviser.shipped().check(history, as_of=as_of)


def _row(step: Row | Record) -> Row:
    return step.row if isinstance(step, Record) else step


def _told(found: Finding) -> Finding:
    return {key: found[key] for key in ("kind", *FINDING)}


def _looks_across(rule: Rule) -> bool:
    names = {name for text in (rule.applies, rule.condition) for name in pl.sql_expr(text).meta.root_names()}
    return not ACROSS.isdisjoint(names)
