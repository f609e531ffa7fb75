"""The manifest of a draw: everything with which an outsider repeats it, in one way only, chained to the draw before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from calendars.files import replace_file
from dossier.strict import Strict, Text
from rules.audit.designs import Design, Kind, canonical
from rules.audit.drawing import Draw, draw
from rules.audit.frames import Frame
from rules.audit.tickets import SHORT, ticket
from rules.errors import AuditError, MalformedManifest

Digest = Field(pattern=r"^[0-9a-f]{64}$")


class StratumRecord(Strict):
    """A stratum of the frozen frame and its size."""

    stratum: str
    size: int = Field(ge=1)


class PartRecord(Strict):
    """One simple random sample: from how many, how many, and the largest ticket among them."""

    purpose: Text
    kind: Kind
    of: str | None
    population: int = Field(ge=0)
    size: int = Field(ge=0)
    cutoff: str | None = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def name(self) -> str:
        """Purpose and, where there is one, stratum or rule."""
        return self.purpose if self.of is None else f"{self.purpose}: {self.of or '–'}"

    def takes(self, ticket: str) -> bool:
        """Whether a unit of its population with this ticket had to be drawn."""
        return self.size == self.population or (self.cutoff is not None and ticket <= self.cutoff)


class UnitRecord(Strict):
    """A drawn unit; `serves` are places in the list of parts."""

    id: Text
    ticket: str = Digest
    stratum: str
    serves: tuple[int, ...] = Field(min_length=1)


class Manifest(Strict):
    """What a draw publishes."""

    format: Literal["motcua-audit-manifest/1"] = "motcua-audit-manifest/1"
    scheme: Literal["sha256-ticket/1"] = "sha256-ticket/1"
    parent: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    unit: Text
    strata_column: str | None = None
    frame_sha256: str = Digest
    frame_size: int = Field(ge=1)
    strata: tuple[StratumRecord, ...]
    design: Design
    design_sha256: str = Digest
    seed: Text
    seed_source: str
    parts: tuple[PartRecord, ...]
    units: tuple[UnitRecord, ...]

    @classmethod
    def of(cls, drawn: Draw) -> Manifest:
        """The manifest of a draw."""
        return cls(
            parent=drawn.parent,
            unit=drawn.frame.unit,
            strata_column=drawn.frame.strata_column,
            frame_sha256=drawn.frame.sha256,
            frame_size=drawn.frame.size,
            strata=tuple(StratumRecord(stratum=name, size=size) for name, size in drawn.frame.sizes.items()),
            design=drawn.design,
            design_sha256=drawn.design.sha256,
            seed=drawn.seed,
            seed_source=drawn.source,
            parts=tuple(_parts(drawn)),
            units=tuple(
                UnitRecord(id=one.unit.id, ticket=one.ticket, stratum=one.unit.stratum, serves=one.serves)
                for one in drawn.units
            ),
        )

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest in a file.

        Raises:
            MalformedManifest: it breaks the format; the first fault is named.
            OSError: it cannot be read.

        """
        return cls.parse(path.read_bytes(), str(path))

    @classmethod
    def parse(cls, data: bytes, name: str = "manifest") -> Manifest:
        """The manifest in a text of JSON; raises as `read`."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            fault = error.errors()[0]
            raise MalformedManifest(name, ".".join(map(str, fault["loc"])) or "document", fault["msg"]) from error

    def to_json(self) -> str:
        """The canonical text, one line."""
        return canonical(self.model_dump(mode="json")) + "\n"

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical text, as `sha256sum` prints it of the file."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def write(self, path: Path) -> None:
        """Write it, whole or not at all."""
        replace_file(path, [self.to_json().encode()])

    def sample(self, place: int) -> tuple[UnitRecord, ...]:
        """The units of a part, smallest ticket first."""
        return tuple(unit for unit in self.units if place in unit.serves)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an outsider will ask about the seed."""
        found = []
        if len(self.seed) < SHORT:
            found.append(
                f"the seed has {len(self.seed)} characters: whoever chose it may have tried them all; use {SHORT} dice"
            )
        if not self.seed_source.strip():
            found.append("nobody says where the seed came from; write it: who rolled, when, in whose presence")
        return tuple(found)


def _parts(drawn: Draw) -> Iterator[PartRecord]:
    for part in drawn.parts:
        yield PartRecord(
            purpose=part.purpose.name,
            kind=part.purpose.kind,
            of=part.of,
            population=part.population,
            size=part.size,
            cutoff=part.cutoff,
        )


