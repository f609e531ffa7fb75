"""A log in shares: the dossiers of each calendar by themselves, since offices need not keep the same hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from calendars import WorkCalendar
from dossier.formats.eventlog import EventLog
from rules.errors import OtherZone
from rules.facts.histories import Histories
from rules.facts.outline import description


def shares(log: EventLog, as_of: datetime) -> list[EventLog]:
    """The dossiers of each calendar as a log of their own.

    Args:
        log: the events; dossiers of an office without a calendar, or of none that is known, go by the log's own.
        as_of: the moment at which the dossiers are judged, in UTC; later events name no office.

    Raises:
        OtherZone: a calendar has another time zone than that of the log.

    """
    for office, calendar in log.calendars.items():
        if calendar.zone.key != log.calendar.zone.key:
            raise OtherZone(office, calendar.zone.key, log.calendar.zone.key)
    kept = list(dict.fromkeys([log.calendar, *log.calendars.values()]))
    places = {office: kept.index(calendar) for office, calendar in log.calendars.items()}
    h = Histories.of(log, as_of)
    place = description(h, "office")["office"].replace_strict(places, default=0, return_dtype=pl.UInt32)
    return [_share(log, h.dossiers["dossier"].filter(place == number), one) for number, one in enumerate(kept)]


def _share(log: EventLog, dossiers: pl.Series, calendar: WorkCalendar) -> EventLog:
    events = log.events.filter(pl.col("dossier").is_in(dossiers.implode()))
    return replace(log, events=events, calendar=calendar, calendars={})
