"""`motcua audit` as an auditor, or a script of another office, calls it."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from rules.audit.manifests import Manifest
from rules.audit.worksheets import DATE, EVIDENCE, INSPECTOR, NOTE, OUTCOME
from rules.cli.audit import app
from tests.rules.audit_samples import SEED, fill

HEAD = "dossier,event,at,office,slip,reason,ground,document,document_at,notice"
BATCH = [
    '{"id": 1, "population": 2000, "tolerable": 0.05, "expected": 0.01, "confidence": 0.95}',
    "nonsense",
    '{"id": "b", "population": 2000, "tolerable": "1/20", "expected": "1/100", "confidence": "19/20"}',
    '{"id": 3, "population": 2000, "tolerable": "0.05", "size": 1}',
]


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def told(*words: object) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    path = tmp_path / "frame.csv"
    rows = (f"D-{n:05d},{'HN' if n % 4 else 'HCM'}" for n in range(1, 401))
    path.write_text("\n".join(["id,office", *rows]) + "\n", encoding="utf-8")
    return path


# -- plan, evaluate: numbers in, numbers out


def test_the_plan_of_the_handbook() -> None:
    """sampling.md, §2: N=2000, tolerable 5 %, expected 1 %: 92 (1), passes with 0.77."""
    found = told("plan", "--population", 2000, "--tolerable", "0.05", "--expected", "0.01", "--confidence", "0.95")
    assert (found["sample_size"], found["acceptance_number"]) == (92, 1)
    assert round(found["probability_of_acceptance"], 2) == 0.77
    assert max(one["chance"] for one in found["operating_characteristic"] if one["rate"] == "1/20") <= 0.05


def test_a_plan_without_end() -> None:
    found = told("plan", "--population", "inf", "--tolerable", "0.05", "--model", "binomial")
    assert found["sample_size"] == 59


def test_a_conclusion_is_exact_and_has_twelve_digits() -> None:
    words = ("--population", 2000, "--sample", 60, "--violations", 0, "--confidence", "0.95")
    found = told("evaluate", *words)
    assert found["upper_rate"]["fraction"] == "19/400"
    assert len(found["upper_rate"]["decimal"].partition(".")[2]) >= 12
    assert (found["estimate"], found["upper_count"]) == (0, 95)


def test_a_conclusion_without_population_has_no_fraction_and_no_count() -> None:
    """1 − 0.05^(1/59), Clopper and Pearson for no violation."""
    found = told("evaluate", "--population", "inf", "--sample", 59, "--violations", 0, "--model", "binomial")
    assert (found["upper_rate"]["fraction"], found["upper_count"]) == (None, None)
    assert abs(float(found["upper_rate"]["decimal"]) - (1 - 0.05 ** (1 / 59))) < 1e-12


def test_a_batch_answers_every_line_and_a_bad_one_stops_nothing() -> None:
    done = run("plan", "--batch", "-", stdin="\n".join(BATCH) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1
    assert [answer["id"] for answer in answers] == [1, None, "b", 3]
    assert [set(answer) == {"id", "error"} for answer in answers] == [False, True, False, True]
    assert {**answers[0], "id": 0} == {**answers[2], "id": 0}
    assert "nothing is called size" in answers[3]["error"]


def test_a_batch_without_fault_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(
        '{"id": 1, "population": 2000, "sample": 60, "violations": 0, "confidence": 0.95}\n', encoding="utf-8"
    )
    done = run("evaluate", "--batch", path)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["upper_count"] == 95


@pytest.mark.parametrize(
    "request_",
    [
        "[]", "", "1", "null", "[" * 100_000, '{"id": 1}', '{"population": true, "sample": 1, "violations": 0}',
        '{"population": 10, "sample": 11, "violations": 0}', '{"population": 10, "sample": 5, "violations": 6}',
        '{"population": 10, "sample": 5, "violations": -1}', '{"population": 10, "sample": 0, "violations": 0}',
        '{"population": 10.5, "sample": 5, "violations": 0}', '{"population": "inf", "sample": 5, "violations": 0}',
        '{"population": 10, "sample": 5, "violations": 0, "confidence": 1}',
        '{"population": 10, "sample": 5, "violations": 0, "confidence": NaN}',
        '{"population": 10, "sample": 5, "violations": 0, "confidence": "95%"}',
        '{"population": 10, "sample": 5, "violations": 0, "model": "wald"}',
        '{"population": 10, "sample": 5, "violations": 0, "confidence": 1e-999999999}',
        '{"population": 1' + "0" * 5000 + ', "sample": 5, "violations": 0}',
        '{"population": 99999999999999, "sample": 5, "violations": 0}',
        '{"population": 10, "sample": 5, "violations": [0]}',
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_answered_by_a_sentence(request_: str) -> None:
    done = run("evaluate", "--batch", "-", stdin=request_ + "\n")
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["error"]) > 10


# -- draw, verify


def test_a_draw_gives_units_in_order_with_their_tickets(frame: Path) -> None:
    units = told("draw", frame, "--seed", SEED, "--size", 25)["units"]
    due = sorted((hashlib.sha256(f"{SEED},D-{n:05d}".encode()).hexdigest(), f"D-{n:05d}") for n in range(1, 401))[:25]
    assert [(unit["ticket"], unit["id"]) for unit in units] == due


def test_strata_are_drawn_from_in_proportion(frame: Path) -> None:
    found = told("draw", frame, "--seed", SEED, "--size", 40, "--strata", "office")
    assert {part["of"]: (part["population"], part["size"]) for part in found["parts"]} == {
        "HCM": (100, 10),
        "HN": (300, 30),
    }
    assert [unit["ticket"] for unit in found["units"]] == sorted(unit["ticket"] for unit in found["units"])


def test_a_draw_is_verified_by_whoever_has_the_frame_and_a_forged_one_is_not(frame: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "m.json"
    words = ("--seed", SEED, "--size", 40, "--strata", "office", "--source", "dice", "--out", manifest)
    assert run("draw", frame, *words).exit_code == 0
    assert told("verify", manifest, "--frame", frame)["ok"] is True
    frame.write_text(frame.read_text(encoding="utf-8") + "D-99999,HN\n", encoding="utf-8")
    done = run("verify", manifest, "--frame", frame, "--json")
    assert done.exit_code == 1
    assert "SHA-256" in json.loads(done.stdout)["reasons"][0]
    unit = Manifest.read(manifest).units[0]
    assert told("verify", manifest, "--id", unit.id, "--stratum", unit.stratum)["selected"] is True


@pytest.mark.parametrize(
    "words",
    [("--size", 10, "--seed", "20 dice"), ("--size", 1000, "--seed", SEED), ("--seed", SEED), ("--size", 10)],
)
def test_a_draw_that_cannot_be_is_refused(frame: Path, words: tuple[object, ...]) -> None:
    assert run("draw", frame, *words).exit_code != 0


# -- a month, from log to statement


def log_at(path: Path) -> Path:
    rows = [HEAD]
    for n in range(30):
        office, code = ("Phòng A", "Phòng B")[n % 2], f"H-{n:02d}"
        rows += [
            f"{code},received,2026-09-{n + 1:02d}T08:00:00+07:00,{office},TN{n},,,,,",
            f"{code},paused,2026-10-{n + 1:02d}T09:00:00+07:00,,,chờ văn bản,,VB{n},2026-10-01T08:00:00+07:00,TB{n}",
        ]
        if n < 8:
            rows.append(f"{code},withdrawn,2026-10-{n + 2:02d}T10:00:00+07:00,,,xin rút,,DON{n},,TB{n}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def month(tmp_path: Path) -> Path:
    folder = tmp_path / "audit"
    log = log_at(tmp_path / "log.csv")
    words = ("--budget", 20, "--seed", SEED, "--source", "dice", "--to", folder, "--offices", "30%")
    done = run("month", "2026-10", log, *words)
    assert done.exit_code == 0, done.output
    return folder


def filled(folder: Path) -> None:
    """Fill every workbook of a month; the first pause has no specific reason."""
    for act in sorted({path.name.split(".")[0] for path in folder.glob("*.worksheet.xlsx")}):
        manifest = Manifest.read(folder / f"{act}.manifest.json")
        path = folder / f"{act}.worksheet.xlsx"
        header = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][1]]
        asked = [place for place, name in enumerate(header, 1) if "?" in str(name)]
        bad: dict[tuple[int, str], Any] = {}
        if act == "pauses":
            bad = {(2, str(header[asked[0] - 1])): "không", (2, OUTCOME): "chưa đúng quy định", (2, EVIDENCE): "+1 <b>"}
        fill(path, bad, answers=asked, rows=len(manifest.units))


def test_before_the_seed_only_what_will_be_drawn_is_said(tmp_path: Path) -> None:
    log = log_at(tmp_path / "log.csv")
    found = told("month", "2026-10", log, "--budget", 20)
    assert {act: one["size"] for act, one in found.items()} == {"pauses": 30, "cancellations": 8}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv"]


def test_a_month_keeps_to_its_budget_and_draws_the_offices(month: Path) -> None:
    units = [len(Manifest.read(month / f"{act}.manifest.json").units) for act in ("pauses", "cancellations")]
    assert sum(units) <= 20
    assert len(Manifest.read(month / "office.manifest.json").units) == 1  # 30 % of two, rounded up


def test_a_month_is_not_drawn_twice_into_one_folder(month: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in month.iterdir()}
    done = run("month", "2026-10", tmp_path / "log.csv", "--budget", 20, "--seed", "1" * 20, "--to", month)
    assert "a month is drawn once" in str(done.exception)
    assert {path.name: path.read_bytes() for path in month.iterdir()} == before


def test_a_month_draws_the_same_from_the_same(month: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    words = ("--budget", 20, "--seed", SEED, "--source", "dice", "--to", again, "--offices", "30%")
    assert run("month", "2026-10", tmp_path / "log.csv", *words).exit_code == 0
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {p.name: p.read_bytes() for p in month.iterdir()}


def test_a_month_that_is_not_inspected_is_not_closed(month: Path) -> None:
    done = run("close", month)
    assert "pauses: " in str(done.exception)
    assert "cancellations: " in str(done.exception)
    assert not (month / "statement.vi.txt").exists()


def test_a_month_is_closed_with_statement_letters_and_register(month: Path) -> None:
    filled(month)
    found = told("close", month)
    assert found["empty"] == ["supplements"]
    assert [one["act"] for one in found["letters"]] == ["pauses"]
    assert "Lý do có cụ thể" in found["letters"][0]["in_doubt"]
    text = (month / "statement.vi.txt").read_text(encoding="utf-8")
    assert "1 chưa đúng quy định" in text
    assert "không có trong tháng này" in text
    with (month / "letters.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["evidence"] == "'+1 <b>"
    with (month / "follow-up.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["letter_no"] == ""


def test_the_register_that_somebody_has_filled_is_left_alone(month: Path) -> None:
    filled(month)
    (month / "follow-up.csv").write_text("mine", encoding="utf-8")
    assert run("close", month).exit_code == 0
    assert (month / "follow-up.csv").read_text(encoding="utf-8") == "mine"


def test_the_audit_file_is_the_same_from_the_same_files_and_asks_nothing_from_outside(
    month: Path, tmp_path: Path
) -> None:
    filled(month)
    for name in ("a.html", "b.html"):
        assert run("report", month, "--out", tmp_path / name).exit_code == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html.unescape(page)
    assert "src=" not in page
    assert SEED in page
    assert "Phòng A" in page
    assert "+1 &lt;b&gt;" in page


def test_a_manifest_that_was_exchanged_is_noticed(month: Path) -> None:
    filled(month)
    shutil.copy(month / "cancellations.manifest.json", month / "pauses.manifest.json")
    done = run("close", month)
    assert "month.json says" in str(done.exception)


# -- from frame to conclusion


def test_an_auditor_walks_from_log_to_statement(tmp_path: Path) -> None:
    frame, manifest, sheet = (tmp_path / name for name in ("f.csv", "m.json", "w.xlsx"))
    found = told("frame", log_at(tmp_path / "log.csv"), "--units", "pauses", "--month", "2026-10", "--out", frame)
    assert (found["size"], found["strata"]) == (30, {"Phòng A": 15, "Phòng B": 15})
    words = ("--seed", SEED, "--size", 12, "--tolerable", "0.25", "--source", "dice", "--out", manifest)
    assert told("draw", frame, *words)["unit"] == "pauses"
    asked = told("worksheet", manifest, "--frame", frame, "--out", sheet)
    shutil.copy(manifest, tmp_path / "pauses.manifest.json")
    header = [cell.value for cell in openpyxl.load_workbook(sheet).worksheets[0][1]]
    places = [place for place, name in enumerate(header, 1) if "?" in str(name)]
    assert len(places) == len(asked["questions"])
    fill(sheet, {(4, OUTCOME): "không xác định được", (4, NOTE): "mất"}, answers=places, rows=12)
    found = told("evaluate", manifest, "--frame", frame, "--findings", sheet)
    whole = found["purposes"][0]["whole"]
    assert (whole["inspected"], whole["violations"], whole["undetermined"]) == (12, 0, 1)
    assert whole["optimistic_upper_count"] < whole["upper_count"]
    assert "30 pauses of the clock; 12 were drawn" in found["purposes"][0]["statement"]["en"]
    assert {INSPECTOR, DATE} <= set(header)
    done = run("evaluate", manifest, "--frame", frame, "--findings", sheet, "--confidence", "0.90")
    assert "was not planned" in str(done.exception)


WALK = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", WALK, re.DOTALL)
SHELL = next(block for block in BLOCKS if "sha256sum" in block)
DEMO = next(block for block in BLOCKS if "motcua demo" in block)


def test_every_command_of_the_walk_through_runs_and_the_shell_draws_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rules.demo.run import run_demo

    monkeypatch.chdir(tmp_path)
    run_demo(tmp_path / "demo", dossiers=int(DEMO.split()[-1]))
    lines = [line for block in BLOCKS for line in block.splitlines() if line.startswith("motcua audit")]
    assert {line.split()[2] for line in lines} == {"month", "verify", "close", "report"}
    for line in lines:
        if line.split()[2] == "close":
            filled(tmp_path / "audit-2026-08")
        done = run(*shlex.split(line)[2:])
        assert done.exit_code == 0, (line, done.output, done.exception)
    shell = subprocess.run(["bash", "-ec", SHELL], capture_output=True, text=True, check=True)  # noqa: S603, S607
    *units, digest = shell.stdout.splitlines()
    manifest = Manifest.read(tmp_path / "audit-2026-08" / "pauses.manifest.json")
    assert units == [f"{unit.ticket} {unit.id}" for unit in manifest.sample(0)]
    assert digest.split()[0] == manifest.sha256