@dataclass(frozen=True)
class Verification:
    """Whether a draw is what its manifest says, and if not, why."""

    reasons: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything was found as it was published."""
        return not self.reasons


def verify_draw(manifest: Manifest, frame: Frame | None = None, parent: Manifest | None = None) -> Verification:
    """Repeat a draw and compare.

    Args:
        manifest: as it was published.
        frame: as it was frozen; without one only what the manifest says of itself is examined.
        parent: the manifest that it says it extends.

    """
    reasons = [*_itself(manifest), *_kin(manifest, parent)]
    if frame is not None:
        reasons += _frozen(manifest, frame) or [*_repeated(manifest, frame)]
    return Verification(tuple(reasons))


def _itself(manifest: Manifest) -> Iterator[str]:
    if manifest.design.sha256 != manifest.design_sha256:
        yield f"the design has SHA-256 {manifest.design.sha256}, the manifest says {manifest.design_sha256}"
    try:
        wrong = [unit.id for unit in manifest.units if ticket(manifest.seed, unit.id) != unit.ticket]
    except AuditError as error:
        yield str(error)
        return
    if wrong:
        yield f"{len(wrong)} tickets do not follow from seed and code: {', '.join(wrong[:5])}"
    keys = [(unit.ticket, unit.id) for unit in manifest.units]
    if keys != sorted(set(keys)):
        yield "the units do not stand in the order of their tickets, each once"
    for place, part in enumerate(manifest.parts):
        yield from _part_itself(manifest, place, part)


def _part_itself(manifest: Manifest, place: int, part: PartRecord) -> Iterator[str]:
    sample = manifest.sample(place)
    largest = max((unit.ticket for unit in sample), default=None)
    if len(sample) != part.size or largest != part.cutoff:
        said = f"the part says {part.size} up to {part.cutoff}"
        yield f"{part.name}: {len(sample)} units up to {largest} are listed, {said}"


def _kin(manifest: Manifest, parent: Manifest | None) -> Iterator[str]:
    if parent is None:
        return
    if manifest.parent != parent.sha256:
        yield f"it extends {manifest.parent}, the manifest before it has SHA-256 {parent.sha256}"
    if (manifest.seed, manifest.frame_sha256) != (parent.seed, parent.frame_sha256):
        yield "it has another seed or another frame than the draw before it"
    lost = {unit.id for unit in parent.units} - {unit.id for unit in manifest.units}
    if lost:
        yield f"{len(lost)} units of the draw before it are gone: {', '.join(sorted(lost)[:5])}"


def _frozen(manifest: Manifest, frame: Frame) -> list[str]:
    reasons = []
    if frame.sha256 != manifest.frame_sha256:
        reasons.append(f"the frame has SHA-256 {frame.sha256}, the manifest says {manifest.frame_sha256}")
    sizes = {one.stratum: one.size for one in manifest.strata}
    if frame.sizes != sizes or frame.size != manifest.frame_size:
        reasons.append(
            f"the frame has {frame.size} units {frame.sizes}, the manifest says {manifest.frame_size} {sizes}"
        )
    return reasons


def _repeated(manifest: Manifest, frame: Frame) -> Iterator[str]:
    try:
        again = Manifest.of(draw(frame, manifest.design, manifest.seed, manifest.seed_source, parent=manifest.parent))
    except AuditError as error:
        yield f"the draw cannot be repeated: {error}"
        return
    due, listed = ({unit.id for unit in one.units} for one in (again, manifest))
    if due - listed:
        yield f"{len(due - listed)} units had to be drawn and are not listed: {', '.join(sorted(due - listed)[:5])}"
    if listed - due:
        yield f"{len(listed - due)} units are listed and were not drawn: {', '.join(sorted(listed - due)[:5])}"
    if due == listed and (again.parts, again.units) != (manifest.parts, manifest.units):
        yield "the draw gives the same units, but other parts, strata or cut-offs than the manifest lists"


@dataclass(frozen=True)
class Membership:
    """Whether a unit had to be selected, as far as manifest and what is said of the unit tell.

    Attributes:
        ticket: of the unit.
        selected: True it had to be, False it could not be, None it depends on its stratum or flags.
        listed: whether the manifest lists it.
        by: names of the parts that had to take it, if it belonged to them.

    """

    id: str
    ticket: str
    selected: bool | None
    listed: bool
    by: tuple[str, ...]


def must_be_selected(unit: str, manifest: Manifest, *, stratum: str | None = None) -> Membership:
    """Whether a unit had to be selected, without the frame: by its ticket and the cut-offs.

    Args:
        unit: its code; whether it stood in the frame, only its owner knows.
        manifest: as it was published.
        stratum: in which it stood, where that is known.

    """
    own = ticket(manifest.seed, unit)
    open_ = [part for part in manifest.parts if part.kind in {"per_flag", "unflagged"}]
    strata = [part for part in manifest.parts if part.kind in {"stratified", "per_stratum", "top_up"}]
    whole = [part for part in manifest.parts if part.kind in {"simple", "anytime"}]
    certain = [*whole, *(part for part in strata if stratum is not None and part.of == stratum)]
    maybe = [*open_, *(strata if stratum is None else ())]
    by = tuple(part.name for part in (*certain, *maybe) if part.takes(own))
    return Membership(unit, own, _verdict(own, certain, maybe, strata), any(u.id == unit for u in manifest.units), by)


def _verdict(own: str, certain: list[PartRecord], maybe: list[PartRecord], strata: list[PartRecord]) -> bool | None:
    if any(part.takes(own) for part in certain):
        return True
    every_stratum = [part.takes(own) for part in maybe if part in strata]
    if every_stratum and all(every_stratum):
        return True
    return None if any(part.takes(own) for part in maybe) else False
