"""`motcua sweep`, `deliver` and `outbox` as an office calls them, and what all commands of the desk share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dossier import MemoryStore
from dossier.errors import SinkError
from dossier.feedback.reminders import FEEDBACK_UNITS
from dossier.outbox.delivery import Delivered, until_none_waits
from dossier.outbox.sinks import FileSink, Message
from dossier.outbox.topics import TOPICS
from dossier.stores.queues import Posted
from dossier.timers import KINDS
from rules.cli.desk import Topic
from rules.cli.pages import REMINDERS
from tests.dossier.office import Office, at
from tests.rules.databases import (
    FRIDAY,
    TUESDAY,
    Refused,
    act,
    answer,
    any_db,
    bound,
    codes,
    db,
    full,
    refused,
    run,
)

__all__ = ["any_db", "db", "full", "refused"]

LATER = "2026-06-30T08:00+07:00"


def import_unreplayable(address: str, code: str = "BAD") -> None:
    """A dossier whose history holds a step that cannot follow, with a reminder that is armed all the same."""
    with bound(address) as store:
        store.import_rows([{"dossier": code, "event": "resumed", "at": at("01 09:00")}])
        store.timers.arm(code, {"overdue": at("02 09:00")})


def files(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        topic.name: [json.loads(file.read_text(encoding="utf-8")) for file in sorted(topic.iterdir())]
        for topic in sorted(folder.iterdir())
    }


# sweep


def test_a_sweep_tells_what_fired_by_kind_and_a_second_one_finds_nothing(db: str) -> None:
    act(db, "receive")
    first = answer("sweep", "--db", db, "--now", FRIDAY)
    assert first == {"fired": {"apology_needed": 1, "due_soon": 1}, "moved": {}, "failed": []}
    assert answer("sweep", "--db", db, "--now", FRIDAY) == {"fired": {}, "moved": {}, "failed": []}
    assert answer("sweep", "--db", db, "--now", TUESDAY)["fired"] == {"overdue": 1}


def test_a_sweep_tells_what_moved_by_the_hours_of_another_office(db: str, tmp_path: Path) -> None:
    act(db, "receive")
    office = tmp_path / "office.toml"
    office.write_text(LATE_RISERS, encoding="utf-8")
    told = answer("sweep", "--db", db, "--now", FRIDAY, "--office", office)
    assert (told["fired"], told["moved"]) == ({}, {"apology_needed": 1})  # and due_soon with it
    assert answer("sweep", "--db", db, "--now", FRIDAY, "--office", office)["moved"] == {}


LATE_RISERS = """
format = 1
base = "vietnam"
name = "Late risers"

