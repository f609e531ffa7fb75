"""Facts of feedback cases beside the stories: June 2026 begins on a Monday and has no holiday."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from calendars import NaiveMoment
from dossier.feedback import FeedbackLimits
from dossier.formats.eventlog import EventLog
from dossier.strict import shipped
from rules.feedback.checks import check_feedback
from rules.feedback.facts import feedback_facts
from tests.rules.feedback_logs import feedback_log
from tests.rules.logs import at, by_rule, judgements

END = at("2026-06-30 09:00")
ANSWERED: list[dict[str, Any]] = [
    {"event": "received", "at": at("2026-06-01 09:00")},
    {"event": "supplement_requested", "at": at("2026-06-03 09:00")},
    {"event": "supplemented", "at": at("2026-06-05 09:00")},
    {"event": "extension_requested", "at": at("2026-06-15 09:00")},
    {"event": "answered", "at": at("2026-06-29 09:00")},
    {"event": "published", "at": at("2026-06-29 10:00")},
]


def fact(log: EventLog, limits: FeedbackLimits | None = None) -> dict[str, Any]:
    (row,) = feedback_facts(log, END, limits).to_dicts()
    return row


def changed(*pairs: tuple[str, str]) -> FeedbackLimits:
    text = shipped("feedback.toml")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return FeedbackLimits.loads(text)


def test_the_order_of_the_rows_says_nothing() -> None:
    assert fact(feedback_log(ANSWERED[::-1])) == fact(feedback_log(ANSWERED))


def test_what_comes_after_the_moment_of_the_check_is_not_read() -> None:
    (row,) = feedback_facts(feedback_log(ANSWERED), at("2026-06-28 09:00")).to_dicts()
    assert (row["answered"], row["answer_late"]) == (False, False)


@pytest.mark.parametrize(
    ("pairs", "due"),
    [
        ([], date(2026, 6, 30)),  # the day that the extension names
        ([('effect = "moves"', 'effect = "none"')], date(2026, 6, 24)),  # the 22nd and the two days of the wait
        ([('effect = "moves"', 'effect = "none"'), ('effect = "suspend"', 'effect = "none"')], date(2026, 6, 22)),
    ],
)
def test_what_the_texts_leave_open_is_a_parameter(pairs: list[tuple[str, str]], due: date) -> None:
    assert fact(feedback_log(ANSWERED), changed(*pairs))["answer_due_on"] == due


def test_a_log_judged_by_the_law_of_one_day_has_the_limits_of_that_day() -> None:
    longer = '[[limit.answer]]\nfrom = 2026-07-01\nterm = "20 ngày làm việc"\ncitation = "x"\nstatus = "read"\n\n'
    next_table = "# from the answer to its publication"
    limits = changed((next_table, longer + next_table))
    received = ANSWERED[:1]
    assert fact(feedback_log(received), limits)["answer_due_on"] == date(2026, 6, 22)
    assert fact(feedback_log(received, law_as_of=date(2026, 7, 1)), limits)["answer_due_on"] == date(2026, 6, 29)


def test_a_limit_in_days_ends_on_a_working_day() -> None:
    limits = changed(
        ('term = "15 ngày làm việc"', 'term = "19 ngày"')
    )  # 19 days after Monday the 1st: Saturday the 20th
    assert fact(feedback_log(ANSWERED[:1]), limits)["answer_due_on"] == date(2026, 6, 22)


def test_an_extension_may_have_to_be_asked_for_working_days_before() -> None:
    limits = changed(('term = "2 ngày"', 'term = "2 ngày làm việc"'))  # two before Monday the 22nd: Thursday the 18th
    rows = [ANSWERED[0], {"event": "extension_requested", "at": at("2026-06-19 09:00")}]
    row = fact(feedback_log(rows), limits)
    assert (row["extensions_late"], row["extensions_late_due_on"]) == (1, date(2026, 6, 18))


@pytest.mark.parametrize(
    ("without", "in_doubt"),
    [("channel", "F09"), ("notice", "F11"), ("document", "F11"), ("promised", "F06"), ("reason", "F13")],
)
def test_a_column_that_the_log_lacks_leaves_in_doubt_what_needs_it(without: str, in_doubt: str) -> None:
    log = feedback_log(ANSWERED, without=[without])
    whole, lacking = (
        judgements(check_feedback(one, as_of=END.replace(month=7)))["P1"] for one in (feedback_log(ANSWERED), log)
    )
    assert lacking[in_doubt] == "not_assessable"
    assert whole[in_doubt] != "not_assessable"


@pytest.mark.parametrize("kind", ["forwarded", "supplement_requested", "supplemented", "extension_requested"])
def test_lateness_is_in_doubt_where_a_step_that_moves_the_end_cannot_be_said(kind: str) -> None:
    rows = [ANSWERED[0], {"event": "answered", "at": at("2026-06-29 09:00")}]
    assert fact(feedback_log(rows))["answer_late"] is True
    assert fact(feedback_log(rows, cannot_say=[kind]))["answer_late"] is None
    early = [ANSWERED[0], {"event": "answered", "at": at("2026-06-22 09:00")}]
    assert fact(feedback_log(early, cannot_say=[kind]))["answer_late"] is False


def test_findings_name_the_case_its_law_and_the_sentence_in_both_languages() -> None:
    log = feedback_log([ANSWERED[0], {"event": "answered", "at": at("2026-06-23 09:00")}])
    checked = check_feedback(log)
    assert by_rule(checked)["F04"] == {"P1"}
    (row,) = checked.findings.filter(checked.findings["rule"] == "F04").to_dicts()
    assert (row["found"], row["allowed"]) == ("2026-06-23", "2026-06-22")
    assert row["citation"].endswith("Quyết định 766/QĐ-TTg, chỉ số 5.2")
    assert "22/06/2026" in row["message_vi"]
    assert "2026-06-22" in row["message_en"]
    assert checked.to_dict()["dossiers"] == 1


def test_a_log_without_a_case_has_facts_of_the_same_types() -> None:
    empty, full = (feedback_facts(feedback_log(rows), END) for rows in ([], ANSWERED))
    assert empty.schema == full.schema
    assert empty.height == 0


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        feedback_facts(feedback_log(ANSWERED), END.replace(tzinfo=None))
