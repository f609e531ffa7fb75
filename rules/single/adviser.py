"""One dossier for the screen of a backend: what the rules find in it, and what a step would add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property

from calendars import NaiveMoment, WorkCalendar, vietnam
from dossier.events import Row
from dossier.procedures import Procedures
from dossier.stores.records import Record
from rules.centres import Centres, centres
from rules.quotas import QuotaBook, quotas
from rules.regimes import Regimes, regimes
from rules.rulebook import Rulebook, rulebook
from rules.single.history import EVERYTHING, History, Source
from rules.single.judging import Bench, Finding
from rules.single.offering import Facts, Group, Law
from rules.single.table import offered, types


@dataclass(frozen=True)
class Adviser:
    """The rules made ready for one dossier at a time; build it once, share it between threads.

    Attributes:
        rules, procedures, numbers, calendar, centres, regimes: as `rules.checks.check` takes them.
        source: what the histories can say; everything, where a desk wrote them.

    """

    rules: Rulebook
    procedures: Procedures
    numbers: QuotaBook
    calendar: WorkCalendar
    centres: Centres = field(default_factory=centres)
    regimes: Regimes = field(default_factory=regimes)
    source: Source = EVERYTHING

    def __post_init__(self) -> None:
        """Compile the rules.

        Raises:
            FaultyExpression: an expression of a part that is not allowed, or of an unknown fact.

        """
        self._bench.rules  # noqa: B018  # now, not at the first dossier

    @classmethod
    def shipped(cls) -> Adviser:
        """With the law and the calendar that ship."""
        return cls(rulebook(), Procedures.shipped(), quotas(), vietnam())

    @cached_property
    def _law(self) -> Law:
        return Law(self.procedures, self.numbers, self.regimes, self.centres)

    @cached_property
    def _offered(self) -> Mapping[str, Group]:
        return offered(self.numbers)

    @cached_property
    def _bench(self) -> Bench:
        return Bench(self.rules, types(self._offered))

    @cached_property
    def not_judged(self) -> tuple[str, ...]:
        """Codes of the rules that need the other dossiers of a log; they are left to `motcua check`."""
        kept = {ready.rule.code for ready in self._bench.rules}
        return tuple(rule.code for rule in self.rules if rule.code not in kept)

    def facts(self, history: Iterable[Row | Record], *, as_of: datetime | None = None) -> Facts:
        """The facts of one dossier, by name; each is worked out when it is looked up.

        Args:
            history: its rows, or its records in a store.
            as_of: when it is judged, aware; its latest moment where none is given.

        Raises:
            NaiveMoment: a moment without offset.
            SeveralDossiers: rows of more than one dossier.
            UnknownKind: an event that the log does not know.

        """
        rows = [_row(step) for step in history]
        return self._facts(rows, as_of or _latest(rows))

    def check(self, history: Iterable[Row | Record], *, as_of: datetime | None = None) -> list[Finding]:
        """The findings and signals of one dossier, as `rules.checks.check` would give them; arguments as `facts`."""
        return self._bench.findings(self.facts(history, as_of=as_of))

    def advise(
        self, history: Iterable[Row | Record], steps: Sequence[Row], *, as_of: datetime | None = None
    ) -> list[list[Finding]]:
        """What each step would add to the findings of a dossier if it were taken next.

        Args:
            history: its rows, or its records in a store.
            steps: a row for each step that might be taken, with `event` and `at`.
            as_of: when it is judged; where none is given the latest moment among history and steps.

        Raises:
            NaiveMoment, SeveralDossiers, UnknownKind: as `facts`.

        """
        rows = [_row(step) for step in history]
        moment = as_of or _latest([*rows, *steps])
        before = {one["rule"] for one in self._bench.findings(self._facts(rows, moment))}
        after = [self._bench.findings(self._facts([*rows, step], moment)) for step in steps]
        return [[one for one in found if one["rule"] not in before] for found in after]

    def _facts(self, rows: Sequence[Row], as_of: datetime) -> Facts:
        moment = self.calendar.local(as_of).astimezone(UTC)
        return Facts(History.of(rows, moment, self.calendar, self.source), self._law, self._offered)


def check_one(history: Iterable[Row | Record], *, as_of: datetime | None = None) -> list[Finding]:
    """The findings of one dossier by the law that ships; `Adviser` takes an office's own."""
    return _shipped().check(history, as_of=as_of)


@cache
def _shipped() -> Adviser:
    return Adviser.shipped()


def _row(step: Row | Record) -> Row:
    return step.row if isinstance(step, Record) else step


def _latest(rows: Iterable[Row]) -> datetime:
    """The latest moment at which a step took effect or was entered; now where there is none."""
    cells = [row.get(column) for row in rows for column in ("at", "recorded_at")]
    # two moments of one zone compare by wall clock, which is wrong in the hour that a zone repeats
    return max((_utc(cell) for cell in cells if isinstance(cell, datetime)), default=datetime.now(UTC))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveMoment(moment)
    return moment.astimezone(UTC)
