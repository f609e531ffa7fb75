"""Where messages go: the protocol that a host implements for SMS, e-mail and the portal, and three sinks that ship."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from calendars.files import replace_file
from dossier.errors import SinkError


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way.

    Attributes:
        key: the same each time the message is sent; a receiver that has seen it ignores it.
        topic: one of `dossier.outbox.topics`.
        dossier: the code of the dossier.
        version: the event after which it is sent; of two messages about one dossier the higher version is the newer.
        applicant: the pseudonym of the applicant, None where there is none.
        payload: its content, of JSON values only; see `dossier.outbox.payloads.payload`.

    """

    key: str
    topic: str
    dossier: str
    version: int
    applicant: str | None
    payload: Mapping[str, object]


class Sink(Protocol):
    """Takes messages to their receiver.

    To return is to have delivered: return only once the receiver has taken the message over. A message may come again,
    with the same key, after a crash between delivery and its note in the outbox: hand the key on to the gateway as its
    deduplication key, or keep the keys. Messages about one dossier may overtake each other: keep the highest version.

    The pseudonym is resolved here and nowhere else: a sink for SMS looks up the telephone number, sends
    `payload["vi"]["sms"]`, and forgets it. No number, address or name belongs into the sentence of a `SinkError`, which
    is kept in the outbox. An applicant who has no number is no error: return.
    """

    def send(self, message: Message) -> None:
        """Deliver a message.

        Raises:
            SinkError: it did not arrive; temporary where it is worth sending again (no connection, busy), else not
                (refused, malformed).

        """


class FileSink:
    """Writes each message as a JSON file of its own into a folder; the first delivery of a key stands.

    National records carry what the look-ups of the host add, which is personal: give them a folder of their own, and
    remove the files once they are taken over.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, key: str) -> Path:
        """The file of a key: what is harmless in it, for the eye, and its digest."""
        seen = re.sub(r"[^A-Za-z0-9-]+", "_", key)[:80]
        return self.directory / f"{seen}.{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"

    def send(self, message: Message) -> None:
        """Write the file, whole or not at all; raises as `Sink` says."""
        target = self.path(message.key)
        try:
            text = json.dumps(_plain(message), ensure_ascii=False, allow_nan=False, indent=1).encode()
            if not target.exists():
                replace_file(target, [text, b"\n"])
        except (TypeError, ValueError) as error:
            raise SinkError(message.key, f"its content is no JSON ({error})", temporary=False) from error
        except OSError as error:
            why = f"{self.directory} cannot be written ({error.strerror}); make the folder, or room in it"
            raise SinkError(message.key, why, temporary=True) from error


class LogSink:
    """Says that a message was sent, and nothing of its content or its receiver."""

    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    def send(self, message: Message) -> None:
        """Write one line."""
        self.logger.info("message %r of dossier %r, version %d", message.key, message.dossier, message.version)


class RoutingSink:
    """Hands each message to the sink of its topic."""

    def __init__(self, by_topic: Mapping[str, Sink]) -> None:
        self.by_topic = dict(by_topic)

    def send(self, message: Message) -> None:
        """Hand the message on; raises as `Sink` says, and where no sink has the topic."""
        sink = self.by_topic.get(message.topic)
        if sink is None:
            known = ", ".join(sorted(self.by_topic)) or "none"
            why = f"no sink takes the topic {message.topic!r}; there are sinks for: {known}"
            raise SinkError(message.key, why, temporary=False)
        sink.send(message)


def _plain(message: Message) -> dict[str, object]:
    return {name: getattr(message, name) for name in Message.__slots__}
