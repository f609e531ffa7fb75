from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.errors import DossierError
from dossier.events import KINDS, LOG_COLUMNS
from dossier.formats.errors import LogError
from dossier.formats.log import read_log, write_log
from rules import streaming
from rules.checks import Checked, check
from rules.rulebook import rulebook
from rules.streaming import Law, Streamed, check_stream
from rules.waivers import Waivers
from tests.rules.logs import Row, at, log_of
from tests.rules.test_checks import CELLS

# dossiers that share applicants, offices, reasons and number series, so that cuts between batches matter

CODES = [f"H32.10-260601-{number:05}" for number in (1, 2, 4, 7, 8, 12)] + ["A1", "A2"]
MEETING = CELLS | {
    "applicant": ("kh-1", "kh-2", "?", None),
    "office": ("SO-TNMT", "UBND-NT", "?", None),
    "slip": ("TN-1", "TN-2", "TN-5", "9/TN-2026", "?", None),
    "reason": ("chờ thuế", "?", None),
    "procedure": ("1.012784", "1.010727", "?", None),
    "channel": ("online", "in_person", "?", None),
}
OFTEN = ("received", "submitted", "closed", "paused", "rejected", "completed")
meeting_rows = st.fixed_dictionaries(
    {
        "event": st.sampled_from((*KINDS, *OFTEN, *OFTEN)),
        "at": st.integers(0, 40_000).map(lambda n: at("2026-06-01 00:00") + timedelta(minutes=n)),
        "dossier": st.sampled_from(CODES),
    },
    optional={column: st.sampled_from(cells) for column, cells in MEETING.items()},
)
meeting_logs = st.lists(meeting_rows, min_size=1, max_size=40, unique_by=lambda row: (row["dossier"], row["at"]))
OPTIONAL = [column for column in LOG_COLUMNS if column not in {"dossier", "event", "at"}]


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def as_parquet(rows: Sequence[Row], path: Path, *, clustered: bool, without: Sequence[str] = ()) -> Path:
    ordered = sorted(rows, key=lambda row: str(row["dossier"])) if clustered else rows
    write_log(log_of(ordered, without=without), path)
    return path


def figures(tallies: Sequence[streaming.Tally]) -> list[tuple[object, ...]]:
    return [(t.rule.code, t.violated, t.satisfied, t.not_assessable, t.not_applicable, t.waived) for t in tallies]


def found(frame: pl.DataFrame) -> Counter[tuple[object, ...]]:
    return Counter(frame.iter_rows())


def assert_same(streamed: Streamed, checked: Checked) -> None:
    assert found(streamed.findings.collect()) == found(checked.found)
    assert figures(streamed.tallies) == figures(checked.tallies)
    assert streamed.as_of == checked.as_of
    assert (streamed.total.dossiers, streamed.total.rows) == (checked.facts.height, checked.log.rows)


def assert_nothing_left(folder: Path, *names: str) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


@settings(max_examples=40, deadline=None)
@given(
    meeting_logs,
    st.sampled_from(["together", "apart"]),
    st.integers(1, 15),
    st.lists(st.sampled_from(OPTIONAL), max_size=2),
    st.randoms(),
)
def test_a_log_in_batches_is_judged_as_the_log_in_memory(
    rows: list[Row],
    layout: str,
    size: int,
    without: list[str],
    random: Random,
) -> None:
    rows = random.sample(rows, len(rows))
    with TemporaryDirectory() as name:
        path = as_parquet(rows, Path(name) / "log.parquet", clustered=layout == "together", without=without)
        streamed = check_stream(path, Path(name) / "out", batch_rows=size)
        assert_same(streamed, check(read_log(path)))
        assert_nothing_left(Path(name), "log.parquet", "out")


@settings(max_examples=15, deadline=None)
@given(meeting_logs, st.integers(1, 15))
def test_a_log_judged_at_an_earlier_moment_knows_nothing_of_later_steps(rows: list[Row], size: int) -> None:
    moment = at("2026-06-12 10:00")
    with TemporaryDirectory() as name:
        path = as_parquet(rows, Path(name) / "log.parquet", clustered=True)
        streamed = check_stream(path, Path(name) / "out", batch_rows=size, as_of=moment)
        assert_same(streamed, check(read_log(path), as_of=moment))


BAD = st.sampled_from(
    [("at", "hôm qua"), ("limit", "vài hôm"), ("channel", "on-line"), ("dossier", ""), ("signed", "x")]
)


