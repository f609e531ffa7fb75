"""What is known of each document; the bytes lie with the host."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Filed(NamedTuple):
    """A document (văn bản, tài liệu) of a dossier.

    Attributes:
        document: its id, as events name it.
        sha256: of its bytes, under which the host's storage keeps them.
        kind: `component`, `ground`, `notice`, `result`, `request` or `other`.
        size: in bytes.
        attached_by: code of the officer, `applicant` or `system`.
        signature: `valid`, `invalid`, `unsigned` or `not_checked`.
        signers: the names in the certificates, one a line.
        signature_detail: why the signature is what it is.

    """

    dossier: str
    document: str
    sha256: str
    kind: str
    media_type: str
    size: int
    digitised: bool
    attached_by: str | None
    attached_at: datetime
    signature: str = "not_checked"
    signers: str | None = None
    signed_at: datetime | None = None
    signature_detail: str | None = None
    erased_at: datetime | None = None


class Documents(Protocol):
    """The documents of all dossiers."""

    def file(self, filed: Filed) -> None:
        """Keep what is known of a document; the same one again changes nothing."""

    def find(self, dossier: str, document: str) -> Filed | None:
        """A document of a dossier, None where there is none with this id."""

    def of(self, dossier: str) -> list[Filed]:
        """The documents of a dossier, by their ids."""


class MemoryDocuments:
    """The documents of all dossiers; `Documents` says more."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Filed] = {}

    def file(self, filed: Filed) -> None:
        """Keep what is known of a document; the same one again changes nothing."""
        self.kept.setdefault((filed.dossier, filed.document), filed)

    def find(self, dossier: str, document: str) -> Filed | None:
        """A document of a dossier, None where there is none with this id."""
        return self.kept.get((dossier, document))

    def of(self, dossier: str) -> list[Filed]:
        """The documents of a dossier, by their ids."""
        return [filed for (code, _), filed in sorted(self.kept.items()) if code == dossier]
