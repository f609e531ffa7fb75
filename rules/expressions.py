"""What an expression of a rule may say: SQL by an allow-list of parts, each with the type of what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from importlib.metadata import version
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.simplify import simplify
from sqlglot.tokenizer_core import TokenType

from rules.errors import FaultyExpression

DIALECT = "postgres"
LONGEST = 2000
"""The longest expression, in characters."""

PARSER = f"sqlglot {version('sqlglot')}"
"""What reads the expressions; a report of house rules names it."""


class Kind(StrEnum):
    """The type of a value, in words."""

    NUMBER = "a number"
    TEXT = "a text"
    TRUTH = "true or false"
    DATE = "a date"
    MOMENT = "a moment"
    NULL = "NULL"


@dataclass(frozen=True)
class Expression:
    """An expression that was read: its type, and the names of facts in it."""

    text: str
    kind: Kind
    names: frozenset[str]
    tree: exp.Expr

    @property
    def always(self) -> bool | None:
        """What it gives whatever the facts are: true, or false (NULL counts as false); None: it depends on them."""
        plain = simplify(self.tree.copy(), dialect=DIALECT)
        if isinstance(plain, exp.Boolean):
            return bool(plain.this)
        return False if isinstance(plain, exp.Null) else None


def read_expression(text: str, facts: Mapping[str, Kind]) -> Expression:
    """Read an SQL expression over facts.

    Args:
        text: the SQL: one expression, of the parts in docs/house-rules.md.
        facts: the names that may stand in it, with their types.

    Raises:
        FaultyExpression: it is no expression, has a part that is not allowed, an unknown name or wrong types.

    >>> read_expression("pauses > 2 AND NOT overdue", {"pauses": Kind.NUMBER, "overdue": Kind.TRUTH}).kind.value
    'true or false'
    """
    if len(text) > LONGEST:
        raise FaultyExpression(text, "", f"{len(text)} characters; at most {LONGEST}: split the rule")
    tree = _parsed(text)
    try:
        kind = _Types(text, facts).of(tree)
    except RecursionError:
        raise FaultyExpression(text, text[:80], "it is nested too deeply; split the rule") from None
    return Expression(text, kind, frozenset(column.name for column in tree.find_all(exp.Column)), tree)


def read_condition(text: str, facts: Mapping[str, Kind]) -> Expression:
    """Read an expression that is true or false; raises as `read_expression`."""
    found = read_expression(text, facts)
    if found.kind not in {Kind.TRUTH, Kind.NULL}:
        raise FaultyExpression(text, text, f"it gives {found.kind}, a rule asks for true or false: compare it")
    return found


def _parsed(text: str) -> exp.Expr:
    if text.rstrip().endswith(";"):
        raise FaultyExpression(text, text[-80:], "it is one SQL expression, not a statement; leave out the ';'")
    try:
        for token in sqlglot.tokenize(text, DIALECT):
            if token.token_type in {TokenType.ISNULL, TokenType.NOTNULL}:
                raise FaultyExpression(text, token.text, "write IS NULL or IS NOT NULL")
        return sqlglot.parse_one(text, dialect=DIALECT, into=exp.Condition)
    except ParseError as error:
        where = error.errors[0] if error.errors else {}
        place = f"line {where['line']}, column {where['col']}: " if where else ""
        what = where.get("description", "nothing was found") if where else "nothing was found"
        raise FaultyExpression(
            text,
            where.get("highlight") or text[:80],
            f"{place}it is no SQL expression ({what.split(' for <class')[0]})",
        ) from None
    except (SqlglotError, RecursionError) as error:
        why = str(error).splitlines()[0] if isinstance(error, SqlglotError) else "it is nested too deeply"
        raise FaultyExpression(text, text[:80], f"it is no SQL expression ({why})") from None


class _Types:
    """The type of each part; a part that is not in the table is refused."""

    def __init__(self, text: str, facts: Mapping[str, Kind]) -> None:
        self.text, self.facts = text, facts

    def of(self, node: exp.Expr) -> Kind:
        give = _PARTS.get(type(node))
        if give is None:
            raise self.fault(node, f"{type(node).__name__} is not allowed; {ALLOWED}")
        return give(self, node)

    def fault(self, node: exp.Expr, why: str) -> FaultyExpression:
        return FaultyExpression(self.text, node.sql(DIALECT)[:80], why)

    def all(self, node: exp.Expr, kind: Kind, *parts: exp.Expr) -> Kind:
        """Every part gives this type."""
        for part in parts:
            found = self.of(part)
            if found not in {kind, Kind.NULL}:
                raise self.fault(node, f"`{part.sql(DIALECT)}` is {found}, here stands {kind}")
        return kind

    def alike(self, node: exp.Expr, *parts: exp.Expr) -> Kind:
        """All parts give the same type."""
        kinds = [kind for part in parts if (kind := self.of(part)) is not Kind.NULL]
        for one, other in pairwise(kinds):
            if one is not other:
                hint = "; a date is written DATE '2026-01-31'" if Kind.DATE in {one, other} else ""
                raise self.fault(node, f"{one} is set beside {other}: only values of one type compare{hint}")
        return kinds[0] if kinds else Kind.NULL

    def column(self, node: exp.Expr) -> Kind:
        name = node.name
        if node.args.get("table") is not None:
            raise self.fault(node, "a fact has no table before it; write its name alone")
        if name not in self.facts:
            near = get_close_matches(name, self.facts, 1)
            raise self.fault(
                node,
                f"there is no fact or quota {name!r}{f', perhaps {near[0]!r}' if near else ''}; "
                "docs/facts.md lists the facts, a quota is named <code>_allowed",
            )
        return self.facts[name]

    def literal(self, node: exp.Expr) -> Kind:
        return Kind.TEXT if node.args["is_string"] else Kind.NUMBER

    def compared(self, node: exp.Expr) -> Kind:
        if isinstance(node.left, exp.Null) or isinstance(node.right, exp.Null):  # type: ignore[attr-defined]
            raise self.fault(node, "nothing compares with NULL; write IS NULL or IS NOT NULL")
        self.alike(node, node.left, node.right)  # type: ignore[attr-defined]
        return Kind.TRUTH

    def between(self, node: exp.Expr) -> Kind:
        self.alike(node, node.this, node.args["low"], node.args["high"])
        return Kind.TRUTH

    def among(self, node: exp.Expr) -> Kind:
        if not node.expressions:
            raise self.fault(node, "IN takes a list of values in brackets, no query")
        self.alike(node, node.this, *node.expressions)
        return Kind.TRUTH

    def is_(self, node: exp.Expr) -> Kind:
        if not isinstance(node.expression, exp.Null):
            raise self.fault(node, "IS takes NULL; where NULL is to count as false, write COALESCE(fact, FALSE)")
        self.of(node.this)
        return Kind.TRUTH

    def logic(self, node: exp.Expr) -> Kind:
        return self.all(node, Kind.TRUTH, *node.iter_expressions())

    def arithmetic(self, node: exp.Expr) -> Kind:
        if node.find(exp.Length):
            raise self.fault(node, "a LENGTH is compared as it is, nothing is reckoned with it")
        return self.all(node, Kind.NUMBER, *node.iter_expressions())

    def texts(self, node: exp.Expr) -> Kind:
        return self.all(node, Kind.TEXT, *node.iter_expressions())

    def like(self, node: exp.Expr) -> Kind:
        if not isinstance(node.expression, exp.Literal):
            raise self.fault(node, "LIKE takes a 'pattern' that is written out")
        self.texts(node)
        return Kind.TRUTH

    def length(self, node: exp.Expr) -> Kind:
        self.texts(node)
        return Kind.NUMBER

    def either(self, node: exp.Expr) -> Kind:
        return self.alike(node, *node.iter_expressions())

    def inside(self, node: exp.Expr) -> Kind:
        return self.of(node.this)

    def case(self, node: exp.Expr) -> Kind:
        if node.this is not None:
            raise self.fault(node, "write CASE WHEN condition THEN value, nothing between CASE and WHEN")
        branches = node.args["ifs"]
        if any(isinstance(branch.this, exp.Null) for branch in branches):
            raise self.fault(node, "a condition is no NULL: such a branch is never taken")
        self.all(node, Kind.TRUTH, *(branch.this for branch in branches))
        default = [node.args["default"]] if node.args.get("default") is not None else []
        return self.alike(node, *(branch.args["true"] for branch in branches), *default)

    def day(self, node: exp.Expr) -> Kind:
        literal = isinstance(node.this, exp.Literal) and node.this.is_string
        if not literal or node.args["to"].this is not exp.DataType.Type.DATE:
            raise self.fault(node, "of the casts only DATE '2026-01-31' is allowed")
        try:
            date.fromisoformat(node.this.name)
        except ValueError:
            raise self.fault(node, f"{node.this.name!r} is no day; write DATE '2026-01-31'") from None
        return Kind.DATE


_COMPARE = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_PARTS: dict[type, Callable[[_Types, exp.Expr], Kind]] = {
    exp.Column: _Types.column,
    exp.Literal: _Types.literal,
    exp.Boolean: lambda _types, _node: Kind.TRUTH,
    exp.Null: lambda _types, _node: Kind.NULL,
    exp.Paren: _Types.inside,
    exp.Between: _Types.between,
    exp.In: _Types.among,
    exp.Is: _Types.is_,
    exp.Case: _Types.case,
    exp.Cast: _Types.day,
    exp.Like: _Types.like,
    exp.Length: _Types.length,
    **dict.fromkeys(_COMPARE, _Types.compared),
    **dict.fromkeys((exp.And, exp.Or, exp.Not), _Types.logic),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs), _Types.arithmetic),
    **dict.fromkeys((exp.Lower, exp.Upper), _Types.texts),
    **dict.fromkeys((exp.Coalesce, exp.Nullif, exp.Least, exp.Greatest), _Types.either),
}
ALLOWED = (
    "allowed are facts and quotas, numbers, 'texts', DATE '2026-01-31', TRUE, FALSE, NULL, comparisons, AND, OR, NOT, "
    "BETWEEN, IN (…), IS NULL, LIKE, CASE WHEN, + - *, ABS, COALESCE, NULLIF, LEAST, GREATEST, LENGTH, LOWER, UPPER"
)
"""The allow-list as a sentence."""
