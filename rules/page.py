"""From a check to the page of its report: totals by week and office, and the histories of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import polars as pl

from rules.checks import Checked
from rules.report import MOST_PER_RULE, FindingRow, OfficeRow, Page, RuleRow, StepRow, UnreadableRow, WeekRow

DETAILS = ("limit", "ground", "reason", "document", "notice", "slip", "promised_date", "channel")
"""Columns of a step that the report tells."""


def page_of(checked: Checked, title: str, name: str) -> Page:
    """The page of a report.

    Args:
        checked: the check.
        title: heading of the page.
        name: of the log, as its reader knows it.

    """
    document = checked.to_dict()
    findings, signals = _shown(checked.findings), _shown(checked.signals)
    return {
        "title": title,
        "generated_from": name,
        "dossiers": document["dossiers"],
        "events": document["events"],
        "flagged": checked.findings["dossier"].n_unique(),
        "as_of": document["as_of"],
        "law_as_of": document["law_as_of"],
        "house": document["house"],
        "calendar": checked.log.calendar.name,
        "rules": _rules(checked, document["rules"]),
        "findings": findings,
        "signals": signals,
        "weeks": _weeks(checked),
        "offices": _offices(checked),
        "histories": _histories(checked, {row["dossier"] for row in [*findings, *signals]}),
        "unreadable": cast("list[UnreadableRow]", document["unreadable"]),
        "warnings": document["warnings"],
    }


def _shown(found: pl.DataFrame) -> list[FindingRow]:
    return cast("list[FindingRow]", found.group_by("rule", maintain_order=True).head(MOST_PER_RULE).to_dicts())


def _rules(checked: Checked, tallies: list[dict[str, Any]]) -> list[RuleRow]:
    day = checked.law_as_of or datetime.now(UTC).date()
    versions = [tally.rule.version_on(day) for tally in checked.tallies]
    rows = [
        tally
        | {"citation": version.citation, "status": version.status}
        | {"todo_vi": one.rule.todo_vi, "todo_en": one.rule.todo_en}
        for tally, version, one in zip(tallies, versions, checked.tallies, strict=True)
    ]
    return cast("list[RuleRow]", rows)


def _weeks(checked: Checked) -> list[WeekRow]:
    zone = checked.log.calendar.zone.key
    monday = pl.col("decided_at").dt.convert_time_zone(zone).dt.date().dt.truncate("1w").dt.strftime("%Y-%m-%d")
    decided = checked.facts.filter("decided").group_by(monday.alias("week")).agg(_decided(), _late())
    return cast("list[WeekRow]", decided.sort("week").to_dicts())


def _offices(checked: Checked) -> list[OfficeRow]:
    offices = checked.facts.group_by("office").agg(
        pl.col("received").sum(), _decided(), _late(), (pl.col("open") & pl.col("overdue")).sum().alias("open_overdue")
    )
    return cast("list[OfficeRow]", offices.sort("office", nulls_last=True).to_dicts())


def _decided() -> pl.Expr:
    return pl.col("decided").sum()


def _late() -> pl.Expr:
    return (pl.col("decided") & pl.col("overdue")).sum().alias("late")


def _histories(checked: Checked, dossiers: set[str]) -> dict[str, list[StepRow]]:
    zone = checked.log.calendar.zone.key
    rows = checked.log.events.filter(pl.col("dossier").is_in(list(dossiers)), pl.col("event").is_not_null())
    moment = pl.col("at").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z")
    histories: dict[str, list[StepRow]] = {}
    for row in rows.sort("dossier", "at", "row").with_columns(at=moment).iter_rows(named=True):
        histories.setdefault(row["dossier"], []).append(_step(row))
    return histories


def _step(row: dict[str, Any]) -> StepRow:
    told = [f"{name.removesuffix('_date')}: {row[name]}" for name in DETAILS if row.get(name) is not None]
    return {
        "at": row["at"],
        "kind": row["event"],
        "actor": row.get("actor"),
        "office": row.get("office"),
        "detail": " · ".join(told),
    }
