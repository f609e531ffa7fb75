"""The audit of a month: the three acts of the plan (III.6) drawn within a budget, and closed with a statement."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from calendars.files import replace_file
from dossier.formats.eventlog import EventLog
from dossier.strict import Strict, Text
from rules.audit.acts import ACTS, acts_frame, dossiers_frame
from rules.audit.allocation import allocate
from rules.audit.designs import Design, Purpose
from rules.audit.drawing import draw
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.audit.rates import ceiling
from rules.audit.worksheets import worksheet, write_csv, write_xlsx
from rules.errors import ImpossibleDesign, MalformedFrame

OVERALL, BY_OFFICE = "overall", "by_office"
MONTH = "month.json"
_SPARED = 4
"""Of a budget at most one part in so many is kept for offices that the draw would leave out."""


class Drawn(Strict):
    """What was drawn of one act; nothing where the month has none."""

    act: Text
    manifest: str | None


class Month(Strict):
    """What stands in the folder of a month."""

    format: Literal["motcua-audit-month/1"] = "motcua-audit-month/1"
    month: Text
    source: str
    acts: tuple[Drawn, ...]


def frames_of(log: EventLog, month: str) -> dict[str, Frame]:
    """The frames of the acts that the month has.

    Raises:
        MalformedFrame: no month, or none of the three acts in it.

    """
    found = {}
    for act in ACTS:
        try:
            found[act] = acts_frame(log, act, month=month)
        except MalformedFrame as error:
            if error.place != act:
                raise
    if not found:
        raise MalformedFrame(month, "the log has no pause, supplement request or cancellation", "say so in the report")
    return found


def plan_month(
    frames: Mapping[str, Frame], budget: int, *, confidence: str = "0.95", tolerable: str | None = None
) -> dict[str, Design]:
    """A design for each act, together never more than the budget, whatever is drawn.

    Each act gets an equal share, or all of it where there are fewer. A part of the share is kept for topping up
    offices that the draw would leave out; the rest is drawn from the whole: a simple sample with a simple bound.

    Raises:
        ImpossibleDesign: a budget too small for one unit of each act.

    >>> offices = Frame([Unit(str(n), "AB"[n % 2]) for n in range(100)])
    >>> [(one.kind, one.size) for one in plan_month({"pauses": offices}, 40)["pauses"].purposes]
    [('simple', 30), ('top_up', 5)]
    """
    if budget < len(frames):
        raise ImpossibleDesign(f"a budget of {budget} inspections for {len(frames)} acts; give at least {len(frames)}")
    sizes = {act: frame.size for act, frame in frames.items()}
    shares = allocate(sizes, min(budget, sum(sizes.values())), "equal")
    return {
        act: Design(purposes=_purposes(frame, shares[act]), confidence=confidence, tolerable=tolerable)
        for act, frame in frames.items()
    }


def _purposes(frame: Frame, share: int) -> tuple[Purpose, ...]:
    least = 0 if share == frame.size else share // (_SPARED * len(frame.sizes))
    base = share - sum(min(least, size) for size in frame.sizes.values())
    whole = Purpose(name=OVERALL, kind="simple", size=base)
    return whole, Purpose(name=BY_OFFICE, kind="top_up", size=least)


@dataclass(frozen=True)
class Announced:
    """What is published before the seed is known: the frames and how they will be drawn."""

    frames: Mapping[str, Frame]
    designs: Mapping[str, Design]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            act: {
                "frame_sha256": frame.sha256,
                "size": frame.size,
                "strata": frame.sizes,
                "design_sha256": self.designs[act].sha256,
                "purposes": [one.model_dump(mode="json") for one in self.designs[act].purposes],
            }
            for act, frame in self.frames.items()
        }


def announce(
    log: EventLog,
    month: str,
    budget: int,
    *,
    confidence: str = "0.95",
    tolerable: str | None = None,
    offices: Fraction | None = None,
) -> Announced:
    """Freeze a month: its frames and designs; raises as `frames_of` and `plan_month`.

    Args:
        log: the events.
        month: as `2026-10`.
        budget: inspections, the offices not counted.
        confidence: of each bound.
        tolerable: the rate that the bound of each act must stay strictly below.
        offices: the share of offices to inspect (plan 2024, I.2), rounded up; None draws none.

    """
    frames = frames_of(log, month)
    designs = plan_month(frames, budget, confidence=confidence, tolerable=tolerable)
    if offices is not None:
        names = dossiers_frame(log).sizes
        frames["office"] = Frame((Unit(name) for name in names), unit="office")
        size = ceiling(offices * len(names))
        designs["office"] = Design(purposes=(Purpose(name="inspected", kind="simple", size=size),))
    return Announced(frames, designs)


def draw_month(announced: Announced, month: str, folder: Path, *, seed: str, source: str, log: str = "") -> Month:
    """Draw a month into a new folder: for each act frame, manifest and worksheet; the whole folder or nothing.

    Raises:
        ImpossibleDesign: the folder is there already: a second draw of a month would be a choice between two.
        UnusableSeed: see `rules.audit.tickets`.

    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ImpossibleDesign(
            f"{folder} is there already; a month is drawn once. If the first draw was void, keep it, say why, "
            "and draw into another folder with a new public seed"
        )
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.resolve().parent))
    try:
        drawn = {act: _draw_act(announced, act, draft, seed, source) for act in announced.frames}
        acts = tuple(Drawn(act=act, manifest=drawn.get(act)) for act in (*ACTS, "office"))
        made = Month(month=month, source=log, acts=acts)
        replace_file(draft / MONTH, [json.dumps(made.model_dump(), ensure_ascii=False, indent=2).encode(), b"\n"])
        draft.chmod(0o755)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def _draw_act(announced: Announced, act: str, folder: Path, seed: str, source: str) -> str:
    frame = announced.frames[act]
    manifest = Manifest.of(draw(frame, announced.designs[act], seed, source))
    frame.write_csv(folder / f"{act}.frame.csv")
    manifest.write(folder / f"{act}.manifest.json")
    if act != "office":
        sheet = worksheet(manifest, frame)
        write_xlsx(sheet, folder / f"{act}.worksheet.xlsx")
        write_csv(sheet, folder / f"{act}.worksheet.csv")
    return manifest.sha256
