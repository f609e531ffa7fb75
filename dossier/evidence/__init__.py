"""Evidence: the documents of a dossier, kept by their content and checked for what their signatures are worth."""

from dossier.evidence.documents import Document, Evidence, Kind
from dossier.evidence.media import describe
from dossier.evidence.signatures import PdfSignatures, SignatureCheck
from dossier.evidence.storage import DirectoryStorage, DocumentStorage, MemoryStorage

__all__ = [
    "DirectoryStorage",
    "Document",
    "DocumentStorage",
    "Evidence",
    "Kind",
    "MemoryStorage",
    "PdfSignatures",
    "SignatureCheck",
    "describe",
]
