import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dossier.errors import AlteredContent, MalformedDigest, UnknownContent
from dossier.evidence import DirectoryStorage, DocumentStorage, MemoryStorage

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of "abc", from FIPS 180-2, appendix B.1."""

STORAGES: dict[str, Callable[[Path], DocumentStorage]] = {
    "memory": lambda _: MemoryStorage(),
    "directory": lambda path: DirectoryStorage(path / "documents"),
}


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStorage:
    return STORAGES[request.param](tmp_path)


def test_a_document_is_kept_under_its_sha_256_and_read_back_whole(storage: DocumentStorage) -> None:
    assert storage.keep(b"abc") == ABC
    assert storage.read(ABC) == b"abc"
    assert ABC in storage


def test_keeping_the_same_document_again_changes_nothing(storage: DocumentStorage) -> None:
    assert storage.keep(b"abc") == storage.keep(b"abc")
    assert storage.read(ABC) == b"abc"


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 4096])
def test_empty_and_binary_documents_are_documents(storage: DocumentStorage, content: bytes) -> None:
    assert storage.read(storage.keep(content)) == content


def test_what_was_never_kept_is_said_to_be_unknown(storage: DocumentStorage) -> None:
    assert ABC not in storage
    with pytest.raises(UnknownContent, match=ABC):
        storage.read(ABC)


def test_what_was_erased_is_gone_and_may_be_erased_again_and_kept_anew(storage: DocumentStorage) -> None:
    storage.keep(b"abc")
    storage.erase(ABC)
    storage.erase(ABC)
    assert ABC not in storage
    with pytest.raises(UnknownContent):
        storage.read(ABC)
    assert storage.keep(b"abc") in storage


@pytest.mark.parametrize(
    "text", ["", "abc", "../../etc/passwd", ABC.upper(), ABC + "\n", ABC[:-1] + "/", "/etc/passwd", "..", ABC * 2]
)
def test_a_text_that_is_no_digest_reaches_no_file(storage: DocumentStorage, text: str) -> None:
    assert text not in storage
    for door in (storage.read, storage.erase):
        with pytest.raises(MalformedDigest, match="64 lower-case hexadecimal"):
            door(text)


@pytest.mark.parametrize("found", [None, 7, b"abc"])
def test_what_is_no_text_names_no_document(storage: DocumentStorage, found: object) -> None:
    assert found not in storage
    with pytest.raises(MalformedDigest):
        storage.read(found)  # type: ignore[arg-type]


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def test_a_directory_keeps_each_document_as_one_file_named_by_its_digest(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    storage.keep(b"abc")
    storage.keep(b"abc")
    assert _files(tmp_path) == [tmp_path / ABC[:2] / ABC[2:]]


def test_a_directory_is_read_by_another_that_opens_it_later(tmp_path: Path) -> None:
    DirectoryStorage(tmp_path / "a" / "b").keep(b"abc")
    assert DirectoryStorage(str(tmp_path / "a" / "b")).read(ABC) == b"abc"


@pytest.mark.parametrize("damage", [b"abd", b"", b"abc\n"])
def test_a_document_changed_on_the_disk_is_never_handed_out(tmp_path: Path, damage: bytes) -> None:
    storage = DirectoryStorage(tmp_path)
    storage.keep(b"abc")
    (tmp_path / ABC[:2] / ABC[2:]).write_bytes(damage)
    with pytest.raises(AlteredContent, match=hashlib.sha256(damage).hexdigest()):
        storage.read(ABC)
    assert ABC in storage


def test_keeping_the_genuine_document_again_repairs_a_damaged_one(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    storage.keep(b"abc")
    (tmp_path / ABC[:2] / ABC[2:]).write_bytes(b"ab")
    storage.keep(b"abc")
    assert storage.read(ABC) == b"abc"


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_nobody_but_the_owner_may_read_the_documents_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        DirectoryStorage(tmp_path / "documents").keep(b"abc")
    finally:
        os.umask(before)
    for path in (tmp_path / "documents").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "documents").stat().st_mode & 0o077 == 0


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / ABC[:2]).mkdir()
    with pytest.raises(OSError, match="No space left"):
        DirectoryStorage(tmp_path).keep(b"abc")
    assert _files(tmp_path) == []


def test_a_draft_left_by_a_crash_is_no_document_and_goes_when_the_document_is_erased(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    draft = tmp_path / ABC[:2] / f".{ABC[2:]}.k3j2.part"
    draft.parent.mkdir()
    draft.write_bytes(b"ab")
    assert ABC not in storage
    storage.erase(ABC)
    assert _files(tmp_path) == []


def test_many_threads_may_keep_the_same_documents(tmp_path: Path) -> None:
    contents = [bytes([each]) * 20_000 for each in range(8)] * 10
    with ThreadPoolExecutor(16) as pool:
        digests = list(pool.map(DirectoryStorage(tmp_path).keep, contents))
    assert [DirectoryStorage(tmp_path).read(each) for each in digests] == contents
    assert len(_files(tmp_path)) == 8


def test_several_processes_may_keep_the_same_documents(tmp_path: Path) -> None:
    script = (
        "import sys; from dossier.evidence.storage import DirectoryStorage as D\n"
        "for n in range(100): D(sys.argv[1]).keep(bytes([n]) * 5000)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(3)]  # noqa: S603  # ours
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    assert len(_files(tmp_path)) == 100
    for path in _files(tmp_path):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name
