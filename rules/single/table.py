"""Every fact that one dossier gives by itself, and those that need the others; docs/facts.md explains them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from rules.quotas import Quota, QuotaBook
from rules.single import answers, clocks, evidence, order, outline, papers, parts, timing
from rules.single.offering import NUMBER, TEXT, TRUTH, Facts, Group, by_name, fact

ALONE: Mapping[str, Group] = {
    name: group
    for subject in (outline, order, evidence, papers, answers, clocks, timing, parts)
    for name, group in subject.GROUPS.items()
}
"""The facts of one dossier, by name; the numbers of the law come to them."""

ACROSS: Mapping[str, type] = {
    "same_reason_dossiers": NUMBER,
    "slips_missing_before": NUMBER,
    "codes_missing_before": NUMBER,
    "code_numbered": TRUTH,
    "reset": TRUTH,
    "reset_of": TEXT,
}
"""Facts that only the other dossiers of a log can give."""


def offered(numbers: QuotaBook) -> Mapping[str, Group]:
    """All facts of one dossier under these numbers of the law."""
    groups = [fact(f"{quota.code}_allowed", NUMBER, partial(_number, quota)) for quota in numbers.quota]
    several = [quota for quota in numbers.quota if len(quota.levels) > 1]
    groups += [fact(f"{quota.code}_instrument", TEXT, partial(_instrument, quota)) for quota in several]
    return {**ALONE, **by_name(tuple(groups))}


def _number(quota: Quota, facts: Facts) -> int | None:
    """Unknown where nobody knows the procedure, and some procedure has another number."""
    day, procedure = facts["law_day"], facts["procedure"]
    if day is None:
        return None
    found = quota.on(day, procedure).value
    own = [one for one in quota.ranked[1:] if one.procedures and one.since <= day] if procedure is None else ()
    return None if any(one.value != found for one in own) else found


def _instrument(quota: Quota, facts: Facts) -> str | None:
    day = facts["law_day"]
    return None if day is None else quota.on(day, facts["procedure"]).citation


def types(groups: Mapping[str, Group]) -> Mapping[str, type]:
    """The type of each fact, those that need other dossiers among them."""
    return {**{name: group.types[name] for name, group in groups.items()}, **ACROSS}
