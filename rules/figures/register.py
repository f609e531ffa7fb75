"""The register of dossiers (sổ theo dõi hồ sơ) received in a period, from an event log, with what the log has."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from dossier.formats.eventlog import EventLog
from dossier.lifecycle import STATES
from dossier.procedures import Procedures
from rules.facts.histories import UNKNOWN
from rules.figures.periods import Period
from rules.figures.sheets import Cell, Column, Report, Sheet, Words, period_words

TITLE: Words = ("Sổ theo dõi hồ sơ", "Register of dossiers")
MANNERS: dict[str, Words] = {
    "in_person": ("Trực tiếp", "In person"),
    "online": ("Trực tuyến", "Online"),
    "postal": ("Bưu chính công ích", "By post"),
}
COLUMNS = (
    Column.of("STT", "No.", width=5),
    Column.of("Mã hồ sơ", "Dossier", width=26),
    Column.of("Nội dung yêu cầu giải quyết", "Content", width=34),
    Column.of("Số bộ hồ sơ", "Sets", width=7),
    Column.of("Tên tổ chức, cá nhân (mã)", "Applicant (code)", width=20),
    Column.of("Địa chỉ, số điện thoại", "Address, telephone", width=18),
    Column.of("Cơ quan chủ trì giải quyết", "Handling office", width=22),
    Column((("Ngày, tháng, năm", "Day"), ("Nhận hồ sơ", "Received")), width=16),
    Column((("Ngày, tháng, năm", "Day"), ("Hẹn trả kết quả", "Promised")), width=16),
    Column((("Trả kết quả", "Returned"), ("Ngày, giờ", "At")), width=16),
    Column((("Trả kết quả", "Returned"), ("Phương thức nhận kết quả", "Manner")), width=14),
    Column((("Trả kết quả", "Returned"), ("Ký nhận", "Signature")), width=12),
    Column.of("Ghi chú", "Note", width=22),
)
NOTES: tuple[Words, ...] = (
    (
        "Tên, địa chỉ, số điện thoại của người nộp không có trong nhật ký: hệ thống của cơ quan điền vào.",
        "Names, addresses and telephone numbers are not in the log: the system of the office adds them.",
    ),
    (
        "Cột theo mẫu in đang dùng (Thông tư 01/2018, 03/2025/TT-VPCP); phụ lục chưa đối chiếu nguyên văn.",
        "Columns as in the forms in use (circulars 01/2018 and 03/2025/TT-VPCP); their annexes are not verified.",
    ),
)
_ENDS = ("completed", "rejected", "withdrawn", "closed")


def register(log: EventLog, period: Period, procedures: Procedures, *, source: str = "") -> Report:
    """The register of the dossiers received in a period, the first received at the top.

    Args:
        log: the events; those after the period are told, too.
        period: of receipt, by the day of the first receipt.
        procedures: name what was asked for.
        source: what was read, as its reader knows it.

    """
    rows = _rows(log, period)
    lines = tuple(_line(place, row, procedures, log) for place, row in enumerate(rows.iter_rows(named=True), 1))
    return Report(
        code="register",
        title=TITLE,
        parameters=((("Tiếp nhận", "Received"), period_words(period)), (("Nguồn", "Source"), source)),
        sheets=(Sheet(TITLE[0], TITLE, COLUMNS, lines, numbered=True, notes=NOTES),),
        document={"period": period.to_dict(), "dossiers": [_told(row, log) for row in rows.iter_rows(named=True)]},
    )


def _rows(log: EventLog, period: Period) -> pl.DataFrame:
    """One row per dossier: what its receipt says, its last promise, its delivery, its last state."""
    zone = log.calendar.zone.key
    events = log.events.filter(pl.col("event").is_not_null()).sort("dossier", "at", "row")
    have = set(events.columns)
    said = {name: _said(name, have) for name in ("procedure", "applicant", "office", "channel")}
    kind, at = pl.col("event"), pl.col("at")
    receipt, delivery = kind == "received", kind == "delivered"
    opening = receipt | (kind == "submitted")
    promise = {name: pl.col(name) if name in have else pl.lit(None) for name in ("promised_date", "promised_at")}
    promised = kind.is_in(("received", "supplemented", "apologised")) & promise["promised_date"].is_not_null()
    found = events.group_by("dossier", maintain_order=True).agg(
        at.filter(receipt).first().alias("received_at"),
        *(said[name].filter(opening).drop_nulls().last().alias(name) for name in ("procedure", "applicant", "office")),
        *(promise[name].filter(promised).last().alias(name) for name in promise),
        at.filter(delivery).first().alias("returned_at"),
        said["channel"].filter(delivery).first().alias("manner"),
        kind.filter(kind.is_in(_ENDS)).last().alias("state"),
    )
    day = pl.col("received_at").dt.convert_time_zone(zone).dt.date()
    return found.filter(day.is_between(period.first, period.last)).sort("received_at", "dossier")


def _said(name: str, have: set[str]) -> pl.Expr:
    return pl.when(pl.col(name) != UNKNOWN).then(name) if name in have else pl.lit(None, pl.String)


def _line(place: int, row: dict[str, object], procedures: Procedures, log: EventLog) -> tuple[Cell, ...]:
    code, told = row["procedure"], _told(row, log)
    known = procedures.get(code) if isinstance(code, str) else None
    manner = MANNERS.get(str(row["manner"]), "")
    note = "" if row["returned_at"] else STATES.get(str(row["state"]), "")
    texts = {name: _text(told[name]) for name in ("dossier", "applicant", "office", "received", "promised", "returned")}
    content = known.name if known else _text(code)
    return (
        str(place), texts["dossier"], content, "", texts["applicant"], "", texts["office"],
        texts["received"], texts["promised"], texts["returned"], manner, "", note,
    )  # fmt: skip


def _told(row: dict[str, object], log: EventLog) -> dict[str, object]:
    promised = row["promised_at"] or row["promised_date"]
    return {
        **{name: row[name] for name in ("dossier", "procedure", "applicant", "office", "manner")},
        "received": _written(row["received_at"], log),
        "promised": _written(promised, log),
        "returned": _written(row["returned_at"], log),
        "state": row["state"],
    }


def _written(found: object, log: EventLog) -> str | None:
    """A moment on the clock of the office, or a date."""
    if isinstance(found, datetime):
        return log.calendar.local(found).strftime("%d/%m/%Y %H:%M")
    return None if found is None else f"{found:%d/%m/%Y}"


def _text(found: object) -> str:
    return "" if found is None else str(found)
