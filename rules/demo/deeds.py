"""What the careless office does wrong, deed by deed; each changes a lawful history in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from calendars import vietnam
from dossier.events import Cell
from rules.demo.casebook import ADVISERS, APOLOGY_REASONS, SUPPLEMENT_REASONS
from rules.demo.history import History
from rules.demo.lawful import CUTOFF, DECISION, RESUMED, WAIT
from rules.demo.quarter import END, MINUTE, WORKED_MINUTES, ZONE, working_days

Deed = Callable[[History], None]

WRONG_GROUND = "agency_opinion"
"""A ground that the land procedures do not exclude from their time limits."""


def erase(event: str, *columns: str) -> Deed:
    """The deed of leaving some cells of a line empty."""

    def deed(history: History) -> None:
        for column in columns:
            history.get(event).cells.pop(column)

    return deed


# too late


def answer_minutes_late(history: History) -> None:
    """Handed in so many minutes before eight working hours before the answer."""
    minutes = WORKED_MINUTES + history.chance.number(1, 60)
    history.get("submitted").at = _worked_before(history.entries[1].at, minutes)


def _worked_before(moment: datetime, minutes: int) -> datetime:
    """So many minutes of office time earlier."""
    work = minutes * MINUTE // timedelta(microseconds=1)
    return vietnam().work_done_at(vietnam().work_through(moment) - work)


def answer_days_late(history: History) -> None:
    """Handed in two or three working days before the answer."""
    days = history.chance.number(2, 3)
    answer = history.entries[1].at
    history.get("submitted").at = history.chance.in_office(vietnam().add_working_days(answer.date(), -days))


def answer_second_late(history: History) -> None:
    """Handed in again minutes after the guidance."""
    history.get("submitted", 1).at = _again_at_once(history)


def _again_at_once(history: History) -> datetime:
    return history.get("guided").at + MINUTE


def second_can_be_late(history: History) -> bool:
    """Whether more than eight working hours lie between the guidance and the receipt."""
    return vietnam().working_time(_again_at_once(history), history.received) > WORKED_MINUTES * MINUTE


def never_answer(history: History) -> None:
    """Handed in at any hour, days off included; more than a working day is left of the quarter."""
    day = history.chance.pick(working_days()[:-3])
    history.get("submitted").at = history.chance.any_hour(day + timedelta(days=history.chance.number(0, 1)))


def forward_late(history: History) -> None:
    """On the second working day, where the next one was the last that could be right."""
    day = vietnam().add_working_days(history.received.date(), 2)
    history.get("forwarded").at = history.chance.in_office(day)


def forward_late_at_three(history: History) -> None:
    """Received at three sharp is not received after three: it goes the same day."""
    history.get("received").at = datetime.combine(history.received.date(), CUTOFF, ZONE)
    day = vietnam().add_working_days(history.received.date(), 1)
    history.get("forwarded").at = history.chance.in_office(day)


def decide_late(history: History) -> None:
    """Up to eight working days after the limit."""
    history.get("completed").at = history.after_due(history.chance.number(1, 8))
    _put_off_delivery(history)


def _put_off_delivery(history: History) -> None:
    decided = history.get("completed").at
    for entry in (history.get("published", 1), history.get("notified")):
        entry.at = history.chance.soon(decided)
    _hand_over(history, history.chance.days_later(decided, 1, 3))


def _hand_over(history: History, at: datetime) -> None:
    history.get("delivered").at = at
    for entry in history.entries:
        if entry.event == "rated":
            entry.at = at + timedelta(days=1)


def reject_late(history: History) -> None:
    """Up to eight working days after the limit."""
    history.get("rejected").at = history.after_due(history.chance.number(1, 8))


def leave_open(history: History) -> None:
    """Never decided."""
    history.drop_result()


def apologise_late(history: History) -> None:
    """On the due date itself, or after it; decided later still."""
    history.get("apologised").at = history.after_due(history.chance.number(0, 2))
    history.get("completed").at = history.after_due(history.chance.number(3, 8))
    _put_off_delivery(history)


def apologise_late_and_leave_open(history: History) -> None:
    """On the due date or after it, and never decided."""
    apologise_late(history)
    leave_open(history)


def apologise_on_last_day(history: History) -> None:
    """On the due date in the morning; the dossier is decided in the afternoon, still in time."""
    history.get("apologised").at = _at(history, time(8, history.chance.number(0, 59)))
    history.get("completed").at = _at(history, time(15, history.chance.number(0, 59)))
    _put_off_delivery(history)


def _at(history: History, hour: time) -> datetime:
    return datetime.combine(history.due, hour, ZONE)


# the stopped clock


def _paused_days(history: History) -> int:
    return vietnam().count_working_days(history.get("paused").at.date(), history.get("resumed").at.date())


def counts_working_days(history: History) -> bool:
    """Whether the limit counts working days, so that days of waiting can be added to it by counting on."""
    return history.by_working_days


def decide_just_in_time(history: History) -> None:
    """After the due date, by no more working days than the clock stood still."""
    history.get("completed").at = history.after_due(history.chance.number(1, _paused_days(history)))
    _put_off_delivery(history)


def lean_on_wrong_ground(history: History) -> None:
    """The same on a ground that the procedure does not exclude: the clock never stopped by law."""
    wait_on_wrong_ground(history)
    decide_just_in_time(history)


def wrong_ground_is_wrong(history: History) -> bool:
    """Whether the procedure says which waits it excludes, and this is none of them."""
    return not history.asked.version.excludes(WRONG_GROUND)


def wait_on_wrong_ground(history: History) -> None:
    """The clock is stopped on a ground that the procedure does not exclude."""
    history.get("paused").cells |= {
        "ground": WRONG_GROUND,
        "reason": history.reason(["Chờ ý kiến của cơ quan phối hợp"]),
    }


def attach_afterwards(history: History) -> None:
    """First the button, then the document."""
    after = history.get("paused").at + history.chance.number(1, 120) * MINUTE
    history.get("document_attached").at = after
    history.get("paused").cells["document_at"] = after


def attach_at_once(history: History) -> None:
    """At the very moment of the pause is not before it."""
    history.get("document_attached").at = history.get("paused").at
    history.get("paused").cells["document_at"] = history.get("paused").at


def never_resume(history: History) -> None:
    """Decided while the clock still stands."""
    history.drop("resumed")


def close_while_paused(history: History) -> None:
    """Closed with all papers, but for the clock that still stands."""
    at = history.get("completed").at
    history.drop_result()
    history.drop("resumed")
    papers: dict[str, Cell] = {"document": history.paper("VB"), "notice": history.paper("TB"), "digitised": True}
    history.add("closed", at, ground="not_competent", reason="Không thuộc thẩm quyền", **papers)


# once too often


def ask_again(history: History) -> None:
    """A second request, in due form, and answered."""
    reason = history.reason(SUPPLEMENT_REASONS)
    asked, back = (_between(history, day) for day in (RESUMED + 1, RESUMED + 2))
    history.add("supplement_requested", asked, slip=history.paper("BS"), reason=reason)
    history.add("supplemented", back, actor="applicant", digitised=True)


def _between(history: History, day: int) -> datetime:
    """A moment so many working days after the receipt, between waits and decision."""
    return history.chance.in_office(vietnam().add_working_days(history.received.date(), day))


def apologise_again(history: History) -> None:
    """In good time before the due date, so that only the number of appointments is wrong."""
    first = history.get("apologised")
    promised = vietnam().add_working_days(history.due, 6)
    reason = history.reason(APOLOGY_REASONS)
    at = history.chance.in_office(vietnam().add_working_days(first.at.date(), 1))
    history.add("apologised", at, slip=history.paper("XL"), reason=reason, promised=promised)


def can_apologise_again(history: History) -> bool:
    """Whether a second apology the next working day still comes before the due date."""
    second = vietnam().add_working_days(history.get("apologised").at.date(), 1)
    return second < history.due


def promise_late(history: History) -> None:
    """A later date, or a moment on it."""
    late = vietnam().add_working_days(history.due, history.chance.number(1, 5))
    hour = history.chance.pick((None, time(8), time(17)))
    history.get("received").cells["promised"] = datetime.combine(late, hour, ZONE) if hour else late


def leave_unsigned(history: History) -> None:
    """An e-result without a valid signature."""
    history.get("completed").cells["signed"] = False


# an order that cannot be


def receive_before_submission(history: History) -> None:
    """The submission stands minutes after the receipt."""
    history.get("submitted").at = history.received + history.chance.number(1, 4) * MINUTE


def receive_again(history: History) -> None:
    """A second receipt, in due form."""
    again = history.get("received").cells | {"slip": history.paper("TN")}
    history.add("received", _between(history, WAIT), **again)


def guide_after_receipt(history: History) -> None:
    """Guidance comes before the receipt; after it there is a supplement request."""
    slip, reason = history.paper("HD"), history.reason(SUPPLEMENT_REASONS)
    history.add("guided", _between(history, WAIT), slip=slip, reason=reason)


def answer_nothing(event: str) -> Deed:
    """The deed of writing a step that answers another one, which is not there."""

    def deed(history: History) -> None:
        history.add(event, _between(history, WAIT), office=history.chance.pick(ADVISERS), digitised=True)

    return deed


def ask_after_decision(history: History) -> None:
    """An opinion asked between decision and delivery."""
    at = history.chance.soon(history.get("completed").at, 1, 5)
    history.add("consulted", at, office=history.chance.pick(ADVISERS))


def deliver_before_decision(history: History) -> None:
    """Delivery ends a dossier: that it comes before the decision cannot be, and the decision comes after the end."""
    history.get("delivered").at = _between(history, DECISION - 2)


def forward_before_receipt(history: History) -> None:
    """Minutes before it was there."""
    history.get("forwarded").at = _worked_before(history.received, history.chance.number(1, 20))


# after the end


def go_on_after_end(history: History) -> None:
    """An opinion asked days after the dossier had ended."""
    last = max(entry.at for entry in history.entries)
    at = history.chance.days_later(last, 1, 2)
    history.add("consulted", at, office=history.chance.pick(ADVISERS))


def send_round_again(history: History) -> None:
    """Forwarded days after the dossier had ended."""
    last = max(entry.at for entry in history.entries)
    history.add("forwarded", history.chance.days_later(last, 1, 2), office=history.asked.room)


def enter_late(history: History) -> None:
    """Two to five working days after it took effect, and not after the quarter."""
    _enter_after(history, history.chance.number(2, RESUMED))


def enter_as_if_in_time(history: History) -> None:
    """Six to eight working days after it took effect: it looks back-dated."""
    _enter_after(history, history.chance.number(RESUMED + 1, DECISION))


def _enter_after(history: History, working_days_: int) -> None:
    able = [entry for entry in history.entries if vietnam().count_working_days(entry.at.date(), END.date()) > DECISION]
    entry = history.chance.pick(able)
    entry.entered = history.chance.in_office(vietnam().add_working_days(entry.at.date(), working_days_))
