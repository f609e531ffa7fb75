"""`motcua check --stream`: the same answers as without it, and a clear no to what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dossier.formats.log import write_log
from tests.rules.logs import Row, at, log_of
from tests.rules.test_commands import EXAMPLES, run, run_whole

ROWS: list[Row] = [
    {"dossier": "A1", "event": "received", "at": at("2026-06-01 09:00"), "limit": "5 ngày làm việc", "slip": "TN-1"},
    {"dossier": "A1", "event": "completed", "at": at("2026-06-11 09:00"), "document": "KQ-1", "signed": True},
    {"dossier": "A2", "event": "received", "at": at("2026-06-01 10:00"), "slip": None},
    {"dossier": "A3", "event": "received", "at": at("2026-06-02 10:00"), "slip": "TN-2"},
]
"""A1 is six days late (R13), A2 has no slip (R02)."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.parquet"
    write_log(log_of(ROWS), path)
    return path


def both(log: Path, *options: object) -> tuple[dict[str, Any], dict[str, Any], pl.DataFrame]:
    """What is printed without and with --stream, and the findings of the folder."""
    whole = run("check", log, *options, "--json")
    streamed = run("check", log, *options, "--stream", log.parent / "out", "--workers", 1, "--json")
    assert (whole.exit_code, streamed.exit_code) == (0, 0), streamed.output
    found = pl.read_parquet(log.parent / "out" / "findings" / "*.parquet")
    return json.loads(whole.stdout), json.loads(streamed.stdout), found


def shared(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in ("dossiers", "events", "as_of", "law_as_of", "house", "rules", "waivers")}


@pytest.mark.parametrize(
    "options",
    [(), ("--as-of", "2026-06-05T17:00+07:00"), ("--law-as-of", "2018-06-22"), ("--house", EXAMPLES / "house.toml")],
    ids=["plain", "as-of", "law-as-of", "house"],
)
def test_a_stream_prints_the_figures_of_the_plain_check(log: Path, options: tuple[object, ...]) -> None:
    whole, streamed, found = both(log, *options)
    assert shared(streamed) == shared(whole)
    assert (streamed["findings"], streamed["signals"]) == (len(whole["findings"]), len(whole["signals"]))
    assert sorted(found.filter(pl.col("kind") == "rule").select("dossier", "rule").iter_rows()) == sorted(
        (one["dossier"], one["rule"]) for one in whole["findings"]
    )


def test_the_late_dossier_and_the_one_without_slip_are_found(log: Path) -> None:
    _, _, found = both(log)
    assert {("A1", "R13"), ("A2", "R02")} <= set(found.select("dossier", "rule").iter_rows())
    assert ("A3", "R02") not in set(found.select("dossier", "rule").iter_rows())


def test_waived_findings_are_counted_and_do_not_fail_the_command(log: Path, tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.csv"
    _, _, found = both(log)
    of_the_law = found.filter(pl.col("kind") == "rule")
    lines = [f"{d},{r},bão,GĐ,12/QĐ,2026-06-10" for d, r in of_the_law.select("dossier", "rule").iter_rows()]
    waivers.write_text("\n".join(["dossier,rule,reason,approver,instrument,date", *lines]), encoding="utf-8")
    options = ("--waivers", waivers, "--workers", 1, "--fail-on-findings", "--json")
    all_waived = run("check", log, "--stream", tmp_path / "waived", *options)
    assert (all_waived.exit_code, json.loads(all_waived.stdout)["waived"]) == (0, of_the_law.height)
    waivers.write_text("\n".join(["dossier,rule,reason,approver,instrument,date", *lines[1:]]), encoding="utf-8")
    one_stands = run("check", log, "--stream", tmp_path / "stands", *options)
    assert (one_stands.exit_code, json.loads(one_stands.stdout)["waived"]) == (1, of_the_law.height - 1)


def test_a_cell_that_cannot_be_read_is_named_and_ends_with_code_2(log: Path, tmp_path: Path) -> None:
    cells = pl.read_parquet(log).with_columns(
        pl.when(pl.col("dossier") == "A3").then(pl.lit("vài hôm")).otherwise("limit").alias("limit")
    )
    cells.write_parquet(log)
    done = run("check", log, "--stream", tmp_path / "out", "--workers", 1, "--fail-on-findings")
    assert done.exit_code == 2
    assert "row 4, column limit: 'vài hôm'" in done.stderr
    assert "read: 4 rows: 3 read, 1 set aside" in done.stderr


def test_the_officer_is_told_how_much_was_judged_and_where_the_findings_lie(log: Path, tmp_path: Path) -> None:
    done = run("check", log, "--stream", tmp_path / "out", "--workers", 1)
    said = " ".join(done.stdout.split())
    assert "3 dossiers, 4 events, batches: 1, judged at 2026-06-11 09:00 (law of the day of receipt)" in said
    assert "A2 R02:" in said
    assert f"all of them in {tmp_path / 'out'}".replace(" ", "") in done.stdout.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "refused",
    [
        ("--report", "page.html"),
        ("--findings", "found.csv"),
        ("--mapping", "m.toml"),
        ("--against", "other.toml"),
        ("--what-if", "holiday=2026-09-01"),
    ],
    ids=lambda refused: refused[0],
)
def test_what_a_stream_cannot_do_is_refused_by_name(log: Path, tmp_path: Path, refused: tuple[str, str]) -> None:
    done = run_whole("check", log, "--stream", tmp_path / "out", *refused)
    assert done.returncode == 2
    assert f"--stream cannot be given with {refused[0]}" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_database_is_not_streamed(tmp_path: Path) -> None:
    done = run_whole("check", "--db", "sqlite:///office.db", "--stream", tmp_path / "out")
    assert done.returncode == 2
    assert "--stream cannot be given with --db" in done.stderr


def test_only_parquet_is_streamed(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("dossier,event,at\n", encoding="utf-8")
    done = run_whole("check", tmp_path / "log.csv", "--stream", tmp_path / "out")
    assert done.returncode == 2
    assert "--stream reads Parquet" in done.stderr


def test_workers_without_a_stream_are_refused(log: Path) -> None:
    done = run_whole("check", log, "--workers", 2)
    assert done.returncode == 2
    assert "--workers is for --stream" in done.stderr


def test_a_folder_with_something_in_it_is_left_alone(log: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    done = run_whole("check", log, "--stream", tmp_path / "out")
    assert done.returncode == 2
    assert "there is something already" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]


def test_the_installed_command_shares_the_batches_out_among_processes(log: Path, tmp_path: Path) -> None:
    done = run_whole("check", log, "--stream", tmp_path / "out", "--workers", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
