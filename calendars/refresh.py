"""Rebuild the snapshot of the `holidays` package that lies under the calendar: ``python -m calendars.refresh``."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from calendars.errors import MalformedCalendar
from calendars.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SNAPSHOT = Path(__file__).parent / "data" / "vietnam_base.csv"
YEARS = range(1970, 2101)
KINDS = ("off", "worked")
EXAMPLE = "2025-04-26,worked,Làm bù"


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
    """Read a snapshot; empty when the file does not exist.

    Raises:
        MalformedCalendar: a line that is no date, kind and name.

    """
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return dict(_entry(row, f"{path.name}, line {number}") for number, row in enumerate(rows, 2))


def _entry(row: Mapping[str, str | None], where: str) -> tuple[date, Entry]:
    kind, name = row.get("kind"), row.get("name")
    try:
        day = date.fromisoformat(row.get("date") or "")
    except ValueError:
        raise MalformedCalendar(where, "date", f"found {row.get('date')!r}, a date is needed", EXAMPLE) from None
    if kind not in KINDS or name is None:
        raise MalformedCalendar(where, "kind", f"found {kind!r}, allowed are {', '.join(KINDS)}", EXAMPLE)
    return day, Entry(kind, name)


def write(entries: Mapping[date, Entry], path: Path = SNAPSHOT) -> None:
    """Write a snapshot whole or not at all: columns ``date,kind,name``, one line per date."""
    lines = io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    rows.writerow(("date", "kind", "name"))
    rows.writerows((day.isoformat(), *entry) for day, entry in entries.items())
    replace_file(path, [lines.getvalue().encode()])


class Change(NamedTuple):
    """A date on which two snapshots differ; None: an ordinary day."""

    date: date
    was: Entry | None
    now: Entry | None

    def __str__(self) -> str:
        """The change as a line."""
        return f"{self.date}: {_said(self.was)} -> {_said(self.now)}"


def changed(old: Mapping[date, Entry], new: Mapping[date, Entry]) -> Iterator[Change]:
    """The dates on which two snapshots differ, in order."""
    for day in sorted(old.keys() | new.keys()):
        if old.get(day) != new.get(day):
            yield Change(day, old.get(day), new.get(day))


def differences(old: Mapping[date, Entry], new: Mapping[date, Entry]) -> Iterator[str]:
    """One line per date on which two snapshots differ, in order of date.

    >>> list(differences({date(2026, 1, 2): Entry("off", "Nghỉ")}, {}))
    ['2026-01-02: off (Nghỉ) -> ordinary']
    """
    return map(str, changed(old, new))


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
