"""Truth with three values, as SQL has it; None is NULL."""

from __future__ import annotations

from typing import Any, TypeVar

Truth = bool | None
_T = TypeVar("_T")


def negated(one: Truth) -> Truth:
    """NOT."""
    return None if one is None else not one


def both(one: Truth, other: Truth) -> Truth:
    """AND: false as soon as one of them is.

    >>> both(None, False), both(None, True), both(True, True)
    (False, None, True)
    """
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def either(*found: Truth) -> Truth:
    """OR: true as soon as one of them is.

    >>> either(None, True), either(None, False), either(False, False)
    (True, None, False)
    """
    return True if True in found else None if None in found else False


def beyond(one: Any, other: Any) -> Truth:  # noqa: ANN401  # whatever has an order
    """Whether the one is greater than the other; NULL where one of them is."""
    return None if one is None or other is None else bool(one > other)


def coalesce(*found: _T | None) -> _T | None:
    """The first that is not NULL."""
    return next((one for one in found if one is not None), None)
