"""How many segments a text takes as SMS."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


def segments(text: str) -> int:
    """The segments of a text: of 160 GSM characters (153 where there are several), else of 70 UTF-16 units (67).

    >>> segments("Dossier H32.15.4-260820-0001 was received."), segments("Hồ sơ " * 12)
    (1, 2)

    Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenated messages).
    """
    if set(text) <= _BASIC | _EXTENDED:
        return _count(len(text) + sum(character in _EXTENDED for character in text), 160, 153)
    return _count(len(text.encode("utf-16-le", "surrogatepass")) // 2, 70, 67)


def _count(units: int, single: int, each: int) -> int:
    return 1 if units <= single else -(-units // each)
