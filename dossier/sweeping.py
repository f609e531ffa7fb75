"""The sweep: reminders whose moment has come are put into the outbox, each once, however often and by whomever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dossier.case import Case
from dossier.outbox.payloads import reminder_detail
from dossier.outbox.topics import REMINDER
from dossier.setting import Setting
from dossier.stores.queues import Armed, Posted
from dossier.stores.records import EventStore
from dossier.timers import timers

BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        fired: the reminders that it put into the outbox.
        moved: the reminders that are due at another moment, or not at all, by the calendar and the law as known now.
        failed: the reminders that it could not look at, each with the reason; they stay armed.

    """

    fired: tuple[Armed, ...]
    moved: tuple[Armed, ...]
    failed: tuple[tuple[Armed, str], ...]


def sweep(store: EventStore, setting: Setting, now: datetime) -> Swept:
    """Fire every reminder whose moment has come.

    A dossier that fails is left out and reported; the others go on. Two sweeps at once fire each reminder once.

    Args:
        store: in a transaction of the host.
        setting: the law and the calendar of the desk.
        now: the present moment, in the calendar's zone.

    """
    found: dict[str, list[Armed]] = {"fired": [], "moved": []}
    failed: list[tuple[Armed, str]] = []
    last: Armed | None = None
    while due := store.timers.due(now, BATCH, last):
        for armed in due:
            try:
                with store.savepoint():
                    outcome = _ring(store, setting, armed, now)
            except Exception as error:  # noqa: BLE001  # one bad dossier never stops the other million
                failed.append((armed, f"{type(error).__name__}: {error}"))
            else:
                found.get(outcome, []).append(armed)
        last = due[-1]
    return Swept(tuple(found["fired"]), tuple(found["moved"]), tuple(failed))


def _ring(store: EventStore, setting: Setting, armed: Armed, now: datetime) -> str:
    case = Case(armed.dossier, store.history(armed.dossier))
    today = timers(case, setting, setting.clock(case, now), now)
    if today.get(armed.kind) != armed.at:
        store.timers.arm(armed.dossier, today)
        return "moved"
    if not store.timers.fire(armed, now):
        return "another was first"
    detail = reminder_detail(armed.kind, armed.at)
    key = f"{armed.dossier}:{detail.replace(' ', ':', 1)}"
    store.outbox.post([Posted(0, key, REMINDER, armed.dossier, len(case.records), detail)], now)
    return "fired"
