"""The SQL of a rule as a function of facts: one entry of a table for each part that an expression may have."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from rules.errors import FaultyExpression
from rules.expressions import Kind, read_condition
from rules.single.logic import both, either, negated

Asked = Callable[[Mapping[str, Any]], Any]
"""What an expression gives for a dossier's facts; None is NULL."""

KINDS: Mapping[type, Kind] = {
    int: Kind.NUMBER,
    str: Kind.TEXT,
    bool: Kind.TRUTH,
    date: Kind.DATE,
    datetime: Kind.MOMENT,
}


def compiled(text: str, types: Mapping[str, type]) -> tuple[Asked, frozenset[str]]:
    """An expression as a function, and the names of the facts in it.

    Args:
        text: the SQL, of the parts in docs/house-rules.md.
        types: the facts that may stand in it.

    Raises:
        FaultyExpression: it has a part that is not allowed, an unknown name or wrong types.

    >>> asked, names = compiled("pauses > 2 OR overdue", {"pauses": int, "overdue": bool})
    >>> asked({"pauses": 1, "overdue": None}), sorted(names)
    (None, ['overdue', 'pauses'])
    """
    found = read_condition(text, {name: KINDS[kind] for name, kind in types.items()})
    try:
        return _asked(found.tree), found.names
    except RecursionError:
        raise FaultyExpression(text, text[:80], "it is nested too deeply; split the rule") from None


def _asked(node: exp.Expr) -> Asked:
    asked = _PARTS[type(node)](node)
    # IS NOT and NOT LIKE are one node with a flag
    return _negation(asked) if node.args.get("negate") else asked


def _negation(asked: Asked) -> Asked:
    return lambda facts: negated(asked(facts))


def _each(*nodes: exp.Expr) -> list[Asked]:
    return [_asked(node) for node in nodes]


def _column(node: exp.Expr) -> Asked:
    name = node.name
    return lambda facts: facts[name]


def _constant(value: object) -> Asked:
    return lambda _facts: value


def _literal(node: exp.Expr) -> Asked:
    text = node.name
    return _constant(text if node.args["is_string"] else int(text) if text.isdigit() else float(text))


def _strict(combine: Callable[..., Any]) -> Callable[[exp.Expr], Asked]:
    """NULL as soon as one part is."""

    def make(node: exp.Expr) -> Asked:
        parts = _each(*node.iter_expressions())

        def ask(facts: Mapping[str, Any]) -> Any:  # noqa: ANN401  # as the parts
            values = [part(facts) for part in parts]
            return None if None in values else combine(*values)

        return ask

    return make


def _lenient(combine: Callable[..., Any]) -> Callable[[exp.Expr], Asked]:
    """NULL only where all parts are."""

    def make(node: exp.Expr) -> Asked:
        parts = _each(*node.iter_expressions())

        def ask(facts: Mapping[str, Any]) -> Any:  # noqa: ANN401  # as the parts
            values = [value for part in parts if (value := part(facts)) is not None]
            return combine(values) if values else None

        return ask

    return make


def _settled(by: bool) -> Callable[[exp.Expr], Asked]:  # noqa: FBT001  # the truth value that settles it
    """AND and OR: the first part that settles the whole, so that no fact of the others is asked for."""

    def make(node: exp.Expr) -> Asked:
        parts = _each(*node.flatten())

        def ask(facts: Mapping[str, Any]) -> bool | None:
            unknown = False
            for part in parts:
                value: bool | None = part(facts)
                if value is by:
                    return by
                unknown = unknown or value is None
            return None if unknown else not by

        return ask

    return make


def _not(node: exp.Expr) -> Asked:
    return _negation(_asked(node.this))


def _is(node: exp.Expr) -> Asked:
    (one,) = _each(node.this)
    return lambda facts: one(facts) is None


def _between(node: exp.Expr) -> Asked:
    one, low, high = _each(node.this, node.args["low"], node.args["high"])

    def ask(facts: Mapping[str, Any]) -> bool | None:
        value, least, most = one(facts), low(facts), high(facts)
        if value is None:
            return None
        return both(None if least is None else value >= least, None if most is None else value <= most)

    return ask


def _in(node: exp.Expr) -> Asked:
    one, *options = _each(node.this, *node.expressions)

    def ask(facts: Mapping[str, Any]) -> bool | None:
        value = one(facts)
        if value is None:
            return None
        return either(*(None if (option := ask(facts)) is None else option == value for ask in options))

    return ask


def _case(node: exp.Expr) -> Asked:
    branches = [(_asked(branch.this), _asked(branch.args["true"])) for branch in node.args["ifs"]]
    default = node.args.get("default")
    otherwise = _constant(None) if default is None else _asked(default)

    def ask(facts: Mapping[str, Any]) -> Any:  # noqa: ANN401  # as the branches
        return next((then for when, then in branches if when(facts)), otherwise)(facts)

    return ask


def _coalesce(node: exp.Expr) -> Asked:
    parts = _each(*node.iter_expressions())

    def ask(facts: Mapping[str, Any]) -> Any:  # noqa: ANN401  # as the parts
        return next((value for part in parts if (value := part(facts)) is not None), None)

    return ask


def _nullif(node: exp.Expr) -> Asked:
    one, other = _each(*node.iter_expressions())
    return lambda facts: None if (value := one(facts)) == other(facts) else value


def _same(node: exp.Expr) -> Asked:
    one, other = _each(*node.iter_expressions())
    return lambda facts: one(facts) == other(facts)


def _different(node: exp.Expr) -> Asked:
    one, other = _each(*node.iter_expressions())
    return lambda facts: one(facts) != other(facts)


def _like(text: str, pattern: str) -> bool:
    wild = {"%": ".*", "_": "."}
    shape = "".join(wild.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(shape, text, re.DOTALL) is not None


_PARTS: Mapping[type, Callable[[exp.Expr], Asked]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda node: _constant(node.this),
    exp.Null: lambda _node: _constant(None),
    exp.Paren: lambda node: _asked(node.this),
    exp.Cast: lambda node: _constant(date.fromisoformat(node.this.name)),
    exp.And: _settled(by=False),
    exp.Or: _settled(by=True),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.NullSafeEQ: _same,
    exp.NullSafeNEQ: _different,
    exp.EQ: _strict(operator.eq),
    exp.NEQ: _strict(operator.ne),
    exp.GT: _strict(operator.gt),
    exp.GTE: _strict(operator.ge),
    exp.LT: _strict(operator.lt),
    exp.LTE: _strict(operator.le),
    exp.Add: _strict(operator.add),
    exp.Sub: _strict(operator.sub),
    exp.Mul: _strict(operator.mul),
    exp.Neg: _strict(operator.neg),
    exp.Abs: _strict(abs),
    exp.Like: _strict(_like),
    exp.Length: _strict(len),
    exp.Lower: _strict(str.lower),
    exp.Upper: _strict(str.upper),
    exp.Least: _lenient(min),
    exp.Greatest: _lenient(max),
}
