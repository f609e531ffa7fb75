"""The register of dossiers: those received in the period, with what the log has and nothing about persons."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from dossier.procedures import Procedures
from rules.figures.periods import Period
from rules.figures.register import register
from rules.figures.workbook import write_xlsx
from tests.rules.figures.test_form06a import received, step
from tests.rules.logs import log_of

JUNE = Period.parse("2026-06")
ROWS = [
    received("A2", "2026-06-02", promised=date(2026, 6, 9), procedure="1.012784", applicant="P-7", office="H32"),
    step("A2", "apologised", "2026-06-08", promised=date(2026, 6, 11), reason="x"),
    step("A2", "completed", "2026-06-10"), step("A2", "delivered", "2026-06-11", channel="postal"),
    received("A1", "2026-06-01", promised=date(2026, 6, 8), procedure="9.999999"),
    step("A1", "withdrawn", "2026-06-03"),
    received("A3", "2026-05-31"), received("A4", "2026-07-01"),
]  # fmt: skip


def test_the_dossiers_of_the_period_stand_in_the_order_of_their_receipt() -> None:
    told = register(log_of(ROWS), JUNE, Procedures.shipped()).document["dossiers"]
    assert told == [
        {
            "dossier": "A1", "procedure": "9.999999", "applicant": None, "office": None, "manner": None,
            "received": "01/06/2026 09:00", "promised": "08/06/2026", "returned": None, "state": "withdrawn",
        },
        {
            "dossier": "A2", "procedure": "1.012784", "applicant": "P-7", "office": "H32", "manner": "postal",
            "received": "02/06/2026 09:00", "promised": "11/06/2026", "returned": "11/06/2026 10:00",
            "state": "completed",
        },
    ]  # fmt: skip


def test_the_workbook_names_the_procedure_and_leaves_the_persons_to_the_host(tmp_path: Path) -> None:
    write_xlsx(register(log_of(ROWS), JUNE, Procedures.shipped(), source="log.csv"), tmp_path / "register.xlsx")
    page = openpyxl.load_workbook(tmp_path / "register.xlsx").active
    assert page is not None
    lines = {row[1]: row for row in page.iter_rows(values_only=True)}
    split = Procedures.shipped().get("1.012784")
    assert split is not None
    assert lines["A2"][2:7] == (split.name, None, "P-7", None, "H32")
    assert lines["A2"][7:11] == ("02/06/2026 09:00", "11/06/2026", "11/06/2026 10:00", "Bưu chính công ích")
    assert lines["A1"][2] == "9.999999"
    assert lines["A1"][12] == "đã rút"


def test_a_log_without_these_columns_leaves_them_empty() -> None:
    log = log_of(ROWS, without=["applicant", "procedure", "promised", "channel", "office", "limit"])
    (first, _) = register(log, JUNE, Procedures.shipped()).document["dossiers"]
    assert {first[name] for name in ("applicant", "procedure", "promised", "office")} == {None}
