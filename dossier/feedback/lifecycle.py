"""Which step of a feedback case may follow which: one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dossier.feedback.events import FEEDBACK_CLASSES
from dossier.lifecycle import SAME, START, Lifecycle, Move

FEEDBACK_STATES: Mapping[str, str] = MappingProxyType(
    {
        "submitted": "đã gửi",
        "received": "đã tiếp nhận",
        "processing": "đang xử lý",
        "supplement_requested": "chờ bổ sung thông tin",
        "answered": "đã trả lời, chưa công khai",
        "published": "đã công khai kết quả trả lời",
        "rejected": "bị từ chối",
    }
)
"""Every state with its Vietnamese label."""

WORK = ("received", "processing")
ASKED = "supplement_requested"
ANSWERED = ("answered", "published")
ANY = tuple(FEEDBACK_STATES)

# fmt: off
FEEDBACK_TABLE = (
    #    command               event                   from                           to
    Move("submit",             "submitted",            (START,),                      "submitted"),
    Move("receive",            "received",             (START, "submitted"),          "received"),
    Move("forward",            "forwarded",            WORK,                          "processing"),
    Move("reject",             "rejected",             ("submitted", *WORK, ASKED),   "rejected"),
    Move("request_supplement", "supplement_requested", WORK,                          ASKED),
    Move("supplement",         "supplemented",         (ASKED,),                      "processing"),
    Move("extend",             "extension_requested",  (*WORK, ASKED),                SAME),
    Move("answer",             "answered",             WORK,                          "answered"),
    Move("copy",               "copied",               ANSWERED,                      SAME),
    Move("publish",            "published",            ANSWERED,                      "published"),
    Move("attach",             "document_attached",    ANY,                           SAME),
    Move("correct",            "corrected",            ANY,                           SAME),
)
# fmt: on

FEEDBACK_LIFECYCLE = Lifecycle(
    FEEDBACK_TABLE,
    FEEDBACK_STATES,
    FEEDBACK_CLASSES,
    ended=("published", "rejected"),
    decisions=("answered", "rejected"),
)
"""The lifecycle of a feedback case."""
