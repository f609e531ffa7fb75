"""`motcua deadline` as an officer reads it, and its certificates as an auditor verifies them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from calendars import Term, deadline, vietnam
from calendars.certificates import canonical, certificate
from rules.cli import app

ASKED = ("deadline", "--from", "2026-08-20T10:00+07:00", "--limit", "5 ngày làm việc")
PAUSES = ("2026-08-21T08:00+07:00/2026-08-25T08:00+07:00", "2026-08-26T08:00+07:00/2026-08-27T08:00+07:00")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def run_whole(*words: object) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with the error handling of `main`."""
    command = [sys.executable, "-c", "from rules.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.json"
    assert run(*ASKED, "--certificate", path).exit_code == 0
    return path


@pytest.fixture
def outdated(tmp_path: Path) -> Path:
    """Five working days from 29 December 2025, as they were known on the day before the swap of 2 January 2026."""
    then = vietnam().as_of(date(2025, 12, 24))
    found = deadline(then, datetime(2025, 12, 29, 9, tzinfo=then.zone), Term.parse("5 ngày làm việc"))
    path = tmp_path / "outdated.json"
    path.write_text(canonical(certificate(then, found)), encoding="utf-8")
    return path


# -- the text


def test_an_officer_reads_the_due_date_first_and_fits_it_on_a_small_screen() -> None:
    shown = run(*ASKED).stdout.splitlines()
    assert shown[0] == "Đến hạn: 24:00 thứ Tư 26/08/2026. Hẹn trả kết quả: 17:00 cùng ngày."
    assert max(map(len, shown)) <= 80
    assert len(shown) <= 24
    assert "Due: 24:00 on Wednesday 26/08/2026. Appointment: 17:00 that day." in shown


def test_the_whole_text_is_given_in_english_when_asked_for() -> None:
    shown = run(*ASKED, "--language", "en").stdout
    assert shown.startswith("Due: 24:00 on Wednesday 26/08/2026.")
    assert "Đến hạn" not in shown


def test_the_table_of_single_days_is_still_at_hand() -> None:
    shown = run(*ASKED, "--steps").stdout
    assert "26/08/2026" in shown
    assert "due" in shown


def test_pauses_may_be_options_or_words_and_mean_the_same() -> None:
    options = run(*ASKED, "--pause", PAUSES[0], "--pause", PAUSES[1], "--json").stdout
    words = run(*ASKED, *PAUSES, "--json").stdout
    mixed = run(*ASKED, "--pause", *PAUSES, "--json").stdout
    assert options == words == mixed
    # counted: 21, then 26, 28 August, 3 and 4 September; 29 August to 2 September are off
    assert json.loads(options)["due"] == "2026-09-04"


def test_nothing_asked_is_an_error_that_says_what_to_give() -> None:
    done = run("deadline")
    assert done.exit_code == 2
    assert "--from" in done.stderr


# -- certificates


def test_a_certificate_is_one_line_of_canonical_json(certified: Path) -> None:
    text = certified.read_text(encoding="utf-8")
    document = json.loads(text)
    assert text == json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert document["result"]["due"] == "2026-08-26"


def test_writing_a_certificate_leaves_the_json_answer_alone(tmp_path: Path) -> None:
    done = run(*ASKED, "--json", "--certificate", tmp_path / "c.json")
    assert json.loads(done.stdout)["due"] == "2026-08-26"
    assert [path.name for path in tmp_path.iterdir()] == ["c.json"]


def test_the_same_certificate_verifies_with_exit_0(certified: Path) -> None:
    done = run("deadline", "verify", certified)
    assert (done.exit_code, done.stdout) == (0, "Khớp · same: 2026-08-26\n")


def test_an_altered_certificate_is_named_with_exit_1(certified: Path) -> None:
    text = certified.read_text(encoding="utf-8").replace('"due":"2026-08-26"', '"due":"2026-08-28"')
    certified.write_text(text, encoding="utf-8")
    done = run("deadline", "verify", certified)
    assert done.exit_code == 1
    assert "result.due: 2026-08-28 -> 2026-08-26" in done.stdout
    assert "digest: " in done.stdout


def test_an_outdated_certificate_names_the_instrument_that_moved_the_date(outdated: Path) -> None:
    done = run("deadline", "verify", outdated)
    assert done.exit_code == 1
    assert "17:00 06/01/2026 -> 17:00 07/01/2026" in done.stdout
    assert "12729/VPCP-KGVX, 25/12/2025" in done.stdout


def test_a_verification_as_json(outdated: Path) -> None:
    document = json.loads(run("deadline", "verify", outdated, "--json").stdout)
    assert (document["same"], document["holds"]) == (False, False)
    assert {"place": "result.due", "found": "2026-01-06", "now": "2026-01-07", "note": ""} in document["differences"]
    assert document["moved_by"][0]["decided_on"] == "2025-12-25"
    assert "12729/VPCP-KGVX" in document["moved_by"][0]["instruments"][0]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1.5]", b'{"format": 1}'])
def test_what_is_no_certificate_ends_with_exit_2_and_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    done = run_whole("deadline", "verify", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.json" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_certificate_that_is_not_there_ends_with_exit_2(tmp_path: Path) -> None:
    done = run_whole("deadline", "verify", tmp_path / "none.json")
    assert done.returncode == 2
    assert "none.json" in done.stderr


@pytest.mark.parametrize("words", [(), ("a.json", "b.json"), ("a.json", "--limit", "5 ngày")])
def test_verify_takes_one_file_and_nothing_else(words: tuple[str, ...]) -> None:
    done = run("deadline", "verify", *words)
    assert done.exit_code == 2
    assert "one certificate" in done.stderr


def test_a_certificate_of_a_batch_is_refused(tmp_path: Path) -> None:
    done = run("deadline", "--batch", "-", "--certificate", tmp_path / "c.json")
    assert done.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_certificate_that_cannot_be_written_ends_with_exit_2(tmp_path: Path) -> None:
    done = run_whole(*ASKED, "--certificate", tmp_path / "nowhere" / "c.json")
    assert (done.returncode, done.stdout) == (2, "")


def test_an_office_counts_by_its_own_hours() -> None:
    # examples/office.toml, summer: 5 hours on Thursday, 7 and a half on the shorter Friday, then a make-up Saturday
    office = Path(__file__).parents[2] / "examples" / "office.toml"
    words = ("deadline", "--from", "2026-08-20T10:00+07:00", "--limit", "13 giờ làm việc", "--json")
    assert json.loads(run(*words).stdout)["expires_at"] == "2026-08-21T17:00:00+07:00"
    assert json.loads(run(*words, "--office", office).stdout)["expires_at"] == "2026-08-22T07:30:00+07:00"
