"""Rates as exact fractions: one twentieth is 1/20 and nothing beside it."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

from rules.errors import InexactRate, RateOutOfRange, UnreadableRate

Rate = Fraction

_DECIMAL = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_RATIO = re.compile(r"[+-]?\d{1,40}/\d{1,40}", re.ASCII)


def rate(value: str | int | Fraction | Decimal) -> Fraction:
    """Read a rate exactly as it is written.

    Args:
        value: a decimal number or a ratio as text (`"0.05"`, `"1/30"`), a whole number, a Fraction or a Decimal.

    Raises:
        InexactRate: a float (or a truth value): it may lie beside the number that was meant.
        UnreadableRate: a text that is neither a decimal number nor a ratio.

    >>> rate("0.05"), rate("1/30")
    (Fraction(1, 20), Fraction(1, 30))

    """
    if isinstance(value, bool | float):
        raise InexactRate(value)
    if isinstance(value, int | Fraction):
        return Fraction(value)
    return _read(str(value).strip())


def _read(text: str) -> Fraction:
    if not (_DECIMAL.fullmatch(text) or _RATIO.fullmatch(text)):
        raise UnreadableRate(text)
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise UnreadableRate(text) from None


def within(name: str, value: Fraction, *, lowest: bool, highest: bool) -> Fraction:
    """A rate that lies between 0 and 1, or an error that names it.

    Args:
        name: what the rate is, for the error.
        value: the rate.
        lowest: whether 0 itself is allowed.
        highest: whether 1 itself is allowed.

    Raises:
        RateOutOfRange: it lies elsewhere.

    """
    if 0 < value < 1 or (lowest and value == 0) or (highest and value == 1):
        return value
    raise RateOutOfRange(name, value, lowest=lowest, highest=highest)


def confidence_of(value: Fraction) -> Fraction:
    """A confidence, strictly between 0 and 1."""
    return within("confidence", value, lowest=False, highest=False)


def above(value: Fraction | Decimal, digits: int = 15) -> Decimal:
    """The decimal number of so many digits that is nearest from above: a bound is never rounded down.

    >>> above(Fraction(1, 3), 4)
    Decimal('0.3334')
    """
    context = Context(prec=digits, rounding=ROUND_CEILING)
    if isinstance(value, Decimal):
        return context.plus(value)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def ceiling(value: Fraction) -> int:
    """The smallest whole number that is not below a fraction."""
    return -(-value.numerator // value.denominator)
