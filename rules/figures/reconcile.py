"""Our figure and the portal's, and the dossiers that lie between them, each with its causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from rules.display import Share
from rules.figures.causes import CAUSES
from rules.figures.portal import Portal, PortalRow
from rules.figures.sheets import Words
from rules.figures.table import Measured

Reading = Literal["law", "d766", "practice"]
IN_TIME, LATE = ("early", "on_time"), ("overdue",)

DIFFERENCES: Mapping[str, Words] = {
    "not_in_portal": ("cổng không có hồ sơ này", "the portal does not have it"),
    "unreadable": ("nhật ký có nhưng không đọc được", "the log has it, but it could not be read"),
    "not_in_log": ("nhật ký không có hồ sơ này", "the log does not have it"),
    "not_received": ("nhật ký: chưa tiếp nhận", "by the log it was not received"),
    "not_counted": (
        "nhật ký: kết thúc mà không có quyết định, không tính",
        "by the log it ended undecided",
    ),
    "other_period": ("nhật ký: không kết thúc trong kỳ", "by the log it did not end in the period"),
    "received_on": ("ngày tiếp nhận khác", "another day of receipt"),
    "end_on": ("ngày kết thúc khác", "another day of the end"),
    "due_on": ("hạn khác", "another due date"),
    "status": ("trạng thái khác", "another status"),
    "unknown": ("nhật ký không đủ để nói đúng hạn hay quá hạn", "the log cannot say whether it was in time"),
    "unsaid": ("cổng không ghi kết quả", "the portal does not say how it ended"),
    "counting": ("chỉ khác kết quả: cách tính khác", "only the outcome differs: it is counted differently"),
}
"""How a dossier differs between the log and the portal; the first that holds explains it."""


@dataclass(frozen=True)
class Ours:
    """A dossier as the log has it.

    Attributes:
        counted: whether it ended in the period and the reading says how; only then it is in the figure.
        causes: what the readings treat differently in it.

    """

    received: bool
    in_period: bool
    received_on: date | None
    due_on: date | None
    end_on: date | None
    status: int | None
    outcome: str | None
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One dossier that is not the same in both.

    Attributes:
        differences: codes of `DIFFERENCES`, the explaining one first.
        causes: codes of what the readings treat differently, where that explains the due date or the outcome.
        numerator: what it adds to ours less what it adds to the portal's dossiers in time.
        denominator: the same for dossiers that ended.

    """

    dossier: str
    ours: Ours | None
    portal: PortalRow | None
    differences: tuple[str, ...]
    causes: tuple[str, ...]
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Reconciled:
    """Both figures and what lies between them: the differences of the dossiers add up to that of the figures.

    Attributes:
        ours: dossiers in time out of those that ended in the period, by the reading.
        portals: the same as the portal has it.
        dossiers: those that are not the same in both.
        same: how many are.

    """

    reading: Reading
    ours: Share
    portals: Share
    dossiers: tuple[Difference, ...]
    same: int
    portal: Portal

    @property
    def counting(self) -> tuple[Difference, ...]:
        """The dossiers that move the figure."""
        return tuple(one for one in self.dossiers if one.numerator or one.denominator)

    @property
    def by_difference(self) -> Mapping[str, tuple[int, int, int]]:
        """Of each explaining difference: dossiers, and what they add to numerator and denominator."""
        found = Counter(one.differences[0] for one in self.dossiers)
        return {code: (found[code], *self._moved(code)) for code in DIFFERENCES if found[code]}

    def _moved(self, code: str) -> tuple[int, int]:
        those = [one for one in self.dossiers if one.differences[0] == code]
        return sum(one.numerator for one in those), sum(one.denominator for one in those)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "reading": self.reading,
            "ours": _share(self.ours),
            "portal": _share(self.portals) | {"file": self.portal.file, "outcomes": _source(self.portal)},
            "same": self.same,
            "by_difference": {
                code: dict(zip(("dossiers", "numerator", "denominator"), found, strict=True))
                for code, found in self.by_difference.items()
            },
            "dossiers": [_told(one) for one in self.dossiers],
        }


def _source(portal: Portal) -> str:
    return "as the portal names them" if portal.told else "told from the dates of the portal"


def _share(share: Share) -> dict[str, Any]:
    return {"numerator": share.part, "denominator": share.whole, "share": share.percent("en")}


def _told(one: Difference) -> dict[str, Any]:
    return {
        "dossier": one.dossier,
        "differences": list(one.differences),
        "causes": list(one.causes),
        "numerator": one.numerator,
        "denominator": one.denominator,
        "ours": one.ours and _plain(vars(one.ours)),
        "portal": one.portal and _plain(vars(one.portal)),
    }


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    skipped = {"causes", "dossier"}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in found.items()
        if name not in skipped
    }


