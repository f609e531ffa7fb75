"""The event log: its columns, and one frozen class per kind of event whose type says what that kind needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator

from dossier.procedure_schema import Ground

LOG_COLUMNS = (
    "dossier",
    "parent",
    "event",
    "at",
    "recorded_at",
    "actor",
    "office",
    "applicant",
    "procedure",
    "sector",
    "channel",
    "limit",
    "promised",
    "reason",
    "ground",
    "document",
    "document_at",
    "notice",
    "slip",
    "signed",
    "digitised",
    "reused",
    "status",
    "rating",
)
"""The columns of the event log, in the order in which they are written."""

UNKNOWN = "?"
"""A cell of the log that says: the source cannot say."""

Cell = str | bool | datetime | date | None
Row = Mapping[str, Cell]
"""One row of the log: None is an empty cell, `UNKNOWN` a cell about which the source cannot say."""

_EMPTY: dict[str, Cell] = dict.fromkeys(LOG_COLUMNS)


def row_of(kind: str, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """A row of the log with these cells; the others are empty.

    >>> row = row_of("paid", {"dossier": "A1"})
    >>> row["event"], row["dossier"], row["slip"]
    ('paid', 'A1', None)
    """
    return {**_EMPTY, **cells, "event": kind}


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: empty, spaces, or characters without a shape such as U+200B.

    >>> is_blank(" \u200b "), is_blank("x")
    (True, False)
    """
    if text.isprintable():
        return not text.strip()
    return not any(character.isprintable() and not character.isspace() for character in text)


def _readable(text: str) -> str:
    if text == UNKNOWN:
        raise ValueError("'?' means in the log that the source cannot say; the desk must say")
    if is_blank(text):
        raise ValueError("the text is blank")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_readable)]
Channel = Literal["online", "in_person", "postal"]
ClosingGround = Literal["no_answer", "not_competent", "other"]
Status = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]
"""A status of the national system (trạng thái hồ sơ), as it was published."""
Rating = Literal["satisfied", "neutral", "dissatisfied", "complaint"]
"""What the applicant thinks of the handling (mức độ hài lòng)."""
Promise = AwareDatetime | date
"""A date or a moment; a date is compared by date, a moment by moment."""


