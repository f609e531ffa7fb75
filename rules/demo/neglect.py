"""What the careless office leaves undone, and the telling moments at which it does things."""

from __future__ import annotations

from datetime import datetime, time

from calendars import vietnam
from rules.demo.casebook import APOLOGY_REASONS
from rules.demo.history import History
from rules.demo.lawful import PATIENCE, RESUMED
from rules.demo.quarter import MINUTE, ZONE

STEP_LIMIT = "1 ngày làm việc"

# not made public, not told, not digitised


def hide(history: History) -> None:
    """Nothing is ever published."""
    history.drop("published")


def hide_result(history: History) -> None:
    """The progress is published, the result is not."""
    history.entries.remove(history.get("published", 1))


def tell_late(history: History) -> None:
    """Nobody is notified, and the result is handed over the week after next."""
    history.drop("notified", "rated")
    history.get("delivered").at = history.chance.days_later(history.get("completed").at, 6, 8)


# too slow in a step, too soon at the end


def let_step_run(history: History) -> None:
    """The step has one working day, and takes as long as the whole dossier."""
    history.get("forwarded").cells["limit"] = STEP_LIMIT


def let_adviser_wait(history: History) -> None:
    """The question has one working day, and is answered on the second."""
    history.get("consulted").cells["limit"] = STEP_LIMIT


def close_too_early(history: History) -> None:
    """Five working days after the request."""
    asked = history.get("supplement_requested").at.date()
    history.get("closed").at = history.chance.in_office(vietnam().add_working_days(asked, RESUMED))


# before the receipt


def guide_twice(history: History) -> None:
    """Guided some days earlier already, in due form."""
    day = vietnam().add_working_days(history.get("submitted").at.date(), -RESUMED)
    first, slip = history.get("submitted").cells, history.paper("HD")
    history.add("submitted", datetime.combine(day, time(9), ZONE), **first)
    history.add("guided", datetime.combine(day, time(10), ZONE), slip=slip, reason=history.reason(["Thiếu tờ khai"]))


def leave_papers(history: History) -> None:
    """The papers lay three working days before anybody looked at them."""
    day = vietnam().add_working_days(history.received.date(), -3)
    cells = history.get("received").cells
    known = {name: cells[name] for name in ("channel", "procedure", "sector", "applicant")}
    history.add("submitted", history.chance.in_office(day), actor="applicant", **known)


# at a telling moment


def _on_due_date(history: History, hour: int) -> datetime:
    return datetime.combine(history.due, time(hour), ZONE)


def pause_before_last_day(history: History) -> None:
    """On the morning of the working day before the due date, all papers in order."""
    day = vietnam().add_working_days(history.due, -1)
    attached = datetime.combine(day, time(9), ZONE)
    history.get("document_attached").at = attached
    paused = history.get("paused")
    paused.at, paused.cells["document_at"] = attached + 30 * MINUTE, attached


def ask_on_last_day(history: History) -> None:
    """On the due date; the answer is awaited in due form."""
    asked = history.get("supplement_requested")
    asked.at = _on_due_date(history, 9)
    history.get("closed").at = history.chance.in_office(vietnam().add_working_days(history.due, PATIENCE))


def withdraw_on_last_day(history: History) -> None:
    """In the morning of the due date."""
    history.get("withdrawn").at = _on_due_date(history, 10)


def promise_again(history: History) -> None:
    """A cautious apology in due form, though the supplement gave a new date already."""
    day = vietnam().add_working_days(history.received.date(), RESUMED + 1)
    promised = vietnam().add_working_days(history.last, 3)
    cells = {"slip": history.paper("XL"), "reason": history.reason(APOLOGY_REASONS)}
    history.add("apologised", history.chance.in_office(day), promised=promised, **cells)


def forward_at_night(history: History) -> None:
    """On the right day, long after the office closed."""
    day = history.get("forwarded").at.date()
    history.get("forwarded").at = datetime.combine(day, time(20, 30), ZONE)
