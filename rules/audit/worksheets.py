"""Worksheets (phiếu kiểm tra): what a person fills in, in the order of the tickets, blind to flags and strata."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calendars.files import replace_file
from rules.audit.frames import Frame
from rules.audit.manifests import Manifest
from rules.audit.questions import ANSWERS, OUTCOMES, Question, checklist, rule_question
from rules.errors import FrameMismatch

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET = "Phiếu kiểm tra"
UNIT, OUTCOME = "Mã · Unit", "Kết luận · Outcome"
EVIDENCE, NOTE = "Bằng chứng · Evidence", "Ghi chú · Note"
INSPECTOR, DATE = "Người kiểm tra · Inspector", "Ngày kiểm tra · Date"
MANIFEST = "Bản kê · Manifest SHA-256"
FILLED = (OUTCOME, EVIDENCE, NOTE, INSPECTOR, DATE)

LABELS = {
    "dossier": "Mã hồ sơ · Dossier",
    "act": "Hành vi · Act",
    "at": "Thời điểm · At",
    "actor": "Người thực hiện · Actor",
    "reason": "Lý do đã ghi · Reason recorded",
    "ground": "Căn cứ · Ground",
    "document": "Văn bản đính kèm · Document",
    "document_at": "Đính kèm lúc · Attached at",
    "notice": "Thông báo · Notice",
    "slip": "Phiếu · Slip",
}
"""Facts with a name of their own; others stand under the name of their column."""

BLIND = frozenset({"office", "stratum", "flags"})
"""Facts that no worksheet shows: whoever knows why a unit was drawn reads it differently."""

LONGEST = 32_767
"""Characters in a cell of a workbook."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_GUIDE = (
    "Mỗi dòng là một hồ sơ hoặc một hành vi đã được rút thăm.",
    "Kiểm tra theo đúng thứ tự; không đổi, không thêm, không bỏ dòng nào.",
    "Mỗi câu hỏi: chọn 'có', 'không', 'không áp dụng' hoặc 'không rõ'. Sau đó chọn kết luận.",
    "'chưa đúng quy định' phải có bằng chứng.",
    "'không xác định được' (mất hồ sơ, không đọc được) phải ghi chú vì sao, và được tính như chưa đúng.",
    "Ghi tên người kiểm tra và ngày kiểm tra (ngày/tháng/năm) ở mỗi dòng đã kết luận.",
    "Each line is a unit that was drawn: inspect them all, in this order; change, add and leave out none.",
    "Answer each question, then choose the outcome. 'chưa đúng quy định' (not in order) needs evidence;",
    "'không xác định được' (undetermined) needs a note that says why, and counts as not in order.",
)


