"""Many officers at once, in threads and in processes: exactly one wins each version, nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dossier import UNCHECKED, Desk, Store, retried
from dossier.outbox.sinks import Message
from dossier.outbox.topics import REMINDER
from tests.dossier.kept import engine_of, founded, outbox, sqlite_file
from tests.dossier.office import FIELDS, at
from tests.dossier.together import Meeting, desk_at, hosted, in_processes, in_threads, prepare, whole

SUPPLEMENT = FIELDS["request_supplement"]


@pytest.fixture(params=["sqlite", "sqlite wal", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return founded(request.getfixturevalue("postgres_database"))
    return sqlite_file(tmp_path, "wal" if "wal" in request.param else "delete")


@pytest.fixture
def server(postgres_database: str) -> str:
    return founded(postgres_database)


# one version


def test_of_two_officers_who_read_the_same_one_wins_and_the_other_is_told_who_wrote_what(url: str) -> None:
    prepare(url, "receive")
    gate = threading.Barrier(2)

    def forward(number: int) -> str:
        with hosted(url, lambda store: Meeting(store, gate)) as desk:
            desk.do("A1", "forward", actor=f"CB-{number}", **FIELDS["forward"])
        return f"CB-{number}"

    outcomes = in_threads(forward, range(2))
    (winner,) = [one.detail for one in outcomes if one.told == "done"]
    (loser,) = [one.detail for one in outcomes if one.told == "Conflict"]
    assert f"'A1' already has version 2, forwarded by {winner} at 2026-06-01T09:00:00" in loser
    assert [(row["event"], row["actor"]) for row in whole(url)["A1"]] == [("received", None), ("forwarded", winner)]


@pytest.mark.parametrize("owner", ["desk", "host"])
def test_of_fifty_who_ask_for_a_supplement_one_does_and_the_others_are_refused_by_the_guards(
    url: str, owner: str
) -> None:
    prepare(url, "receive")

    def request(number: int) -> str:
        return retried(lambda: once(number), attempts=50)

    def once(number: int) -> str:
        if owner == "host":
            with hosted(url) as desk:
                return desk.do("A1", "request_supplement", actor=f"CB-{number}", **SUPPLEMENT).state
        with desk_at(url) as desk, desk.transaction():
            return desk.do("A1", "request_supplement", actor=f"CB-{number}", **SUPPLEMENT).state

    outcomes = in_threads(request, range(50))
    assert Counter(one.told for one in outcomes) == {"done": 1, "NotAllowed": 49}
    assert [row["event"] for row in whole(url)["A1"]] == ["received", "supplement_requested"]


def forward_many(url: str, number: int) -> str:
    """Hand each of three dossiers on to an office of one's own, whatever the others do."""
    for code in ("A1", "A2", "A3"):
        retried(partial(_forward, url, code, f"P-{number}"), attempts=99)
    return f"P-{number}"


def _forward(url: str, code: str, office: str) -> None:
    with hosted(url) as desk:
        desk.do(code, "forward", office=office)


def test_what_many_processes_write_on_the_same_dossiers_is_neither_lost_nor_doubled(url: str) -> None:
    prepare(url, "receive", codes=("A1", "A2", "A3"))
    outcomes = in_processes(partial(forward_many, url), processes=4, threads=3)
    assert [one.told for one in outcomes] == ["done"] * 12
    found = whole(url)
    for code in ("A1", "A2", "A3"):
        assert Counter(row["office"] for row in found[code][1:]) == Counter(one.detail for one in outcomes)


def open_dossier(url: str, number: int) -> str:
    """A dossier of one's own."""
    with desk_at(url) as desk, desk.transaction():
        return desk.do(f"B{number:02}", "receive", **FIELDS["receive"]).code


def test_many_processes_open_many_dossiers(url: str) -> None:
    outcomes = in_processes(partial(open_dossier, url), processes=4, threads=4)
    assert sorted(one.detail for one in outcomes) == [f"B{number:02}" for number in range(16)]
    assert [len(rows) for rows in whole(url).values()] == [1] * 16


# one key


def receive_keyed(url: str, owner: str, _number: int) -> str:
    return retried(partial(_receive_keyed, url, owner), attempts=9)


def _receive_keyed(url: str, owner: str) -> str:
    if owner == "host":
        with hosted(url) as desk:
            return answer(desk)
    with desk_at(url) as desk, desk.transaction():
        return answer(desk)


