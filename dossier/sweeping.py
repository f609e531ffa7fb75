"""The sweep: reminders whose moment has come are put into the outbox, each once, however often and by whomever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dossier.case import Case
from dossier.clock import Clock
from dossier.outbox.payloads import reminder_detail
from dossier.outbox.topics import REMINDER
from dossier.setting import Setting
from dossier.stores.queues import Armed, Posted
from dossier.stores.records import EventStore
from dossier.timers import Reminders, reminders

BATCH = 500

Arms = Callable[[Case, Setting, Clock | None, datetime], Reminders]
"""What a case arms as it stands: case, setting, its clock, the present moment."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        fired: the reminders that it put into the outbox.
        moved: the reminders that are due at another moment, or not at all, by the calendar and the law as known now;
            the others of their dossiers moved with them.
        failed: the reminders that it could not look at, each with the reason; they stay armed.
        last: the last reminder that it looked at, from which the next batch goes on; None when there was none.

    """

    fired: tuple[Armed, ...] = ()
    moved: tuple[Armed, ...] = ()
    failed: tuple[tuple[Armed, str], ...] = ()
    last: Armed | None = None


def sweep(
    store: EventStore,
    setting: Setting,
    now: datetime,
    after: Armed | None = None,
    limit: int = BATCH,
    arms: Arms = reminders,
) -> Swept:
    """Fire a batch of the reminders whose moment has come.

    A dossier that fails is left out and reported; the others go on. Two sweeps at once fire each reminder once.

    Args:
        store: in a transaction of the host, which holds what was fired until it ends; commit after each batch.
        setting: the law and the calendar of the desk.
        now: the present moment, in the calendar's zone.
        after: the last reminder of the batch before.
        limit: how many reminders at most.
        arms: what a case arms, as its kind says it.

    """
    found: dict[str, list[Armed]] = {"fired": [], "moved": []}
    failed: list[tuple[Armed, str]] = []
    due = store.timers.due(now, limit, after)
    for armed in due:
        try:
            with store.savepoint():
                outcome = _ring(store, setting, armed, now, arms)
        except Exception as error:  # noqa: BLE001  # one bad dossier never stops the other million
            failed.append((armed, f"{type(error).__name__}: {error}"))
        else:
            found.get(outcome, []).append(armed)
    return Swept(tuple(found["fired"]), tuple(found["moved"]), tuple(failed), due[-1] if due else None)


def until_all_fired(batch: Callable[[Armed | None], Swept]) -> Swept:
    """Sweep one batch after the other until no reminder is left to look at.

    Args:
        batch: sweeps what is beyond a reminder, in a transaction of its own.

    """
    total = Swept()
    while (done := batch(total.last)).last is not None:
        total = Swept(
            (*total.fired, *done.fired), (*total.moved, *done.moved), (*total.failed, *done.failed), done.last
        )
    return total


def _ring(store: EventStore, setting: Setting, armed: Armed, now: datetime, arms: Arms) -> str:
    if not store.timers.fire(armed, now):  # before reading: whoever writes this dossier now comes before or after
        return "another was first"
    case = setting.case(armed.dossier, store.history(armed.dossier))
    today = arms(case, setting, setting.clock(case, now), now).timers
    if today.get(armed.kind) != armed.at:
        store.timers.arm(armed.dossier, today)
        return "moved"
    detail = reminder_detail(armed.kind, armed.at)
    key = f"{armed.dossier}:{detail.replace(' ', ':', 1)}"
    store.outbox.post([Posted(0, key, REMINDER, armed.dossier, len(case.records), detail)], now)
    return "fired"