@dataclass(frozen=True)
class Layout:
    """The columns of a worksheet, in their order."""

    facts: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns."""
        named = (LABELS.get(fact, fact) for fact in self.facts)
        return (UNIT, *named, *(column_of(question) for question in self.questions), *FILLED, MANIFEST)

    @property
    def given(self) -> int:
        """How many columns at the left are given and locked."""
        return 1 + len(self.facts)


def column_of(question: Question) -> str:
    """The name of the column of a question."""
    return f"{question.vi} · {question.en}"


@dataclass(frozen=True)
class Sheet:
    """A worksheet before it is filled."""

    layout: Layout
    rows: tuple[tuple[str, ...], ...]
    manifest: str


def worksheet(manifest: Manifest, frame: Frame, questions: Sequence[Question] | None = None) -> Sheet:
    """The worksheet of a draw.

    Args:
        manifest: of the draw.
        frame: whose facts are shown.
        questions: those that ship for this kind of unit where none are given.

    Raises:
        FrameMismatch: another frame than the one that was drawn from.

    """
    if frame.sha256 != manifest.frame_sha256:
        raise FrameMismatch(manifest.frame_sha256, frame.sha256)
    shown = [place for place, name in enumerate(frame.columns) if name not in BLIND]
    asked = asked_about(manifest) if questions is None else tuple(questions)
    facts = {unit.id: unit.facts for unit in frame.units}
    rows = tuple((unit.id, *(facts[unit.id][place] for place in shown)) for unit in manifest.units)
    return Sheet(Layout(tuple(frame.columns[place] for place in shown), asked), rows, manifest.sha256)


def asked_about(manifest: Manifest) -> tuple[Question, ...]:
    """The questions that ship for this kind of unit, and one for each rule whose flags are sampled."""
    from rules.rulebook import rulebook

    rules = sorted({part.of for part in manifest.parts if part.kind == "per_flag" and part.of})
    titles = {rule.code: (rule.title_vi, rule.title_en) for rule in rulebook()}
    named = (rule_question(code, *titles.get(code, (code, code))) for code in rules)
    return (*checklist().about(manifest.unit), *named)


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write a worksheet as a table (UTF-8 with BOM, which spreadsheet programs know); no cell begins a formula."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(sheet.layout.header)
    empty = [""] * (len(sheet.layout.header) - sheet.layout.given - 1)
    out.writerows([*map(guarded, row), *empty, sheet.manifest] for row in sheet.rows)
    replace_file(path, [b"\xef\xbb\xbf", text.getvalue().encode()])


def guarded(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula.

    >>> guarded("=1+1"), guarded("D-1")
    ("'=1+1", 'D-1')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell that was guarded."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """Write a worksheet as a workbook: what is given is locked, outcomes and answers are chosen from lists.

    The same worksheet gives the same bytes.
    """
    from xlsxwriter import Workbook

    data = io.BytesIO()
    book = Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": SHEET, "created": _EPOCH})
    locked = book.add_format(
        {"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#F2F2F2", "num_format": "@"}
    )
    open_ = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "locked": False, "num_format": "@"})
    dated = book.add_format({"valign": "top", "border": 1, "locked": False, "num_format": "dd/mm/yyyy"})
    head = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bold": True, "bg_color": "#DCE6F1"})
    page = book.add_worksheet(SHEET)
    _fill(page, sheet, locked, open_, dated, head)
    _guide(book.add_worksheet("Hướng dẫn"), sheet, book.add_format({"text_wrap": True}))
    book.close()
    replace_file(path, [data.getvalue()])


def _fill(page: Worksheet, sheet: Sheet, locked: Format, open_: Format, dated: Format, head: Format) -> None:
    header, given = sheet.layout.header, sheet.layout.given
    for column, name in enumerate(header):
        page.write_string(0, column, name, head)
    for row, cells in enumerate(sheet.rows, 1):
        for column, cell in enumerate((*cells, *[""] * (len(header) - given - 1), sheet.manifest)):
            style = locked if column < given or column == len(header) - 1 else open_
            _write(page, row, column, cell, dated if header[column] == DATE else style)
    _choices(page, sheet)
    page.set_row(0, 75)
    page.set_column(0, len(header) - 2, 22)
    page.set_column(len(header) - 1, len(header) - 1, 8)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.protect("", {"format_columns": True, "format_rows": True})


def _write(page: Worksheet, row: int, column: int, cell: str, style: Format) -> None:
    text = cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"
    if text:
        page.write_string(row, column, text, style)
    else:
        page.write_blank(row, column, None, style)


def _choices(page: Worksheet, sheet: Sheet) -> None:
    for column, allowed in _lists(sheet.layout):
        page.data_validation(1, column, max(1, len(sheet.rows)), column, allowed)


def _lists(layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    for column, _ in enumerate(layout.questions, layout.given):
        yield column, _list(ANSWERS.values())
    yield layout.header.index(OUTCOME), _list(OUTCOMES.values())
    yield (
        layout.header.index(DATE),
        {
            "validate": "date",
            "criteria": ">=",
            "value": _EPOCH,
            "error_title": "Ngày kiểm tra",
            "error_message": "Ghi ngày/tháng/năm, ví dụ 05/11/2026.",
        },
    )


def _list(words: Any) -> dict[str, Any]:  # noqa: ANN401  # options of xlsxwriter
    allowed = list(words)
    return {
        "validate": "list",
        "source": allowed,
        "error_title": "Chọn trong danh sách",
        "error_message": f"Chọn một trong: {', '.join(allowed)}.",
    }


def _guide(page: Worksheet, sheet: Sheet, style: Format) -> None:
    for row, line in enumerate((*_GUIDE, f"Manifest SHA-256: {sheet.manifest}")):
        page.write_string(row, 0, line, style)
    page.set_column(0, 0, 120)
    page.protect()