@settings(max_examples=25, deadline=None)
@given(meeting_logs, st.lists(st.tuples(BAD, st.integers(0, 39)), min_size=1, max_size=3), st.integers(1, 15))
def test_a_dossier_with_a_cell_that_cannot_be_read_is_set_aside_and_is_nobodys_neighbour(
    rows: list[Row], faults: list[tuple[tuple[str, str], int]], size: int
) -> None:
    with TemporaryDirectory() as name:
        path = as_parquet(rows, Path(name) / "log.parquet", clustered=True)
        texts = pl.read_parquet(path).with_columns(
            pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%:z"), pl.selectors.boolean().cast(pl.String)
        )
        for (column, value), place in faults:
            row = place % texts.height
            texts = texts.with_columns(
                pl.when(pl.int_range(pl.len()) == row).then(pl.lit(value)).otherwise(column).alias(column)
            )
        texts.write_parquet(path)
        read = read_log(path)
        streamed = check_stream(path, Path(name) / "out", batch_rows=size)
        assert_same(streamed, check(read, as_of=streamed.as_of))
        assert read.latest is None or streamed.as_of == read.latest
        assert (streamed.total.set_aside, streamed.total.unreadable) == (read.set_aside, len(read.unreadable))
        listed = pl.concat(map(pl.read_parquet, sorted((Path(name) / "out" / "unreadable").glob("*"))))
        assert Counter(listed.select("row", "column").iter_rows()) == Counter(
            (fault.row, fault.column) for fault in read.unreadable
        )


# columns as other programs write them

TYPED: list[Row] = [
    {"dossier": "A1", "event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "TN-1"},
    {"dossier": "A1", "event": "completed", "at": at("2026-06-11 09:00"), "document": "KQ-1", "signed": True},
    {"dossier": "A2", "event": "received", "at": at("2026-06-01 10:00"), "promised": "2026-06-03", "slip": " TN-2 "},
]


@pytest.mark.parametrize(
    "change",
    [
        pl.col("event").cast(pl.Categorical),
        pl.col("event").cast(pl.Enum([*KINDS, ""])),
        pl.col("slip").cast(pl.Categorical),
        pl.col("at").dt.cast_time_unit("ns"),
        pl.col("at").dt.cast_time_unit("ms").dt.convert_time_zone("UTC"),
        pl.col("at").dt.strftime("%Y-%m-%d %H:%M%:z"),
        pl.col("promised").str.to_date(),
        pl.col("promised").str.to_date().cast(pl.Datetime("us", "UTC")),
        pl.col("signed").replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean),
        pl.lit(None).alias("channel"),
        pl.lit("").alias("reason"),
        pl.lit("  ").alias("reason"),
        pl.lit("?").alias("channel"),
        pl.lit("không có").alias("limit"),
        pl.lit("mã\0").alias("slip"),
        pl.lit("mã\0").alias("khác"),
    ],
    ids=str,
)
def test_cells_are_read_as_the_reader_reads_them_whatever_their_type(change: pl.Expr, folder: Path) -> None:
    path = as_parquet(TYPED, folder / "log.parquet", clustered=True)
    pl.read_parquet(path).with_columns(change).write_parquet(path)
    if change.meta.output_name() == "khác":
        with pytest.raises(AssertionError):  # a column of the file's own is not read: its faults set nothing aside
            assert_same(check_stream(path, folder / "out"), check(read_log(path)))
        return
    assert_same(check_stream(path, folder / "out"), check(read_log(path)))


def test_a_log_without_rows_finds_nothing(folder: Path) -> None:
    path = folder / "log.parquet"
    pl.DataFrame(schema=dict.fromkeys(("dossier", "event", "at"), pl.String)).write_parquet(path)
    streamed = check_stream(path, folder / "out", as_of=at("2026-06-30 17:00"))
    assert streamed.total.dossiers == 0
    assert streamed.findings.collect().is_empty()


def test_a_waived_finding_keeps_its_place_in_every_figure(folder: Path) -> None:
    path = as_parquet(TYPED, folder / "log.parquet", clustered=True)
    rows = [
        {
            "dossier": dossier,
            "rule": "R13",
            "reason": "bão",
            "approver": "GĐ",
            "instrument": "12/QĐ",
            "date": "2026-06-10",
        }
        for dossier in ("A1", "A2", "A9")
    ]
    text = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    (folder / "waivers.csv").write_text(text, encoding="utf-8")
    waivers = Waivers.load(folder / "waivers.csv", rulebook())
    streamed = check_stream(path, folder / "out", law=Law(waivers=waivers), batch_rows=1)
    checked = check(read_log(path), waivers=waivers)
    assert_same(streamed, checked)
    assert streamed.total.used == checked.waivers
    assert [used.state for used in checked.waivers] == ["used", "unused", "unknown dossier"]


def test_the_summary_tells_the_figures_of_the_run(folder: Path) -> None:
    path = as_parquet(TYPED, folder / "log.parquet", clustered=True)
    streamed = check_stream(path, folder / "out", batch_rows=1)
    told = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(streamed.to_dict()))
    assert (told["dossiers"], told["events"], told["batches"], told["partitioned"]) == (2, 3, 2, False)
    assert told["findings"] == check(read_log(path)).findings.height


# what goes wrong leaves nothing


def test_rows_that_stand_apart_are_gathered_and_the_parts_taken_away(folder: Path) -> None:
    path = as_parquet([TYPED[0], TYPED[2], TYPED[1]], folder / "log.parquet", clustered=False)
    streamed = check_stream(path, folder / "out", batch_rows=2)
    assert streamed.partitioned
    assert "partition" in streamed.seconds
    assert_same(streamed, check(read_log(path)))
    assert_nothing_left(folder, "log.parquet", "out")
    assert_nothing_left(folder / "out", "findings", "summary.json")


