"""A folder that is there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from dossier.formats.errors import LogError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder beside the one that is wanted; it takes that name when all went well, else it goes.

    Raises:
        LogError: it cannot be written, or there is something already.

    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise _refused(out, "there is something already", "name another folder, or take away what is there")
    try:
        draft = Path(mkdtemp(prefix=f".{out.name}.", dir=out.resolve().parent))
    except OSError as error:
        found = f"it cannot be written: {error.strerror}"
        raise _refused(out, found, "check the path and the right to write") from None
    try:
        yield draft
        if out.exists():
            out.rmdir()
        draft.rename(out)
        out.chmod(0o755)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refused(out: Path, found: str, remedy: str) -> LogError:
    return LogError(out, "", found=found, allowed="a folder that does not exist yet, or an empty one", remedy=remedy)
