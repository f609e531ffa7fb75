"""The parts of a packed workbook: XML, parsed as it is unpacked, with bounds and without entities."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

UNPACKED_LIMIT = 1024 * 1024 * 1024
"""The most bytes that a part of a workbook may unpack to."""

_BLOCK = 256 * 1024

Attributes = Mapping[str, str]


class Refused(ValueError):  # noqa: N818  # named for what happened
    """What is wrong with a part of the workbook."""


def _opened(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    size = archive.getinfo(part).file_size  # no more than this is ever unpacked
    if size > UNPACKED_LIMIT:
        raise Refused(f"its part {part} unpacks to {size} bytes, more than {UNPACKED_LIMIT} (1 GiB)")
    return archive.open(part)


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk over the XML of a part.

    Args:
        archive: the workbook.
        part: its name.
        start: told the name and attributes of each element that begins.
        end: told the name of each that ends.
        text: told each piece of text.

    Raises:
        Refused: it declares entities, or unpacks beyond all bounds.
        KeyError: there is no such part.
        ExpatError: it is no XML.

    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with _opened(archive, part) as stream:
        while block := stream.read(_BLOCK):
            parser.Parse(block)
        parser.Parse(b"", True)  # noqa: FBT003  # the end, by the parser's own signature


def _no_doctype(*_: object) -> None:
    raise Refused("it declares entities of its own")


def local(name: str) -> str:
    """The name of an element without its prefix."""
    return name.rpartition(":")[2]
