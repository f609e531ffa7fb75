"""The files of an archive: histories as Parquet, a list of their last hashes beside each, and one manifest over all."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version as version_of
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from dossier.custody.chains import examine, examine_texts
from dossier.custody.findings import Finding
from dossier.custody.kept import COLUMNS, KeptRow
from dossier.errors import UnusableArchive
from dossier.events import UNKNOWN
from dossier.stores.chain import ADDED

FORMAT = "motcua-archive-1"
MANIFEST = "manifest.json"
_SCHEMA = dict.fromkeys(COLUMNS, pl.String()) | {"version": pl.Int64()}
_EARLY = {name: kind for name, kind in _SCHEMA.items() if name not in ADDED}
"""The columns of an archive that was written before there were the others."""


class Head(NamedTuple):
    """How a history ends in an archive; `erased_at` is when texts of it were erased before."""

    dossier: str
    version: int
    hash: str
    erased_at: str | None


class Part(NamedTuple):
    """Some histories of an archive, as they are on the disk."""

    file: str
    sha256: str
    heads: Sequence[Head]
    rows: Sequence[KeptRow]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Listed(_Strict):
    """A part in the manifest: the file with its heads, and the SHA-256 of that."""

    index: str
    sha256: str
    dossiers: int
    events: int


class Manifest(_Strict):
    """What an archive holds, and the last digest of the register when it was made."""

    format: str
    year: int
    tool: str
    sealed_day: str
    sealed_digest: str
    parts: list[Listed]


class _Index(_Strict):
    format: str
    file: str
    sha256: str
    heads: list[tuple[str, int, str, str | None]]


def write(
    folder: Path, year: int, sealed: tuple[str, str], parts: Iterable[tuple[Sequence[Head], list[KeptRow]]]
) -> None:
    """Write an archive: the folder is there whole, or not at all; only its owner can read it.

    Args:
        folder: must not be there.
        year: the year in which its dossiers ended.
        sealed: day and digest of the last sealing.
        parts: the heads and the events of some dossiers at a time.

    """
    with _draft(folder) as draft:
        listed = [_write_part(draft, number, heads, rows) for number, (heads, rows) in enumerate(parts, start=1)]
        manifest = Manifest(
            format=FORMAT,
            year=year,
            tool=f"motcua {version_of('motcua')}",
            sealed_day=sealed[0],
            sealed_digest=sealed[1],
            parts=listed,
        )
        _write(draft / MANIFEST, manifest.model_dump_json(indent=2).encode())


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        yield draft
        _flush(draft)
        draft.rename(folder)
        _flush(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Have the names in a folder outlive a power cut, for what they name may be pruned next."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_part(draft: Path, number: int, heads: Sequence[Head], rows: list[KeptRow]) -> Listed:
    content = io.BytesIO()
    pl.DataFrame([[row[name] for name in _SCHEMA] for row in rows], schema=_SCHEMA, orient="row").write_parquet(content)
    file = f"part-{number}.parquet"
    part = _Index(
        format=FORMAT, file=file, sha256=_write(draft / file, content.getvalue()), heads=[(*head,) for head in heads]
    )
    name = f"part-{number}.json"
    digest = _write(draft / name, part.model_dump_json().encode())
    return Listed(index=name, sha256=digest, dossiers=len(heads), events=len(rows))


def _write(path: Path, content: bytes) -> str:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """What an archive says that it holds.

    Raises:
        UnusableArchive: the folder is none, or its manifest cannot be read.

    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise UnusableArchive(folder, f"it has no {MANIFEST}") from None
    except ValidationError as error:
        raise UnusableArchive(folder, f"{MANIFEST} is damaged ({error.error_count()} faults)") from None
    if manifest.format != FORMAT:
        raise UnusableArchive(folder, f"its format is {manifest.format!r}, known is {FORMAT!r}")
    return manifest


def read_part(folder: Path, listed: Listed) -> Part:
    """Some histories, checked against the digests of their files.

    Raises:
        UnusableArchive: a file is missing, was altered or cannot be read.

    """
    part = _read_index(folder, listed)
    content = _content(folder, part.file, part.sha256)
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise UnusableArchive(folder, f"{part.file} is no Parquet file ({error})") from error
    if dict(frame.schema) == _EARLY:
        frame = frame.with_columns(pl.lit(UNKNOWN).alias(name) for name in ADDED).select(*_SCHEMA)
    if dict(frame.schema) != _SCHEMA:
        raise UnusableArchive(folder, f"{part.file} has other columns than the events have")
    return Part(part.file, part.sha256, [Head(*head) for head in part.heads], frame.rows(named=True))


def _read_index(folder: Path, listed: Listed) -> _Index:
    try:
        part = _Index.model_validate_json(_content(folder, listed.index, listed.sha256))
    except ValidationError as error:
        raise UnusableArchive(folder, f"{listed.index} is damaged ({error.error_count()} faults)") from None
    if part.format != FORMAT:
        raise UnusableArchive(folder, f"{listed.index} is no list of histories")
    return part


def _content(folder: Path, name: str, sha256: str) -> bytes:
    if Path(name).name != name:
        raise UnusableArchive(folder, f"it names a file outside of it, {name!r}")
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise UnusableArchive(folder, f"{name} is missing") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UnusableArchive(folder, f"{name} was altered: it does not give its SHA-256")
    return content


def examine_part(part: Part) -> Iterator[Finding]:
    """What is wrong with the histories of a part, from its files alone."""
    rows = {code: list(group) for code, group in groupby(part.rows, key=lambda row: row["dossier"])}
    heads = {head.dossier: head for head in part.heads}
    for code in sorted(rows.keys() ^ heads.keys(), key=str):
        yield Finding(
            "missing" if code in heads else "inserted", "list and file do not name the same dossiers", str(code)
        )
    for code, head in heads.items():
        yield from _examine_history(head, rows.get(code, []))


def _examine_history(head: Head, rows: Sequence[KeptRow]) -> Iterator[Finding]:
    yield from examine(head.dossier, rows, head.version)
    if rows and rows[-1]["hash"] != head.hash:
        yield Finding("rewritten", "its last event is not the one that the list names", head.dossier, head.version)
    for row in rows:
        yield from examine_texts(row, head.erased_at)[0]


def verify_archive(folder: Path, pruned: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Examine an archive from its files alone: the digest of each, then every history.

    Args:
        folder: of one year.
        pruned: the files that the database names, with their SHA-256; the archive must have them.

    """
    there: dict[str, str] = {}
    try:
        listed = read_manifest(folder).parts
    except UnusableArchive as error:
        yield Finding("missing", str(error))
        return
    for one in listed:
        try:
            part = read_part(folder, one)
        except UnusableArchive as error:
            yield Finding("altered", str(error))
        else:
            there[part.file] = part.sha256
            yield from examine_part(part)
    for file, sha256 in (pruned or {}).items():
        if there.get(file) != sha256:
            yield Finding("rewritten", f"{folder / file} is not the file by which the database was pruned")
