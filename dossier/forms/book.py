"""The register of dossiers (sổ theo dõi hồ sơ), filled from what a store keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from calendars import WorkCalendar
from dossier.case import Case
from dossier.errors import FormFault, FormRefused
from dossier.forms.form import Form
from dossier.forms.kinds import Forms
from dossier.lifecycle import STATES
from dossier.outbox.facts import handling_office, last_text, pseudonym
from dossier.procedures import Procedures
from dossier.stores.records import EventStore, Overview

UNSAID = "(không ghi)"
"""What stands where a history does not say."""


def register_book(
    store: EventStore,
    period: tuple[date, date],
    day: date,
    *,
    calendar: WorkCalendar,
    procedures: Procedures,
    owners: Mapping[str, str] | None = None,
    forms: Forms | None = None,
) -> Form:
    """The register of the dossiers received in a period, one line each, the first received at the top.

    The store has neither names nor addresses: an owner is a pseudonym unless `owners` knows its name.

    Args:
        store: where the histories are.
        period: first and last day of receipt.
        day: the date on the form, whose circular counts.
        calendar: tells the local date of a moment.
        procedures: the names of the procedures.
        owners: names by pseudonym.
        forms: other forms than those that come with the package.

    Raises:
        NoFormInForce: no version of the register holds on the day.
        FormRefused: no dossier was received in the period.

    """
    version = (forms or Forms.shipped()).on("register", day)
    found = sorted(_received(store, period, calendar), key=lambda one: (one[0], one[1].dossier))
    if not found:
        why = f"is empty: no dossier was received from {period[0]} to {period[1]}; choose another period"
        raise FormRefused("register", version.title, [FormFault("dossiers", version.fields["dossiers"].vi, why)])
    rows = tuple(_row(store, line, procedures, owners or {}) for _, line in found)
    return Form(version, {"date": day, "period_from": period[0], "period_to": period[1], "dossiers": rows})


def _received(
    store: EventStore, period: tuple[date, date], calendar: WorkCalendar
) -> Iterator[tuple[datetime, Overview]]:
    for line in store.overviews():
        received_at = line.received_at
        if received_at is not None and period[0] <= calendar.local(received_at).date() <= period[1]:
            yield received_at, line


def _row(store: EventStore, line: Overview, procedures: Procedures, owners: Mapping[str, str]) -> Mapping[str, Any]:
    case = Case(line.dossier, store.history(line.dossier))
    delivered, procedure = case.first("delivered"), procedures.get(line.procedure or "")
    owner = pseudonym(case) or UNSAID
    return {
        "dossier": line.dossier,
        "content": procedure.name if procedure else line.procedure or UNSAID,
        "owner": owners.get(owner, owner),
        "handling_office": handling_office(case),
        "received_at": line.received_at,
        "due_at": line.promised,
        "returned_at": delivered and delivered.at,
        "manner": last_text(case, "channel", "delivered"),
        "note": "" if delivered else STATES.get(line.state or "", ""),
    }
