"""Facts of one dossier, worked out when they are asked for: a table of functions, and the mapping that calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from dossier.procedures import Procedures
from rules.centres import Centres
from rules.quotas import QuotaBook
from rules.regimes import Regimes
from rules.single.history import History

MOMENT, DATE, TEXT, TRUTH, NUMBER = datetime, date, str, bool, int
"""The types of facts."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Law:
    """By what a dossier is judged: limits, numbers, changes of the law, centres."""

    procedures: Procedures
    numbers: QuotaBook
    regimes: Regimes
    centres: Centres


@dataclass(frozen=True)
class Group:
    """Facts that are found together.

    Attributes:
        types: name and type of each, in order.
        give: their values, in the same order; None where the source cannot say.

    """

    types: Mapping[str, type]
    give: Callable[[Facts], tuple[Any, ...]]


class Facts(dict[str, Any]):
    """What is known of a dossier, by name; looking up a name works it out, together with its group.

    Attributes:
        h: the history.
        law: by which it is judged.

    """

    def __init__(self, h: History, law: Law, offered: Mapping[str, Group]) -> None:
        super().__init__()
        self.h, self.law, self.offered = h, law, offered
        self._kept: dict[Callable[..., Any], Any] = {}

    def __missing__(self, name: str) -> Any:  # noqa: ANN401  # a fact has one of five types, or is NULL
        """Work out the facts of a group.

        Raises:
            KeyError: there is no such fact.

        """
        group = self.offered[name]
        self.update(zip(group.types, group.give(self), strict=True))
        return self[name]

    def once(self, make: Callable[[Facts], _T]) -> _T:
        """What a function makes of the dossier, made once."""
        if make not in self._kept:
            self._kept[make] = make(self)
        found: _T = self._kept[make]
        return found


def fact(name: str, kind: type, give: Callable[[Facts], Any]) -> Group:
    """One fact by itself."""
    return Group({name: kind}, lambda facts: (give(facts),))


def by_name(groups: tuple[Group, ...]) -> dict[str, Group]:
    """The group of each fact."""
    return {name: group for group in groups for name in group.types}
