import io
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from dossier.evidence import DirectoryStorage, Document, Evidence, MemoryStorage, PdfSignatures, describe
from tests.dossier.authority import SIGNED, authorities, decision, sign

CODE = "000.00.01.H26-260310-0001"
ATTACHED = datetime.fromisoformat("2026-03-11T08:00+07:00")


def _attach(evidence: Evidence, content: bytes, **changes: object) -> Document:
    facts = {"kind": "result", "attached_by": "CV01", "attached_at": ATTACHED} | changes
    return evidence.examine(CODE, "KQ-12", content, **facts)  # type: ignore[arg-type]


def _zip(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return output.getvalue()


def test_a_signed_result_is_kept_and_its_signature_checked() -> None:
    storage = MemoryStorage()
    content = sign(decision(), authorities().officer)
    document = _attach(Evidence(storage, PdfSignatures([authorities().root.pem])), content)
    assert storage.read(document.sha256) == content
    assert (document.size, document.media_type, document.digitised) == (len(content), "application/pdf", True)
    assert document.signature is not None
    assert (document.signature.status, document.signature.signers) == ("valid", ("Nguyễn Thị Ánh Tuyết",))
    assert document.signature.signed_at == SIGNED


def test_a_signature_younger_than_the_attachment_is_not_believed() -> None:
    evidence = Evidence(MemoryStorage(), PdfSignatures([authorities().root.pem]))
    early = _attach(
        evidence, sign(decision(), authorities().officer), attached_at=datetime.fromisoformat("2026-03-09T08:00+07:00")
    )
    assert early.signature is not None
    assert early.signature.status == "invalid"


def test_where_nothing_checks_signatures_nothing_is_said_of_them() -> None:
    assert _attach(Evidence(MemoryStorage()), decision()).signature is None


def test_a_photograph_is_kept_and_not_checked(tmp_path: Path) -> None:
    evidence = Evidence(DirectoryStorage(tmp_path), PdfSignatures([authorities().root.pem]))
    document = _attach(evidence, b"\xff\xd8\xff\xe0 JFIF", kind="component", digitised=False)
    assert (document.media_type, document.kind, document.digitised) == ("image/jpeg", "component", False)
    assert document.signature is not None
    assert document.signature.status == "not_checked"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "picture"},
        {"attached_by": " "},
        {"attached_by": "?"},
        {"attached_at": datetime(2026, 3, 11)},  # noqa: DTZ001  # the fault under test
        {"digitised": "yes"},
    ],
)
def test_a_document_with_a_wrong_fact_is_refused_by_field_and_not_kept(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        _attach(Evidence(DirectoryStorage(tmp_path)), decision(), **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_document_cannot_be_changed() -> None:
    document = _attach(Evidence(MemoryStorage()), decision())
    with pytest.raises(ValidationError, match="frozen"):
        document.size = 1


def test_a_document_goes_through_json_and_back() -> None:
    evidence = Evidence(MemoryStorage(), PdfSignatures([authorities().root.pem]))
    document = _attach(evidence, sign(decision(), authorities().officer))
    assert Document.model_validate_json(document.model_dump_json()) == document


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
        (b"\0" * 1019 + b"%PDF-", "application/pdf"),
        (b"\0" * 1020 + b"%PDF-", "application/octet-stream"),
        (b"\x89PNG\r\n\x1a\n%PDF-", "image/png"),
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "application/xml"),
        (_zip("a.txt"), "application/zip"),
        (_zip(), "application/zip"),
        (
            _zip("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            _zip("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("Kính gửi: UBND phường".encode(), "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_say_what_a_file_is(content: bytes, media_type: str) -> None:
    assert describe(content) == media_type


def test_the_room_is_entered_without_loading_a_pdf_library() -> None:
    script = (
        "import sys, dossier.evidence; print([n for n in ('pyhanko', 'asn1crypto', 'sqlalchemy') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  # ours
    assert found.stdout.strip() == "[]"
