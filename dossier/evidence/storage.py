"""Where the bytes of documents lie: kept and found by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from dossier.errors import AlteredContent, MalformedDigest, UnknownContent

_DIGEST = re.compile(r"[0-9a-f]{64}")


class DocumentStorage(Protocol):
    """What the host must offer to keep documents; digests are SHA-256 as 64 lower-case hexadecimal digits.

    Every way in that takes a digest raises `MalformedDigest` on any other text, except `in`, which says False.
    """

    def keep(self, content: bytes) -> str:
        """The digest of the content, once it is safely kept; keeping it again changes nothing."""
        ...

    def read(self, sha256: str) -> bytes:
        """The content of that digest, checked against it.

        Raises:
            UnknownContent: nothing of that digest is kept.
            AlteredContent: what is kept is not what was once kept.

        """
        ...

    def erase(self, sha256: str) -> None:
        """Forget the content; nothing happens where there is none, so that an erasure may be repeated."""
        ...

    def __contains__(self, sha256: object) -> bool:
        """Whether something of that digest is kept; its content is not checked."""
        ...


def digest_of(content: bytes) -> str:
    """The name under which a content is kept.

    >>> digest_of(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(content).hexdigest()


def _digest(text: str) -> str:
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise MalformedDigest(text)
    return text


def _checked(sha256: str, content: bytes | None) -> bytes:
    if content is None:
        raise UnknownContent(sha256)
    if digest_of(content) != sha256:
        raise AlteredContent(sha256, digest_of(content))
    return content


class MemoryStorage:
    """Documents in memory, for tests and examples.

    >>> storage = MemoryStorage()
    >>> storage.read(storage.keep(b"an application"))
    b'an application'
    """

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def keep(self, content: bytes) -> str:
        """See `DocumentStorage.keep`."""
        sha256 = digest_of(content)
        self._contents[sha256] = bytes(content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """See `DocumentStorage.read`."""
        return _checked(sha256, self._contents.get(_digest(sha256)))

    def erase(self, sha256: str) -> None:
        """See `DocumentStorage.erase`."""
        self._contents.pop(_digest(sha256), None)

    def __contains__(self, sha256: object) -> bool:
        """See `DocumentStorage.__contains__`."""
        return sha256 in self._contents


class DirectoryStorage:
    """Documents as files of one folder, `ab/cdef…`, readable by their owner alone; any number of processes may write.

    A file stands in its place complete and on the disk, or not at all. After a crash a draft (`….part`) may be left
    beside it; erasing a document takes its drafts along.
    """

    def __init__(self, path: Path | str) -> None:
        self._folder = Path(path)

    def keep(self, content: bytes) -> str:
        """See `DocumentStorage.keep`; a file that was damaged is put right.

        Raises:
            OSError: the folder cannot be written.

        """
        sha256 = digest_of(content)
        place = self._place(sha256)
        if _read(place) != content:
            self._write(place, content)
        _flush(place.parent)
        return sha256

    def read(self, sha256: str) -> bytes:
        """See `DocumentStorage.read`."""
        return _checked(sha256, _read(self._place(sha256)))

    def erase(self, sha256: str) -> None:
        """See `DocumentStorage.erase`."""
        place = self._place(sha256)
        for file in (place, *place.parent.glob(f".{place.name}.*.part")):
            file.unlink(missing_ok=True)
        if place.parent.exists():
            _flush(place.parent)

    def __contains__(self, sha256: object) -> bool:
        """See `DocumentStorage.__contains__`."""
        return isinstance(sha256, str) and bool(_DIGEST.fullmatch(sha256)) and self._place(sha256).is_file()

    def _place(self, sha256: str) -> Path:
        return self._folder / _digest(sha256)[:2] / sha256[2:]

    def _write(self, place: Path, content: bytes) -> None:
        for folder in (self._folder, place.parent):
            _make(folder)
        descriptor, draft = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123  # mkstemp hands out a descriptor
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(place)
        finally:
            Path(draft).unlink(missing_ok=True)


def _read(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _flush(folder.parent)


def _flush(folder: Path) -> None:
    """Have the names in a folder outlive a power cut, as the contents already do."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
