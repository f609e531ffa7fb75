"""The sampling frame (khung): every unit that may be drawn, frozen by a hash before the seed is known."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from json.encoder import encode_basestring
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from calendars.files import replace_file
from rules.errors import MalformedFrame

IDS = ("id", "unit", "unit_id", "dossier")
"""Names by which the column of the units is found; else it is the first column."""

_FLAGS = re.compile(r"[\s;,]+")
_ONCE = "a unit stands once in a frame, else it has two chances: keep one line of it"
_PLAIN = "write it on one line, without blanks at its ends: a shell must read it as it stands"


class Unit(NamedTuple):
    """A dossier or an act that may be drawn.

    Attributes:
        id: its code, NFC, unlike any other in the frame.
        stratum: the part of the frame in which it stands.
        flags: codes of the rules that found something.
        facts: cells for the worksheet, by `Frame.columns`; no part of the hash.

    """

    id: str
    stratum: str = ""
    flags: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Frame:
    """Units in the order of their codes, whatever the order in which they came.

    >>> Frame([Unit("B"), Unit("A")]).sha256 == Frame([Unit("A"), Unit("B")]).sha256
    True
    """

    def __init__(
        self,
        units: Iterable[Unit],
        columns: Sequence[str] = (),
        *,
        unit: str = "dossier",
        strata_column: str | None = None,
    ) -> None:
        """Freeze units.

        Args:
            units: in any order.
            columns: names of their `facts`.
            unit: what one unit is, as `dossier`, `pauses`.
            strata_column: from which the strata were read, where it was chosen.

        Raises:
            MalformedFrame: no unit, one twice, or a code that is blank, of several lines or not NFC-able.

        """
        self.unit, self.columns, self.strata_column = unit, tuple(columns), strata_column
        self.units = tuple(sorted(map(_checked, units)))
        if not self.units:
            raise MalformedFrame("frame", "no unit", "give at least one: from nothing nothing can be drawn")
        self._refuse_twins()

    def _refuse_twins(self) -> None:
        before = ""
        for unit in self.units:
            if unit[0] == before:
                raise MalformedFrame("frame", f"the unit {unit.id!r} stands twice", _ONCE)
            before = unit[0]

    @property
    def size(self) -> int:
        """How many units there are."""
        return len(self.units)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Units by stratum, strata in the order of their names."""
        return dict(sorted(Counter(unit.stratum for unit in self.units).items()))

    @property
    def flags(self) -> tuple[str, ...]:
        """Every rule that flagged a unit."""
        return tuple(sorted({flag for unit in self.units for flag in unit.flags}))

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical lines."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line.encode())
        return digest.hexdigest()

    def lines(self) -> Iterator[str]:
        r"""The canonical JSON lines `["id","stratum",["rule",…]]`, in the order of the codes as bytes.

        >>> list(Frame([Unit("Đ-1", "HN", ("R2", "R1"))]).lines())
        ['["Đ-1","HN",["R1","R2"]]\n']
        """
        quote: Callable[[str], str] = encode_basestring
        ends = {}
        for name, stratum, flags, _ in self.units:
            key = (stratum, flags)
            if key not in ends:
                ends[key] = f",{quote(stratum)},[{','.join(map(quote, flags))}]]\n"
            yield f"[{quote(name)}{ends[key]}"

    def where(self, *, stratum: str | None = None, flag: str | None = None, flagged: bool | None = None) -> list[Unit]:
        """The units of a stratum, with a flag, with any flag or with none."""
        return [
            unit
            for unit in self.units
            if (stratum is None or unit.stratum == stratum)
            and (flag is None or flag in unit.flags)
            and (flagged is None or bool(unit.flags) is flagged)
        ]

    @classmethod
    def read_csv(cls, path: Path | str, *, strata: str | None = None, unit: str = "dossier") -> Frame:
        """A frame from a table, UTF-8, commas or semicolons, plain or .gz.

        The units stand in the column `id`, `unit`, `unit_id` or `dossier`, else in the first; `stratum` and `flags`
        (codes apart by blanks, commas or semicolons) are read where they are there; the rest are facts.

        Args:
            path: the table.
            strata: the column of the strata, where it is not called `stratum`.
            unit: what one unit is.

        Raises:
            MalformedFrame: no such column, or as `Frame`.
            LogError: no well-formed table.

        """
        names, columns = _table(Path(path))
        ids = next((name for name in IDS if name in names), names[0])
        if strata is not None and strata not in names:
            raise MalformedFrame(str(path), f"no column {strata!r}", f"the columns are {', '.join(names)}")
        by = dict(zip(names, columns, strict=True))
        stratum = strata or ("stratum" if "stratum" in names else "")
        facts = [name for name in names if name not in {ids, stratum, "flags"}]
        rows: Iterable[Unit] = map(
            Unit,
            by[ids],
            by[stratum] if stratum else [""] * len(by[ids]),
            map(_flags, by["flags"]) if "flags" in by else [()] * len(by[ids]),
            zip(*(by[name] for name in facts), strict=True) if facts else [()] * len(by[ids]),
        )
        return cls(rows, facts, unit=unit, strata_column=strata)

    def write_csv(self, path: Path) -> None:
        """Write the frame as `read_csv` reads it, whole or not at all."""
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        out.writerow(["id", "stratum", "flags", *self.columns])
        out.writerows([unit.id, unit.stratum, " ".join(unit.flags), *unit.facts] for unit in self.units)
        replace_file(path, [text.getvalue().encode()])


def nfc(text: str) -> str:
    """A text in Unicode form NFC, in which one letter is written one way.

    >>> nfc("e\u0301") == "\u00e9"
    True
    """
    return text if text.isascii() else normalize("NFC", text)


def _checked(unit: Unit) -> Unit:
    name, stratum, flags, facts = unit
    if name.isascii() and stratum.isascii() and len(flags) < 2:  # noqa: PLR2004  # nothing to sort
        _refuse_odd(name)
        return unit
    name, stratum = nfc(name), nfc(stratum)
    _refuse_odd(name)
    return Unit(name, stratum, tuple(sorted(set(flags))), facts)


def _refuse_odd(name: str) -> None:
    if not name.strip():
        raise MalformedFrame("frame", f"a unit has the code {name!r}, which is blank", "give every unit a code")
    if name != name.strip() or not name.isprintable():
        raise MalformedFrame("frame", f"the unit {name!r} has blanks at its ends or characters without a shape", _PLAIN)


def _flags(cell: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, _FLAGS.split(cell)))) if cell else ()


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    from dossier.formats.delimited import read_csv
    from dossier.formats.source import check_text, read_bytes

    data = read_bytes(path, packed=path.suffix.lower() == ".gz")
    check_text(path, data)
    table = read_csv(path, data, ("id",))
    return table.columns, [column.fill_null("").to_list() for column in table.iter_columns()]
