"""A desk with a clock on the wall that the test sets, and the fields that each command needs at least."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dossier import UNCHECKED, Desk, Dossier, MemoryStore
from dossier.events import Cell

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
PROCEDURE = "1.012784"  # split or merge parcels, 12 working days


def at(text: str) -> datetime:
    """A moment of June 2026, as '01 09:00'; the 1st is a Monday and the month has no holiday."""
    return datetime.fromisoformat(f"2026-06-{text.replace(' ', 'T')}").replace(tzinfo=HANOI)


FIELDS: Mapping[str, Mapping[str, Cell]] = {
    "submit": {"channel": "online", "procedure": PROCEDURE},
    "guide": {"slip": "BS-0"},
    "receive": {"slip": "TN-1", "procedure": PROCEDURE, "limit": "5 ngày làm việc"},
    "reject": {"slip": "TC-1", "reason": "Không thuộc phạm vi"},
    "forward": {"office": "Phòng Đất đai"},
    "consult": {"office": "Sở Xây dựng"},
    "answer": {"office": "Sở Xây dựng"},
    "request_supplement": {"slip": "BS-1", "reason": "Thiếu trích lục"},
    "supplement": {},
    "pause": {"reason": "Chờ xác minh", "ground": "verification", "document": "VB-1", "notice": "TB-1"},
    "resume": {},
    "apologise": {"slip": "XL-1", "reason": "Chậm ý kiến", "promised": at("30 00:00").date()},
    "request_payment": {},
    "pay": {},
    "complete": {"document": "KQ-1", "signed": True},
    "deliver": {"channel": "online", "office": "Trung tâm"},
    "withdraw": {"reason": "Không còn nhu cầu", "document": "DN-1", "notice": "TB-2"},
    "close": {"ground": "other", "reason": "Không thể tiếp tục", "document": "VB-2", "notice": "TB-3"},
    "attach": {"document": "VB-1"},
    "notify": {"notice": "TB-1"},
    "publish": {},
    "rate": {},
    "correct": {"reason": "Ghi sai số phiếu"},
}

ROADS: Mapping[str, tuple[str, ...]] = {
    "submitted": ("submit",),
    "received": ("receive",),
    "processing": ("receive", "forward"),
    "supplement_requested": ("receive", "request_supplement"),
    "paused": ("receive", "attach", "pause"),
    "payment_due": ("receive", "request_payment"),
    "late": ("receive", "apologise"),
    "completed": ("receive", "complete"),
    "delivered": ("receive", "complete", "deliver"),
    "rejected": ("receive", "reject"),
    "withdrawn": ("receive", "withdraw"),
    "closed": ("receive", "close"),
}
"""A way to each state."""


class Office:
    """A desk whose present moment moves one hour with each act."""

    def __init__(self, desk_store: object = None, now: datetime | None = None, **kept: object) -> None:
        self.now = now or at("01 09:00")
        self.store = desk_store or MemoryStore()
        self.desk = Desk(self.store, now=lambda: self.now, **({"roles": UNCHECKED} | kept))

    def go(self, *commands: str, code: str = "A1") -> Dossier:
        """Carry out commands with the least fields they need, an hour apart."""
        for command in commands:
            done = self.desk.do(code, command, **FIELDS[command])
            self.now += timedelta(hours=1)
        return done

    def refused(self, command: str, code: str = "A1", **fields: Cell) -> list[str]:
        """The codes of the reasons why a command with the least fields, changed by `fields`, is refused."""
        given = dict(FIELDS[command]) | fields
        return [reason.code for reason in self.desk.why_not(code, command, **given)]
