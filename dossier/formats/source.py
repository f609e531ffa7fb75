"""From a path to bytes: endings, gzip, UTF-8, NUL bytes and the length of lines."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from dossier.formats.errors import LogError

LINE_LIMIT = 1024 * 1024
"""The longest line of a text file, the longest cell of a Parquet file, in bytes."""

ENDINGS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".json": "json",
}
"""File endings and the format they name; the text formats may end in .gz after it."""

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Format:
    """What a file name promises: the format, and whether it is packed with gzip.

    >>> Format.of(Path("quy-1.CSV.gz"))
    Format(name='csv', packed=True)
    """

    name: str
    packed: bool

    @classmethod
    def of(cls, path: Path) -> Format:
        """The format a file name promises.

        Raises:
            LogError: an ending that is not known.

        """
        suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
        packed = suffixes[-1:] == [".gz"]
        ending = (suffixes[:-1] if packed else suffixes)[-1:]
        name = ENDINGS.get(ending[0]) if ending else None
        if name is None or (packed and name in {"parquet", "xlsx"}):
            raise LogError(
                path,
                "",
                found=f"the file name ends in {''.join(suffixes) or 'nothing'!r}",
                allowed=".csv, .jsonl, .ndjson, .json, each also with .gz after it, .parquet and .xlsx",
                remedy="save the log in one of these formats (an old workbook: as .xlsx) and name it so",
            )
        return cls(name, packed)


def read_bytes(path: Path, *, packed: bool) -> bytes:
    """All bytes of a file, unpacked.

    Raises:
        LogError: no such file, a directory, no right to read, an empty file, broken gzip.

    """
    try:
        data = _unpacked(path) if packed else path.read_bytes()
    except OSError as error:
        raise LogError(
            path,
            "",
            found=(error.strerror or str(error)).lower(),
            allowed="a file that can be read",
            remedy="check the path and the right to read it",
        ) from error
    if not data:
        raise LogError(
            path, "byte 0", found="the file is empty", allowed="a log with its columns", remedy="export the log again"
        )
    return data


def _unpacked(path: Path) -> bytes:
    parts: list[bytes] = []
    try:
        with gzip.open(path) as stream:
            while part := stream.read(_BLOCK):
                parts.append(part)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LogError(
            path,
            f"after byte {sum(map(len, parts))} of the unpacked text",
            found=f"the gzip data is cut short or damaged ({error})",
            allowed="a whole gzip file",
            remedy="copy or export the file again; nothing of it was used",
        ) from error
    return b"".join(parts)


def check_text(path: Path, data: bytes, *, lines: bool = True) -> None:
    """Refuse what no text log holds.

    Args:
        path: named in errors.
        data: the text.
        lines: whether it is read line by line, and no line may be over `LINE_LIMIT`.

    Raises:
        LogError: invalid UTF-8, a NUL byte, a line that is too long.

    """
    if not lines:
        _check_block(path, data, 0, len(data))
        return
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + LINE_LIMIT + 1) + 1
        if not end and len(data) - start > LINE_LIMIT:
            raise _long_line(path, data, start)
        end = end or len(data)
        _check_block(path, data, start, end)
        start = end


def _check_block(path: Path, data: bytes, start: int, end: int) -> None:
    block = data[start:end]
    try:
        block.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(path, data, start + error.start) from error
    if b"\0" in block:
        raise LogError(
            path,
            byte_place(data, start + block.index(b"\0")),
            found="a NUL byte",
            allowed="text",
            remedy="export the log again; this is not a text file or it was damaged",
        )


def _not_utf8(path: Path, data: bytes, at: int) -> LogError:
    packed = data.startswith(b"\x1f\x8b")
    what = ": it begins as UTF-16" if data.startswith(_UTF16) else ": it is packed with gzip" if packed else ""
    return LogError(
        path,
        byte_place(data, at),
        found=f"byte 0x{data[at]:02x} is not UTF-8{what}",
        allowed="UTF-8 text, with or without a byte order mark",
        remedy="name it .gz" if packed else "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
    )


def _long_line(path: Path, data: bytes, start: int) -> LogError:
    return LogError(
        path,
        byte_place(data, start),
        found=f"a line longer than {LINE_LIMIT} bytes",
        allowed=f"lines of at most {LINE_LIMIT} bytes (1 MiB)",
        remedy="look for a missing line break or quote, or take the long text out of the log",
    )


def line_of(data: bytes, at: int) -> int:
    """The number of the line that holds a byte, from 1."""
    return data.count(b"\n", 0, at) + 1


def byte_place(data: bytes, at: int) -> str:
    """Where a byte is, for a reader with an editor."""
    return f"line {line_of(data, at)}, byte {at}"
