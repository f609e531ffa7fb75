"""A desk for feedback with a clock on the wall that the test sets, and the fields that each command needs at least."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dossier import UNCHECKED, Desk, MemoryStore
from dossier.feedback import FEEDBACK, Feedback
from tests.dossier.office import at

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "submit": {"channel": "online"},
    "receive": {},
    "forward": {"office": "Sở Xây dựng"},
    "reject": {"reason": "Không thuộc phạm vi", "notice": "TB-1"},
    "request_supplement": {"reason": "Chưa rõ nội dung", "notice": "TB-2"},
    "supplement": {},
    "extend": {"reason": "Vụ việc phức tạp", "document": "GH-1", "promised": date(2026, 7, 10)},
    "answer": {"document": "TL-1", "notice": "TB-3"},
    "copy": {"office": "Văn phòng UBND tỉnh"},
    "publish": {"channel": "web"},
    "attach": {"document": "VB-1"},
    "correct": {"reason": "Ghi sai số văn bản"},
}

ROADS: Mapping[str, tuple[str, ...]] = {
    "submitted": ("submit",),
    "received": ("receive",),
    "processing": ("receive", "forward"),
    "supplement_requested": ("receive", "request_supplement"),
    "answered": ("receive", "answer"),
    "published": ("receive", "answer", "publish"),
    "rejected": ("receive", "reject"),
}
"""A way to each state."""


class FeedbackOffice:
    """A desk for feedback whose present moment moves one hour with each act."""

    def __init__(self, store: Any = None, now: datetime | None = None, **kept: Any) -> None:
        self.now = now or at("01 09:00")
        self.store = store or MemoryStore(FEEDBACK.lifecycle)
        self.desk = Desk(self.store, now=lambda: self.now, kind=FEEDBACK, **({"roles": UNCHECKED} | kept))

    def do(self, command: str, moment: str | None = None, code: str = "P1", **fields: Any) -> Feedback:
        """Carry out a command with the least fields it needs, changed by `fields`, at a moment of June 2026."""
        if moment:
            self.now = at(moment)
        done = self.desk.do(code, command, **(dict(FIELDS[command]) | fields))
        self.now += timedelta(hours=1)
        assert isinstance(done, Feedback)
        return done

    def go(self, *commands: str, code: str = "P1") -> Feedback:
        """Carry out commands an hour apart."""
        for command in commands:
            done = self.do(command, code=code)
        return done

    def refused(self, command: str, moment: str | None = None, code: str = "P1", **fields: Any) -> list[str]:
        """The codes of the reasons why a command is refused."""
        if moment:
            self.now = at(moment)
        return [reason.code for reason in self.desk.why_not(code, command, **(dict(FIELDS[command]) | fields))]
