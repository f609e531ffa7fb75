from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import UnknownTopic
from dossier.events import KINDS, UNKNOWN
from dossier.outbox.statuses import MAPPING
from dossier.outbox.topics import NATIONAL, NOTICE, PROGRESS, REMINDER, TOPICS, check_topic, message_key, topics
from tests.dossier.outbox_cases import case, kinds

TOLD = {
    "guided",
    "received",
    "rejected",
    "supplement_requested",
    "supplemented",
    "paused",
    "resumed",
    "payment_requested",
    "apologised",
    "completed",
    "withdrawn",
    "closed",
}
"""Acts of which the decrees and the 2024 plan (III.6) let an applicant know: slips, stops, appointments, results."""


def test_every_kind_of_event_has_a_row_and_no_other() -> None:
    assert tuple(TOPICS) == KINDS


def test_the_applicant_is_told_of_what_needs_an_act_or_changes_an_appointment() -> None:
    assert {kind for kind, found in TOPICS.items() if NOTICE in found} == TOLD


def test_feed_and_national_record_follow_every_kind_with_a_national_status() -> None:
    for topic in (PROGRESS, NATIONAL):
        assert {kind for kind, found in TOPICS.items() if topic in found} == set(MAPPING)


def test_no_event_puts_a_reminder_into_the_outbox() -> None:
    assert REMINDER not in {topic for found in TOPICS.values() for topic in found}


def test_a_supplement_is_told_of_only_with_a_new_appointment() -> None:
    without = case(("supplemented", "02 09:00")).records[0]
    unsaid = case(("supplemented", "02 09:00", {"promised": UNKNOWN})).records[0]
    given_ = case(("supplemented", "02 09:00", {"promised": date(2026, 6, 9)})).records[0]
    assert topics(without) == topics(unsaid) == (PROGRESS, NATIONAL)
    assert topics(given_) == (NOTICE, PROGRESS, NATIONAL)


def test_a_kind_that_the_log_does_not_know_has_no_topic() -> None:
    assert topics(kinds("moved").records[0]) == ()


@pytest.mark.parametrize("topic", ["notice", "e-mail", ""])
def test_a_topic_that_an_event_does_not_have_is_refused_with_those_it_has(topic: str) -> None:
    with pytest.raises(UnknownTopic, match=r"'forwarded' .* progress, national, reminder"):
        check_topic(kinds("forwarded").records[0], topic)


def test_a_reminder_may_follow_any_event() -> None:
    for kind in KINDS:
        check_topic(kinds(kind).records[0], REMINDER)


def test_a_key_is_dossier_version_and_topic() -> None:
    assert message_key("H32.15.4-260820-0001", 7, NATIONAL) == "H32.15.4-260820-0001:7:national"


MESSAGES = st.tuples(st.text(), st.integers(1, 999), st.sampled_from([NOTICE, PROGRESS, NATIONAL]))


@given(MESSAGES, MESSAGES)
def test_two_messages_have_one_key_only_if_they_are_one(one: tuple[str, int, str], other: tuple[str, int, str]) -> None:
    assert (message_key(*one) == message_key(*other)) == (one == other)


def test_keys_of_dossiers_whose_codes_hold_colons_stay_apart() -> None:
    assert message_key("A:1", 1, NOTICE) != message_key("A", 1, f"1:{NOTICE}"[2:])


def test_the_page_has_the_table_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "outbox.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    told = {
        kind: tuple(topic for topic, cell in zip((NOTICE, PROGRESS, NATIONAL), cells, strict=True) if cell != "–")
        for kind, *cells in rows
    }
    assert told == dict(TOPICS)