[[hours]]
weekdays = [1, 2, 3, 4, 5]
sessions = ["09:00-12:00", "13:00-17:00"]
"""


def test_a_dossier_that_fails_is_named_and_stops_no_other(db: str) -> None:
    act(db, "receive")
    import_unreplayable(db)
    told = answer("sweep", "--db", db, "--now", TUESDAY, exit_code=1)
    assert told["fired"] == {"apology_needed": 1, "due_soon": 1, "overdue": 1}
    (failed,) = told["failed"]
    assert (failed["dossier"], failed["kind"]) == ("BAD", "overdue")
    assert "Unreplayable" in failed["reason"]
    done = run("sweep", "--db", db, "--now", TUESDAY)
    assert done.exit_code == 1
    assert "BAD overdue: Unreplayable" in done.stdout


def test_a_sweep_speaks_vietnamese_to_an_officer(db: str) -> None:
    act(db, "receive")
    printed = run("sweep", "--db", db, "--now", FRIDAY).stdout
    assert "sắp đến hạn giải quyết" in printed
    assert "2 nhắc việc vào hộp gửi" in printed


def test_every_kind_of_reminder_has_a_name_on_the_terminal() -> None:
    assert tuple(REMINDERS) == tuple(dict.fromkeys((*KINDS, *FEEDBACK_UNITS)))


# deliver


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_each_topic_goes_into_a_folder_of_its_own_and_once(db: str, out: Path) -> None:
    act(db, "receive")
    assert answer("deliver", "--db", db, "--to", out, "--now", TUESDAY) == {"sent": 3, "waiting": 0, "dead": 0}
    told = files(out)
    assert {topic: [message["key"] for message in found] for topic, found in told.items()} == {
        "national": ["A1:1:national"],
        "notice": ["A1:1:notice"],
        "progress": ["A1:1:progress"],
        "reminder": [],
    }
    assert told["progress"][0]["payload"]["promised"] == "2026-06-08"
    assert answer("deliver", "--db", db, "--to", out, "--now", LATER) == {"sent": 0, "waiting": 0, "dead": 0}


def test_topics_that_are_not_chosen_are_not_touched(db: str, out: Path) -> None:
    act(db, "receive")
    chosen = ("--topic", "progress", "--topic", "notice")
    assert answer("deliver", "--db", db, "--to", out, *chosen, "--now", TUESDAY)["sent"] == 2
    assert sorted(files(out)) == ["notice", "progress"]
    with bound(db) as store:
        (left,) = store.outbox.waiting(at("01 09:00"), 9)
    assert (left.topic, left.attempts, left.last_error) == ("national", 0, None)


def test_the_topics_to_choose_from_are_those_of_the_package(db: str, out: Path) -> None:
    assert {*Topic} == {topic for topics in TOPICS.values() for topic in topics} | {"reminder"}
    done = run("deliver", "--db", db, "--to", out, "--topic", "press")
    assert done.exit_code == 2
    assert all(topic in done.stderr for topic in Topic)


def test_a_limit_tries_so_many_messages_and_no_more(db: str, out: Path) -> None:
    act(db, "receive")
    assert answer("deliver", "--db", db, "--to", out, "--limit", 2, "--now", TUESDAY)["sent"] == 2
    with bound(db) as store:
        assert store.outbox.counts() == {"sent": 2, "waiting": 1}
    assert answer("deliver", "--db", db, "--to", out, "--limit", 2, "--now", TUESDAY)["sent"] == 1


def test_batches_follow_each_other_until_none_waits_or_the_limit_is_reached() -> None:
    asked: list[int] = []
    found = iter([Delivered(1, 1, 0), Delivered(0, 0, 1), Delivered()])

    def batch(size: int) -> Delivered:
        asked.append(size)
        return next(found)

    assert until_none_waits(batch, 10) == Delivered(1, 1, 1)
    assert asked == [10, 8, 7]
    assert until_none_waits(Delivered, 250) == Delivered(250)


def test_what_was_sent_before_a_crash_stays_sent(db: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act(db, "receive", "forward")
    monkeypatch.setattr("dossier.outbox.delivery.BATCH", 2)
    send, sent = FileSink.send, []

    def crashing(sink: FileSink, message: Message) -> None:
        sent.append(message.key)
        if len(sent) == 4:
            raise KeyboardInterrupt
        send(sink, message)

    monkeypatch.setattr(FileSink, "send", crashing)
    assert run("deliver", "--db", db, "--to", out, "--now", TUESDAY).exit_code != 0
    with bound(db) as store:
        assert store.outbox.counts() == {"sent": 2, "waiting": 3}


def test_what_does_not_arrive_waits_and_the_exit_code_says_so(
    db: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: FileSink, message: Message) -> None:
        raise SinkError(message.key, "busy", temporary=True)

    act(db, "receive")
    monkeypatch.setattr(FileSink, "send", busy)
    told = answer("deliver", "--db", db, "--to", out, "--now", TUESDAY, exit_code=1)
    assert told == {"sent": 0, "waiting": 3, "dead": 0}


def test_a_folder_that_is_not_there_is_not_made_and_nothing_is_sent(db: str, tmp_path: Path, refused: Refused) -> None:
    act(db, "receive")
    assert "make it, or mount it" in refused("deliver", "--db", db, "--to", tmp_path / "disk")
    assert not (tmp_path / "disk").exists()
    assert answer("outbox", "--db", db)["counts"]["notice"] == {"waiting": 1}


# outbox


@pytest.fixture
def dead(db: str, out: Path) -> str:
    """A database in which one message was given up: the outbox has no notice of an attached document."""
    act(db, "receive", "attach")
    with bound(db) as store:
        store.outbox.post([Posted(0, "A1:2:notice", "notice", "A1", 2)], at("01 11:00"))
    assert answer("deliver", "--db", db, "--to", out, "--now", TUESDAY, exit_code=1)["dead"] == 1
    return db


def test_the_outbox_is_counted_by_topic_and_status(dead: str) -> None:
    assert answer("outbox", "--db", dead) == {
        "counts": {"national": {"sent": 1}, "notice": {"dead": 1, "sent": 1}, "progress": {"sent": 1}},
        "dead": [],
        "revived": 0,
        "unknown": [],
    }


def test_dead_letters_are_listed_with_their_last_error(dead: str) -> None:
    (letter,) = answer("outbox", "--db", dead, "--dead")["dead"]
    assert (letter["key"], letter["attempts"]) == ("A1:2:notice", 1)
    assert letter["last_error"] == "UnknownTopic while it was written"
    assert "UnknownTopic while it was written" in run("outbox", "--db", dead, "--dead").stdout
    assert "UnknownTopic" not in run("outbox", "--db", dead).stdout


def test_a_dead_letter_waits_again_and_a_key_that_is_none_is_named(dead: str) -> None:
    done = run("outbox", "--db", dead, "--revive", "A1:2:notice", "--revive", "A1:1:notice")
    assert done.exit_code == 1
    assert "'A1:1:notice' is no message that was given up" in done.stderr
    assert "1 sẽ gửi lại" in done.stdout
    assert answer("outbox", "--db", dead)["counts"]["notice"] == {"sent": 1, "waiting": 1}


def test_an_empty_outbox_says_so(db: str) -> None:
    printed = run("outbox", "--db", db, "--dead").stdout
    assert "the outbox is empty" in printed
    assert "no message was given up" in printed


def test_both_stores_choose_and_count_by_topic_alike(db: str) -> None:
    memory = MemoryStore()
    with bound(db) as store:
        for kept in (memory, store):
            Office(kept).go("receive", "consult")
            assert [one.key for one in kept.outbox.waiting(at("02 00:00"), 9, ["notice"])] == ["A1:1:notice"]
            assert kept.outbox.waiting(at("02 00:00"), 9, []) == []
            kept.outbox.sent(kept.outbox.waiting(at("02 00:00"), 1, ["national"])[0], at("02 00:00"))
            assert kept.outbox.by_topic() == {
                "national": {"sent": 1, "waiting": 1},
                "notice": {"waiting": 1},
                "progress": {"waiting": 2},
            }


# all of them

COMMANDS = (("sweep",), ("deliver", "--to", "."), ("outbox",), ("worklist",), ("dossier", "A1"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_what_is_missing_is_named_with_the_next_step(
    command: Sequence[str], tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.db").touch()
    assert "run: motcua db upgrade --db URL" in refused(*command, "--db", f"sqlite:///{tmp_path / 'empty.db'}")
    assert "motcua db upgrade" in refused(*command, "--db", f"sqlite:///{tmp_path / 'none.db'}")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
    said = refused(*command, "--db", "postgresql://anna:geheim@localhost:1/office")
    assert "anna:***@localhost" in said
    assert "geheim" not in said


@pytest.mark.parametrize("command", [command for command in COMMANDS if command[0] != "outbox"], ids=lambda c: c[0])
@pytest.mark.parametrize("moment", ["2026-06-05T07:30", "tomorrow"])
def test_a_moment_without_offset_is_refused(db: str, refused: Refused, command: Sequence[str], moment: str) -> None:
    assert "+07:00" in refused(*command, "--db", db, "--now", moment)


def test_while_somebody_writes_a_command_that_reads_goes_on_and_one_that_writes_is_told_why(
    full: str, refused: Refused
) -> None:
    engine = sa.create_engine(full)
    with engine.connect() as writing:
        writing.exec_driver_sql("BEGIN IMMEDIATE")
        assert len(answer("worklist", "--db", f"{full}?timeout=0.1")["lines"]) == 3
        assert "another process is writing; try again" in refused("sweep", "--db", f"{full}?timeout=0.1")
    engine.dispose()


def test_tables_under_another_prefix_are_found(tmp_path: Path) -> None:
    words = ("--db", f"sqlite:///{tmp_path / 'hcc.db'}", "--prefix", "hcc_")
    assert run("db", "upgrade", *words).exit_code == 0
    assert answer("outbox", *words)["counts"] == {}
    assert answer("worklist", *words)["lines"] == []


def test_a_monday_on_each_database(any_db: str, out: Path) -> None:
    assert run("db", "upgrade", "--db", any_db).exit_code == 0
    act(any_db, "receive", "attach", "pause")
    act(any_db, "receive", code="A2")
    import_unreplayable(any_db)
    assert answer("sweep", "--db", any_db, "--now", TUESDAY, exit_code=1)["fired"]["overdue"] == 1
    assert answer("deliver", "--db", any_db, "--to", out, "--topic", "reminder", "--now", TUESDAY)["sent"] == 3
    assert answer("outbox", "--db", any_db)["counts"]["notice"] == {"waiting": 3}
    assert codes(answer("worklist", "--db", any_db, "--now", TUESDAY)) == ["A2", "A1"]  # A1 waits
    assert answer("dossier", "A1", "--db", any_db)["state"] == "paused"
