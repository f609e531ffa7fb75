"""One history against its chain: which event was altered, is missing, was inserted or moved.

An event is genuine at a version when its columns, that version and the hash before it give its hash. So a reader who
walks from the first event on finds each next one wherever it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from dossier.custody.findings import Finding, Kind
from dossier.custody.kept import KeptRow
from dossier.events import UNKNOWN
from dossier.stores.cells import parse_time, sorted_moment
from dossier.stores.chain import BESIDE, digest, link

BUDGET = 20_000
"""How many hashes one broken place may cost before only versions near it are tried."""

Sealed = Mapping[int, str]
"""The hashes of a dossier that were sealed, by version."""


def holds(rows: Iterable[KeptRow]) -> bool:
    """Whether each event is linked to the one before it, from version 1 on."""
    previous = ""
    for version, row in enumerate(rows, start=1):
        if row["version"] != version or _linked(previous, row) != row["hash"]:
            return False
        previous = str(row["hash"])
    return True


def examine(
    dossier: str, rows: Sequence[KeptRow], counted: int, sealed: Callable[[], Sealed] = dict
) -> Iterator[Finding]:
    """What is wrong with a history, nothing where it is whole.

    Args:
        dossier: its code.
        rows: its events as they are kept.
        counted: how many events its line counts.
        sealed: asked only where something is wrong.

    """
    if len(rows) != counted or not holds(rows):
        yield from _Reading(dossier, rows, counted, sealed()).findings()


class _Reading:
    """A walk along the genuine chain; `previous` is None where it is lost."""

    def __init__(self, dossier: str, rows: Sequence[KeptRow], counted: int, sealed: Sealed) -> None:
        self.dossier, self.sealed = dossier, sealed
        self.counted = max([counted, *sealed])
        self.line_is_short = counted < self.counted
        self.unplaced = dict(enumerate(rows))
        self.placed: list[tuple[int, KeptRow]] = []
        self.found: list[Finding] = []
        self.version = 1
        self.previous: str | None = ""

    def findings(self) -> list[Finding]:
        while self.unplaced:
            fitting = self._fitting(self.previous, self.version)
            self._place(fitting) if fitting is not None else self._mend()
        self._beyond()
        self._skip_to(self.counted + 1)
        self._moved()
        if self.line_is_short:
            self._find("altered", None, f"the line of the dossier counts fewer events than the {self.counted} sealed")
        return self.found

    def _find(self, kind: Kind, version: int | None, sentence: str) -> None:
        self.found.append(Finding(kind, sentence, self.dossier, version))

    def _fitting(self, previous: str | None, version: int) -> int | None:
        """The event that is genuine here; of two that claim the place, the one that others follow."""
        if previous is None:
            return None
        claims = [i for i, row in self.unplaced.items() if _linked(previous, row, version) == row["hash"]]
        if len(claims) < 2:  # noqa: PLR2004  # no rivals
            return claims[0] if claims else None
        return max(claims, key=lambda i: self._merits(i, version))

    def _merits(self, index: int, version: int) -> tuple[bool, bool, bool]:
        row = self.unplaced[index]
        seal = self.sealed.get(version) == row["hash"]
        return seal, self._followed(index, version), row["version"] == version

    def _followed(self, index: int, version: int) -> bool:
        mine = str(self.unplaced[index]["hash"])
        others = (row for i, row in self.unplaced.items() if i != index)
        return any(_linked(mine, row, version + 1) == row["hash"] for row in others)

    def _place(self, index: int, previous: str | None = None) -> None:
        row = self.unplaced.pop(index)
        self.placed.append((self.version, row))
        self.version += 1
        self.previous = str(row["hash"]) if previous is None else previous

    def _skip_to(self, version: int) -> None:
        if self.version >= version:
            return
        first, last = self.version, version - 1
        which = f"version {first} is" if first == last else f"versions {first} to {last} are"
        self._find("missing", first, f"{which} missing")
        self.version, self.previous = version, self.sealed.get(last)

    def _mend(self) -> None:
        """Nothing fits: get past this place with what stands here, or to the next event that stands somewhere."""
        here = next((i for i, row in self.unplaced.items() if _version(row) == self.version), None)
        if here is not None:
            return self._judge(here)
        later = [_version(row) for row in self.unplaced.values() if _version(row) > self.version]
        if later and min(later) <= self.counted:
            return self._skip_to(min(later))
        for index in list(self.unplaced):
            self._insert(index)
        return None

    def _judge(self, here: int) -> None:
        genuine = self._genuine(here)
        if genuine is not None and genuine > self.version:
            self._skip_to(genuine)
            self._place(here)
        elif self.version > self.counted or (genuine is not None and genuine < self.version):
            self._insert(here)
        elif self.previous is None:  # nobody can say whether it is as it was
            self._place(here)
        else:
            self._alter(here, self.previous, confirmed=genuine is not None)

    def _insert(self, index: int) -> None:
        row = self.unplaced.pop(index)
        self._find("inserted", _version(row), f"version {row['version']} was inserted: no event before it leads to it")

    def _alter(self, here: int, previous: str, *, confirmed: bool) -> None:
        row, version = self.unplaced[here], self.version
        computed = _linked(previous, row, version)
        rest = {i: other for i, other in self.unplaced.items() if i != here}
        if any(_linked(computed, other, version + 1) == other["hash"] for other in rest.values()):
            self._find("altered", version, f"version {version} was altered: its hash was, its other columns were not")
            return self._place(here, computed)
        doubt = f", or version {version - 1} was and its hash made to fit" if version > 1 else ""
        self._find("altered", version, f"version {version} was altered: it does not give its hash{doubt}")
        self._place(here)
        if not confirmed:
            self.previous = self.sealed.get(version)
        return None

    def _genuine(self, here: int) -> int | None:
        """The version at which an event was written, as a seal or the event that follows it tells."""
        mine = self.unplaced[here]["hash"]
        for version, sealed in self.sealed.items():
            if sealed == mine:
                return version
        return next((v for v in self._near(self.version) if self._followed(here, v)), None)

    def _near(self, version: int) -> Iterator[int]:
        reach = min(len(self.unplaced) + 2, BUDGET // len(self.unplaced))
        yield version
        for step in range(1, reach):
            yield version + step
            if version > step:
                yield version - step

    def _beyond(self) -> None:
        for version, row in self.placed:
            if version > self.counted:
                sentence = (
                    f"version {row['version']} was inserted: the line of the dossier counts {self.counted} events"
                )
                self._find("inserted", _version(row), sentence)

    def _moved(self) -> None:
        """An event that lost its place; a shift that an inserted or a missing one explains is no second finding."""
        explained = any(found.kind in {"inserted", "missing"} for found in self.found)
        stored = sorted((_version(row) for _, row in self.placed))
        for rank, (version, row) in enumerate(self.placed):
            now = _version(row)
            if now != version and (now != stored[rank] or not explained):
                self._find("reordered", now, f"version {row['version']} was moved: its place is version {version}")


def _version(row: KeptRow) -> int:
    version = row["version"]
    return version if isinstance(version, int) else 0  # SQLite keeps any text in a column of numbers


def _linked(previous: str, row: KeptRow, version: int | None = None) -> str:
    """The hash that an event would have, empty where a cell holds what the store never writes."""
    try:
        return link(previous, row if version is None else {**row, "version": version})
    except (TypeError, ValueError):
        return ""


def examine_texts(row: KeptRow, erased_at: str | None) -> tuple[list[Finding], bool]:
    """What is wrong with the texts beside an event, and whether they were erased.

    Args:
        row: the event with its texts.
        erased_at: when texts of the dossier were last erased, as the journal tells.

    """
    faults = {name: fault for name in BESIDE if (fault := _text_fault(row, name))}
    gone = "missing" in faults.values() and row["salt"] is None
    erased = gone and erased_at is not None and _recorded_by(row, erased_at)
    code, version = str(row["dossier"]), _version(row)
    words = {"missing": "is missing and the journal knows no erasure of it", "altered": "was altered"}
    return [
        Finding(kind, f"the text `{name}` of version {version} {words[kind]}", code, version)
        for name, kind in faults.items()
        if not (erased and kind == "missing")
    ], erased


def _text_fault(row: KeptRow, name: str) -> Kind | None:
    expected, text = row[name], row[f"beside_{name}"]
    if expected is None or expected == UNKNOWN:
        return None if text is None else "altered"
    if text is None:
        return "missing"
    try:
        return None if digest(str(row["salt"]), name, str(text)) == expected else "altered"
    except UnicodeEncodeError:
        return "altered"


def _recorded_by(row: KeptRow, erased_at: str) -> bool:
    """Whether an event was there when texts were erased; one that does not say when it was recorded was."""
    recorded = row["recorded_at"]
    moment = parse_time(recorded) if isinstance(recorded, str) else None
    return not (isinstance(moment, datetime) and moment.tzinfo) or moment <= sorted_moment(erased_at)
