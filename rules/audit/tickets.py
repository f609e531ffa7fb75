"""The scheme `sha256-ticket/1`: one ticket for each unit, by its code and a public seed and by nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from fractions import Fraction

from rules.audit.frames import nfc
from rules.errors import UnusableSeed

SCHEME = "sha256-ticket/1"
SHORT = 20
"""Characters of a seed below which somebody may have tried them all."""

_SEED = re.compile(r"[0-9]+|[0-9a-f]{20,}", re.ASCII)


def checked_seed(seed: str) -> str:
    """The seed, where it is decimal digits or at least 20 of 0-9 a-f.

    Raises:
        UnusableSeed: anything else; a comma would make the ticket ambiguous.

    """
    if not isinstance(seed, str) or not _SEED.fullmatch(seed):
        raise UnusableSeed(str(seed))
    return seed


def ticket(seed: str, unit: str) -> str:
    """The ticket of a unit: SHA-256 of seed, comma and the code in NFC, as hex; the smallest are drawn.

    >>> ticket("63454660390103169462", "D-00001")[:16]
    'd7f2a34c5304b81d'
    """
    return tickets(seed, [unit])[0]


def tickets(seed: str, units: Iterable[str]) -> list[str]:
    """The tickets of many units, in their order.

    Raises:
        UnusableSeed: as `checked_seed`.

    """
    begin, sha256 = f"{checked_seed(seed)},".encode(), hashlib.sha256
    return [sha256(begin + nfc(unit).encode()).hexdigest() for unit in units]


def uniform(ticket: str) -> Fraction:
    """The ticket as an exact number between 0 and 1.

    >>> float(uniform("8" + "0" * 63))
    0.5
    """
    return Fraction(2 * int(ticket, 16) + 1, 2**257)
