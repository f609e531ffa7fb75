"""What a careful clerk keeps on paper, to compare the desk with. It knows nothing of the desk's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.calendars import oracle

LIMIT = 5
"""Working days of every dossier of the walk."""

SIDE = {"attach", "notify", "publish", "rate", "correct"}
WORK = {"forward", "consult", "answer", "request_supplement", "pause", "apologise", "request_payment"}
WORK |= {"complete", "reject", "withdraw", "close"} | SIDE
ASKED = {"withdraw", "close", "consult", "answer", "apologise"} | SIDE

MAY: Mapping[str, set[str]] = {
    "nothing": {"submit", "receive"},
    "submitted": {"submit", "guide", "receive", "reject", "withdraw"} | SIDE,
    "received": WORK,
    "processing": WORK,
    "late": WORK,
    "supplement_requested": {"supplement"} | ASKED,
    "payment_due": {"pay"} | ASKED,
    "paused": {"resume", "consult", "answer", "apologise"} | SIDE,
    "completed": {"deliver"} | SIDE,
    "delivered": SIDE,
    "rejected": SIDE,
    "withdrawn": SIDE,
    "closed": SIDE,
}

NEEDS: Mapping[str, str] = {
    "submit": "channel procedure",
    "guide": "slip",
    "receive": "slip",
    "reject": "slip reason",
    "forward": "office",
    "consult": "office",
    "answer": "office",
    "request_supplement": "slip reason",
    "pause": "reason ground document notice",
    "apologise": "slip reason promised",
    "deliver": "channel office",
    "withdraw": "reason document notice",
    "close": "ground reason document notice",
    "attach": "document",
    "notify": "notice",
    "correct": "reason",
}

CAN_BE_LIFTED = {
    "submit.unanswered",
    "answer.unasked",
    "request_supplement.quota",
    "apologise.quota",
    "complete.result",
    "close.unasked",
    "promise.late",
}


@dataclass
class Paper:
    """One dossier on paper."""

    state: str = "nothing"
    last: datetime | None = None
    events: list[tuple[str, datetime]] = field(default_factory=list)
    guided: bool = True
    procedure: bool = False
    requests: int = 0
    apologies: int = 0
    questions: int = 0
    attached: datetime | None = None
    start: datetime | None = None
    waits: list[tuple[date, date]] = field(default_factory=list)
    waiting: tuple[date, bool] | None = None
    asked_for_papers: bool = False
    decided: datetime | None = None

    # what is against an act

    def objections(self, command: str, at: datetime, now: datetime, given: Mapping[str, object]) -> set[str]:
        """The codes of all reasons; where the step cannot follow at all, that alone."""
        if command not in MAY[self.state]:
            return {"state"}
        said = {name for name, value in given.items() if value not in {None, ""}}
        found = {f"{command}.{name}" for name in NEEDS.get(command, "").split() if name not in said}
        found |= self._against_time(at, now)
        found |= getattr(self, f"_against_{command}", lambda *_: set())(at, given, said)
        return found

    def _against_time(self, at: datetime, now: datetime) -> set[str]:
        found = set()
        if at > now:
            found.add("at.future")
        if self.last is not None and at < self.last:
            found.add("at.before_previous")
        return found

    def _against_submit(self, _at: datetime, _given: Mapping[str, object], _said: set[str]) -> set[str]:
        return {"submit.unanswered"} if self.state == "submitted" and not self.guided else set()

    def _against_receive(self, at: datetime, given: Mapping[str, object], said: set[str]) -> set[str]:
        found = set() if self.procedure or "procedure" in said else {"receive.procedure"}
        return found | _against_promise(given.get("promised"), at, due(at, []))

    def _against_supplement(self, at: datetime, given: Mapping[str, object], _said: set[str]) -> set[str]:
        restarts = self.waiting is not None and self.waiting[1]
        latest = due(at, []) if restarts else self.due_now(at)
        return _against_promise(given.get("promised"), at, latest)

    def _against_apologise(self, at: datetime, given: Mapping[str, object], _said: set[str]) -> set[str]:
        found = {"apologise.quota"} if self.apologies >= 1 else set()
        return found | _against_promise(given.get("promised"), at, None)

    def _against_request_supplement(self, _at: datetime, _given: Mapping[str, object], _said: set[str]) -> set[str]:
        return {"request_supplement.quota"} if self.requests >= 1 else set()

    def _against_answer(self, _at: datetime, _given: Mapping[str, object], said: set[str]) -> set[str]:
        return {"answer.unasked"} if "office" in said and self.questions == 0 else set()

    def _against_pause(self, at: datetime, _given: Mapping[str, object], said: set[str]) -> set[str]:
        early = self.attached is not None and self.attached < at
        return {"pause.document_at"} if "document" in said and not early else set()

    def _against_complete(self, _at: datetime, given: Mapping[str, object], said: set[str]) -> set[str]:
        signed = given.get("signed") is True
        if "document" in said:
            return set() if signed else {"complete.signed"}
        return {"complete.document"} if signed else {"complete.result"}

    def _against_close(self, _at: datetime, given: Mapping[str, object], _said: set[str]) -> set[str]:
        asked = self.state in {"supplement_requested", "payment_due"}
        return {"close.unasked"} if given.get("ground") == "no_answer" and not asked else set()

    # what an act leaves behind

    def write(self, command: str, at: datetime) -> None:
        """Put an act on paper."""
        self.events.append((command, at))
        self.last = at
        getattr(self, f"_{command}", lambda _at: None)(at)

    def _work(self) -> None:
        self.state = "late" if self.apologies else "processing"

    def _submit(self, _at: datetime) -> None:
        self.state, self.guided, self.procedure = "submitted", False, True

    def _guide(self, _at: datetime) -> None:
        self.guided = True

    def _receive(self, at: datetime) -> None:
        self.state, self.start, self.procedure = "received", at, True

    def _forward(self, _at: datetime) -> None:
        self._work()

    def _consult(self, _at: datetime) -> None:
        self.questions += 1
        if self.waiting is None:
            self._work()

    def _answer(self, _at: datetime) -> None:
        self.questions = max(self.questions - 1, 0)
        if self.waiting is None:
            self._work()

    def _apologise(self, _at: datetime) -> None:
        self.apologies += 1
        if self.waiting is None:
            self.state = "late"

    def _attach(self, at: datetime) -> None:
        self.attached = self.attached or at

    def _begin(self, state: str, at: datetime) -> None:
        self.state, self.waiting = state, (at.date(), at.date() <= due(self.start, self.waits))

    def _end(self, at: datetime) -> None:
        begun, counts = self.waiting
        if counts:
            self.waits.append((begun, at.date()))
        self.waiting = None
        self._work()

    def _pause(self, at: datetime) -> None:
        self._begin("paused", at)

    def _request_payment(self, at: datetime) -> None:
        self._begin("payment_due", at)

    def _request_supplement(self, at: datetime) -> None:
        self.requests += 1
        self.asked_for_papers = True
        self._begin("supplement_requested", at)

    def _resume(self, at: datetime) -> None:
        self._end(at)

    def _pay(self, at: datetime) -> None:
        self._end(at)

    def _supplement(self, at: datetime) -> None:
        _, counts = self.waiting
        if counts:
            self.start, self.waits = at, []
        self.waiting, self.asked_for_papers = None, False
        self._work()

    def _complete(self, at: datetime) -> None:
        self.state, self.decided = "completed", at

    def _deliver(self, _at: datetime) -> None:
        self.state = "delivered"

    def _reject(self, at: datetime) -> None:
        self.state, self.decided = "rejected", at

    def _withdraw(self, at: datetime) -> None:
        self.state, self.decided = "withdrawn", at

    def _close(self, at: datetime) -> None:
        self.state, self.decided = "closed", at

    # when it is due

    def due_now(self, now: datetime) -> date | None:
        """When it is due, an open wait taken as if it ended now, or with the decision."""
        if self.start is None:
            return None
        if self.waiting is None or not self.waiting[1]:
            return due(self.start, self.waits)
        end = self.decided or now
        return due(end, []) if self.asked_for_papers else due(self.start, [*self.waits, (self.waiting[0], end.date())])


def due(start: datetime, waits: list[tuple[date, date]]) -> date:
    """Walk from day to day; a working day is spent unless a wait reaches over it from a day before."""
    day, left = start.date(), LIMIT
    while left:
        day += timedelta(days=1)
        left -= oracle.is_working(day) and not any(begin < day <= end for begin, end in waits)
    return day


def _against_promise(promised: object, at: datetime, latest: date | None) -> set[str]:
    found = set()
    if isinstance(promised, date) and promised < at.date():
        found.add("promise.past")
    if isinstance(promised, date) and latest is not None and promised > latest:
        found.add("promise.late")
    return found
