"""Our figure beside the portal's, what lies between them by cause, and every dossier that differs."""

from __future__ import annotations

from collections.abc import Iterator

from dossier.outbox.statuses import NATIONAL_STATUS
from rules.figures.indicatorsheet import READING_NAMES, UNKNOWN, causes_words
from rules.figures.periods import Period
from rules.figures.portal import PortalRow
from rules.figures.readings import OUTCOME_LABELS
from rules.figures.reconcile import DIFFERENCES, Difference, Ours, Reconciled
from rules.figures.sheets import Cell, Column, Report, Sheet, Words, period_words

TITLE: Words = ("Đối chiếu số liệu với cổng", "Our figure and the portal's")
_SIDES: dict[str, Words] = {"ours": ("Nhật ký", "Log"), "portal": ("Cổng", "Portal")}
_FIELDS: dict[str, Words] = {
    "received_on": ("Tiếp nhận", "Received"),
    "due_on": ("Hạn", "Due"),
    "end_on": ("Kết thúc", "End"),
    "status": ("Trạng thái", "Status"),
    "outcome": ("Kết quả", "Outcome"),
}


def reconcile_report(found: Reconciled, period: Period, source: str) -> Report:
    """The reconciliation of a period as a report.

    Args:
        found: what was compared.
        period: of the figures.
        source: the log, as its reader knows it.

    """
    named, derived = ("cổng ghi", "as it names them"), ("suy từ ngày trên cổng", "told from its dates")
    return Report(
        code="reconcile",
        title=TITLE,
        parameters=(
            (("Kỳ", "Period"), period_words(period)),
            (("Nhật ký", "Log"), source),
            (("Cổng", "Portal"), found.portal.file),
            (("Cách đọc của ta", "Our reading"), READING_NAMES[found.reading]),
            (("Kết quả theo cổng", "The portal's outcomes"), named if found.portal.told else derived),
        ),
        sheets=(_figures(found), _dossiers(found)),
        document={"period": period.to_dict(), **found.to_dict()},
    )


def _figures(found: Reconciled) -> Sheet:
    """The portal's figure, each difference, and ours: the column adds up."""
    columns = (
        Column.of("", "", width=50),
        Column.of("Hồ sơ", "Dossiers", number=True),
        Column.of("Đúng hạn", "In time", number=True),
        Column.of("Đã giải quyết", "Ended", number=True),
        Column.of("Tỷ lệ", "Share", number=True),
    )
    theirs, ours = found.portals, found.ours
    first: tuple[Cell, ...] = (("Theo cổng", "By the portal"), None, theirs.part, theirs.whole, theirs)
    rows = tuple(
        (DIFFERENCES[code], dossiers, numerator, denominator, None)
        for code, (dossiers, numerator, denominator) in found.by_difference.items()
    )
    total: tuple[Cell, ...] = (("Theo nhật ký", "By the log"), None, ours.part, ours.whole, ours)
    note = (
        f"{found.same} hồ sơ giống nhau. Cổng, cộng các dòng khác nhau, bằng nhật ký.",
        f"{found.same} dossiers are the same. The portal and the differences add up to the log.",
    )
    return Sheet("Đối chiếu", TITLE, columns, (first, *rows), total, notes=(note,))


def _dossiers(found: Reconciled) -> Sheet:
    columns = (
        Column.of("Mã hồ sơ", "Dossier", width=26),
        Column.of("Khác nhau", "Difference", width=36),
        Column.of("Nguyên nhân", "Causes", width=50),
        *(Column((side, field), width=14) for side in _SIDES.values() for field in _FIELDS.values()),
    )
    moving = set(found.counting)
    ordered = (*found.counting, *(one for one in found.dossiers if one not in moving))
    rows = tuple((one.dossier, _differences(one), causes_words(list(one.causes)), *_both(one)) for one in ordered)
    title = ("Từng hồ sơ khác nhau", "Each dossier that differs, those that move the figure first")
    return Sheet("Hồ sơ", title, columns, rows)


def _differences(one: Difference) -> Words:
    words = [DIFFERENCES[code] for code in one.differences]
    return "; ".join(vi for vi, _ in words), "; ".join(en for _, en in words)


def _both(one: Difference) -> Iterator[Cell]:
    for side in (one.ours, one.portal):
        for field in _FIELDS:
            yield _value(side, field)


def _value(side: Ours | PortalRow | None, field: str) -> Cell:
    value = getattr(side, field, None)
    if field == "status":
        return NATIONAL_STATUS.get(value, "") if value else ""
    if field == "outcome":
        return OUTCOME_LABELS.get(value, UNKNOWN) if side and value else ""
    return value
