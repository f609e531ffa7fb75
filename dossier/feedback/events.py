"""The steps of a feedback case, in the columns of the event log: one frozen class per kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from dossier.events import Corrected, DocumentAttached, Event, Text

Intake = Literal["online", "in_person", "postal", "phone"]
"""How feedback comes in."""

PublicChannel = Literal["national_system", "provincial_system", "web", "media", "letter", "other"]
"""Where an answer is made public: two systems (the plan's item III.11) and the four ways of Decree 20/2008, art. 19."""


class FeedbackSubmitted(Event):
    """Somebody sent feedback (gửi phản ánh, kiến nghị)."""

    kind = "submitted"
    channel: Intake
    applicant: Text | None = None
    sector: Text | None = None


class FeedbackReceived(Event):
    """The feedback was received (tiếp nhận)."""

    kind = "received"
    channel: Intake | None = None
    applicant: Text | None = None
    sector: Text | None = None


class FeedbackForwarded(Event):
    """The feedback went to the agency that must answer it (chuyển xử lý); its limits begin anew there."""

    kind = "forwarded"
    office: Text


class FeedbackRejected(Event):
    """The feedback was turned away (từ chối tiếp nhận, xử lý), and its sender told why."""

    kind = "rejected"
    reason: Text
    notice: Text


class InformationRequested(Event):
    """The sender was asked for what is missing (yêu cầu bổ sung thông tin)."""

    kind = "supplement_requested"
    reason: Text
    notice: Text


class InformationSupplied(Event):
    """The sender supplied it (đã bổ sung thông tin)."""

    kind = "supplemented"


class ExtensionRequested(Event):
    """More time was asked for in writing (văn bản đề nghị gia hạn); `promised` is the new day."""

    kind = "extension_requested"
    reason: Text
    document: Text
    promised: date


class FeedbackAnswered(Event):
    """The feedback was answered (trả lời): `document` is the reply, `notice` how it reached the sender."""

    kind = "answered"
    document: Text
    notice: Text


class Copied(Event):
    """The reply went to the office of the provincial People's Committee, too (gửi Văn phòng UBND tỉnh)."""

    kind = "copied"
    office: Text


class AnswerPublished(Event):
    """The answer was made public in one channel (công khai kết quả trả lời)."""

    kind = "published"
    channel: PublicChannel


FEEDBACK_CLASSES: Mapping[str, type[Event]] = MappingProxyType(
    {
        cls.kind: cls
        for cls in (
            FeedbackSubmitted,
            FeedbackReceived,
            FeedbackForwarded,
            FeedbackRejected,
            InformationRequested,
            InformationSupplied,
            ExtensionRequested,
            FeedbackAnswered,
            Copied,
            AnswerPublished,
            DocumentAttached,
            Corrected,
        )
    }
)
"""The class of each kind of event of a feedback case."""
