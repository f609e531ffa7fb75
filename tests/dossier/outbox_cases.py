"""Histories for the tests of the outbox, written out row by row, without a desk."""

from __future__ import annotations

from datetime import datetime

from calendars import vietnam
from dossier.case import Case
from dossier.events import Cell, row_of
from dossier.quotas import once_each
from dossier.setting import Setting
from dossier.stores.records import Record
from tests.dossier.office import at

CODE = "000.00.06.H56-231027-0361"
SETTING = Setting(vietnam(), None, once_each)


def case(*events: tuple[str, str | datetime, dict[str, Cell]] | tuple[str, str | datetime], code: str = CODE) -> Case:
    """A dossier: kinds with a day and time of June 2026, and the cells that matter."""
    return Case(code, tuple(_record(version, code, *event) for version, event in enumerate(events, start=1)))


def kinds(*names: str) -> Case:
    """A dossier of kinds alone, an hour apart."""
    return case(*((name, at(f"{1 + hour // 24:02} {hour % 24:02}:00")) for hour, name in enumerate(names)))


def _record(version: int, code: str, kind: str, moment: str | datetime, cells: dict[str, Cell] | None = None) -> Record:
    when = at(moment) if isinstance(moment, str) else moment
    return Record(version, row_of(kind, {"dossier": code, "at": when, "recorded_at": when} | (cells or {})))
