"""Files written whole or not at all, and TOML read with one kind of error."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside its place and put it there when it is complete; links are followed.

    A failure on the way leaves what was there before, and nothing else.

    Raises:
        OSError: the folder does not exist, or cannot be written.

    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def read_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text; `tomllib` alone fails in other ways where it nests or counts too far.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML, nests too deeply, or a number has too many digits.

    >>> read_toml("a = " + "[" * 9999)
    Traceback (most recent call last):
    tomllib.TOMLDecodeError: it nests too deeply
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("it nests too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise tomllib.TOMLDecodeError("a number has more digits than can be read") from None
