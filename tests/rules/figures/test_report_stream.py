"""`motcua report indicators --stream`: the same report as without it, and a clear no to what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from dossier.formats.log import write_log
from tests.rules.figures.june import rows
from tests.rules.figures.test_officers import STORY as OFFICERS
from tests.rules.logs import log_of
from tests.rules.test_commands import run, run_whole

WHAT = ("--period", "2026-06", "--by", "office", "--by", "officer")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.parquet"
    write_log(log_of([*rows(), *OFFICERS]), path)
    return path


def document(log: Path, *options: object) -> dict[str, Any]:
    done = run("report", "indicators", log, *WHAT, *options, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    "options",
    [(), ("--only", "by_law", "--dossiers", "by_law"), ("--choose", "VIII.2.b=both")],
    ids=["plain", "dossiers", "variant"],
)
def test_a_stream_prints_the_plain_report_and_its_folder_prints_it_again(
    log: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    plain = document(log, *options)
    assert document(log, *options, "--stream", tmp_path / "out", "--workers", 1) == plain
    assert document(tmp_path / "out", *options) == plain
    assert len(plain["figures"]) > len(plain["totals"])


def test_the_folder_answers_what_was_not_asked_when_it_was_measured(log: Path, tmp_path: Path) -> None:
    document(log, "--only", "by_law", "--stream", tmp_path / "out", "--workers", 1)
    assert document(tmp_path / "out") == document(log)


def test_the_workbook_holds_the_same_cells(log: Path, tmp_path: Path) -> None:
    books = []
    for name, options in {"plain": (), "batched": ("--stream", tmp_path / "out", "--workers", 1)}.items():
        path = tmp_path / f"{name}.xlsx"
        assert run("report", "indicators", log, *WHAT, *options, "--xlsx", path).exit_code == 0
        sheets = openpyxl.load_workbook(path).worksheets
        books.append({sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in sheets})
    assert books[0] == books[1]
    assert {"Tổng hợp", "Theo nhóm", "Khác nhau"} <= set(books[0])


def test_the_report_says_how_many_dossiers_could_not_be_read(log: Path, tmp_path: Path) -> None:
    first = pl.col("dossier") == str(OFFICERS[0]["dossier"])
    pl.read_parquet(log).with_columns(limit=pl.when(first).then(pl.lit("vài hôm")).otherwise("limit")).write_parquet(
        log
    )
    streamed = document(log, "--stream", tmp_path / "out", "--workers", 1)
    assert streamed["notes"] == ["1 dossier could not be read."]
    assert streamed == document(log)


@pytest.mark.parametrize(
    "refused",
    [("--mapping", "m.toml"), ("--known-at", "2026-06-15T00:00+07:00"), ("--db", "sqlite:///office.db")],
    ids=lambda refused: refused[0],
)
def test_what_a_stream_cannot_do_is_refused_by_name(log: Path, tmp_path: Path, refused: tuple[str, str]) -> None:
    done = run_whole("report", "indicators", log, *WHAT, "--stream", tmp_path / "out", *refused)
    assert done.returncode == 2
    assert f"--stream cannot be given with {refused[0]}" in " ".join(done.stderr.replace("│", "").split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workers", 2), "--workers is for --stream"),
        (("--stream", "here"), "there is something already"),
    ],
    ids=["workers", "full"],
)
def test_options_that_make_no_sense_say_what_to_do(
    log: Path, tmp_path: Path, options: tuple[object, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "notes.txt").write_text("mine", encoding="utf-8")
    done = run_whole("report", "indicators", log, *WHAT, *options)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["notes.txt"]


def test_only_parquet_is_streamed(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("dossier,event,at\n", encoding="utf-8")
    done = run_whole("report", "indicators", tmp_path / "log.csv", *WHAT, "--stream", tmp_path / "out")
    assert (done.returncode, "--stream reads Parquet" in done.stderr) == (2, True)


def test_a_folder_answers_for_its_period_and_its_law_only(log: Path, tmp_path: Path) -> None:
    document(log, "--stream", tmp_path / "out", "--workers", 1)
    other = run_whole("report", "indicators", tmp_path / "out", "--period", "2026-07")
    assert (other.returncode, "out was measured for --period 2026-06" in other.stderr) == (2, True), other.stderr
    same_days = run("report", "indicators", tmp_path / "out", "--period", "2026-06-01..2026-06-30")
    assert same_days.exit_code == 0
    house = run_whole("report", "indicators", tmp_path / "out", *WHAT, "--house", "own.toml")
    assert (house.returncode, "cannot be given with --house" in house.stderr) == (2, True), house.stderr
    empty = run_whole("report", "indicators", tmp_path, *WHAT)
    assert (empty.returncode, "no measured dossiers" in empty.stderr) == (2, True), empty.stderr


def test_the_installed_command_shares_the_batches_out_among_processes(log: Path, tmp_path: Path) -> None:
    done = run_whole("report", "indicators", log, *WHAT, "--stream", tmp_path / "out", "--workers", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == document(log)
