"""The audit file as PDF, and a month drawn from the desk's own store."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from dossier.stores.tables import TABLES
from rules.audit.closing import Closed, ClosedMonth, close_month
from rules.audit.designs import Purpose
from rules.audit.evaluating import evaluate
from rules.audit.findings import Findings
from rules.audit.frames import Frame, Unit
from rules.audit.manifests import Manifest
from rules.audit.months import Month
from rules.audit.printing import pdf, write_pdf
from rules.audit.statements import statement
from rules.display import LANGUAGES, Language
from tests.rules.audit_samples import SEED, frame_of, manifest_of, outcomes, simple
from tests.rules.databases import act, bound, db
from tests.rules.test_audit_commands import filled, log_at, month, run, told

__all__ = ["db", "month"]

HOSTILE = "#panic() $x$ *b* ]{ \\u{41} 'q' --- <b>"


def text_of(path: Path) -> str:
    """Everything printed, without blanks: where a line ends is the printer's business."""
    return "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())


def dense(text: str) -> str:
    return "".join(text.split())


def report(month: Path, name: str, *words: object) -> Path:
    path = month.parent / name
    done = run("report", month, "--out", path, *words)
    assert done.exit_code == 0, done.exception
    return path


# -- the file


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_prints_the_statement_as_it_is(month: Path, language: Language) -> None:
    filled(month)
    printed = text_of(report(month, "a.pdf", "--lang", language))
    for line in close_month(month).text(language).splitlines():
        if not line.endswith(("2026-10", "none this month.", "không có trong tháng này.")):
            assert dense(line) in printed


def test_the_file_is_vietnamese_unless_asked_and_holds_what_the_page_holds(month: Path) -> None:
    filled(month)
    printed = text_of(report(month, "a.pdf"))
    manifest = Manifest.read(month / "pauses.manifest.json")
    for part in (manifest.sha256, manifest.frame_sha256, manifest.design_sha256, SEED, *(u.id for u in manifest.units)):
        assert part in printed
    for words in ("Toàn bộ", "Phòng A", "Mẫu cỡ này bỏ sót đến đâu", "Thủ trưởng cơ quan", "Bằng chứng: +1 <b>"):
        assert dense(words) in printed
    assert "Head of the office" not in printed


def test_the_english_file_has_no_vietnamese_of_ours(month: Path) -> None:
    filled(month)
    printed = text_of(report(month, "a.pdf", "--lang", "en"))
    assert "Headoftheoffice" in printed
    for words in ("quy định", "Ghi chú", "Cơ quan", "có trong tháng", "không"):
        assert dense(words) not in printed


def test_two_processes_give_the_same_bytes(month: Path) -> None:
    filled(month)
    made = report(month, "a.pdf").read_bytes()
    program = (
        "import sys, hashlib; from pathlib import Path; from rules.audit.closing import close_month; "
        "from rules.audit.printing import pdf; print(hashlib.sha256(pdf(close_month(Path(sys.argv[1])))).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", program, month], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == hashlib.sha256(made).hexdigest()


def test_the_file_is_a4_and_dated_with_the_last_inspection(month: Path) -> None:
    filled(month)
    made = PdfReader(report(month, "a.pdf"))
    assert [round(float(side)) for side in made.pages[0].mediabox[2:]] == [595, 842]
    assert made.metadata is not None
    assert made.metadata.creation_date is not None
    assert made.metadata.creation_date.date() == date(2026, 11, 5)


def closed_of(*, office: str = "office 0", note: str = "") -> ClosedMonth:
    """A month of thirty pauses, ten of them inspected on no day, one not in order."""
    frame = Frame([Unit(f"D-{n}", office) for n in range(30)], unit="pauses")
    manifest = manifest_of(frame, simple(10), Purpose(name="by_office", kind="top_up", size=1))
    found = Findings.of(outcomes(manifest, "violation"), manifest).findings
    findings = Findings({unit: replace(one, note=note) for unit, one in found.items()})
    both = (evaluate(manifest, frame, findings, name) for name in ("overall", "by_office"))
    one = Closed("pauses", frame, manifest, findings, *both)
    return ClosedMonth(Month(month="2026-10", source=HOSTILE, acts=()), (one,), ())


def test_what_somebody_typed_is_printed_and_never_read(tmp_path: Path) -> None:
    write_pdf(closed_of(office=HOSTILE, note=HOSTILE * 3), tmp_path / "a.pdf")
    assert text_of(tmp_path / "a.pdf").count(dense(HOSTILE)) >= 3 * 10 + 3


def test_letters_that_the_font_lacks_and_letters_that_hide_are_printed_by_their_codes(tmp_path: Path) -> None:
    write_pdf(closed_of(note="中文 \u202e 😀 \ua730 Đặng"), tmp_path / "a.pdf")
    printed = text_of(tmp_path / "a.pdf")
    assert "⟨U+4E2D⟩⟨U+6587⟩⟨U+202E⟩⟨U+1F600⟩⟨U+A730⟩Đặng" in printed