@pytest.mark.parametrize("layout", ["together", "apart"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_nothing(
    layout: str,
    failure: type[BaseException],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several = [row | {"dossier": f"A{number}"} for row in TYPED[:2] for number in range(20)]
    path = as_parquet(several, folder / "log.parquet", clustered=layout == "together")
    calls: list[int] = []

    def second_fails(*given: object, **named: object) -> pl.DataFrame:
        calls.append(1)
        if len(calls) > 1:
            raise failure
        return findings(*given, **named)  # type: ignore[arg-type]

    findings = streaming.findings
    monkeypatch.setattr(streaming, "findings", second_fails)
    with pytest.raises(failure):
        check_stream(path, folder / "out", batch_rows=1, workers=1)
    assert_nothing_left(folder, "log.parquet")


def test_what_stands_in_the_folder_already_is_left_alone(folder: Path) -> None:
    path = as_parquet(TYPED, folder / "log.parquet", clustered=True)
    (folder / "out").mkdir()
    (folder / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(LogError, match="there is something already"):
        check_stream(path, folder / "out")
    assert_nothing_left(folder / "out", "notes.txt")


def test_an_empty_folder_is_filled(folder: Path) -> None:
    path = as_parquet(TYPED, folder / "log.parquet", clustered=True)
    (folder / "out").mkdir()
    assert check_stream(path, folder / "out").findings.collect().height


@pytest.mark.parametrize(
    "frame",
    [
        {"event": ["received"], "at": ["2026-06-01T09:00Z"]},
        {"dossier": [1.5], "event": ["received"], "at": ["2026-06-01T09:00Z"]},
        {"dossier": [["A1"]], "event": ["received"], "at": ["2026-06-01T09:00Z"]},
        None,
    ],
)
def test_a_file_that_is_no_event_log_is_refused_by_its_name(
    frame: dict[str, list[object]] | None, folder: Path
) -> None:
    path = folder / "log.parquet"
    if frame is None:
        path.write_bytes(b"PAR1 nothing PAR1")
    else:
        pl.DataFrame(frame).write_parquet(path)
    with pytest.raises(DossierError, match=r"log\.parquet") as caught:
        check_stream(path, folder / "out")
    assert str(folder / "log.parquet") in str(caught.value)
    assert_nothing_left(folder, "log.parquet")


# several processes

PLAIN = """
from rules.streaming import check_stream
print(len(check_stream("log.parquet", "out", batch_rows=1).tallies))
"""
UNGUARDED = """
from rules.streaming import check_stream
check_stream("log.parquet", "out", batch_rows=1, workers=2)
"""


def script(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "script.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603


def test_a_script_without_a_guard_may_judge_in_its_own_process(folder: Path) -> None:
    as_parquet(TYPED, folder / "log.parquet", clustered=True)
    done = script(folder, PLAIN)
    assert done.stdout.strip() == str(len(rulebook().rules)), done.stderr


def test_a_script_that_asks_for_processes_without_a_guard_is_told_of_it_and_nothing_is_left(folder: Path) -> None:
    as_parquet(TYPED, folder / "log.parquet", clustered=True)
    done = script(folder, UNGUARDED)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("rules.errors.LostHelper: one of 2 processes ended before its time")
    assert "__main__" in last
    assert_nothing_left(folder, "log.parquet", "script.py")


def test_the_script_of_the_page_runs_as_it_stands_there(folder: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
    as_parquet(TYPED, folder / "province.parquet", clustered=True)
    done = script(folder, page.split("```python\n")[1].split("```")[0])
    assert (done.returncode, "R13" in done.stdout) == (0, True), done.stderr
    assert_nothing_left(folder, "checked", "province.parquet", "script.py")


def test_several_processes_find_what_one_finds(folder: Path) -> None:
    several = [row | {"dossier": f"{row['dossier']}-{number}"} for number in range(5) for row in TYPED]
    path = as_parquet(several, folder / "log.parquet", clustered=True)
    streamed = check_stream(path, folder / "out", batch_rows=2, workers=2)
    assert streamed.batches > 2
    assert_same(streamed, check(read_log(path)))


# digits of other scripts are no numbers of a series


@pytest.mark.parametrize("cell", [{"slip": "TN-٠٠٠١"}, {"dossier": "H32.10-٢٦٠٦٠١-٠٠٠٠١"}, {"slip": "TN-２"}])
def test_digits_of_another_script_number_nothing(cell: Row) -> None:
    rows: list[Row] = [{"event": "received", "at": at("2026-06-01 09:00"), "office": "SO-TNMT", **cell}]
    checked = check(log_of(rows))
    signals = {tally.rule.code: tally for tally in checked.tallies}
    assert (signals["S09"].violated, signals["S10"].violated) == (0, 0)
