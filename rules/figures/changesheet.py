"""What a figure that was published has become since, dossier by dossier, with the steps that were recorded later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from dossier.formats.eventlog import EventLog
from rules.display import KIND_LABELS
from rules.figures import indicatorsheet
from rules.figures.figures import Figures
from rules.figures.known_as import explain, recorded_after
from rules.figures.sheets import Column, Sheet, Words

SIDES: Mapping[str, Words] = {**indicatorsheet.SIDES, "out": ("Không tính", "Not counted")}
COLUMNS = (
    Column.of("Chỉ tiêu", "Indicator", width=14),
    Column.of("Theo dữ liệu khi đó", "As known then", width=18),
    Column.of("Theo dữ liệu nay", "As known now", width=18),
    Column.of("Mã hồ sơ", "Dossier", width=28),
    Column.of("Khi đó", "Then", width=18),
    Column.of("Nay", "Now", width=18),
    Column.of("Ghi nhận sau đó", "Recorded since", width=50),
)


def changes(then: Figures, now: Figures, whole: EventLog, moment: datetime) -> list[dict[str, Any]]:
    """Every dossier that an indicator counts otherwise, with both figures and the kinds of step recorded since.

    Args:
        then: the figures from what was recorded by the moment.
        now: the figures from all that is known.
        whole: all that is known.
        moment: of the earlier knowledge.

    """
    later = recorded_after(whole, moment).group_by("dossier", maintain_order=True).agg(pl.col("event").cast(pl.String))
    steps = dict(later.iter_rows())
    return [
        {
            "indicator": one.code,
            "figure_then": then.total(one.code).text,
            "figure_now": now.total(one.code).text,
            "dossier": dossier,
            "then": was,
            "now": is_,
            "adds_then": before,
            "adds_now": after,
            "recorded": steps.get(dossier, []),
        }
        for one in then.chosen
        if one.input is None
        for dossier, was, is_, before, after in explain(then, now, one.code).iter_rows()
    ]


def changes_sheet(found: list[dict[str, Any]]) -> Sheet:
    """The same as a table."""
    rows = tuple(
        (
            *(one[name] for name in ("indicator", "figure_then", "figure_now", "dossier")),
            _side(one["then"], one["adds_then"]),
            _side(one["now"], one["adds_now"]),
            _kinds(one["recorded"]),
        )
        for one in found
    )
    title = ("Thay đổi so với số liệu khi đó", "What has changed since")
    return Sheet("Thay đổi", title, COLUMNS, rows)


def _side(side: str, adds: int | None) -> Words:
    """Where a dossier stands, with what it adds to a sum."""
    vi, en = SIDES[side]
    return (vi, en) if adds is None else (f"{vi}: {adds}", f"{en}: {adds}")


def _kinds(kinds: list[str | None]) -> Words:
    labels = [KIND_LABELS.get(kind, (kind, kind)) for kind in kinds if kind]
    return ", ".join(vi for vi, _ in labels), ", ".join(en for _, en in labels)
