"""Deadlines a second: from Python, and line by line through `motcua deadline --batch`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.command import motcua, run
from benchmarks.timing import Measurement, interleave, seconds, seconds_per_call
from calendars import Deadline, Term, deadline, vietnam

BATCH = "motcua deadline --batch"
LIMITS = {
    "working days": ("5 ngày làm việc", "17 ngày làm việc", "30 ngày làm việc"),
    "days": ("10 ngày", "15 ngày", "60 ngày"),
    "months": ("1 tháng", "2 tháng", "6 tháng"),
    "working hours": ("8 giờ làm việc", "16 giờ làm việc", "40 giờ làm việc"),
}
OPENING = datetime(2024, 1, 2, 7, tzinfo=vietnam().zone)


@dataclass(frozen=True)
class Request:
    """A deadline that is asked for."""

    start: datetime
    limit: str
    pauses: tuple[tuple[datetime, datetime], ...] = ()

    def line(self, number: int) -> str:
        """The request as a line of a batch."""
        pauses = [[begin.isoformat(), end.isoformat()] for begin, end in self.pauses]
        return json.dumps({"id": number, "from": self.start.isoformat(), "limit": self.limit, "pauses": pauses})


def requests(limits: Sequence[str], size: int, *, paused: bool, seed: int = 1) -> list[Request]:
    """So many requests from 2024 to 2026, each with one pause of up to ten days or with none."""
    drawn = random.Random(seed)
    return [_request(drawn, limits, paused=paused) for _ in range(size)]


def deadlines(*, rounds: int, at_least: float, size: int) -> Measurement:
    """`calendars.deadline` a second, by unit; the limits were read before.

    Args:
        rounds: of every contender.
        at_least: seconds a round lasts.
        size: how many different requests.

    """
    contenders = {
        f"{unit}, one pause" if paused else unit: partial(_rate, requests(limits, size, paused=paused), at_least)
        for unit, limits in LIMITS.items()
        for paused in (False, True)
    }
    taken = interleave(contenders, rounds)
    return Measurement("deadlines", "calendars.deadline", "deadlines a second", taken, higher_is_better=True)


def batch(*, rounds: int, size: int) -> Measurement:
    """Lines a second through the command, its start, the reading of the limits and the printing included.

    Raises:
        MissingCommandError: the command cannot be run.

    """
    asked = requests([text for texts in LIMITS.values() for text in texts], size, paused=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "requests.jsonl"
        path.write_text("".join(f"{request.line(number)}\n" for number, request in enumerate(asked)), encoding="utf-8")
        command = [*motcua(), "deadline", "--batch", str(path)]
        taken = interleave({BATCH: lambda: size / seconds(lambda: run(command))}, rounds)
        answers = [json.loads(line) for line in run(command).splitlines()]
    return Measurement(
        "batch",
        f"{size:,} requests, each with a pause, in one process",
        "lines a second",
        taken,
        higher_is_better=True,
        goals={"thousands a second": min(taken[BATCH]) >= 2_000},
        facts={"answers that equal calendars.deadline, %": 100 * _agreeing(asked, answers) / size},
    )


def _request(drawn: random.Random, limits: Sequence[str], *, paused: bool) -> Request:
    start = OPENING + timedelta(minutes=drawn.randrange(3 * 365 * 24 * 60))
    begin = start + timedelta(hours=drawn.randrange(48))
    pauses = ((begin, begin + timedelta(hours=drawn.randrange(1, 240))),) if paused else ()
    return Request(start, drawn.choice(limits), pauses)


def _rate(asked: Sequence[Request], at_least: float) -> float:
    read = {request.limit: Term.parse(request.limit) for request in asked}
    calls = [_call(request, read[request.limit]) for request in asked]
    return 1 / seconds_per_call(lambda call: call(), calls, at_least)


def _call(request: Request, term: Term) -> Callable[[], Deadline]:
    return partial(deadline, vietnam(), request.start, term, request.pauses)


def _agreeing(asked: Sequence[Request], answers: Sequence[dict[str, Any]]) -> int:
    own = [_call(request, Term.parse(request.limit))() for request in asked]
    return sum(
        answer.get("id") == number and answer.get("due") == found.due.isoformat()
        for number, (found, answer) in enumerate(zip(own, answers, strict=True))
    )
