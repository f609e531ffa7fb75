"""The SQL of a rule read twice: by polars over columns, and as Python functions over one dossier's facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.errors import FaultyExpression
from rules.expressions import _PARTS as ALLOWED
from rules.single.logic import both, either, negated
from rules.single.sql import _PARTS as READ
from rules.single.sql import compiled

VALUES: Mapping[str, tuple[object, ...]] = {
    "n": (None, -3, 0, 1, 2, 4),
    "m": (None, -1, 0, 1, 3),
    "text": (None, "", "online", "On_Line", "a%b", "Đất đai", "dòng\nmới"),
    "other": (None, "", "online", "Đ"),
    "yes": (None, True, False),
    "no": (None, True, False),
    "day": (None, date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)),
    "at": (None, datetime(2026, 6, 1, 2, tzinfo=UTC), datetime(2026, 6, 1, 3, tzinfo=UTC)),
}
TYPES: Mapping[str, type] = {name: type(values[-1]) for name, values in VALUES.items()}
SCHEMA = dict(zip(TYPES, [*[pl.Int64()] * 2, *[pl.String()] * 2, *[pl.Boolean()] * 2, pl.Date()], strict=False))
SCHEMA["at"] = pl.Datetime("us", "UTC")

MARKS = ("=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")
LIKE = ("on%", "%_", "a%b", "O____n%", "%\n%", "d.%", "", "%")
EITHER = ("COALESCE", "NULLIF", "LEAST", "GREATEST")
GRAMMAR: Mapping[str, tuple[str, ...]] = {
    "number": (
        *("n", "m", "0", "1", "2", "1.5", "-n", "ABS(<number>)"),
        *(f"(<number> {mark} <number>)" for mark in "+-*"),
        *(f"{name}(<number>, <number>)" for name in EITHER),
        "CASE WHEN <truth> THEN <number> WHEN <truth> THEN <number> ELSE <number> END",
        "CASE WHEN <truth> THEN <number> END",
    ),
    "text": ("text", "other", "'online'", "''", "LOWER(<text>)", "UPPER(<text>)", "COALESCE(<text>, <text>)"),
    "day": ("day", "DATE '2026-06-01'", *(f"{name}(<day>, <day>)" for name in EITHER)),
    "truth": (
        *("yes", "no", "TRUE", "FALSE", "(NOT <truth>)", "(<truth> AND <truth>)", "(<truth> OR <truth>)"),
        *(f"(<{kind}> {mark} <{kind}>)" for kind in ("number", "text", "day") for mark in MARKS),
        *(f"(<number> {word} <number> AND <number>)" for word in ("BETWEEN", "NOT BETWEEN")),
        *(f"(<number> {word} (<number>, 1))" for word in ("IN", "NOT IN")),
        *(f"(<{kind}> {word})" for kind in ("number", "text", "truth") for word in ("IS NULL", "IS NOT NULL")),
        *(f"(<text> {word} '{pattern}')" for word in ("LIKE", "NOT LIKE") for pattern in LIKE),
        *("COALESCE(<truth>, <truth>)", "NULLIF(<truth>, <truth>)"),
        *("(at < at)", "(at IS NOT NULL)", "(LENGTH(<text>) > 3)"),
    ),
}  # fmt: skip
"""What a rule may say; `<kind>` is a place for another expression."""


def grown(random: Random, kind: str, depth: int) -> str:
    """A random expression; at the last depth without places."""
    shape = random.choice([shape for shape in GRAMMAR[kind] if depth or not _PLACE.search(shape)])
    return _PLACE.sub(lambda place: grown(random, place[1], depth - 1), shape)


_PLACE = re.compile(r"<(number|text|day|truth)>")


@settings(max_examples=300, deadline=None)
@given(st.integers())
def test_polars_and_the_functions_give_the_same(seed: int) -> None:
    random = Random(seed)
    text = grown(random, "truth", 3)
    rows = [{name: random.choice(values) for name, values in VALUES.items()} for _ in range(20)]
    asked, _names = compiled(text, TYPES)
    told = pl.DataFrame(rows, SCHEMA).select(pl.sql_expr(text)).to_series().to_list()
    # what names no fact gives one row
    assert [asked(row) for row in rows] == told * (len(rows) // len(told)), text


def test_every_part_that_a_rule_may_have_is_read() -> None:
    assert READ.keys() == ALLOWED.keys()


@pytest.mark.parametrize(
    ("text", "unknown", "true", "false"),
    [
        ("yes IS NULL", True, False, False),
        ("yes IN (TRUE, NULL)", None, True, None),
    ],
)
def test_is_always_answers_as_the_sql_standard_has_it(
    text: str,
    unknown: bool | None,  # noqa: FBT001  # the answers, in order
    true: bool | None,  # noqa: FBT001
    false: bool | None,  # noqa: FBT001
) -> None:
    asked, _names = compiled(text, TYPES)
    assert [asked({"yes": given}) for given in (None, True, False)] == [unknown, true, false]


def test_what_the_left_part_settles_asks_for_no_fact_of_the_right_one() -> None:
    for text, found in (("yes AND n > 1", False), ("NOT yes OR n > 1", True)):
        asked, names = compiled(text, TYPES)
        assert asked({"yes": False}) is found
        assert names == {"yes", "n"}


def test_what_is_not_allowed_in_a_rule_is_refused_here_too() -> None:
    with pytest.raises(FaultyExpression, match="perhaps 'text'"):
        compiled("texd = 'online'", TYPES)


def test_three_values_follow_kleene() -> None:
    values = (True, False, None)
    rank = {False: 0, None: 1, True: 2}
    for one in values:
        assert rank[negated(one)] == 2 - rank[one]
        for other in values:
            assert rank[both(one, other)] == min(rank[one], rank[other])
            assert rank[either(one, other)] == max(rank[one], rank[other])
