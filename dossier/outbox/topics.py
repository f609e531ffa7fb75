"""Which messages each kind of event puts into the outbox: one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dossier.errors import UnknownTopic
from dossier.stores.records import Record

NOTICE = "notice"
"""To the applicant, by SMS, e-mail and in the account of the portal."""

PROGRESS = "progress"
"""A line of the public feed (công khai tiến độ, kết quả)."""

NATIONAL = "national"
"""The record for national synchronisation (đồng bộ hồ sơ), with its steps."""

REMINDER = "reminder"
"""To the office, when a timer fires; no event puts it into the outbox."""

# fmt: off
TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "submitted":            (PROGRESS, NATIONAL),
        "guided":               (NOTICE, PROGRESS, NATIONAL),
        "received":             (NOTICE, PROGRESS, NATIONAL),
        "rejected":             (NOTICE, PROGRESS, NATIONAL),
        "forwarded":            (PROGRESS, NATIONAL),
        "consulted":            (PROGRESS, NATIONAL),
        "answered":             (PROGRESS, NATIONAL),
        "supplement_requested": (NOTICE, PROGRESS, NATIONAL),
        "supplemented":         (NOTICE, PROGRESS, NATIONAL),
        "paused":               (NOTICE, PROGRESS, NATIONAL),
        "resumed":              (NOTICE, PROGRESS, NATIONAL),
        "payment_requested":    (NOTICE, PROGRESS, NATIONAL),
        "paid":                 (PROGRESS, NATIONAL),
        "apologised":           (NOTICE, PROGRESS, NATIONAL),
        "completed":            (NOTICE, PROGRESS, NATIONAL),
        "delivered":            (PROGRESS, NATIONAL),
        "withdrawn":            (NOTICE, PROGRESS, NATIONAL),
        "closed":               (NOTICE, PROGRESS, NATIONAL),
        "document_attached":    (),
        "notified":             (),
        "published":            (),
        "rated":                (),
        "corrected":            (),
    }
)
# fmt: on
"""The topics of each kind; one with a national status has `progress` and `national`, for it may change the status."""

ONLY_WITH_PROMISE = frozenset({("supplemented", NOTICE)})
"""Messages that are sent only where the event gives a new appointment."""


def topics(record: Record) -> tuple[str, ...]:
    """The topics that an event puts into the outbox, in the order of the table; none for a kind it does not have."""
    found = TOPICS.get(record.kind, ())
    if record.known("promised") is not None:
        return found
    return tuple(topic for topic in found if (record.kind, topic) not in ONLY_WITH_PROMISE)


def check_topic(record: Record, topic: str) -> None:
    """Refuse a topic that an event does not have; a reminder may follow any event.

    Raises:
        UnknownTopic: it names the topics there are.

    """
    known = (*topics(record), REMINDER)
    if topic not in known:
        raise UnknownTopic(topic, record.kind, known)


def message_key(dossier: str, version: int, topic: str) -> str:
    """The key by which a receiver knows a message that comes again; the caller gives reminders their own.

    >>> message_key("000.00.06.H56-231027-0361", 3, NOTICE)
    '000.00.06.H56-231027-0361:3:notice'
    """
    return f"{dossier}:{version}:{topic}"
