from __future__ import annotations

import hashlib
import random
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.audit.designs import Design, Purpose
from rules.audit.drawing import Draw, draw
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.audit.tickets import ticket, uniform
from rules.errors import ImpossibleDesign, UnusableSeed
from tests.rules.audit_samples import SEED, SOURCE, design_of, frame_of, simple

SHELL = """
while IFS= read -r u; do
    printf '%s,%s' "$SEED" "$u" | sha256sum | cut -d' ' -f1 | tr '\\n' ' '
    printf '%s\\n' "$u"
done < ids.txt | LC_ALL=C sort | head -n "$SIZE"
"""


def drawn(frame: Frame, *purposes: Purpose, seed: str = SEED) -> Draw:
    return draw(frame, design_of(*purposes), seed, SOURCE)


def ids(found: Draw) -> list[str]:
    return [one.unit.id for one in found.units]


def test_an_outsider_with_a_shell_draws_the_same_units_in_the_same_order(tmp_path: Path) -> None:
    names = [*(f"H32-{n}" for n in range(150)), "Hồ sơ số 1", 'a "b", c', "=1+1", "back\\slash", "~", "*"]
    (tmp_path / "ids.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    environment = {"SEED": SEED, "SIZE": "25", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(  # noqa: S603  # a script of this file
        ["bash", "-c", SHELL],  # noqa: S607  # whichever bash an outsider has
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    ours = drawn(Frame(Unit(name) for name in names), simple(25))
    assert done.stdout.splitlines() == [f"{one.ticket} {one.unit.id}" for one in ours.units]


def test_a_ticket_is_sha_256_of_seed_comma_and_code() -> None:
    assert ticket(SEED, "D-00001") == hashlib.sha256(b"63454660390103169462,D-00001").hexdigest()


def test_one_letter_written_in_two_ways_has_one_ticket() -> None:
    assert ticket(SEED, "\u1ebf") == ticket(SEED, "e\u0302\u0301")


def test_a_ticket_is_an_exact_number_between_nought_and_one() -> None:
    assert uniform("0" * 64) == Fraction(1, 2**257)
    assert uniform("f" * 64) == 1 - Fraction(1, 2**257)


@pytest.mark.parametrize("seed", ["1", "20241101", SEED, "0123456789abcdef0123", "a" * 20])
def test_digits_and_long_lower_case_hex_are_seeds(seed: str) -> None:
    assert drawn(frame_of(5), simple(1), seed=seed).units


@pytest.mark.parametrize("seed", ["", " 1", "1,2", "abc", "a" * 19, "A" * 20, "1\n", "٣" * 20, "1.5", "-1", "g" * 20])
def test_everything_else_is_no_seed(seed: str) -> None:
    with pytest.raises(UnusableSeed, match="ten-sided dice"):
        drawn(frame_of(5), simple(1), seed=seed)


def test_the_order_of_the_frame_changes_nothing() -> None:
    units = list(frame_of(500).units)
    random.Random(2).shuffle(units)
    assert ids(drawn(Frame(units), simple(40))) == ids(drawn(frame_of(500), simple(40)))


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    assert ids(drawn(frame_of(500), simple(25)))[:10] == ids(drawn(frame_of(500), simple(10)))


def test_dossiers_that_come_and_go_leave_the_others_where_they_are() -> None:
    """Of the first 500, 40 go and 60 come: those of the first sample that stay have as small a ticket as before."""
    before = set(ids(drawn(frame_of(500), simple(50))))
    after = Frame([*frame_of(500).units[40:], *(Unit(f"N-{n}") for n in range(60))])
    found = ids(drawn(after, simple(50)))
    limit = ticket(SEED, found[-1])
    stay = {unit for unit in before if unit > "D-00040"}
    assert {unit for unit in stay if ticket(SEED, unit) <= limit} == {
        unit for unit in found if unit.startswith("D-")
    } & before
    assert len(before & set(found)) >= 35


@given(st.integers(1, 60), st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_it_is_the_smallest_tickets_found_by_sorting_all(size: int, wanted: int) -> None:
    frame, wanted = frame_of(size), min(size, wanted)
    by_sorting = sorted((ticket(SEED, unit.id), unit.id) for unit in frame.units)[:wanted]
    assert [(one.ticket, one.unit.id) for one in drawn(frame, simple(wanted)).units] == by_sorting


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ImpossibleDesign, match="6 units are wanted, the frame has 5"):
        drawn(frame_of(5), simple(6))


def test_a_stratified_sample_is_shared_out_in_proportion_and_takes_the_smallest_of_each() -> None:
    frame = Frame(Unit(f"{n}", "big" if n < 80 else "small") for n in range(100))
    found = drawn(frame, Purpose(name="all", kind="stratified", size=10))
    assert Counter(one.unit.stratum for one in found.units) == {"big": 8, "small": 2}
    for stratum in ("big", "small"):
        members = sorted(ticket(SEED, unit.id) for unit in frame.where(stratum=stratum))
        chosen = [one.ticket for one in found.units if one.unit.stratum == stratum]
        assert chosen == members[: len(chosen)]


def test_the_top_up_counts_what_the_simple_sample_took() -> None:
    frame = frame_of(200, offices=4)
    found = drawn(frame, simple(40), Purpose(name="by_office", kind="top_up", size=9))
    base = Counter(pair[1].stratum for pair in found.parts[0].chosen)
    assert {part.of: part.size for part in found.parts[1:]} == {name: max(9, base[name]) for name in frame.sizes}
    assert len(found.units) == sum(max(9, base[name]) for name in frame.sizes)


def test_a_top_up_without_anything_under_it_is_no_design() -> None:
    with pytest.raises(ValueError, match="needs a simple sample"):
        design_of(Purpose(name="by_office", kind="top_up", size=9))


def test_purposes_share_tickets_so_that_few_units_serve_many() -> None:
    frame = frame_of(1000, flagged={"R1": 200, "R2": 200})
    found = drawn(
        frame,
        simple(100),
        Purpose(name="flags", kind="per_flag", size=50),
        Purpose(name="missed", kind="unflagged", size=80),
    )
    assert [(part.purpose.name, part.of, part.population, part.size) for part in found.parts[:4]] == [
        ("overall", None, 1000, 100),
        ("flags", "R1", 200, 50),
        ("flags", "R2", 200, 50),
        ("missed", None, 800, 80),
    ]
    assert len(found.units) < 100 + 50 + 80
    assert all(ticket(SEED, one.unit.id) == one.ticket for one in found.units)


def test_precision_of_flags_in_a_frame_without_flags_is_refused() -> None:
    with pytest.raises(ImpossibleDesign, match="no unit of the frame has a flag"):
        drawn(frame_of(10), Purpose(name="flags", kind="per_flag", size=5))


def test_an_extended_draw_keeps_every_unit_and_names_the_draw_before() -> None:
    first = drawn(frame_of(300), simple(20))
    parent = Manifest.of(first).sha256
    more = first.extend({"overall": 50}, parent)
    assert ids(more)[:20] == ids(first)
    assert more.parent == parent


@pytest.mark.parametrize(("name", "size", "why"), [("overall", 19, "only grows"), ("other", 50, "no purpose")])
def test_a_draw_does_not_shrink_and_gets_no_new_purpose(name: str, size: int, why: str) -> None:
    with pytest.raises(ImpossibleDesign, match=why):
        drawn(frame_of(300), simple(20)).extend({name: size}, "0" * 64)


def test_every_unit_is_drawn_first_about_equally_often() -> None:
    """2,000 seeds over 20 units: chi-square on 19 degrees of freedom, 99.99 % of such draws stay below 52.4."""
    frame = frame_of(20)
    firsts = Counter(ids(drawn(frame, simple(1), seed=str(seed)))[0] for seed in range(2000))
    assert sum((firsts[unit.id] - 100) ** 2 / 100 for unit in frame.units) < 52.4


@pytest.mark.parametrize(
    "found", [{"confidence": "1"}, {"confidence": "95 %"}, {"tolerable": "0.05x"}, {"tolerable": "2"}]
)
def test_a_design_has_exact_rates(found: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"rate|between 0 and 1"):
        Design(purposes=(simple(1),), **found)
