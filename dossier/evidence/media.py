"""What a file is by its first bytes; its name and what the sender calls it are not asked."""

from __future__ import annotations

OCTETS = "application/octet-stream"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"<?xml", "application/xml"),
    (b"\xef\xbb\xbf<?xml", "application/xml"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
_PARTS = ((b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX))
_PDF_HEADER_WITHIN = 1024


def describe(content: bytes) -> str:
    """The media type of a file, `application/octet-stream` where its bytes do not tell.

    A PDF may have up to 1,024 bytes before its header, as readers of PDF allow.

    >>> describe(b"%PDF-1.7"), describe("Kính gửi".encode())
    ('application/pdf', 'application/octet-stream')
    """
    found = next((media_type for start, media_type in _STARTS if content.startswith(start)), None)
    if found == "application/zip":
        return next((media_type for name, media_type in _PARTS if name in content), found)
    if found is None and b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return PDF
    return found or OCTETS
