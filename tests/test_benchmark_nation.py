"""The synthetic province is the log that the figures say it is, and its measurement counts what it should."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.__main__ import QUICK, sized
from benchmarks.nation import ALL, APART, SCAN, nation, nation_peers
from benchmarks.provinces import STEPS, shuffled, write_province
from dossier.formats.log import read_log
from rules.streaming import check_stream

DOSSIERS = 300


@pytest.fixture
def province(tmp_path: Path) -> Path:
    return write_province(tmp_path / "province.parquet", DOSSIERS)


def test_every_dossier_has_seven_events_that_stand_together_and_can_be_read(province: Path, tmp_path: Path) -> None:
    log = read_log(province)
    assert (log.rows, log.unreadable) == (DOSSIERS * STEPS, ())
    assert set(log.events.group_by("dossier").len()["len"]) == {STEPS}
    streamed = check_stream(province, tmp_path / "out", batch_rows=700)
    assert (streamed.total.dossiers, streamed.batches > 1, streamed.partitioned) == (DOSSIERS, True, False)


def test_the_shuffled_province_has_the_same_rows_in_another_order(province: Path, tmp_path: Path) -> None:
    ordered, other = pl.read_parquet(province), pl.read_parquet(shuffled(province, tmp_path / "shuffled.parquet"))
    assert not other.equals(ordered)
    assert other.sort("dossier", "at", "event").equals(ordered.sort("dossier", "at", "event"))


def test_the_province_is_measured_beside_the_scan_and_in_no_order() -> None:
    found = nation(rounds=1, dossiers=DOSSIERS, unclustered=True)
    assert list(found.rounds) == [SCAN, ALL, APART]
    assert found.goals == {}
    assert found.facts["peak resident GiB, the largest process counted for each"] > 0
    assert "gathering the dossiers" in found.notes[0]


def test_ours_is_among_those_that_check_the_province() -> None:
    found = nation_peers(rounds=1, dossiers=DOSSIERS)
    assert found.rounds[ALL][0] > 0
    assert len(found.rounds) + sum("is not installed" in note for note in found.notes) == 3


def test_the_province_may_be_asked_for_in_another_size_and_nothing_else_changes() -> None:
    plan = sized(QUICK, 50)
    assert plan["nation"]().title.endswith("rules, 50 dossiers × 7 events in Parquet")
    assert {code for code in plan if plan[code] is not QUICK[code]} == {"nation"}
    assert sized(QUICK, None) is QUICK
