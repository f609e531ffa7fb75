"""What a demo did, for a program and for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.rulebook import rulebook

MOST_REASONS = 4
STATES_TOLD = ("delivered", "completed", "rejected", "withdrawn", "closed")


@dataclass(frozen=True)
class Files:
    """The files of a demo."""

    directory: Path

    @property
    def database(self) -> Path:
        """What the desk kept: SQLite."""
        return self.directory / "desk.sqlite"

    @property
    def desk_log(self) -> Path:
        """The log of the desk, exported from the database."""
        return self.directory / "desk.csv.gz"

    @property
    def careless_log(self) -> Path:
        """The log of the careless office."""
        return self.directory / "careless.csv.gz"

    @property
    def planted(self) -> Path:
        """What the careless office did wrong, written by the one who did it."""
        return self.directory / "planted.csv"

    @property
    def report(self) -> Path:
        """The report of the check of both logs."""
        return self.directory / "report.html"

    @property
    def summary(self) -> Path:
        """The figures of the demo; where it stands, the other files are a demo's."""
        return self.directory / "demo.json"

    def __iter__(self) -> Iterator[Path]:
        """Every file; the summary first, so that a replacement cut short still knows its own."""
        return iter((self.summary, self.database, self.desk_log, self.careless_log, self.planted, self.report))


@dataclass(frozen=True)
class Demo:
    """What was done and what was found.

    Attributes:
        directory: where the files are.
        seed: the seed.
        dossiers: dossiers that the desk ran.
        acts: acts that it carried out, each an event of its log.
        refused: acts that it refused.
        reasons: how often each reason was given, by code, the most frequent first.
        let_through: unlawful acts that it did not refuse, as "dossier command".
        states: how many dossiers stand in each state at the end of the quarter.
        preventable_rules: the rules whose breach the desk should refuse.
        desk_found: what the check found in the desk's log, by rule or signal.
        careless_dossiers: dossiers of the careless log.
        careless_events: events of it.
        planted: what was done wrong in it: (dossier, rule or signal).
        found: what the check found in it: (dossier, rule or signal).
        seconds: how long it all took.

    """

    directory: Path
    seed: int
    dossiers: int
    acts: int
    refused: int
    reasons: Mapping[str, int]
    let_through: tuple[str, ...]
    states: Mapping[str, int]
    preventable_rules: frozenset[str]
    desk_found: Mapping[str, int]
    careless_dossiers: int
    careless_events: int
    planted: frozenset[tuple[str, str]]
    found: frozenset[tuple[str, str]]
    seconds: float

    @property
    def files(self) -> Files:
        """Where everything is."""
        return Files(self.directory)

    @property
    def unprevented(self) -> int:
        """Breaches in the desk's log of rules that the desk should refuse; should be none."""
        return sum(count for rule, count in self.desk_found.items() if rule in self.preventable_rules)

    @property
    def missed(self) -> frozenset[tuple[str, str]]:
        """Done wrong and not found; should be empty."""
        return self.planted - self.found

    @property
    def unfounded(self) -> frozenset[tuple[str, str]]:
        """Found though nothing was done wrong; should be empty."""
        return self.found - self.planted

    @property
    def as_expected(self) -> bool:
        """Whether the desk prevented what it should, and the check found what was planted and nothing else."""
        return not (self.let_through or self.unprevented or self.missed or self.unfounded)

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON."""
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "as_expected": self.as_expected,
            "desk": {
                "dossiers": self.dossiers,
                "events": self.acts,
                "refused": self.refused,
                "reasons": dict(self.reasons),
                "let_through": list(self.let_through),
                "states": dict(self.states),
                "found": dict(self.desk_found),
                "preventable_violations": self.unprevented,
            },
            "careless": {
                "dossiers": self.careless_dossiers,
                "events": self.careless_events,
                "planted": len(self.planted),
                "found": len(self.planted & self.found),
                "missed": sorted(map(list, self.missed)),
                "unfounded": sorted(map(list, self.unfounded)),
            },
        }

    def lines(self) -> list[str]:
        """What an officer should know, in about ten lines."""
        return [
            f"A department's quarter, July to September 2026, with all its dossiers invented (seed {self.seed}).",
            f"The desk: {self.dossiers:,} dossiers, {self.acts:,} events, kept in {self.files.database.name}.",
            f"It refused {self.refused:,} acts and said why; the officers put them right. {self._refusals()}",
            f"On 30 September at 17:00: {self._standing()}.",
            self._desk_verdict(),
            f"What no desk can prevent, it shows: {self._desk_findings()}.",
            self._careless_deeds(),
            self._careless_verdict(),
            f"Logs: {self.files.desk_log}, {self.files.careless_log}; planted list: {self.files.planted}.",
            f"Look at {self.files.report} (both offices; {self.seconds:.1f} seconds in all).",
        ]

    def _refusals(self) -> str:
        most = list(self.reasons.items())[:MOST_REASONS]
        return f"Most often: {', '.join(f'{code} {count}' for code, count in most)}." if most else ""

    def _standing(self) -> str:
        ended = [(state, self.states.get(state, 0)) for state in STATES_TOLD]
        still = sum(self.states.values()) - sum(count for _, count in ended)
        return ", ".join(f"{count:,} {state}" for state, count in [*ended, ("still open", still)])

    def _desk_verdict(self) -> str:
        rules = len(self.preventable_rules)
        if not self.unprevented and not self.let_through:
            return f"The check of its log: no violation of the {rules} rules that the desk enforces."
        let = f" It let through: {', '.join(self.let_through)}." if self.let_through else ""
        return f"UNEXPECTED: {self.unprevented} violations of the {rules} rules that the desk enforces.{let}"

    def _desk_findings(self) -> str:
        told = [f"{code} {rulebook()[code].title_en.lower()} {count}" for code, count in self.desk_found.items()]
        return "; ".join(told) or "nothing"

    def _careless_deeds(self) -> str:
        size = f"{self.careless_dossiers:,} dossiers, {self.careless_events:,} events"
        kinds = len({code for _, code in self.planted})
        return (
            f"A careless office that has no desk: {size}, {len(self.planted):,} faults of {kinds} kinds planted in it."
        )

    def _careless_verdict(self) -> str:
        if not self.missed and not self.unfounded:
            return f"The check found all {len(self.planted):,} of them, each under its code, and flagged nothing else."
        return f"UNEXPECTED: missed {sorted(self.missed)}, flagged without cause {sorted(self.unfounded)}."
