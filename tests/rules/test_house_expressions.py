from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.errors import FaultyExpression
from rules.expressions import LONGEST, Kind, read_condition, read_expression
from rules.known import known_facts
from rules.quotas import quotas
from rules.rulebook import Rule, rulebook

FACTS = {
    "pauses": Kind.NUMBER,
    "pauses_allowed": Kind.NUMBER,
    "channel": Kind.TEXT,
    "overdue": Kind.TRUTH,
    "legal_due_on": Kind.DATE,
    "promised_on": Kind.DATE,
    "received_at": Kind.MOMENT,
    "reset": Kind.TRUTH,
}


@pytest.mark.parametrize(
    "text",
    [
        "pauses > pauses_allowed",
        "pauses + 1 >= 2 * pauses_allowed - 3",
        "overdue",
        "NOT overdue AND (pauses = 0 OR channel <> 'online')",
        "legal_due_on > promised_on",
        "legal_due_on >= DATE '2026-01-31'",
        "pauses BETWEEN 1 AND 2",
        "channel IN ('online', 'postal')",
        "channel IS NOT NULL AND COALESCE(overdue, FALSE)",
        "channel LIKE 'on%'",
        "CASE WHEN overdue THEN 1 ELSE 0 END + pauses > 2",
        "COALESCE(pauses, 0) > 1 OR NULLIF(overdue, TRUE)",
        "LEAST(pauses, 3) = GREATEST(1, 2) OR ABS(-pauses) > 1 OR LENGTH(LOWER(channel)) > 3",
        "pauses IS DISTINCT FROM 2",
        "channel = 'a; drop table x'",
        "reset",
    ],
)
def test_what_a_rule_may_say_is_read_and_runs(text: str) -> None:
    assert read_condition(text, FACTS).kind is Kind.TRUTH
    assert pl.DataFrame(schema=_schema()).select(pl.sql_expr(text)).height == 0


def _schema() -> dict[str, pl.DataType]:
    types = {Kind.NUMBER: pl.Int64(), Kind.TEXT: pl.String(), Kind.TRUTH: pl.Boolean(), Kind.DATE: pl.Date()}
    return {name: types.get(kind, pl.Datetime("us", "UTC")) for name, kind in FACTS.items()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a; drop table x", "no SQL expression"),
        ("pauses > 1; drop table x", "at `drop`: line 1, column 16"),
        ("pauses > 1;", "leave out the ';'"),
        ("drop table x", "no SQL expression"),
        ("select 1", "no SQL expression"),
        ("pauses > 1 union select 1", "no SQL expression"),
        ("pauses > 1) OR (1 = 1", "no SQL expression"),
        ("pauses AS x", "no SQL expression"),
        ("", "no SQL expression"),
        ("pauses >", "no SQL expression"),
        ("'open", "no SQL expression"),
        ("(SELECT 1) > 0", "Subquery is not allowed"),
        ("pauses IN (SELECT 1)", "IN takes a list of values"),
        ("EXISTS (SELECT 1)", "Exists is not allowed"),
        ("pauses > ANY(SELECT 1)", "Any is not allowed"),
        ("COUNT(pauses) > 1", "Count is not allowed"),
        ("SUM(pauses) OVER () > 1", "Window is not allowed"),
        ("pg_sleep(10) IS NULL", "Anonymous is not allowed"),
        ("CURRENT_DATE > legal_due_on", "CurrentDate is not allowed"),
        ("pauses > $1", "Parameter is not allowed"),
        ("pauses > :x", "Placeholder is not allowed"),
        ("channel ~ 'x'", "RegexpLike is not allowed"),
        ("pauses / 0 > 1", "Div is not allowed"),
        ("pauses::text = '1'", "of the casts only DATE"),
        ("CAST(pauses AS DATE) > legal_due_on", "of the casts only DATE"),
        ("legal_due_on > DATE '2026-02-30'", "'2026-02-30' is no day"),
        ("facts.pauses > 1", "a fact has no table before it"),
        ("*", "Star is not allowed"),
        ("(pauses, 1) = (1, 1)", "Tuple is not allowed"),
        ("pauses > NULL", "write IS NULL"),
        ("pauses IS 3", "IS takes NULL"),
        ("overdue IS TRUE", "write COALESCE(fact, FALSE)"),
        ("pauses ISNULL", "write IS NULL or IS NOT NULL"),
        ("pauses NOTNULL", "write IS NULL or IS NOT NULL"),
        ("channel LIKE office", "LIKE takes a 'pattern' that is written out"),
        ("CASE WHEN NULL THEN TRUE ELSE FALSE END", "such a branch is never taken"),
        ("LENGTH(channel) - 3 > 1", "a LENGTH is compared as it is"),
        ("CASE pauses WHEN 1 THEN TRUE END", "nothing between CASE and WHEN"),
    ],
)
def test_everything_else_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(FaultyExpression) as refused:
        read_condition(text, FACTS)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("legal_due_on > 3", "a date is set beside a number"),
        ("legal_due_on > '2026-01-31'", "a date is written DATE '2026-01-31'"),
        ("received_at > legal_due_on", "a moment is set beside a date"),
        ("legal_due_on - promised_on > 3", "`legal_due_on` is a date, here stands a number"),
        ("channel = 1", "a text is set beside a number"),
        ("overdue > 1", "true or false is set beside a number"),
        ("pauses AND overdue", "`pauses` is a number, here stands true or false"),
        ("NOT pauses", "`pauses` is a number, here stands true or false"),
        ("COALESCE(pauses, 'x') = 1", "a number is set beside a text"),
        ("pauses IN (1, 'x')", "a number is set beside a text"),
        ("pauses LIKE '1%'", "`pauses` is a number, here stands a text"),
        ("CASE WHEN overdue THEN 1 ELSE 'x' END = 1", "a number is set beside a text"),
        ("pauses + 1", "it gives a number, a rule asks for true or false"),
        ("pauzes > 1", "no fact or quota 'pauzes', perhaps 'pauses'"),
    ],
)
def test_types_that_do_not_fit_are_refused(text: str, told: str) -> None:
    with pytest.raises(FaultyExpression, match=told):
        read_condition(text, FACTS)


@pytest.mark.parametrize(
    ("text", "always"),
    [("1 = 2", False), ("NULL", False), ("1 = 1", True), ("overdue AND FALSE", False), ("overdue", None)],
)
def test_what_an_expression_gives_whatever_the_facts_is_seen(text: str, always: bool | None) -> None:  # noqa: FBT001
    assert read_expression(text, FACTS).always is always


def test_a_very_long_and_a_very_deep_expression_are_refused() -> None:
    with pytest.raises(FaultyExpression, match="characters; at most"):
        read_expression("pauses > 1 OR " * LONGEST, FACTS)
    deep = "(" * (LONGEST // 2 - 10) + "overdue" + ")" * (LONGEST // 2 - 10)
    with pytest.raises(FaultyExpression):
        read_expression(deep, FACTS)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="pauses overdue()'\";,=<>1.*-/+ANDORTSELCF:@$%[]{}\\\n", max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused_and_what_is_read_polars_takes(text: str) -> None:
    try:
        read_condition(text, FACTS)
    except FaultyExpression:
        return
    pl.DataFrame(schema=_schema()).select(pl.sql_expr(text).alias("x"))


@pytest.mark.parametrize("rule", rulebook().rules, ids=lambda rule: rule.code)
def test_the_rules_that_ship_keep_to_the_same_list(rule: Rule) -> None:
    facts = known_facts(quotas())
    for text in (rule.applies, rule.condition):
        assert read_condition(text, facts).names
