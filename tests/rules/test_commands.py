"""The commands as an officer or an auditor calls them."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rules.cli import app, main

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
WABO = SHARED / "wabo_receipt.csv.gz"
EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD = "dossier,event,at,channel,procedure,slip,promised,limit,document,signed"
LATE = [
    "A,submitted,2026-08-20T08:00:00+07:00,online,1.012784,,,,,",
    "A,received,2026-08-20T10:00:00+07:00,online,1.012784,TN1,2026-08-26,5 ngày làm việc,,",
    "A,completed,2026-08-27T10:00:00+07:00,,,,,,KQ,true",
]
NAIVE = "B,received,2026-08-20T10:00:00,online,1.012784,TN1,2026-08-26,5 ngày làm việc,,"
UNKNOWN_KIND = "C,recieved,2026-08-20T10:00:00+07:00,online,1.012784,TN1,2026-08-26,5 ngày làm việc,,"


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def run_whole(*words: object) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with the error handling of `main`."""
    command = [sys.executable, "-c", "from rules.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def log_of(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


# -- deadline


def test_five_working_days_over_a_make_up_saturday() -> None:
    done = run("deadline", "--from", "2026-08-20T10:00+07:00", "--limit", "5 ngày làm việc", "--json")
    answer = json.loads(done.stdout)
    assert answer["due"] == "2026-08-26"
    assert answer["appointment_at"] == "2026-08-26T17:00:00+07:00"
    assert answer["expires_at"] == "2026-08-27T00:00:00+07:00"
    assert answer["certainty"] == "official"
    assert [step["date"] for step in answer["steps"]][0::6] == ["2026-08-20", "2026-08-26"]


def test_a_pause_takes_out_the_days_after_it_began_through_the_day_it_ended() -> None:
    pause = "2026-08-21T08:00+07:00/2026-08-25T08:00+07:00"
    done = run("deadline", "--from", "2026-08-20T10:00+07:00", "--limit", "5 ngày làm việc", "--pause", pause, "--json")
    # counted: 21, then 26, 27, 28 August; 29 August to 2 September are off; the fifth is 3 September
    assert json.loads(done.stdout)["due"] == "2026-09-03"


def test_hours_end_at_a_moment_in_the_zone_of_the_calendar() -> None:
    done = run("deadline", "--from", "2024-09-06T09:00Z", "--limit", "8 giờ làm việc", "--json")
    assert json.loads(done.stdout)["expires_at"] == "2024-09-09T16:00:00+07:00"


def test_a_batch_answers_every_line_in_order_and_goes_on_after_a_bad_one() -> None:
    good = '{"id": "a", "from": "2024-04-26T09:00+07:00", "limit": "3 ngày làm việc"}'
    lines = [
        good,
        "nonsense",
        '{"id": 7, "from": "2024-04-26T09:00", "limit": "3 ngày"}',
        '{"id": null, "limit": "3 ngày"}',
        good,
    ]
    done = run("deadline", "--batch", "-", stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2
    assert [answer["id"] for answer in answers] == ["a", None, 7, None, "a"]
    assert [set(answer) for answer in answers[1:4]] == [{"id", "error"}] * 3
    assert answers[0] == answers[4]
    assert answers[0]["due"] == "2024-05-04"


@pytest.mark.parametrize(
    "request_",
    [
        "[]",
        '{"id": 1, "from": 5, "limit": "3 ngày"}',
        '{"id": 1, "from": "2024-04-26T09:00+07:00", "limit": "3"}',
        '{"id": 1, "from": "2024-04-26T09:00+07:00", "limit": "3 ngày", "pause": []}',
        '{"id": 1, "from": "2024-04-26T09:00+07:00", "limit": "3 ngày", "pauses": ["x"]}',
        (
            '{"id": 1, "from": "2024-04-26T09:00+07:00", "limit": "3 ngày", '
            '"pauses": [["2024-04-28T09:00+07:00", "2024-04-27T09:00+07:00"]]}'
        ),
        '{"id": 1, "from": "2024-04-26T09:00+07:00", "limit": "999999 năm"}',
        "[" * 100_000,
        "",
    ],
)
def test_a_malformed_request_is_answered_by_a_sentence(request_: str) -> None:
    done = run("deadline", "--batch", "-", stdin=request_ + "\n")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]


def test_a_naive_moment_is_refused_with_what_to_write_instead() -> None:
    done = run_whole("deadline", "--from", "2026-08-20T10:00", "--limit", "5 ngày")
    assert (done.returncode, done.stdout) == (2, "")
    assert "2026-08-20T10:00:00+07:00" in done.stderr


def test_strict_refuses_a_date_that_is_only_projected() -> None:
    words = ("deadline", "--from", "2027-12-20T10:00+07:00", "--limit", "20 ngày làm việc")
    assert json.loads(run(*words, "--json").stdout)["certainty"] == "projected"
    assert run_whole(*words, "--strict").returncode == 2


# -- check


def test_a_late_dossier_is_found_with_its_citation(tmp_path: Path) -> None:
    done = run("check", log_of(tmp_path / "log.csv", *LATE), "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (document["dossiers"], document["events"], document["law_as_of"]) == (1, 3, None)
    assert document["as_of"] == "2026-08-27T10:00:00+07:00"
    assert {finding["rule"] for finding in document["findings"]} == {"R13", "R15", "R25"}
    finding = document["findings"][0]
    assert (finding["found"], finding["allowed"]) == ("2026-08-27T10:00:00+07:00", "2026-08-26")
    assert "118/2025/NĐ-CP" in finding["citation"]
    assert finding["message_vi"]
    assert finding["message_en"]


def test_findings_fail_only_when_asked_to(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log.csv", *LATE)
    assert run("check", log).exit_code == 0
    assert run("check", log, "--fail-on-findings").exit_code == 1
    assert run("check", log, "--as-of", "2026-08-20T12:00+07:00", "--fail-on-findings").exit_code == 0


def test_a_row_fault_sets_its_dossier_aside_and_the_rest_is_judged(tmp_path: Path) -> None:
    done = run("check", log_of(tmp_path / "log.csv", *LATE, NAIVE, UNKNOWN_KIND), "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 2
    assert [(fault["dossier"], fault["row"], fault["column"]) for fault in document["unreadable"]] == [
        ("B", 4, "at"),
        ("C", 5, "event"),
    ]
    assert (document["dossiers"], document["events"]) == (1, 5)
    assert document["findings"]


def _truncated(path: Path) -> Path:
    path.write_bytes(gzip.compress("\n".join([HEAD, *LATE]).encode())[:60])
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("header.csv", b"foo,bar\n1,2\n"),
        ("utf8.csv", b"dossier,event,at\nA,received,\xff\n"),
        ("long.csv", b"dossier,event,at\nA,received," + b"x" * 1_100_000 + b"\n"),
        ("cut.csv.gz", gzip.compress(b"dossier,event,at\n" * 50)[:40]),
        ("nothing.csv", b""),
        ("unknown.ending", b"dossier,event,at\n"),
    ],
)
def test_a_file_fault_names_file_and_place_and_leaves_nothing_behind(tmp_path: Path, name: str, content: bytes) -> None:
    log, report = tmp_path / name, tmp_path / "out.html"
    log.write_bytes(content)
    done = run_whole("check", log, "--json", "--report", report)
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not report.exists()


def test_a_mapping_with_a_duplicate_key_is_refused_with_its_line(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text("law_as_of = 2024-06-01\nlaw_as_of = 2024-06-02\n", encoding="utf-8")
    done = run_whole("check", log_of(tmp_path / "log.csv", *LATE), "--mapping", mapping)
    assert done.returncode == 2
    assert "m.toml" in done.stderr
    assert "line 2" in done.stderr


def test_a_report_is_one_page_without_outside_requests(tmp_path: Path) -> None:
    report = tmp_path / "out.html"
    assert run("check", log_of(tmp_path / "log.csv", *LATE), "--report", report).exit_code == 0
    page = report.read_text(encoding="utf-8")
    assert "R13" in page
    assert not re.search(r'(src|href)="https?:', page)


# -- a log nobody here wrote


@cache
def wabo() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("check", WABO, "--mapping", EXAMPLES / "wabo.toml", "--json").stdout)
    return document


def counts(code: str) -> tuple[int, int, int, int]:
    rule = next(rule for rule in wabo()["rules"] if rule["code"] == code)
    return rule["violated"], rule["satisfied"], rule["not_assessable"], rule["not_applicable"]


@pytest.mark.skipif(
    not WABO.exists(), reason=f"{WABO} is not there: the log of a Dutch municipality is not ours to ship"
)
class TestWabo:
    def test_everything_is_read(self) -> None:
        assert (wabo()["dossiers"], wabo()["events"], wabo()["law_as_of"]) == (1434, 8577, "2024-06-01")
        assert wabo()["unreadable"] == []

    def test_377_of_1329_ended_after_their_deadline(self) -> None:
        assert counts("R13") == (377, 952, 0, 105)

    def test_the_answer_is_judged_on_the_internet_cases_only(self) -> None:
        violated, satisfied, not_assessable, not_applicable = counts("R01")
        assert (violated + satisfied, not_assessable, not_applicable) == (1250, 0, 184)

    @pytest.mark.parametrize(
        "code", ["R02", "R04", "R05", "R07", "R09", "R10", "R11", "R16", "R18", "R21", "R22", "R23", "S01"]
    )
    def test_what_the_log_does_not_hold_is_not_assessable(self, code: str) -> None:
        assert counts(code) == (0, 0, 1434, 0)

    def test_impossible_times_are_found_and_activities_after_the_end_are_told(self) -> None:
        found = {finding["dossier"] for finding in wabo()["findings"] if finding["rule"] == "R24"}
        # two received before they were submitted, two ended before it
        assert found >= {"case-4677", "case-5704", "case-8267", "case-10862"}
        assert any("145" in warning for warning in wabo()["warnings"])


# -- rules, import, export


def test_a_rule_shows_its_history_and_an_unknown_code_names_the_known_ones() -> None:
    assert "2010-10-14" in run("rules", "R04").stdout
    assert json.loads(run("rules", "R04", "--json").stdout)["code"] == "R04"
    done = run_whole("rules", "R99")
    assert done.returncode == 2
    assert "R01" in done.stderr


def test_a_log_goes_into_a_database_and_comes_out_the_same(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'office.db'}"
    assert run("import", log_of(tmp_path / "log.csv", *LATE), "--db", address).exit_code == 0
    assert run("export", tmp_path / "out.csv", "--db", address).exit_code == 0
    before, after = (json.loads(run("check", tmp_path / name, "--json").stdout) for name in ("log.csv", "out.csv"))
    assert before["findings"] == after["findings"]
    assert before["rules"] == after["rules"]


def test_a_dossier_that_is_there_already_is_not_imported_twice(tmp_path: Path) -> None:
    address, log = f"sqlite:///{tmp_path / 'office.db'}", log_of(tmp_path / "log.csv", *LATE)
    assert run("import", log, "--db", address).exit_code == 0
    done = run_whole("import", log, "--db", address)
    assert done.returncode == 2
    assert "'A'" in done.stderr


@pytest.mark.parametrize("address", ["sqlite:///nowhere.db", "nonsense", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_is_not_there_is_refused_and_not_made(tmp_path: Path, address: str) -> None:
    done = run_whole("export", tmp_path / "out.csv", "--db", address)
    assert done.returncode == 2
    assert not Path("nowhere.db").exists()
    assert not (tmp_path / "out.csv").exists()


def test_a_fault_of_ours_is_not_dressed_up_as_a_fault_of_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rules.cli.app", broken)
    with pytest.raises(ZeroDivisionError):
        main()
