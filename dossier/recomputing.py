"""Lines and reminders worked out anew; histories stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dossier.stores.records import EventStore, Overview, Slice

BATCH = 500
Position = tuple[datetime | None, str]
Redrawn = Callable[[str], tuple[Overview, Mapping[str, datetime]]]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What was worked out anew.

    Attributes:
        changed: how many dossiers have another line than before.
        seen: how many dossiers were looked at.
        failed: the dossiers that could not be looked at, each with the reason.
        last: the place of the last one, from which the next batch goes on; None when there was none.

    """

    changed: int = 0
    seen: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    last: Position | None = None


def recompute(store: EventStore, redrawn: Redrawn, after: Position | None = None, limit: int = BATCH) -> Recomputed:
    """Write the lines and the reminders of a batch of open dossiers anew.

    Args:
        store: in a transaction of the host; commit after each batch.
        redrawn: works both out for a code.
        after: the place of the last dossier of the batch before.
        limit: how many dossiers at most.

    """
    changed, failed = 0, []
    lines = store.worklist(Slice(after=after, limit=limit))
    for before in lines:
        try:
            with store.savepoint():
                line, armed = redrawn(before.dossier)
                store.redraw(line, armed)
        except Exception as error:  # noqa: BLE001  # one bad dossier never stops the other million
            failed.append((before.dossier, f"{type(error).__name__}: {error}"))
        else:
            changed += line != before
    last = (lines[-1].ends_at, lines[-1].dossier) if lines else None
    return Recomputed(changed, len(lines), tuple(failed), last)


def until_all_recomputed(batch: Callable[[Position | None], Recomputed]) -> Recomputed:
    """Work out one batch after the other until no open dossier is left; one that moved behind may be seen twice.

    Args:
        batch: works out what is beyond a place, in a transaction of its own.

    """
    total = Recomputed()
    while (done := batch(total.last)).last is not None:
        total = Recomputed(
            total.changed + done.changed, total.seen + done.seen, (*total.failed, *done.failed), done.last
        )
    return total
