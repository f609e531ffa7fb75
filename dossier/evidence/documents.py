"""The documents of a dossier: what each is, who attached it when, and what its signatures are worth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, NonNegativeInt, StringConstraints

from dossier.events import Text
from dossier.evidence.media import describe
from dossier.evidence.signatures import PdfSignatures, SignatureCheck
from dossier.evidence.storage import DocumentStorage, digest_of

Kind = Literal["component", "ground", "notice", "result", "request", "other"]
"""thành phần hồ sơ, căn cứ, thông báo, kết quả, đơn; `other` for the rest."""


class Document(BaseModel):
    """What is known of one document; its bytes lie in the storage under `sha256`.

    Attributes:
        document: its id, as events name it (`document` and `notice` of the log).
        size: in bytes.
        media_type: by the bytes, whatever the file was called.
        attached_by: code of the officer, `applicant` or `system`.
        digitised: whether the paper it stands for is in electronic form (số hóa), as in the log.
        signature: what its signatures are worth; None where nothing checks them.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dossier: Text
    document: Text
    kind: Kind
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: NonNegativeInt
    media_type: Text
    attached_by: Text
    attached_at: AwareDatetime
    digitised: bool = True
    signature: SignatureCheck | None = None


class Evidence:
    """Takes documents in: keeps their bytes and says what they are.

    >>> from datetime import datetime
    >>> from dossier.evidence.storage import MemoryStorage
    >>> document = Evidence(MemoryStorage()).examine(
    ...     "000.01-260820-0001",
    ...     "D1",
    ...     b"%PDF-1.7 ...",
    ...     kind="result",
    ...     attached_by="CV01",
    ...     attached_at=datetime.fromisoformat("2026-08-20T10:00+07:00"),
    ... )
    >>> document.media_type, document.size, document.signature
    ('application/pdf', 12, None)
    """

    def __init__(self, storage: DocumentStorage, signatures: PdfSignatures | None = None) -> None:
        self.storage = storage
        self.signatures = signatures

    def examine(
        self,
        dossier: str,
        document: str,
        content: bytes,
        *,
        kind: Kind,
        attached_by: str,
        attached_at: datetime,
        digitised: bool = True,
    ) -> Document:
        """Check a document, keep its bytes, and describe it; nothing is kept when a fact about it is wrong.

        Raises:
            pydantic.ValidationError: a fact is blank, naive or not of its kind.
            OSError: the storage cannot be written.

        """
        found = Document(
            dossier=dossier,
            document=document,
            kind=kind,
            sha256=digest_of(content),
            size=len(content),
            media_type=describe(content),
            attached_by=attached_by,
            attached_at=attached_at,
            digitised=digitised,
        )
        check = self.signatures.check(content, attached_at) if self.signatures else None
        self.storage.keep(content)
        return found.model_copy(update={"signature": check})
