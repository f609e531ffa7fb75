"""The end of a month's audit: filled worksheets become statements, lists for the letters and a follow-up register."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from calendars.files import replace_file
from rules.audit.acts import ACTS, read_frame
from rules.audit.evaluating import Evaluation, evaluate
from rules.audit.findings import Finding, Findings
from rules.audit.frames import Frame
from rules.audit.manifests import Manifest
from rules.audit.months import BY_OFFICE, MONTH, OVERALL, Drawn, Month
from rules.audit.questions import OUTCOMES
from rules.audit.statements import statement
from rules.audit.worksheets import asked_about, guarded
from rules.errors import AuditError, MalformedManifest

FOLLOW_UP = ("office", "findings", "letter_no", "letter_date", "due", "remedied_on", "note")
"""Columns of the register of corrections (plan 2024, I.3: every problem found is followed up)."""

LETTER = ("office", "act", "unit", "dossier", "outcome", "in_doubt", "evidence", "note")


@dataclass(frozen=True)
class Closed:
    """One act of a month, inspected and evaluated."""

    act: str
    frame: Frame
    manifest: Manifest
    findings: Findings
    overall: Evaluation
    by_office: Evaluation


@dataclass(frozen=True)
class ClosedMonth:
    """A month that was inspected; `empty` are the acts that it did not have."""

    month: Month
    acts: tuple[Closed, ...]
    empty: tuple[str, ...]

    def text(self, language: Literal["vi", "en"]) -> str:
        """The statement of the month."""
        parts = []
        for one in self.acts:
            name = ACTS[one.act].vi if language == "vi" else ACTS[one.act].en
            bodies = (
                statement(found, language, sealed=found is one.by_office) for found in (one.overall, one.by_office)
            )
            parts.append("\n".join([f"{name[0].upper()}{name[1:]}, {self.month.month}", *bodies]))
        for act in self.empty:
            none = "không có trong tháng này." if language == "vi" else "none this month."
            parts.append(f"{ACTS[act].vi if language == 'vi' else ACTS[act].en}: {none}")
        return "\n\n".join(parts) + "\n"

    def letters(self) -> Iterator[tuple[str, ...]]:
        """What goes into the corrective letter (văn bản chấn chỉnh) of each office: rows by `LETTER`."""
        rows = (row for one in self.acts for row in _letter(one))
        return iter(sorted(rows))


def _letter(closed: Closed) -> Iterator[tuple[str, ...]]:
    strata = {unit.id: unit for unit in closed.frame.units}
    asked = {question.code: question.vi for question in asked_about(closed.manifest)}
    for finding in closed.findings.findings.values():
        if finding.outcome in {"violation", "undetermined"}:
            unit = strata[finding.unit]
            dossier = dict(zip(closed.frame.columns, unit.facts, strict=True)).get("dossier", unit.id)
            doubts = "; ".join(asked[code] for code in _doubts(finding) if code in asked)
            said = (OUTCOMES[finding.outcome], doubts, finding.evidence, finding.note)
            yield (unit.stratum, closed.act, unit.id, dossier, *said)


def _doubts(finding: Finding) -> Iterator[str]:
    return (code for code, answer in finding.answers.items() if answer in {"no", "unclear"})


def close_month(folder: Path, *, today: date | None = None) -> ClosedMonth:
    """Read the filled worksheets of a month and evaluate them.

    The workbook is read where it has outcomes, else the table.

    Raises:
        AuditError: as `Findings.read` and `evaluate`; every act at fault is named.
        MalformedManifest: the folder holds another draw than it says.

    """
    month = _month(folder)
    closed, faults = [], []
    for one in month.acts:
        if one.manifest is not None and one.act in ACTS:
            try:
                closed.append(_close(folder, one, today))
            except AuditError as error:
                faults.append(error if isinstance(error, MalformedManifest) else AuditError(f"{one.act}: {error}"))
    if faults:
        raise faults[0] if len(faults) == 1 else AuditError("\n".join(map(str, faults)))
    return ClosedMonth(
        month, tuple(closed), tuple(one.act for one in month.acts if one.manifest is None and one.act in ACTS)
    )


def _month(folder: Path) -> Month:
    path = folder / MONTH
    try:
        return Month.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        raise MalformedManifest(str(path), ".".join(map(str, fault["loc"])) or "document", fault["msg"]) from error


def _close(folder: Path, one: Drawn, today: date | None) -> Closed:
    path = folder / f"{one.act}.manifest.json"
    manifest = Manifest.read(path)
    if manifest.sha256 != one.manifest:
        raise MalformedManifest(str(path), "document", f"its SHA-256 is {manifest.sha256}, {MONTH} says {one.manifest}")
    frame = read_frame(folder / f"{one.act}.frame.csv")
    findings = _filled(folder, one.act, manifest, today)
    return Closed(
        one.act,
        frame,
        manifest,
        findings,
        evaluate(manifest, frame, findings, OVERALL),
        evaluate(manifest, frame, findings, BY_OFFICE),
    )


def _filled(folder: Path, act: str, manifest: Manifest, today: date | None) -> Findings:
    sheets = [path for ending in (".xlsx", ".csv") if (path := folder / f"{act}.worksheet{ending}").exists()]
    if not sheets:
        raise FileNotFoundError(f"{folder / f'{act}.worksheet.xlsx'} is not there; put the filled worksheet back")
    filled = [found for path in sheets if (found := Findings.read(path, manifest, today=today)).findings]
    if len(filled) > 1:
        raise AuditError(f"both {sheets[0].name} and {sheets[1].name} are filled; keep the one that holds")
    return filled[0] if filled else Findings({})


def write_closing(closed: ClosedMonth, folder: Path) -> tuple[Path, ...]:
    """Write statements, the list for the letters and, where there is none yet, the follow-up register."""
    letters = list(closed.letters())
    replace_file(folder / "statement.vi.txt", [closed.text("vi").encode()])
    replace_file(folder / "statement.en.txt", [closed.text("en").encode()])
    replace_file(folder / "letters.csv", [_table(LETTER, letters)])
    written = [folder / name for name in ("statement.vi.txt", "statement.en.txt", "letters.csv")]
    register = folder / "follow-up.csv"
    if not register.exists():
        counts: dict[str, int] = {}
        for office, *_ in letters:
            counts[office] = counts.get(office, 0) + 1
        replace_file(register, [_table(FOLLOW_UP, ((name, str(count), *[""] * 5) for name, count in counts.items()))])
        written.append(register)
    return tuple(written)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(header)
    out.writerows(map(guarded, row) for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