class Event(BaseModel):
    """What every step of a dossier (hồ sơ) may carry; each kind adds what it needs.

    Attributes:
        at: when it took effect.
        recorded_at: when it was entered.
        document_at: when `document` was attached.
        digitised: whether the papers of this step are in electronic form.
        reused: whether a paper of this step came from data that the state had already (tái sử dụng).

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    kind: ClassVar[str]

    dossier: Text
    at: AwareDatetime
    recorded_at: AwareDatetime
    parent: Text | None = None
    actor: Text | None = None
    office: Text | None = None
    reason: Text | None = None
    document: Text | None = None
    document_at: AwareDatetime | None = None
    notice: Text | None = None
    slip: Text | None = None
    digitised: bool = False
    reused: bool = False

    def to_row(self) -> dict[str, Cell]:
        """The event as a row of the log, with every column.

        >>> moment = datetime.fromisoformat("2026-08-20T10:00+07:00")
        >>> row = Forwarded(dossier="A1", at=moment, recorded_at=moment, office="Phòng Đất đai").to_row()
        >>> row["event"], row["office"], row["slip"]
        ('forwarded', 'Phòng Đất đai', None)
        """
        return row_of(self.kind, self.__dict__)


class Submitted(Event):
    """The applicant handed in the dossier (nộp hồ sơ)."""

    kind = "submitted"
    channel: Channel
    procedure: Text
    sector: Text | None = None
    applicant: Text | None = None


class Guided(Event):
    """The applicant was guided to complete the dossier before receipt (hướng dẫn hoàn thiện hồ sơ)."""

    kind = "guided"
    slip: Text


class Received(Event):
    """The full dossier was received (tiếp nhận): the time limit begins."""

    kind = "received"
    slip: Text
    procedure: Text
    promised: Promise
    channel: Channel | None = None
    sector: Text | None = None
    applicant: Text | None = None
    limit: Text | None = None


class Rejected(Event):
    """The dossier was rejected, before or after receipt (từ chối tiếp nhận, giải quyết)."""

    kind = "rejected"
    slip: Text
    reason: Text


class Forwarded(Event):
    """The dossier went to the office that handles it (chuyển hồ sơ)."""

    kind = "forwarded"
    office: Text
    limit: Text | None = None


class Consulted(Event):
    """Another office was asked (lấy ý kiến)."""

    kind = "consulted"
    office: Text


class Answered(Event):
    """The office that was asked answered (trả lời ý kiến)."""

    kind = "answered"
    office: Text


class SupplementRequested(Event):
    """The applicant was asked to supplement the received dossier (yêu cầu bổ sung)."""

    kind = "supplement_requested"
    slip: Text
    reason: Text


class Supplemented(Event):
    """The full supplement came in (đã bổ sung)."""

    kind = "supplemented"
    promised: Promise | None = None


class Paused(Event):
    """The counting of the time limit was stopped (dừng tính thời gian giải quyết)."""

    kind = "paused"
    reason: Text
    ground: Ground
    document: Text
    document_at: AwareDatetime
    notice: Text

    @model_validator(mode="after")
    def _document_before_pause(self) -> Self:
        if self.document_at >= self.at:
            raise ValueError("the document must be attached before the pause")
        return self


class Resumed(Event):
    """The counting went on (tiếp tục tính thời gian)."""

    kind = "resumed"


class PaymentRequested(Event):
    """The applicant was asked to pay (yêu cầu thực hiện nghĩa vụ tài chính)."""

    kind = "payment_requested"


class Paid(Event):
    """The applicant paid (đã thực hiện nghĩa vụ tài chính)."""

    kind = "paid"


class Apologised(Event):
    """An apology with a new appointment was sent (xin lỗi và hẹn lại ngày trả kết quả)."""

    kind = "apologised"
    slip: Text
    reason: Text
    promised: Promise


class Completed(Event):
    """The dossier was decided (đã xử lý xong): a signed e-result, or none at all where the procedure gives none."""

    kind = "completed"
    signed: bool = False

    @model_validator(mode="after")
    def _signed_result_or_none(self) -> Self:
        if self.signed != (self.document is not None):
            raise ValueError("an e-result and its valid signature come together: give document and signed, or neither")
        return self


class Delivered(Event):
    """The result was handed over (trả kết quả)."""

    kind = "delivered"
    channel: Channel
    office: Text


class Withdrawn(Event):
    """The applicant took the dossier back before a result (rút hồ sơ); `document` is the request."""

    kind = "withdrawn"
    reason: Text
    document: Text
    notice: Text


class Closed(Event):
    """Handling ended without a result (dừng xử lý)."""

    kind = "closed"
    ground: ClosingGround
    reason: Text
    document: Text
    notice: Text


class DocumentAttached(Event):
    """A document was attached (đính kèm văn bản)."""

    kind = "document_attached"
    document: Text


class Notified(Event):
    """A written notice was sent to the applicant (thông báo)."""

    kind = "notified"
    notice: Text


class Published(Event):
    """Progress or result was made public (công khai tiến độ, kết quả)."""

    kind = "published"
    status: Status | None = None


class Rated(Event):
    """The applicant rated the handling (đánh giá)."""

    kind = "rated"
    rating: Rating | None = None


class Corrected(Event):
    """A note that something recorded is wrong (đính chính); the record itself stays."""

    kind = "corrected"
    reason: Text


EVENT_CLASSES: Mapping[str, type[Event]] = MappingProxyType({cls.kind: cls for cls in Event.__subclasses__()})
"""The class of each kind, in the order of the event log's table."""

KINDS: tuple[str, ...] = tuple(EVENT_CLASSES)
"""Every kind of event."""
