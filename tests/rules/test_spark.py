"""The check inside Apache Spark; skipped only where Spark or its Java is missing, and never on CI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from dossier.events import KINDS
from dossier.formats.log import read_log, write_log
from rules.checks import check
from rules.findings import SCHEMA
from rules.streaming import check_stream
from tests.rules.logs import Row, at, log_of
from tests.rules.test_streaming import MEETING, OFTEN

EXAMPLES = Path(__file__).parents[2] / "examples"
DOSSIERS = 4_000
"""Some 40,000 rows: Spark hands them over 10,000 at a time."""


def java_version() -> int:
    """The version of Java, 0 where there is none."""
    java = shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


pytestmark = [
    pytest.mark.skipif(
        "CI" not in os.environ and (find_spec("pyspark") is None or java_version() < 17),
        reason="needs the extra `spark` and Java 17",
    ),
    # Spark's own: pandas it asks for, sockets and files that it leaves to the collector
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def example() -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLES))
    import spark_check

    yield spark_check
    sys.path.remove(str(EXAMPLES))
    del sys.modules["spark_check"]


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[2]").appName("motcua")
    for key, value in settings.items():
        builder = builder.config(key, value)
    running = builder.getOrCreate()
    yield running
    running.stop()


def rows(random: Random, dossiers: int) -> list[Row]:
    """Rows of so many dossiers in no order; they share applicants, offices, reasons and number series."""
    found: list[Row] = []
    for number in range(dossiers):
        code = f"H32.10-2606{number % 28 + 1:02}-{number // 28 + 1:05}"
        for _ in range(random.randint(5, 15)):
            cells = {name: random.choice(some) for name, some in MEETING.items() if random.random() < 0.5}
            moment = at("2026-06-01 00:00") + timedelta(minutes=random.randrange(40_000))
            found.append(cells | {"dossier": code, "event": random.choice((*KINDS, *OFTEN, *OFTEN)), "at": moment})
    return random.sample(found, len(found))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("spark") / "log.parquet"
    write_log(log_of(rows(Random(17), DOSSIERS)), found)
    return found


def test_spark_finds_what_one_machine_finds(example: Any, session: Any, path: Path, tmp_path: Path) -> None:
    found, total = example.check_in_spark(session, str(path), str(tmp_path / "spark"))
    checked = check(read_log(path))
    assert found.columns == list(SCHEMA)
    assert Counter(map(tuple, found.collect())) == Counter(checked.found.iter_rows())
    assert (total.dossiers, total.rows, total.unreadable) == (DOSSIERS, checked.log.rows, 0)
    for tally in checked.tallies:
        for name in ("violated", "satisfied", "not_assessable", "not_applicable"):
            assert total.counts[tally.rule.code, name] == getattr(tally, name), (tally.rule.code, name)


def test_spark_finds_what_the_stream_finds_at_an_earlier_moment(
    example: Any, session: Any, path: Path, tmp_path: Path
) -> None:
    moment = at("2026-06-14 09:00")
    found, total = example.check_in_spark(session, str(path), str(tmp_path / "spark"), as_of=moment)
    streamed = check_stream(path, tmp_path / "out", as_of=moment, batch_rows=5_000)
    assert Counter(map(tuple, found.collect())) == Counter(streamed.findings.collect().iter_rows())
    assert total.counts == streamed.total.counts


@pytest.mark.parametrize("least", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_are_joined_at_the_borders_of_dossiers(example: Any, size: int, least: int) -> None:
    codes = [None, "A", "A", " A", "B", "C", "C", "C", "C", "D"]
    frame = pl.DataFrame({"dossier": codes, "row": range(len(codes))})
    batches = frame.to_arrow().to_batches(max_chunksize=size)
    joined = list(example.whole_dossiers(iter(batches), least))
    assert pl.concat(joined).equals(frame)
    seen = [set(part["dossier"].str.strip_chars()) for part in joined]
    assert all(one.isdisjoint(other) for place, one in enumerate(seen) for other in seen[:place])
