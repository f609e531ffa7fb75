"""Evidence at the desk: whether a document may be filed, and whether the e-result has the legal value it must have."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dossier.codes import GRAMMARS, DossierCode
from dossier.errors import MalformedDossierCode, Reason
from dossier.events import Cell
from dossier.requirements import requirements
from dossier.stores.documents import Filed

if TYPE_CHECKING:
    from dossier.evidence import Document

_STATUS_VI = {
    "invalid": "chữ ký số không hợp lệ",
    "unsigned": "chưa ký số",
    "not_checked": "chưa kiểm tra được chữ ký số",
}


def filed(document: Document) -> Filed:
    """What the store keeps of a document that was examined."""
    check = document.signature
    return Filed(
        dossier=document.dossier,
        document=document.document,
        sha256=document.sha256,
        kind=document.kind,
        media_type=document.media_type,
        size=document.size,
        digitised=document.digitised,
        attached_by=document.attached_by,
        attached_at=document.attached_at,
        signature=check.status if check else "not_checked",
        signers="\n".join(check.signers) or None if check else None,
        signed_at=check.signed_at if check else None,
        signature_detail=check.detail_en if check else None,
    )


def code_refusal(code: str, day: date) -> Reason | None:
    """The code of a dossier is one of the grammars in use, and its date is the day of its first event."""
    try:
        parsed = DossierCode.parse(code)
    except MalformedDossierCode:
        return requirements().reason("code.malformed", found=code, allowed=", ".join(GRAMMARS))
    return None if parsed.fits(day) else requirements().reason("code.day", found=code, allowed=day.isoformat())


def other_content(known: Filed | None, sha256: str) -> Reason | None:
    """An id stands for one content for good."""
    if known is None or known.sha256 == sha256:
        return None
    return requirements().reason("attach.content", found=known.document)


def legal_value(document: Cell, signed: Cell, known: Filed | None) -> Reason | None:
    """The e-result was filed with its content, and its signature was checked and is valid, whatever the act says."""
    if not document or (known is not None and known.signature == "valid" and signed is not False):
        return None
    if known is None:
        return requirements().reason("complete.unfiled", found=document)
    if known.signature == "valid":
        return requirements().reason("complete.undeclared", found=document)
    why = (
        f"{known.signature.replace('_', ' ')}: {known.signature_detail}" if known.signature_detail else known.signature
    )
    return requirements().reason("complete.signature", {"found": _STATUS_VI[known.signature]}, found=why)
