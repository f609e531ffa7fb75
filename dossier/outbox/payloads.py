"""The content of a message, worked out from the history up to its event when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from dossier.case import Case
from dossier.outbox.facts import handling_office, officer, pseudonym
from dossier.outbox.feed import public_line
from dossier.outbox.host import Host
from dossier.outbox.national import national_record
from dossier.outbox.notices import LANGUAGES
from dossier.outbox.sinks import Message
from dossier.outbox.topics import NATIONAL, NOTICE, PROGRESS, REMINDER, check_topic
from dossier.setting import Setting
from dossier.stores.records import Record
from dossier.timers import timer_rules

Payload = Mapping[str, object]


@dataclass(frozen=True)
class _Asked:
    case: Case
    setting: Setting
    now: datetime
    detail: str | None
    host: Host


def payload(
    topic: str,
    records: Sequence[Record],
    setting: Setting,
    now: datetime,
    *,
    detail: str | None = None,
    host: Host | None = None,
) -> Payload:
    """The content of the message that the last of `records` put into the outbox; JSON values only.

    Args:
        topic: one of `dossier.outbox.topics`.
        records: the events of one dossier up to the version of the message, oldest first; at least one.
        setting: the law and the calendar of the desk.
        now: the moment of delivery, aware; only reminders depend on it.
        detail: of a reminder, as `reminder_detail` writes it.
        host: what the host adds.

    Raises:
        UnknownTopic: the event has no message of this topic.
        UnknownTimer: the kind of a reminder is none.
        ValueError: there is no event, or the detail of a reminder cannot be read.

    """
    if not records:
        raise ValueError("a message follows an event and there is none; give the history up to its version")
    check_topic(records[-1], topic)
    case = setting.case(str(records[-1].row["dossier"]), tuple(records))
    return _WRITERS[topic](_Asked(case, setting, now, detail, host or Host()))


def message(key: str, topic: str, records: Sequence[Record], content: Payload) -> Message:
    """The message with this content; the applicant is the one last stated in the history."""
    case, last = Case(str(records[-1].row["dossier"]), tuple(records)), records[-1]
    return Message(key, topic, case.code, last.version, pseudonym(case), content)


def reminder_detail(kind: str, at: datetime) -> str:
    """What the outbox keeps of a reminder: its kind and the moment for which it was armed, in UTC.

    >>> reminder_detail("due_soon", datetime(2024, 8, 30, tzinfo=UTC))
    'due_soon 2024-08-30T00:00:00+00:00'
    """
    return f"{kind} {at.astimezone(UTC).isoformat()}"


def _notice(asked: _Asked) -> Payload:
    told: dict[str, object] = {"kind": asked.case.records[-1].kind}
    written = asked.host.notices
    return told | {name: asdict(written.notice(asked.case, asked.setting, name)) for name in LANGUAGES}


def _reminder(asked: _Asked) -> Payload:
    case, local = asked.case, asked.setting.calendar.local
    kind, armed_for = _read_detail(asked.detail)
    told = (asked.host.timers or timer_rules()).reminder(case.code, kind, local(armed_for))
    clock, until = asked.setting.clock(case, local(asked.now)), local(case.decided_at or asked.now)
    return {
        "kind": kind,
        "at": told.at.isoformat(timespec="seconds"),
        "to": list(told.to),
        "vi": told.sentence_vi,
        "en": told.sentence_en,
        "officer": officer(case),
        "office": handling_office(case),
        "promised": _iso(case.promised),
        "legal_due": _iso(clock.legal_due.value) if clock else None,
        "overdue": clock is not None and clock.legal_due.is_late(until),
    }


def _read_detail(detail: str | None) -> tuple[str, datetime]:
    kind, _, moment = (detail or "").partition(" ")
    try:
        return kind, datetime.fromisoformat(moment)
    except ValueError:
        good = reminder_detail("due_soon", datetime(2024, 8, 30, tzinfo=UTC))
        raise ValueError(f"the detail of a reminder is {detail!r}; give its kind and moment, as {good!r}") from None


def _iso(found: date | datetime | None) -> str | None:
    return None if found is None else found.isoformat()


_WRITERS: Mapping[str, Callable[[_Asked], Payload]] = {
    NOTICE: _notice,
    PROGRESS: lambda asked: public_line(asked.case, asked.setting),
    NATIONAL: lambda asked: national_record(asked.case, asked.setting, asked.host),
    REMINDER: _reminder,
}
