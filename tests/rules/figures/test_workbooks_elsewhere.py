"""Workbooks opened with a reader of another family (calamine): numbers are numbers, texts are texts, none is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dossier.procedures import Procedures
from rules.checks import check
from rules.exports import write_findings
from rules.figures.form06a import NUMBERS, form06a, report06a
from rules.figures.register import register
from rules.figures.table import measured
from rules.figures.workbook import write_xlsx
from tests.rules.figures.test_form06a import BY_HAND, JUNE, STORY
from tests.rules.figures.test_register import ROWS
from tests.rules.logs import at, log_of

FORMS = tuple(form06a(measured(log_of(STORY), JUNE), convention).check() for convention in ("practice", "strict"))


def page(path: Path, place: int = 1, **options: Any) -> pl.DataFrame:
    """The cells of a sheet as calamine gives them."""
    found: pl.DataFrame = pl.read_excel(path, engine="calamine", sheet_id=place, drop_empty_rows=False, **options)
    return found


def below(path: Path, head: str, rows: int, place: int = 1) -> pl.DataFrame:
    """The rows below the line that begins with a text; that line names the columns, and the cells keep their types."""
    line = page(path, place, has_header=False)["column_0"].to_list().index(head)
    return page(path, place, read_options={"header_row": line, "n_rows": rows})


@pytest.mark.parametrize("place", [0, 1])
def test_the_form_has_the_numbers_that_were_counted_by_hand(tmp_path: Path, place: int) -> None:
    form, path = FORMS[place], tmp_path / "06a.xlsx"
    write_xlsx(report06a(FORMS, "log.csv", ("tháng", "month")), path)
    found = below(path, "(1)", len(form.rows) + 1, place + 1)
    assert found.columns == [f"({column})" for column in range(1, 14)]
    numbers = found.select(f"({column})" for column in NUMBERS)
    assert all(dtype.is_numeric() for dtype in numbers.dtypes)
    *sectors, total = zip(found["(2)"], numbers.rows(), strict=True)
    assert dict(sectors) == BY_HAND[form.convention]
    assert [(sector, tuple(counts.values())) for sector, counts in form.rows] == sectors
    assert total == ("Tổng số", tuple(form.total.values()))


def test_the_register_has_its_dossiers_in_order_and_its_dates_as_they_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    write_xlsx(register(log_of(ROWS), JUNE, Procedures.shipped(), source="log.csv"), path)
    found = page(path, has_header=False)
    lines = found.filter(pl.col("column_1").is_in(["A1", "A2", "A3", "A4"]))
    assert lines["column_1"].to_list() == ["A1", "A2"]  # the other two were received in May and in July
    assert lines["column_7"].to_list() == ["01/06/2026 09:00", "02/06/2026 09:00"]
    assert lines["column_9"].to_list() == [None, "11/06/2026 10:00"]


def test_the_findings_have_every_cell_and_none_is_a_formula(tmp_path: Path) -> None:
    codes = ["=1+1", "+84", "@x", "H56-1"]
    late = [
        {"dossier": code, "event": kind, "at": at(moment)} | cells
        for code in codes
        for kind, moment, cells in (
            ("received", "2026-06-01 09:00", {"limit": "5 ngày làm việc", "slip": "T"}),
            ("completed", "2026-06-11 09:00", {"document": "K", "signed": True}),
        )
    ]
    found = check(log_of(late)).found  # type: ignore[arg-type]  # rows of a log
    write_findings(found, tmp_path / "found.xlsx")
    read = page(tmp_path / "found.xlsx", infer_schema_length=0)
    assert set(codes) == set(read.filter(pl.col("rule") == "R13")["dossier"])
    assert read.columns == found.columns
    for name in found.columns:
        assert read[name].cast(pl.String).to_list() == [cell or None for cell in found[name]], name