def test_a_note_longer_than_a_page_is_printed_to_its_cut(tmp_path: Path) -> None:
    write_pdf(closed_of(note="dài " * 3000), tmp_path / "a.pdf")
    assert "(12000)" in text_of(tmp_path / "a.pdf")


def test_a_file_without_any_day_of_inspection_bears_the_first_of_the_month() -> None:
    assert b"D:20261001" in pdf(closed_of())


def test_another_ending_is_refused_and_nothing_written(month: Path) -> None:
    filled(month)
    done = run("report", month, "--out", month.parent / "a.docx")
    assert done.exit_code == 2
    assert not (month.parent / "a.docx").exists()


# -- one and several


def test_one_is_written_as_one() -> None:
    frame = frame_of(1)
    manifest = manifest_of(frame, simple(1))
    found = Findings.of(outcomes(manifest, "violation"), manifest)
    text = statement(evaluate(manifest, frame, found), "en")
    assert "The only dossier was inspected; nothing was drawn.\n1 was not in order." in text
    assert "Danh sách chỉ có 1 hồ sơ, đã kiểm tra" in statement(evaluate(manifest, frame, found), "vi")


def test_a_sample_of_one_is_not_all_one() -> None:
    frame = frame_of(2000)
    manifest = manifest_of(frame, simple(1))
    found = evaluate(manifest, frame, Findings.of(outcomes(manifest), manifest))
    assert "1 was drawn at random and inspected." in statement(found, "en")
    assert "rút thăm ngẫu nhiên 1 và kiểm tra." in statement(found, "vi")


def test_no_sentence_says_one_are() -> None:
    frame = frame_of(3, offices=3)
    manifest = manifest_of(frame, simple(2), Purpose(name="by_office", kind="per_stratum", size=1))
    found = Findings.of(outcomes(manifest, "undetermined", "not_applicable"), manifest)
    for purpose in ("overall", "by_office"):
        text = statement(evaluate(manifest, frame, found, purpose), "en")
        assert not re.search(r"\b(1|one) (are|were|dossiers|units)\b|all 1\b", text), text


# -- several bounds at once


def test_bounds_that_hold_together_are_those_of_the_handbook() -> None:
    """sampling.md, §12: 12 rules, n=150, k=0, N=2000: 3.45 % instead of 1.90 %."""
    frame = frame_of(24_000, offices=12)
    manifest = manifest_of(frame, Purpose(name="by_office", kind="per_stratum", size=150))
    found = Findings.of(outcomes(manifest), manifest)
    apart, together = (evaluate(manifest, frame, found, simultaneous=both) for both in (False, True))
    assert {one.upper for one in apart.results} == {38}
    assert {one.upper for one in together.results} == {69}
    text = statement(together, "en")
    assert "with 99.5833% confidence at most 69 of 2,000" in text
    assert "With 95% confidence all the 'at most' of the lines above hold together" in text
    assert "do not hold together" not in text


def test_the_command_gives_them_when_asked(month: Path) -> None:
    filled(month)
    words = [month / "pauses.manifest.json", "--frame", month / "pauses.frame.csv"]
    words += ["--findings", month / "pauses.worksheet.xlsx", "--purpose", "by_office"]
    apart, together = told("evaluate", *words), told("evaluate", *words, "--simultaneous")
    pairs = zip(apart["purposes"][0]["results"], together["purposes"][0]["results"], strict=True)
    assert all(one["upper_count"] <= both["upper_count"] for one, both in pairs)
    assert together["purposes"][0]["simultaneous"] is True


# -- from the store of the desk


def test_a_month_is_drawn_from_the_store_of_the_desk_and_the_journal_keeps_it(db: str, tmp_path: Path) -> None:
    codes = [f"A{n}" for n in range(6)]
    for code in codes:
        act(db, "receive", "attach", "pause", code=code)
    words = ("--db", db, "--budget", 3, "--seed", SEED, "--source", "dice", "--actor", "KT-01", "--to", tmp_path / "m")
    found = told("month", "2026-06", *words)
    assert found["pauses"]["size"] == 6
    manifest = Manifest.read(tmp_path / "m" / "pauses.manifest.json")
    tickets = {hashlib.sha256(f"{SEED},{code}#paused#1".encode()).hexdigest(): code for code in codes}
    drawn = [tickets[ticket] for ticket in sorted(tickets)[: manifest.parts[0].size]]
    assert [unit.id for unit in manifest.sample(0)] == [f"{code}#paused#1" for code in drawn]
    c = TABLES.journal.c
    with bound(db) as store:
        kept = store.connection.execute(sa.select(c.act, c.actor, c.dossier, c.detail)).all()
    assert [tuple(line) for line in kept] == [("exported", "KT-01", None, "audit.jsonl")]


def test_a_month_of_a_log_and_of_a_store_at_once_is_refused(db: str, tmp_path: Path) -> None:
    assert run("month", "2026-10", log_at(tmp_path / "log.csv"), "--db", db).exit_code == 2
