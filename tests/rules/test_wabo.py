"""A real log, the receipt phase of environmental permits at a Dutch municipality: one story, whatever file tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dossier.formats.eventlog import EventLog
from dossier.formats.log import read_log, write_log
from dossier.formats.mapping import read_mapping
from rules.checks import Checked, check
from rules.streaming import Law, check_stream
from tests.rules.test_commands import EXAMPLES, WABO
from tests.rules.test_streaming import figures, found

pytestmark = pytest.mark.skipif(not WABO.exists(), reason=f"{WABO.name} is not there: it is no part of this repository")


def read(path: Path) -> EventLog:
    return read_log(path, read_mapping(EXAMPLES / "wabo.toml"))


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.read_csv(WABO, infer_schema=False)


@pytest.fixture(scope="module")
def checked() -> Checked:
    return check(read(WABO))


def as_xlsx(table: pl.DataFrame, folder: Path) -> Path:
    table.write_excel(folder / "log.xlsx", autofit=False)
    return folder / "log.xlsx"


def as_parquet(table: pl.DataFrame, folder: Path) -> Path:
    table.write_parquet(folder / "log.parquet")
    return folder / "log.parquet"


def as_shuffled(table: pl.DataFrame, folder: Path) -> Path:
    table.sample(fraction=1, shuffle=True, seed=11).write_csv(folder / "log.csv")
    return folder / "log.csv"


@pytest.mark.parametrize("write", [as_xlsx, as_parquet, as_shuffled])
def test_every_kind_of_file_and_every_order_of_rows_gives_the_same_findings(
    table: pl.DataFrame, checked: Checked, tmp_path: Path, write: Callable[[pl.DataFrame, Path], Path]
) -> None:
    other = check(read(write(table, tmp_path)))
    assert checked.found.height > 1000
    assert found(other.found) == found(checked.found)
    assert figures(other.tallies) == figures(checked.tallies)


@pytest.mark.parametrize("order", ["as it was", "shuffled"])
def test_by_batches_it_gives_the_findings_of_the_log_in_memory(tmp_path: Path, order: str) -> None:
    log, path = read(WABO), tmp_path / "log.parquet"
    events = log.events if order == "as it was" else log.events.sample(fraction=1, shuffle=True, seed=11)
    write_log(replace(log, events=events), path)
    # what the mapping says of the source is no part of the log that it gives
    written = replace(read_log(path, calendar=log.calendar), law_as_of=log.law_as_of)
    law = Law(as_of=date(2024, 6, 1))
    streamed = check_stream(path, tmp_path / "out", law=law, calendar=log.calendar, batch_rows=1_000)
    assert streamed.batches > 1
    assert (streamed.total.dossiers, streamed.partitioned) == (1434, order == "shuffled")
    inside = check(written)
    assert found(streamed.findings.collect()) == found(inside.found)
    assert figures(streamed.tallies) == figures(inside.tallies)
