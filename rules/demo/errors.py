"""How the demo says no."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rules.errors import RulesError


class ForeignFiles(RulesError):  # noqa: N818  # named for what was found
    """The directory holds files of these names that no demo wrote; they stay as they are."""

    def __init__(self, directory: Path, names: Sequence[str]) -> None:
        self.directory, self.names = directory, tuple(names)
        super().__init__(
            f"{directory} holds {', '.join(names)}, and no earlier demo wrote there; "
            "the demo replaces only its own files: give another directory, or move these away"
        )
