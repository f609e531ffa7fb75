from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import SinkError
from dossier.outbox.sinks import FileSink, LogSink, Message, RoutingSink, Sink

MESSAGE = Message("H32-1:3:notice", "notice", "H32-1", 3, "P-7", {"vi": {"sms": "Hồ sơ H32-1 đã được tiếp nhận."}})


def _keyed(key: str, **payload: object) -> Message:
    return Message(key, "notice", "H32-1", 3, None, payload)


def test_a_message_is_one_file_that_says_all_of_it(tmp_path: Path) -> None:
    FileSink(tmp_path).send(MESSAGE)
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "key": "H32-1:3:notice",
        "topic": "notice",
        "dossier": "H32-1",
        "version": 3,
        "applicant": "P-7",
        "payload": {"vi": {"sms": "Hồ sơ H32-1 đã được tiếp nhận."}},
    }
    assert "tiếp nhận" in file.read_text(encoding="utf-8")


def test_the_same_message_again_leaves_the_first_file_untouched(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    sink.send(_keyed("a", n=1))
    before = sink.path("a").stat().st_mtime_ns
    sink.send(_keyed("a", n=2))
    assert json.loads(sink.path("a").read_text(encoding="utf-8"))["payload"] == {"n": 1}
    assert [file.stat().st_mtime_ns for file in tmp_path.iterdir()] == [before]


HOSTILE = [
    "../../etc/passwd",
    "/abs",
    "a/b",
    "a\\b",
    "a\0b",
    "",
    ".",
    "..",
    "CON",
    "x" * 5000,
    "\ud800",
    "a\nb",
    "-rf",
    "ế",
]


@pytest.mark.parametrize("key", HOSTILE)
def test_no_key_leads_out_of_the_folder(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = FileSink(folder).path(key)
    assert path.parent == folder
    assert path.name.isascii()
    assert len(path.name) <= 120
    path.touch()
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [path.name]


@given(st.text(), st.text())
def test_two_keys_have_two_files_on_a_disk_that_ignores_case_too(one: str, other: str) -> None:
    sink = FileSink(Path("out"))
    assert (sink.path(one).name.lower() == sink.path(other).name.lower()) == (one == other)


def test_keys_that_differ_in_case_or_in_signs_stay_apart() -> None:
    sink = FileSink(Path("out"))
    assert len({sink.path(key).name.lower() for key in ("a:1", "A:1", "a/1", "a_1")}) == 4
    assert len({sink.path("ế" * length) for length in range(1, 1001)}) == 1000


def test_a_folder_that_is_not_there_is_worth_trying_again_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="make the folder") as refused:
        FileSink(tmp_path / "none").send(MESSAGE)
    assert refused.value.temporary
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SinkError, match="No space left") as refused:
        FileSink(tmp_path).send(MESSAGE)
    assert refused.value.temporary
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [object(), float("nan"), "\ud800"], ids=["object", "nan", "surrogate"])
def test_content_that_is_no_json_is_not_worth_trying_again(value: object, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="no JSON") as refused:
        FileSink(tmp_path).send(_keyed("a", value=value))
    assert not refused.value.temporary
    assert list(tmp_path.iterdir()) == []


def test_the_log_says_that_and_not_what_or_to_whom(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LogSink(logging.getLogger("outbox")).send(MESSAGE)
    assert caplog.messages == ["message 'H32-1:3:notice' of dossier 'H32-1', version 3"]


def test_a_key_with_a_line_break_forges_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        LogSink(logging.getLogger("outbox")).send(_keyed("a\nERROR all is lost"))
    assert "\n" not in caplog.messages[0]


class Kept:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        self.messages.append(message)


def test_each_topic_has_its_sink() -> None:
    notices, feed = Kept(), Kept()
    sink: Sink = RoutingSink({"notice": notices, "progress": feed})
    sink.send(MESSAGE)
    assert (notices.messages, feed.messages) == ([MESSAGE], [])


def test_a_topic_without_a_sink_is_named_and_not_worth_trying_again() -> None:
    with pytest.raises(SinkError, match="'notice'; there are sinks for: national, progress") as refused:
        RoutingSink({"progress": Kept(), "national": Kept()}).send(MESSAGE)
    assert not refused.value.temporary


def test_the_fault_of_a_sink_goes_through_the_routing() -> None:
    class Busy:
        def send(self, message: Message) -> None:
            raise SinkError(message.key, "the gateway is busy", temporary=True)

    with pytest.raises(SinkError, match="busy; it will be sent again"):
        RoutingSink({"notice": Busy()}).send(MESSAGE)
