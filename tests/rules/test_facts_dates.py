"""The legal due date, told twice: in columns by the facts, and one history at a time by `dossier.clock`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import Term, for_country, vietnam
from dossier.clock import AfterSupplement, Clock, Due, Step, read_clock
from dossier.errors import IncompatibleTerm
from dossier.procedures import Procedure, Procedures
from rules.facts import facts
from rules.quotas import quotas
from tests.rules.logs import Row, at, log_of

CALENDARS = {
    "VN": vietnam(),
    "NL": for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"]),
    "US": for_country("US", zone="America/New_York", sessions=["09:00-12:00", "13:00-17:30"]),
}
LIMITS = (
    *("1 ngày làm việc", "3 ngày làm việc", "12 ngày làm việc"),
    *("0 ngày", "1 ngày", "6 ngày", "20 ngày"),
    *("0 giờ làm việc", "8 giờ làm việc", "0,5 ngày làm việc", "30 giờ làm việc"),
    *("1 giờ", "24 giờ", "0,5 ngày", "100 giờ"),
    *("1 tháng", "0,5 tháng", "2,5 tháng", "1 năm"),
)
TERMS = ("3 ngày làm việc", "4 ngày", "6 giờ làm việc", "30 giờ", "1 tháng", "1 năm")
AFTERS = (
    AfterSupplement(),
    AfterSupplement("suspend"),
    *(AfterSupplement("fixed", Term.parse(term)) for term in TERMS),
    *(AfterSupplement("remaining_plus", Term.parse(term)) for term in TERMS),
)
ENDS = {"paused": "resumed", "payment_requested": "paid", "supplement_requested": "supplemented"}
EXCLUDED = frozenset({"other", "expertise"})
Dues = tuple[Due | None, Due | None]


@dataclass(frozen=True)
class History:
    """One dossier: what the receipt says, what a supplement does, and what follows."""

    received_at: datetime
    limit: str | None
    promise: date | datetime | None = None
    after: AfterSupplement = AFTERS[0]
    steps: tuple[Step, ...] = ()

    def rows(self, code: str) -> list[Row]:
        """The rows of the log."""
        receipt = {"event": "received", "at": self.received_at, "limit": self.limit, "promised": self.promise}
        steps = [{"event": step.kind, "at": step.at, "ground": step.ground} for step in self.steps]
        known = {"dossier": code, "procedure": code_of(self.after)}
        return [row | known for row in [receipt, *steps]]

    def clock(self, country: str, until: datetime) -> Clock | None:
        """What `dossier.clock` says."""
        return read_clock(
            sorted([Step("received", self.received_at), *self.steps], key=lambda step: step.at),
            None if self.limit is None else Term.parse(self.limit),
            calendar=CALENDARS[country],
            until=until,
            promise=self.promise,
            after=self.after,
            stops=EXCLUDED.__contains__,
        )


def code_of(after: AfterSupplement) -> str:
    """The code of the procedure with these semantics."""
    return f"1.{AFTERS.index(after):06}"


def _procedure(after: AfterSupplement) -> Procedure:
    """A procedure without a limit of its own."""
    version = {
        "decision": "x",
        "in_force_from": date(1990, 1, 1),
        "cases": {},
        "after_supplement": {"semantics": after.semantics} | ({"term": after.term.text_vi} if after.term else {}),
        "excluded_waits": sorted(EXCLUDED),
        "result": "document",
        "postal": "unknown",
        "citation": {"instrument": "x", "article": "x", "source": "x"},
        "status": "unverified",
    }
    found = {"code": code_of(after), "name": "x", "sector": "", "level": "", "version": [version]}
    return Procedure.model_validate(found)


@cache
def procedures() -> Procedures:
    """One procedure for each semantics."""
    return Procedures([_procedure(after) for after in AFTERS])


@dataclass(frozen=True)
class Office:
    """Histories under one calendar, and the moment of the question."""

    histories: tuple[History, ...]
    until: datetime
    country: str = "VN"

    def in_columns(self) -> list[Dues]:
        """Legal due date and due date without pauses of each history, by the facts."""
        rows = [row for number, one in enumerate(self.histories) for row in one.rows(f"A{number}")]
        log = log_of(rows, calendar=CALENDARS[self.country])
        table = facts(log, procedures(), quotas(), self.until.astimezone(UTC))
        names = ("legal_due_on", "legal_due_at", "due_without_pauses_on", "due_without_pauses_at")
        return [(_due(*row[:2]), _due(*row[2:])) for row in table.select(names).iter_rows()]

    def one_by_one(self) -> list[Dues | None]:
        """The same by `dossier.clock`; None where an addition has another unit than the limit."""
        return [self._clock(one) for one in self.histories]

    def _clock(self, history: History) -> Dues | None:
        try:
            clock = history.clock(self.country, self.until)
        except IncompatibleTerm:
            return None
        return (_utc(clock.legal_due), _utc(clock.due_without_pauses)) if clock else (None, None)


def _due(on: date | None, moment: datetime | None) -> Due | None:
    return None if on is None else Due(on, None if moment is None else moment.astimezone(UTC))


def _utc(due: Due) -> Due:
    return Due(due.day, None if due.moment is None else due.moment.astimezone(UTC))


# random histories: moments on and around the edges of office hours, in weeks with holidays, swaps and summer time

STARTS = [at(f"{day} 00:00") for day in ("2025-12-28", "2026-03-26", "2026-04-24", "2026-08-19", "2026-10-22")]
EDGES = [0, 1, 419, 420, 690, 810, 1019, 1020, 1021, 1439]
KINDS = [*ENDS, *ENDS, *ENDS.values(), "forwarded"]
LASTS = ["forwarded", "completed", "rejected", "withdrawn", "closed"]


def moment(random: Random, start: datetime, days: int) -> datetime:
    minute = random.choice([random.choice(EDGES), random.randrange(1440)])
    return start + timedelta(days=random.randint(0, days), minutes=minute, seconds=random.choice([0, 0, 1]))


def step(random: Random, start: datetime, days: int) -> Step:
    kind = random.choice(KINDS)
    ground = random.choice([None, "other", "verification"]) if kind == "paused" else None
    return Step(kind, moment(random, start, days), ground)


def history(random: Random, start: datetime) -> History:
    received_at = moment(random, start, 2)
    last = Step(random.choice(LASTS), max(received_at, moment(random, start, 20)))
    limit = random.choice([None, *LIMITS])
    promised = moment(random, start, 9)
    promise = random.choice([promised, promised.date()]) if limit is None else None
    days = random.choice([3, 8, 16])
    found = sorted((step(random, start, days) for _ in range(random.randrange(9))), key=lambda step: step.at)
    steps = [step for step in found if step.at <= last.at]
    return History(received_at, limit, promise, random.choice(AFTERS), (*steps, last))


@settings(max_examples=25, deadline=None)
@given(st.integers(), st.sampled_from(STARTS), st.integers(0, 30), st.sampled_from([*CALENDARS]))
def test_the_columns_and_the_clock_find_the_same_due_dates(seed: int, start: datetime, days: int, country: str) -> None:
    random = Random(seed)
    office = Office(tuple(history(random, start) for _ in range(300)), moment(random, start, days), country)
    told = zip(office.histories, office.in_columns(), office.one_by_one(), strict=True)
    differing = [
        (one, columns, clock)
        for one, columns, clock in told
        if (None not in columns if clock is None else columns != clock)
    ]
    assert not differing, min(differing, key=lambda told: len(told[0].steps))
