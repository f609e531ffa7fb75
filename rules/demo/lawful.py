"""Lawful histories written down plainly, without the desk: what a careful office would have kept.

Days are counted from the receipt: a dossier is forwarded by day 1, waits between day 3 and day 5, and is decided from
day 8 to its due date, so that a slip of the pen in one step leaves the others lawful. Every dossier is decided in time
even if no wait counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from calendars import Term, deadline, vietnam
from dossier.events import Cell
from rules.demo.casebook import (
    ADVISERS,
    APOLOGY_REASONS,
    CARELESS_OFFICE,
    PAUSES,
    REJECTION_REASONS,
    SUPPLEMENT_REASONS,
    WITHDRAWAL_REASONS,
    asked_for,
)
from rules.demo.history import History
from rules.demo.quarter import END, MINUTE, ZONE, Chance, working_days

PROCEDURES = ("1.012784", "1.012786", "1.012787", "1.012790", "1.012756", "1.013823", "1.000987", "1.013861")
"""Procedures with at least eight working days, a document as result, and a supplement that restarts the limit."""

COPY = "2.000908"
"""A procedure that is done on the spot, without a document as result."""

FIRST_DAY, WAIT, RESUMED, DECISION = 4, 3, 5, 8
PATIENCE = 14
"""Working days that are more than fifteen days, make-up days or not: how long an answer is awaited."""

AFTERMATH = 20
"""Working days kept free after the due date: room for waits and for what comes late."""

CUTOFF = time(15)


def lawful(code: str, course: str, chance: Chance) -> History:
    """A history that breaks no rule and raises no signal."""
    asked = asked_for(chance, COPY if course == "copy" else chance.pick(PROCEDURES))
    limit = Term.parse(asked.limit)
    ends = {day: deadline(vietnam(), _noon(day), limit).due for day in working_days()[FIRST_DAY:-1]}
    fitting = [day for day, due in ends.items() if _fits(course, due)]
    received = chance.in_office(chance.pick(fitting))
    due = ends[received.date()]
    history = History(code, course, asked, received, due, due, chance)
    COURSES[course](history)
    return history


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZONE)


def _fits(course: str, due: date) -> bool:
    left = vietnam().count_working_days(due, END.date())
    return left <= 0 if course == "open" else left >= AFTERMATH


# the beginning


def _submission(history: History, at: datetime) -> None:
    history.add("submitted", at, channel="online", actor="applicant", office=CARELESS_OFFICE, **_what(history))


def _what(history: History) -> dict[str, Cell]:
    procedure = history.asked.procedure
    return {"procedure": procedure.code, "sector": procedure.sector, "applicant": history.paper("nd")}


def _handed_in_before(history: History, answer: datetime, *, boundary: bool = True) -> datetime:
    """When an online dossier was handed in that is answered in time: at best since the last closing time.

    With `boundary`, now and then exactly eight working hours earlier, which is still in time.
    """
    yesterday = vietnam().add_working_days(answer.date(), -1)
    if boundary and history.chance.happens(0.15):
        return datetime.combine(yesterday, answer.time(), ZONE)
    minutes = (answer - vietnam().closing(yesterday)) // MINUTE
    return answer - history.chance.number(1, minutes - 1) * MINUTE


def _receipt(history: History, **cells: Cell) -> None:
    """The receipt; the promise may be earlier than the law asks, and a day limit may be promised to the hour."""
    promised: Cell = history.due
    if history.chance.happens(0.15):
        promised = vietnam().add_working_days(history.due, -1)
    elif history.chance.happens(0.15):
        promised = vietnam().closing(history.due)
    normal = history.asked.limit == next(iter(history.asked.version.cases.values()))
    limit = None if normal and history.chance.happens(0.3) else history.asked.limit
    history.add(
        "received",
        history.received,
        slip=history.paper("TN"),
        promised=promised,
        limit=limit,
        office=CARELESS_OFFICE,
        digitised=True,
        **cells,
    )


def _begin(history: History) -> None:
    """Received online or over the counter, and forwarded in time."""
    if history.chance.happens(0.5):
        _begin_online(history)
    else:
        _begin_at_counter(history)


def _begin_online(history: History) -> None:
    _submission(history, _handed_in_before(history, history.received))
    _receipt(history, procedure=history.asked.procedure.code)
    _forward(history)


def _begin_at_counter(history: History) -> None:
    _receipt(history, channel=history.chance.pick(("in_person", "postal")), **_what(history))
    _forward(history)


def _forward(history: History) -> None:
    same_day = history.received.time() <= CUTOFF
    at = history.chance.soon(history.received, 5, 60) if same_day else history.on(1)
    history.add("forwarded", at, office=history.asked.room, digitised=True)
    history.add("published", history.on(1), actor="system")


# the end


def _decided(history: History, day: int) -> None:
    decided = history.on(day)
    history.add("completed", decided, document=history.paper("KQ"), signed=True, digitised=True)
    tell(history, decided)
    channel = history.chance.pick(("online", "in_person", "postal"))
    handed = history.chance.days_later(decided, 1, 3)
    history.add("delivered", handed, channel=channel, office=CARELESS_OFFICE)
    if history.chance.happens(0.2):
        history.add("rated", handed + timedelta(days=1), actor="applicant")


def tell(history: History, decided: datetime) -> None:
    """The result is made public, and the applicant hears of it."""
    history.add("published", history.chance.soon(decided), actor="system")
    history.add("notified", history.chance.soon(decided), notice=history.paper("TB"))


def _decided_in_time(history: History) -> None:
    _decided(history, history.chance.number(DECISION, history.room))


# the courses


def _online(history: History) -> None:
    _begin_online(history)
    _decided_in_time(history)


def _counter(history: History) -> None:
    _begin_at_counter(history)
    _decided_in_time(history)


def _guided(history: History) -> None:
    """Guided before receipt, handed in again, received."""
    day = vietnam().add_working_days(history.received.date(), -history.chance.number(1, 3))
    guided = history.chance.in_office(day)
    _submission(history, _handed_in_before(history, guided))
    history.add("guided", guided, slip=history.paper("HD"), reason=history.reason(SUPPLEMENT_REASONS))
    _submission(history, _handed_in_before(history, history.received, boundary=False))
    _receipt(history, procedure=history.asked.procedure.code)
    _forward(history)
    _decided_in_time(history)


def _turned_away(history: History) -> None:
    _submission(history, _handed_in_before(history, history.received))
    history.add("rejected", history.received, **_refusal(history))


def _refusal(history: History) -> dict[str, Cell]:
    return {"slip": history.paper("TC"), "reason": history.reason(REJECTION_REASONS)}


def _fresh(history: History) -> None:
    """Handed in after the last but one closing time of the quarter: not answered yet, and still in time."""
    _submission(history, _handed_in_before(history, END, boundary=False))


def _ask_for_supplement(history: History) -> None:
    reason = history.reason(SUPPLEMENT_REASONS)
    history.add("supplement_requested", history.on(WAIT), slip=history.paper("BS"), reason=reason)


def _supplemented(history: History) -> None:
    _begin(history)
    _ask_for_supplement(history)
    back = history.on(RESUMED)
    history.last = deadline(vietnam(), back, Term.parse(history.asked.limit)).due
    history.add("supplemented", back, promised=history.last, actor="applicant", digitised=True)
    _decided_in_time(history)


def _paused(history: History) -> None:
    _begin(history)
    _pause(history)
    history.add("resumed", history.on(RESUMED))
    _decided_in_time(history)


def _pause(history: History) -> None:
    ground = history.chance.pick(list(PAUSES))
    document = history.paper("VB")
    attached = history.add("document_attached", history.on(WAIT), document=document, digitised=True).at
    cells: dict[str, Cell] = {
        "ground": ground,
        "reason": history.reason([PAUSES[ground]]),
        "notice": history.paper("TB"),
    }
    at = history.chance.soon(attached)
    history.add("paused", at, document=document, document_at=attached, **cells)


def _waiting(history: History) -> None:
    """Still waiting at the end of the quarter, long after the limit would have ended: the clock stands still."""
    _begin(history)
    _pause(history)


def _paying(history: History) -> None:
    _begin(history)
    asked = history.add("payment_requested", history.on(WAIT), notice=history.paper("TB")).at
    paid = history.add("paid", history.on(RESUMED), actor="applicant").at
    if history.by_working_days:
        waited = vietnam().count_working_days(asked.date(), paid.date())
        history.last = vietnam().add_working_days(history.due, waited)
    _decided_in_time(history)


def _consulted(history: History) -> None:
    _begin(history)
    adviser = history.chance.pick(ADVISERS)
    history.add("consulted", history.on(WAIT), office=adviser, limit="3 ngày làm việc")
    history.add("answered", history.on(RESUMED), office=adviser, digitised=True)
    _decided_in_time(history)


def _apologised(history: History) -> None:
    """A cautious apology: sent the day before at the latest, and the dossier decided by the due date all the same."""
    _begin(history)
    last_moment = history.chance.happens(0.3)
    at = history.on(history.room - 1 if last_moment else history.chance.number(WAIT, RESUMED))
    promised = vietnam().add_working_days(history.due, 3)
    reason = history.reason(APOLOGY_REASONS)
    history.add("apologised", at, slip=history.paper("XL"), reason=reason, promised=promised)
    _decided(history, history.room if last_moment else history.chance.number(DECISION, history.room))


def _rejected(history: History) -> None:
    _begin(history)
    history.add("rejected", history.on(history.chance.number(DECISION, history.room)), **_refusal(history))


def _withdrawn(history: History) -> None:
    _begin(history)
    cells: dict[str, Cell] = {"document": history.paper("DN"), "notice": history.paper("TB"), "digitised": True}
    reason = history.reason(WITHDRAWAL_REASONS)
    history.add("withdrawn", history.on(WAIT), reason=reason, actor="applicant", **cells)


def _closed(history: History) -> None:
    """No answer to the supplement request in fifteen days."""
    _begin(history)
    _ask_for_supplement(history)
    cells: dict[str, Cell] = {"document": history.paper("VB"), "notice": history.paper("TB"), "digitised": True}
    history.add("closed", history.on(WAIT + PATIENCE), ground="no_answer", reason="Không bổ sung hồ sơ", **cells)


def _open(history: History) -> None:
    """Received, and due on the last day of the quarter or later."""
    _begin(history)


def _copy(history: History) -> None:
    _receipt(history, channel="in_person", **_what(history))
    history.add("completed", history.chance.soon(history.received))
    at = history.chance.soon(history.entries[-1].at)
    history.add("published", at, actor="system")
    history.add("delivered", at, channel="in_person", office=CARELESS_OFFICE)


COURSES: Mapping[str, Callable[[History], None]] = MappingProxyType(
    {
        "online": _online,
        "counter": _counter,
        "guided": _guided,
        "turned_away": _turned_away,
        "fresh": _fresh,
        "supplemented": _supplemented,
        "paused": _paused,
        "paying": _paying,
        "consulted": _consulted,
        "apologised": _apologised,
        "rejected": _rejected,
        "withdrawn": _withdrawn,
        "closed": _closed,
        "open": _open,
        "waiting": _waiting,
        "copy": _copy,
    }
)
"""The courses that a dossier may take."""
