from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.audit.designs import Purpose
from rules.audit.drawing import draw
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest, must_be_selected, verify_draw
from rules.errors import MalformedManifest
from tests.rules.audit_samples import SEED, SOURCE, design_of, frame_of, manifest_of, simple

BY_OFFICE = Purpose(name="by_office", kind="per_stratum", size=7)
FLAGS = Purpose(name="flags", kind="per_flag", size=5)


def forged(manifest: Manifest, change: Callable[[dict[str, Any]], Any]) -> Manifest:
    """The manifest after somebody edited it."""
    document = json.loads(manifest.to_json())
    change(document)
    return Manifest.parse(json.dumps(document).encode())


def test_a_manifest_is_one_canonical_line_and_its_hash_is_that_of_the_file(tmp_path: Path) -> None:
    manifest = manifest_of(frame_of(50, offices=2), simple(5), BY_OFFICE)
    manifest.write(tmp_path / "m.json")
    data = (tmp_path / "m.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == manifest.sha256
    again = json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert again.encode() == data
    assert Manifest.read(tmp_path / "m.json") == manifest


def test_an_honest_draw_verifies_whatever_the_order_of_the_frame() -> None:
    frame = frame_of(200, offices=3, flagged={"R1": 30})
    manifest = manifest_of(frame, simple(20), BY_OFFICE, FLAGS)
    assert verify_draw(manifest, Frame(reversed(frame.units))).ok
    assert verify_draw(manifest).ok


def test_every_part_publishes_the_largest_ticket_that_it_took() -> None:
    manifest = manifest_of(frame_of(100, offices=2), BY_OFFICE)
    for place, part in enumerate(manifest.parts):
        assert part.cutoff == max(unit.ticket for unit in manifest.sample(place))
        assert (part.population, part.size) == (50, 7)


def _swap_unit(document: dict[str, Any]) -> None:
    taken = {unit["id"] for unit in document["units"]}
    document["units"][3]["id"] = next(unit.id for unit in frame_of(200, offices=3).units if unit.id not in taken)


def _drop_last(document: dict[str, Any]) -> None:
    document["units"] = document["units"][:-1]


def _other_seed(document: dict[str, Any]) -> None:
    document["seed"] = "63454660390103169463"


def _other_size(document: dict[str, Any]) -> None:
    document["design"]["purposes"][0]["size"] = 19


def _other_confidence(document: dict[str, Any]) -> None:
    document["design"]["confidence"] = "0.90"


def _other_order(document: dict[str, Any]) -> None:
    document["units"].reverse()


def _other_stratum(document: dict[str, Any]) -> None:
    document["units"][0]["stratum"] = "office 9"


def _lower_cutoff(document: dict[str, Any]) -> None:
    document["parts"][0]["cutoff"] = "0" * 64


def _smaller_frame(document: dict[str, Any]) -> None:
    document["strata"][0]["size"] -= 1
    document["frame_size"] -= 1


def _no_seed(document: dict[str, Any]) -> None:
    document["seed"] = "any, thing"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_swap_unit, "do not follow from seed and code"),
        (_drop_last, "had to be drawn and are not listed"),
        (_other_seed, "do not follow from seed and code"),
        (_other_size, "the design has SHA-256"),
        (_other_confidence, "the design has SHA-256"),
        (_other_order, "order of their tickets"),
        (_other_stratum, "other parts, strata or cut-offs"),
        (_lower_cutoff, "up to 000"),
        (_smaller_frame, "the manifest says 199"),
        (_no_seed, "neither decimal digits"),
    ],
)
def test_what_was_changed_after_the_draw_is_named(change: Callable[[dict[str, Any]], None], why: str) -> None:
    frame = frame_of(200, offices=3)
    found = verify_draw(forged(manifest_of(frame, simple(20), BY_OFFICE), change), frame)
    assert not found.ok
    assert any(why in reason for reason in found.reasons), found.reasons