def reconcile(
    table: Measured, portal: Portal, reading: Reading = "law", unreadable: frozenset[str] = frozenset()
) -> Reconciled:
    """Compare our figure of a period with a portal's.

    Args:
        table: the dossiers as measured for the period.
        portal: what it counts in the same period.
        reading: how ours are judged.
        unreadable: dossiers of the log that could not be read.

    """
    ours, theirs = _ours(table, reading), {row.dossier: row for row in portal.rows}
    counted = {code for code, one in ours.items() if _counts(one)} | theirs.keys()
    compared = [
        _compare(code, ours.get(code), theirs.get(code), portal, unreadable=code in unreadable)
        for code in sorted(counted)
    ]
    found = tuple(one for one in compared if one is not None)
    return Reconciled(
        reading=reading,
        ours=_figure(one.outcome for one in ours.values() if _counts(one)),
        portals=_figure(row.outcome for row in theirs.values()),
        dossiers=found,
        same=len(compared) - len(found),
        portal=portal,
    )


def _ours(table: Measured, reading: Reading) -> dict[str, Ours]:
    period, zone = table.period, table.zone
    end = pl.col("practice_end_on") if reading == "practice" else _day(f"{reading}_end_at", zone)
    due = pl.col(f"{reading}_due_on")
    rows = table.frame().select(
        "dossier", "received_on", pl.col("received").fill_null(value=False), end.alias("end"), due.alias("due"),
        pl.col("system_status").cast(pl.Int64, strict=False), pl.col(f"{reading}_outcome").cast(pl.String),
        "difference_causes",
    )  # fmt: skip
    return {
        code: Ours(received, end in period, received_on, due, end, status, outcome, tuple(causes or ()))
        for code, received_on, received, end, due, status, outcome, causes in rows.iter_rows()
    }


def _day(column: str, zone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(zone).dt.date()


def _counts(one: Ours) -> bool:
    return one.received and one.in_period and one.outcome in {*IN_TIME, *LATE}


def _figure(outcomes: Iterator[str | None]) -> Share:
    found = Counter(outcomes)
    in_time = sum(found[outcome] for outcome in IN_TIME)
    return Share(in_time, in_time + sum(found[outcome] for outcome in LATE))


def _compare(
    code: str, ours: Ours | None, theirs: PortalRow | None, portal: Portal, *, unreadable: bool
) -> Difference | None:
    """The difference of a dossier; None where it is the same in both."""
    mine = ours.outcome if ours and _counts(ours) else None
    other = theirs.outcome if theirs else None
    found = tuple(_differences(ours, theirs, portal, unreadable=unreadable))
    moved = _adds(mine)[0] - _adds(other)[0], _adds(mine)[1] - _adds(other)[1]
    if not found and not any(moved):
        return None
    differences = found or (_silent(ours, theirs),)
    explained = ours.causes if ours and {"not_counted", "due_on", "counting"} & set(differences) else ()
    return Difference(code, ours, theirs, differences, tuple(one for one in explained if one in CAUSES), *moved)


def _silent(ours: Ours | None, theirs: PortalRow | None) -> str:
    """Why the figure differs where nothing else does: one of the two does not say how it ended."""
    if ours is None or ours.outcome is None:
        return "unknown"
    return "unsaid" if theirs is None or theirs.outcome is None else "counting"


def _adds(outcome: str | None) -> tuple[int, int]:
    """What a dossier adds to numerator and denominator."""
    return int(outcome in IN_TIME), int(outcome in {*IN_TIME, *LATE})


def _differences(ours: Ours | None, theirs: PortalRow | None, portal: Portal, *, unreadable: bool) -> Iterator[str]:
    if theirs is None:
        yield "not_in_portal"
        return
    if ours is None:
        yield "unreadable" if unreadable else "not_in_log"
        return
    if not ours.received:
        yield "not_received"
    elif ours.outcome == "not_counted":
        yield "not_counted"
    elif theirs.end_on is not None and not ours.in_period:
        yield "other_period"
    for name in ("received_on", "end_on", "due_on", "status"):
        if name in portal.says and getattr(ours, name) != getattr(theirs, name) and _said(name, ours, theirs):
            yield name


def _said(name: str, ours: Ours, theirs: PortalRow) -> bool:
    """Whether a difference is one: a status that one of them does not say is none, nor an end that does not count."""
    if name == "end_on":
        return ours.outcome != "not_counted"
    return name != "status" or (ours.status is not None and theirs.status is not None)