def answer(desk: Desk) -> str:
    done = desk.do("A1", "receive", key="k-1", **FIELDS["receive"])
    return f"{done.version} {done.state} {done.now} {done.promised} {done.legal_due} {done.history[-1].at}"


@pytest.mark.parametrize("owner", ["desk", "host"])
def test_the_same_command_with_the_same_key_from_everywhere_has_one_effect_and_one_answer(url: str, owner: str) -> None:
    outcomes = in_processes(partial(receive_keyed, url, owner), processes=4, threads=5)
    assert Counter(one.told for one in outcomes) == {"done": 20}
    assert len({one.detail for one in outcomes}) == 1
    assert [row["key"] for row in whole(url)["A1"]] == ["k-1"]


def test_a_key_sent_for_two_dossiers_at_once_stands_for_one_of_them(url: str) -> None:
    gate = threading.Barrier(2)

    def receive(number: int) -> str:
        with hosted(url, lambda store: Meeting(store, gate)) as desk:
            return desk.do(f"A{number}", "receive", key="k-1", **FIELDS["receive"]).code

    with pytest.raises(ValueError, match="'k-1' already stands for version 1 of dossier 'A"):
        in_threads(receive, range(2))
    assert [len(rows) for rows in whole(url).values()] == [1]


# sweeps and deliveries

CODES = tuple(f"A{number}" for number in range(12))
LATER = at("09 08:00")  # received on Monday the 1st, five working days: over since the end of the 8th
REMINDERS = {f"{code}:{kind}" for code in CODES for kind in ("due_soon", "apology_needed", "overdue")}


def sweep_once(url: str, owner: str, _number: int) -> str:
    with engine_of(url).connect() as connection:
        desk = Desk(Store(connection), roles=UNCHECKED, now=lambda: LATER)
        with desk.transaction() if owner == "desk" else connection.begin():
            swept = desk.sweep()
    assert (swept.moved, swept.failed) == ((), ())
    return " ".join(f"{armed.dossier}:{armed.kind}" for armed in swept.fired)


@pytest.mark.parametrize("owner", ["desk", "host"])
def test_sweeps_at_once_put_each_reminder_into_the_outbox_once(url: str, owner: str) -> None:
    prepare(url, "receive", codes=CODES)
    outcomes = in_processes(partial(sweep_once, url, owner), processes=2, threads=2)
    fired = [one for outcome in outcomes for one in outcome.detail.split()]
    assert Counter(fired) == Counter(REMINDERS)
    whole(url)
    with engine_of(url).connect() as connection:
        keys = [one.key for one in outbox(connection) if one.topic == REMINDER]
    assert Counter(":".join(key.split(":")[:2]) for key in keys) == Counter(REMINDERS)


class Box:
    """A sink that keeps the keys, and calls `first` in the midst of the first message."""

    def __init__(self, first: Callable[[], object] = lambda: None) -> None:
        self.keys: list[str] = []
        self.first = first

    def send(self, message: Message) -> None:
        first, self.first = self.first, lambda: None
        first()
        self.keys.append(message.key)


def deliver_all(url: str, _number: int) -> str:
    box = Box()
    with desk_at(url) as desk:
        while deliver_some(desk, box):
            pass
    return " ".join(box.keys)


def deliver_some(desk: Desk, box: Box, limit: int = 5) -> int:
    with desk.transaction():
        return desk.deliver(box, limit).sent


def test_deliveries_at_once_send_each_message_once(url: str) -> None:
    prepare(url, "receive", codes=CODES)
    outcomes = in_processes(partial(deliver_all, url), processes=2, threads=2)
    sent = [key for outcome in outcomes for key in outcome.detail.split()]
    expected = {f"{code}:1:{topic}" for code in CODES for topic in ("notice", "progress", "national")}
    assert Counter(sent) == Counter(expected)
    with engine_of(url).connect() as connection:
        assert {one.status for one in outbox(connection)} == {"sent"}


def test_a_delivery_passes_over_what_another_one_holds_and_does_not_wait_for_it(server: str) -> None:
    prepare(server, "receive", codes=CODES)
    second = Box()

    def meanwhile() -> None:
        with desk_at(server) as desk:
            assert deliver_some(desk, second) == 5

    first = Box(meanwhile)
    with desk_at(server) as desk:
        assert deliver_some(desk, first) == 5
    assert len({*first.keys, *second.keys}) == 10
