"""The ways a log or its mapping cannot be read at all; faults of single rows are data, see `Unreadable`."""

from __future__ import annotations

from dossier.errors import DossierError


class LogError(DossierError):
    """A file that cannot be read or written whole; nothing of it is used.

    Attributes:
        path: the file.
        place: where in it (line, column, byte, key); empty where the whole file is meant.
        found: what is there.
        allowed: what may be there.
        remedy: what to do next.

    """

    def __init__(self, path: object, place: str, *, found: str, allowed: str, remedy: str) -> None:
        self.path, self.place, self.found, self.allowed, self.remedy = str(path), place, found, allowed, remedy
        where = f"{path}, {place}" if place else str(path)
        super().__init__(f"{where}: {found}; allowed: {allowed}; what to do: {remedy}")


class DatabaseError(DossierError):
    """A database that cannot be opened, read or written; nothing of it was changed."""

    def __init__(self, address: str, found: str, remedy: str) -> None:
        self.address, self.found, self.remedy = address, found, remedy
        super().__init__(f"{address}: {found}; {remedy}")


class MalformedMapping(LogError):  # noqa: N818  # named for what was found
    """A mapping file that breaks its format; `example` is a line that would be right."""

    def __init__(self, path: object, place: str, *, found: str, allowed: str, example: str) -> None:
        self.example = example
        super().__init__(path, place, found=found, allowed=allowed, remedy=f"write for example: {example}")
