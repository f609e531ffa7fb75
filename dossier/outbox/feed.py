"""The public feed: how far a dossier is, for anybody who knows its code; nothing personal."""

from __future__ import annotations

from datetime import date, datetime

from dossier.case import Case
from dossier.outbox.statuses import NATIONAL_STATUS, national_status
from dossier.setting import Setting

Line = dict[str, str | int | None]


def public_line(case: Case, setting: Setting) -> Line:
    """The line of a dossier: its code, its national status with the Vietnamese label, and four local dates.

    No reason, applicant, officer, office, document or note is in it, whatever the events hold. The code is published
    as it is: it must not be made of personal data.
    """
    status = national_status(case)
    delivered = case.first("delivered")
    return {
        "dossier": case.code,
        "status": status,
        "status_vi": None if status is None else NATIONAL_STATUS[status],
        "received": _day(setting, case.received.at if case.received else None),
        "promised": _day(setting, case.promised),
        "decided": _day(setting, case.decided_at),
        "delivered": _day(setting, delivered.at if delivered else None),
    }


def _day(setting: Setting, found: date | datetime | None) -> str | None:
    if isinstance(found, datetime):
        found = setting.calendar.local(found).date()
    return None if found is None else found.isoformat()
