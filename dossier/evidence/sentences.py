"""What a check of signatures found, as sentences: code, the answer it leads to, English, Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Status = Literal["valid", "invalid", "unsigned", "not_checked"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A finding: the answer it leads to, and how it is said."""

    status: Status
    en: str
    vi: str


SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "not_pdf": Sentence(
            "not_checked",
            "not a PDF but {media_type}; only signatures inside a PDF are checked",
            "không phải PDF mà là {media_type}; chỉ kiểm tra chữ ký số nằm trong tệp PDF",
        ),
        "too_large": Sentence(
            "not_checked",
            "{size} bytes, more than the {limit} set for a check",
            "{size} byte, vượt giới hạn kiểm tra {limit} byte",
        ),
        "unsigned": Sentence("unsigned", "the PDF carries no signature", "tệp PDF không có chữ ký số"),
        "traces": Sentence(
            "unsigned",
            "the PDF carries traces of a signature, but none of its fields holds one",
            "tệp PDF có dấu vết chữ ký số nhưng không ô ký nào có chữ ký",
        ),
        "broken": Sentence("not_checked", "the PDF cannot be read: {why}", "không đọc được tệp PDF: {why}"),
        "broken_signed": Sentence(
            "invalid",
            "the PDF claims a signature but cannot be read: {why}",
            "tệp PDF có dấu hiệu đã ký số nhưng không đọc được: {why}",
        ),
        "unreadable": Sentence(
            "invalid",
            "field {field}: the signature cannot be read: {why}",
            "ô ký {field}: không đọc được chữ ký số: {why}",
        ),
        "kind": Sentence(
            "not_checked",
            "field {field}: signatures of the kind {kind} are not checked here",
            "ô ký {field}: chưa kiểm tra được chữ ký số loại {kind}",
        ),
        "altered": Sentence(
            "invalid",
            "{signer}: the signature does not fit the document; one of them was changed",
            "{signer}: chữ ký số không khớp văn bản; văn bản hoặc chữ ký đã bị thay đổi",
        ),
        "partial": Sentence(
            "invalid",
            "{signer}: the signature covers only a part of the document",
            "{signer}: chữ ký số chỉ bao trùm một phần văn bản",
        ),
        "appended": Sentence(
            "invalid",
            "{signer}: bytes were added behind the signed document",
            "{signer}: có dữ liệu thêm vào sau văn bản đã ký",
        ),
        "changed": Sentence(
            "invalid",
            "{signer}: the document was changed after this signature",
            "{signer}: văn bản bị sửa đổi sau khi ký số",
        ),
        "future": Sentence(
            "invalid",
            "{signer}: signed at {time}, after the document came to hand",
            "{signer}: thời điểm ký {time} sau thời điểm nhận văn bản",
        ),
        "terms": Sentence(
            "invalid",
            "{signer}: the signature breaks the terms set by its field",
            "{signer}: chữ ký số không đáp ứng điều kiện của ô ký",
        ),
        "no_roots": Sentence(
            "not_checked",
            "{signer}: intact, but no trust root is configured, so who signed cannot be checked",
            "{signer}: toàn vẹn, nhưng chưa cấu hình chứng thư gốc tin cậy nên chưa xác định được người ký",
        ),
        "untrusted": Sentence(
            "invalid",
            "{signer}: not trusted: issued by {issuer}, which leads to none of the configured roots",
            "{signer}: không tin cậy: do {issuer} cấp, không thuộc chứng thư gốc nào đã cấu hình",
        ),
        "expired": Sentence(
            "invalid",
            "{signer}: at {time} the certificate was not in force ({begin} to {end})",
            "{signer}: tại {time} chứng thư không còn hoặc chưa có hiệu lực ({begin} đến {end})",
        ),
        "revoked": Sentence(
            "invalid",
            "{signer}: at {time} the certificate was revoked",
            "{signer}: tại {time} chứng thư đã bị thu hồi",
        ),
        "purpose": Sentence(
            "invalid",
            "{signer}: the certificate is not meant for signing documents",
            "{signer}: chứng thư không dùng để ký văn bản",
        ),
        "weak": Sentence(
            "invalid",
            "{signer}: signed by an algorithm too weak to prove anything ({algorithm})",
            "{signer}: thuật toán ký quá yếu, không còn giá trị chứng minh ({algorithm})",
        ),
        "chain": Sentence(
            "invalid",
            "{signer}: the certificates above it, from {issuer} on, do not hold at {time}",
            "{signer}: chuỗi chứng thư từ {issuer} trở lên không hợp lệ tại {time}",
        ),
        "valid": Sentence(
            "valid",
            "{signer}: valid; issued by {issuer}",
            "{signer}: hợp lệ; chứng thư do {issuer} cấp",
        ),
        "stamped": Sentence(
            "unsigned",
            "a time stamp of {clock} over the document is intact; it is nobody's signature",
            "dấu thời gian của {clock} trên văn bản còn toàn vẹn; đây không phải chữ ký của ai",
        ),
        "stamp": Sentence(
            "invalid",
            "the time stamp of {clock} over the document does not fit it",
            "dấu thời gian của {clock} không khớp văn bản",
        ),
    }
)

STAMPED = ("signed at {time} by the time stamp of {clock}", "ký lúc {time} theo dấu thời gian của {clock}")
CLAIMED = ("signed at {time} as the signer claims", "ký lúc {time} theo người ký tự khai")
IGNORED = (
    "its time stamp by {clock} does not count: it leads to no configured root, or does not fit",
    "dấu thời gian của {clock} không được tính: không thuộc chứng thư gốc đã cấu hình hoặc không khớp",
)
UNTIMED = ("no time of signing is claimed", "không ghi thời điểm ký")
UNREVOKED = (
    "revocation not fully checked: a list of revoked certificates is missing",
    "chưa kiểm tra hết việc thu hồi: thiếu danh sách chứng thư bị thu hồi",
)
