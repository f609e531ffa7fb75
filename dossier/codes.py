"""Dossier codes (mã số hồ sơ): read, checked against the three grammars in use, and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, Self

from dossier.errors import MalformedDossierCode


class Grammar(NamedTuple):
    """One way to write a dossier code.

    Attributes:
        pattern: the whole code, with the groups `unit`, `level1`, `day`, `sequence` and perhaps `system`.
        written: how it is described to a reader.
        citation: where it comes from.
        example: a code of this grammar.

    """

    pattern: re.Pattern[str]
    written: str
    citation: str
    example: str


_DAY_2025 = r"-(?P<day>[0-9]{6})-(?P<system>[0-9]{2})(?P<sequence>[0-9A-Z]{4,})"
_DAY = r"-(?P<day>[0-9]{6})-(?P<sequence>[0-9]{4,})"

GRAMMARS: Mapping[str, Grammar] = MappingProxyType(
    {
        "circular-2018": Grammar(
            re.compile(r"(?P<unit>[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.(?P<level1>[A-Y][0-9]{2}))" + _DAY),
            "V1V2V3.Z1Z2.Y1Y2.MX1X2-YYMMDD-XXXX",
            "Thông tư 01/2018/TT-VPCP, Điều 19",
            "000.00.06.H56-231027-0361",
        ),
        "level-1-first": Grammar(
            re.compile(r"(?P<unit>(?P<level1>[A-Y][0-9]{2})(?:\.[0-9A-Z]{1,3}){1,3})" + _DAY),
            "MX1X2.unit[.unit[.unit]]-YYMMDD-XXXX",
            "practice of the provinces since Quyết định 20/2020/QĐ-TTg; not verified",
            "H32.15.4-260820-0001",
        ),
        "circular-2025": Grammar(
            re.compile(r"(?P<unit>(?P<level1>[A-Y][0-9]{2})\.[0-9A-Z]{3}\.[0-9A-Z]{2})" + _DAY_2025),
            "MX1X2.Y1Y2Y3.Z1Z2-YYMMDD-AAXXXX",
            "Thông tư 03/2025/TT-VPCP, Điều 13 khoản 3, as added by Thông tư 04/2025/TT-VPCP",
            "G10.000.15-260820-010001",
        ),
    }
)
"""Every grammar by its name."""

SYSTEMS_FROM = date(2026, 1, 25)
"""Thông tư 04/2025/TT-VPCP in force: from this day on a code that can be read with or without a system has one."""

_PROCEDURE = re.compile(r"[0-9]\.[0-9]{6}")


def is_procedure_code(text: str) -> bool:
    """Whether a text has the form of a procedure code (mã thủ tục hành chính): a digit, a dot, six digits.

    >>> is_procedure_code("1.012784"), is_procedure_code("1.12784")
    (True, False)
    """
    return _PROCEDURE.fullmatch(text) is not None


@dataclass(frozen=True)
class DossierCode:
    """A dossier code and what it says.

    >>> code = DossierCode.parse("000.00.06.H56-231027-0361")
    >>> code.level1, code.received_on.isoformat(), code.sequence, code.grammars
    ('H56', '2023-10-27', '0361', ('circular-2018',))

    Attributes:
        raw: the code as it stands.
        unit: the code of the unit; at most 35 characters (Quyết định 20/2020/QĐ-TTg, Điều 4), which each grammar keeps.
        level1: the code of the ministry or province within it.
        received_on: the date within the code, in this century.
        sequence: the number of the day; text, for zeros and letters count.
        system: the two digits of the owning system, None where the code has none.
        grammars: the names of all grammars that fit. Where some have a system and some have none, `system` and
            `sequence` are read with one from `SYSTEMS_FROM` on, and without before.

    """

    raw: str
    unit: str
    level1: str
    received_on: date
    sequence: str
    system: str | None
    grammars: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code, exactly as written: no spaces, no small letters, no other digits than 0-9.

        Raises:
            MalformedDossierCode: no grammar fits, or the date is none.

        """
        fits = {name: found for name, grammar in GRAMMARS.items() if (found := grammar.pattern.fullmatch(text))}
        if not fits:
            raise _malformed(text, "no grammar fits")
        day = _day(text, next(iter(fits.values()))["day"])
        with_system = [found for found in fits.values() if "system" in found.re.groupindex]
        without = [found for found in fits.values() if found not in with_system]
        read = (with_system or without)[0] if day >= SYSTEMS_FROM else (without or with_system)[0]
        system = read.groupdict().get("system")
        return cls(text, read["unit"], read["level1"], day, read["sequence"], system, tuple(fits))

    def fits(self, receipt_day: date) -> bool:
        """Whether the date within the code is the local date of receipt."""
        return self.received_on == receipt_day


def format_code(grammar: str, unit: str, day: date, sequence: int, *, system: str | None = None) -> str:
    """Write a code, for offices whose codes the national system does not issue.

    >>> format_code("circular-2018", "000.00.06.H56", date(2023, 10, 27), 361)
    '000.00.06.H56-231027-0361'

    Args:
        grammar: a name in `GRAMMARS`.
        unit: the code of the unit, as this grammar orders it.
        day: the local date of receipt.
        sequence: the number of the day, from 1.
        system: the two digits of the owning system; `circular-2025` needs them, the others have none.

    Raises:
        MalformedDossierCode: no such grammar, or what is given makes no code of this grammar.

    """
    text = f"{unit}-{day:%y%m%d}-{system or ''}{sequence:04}"
    if grammar not in GRAMMARS:
        raise _malformed(text, f"there is no grammar {grammar!r}")
    found = GRAMMARS[grammar].pattern.fullmatch(text)
    if found is None or found.groupdict().get("system") != system or sequence < 1:
        raise _malformed(text, f"it does not fit {grammar!r} with the system {system!r} and a sequence from 1", grammar)
    if _day(text, found["day"]) != day:
        raise _malformed(text, f"the day {day} lies outside 2000 to 2099", grammar)
    return text


def _day(text: str, digits: str) -> date:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        raise _malformed(text, f"{digits} is no date in the form YYMMDD") from None


def _malformed(text: str, flaw: str, *names: str) -> MalformedDossierCode:
    allowed = (f"{name}: {GRAMMARS[name].written}, as {GRAMMARS[name].example}" for name in names or GRAMMARS)
    return MalformedDossierCode(text, flaw, allowed)
