"""The ten statuses of the national system, and which of them a history has come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from dossier.case import Case
from dossier.stores.records import Record

NATIONAL_STATUS: Mapping[int, str] = MappingProxyType(
    {
        1: "Mới đăng ký",
        2: "Được tiếp nhận",
        3: "Không được tiếp nhận",
        4: "Đang xử lý",
        5: "Yêu cầu bổ sung giấy tờ",
        6: "Yêu cầu thực hiện nghĩa vụ tài chính",
        7: "Công dân yêu cầu rút hồ sơ",
        8: "Dừng xử lý",
        9: "Đã xử lý xong",
        10: "Đã trả kết quả",
    }
)
"""The label of each national status (TrangThaiHoSo)."""


class Mapped(NamedTuple):
    """What a kind of event is in the national system.

    Attributes:
        before: the status it leads to before receipt.
        after: the status it leads to after receipt.
        content: what was done (NoiDungXuLy).
        passing: it only shows that the work has begun: a received dossier comes to it, any other status stays.

    """

    before: int
    after: int
    content: str
    passing: bool = False


# fmt: off
MAPPING: Mapping[str, Mapped] = MappingProxyType(
    {
        "submitted":            Mapped(1, 1, "Nộp hồ sơ"),
        "guided":               Mapped(5, 5, "Hướng dẫn bổ sung trước tiếp nhận"),
        "received":             Mapped(2, 2, "Tiếp nhận"),
        "rejected":             Mapped(3, 8, "Từ chối"),
        "forwarded":            Mapped(4, 4, "Chuyển xử lý"),
        "consulted":            Mapped(4, 4, "Lấy ý kiến", passing=True),
        "answered":             Mapped(4, 4, "Có ý kiến trả lời", passing=True),
        "supplement_requested": Mapped(5, 5, "Yêu cầu bổ sung"),
        "supplemented":         Mapped(4, 4, "Đã bổ sung"),
        "paused":               Mapped(4, 4, "Dừng tính thời gian", passing=True),
        "resumed":              Mapped(4, 4, "Tiếp tục tính thời gian", passing=True),
        "payment_requested":    Mapped(6, 6, "Yêu cầu nghĩa vụ tài chính"),
        "paid":                 Mapped(4, 4, "Đã thực hiện nghĩa vụ tài chính"),
        "apologised":           Mapped(4, 4, "Xin lỗi và hẹn lại", passing=True),
        "completed":            Mapped(9, 9, "Có kết quả giải quyết"),
        "delivered":            Mapped(10, 10, "Trả kết quả"),
        "withdrawn":            Mapped(7, 7, "Rút hồ sơ"),
        "closed":               Mapped(8, 8, "Dừng xử lý"),
    }
)
# fmt: on
"""Each kind that the national system knows of; the others leave the status as it is."""

_RECEIVED = 2


def national_steps(case: Case) -> Iterator[tuple[Record, int]]:
    """Each event that the national system knows of, with the status after it."""
    received = False
    status: int | None = None
    for record in case.records:
        received = received or record.kind == "received"
        mapped = MAPPING.get(record.kind)
        if mapped is None:
            continue
        if status is None or status == _RECEIVED or not mapped.passing:
            status = mapped.after if received else mapped.before
        yield record, status


def national_status(case: Case) -> int | None:
    """The status, 1 to 10; None where no event has one."""
    return next((status for _, status in reversed(list(national_steps(case)))), None)


def end_of_handling(case: Case) -> datetime | None:
    """When handling ended (Quyết định 766/QĐ-TTg, figure 2.1); None while it has not.

    Status 9, else 10, else 8 or 3, else 7, which counts only for a received dossier.
    """
    moments: dict[int, datetime] = {}
    for record, status in national_steps(case):
        moments.setdefault(status, record.at)
    stopped = [moments[status] for status in (8, 3) if status in moments]
    withdrawn = moments.get(7) if case.received else None
    return moments.get(9) or moments.get(10) or min(stopped, default=withdrawn)
