"""A log measured by batches: row by row and figure by figure what it is in memory."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dossier.events import KINDS
from dossier.formats.errors import LogError
from dossier.formats.log import read_log, write_log
from dossier.formats.mapping import read_mapping
from dossier.procedures import Procedures
from rules.centres import Centres
from rules.figures import indicatorsheet
from rules.figures.batched import MeasuredLog, asked_by, measure_stream
from rules.figures.figures import figures
from rules.figures.form06a import form06a
from rules.figures.grouping import BY
from rules.figures.indicators import Indicators, indicators
from rules.figures.indicatorsheet import indicators_report
from rules.figures.periods import Period
from rules.figures.remaining import remaining
from rules.figures.table import Measured, measured
from tests.rules.figures.june import AS_OF, BOOK, FILE, PERIOD, procedures, rows
from tests.rules.figures.test_officers import STORY as OFFICERS
from tests.rules.figures.test_wabo import PERIOD as YEARS
from tests.rules.logs import Row, at, log_of
from tests.rules.test_checks import CELLS
from tests.rules.test_commands import EXAMPLES, WABO

JUNE = Period.parse("2026-06")


def written(found: list[Row], folder: Path) -> Path:
    write_log(log_of(found), folder / "log.parquet")
    return folder / "log.parquet"


def assert_same(batched: Measured, whole: Measured) -> None:
    """The same rows, whatever their order."""
    ours, theirs = batched.frame(), whole.frame()
    assert_frame_equal(ours, theirs.select(ours.columns), check_row_order=False)
    assert (batched.period, batched.as_of, batched.zone) == (whole.period, whole.as_of, whole.zone)


def assert_same_figures(batched: Measured, whole: Measured) -> None:
    for by in ((), *((one,) for one in BY), ("office", "month")):
        ours, theirs = figures(batched, by=by), figures(whole, by=by)
        assert ours.to_dict() == theirs.to_dict(), by


CODES = ("A1", "A2", "A3", "B1", "B2", "B3")
SAID = CELLS | {
    "actor": ("cb-1", "cb-2", "applicant", "system", "?", None),
    "sector": ("Đất đai", "?", None),
    "status": ("4", "9", "?", None),
    "rating": ("satisfied", "complaint", "?", None),
    "reused": ("true", "false", "?", None),
    "digitised": ("true", "false", "?", None),
}
OFTEN = ("received", "completed", "supplement_requested", "supplemented", "apologised", "rated", "published")
steps = st.fixed_dictionaries(
    {
        "event": st.sampled_from((*KINDS, *OFTEN, *OFTEN)),
        "at": st.integers(0, 40_000).map(lambda n: at("2026-06-01 00:00") + timedelta(minutes=n)),
        "dossier": st.sampled_from(CODES),
    },
    optional={column: st.sampled_from(cells) for column, cells in SAID.items()},
)
logs = st.lists(steps, min_size=1, max_size=40, unique_by=lambda row: (row["dossier"], row["at"]))


@settings(max_examples=25, deadline=None)
@given(logs, st.sampled_from(["together", "apart"]), st.integers(1, 15), st.randoms())
def test_a_log_in_batches_is_measured_as_the_log_in_memory(
    found: list[Row], layout: str, size: int, random: Random
) -> None:
    found = random.sample(found, len(found))
    if layout == "together":
        found.sort(key=lambda row: str(row["dossier"]))
    with TemporaryDirectory() as name:
        path = written(found, Path(name))
        batched = measure_stream(path, Path(name) / "out", JUNE, batch_rows=size)
        assert_same(batched.measured, measured(read_log(path), JUNE))
        assert batched.dossiers == len({row["dossier"] for row in found})
        assert sorted(one.name for one in Path(name).iterdir()) == ["log.parquet", "out"]


@pytest.mark.parametrize("layout", ["together", "apart"])
def test_the_figures_are_those_that_were_counted_by_hand_however_the_rows_lie(layout: str, tmp_path: Path) -> None:
    found = rows()
    if layout == "apart":
        Random(7).shuffle(found)
    law: dict[str, Any] = {"procedures": procedures(), "centres": Centres.loads(BOOK["centres"], FILE.name)}
    batched = measure_stream(written(found, tmp_path), tmp_path / "out", PERIOD, as_of=AS_OF, batch_rows=9, **law)
    assert (batched.partitioned, batched.batches > 3) == (layout == "apart", True)
    for story in BOOK["indicator"]:
        chosen = indicators().only(story["code"])
        chosen = chosen.choose(story["code"], story["variant"]) if "variant" in story else chosen
        told = figures(batched.measured, chosen)
        for side in ("numerator", "rest", "unknown"):
            assert " ".join(told.dossiers(story["code"], side=side)["dossier"]) == story.get(side, ""), story["code"]


def test_every_grouping_gives_the_figures_of_the_log_in_memory(tmp_path: Path) -> None:
    path = written([*rows(), *OFFICERS], tmp_path)
    batched = measure_stream(path, tmp_path / "out", JUNE, batch_rows=9)
    assert_same_figures(batched.measured, measured(read_log(path), JUNE))
    assert {one.group["officer"] for one in figures(batched.measured, by=["officer"])} > {None}


def test_reports_find_the_columns_that_they_ask_for(tmp_path: Path) -> None:
    path = written(OFFICERS, tmp_path)
    log = read_log(path)
    batched, whole = measure_stream(path, tmp_path / "out", JUNE, batch_rows=3).measured, measured(log, JUNE)
    report, other = (indicators_report(figures(one, by=["office"]), None, "log") for one in (batched, whole))
    assert (report.document, report.sheets) == (other.document, other.sheets)
    assert form06a(batched).to_dict() == form06a(whole).to_dict()
    assert remaining(batched, log.calendar) == remaining(whole, log.calendar)


def test_a_period_that_still_runs_is_judged_at_the_last_moment_of_the_whole_log(tmp_path: Path) -> None:
    found: list[Row] = [
        {"dossier": "A1", "event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc"},
        {"dossier": "A2", "event": "received", "at": at("2026-06-10 09:00"), "limit": "5 ngày làm việc"},
    ]
    batched = measure_stream(written(found, tmp_path), tmp_path / "out", JUNE, batch_rows=1)
    assert (batched.batches, batched.measured.as_of) == (2, at("2026-06-10 09:00"))
    # five working days from Monday 1 June end on the 8th, two days before the last moment of the log
    open_overdue = dict(batched.measured.frame().select("dossier", "overdue").iter_rows())
    assert open_overdue == {"A1": True, "A2": False}


def test_a_dossier_with_a_cell_that_cannot_be_read_is_set_aside_and_counted_once(tmp_path: Path) -> None:
    path = written(OFFICERS, tmp_path)
    first = str(OFFICERS[0]["dossier"])
    cell = pl.when(pl.col("dossier") == first).then(pl.lit("vài hôm")).otherwise("limit").alias("limit")
    pl.read_parquet(path).with_columns(cell).write_parquet(path)
    batched = measure_stream(path, tmp_path / "out", JUNE, batch_rows=3)
    assert batched.set_aside == 1
    assert first not in set(batched.measured.frame()["dossier"])
    assert_same(batched.measured, measured(read_log(path), JUNE))


def test_a_log_without_rows_has_figures_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame(schema=dict.fromkeys(("dossier", "event", "at"), pl.String)).write_parquet(path)
    batched = measure_stream(path, tmp_path / "out", JUNE)
    assert batched.dossiers == 0
    assert figures(batched.measured).total("by_law").text == "N/A"


def test_what_fails_leaves_no_folder(tmp_path: Path) -> None:
    path = written(rows(), tmp_path)
    with pytest.raises(AttributeError):
        measure_stream(path, tmp_path / "out", JUNE, procedures="no procedures")
    assert [one.name for one in tmp_path.iterdir()] == ["log.parquet"]


def test_a_folder_is_opened_again_and_another_one_is_refused(tmp_path: Path) -> None:
    path = written(OFFICERS, tmp_path)
    before = measure_stream(path, tmp_path / "[out]", JUNE, batch_rows=3)
    again = MeasuredLog.open(tmp_path / "[out]")
    assert again.to_dict() == before.to_dict()
    assert_same(again.measured, measured(read_log(path), JUNE))
    (tmp_path / "empty").mkdir()
    for part in (tmp_path / "[out]" / "rows").iterdir():
        part.unlink()
    for lacking in ("empty", "[out]", "log.parquet"):
        with pytest.raises(LogError, match="no measured dossiers"):
            MeasuredLog.open(tmp_path / lacking)


OWN = """
format = 1
period = [{code = "received", on = "received_on", meaning_vi = "tiếp nhận", meaning_en = "received"}]
[[indicator]]
code = "few_steps"
title_vi = "ít bước"
title_en = "few steps"
period = "received"
denominator = "received"
numerator = "impossible_steps = 0"
citation = "own"
status = "read"
version = 1
since = 2026-01-01
limits = ""
"""


def test_indicators_of_ones_own_need_their_columns_kept(tmp_path: Path) -> None:
    own, path = Indicators.loads(OWN, "own.toml"), written(OFFICERS, tmp_path)
    assert asked_by(own) == {"received_on", "received", "impossible_steps"}
    with pytest.raises(LogError, match="no column impossible_steps was kept"):
        measure_stream(path, tmp_path / "shipped", JUNE).holding(own)
    kept = measure_stream(path, tmp_path / "own", JUNE, chosen=own).holding(own)
    assert figures(kept, own).to_dict() == figures(measured(read_log(path), JUNE), own).to_dict()


def test_a_table_lists_the_first_dossiers_and_says_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    table = measured(log_of(OFFICERS), JUNE)
    found = figures(table, indicators().only("by_law"))
    codes = sorted(code for side in ("numerator", "rest") for code in found.dossiers("by_law", side=side)["dossier"])
    assert len(codes) > 2
    assert indicatorsheet.dossiers_sheet(found, "by_law").notes == ()
    monkeypatch.setattr(indicatorsheet, "LISTED", 2)
    sheet = indicatorsheet.dossiers_sheet(found, "by_law")
    assert len(sheet.rows) == 2
    assert sheet.notes[0][1].startswith("The first 2 of ")


# the permits of a Dutch municipality

real = pytest.mark.skipif(not WABO.exists(), reason=f"{WABO} is not there: it is not ours to ship")


@real
@pytest.mark.parametrize("layout", ["together", "apart"])
def test_a_real_log_in_batches_gives_the_figures_of_the_log_in_memory(layout: str, tmp_path: Path) -> None:
    text = (EXAMPLES / "wabo.toml").read_text(encoding="utf-8")
    mapping = tmp_path / "wabo.toml"
    mapping.write_text(
        text.replace('promised = "case:deadline"', 'promised = "case:deadline"\nactor = "case:responsible"'),
        encoding="utf-8",
    )
    path = tmp_path / "log.parquet"
    write_log(read_log(WABO, read_mapping(mapping)), path)
    rows_of = pl.read_parquet(path)
    ordered = rows_of.sort("dossier", maintain_order=True)
    (ordered if layout == "together" else rows_of.sample(fraction=1, shuffle=True, seed=3)).write_parquet(path)
    batched = measure_stream(path, tmp_path / "out", YEARS, batch_rows=2_000, procedures=Procedures.shipped())
    assert (batched.partitioned, batched.batches > 2) == (layout == "apart", True)
    whole = measured(read_log(path), YEARS)
    assert_same(batched.measured, whole)
    ours, theirs = (
        figures(one, indicators().only("I.6"), by=["officer"]).to_dict() for one in (batched.measured, whole)
    )
    assert ours == theirs
    assert len(ours["figures"]) > 5


def test_the_script_of_the_page_runs_as_it_stands_there(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "figures.md").read_text(encoding="utf-8")
    code = next(code for code in page.split("```python\n")[1:] if "measure_stream" in code).split("```")[0]
    written(OFFICERS, tmp_path).rename(tmp_path / "province.parquet")
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(len({row["dossier"] for row in OFFICERS}))