def test_another_frame_is_named_with_both_hashes() -> None:
    manifest, other = manifest_of(frame_of(50), simple(5)), frame_of(51)
    (hashes, sizes) = verify_draw(manifest, other).reasons
    assert manifest.frame_sha256 in hashes
    assert other.sha256 in hashes
    assert "51" in sizes


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": "motcua-audit-manifest/2"}',
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(MalformedManifest, match="not edited"):
        Manifest.parse(data)


def test_a_manifest_refuses_a_key_that_it_does_not_know() -> None:
    manifest = manifest_of(frame_of(5), simple(1))
    with pytest.raises(MalformedManifest, match="note"):
        forged(manifest, lambda document: document.update(note="x"))


def test_an_extension_is_chained_to_the_draw_before_and_keeps_its_units() -> None:
    frame = frame_of(100)
    first = draw(frame, design_of(simple(10)), SEED, SOURCE)
    parent = Manifest.of(first)
    child = Manifest.of(first.extend({"overall": 20}, parent.sha256))
    read = Manifest.parse(child.to_json().encode())
    assert verify_draw(read, frame, parent).ok
    assert read.design_sha256 != parent.design_sha256
    other = manifest_of(frame, simple(11))
    assert "it extends" in verify_draw(child, frame, other).reasons[0]
    assert "are gone" in verify_draw(parent, frame, child).reasons[-1]


# -- selected or not, without a frame


def test_the_cutoff_tells_of_every_unit_whether_it_had_to_be_selected() -> None:
    frame = frame_of(300)
    manifest = manifest_of(frame, simple(40))
    chosen = {unit.id for unit in manifest.units}
    for unit in frame.units:
        found = must_be_selected(unit.id, manifest)
        assert (found.selected, found.listed) == (unit.id in chosen, unit.id in chosen)


def test_a_unit_with_a_small_ticket_that_is_not_listed_was_hidden_or_never_in_the_frame() -> None:
    frame = frame_of(300)
    manifest = manifest_of(frame, simple(40))
    hidden = manifest.units[0].id
    without = manifest_of(Frame(unit for unit in frame.units if unit.id != hidden), simple(40))
    found = must_be_selected(hidden, without)
    assert (found.selected, found.listed) == (True, False)


def test_with_strata_it_depends_on_the_stratum_and_is_certain_where_it_is_known() -> None:
    frame = Frame([*(Unit(f"a{n}", "a") for n in range(100)), *(Unit(f"b{n}", "b") for n in range(10))])
    manifest = manifest_of(frame, BY_OFFICE)
    chosen = {unit.id for unit in manifest.units}
    for unit in frame.units:
        assert must_be_selected(unit.id, manifest, stratum=unit.stratum).selected is (unit.id in chosen)
        assert must_be_selected(unit.id, manifest).selected in {None, unit.id in chosen}


def test_where_everything_was_drawn_everybody_had_to_be() -> None:
    manifest = manifest_of(frame_of(5), simple(5))
    assert all(must_be_selected(f"D-0000{n}", manifest).selected for n in range(1, 6))


def test_a_flag_that_nobody_knows_leaves_it_open() -> None:
    manifest = manifest_of(frame_of(100, flagged={"R1": 50}), FLAGS)
    smallest = manifest.units[0].id
    assert must_be_selected(smallest, manifest).selected is None
    assert must_be_selected(smallest, manifest).by == ("flags: R1",)


@pytest.mark.parametrize(
    ("seed", "source", "notes"), [(SEED, SOURCE, 0), ("20240101", SOURCE, 1), (SEED, " ", 1), ("1", "", 2)]
)
def test_a_seed_that_could_have_been_chosen_and_one_of_unknown_origin_are_noted(
    seed: str, source: str, notes: int
) -> None:
    manifest = Manifest.of(draw(frame_of(5), design_of(simple(1)), seed, source))
    assert len(manifest.warnings) == notes
