"""Delivery: messages leave the outbox at least once, each with the same key, and none is lost without a trace."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from dossier.errors import SinkError
from dossier.outbox.backoff import Backoff
from dossier.outbox.host import Host
from dossier.outbox.payloads import message as addressed
from dossier.outbox.payloads import payload
from dossier.outbox.sinks import Message, Sink
from dossier.setting import Setting
from dossier.stores.queues import Posted
from dossier.stores.records import EventStore

BATCH = 100


class Delivered(NamedTuple):
    """What a delivery did.

    Attributes:
        sent: how many messages arrived.
        waiting: how many are to be tried again later.
        dead: how many were given up; they are listed by `outbox.dead()` until somebody lets them wait again.

    """

    sent: int = 0
    waiting: int = 0
    dead: int = 0


def deliver(  # noqa: PLR0913  # a delivery has this many independent parts
    store: EventStore,
    setting: Setting,
    sink: Sink,
    now: datetime,
    *,
    limit: int = BATCH,
    backoff: Backoff | None = None,
    host: Host | None = None,
    topics: Collection[str] | None = None,
) -> Delivered:
    """Try a batch of the messages that wait.

    Commit after each batch: what was delivered before a crash is delivered again, with the same key.

    Args:
        store: in a transaction of the host.
        setting: the law and the calendar of the desk.
        sink: takes the messages.
        now: the present moment, aware.
        limit: how many messages at most.
        backoff: when to try again.
        host: what the host adds to the content.
        topics: the topics to send; the others stay as they are. None for all.

    """
    counts = {"sent": 0, "waiting": 0, "dead": 0}
    for posted in store.outbox.waiting(now, limit, topics):
        failure = _try(store, setting, sink, now, posted, host)
        if failure is None:
            store.outbox.sent(posted, now)
            counts["sent"] += 1
            continue
        why, temporary = failure
        again = (backoff or Backoff()).next_attempt(posted.attempts + 1, now) if temporary else None
        store.outbox.failed(posted, why, again)
        counts["waiting" if again else "dead"] += 1
    return Delivered(**counts)


def until_none_waits(batch: Callable[[int], Delivered], limit: int | None = None) -> Delivered:
    """Deliver one batch after the other, until none waits or `limit` messages were tried.

    Args:
        batch: delivers at most so many messages, in a transaction of its own.
        limit: how many messages at most, None for all.

    """
    total = Delivered()
    while limit is None or sum(total) < limit:
        done = batch(BATCH if limit is None else min(BATCH, limit - sum(total)))
        total = Delivered(*(before + now for before, now in zip(total, done, strict=True)))
        if not sum(done):
            break
    return total


def _try(
    store: EventStore, setting: Setting, sink: Sink, now: datetime, posted: Posted, host: Host | None
) -> tuple[str, bool] | None:
    """None where the message arrived, else why it did not and whether it is worth trying again."""
    try:
        message = _message(store, setting, now, posted, host)
    except Exception as error:  # noqa: BLE001  # one bad message never stops the others
        return f"{type(error).__name__} while it was written", False  # its text might tell of a person
    try:
        sink.send(message)
    except SinkError as error:
        return error.why, error.temporary
    except Exception as error:  # noqa: BLE001  # one bad sink never stops the delivery
        return f"{type(error).__name__} while it was sent", True
    return None


def _message(store: EventStore, setting: Setting, now: datetime, posted: Posted, host: Host | None) -> Message:
    records = store.history(posted.dossier)[: posted.version]
    content = payload(posted.topic, records, setting, now, detail=posted.detail, host=host)
    return addressed(posted.key, posted.topic, records, content)
