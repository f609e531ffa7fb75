"""One June of an office, from `tests/stories/indicators.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dossier.procedures import Procedures
from rules.centres import Centres
from rules.figures.periods import Period
from rules.figures.table import Measured, measured
from tests.rules.logs import HANOI, Row, log_of

FILE = Path(__file__).parents[2] / "stories" / "indicators.toml"
BOOK = tomllib.loads(FILE.read_text(encoding="utf-8"))
DOSSIERS = {one["code"]: one for one in BOOK["dossier"]}
PERIOD = Period.parse(BOOK["period"])
AS_OF = BOOK["as_of"].replace(tzinfo=HANOI)


def procedures() -> Procedures:
    """The procedures of the office."""
    return Procedures.loads(BOOK["procedures"], FILE.name)


def rows(codes: Iterable[str] = DOSSIERS) -> list[Row]:
    """The events of some dossiers."""
    return [_row(code, *event) for code in codes for event in DOSSIERS[code]["events"]]


def _row(code: str, when: str, kind: str, cells: dict[str, Any]) -> Row:
    day, hour = when.split()
    moment = datetime.fromisoformat(f"2026-{day if '-' in day else f'06-{day}'} {hour}").replace(tzinfo=HANOI)
    said = {"reused": False, **BOOK["cells"].get(kind, {}), **cells}
    return {"dossier": code, "event": kind, "at": moment, **{name: cell for name, cell in said.items() if cell != ""}}


def june(
    found: Iterable[Mapping[str, Any]] | None = None, *, without: tuple[str, ...] = (), cannot_say: tuple[str, ...] = ()
) -> Measured:
    """The dossiers measured, all of them where no rows are given."""
    log = log_of(rows() if found is None else found, without=without, cannot_say=cannot_say)
    return measured(
        log,
        PERIOD,
        as_of=AS_OF,
        procedures=procedures(),
        centres=Centres.loads(BOOK["centres"], FILE.name),
    )
