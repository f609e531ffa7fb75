"""`python -m benchmarks.wrong_dates`: how often a library gives the wrong due date for the time limits in force.

Every day of 2024 to 2026 is a start, every limit that a published procedure prints is a limit, and each counts as often
as it is printed. Right is what the calendar's instruments and the Civil Code give; a walk day by day checks a sample.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.days import FIRST, LAST, bizdays_calendar, days_between, days_off, known_to_holidays
from benchmarks.printing import machine
from benchmarks.timing import built, peer
from calendars import Term, Unit, UnreadableTerm, deadline, vietnam

DATA = Path(__file__).parents[2] / "shared" / "data" / "procedures.csv.gz"
SAMPLE = 2_000
UNITS = {"working days": {Unit.WORKING_DAY}, "days, months": {Unit.DAY, Unit.MONTH, Unit.YEAR}}

Add = Callable[[date, int], date]
Roll = Callable[[date], date]


@dataclass(frozen=True)
class Engine:
    """A library: the n-th working day after a day, and the day itself or the next working one."""

    add: Add
    roll: Roll

    def due(self, start: date, term: Term, last: date) -> date:
        """The due day; for a limit in days or months the engine is given its right last day, `last`."""
        return self.add(start, int(term.value)) if term.unit is Unit.WORKING_DAY else self.roll(last)


@dataclass
class Tally:
    """Weighted answers of an engine and how many are wrong, by unit; the greatest distance from the right day."""

    asked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    days_off_by: int = 0

    def add(self, unit: str, weight: int, due: date, right: date) -> None:
        """Count one answer."""
        self.asked[unit] += weight
        self.wrong[unit] += weight * (due != right)
        self.days_off_by = max(self.days_off_by, abs((due - right).days))

    def share(self, *units: str) -> float:
        """Wrong answers in per cent."""
        asked = sum(self.asked[unit] for unit in units)
        return 100 * sum(self.wrong[unit] for unit in units) / asked if asked else 0.0


@dataclass(frozen=True)
class Limits:
    """The readable limits and how often each is printed; why the other rows are left out."""

    terms: Mapping[Term, int]
    left_out: Mapping[str, int]


def read_limits(path: Path = DATA) -> Limits:
    """The limits of a file of procedures, column `time_limit`."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        printed = [row["time_limit"] for row in csv.DictReader(lines)]
    terms: Counter[Term] = Counter()
    left_out: Counter[str] = Counter()
    for text in printed:
        term = _term(text)
        if term is None:
            left_out["no limit, or a number without unit"] += 1
        elif not term.unit.by_date:
            left_out["hours"] += 1
        else:
            terms[term] += 1
    return Limits(terms, left_out)


def _term(text: str) -> Term | None:
    try:
        return Term.parse(text).exact()
    except UnreadableTerm:
        return None


def engines() -> tuple[dict[str, Engine], tuple[str, ...]]:
    """The libraries that are installed, with the right days off where they take a list, and a note for each other."""
    return built({"holidays": _of_holidays, "numpy": _of_numpy, "pandas": _of_pandas, "bizdays": _of_bizdays})


def compare(limits: Limits, found: Mapping[str, Engine], starts: Sequence[date]) -> dict[str, Tally]:
    """The tally of each engine over all starts and limits."""
    tallies = {who: Tally() for who in found}
    for term, weight in limits.terms.items():
        unit = next(name for name, units in UNITS.items() if term.unit in units)
        for start in starts:
            right = deadline(vietnam(), _morning(start), term)
            for who, engine in found.items():
                tallies[who].add(unit, weight, engine.due(start, term, right.unrolled), right.due)
    return tallies


def check_ours(limits: Limits, starts: Sequence[date], size: int = SAMPLE) -> Tally:
    """Our own answers to a sample, each limit drawn as often as it is printed, against a walk day by day."""
    from tests.calendars import oracle

    drawn, tally = random.Random(1), Tally()
    terms, weights = list(limits.terms), list(limits.terms.values())
    for term in drawn.choices(terms, weights, k=size):
        start = drawn.choice(starts)
        walked = oracle.next_working_day(_walk(oracle, start, term))
        tally.add("all", 1, deadline(vietnam(), _morning(start), term).due, walked)
    return tally


def _walk(oracle: Any, start: date, term: Term) -> date:  # noqa: ANN401  # the module of the tests
    if term.unit in {Unit.MONTH, Unit.YEAR}:
        months: date = oracle.end_by_months(start, int(term.value) * (12 if term.unit is Unit.YEAR else 1), [])
        return months
    days: date = oracle.end_by_days(start, int(term.value), [], only_working=term.unit is Unit.WORKING_DAY)
    return days


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), vietnam().zone)


def _of_holidays() -> Engine:
    known = known_to_holidays()
    return Engine(
        known.get_nth_working_day, lambda day: day if known.is_working_day(day) else known.get_nth_working_day(day, 1)
    )


def _of_numpy() -> Engine:
    numpy = peer("numpy")
    known = numpy.busdaycalendar(holidays=days_off())

    def offset(day: date, n: int, roll: str = "backward") -> date:
        found: date = numpy.busday_offset(day, n, roll=roll, busdaycal=known).item()
        return found

    return Engine(offset, lambda day: offset(day, 0, "forward"))


def _of_pandas() -> Engine:
    pandas, off = peer("pandas"), days_off()
    step = partial(pandas.offsets.CustomBusinessDay, holidays=off)
    steps = {n: step(n) for n in range(1, 400)}
    return Engine(
        lambda day, n: (pandas.Timestamp(day) + steps[n]).date(),
        lambda day: steps[1].rollforward(pandas.Timestamp(day)).date(),
    )


def _of_bizdays() -> Engine:
    known = bizdays_calendar()
    return Engine(known.offset, known.following)


def table(tallies: Mapping[str, Tally], versions: Mapping[str, str]) -> Iterable[str]:
    """The lines of a table in Markdown."""
    yield "| engine | all limits | limits in working days | limits in days or months | at most off by |"
    yield "|---|---|---|---|---|"
    for who, tally in tallies.items():
        shares = [f"{tally.share(*units):.2f} %" for units in (UNITS, ["working days"], ["days, months"])]
        yield f"| {who} {versions.get(who, '')} | {' | '.join(shares)} | {tally.days_off_by} days |"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, or say why there is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wrong_dates", description=__doc__)
    parser.add_argument("procedures", nargs="?", type=Path, default=DATA, help="a gzipped CSV with a column time_limit")
    path = parser.parse_args(argv).procedures
    if not path.exists():
        print(f"skipped: {path.name} is not there; give the path of a gzipped CSV with a column time_limit")
        return 0
    limits, starts = read_limits(path), days_between(FIRST, LAST)
    found, missing = engines()
    print(*table(compare(limits, found, starts), machine()["versions"]), *missing, sep="\n")
    ours = check_ours(limits, starts)
    print(f"| motcua, {SAMPLE:,} answers checked | {ours.share('all'):.2f} % | | | {ours.days_off_by} days |")
    print(
        f"\n{sum(limits.terms.values()):,} rows with {len(limits.terms)} different limits, {len(starts):,} start days"
    )
    print(json.dumps(dict(limits.left_out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
