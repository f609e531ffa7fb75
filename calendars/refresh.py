"""Rebuild the snapshot of the `holidays` package that lies under the calendar: ``python -m calendars.refresh``."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SNAPSHOT = Path(__file__).parent / "data" / "vietnam_base.csv"
YEARS = range(1970, 2101)


class Entry(NamedTuple):
    """What the package says of one date: ``off`` or ``worked``, and its Vietnamese name."""

    kind: str
    name: str


def build() -> dict[date, Entry]:
    """Ask the installed `holidays` for 1970 to 2100, in order of date.

    The package calls a swapped day off "thay cho ngày …" and lists the make-up Saturdays apart, without a name.

    >>> build()[date(2025, 4, 26)]
    Entry(kind='worked', name='Làm bù')
    """
    from holidays import country_holidays

    library = country_holidays("VN", years=YEARS, language="vi")
    entries = {day: Entry("off", name) for day, name in library.items()}
    entries |= {day: Entry("worked", "Làm bù") for day in library.weekend_workdays}
    return dict(sorted(entries.items()))


def read(path: Path = SNAPSHOT) -> dict[date, Entry]:
    """Read a snapshot; empty when the file does not exist."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {date.fromisoformat(row["date"]): Entry(row["kind"], row["name"]) for row in csv.DictReader(lines)}


def write(entries: Mapping[date, Entry], path: Path = SNAPSHOT) -> None:
    """Write a snapshot: columns ``date,kind,name``, one line per date."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(("date", "kind", "name"))
        rows.writerows((day.isoformat(), *entry) for day, entry in entries.items())


def differences(old: Mapping[date, Entry], new: Mapping[date, Entry]) -> Iterator[str]:
    """One line per date on which two snapshots differ, in order of date.

    >>> list(differences({date(2026, 1, 2): Entry("off", "Nghỉ")}, {}))
    ['2026-01-02: off (Nghỉ) -> ordinary']
    """
    for day in sorted(old.keys() | new.keys()):
        before, after = old.get(day), new.get(day)
        if before != after:
            yield f"{day}: {_said(before)} -> {_said(after)}"


def _said(entry: Entry | None) -> str:
    return f"{entry.kind} ({entry.name})" if entry else "ordinary"


def main() -> None:
    """Rewrite the snapshot and print what changed, date by date."""
    old, new = read(), build()
    changes = list(differences(old, new))
    write(new)
    sys.stdout.writelines(f"{change}\n" for change in changes)
    sys.stdout.write(f"{len(changes)} dates changed, {len(new)} dates written to {SNAPSHOT.name}\n")


if __name__ == "__main__":
    main()
