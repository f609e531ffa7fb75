"""Custody of the histories: sealed, verified, erased on request, exported before pruned; see `docs/custody.md`."""

from dossier.custody.archives import verify_archive
from dossier.custody.erasing import Erased, decided_before, erase, forget
from dossier.custody.findings import Finding
from dossier.custody.retention import Archived, archive, prune
from dossier.custody.sealing import Digest, seal
from dossier.custody.verifying import Counts, Verification, verify

__all__ = [
    "Archived",
    "Counts",
    "Digest",
    "Erased",
    "Finding",
    "Verification",
    "archive",
    "decided_before",
    "erase",
    "forget",
    "prune",
    "seal",
    "verify",
    "verify_archive",
]
