from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from calendars import NaiveMoment
from dossier import (
    NotAllowed,
    Override,
)
from dossier.lifecycle import LIFECYCLE, STATES
from dossier.procedures import Procedures
from tests.dossier.office import FIELDS, ROADS, Office, at

BY_CHIEF = Override("Đã hướng dẫn nhưng bổ sung chưa đúng yêu cầu", "Giám đốc Sở")
NEEDS = [
    *[("submit", name) for name in ("channel", "procedure")],
    *[("guide", "slip"), ("receive", "slip"), ("receive", "procedure")],
    *[("reject", name) for name in ("slip", "reason")],
    *[("forward", "office"), ("consult", "office"), ("answer", "office")],
    *[("request_supplement", name) for name in ("slip", "reason")],
    *[("pause", name) for name in ("reason", "ground", "document", "notice")],
    *[("apologise", name) for name in ("slip", "reason", "promised")],
    *[("deliver", name) for name in ("channel", "office")],
    *[("withdraw", name) for name in ("reason", "document", "notice")],
    *[("close", name) for name in ("ground", "reason", "document", "notice")],
    *[("attach", "document"), ("notify", "notice"), ("correct", "reason")],
]
SHIPPED = Procedures.shipped()


def ready_for(command: str, **kept: object) -> Office:
    """An office whose dossier A1 is where the command is possible and every document is attached."""
    office = Office(**kept)
    sources = LIFECYCLE.sources(command)
    if "(none)" not in sources:
        office.go(*ROADS["processing" if "processing" in sources else sources[0]])
        office.go("attach")
    if command == "answer":
        office.go("consult")
    return office


# evidence


@pytest.mark.parametrize("command", LIFECYCLE.commands)
def test_a_command_with_all_it_needs_is_carried_out_and_leaves_its_event(command: str) -> None:
    office = ready_for(command)
    assert office.refused(command) == []
    done = office.go(command)
    assert done.history[-1].kind == LIFECYCLE.commands[command]
    assert office.store.history("A1") == done.history


@pytest.mark.parametrize("blank", [None, "", "   ", "\u200b"])
@pytest.mark.parametrize(("command", "field"), NEEDS)
def test_a_missing_or_blank_field_is_a_reason_with_its_own_code(command: str, field: str, blank: str | None) -> None:
    office = ready_for(command)
    assert f"{command}.{field}" in office.refused(command, **{field: blank})


@pytest.mark.parametrize(("command", "field"), NEEDS)
def test_no_override_supplies_evidence_that_is_missing(command: str, field: str) -> None:
    office = ready_for(command)
    fields = {key: value for key, value in FIELDS[command].items() if key != field}
    reasons = office.desk.why_not("A1", command, override=BY_CHIEF, **fields)
    assert f"{command}.{field}" in [reason.code for reason in reasons]


def test_every_reason_is_given_at_once_with_both_languages_and_a_citation() -> None:
    office = Office()
    office.go("receive")
    with pytest.raises(NotAllowed) as refused:
        office.desk.do("A1", "pause", document="VB-9")
    codes = {reason.code for reason in refused.value.reasons}
    assert codes == {"pause.reason", "pause.ground", "pause.notice", "pause.document_at"}
    assert all(reason.message_en and reason.message_vi and reason.citation for reason in refused.value.reasons)
    assert all(f"[{code}]" in str(refused.value) for code in codes)
    by_code = {reason.code: reason for reason in refused.value.reasons}
    assert by_code["pause.reason"].message_vi == "Dừng tính thời gian giải quyết phải có lý do cụ thể"
    assert by_code["pause.reason"].citation.endswith("mục III.6")
    assert by_code["pause.document_at"].field == "document"


def test_a_refusal_leaves_nothing_behind() -> None:
    office = Office()
    office.go("receive")
    before = office.desk.dossier("A1")
    with pytest.raises(NotAllowed):
        office.desk.do("A1", "pause")
    assert office.desk.dossier("A1") == before


def test_a_pause_takes_the_moment_of_its_document_from_the_attachment() -> None:
    office = Office()
    office.go("receive", "attach", "attach", "forward")
    paused = office.go("pause").history[-1]
    assert (paused.row["document"], paused.row["document_at"]) == ("VB-1", at("01 10:00"))


def test_an_attachment_says_when_it_was_attached() -> None:
    office = Office()
    office.go("receive")
    assert office.go("attach").history[-1].row["document_at"] == at("01 10:00")


def test_a_document_attached_in_the_same_instant_is_not_attached_before_the_pause() -> None:
    office = Office()
    office.go("receive")
    office.desk.do("A1", "attach", document="VB-1")
    assert office.refused("pause") == ["pause.document_at"]
    office.now += timedelta(microseconds=1)
    assert office.refused("pause") == []


def test_a_back_dated_pause_before_its_document_is_refused() -> None:
    office = Office()
    office.go("receive", "forward", "attach")
    assert office.refused("pause", at=at("01 11:00")) == ["pause.document_at"]


def test_the_document_of_another_dossier_does_not_count() -> None:
    office = Office()
    office.go("receive", "attach", code="A2")
    office.go("receive")
    assert office.refused("pause") == ["pause.document_at"]


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        ("submit", "channel", "fax"),
        ("close", "ground", "verification"),
        ("pause", "ground", "holiday"),
        ("reject", "reason", 7),
        ("apologise", "promised", "2026-06-30"),
        ("forward", "office", "?"),
        ("complete", "signed", "true"),
    ],
)
def test_a_value_outside_its_column_is_a_reason_that_names_field_and_value(
    command: str, field: str, value: object
) -> None:
    reasons = ready_for(command).desk.why_not(
        "A1", command, override=BY_CHIEF, **(dict(FIELDS[command]) | {field: value})
    )
    (reason,) = [reason for reason in reasons if reason.code == "field.invalid"]
    assert reason.field == field
    assert repr(value) in reason.message_en


def test_texts_are_kept_without_the_blanks_around_them() -> None:
    office = Office()
    office.go("receive", code=" A1 ")
    office.desk.do("A1", "forward", office="  Phòng Đất đai ", reason=" ")
    row = office.desk.dossier("A1").history[-1].row
    assert (row["dossier"], row["office"], row["reason"]) == ("A1", "Phòng Đất đai", None)


def test_a_dossier_needs_a_code() -> None:
    assert Office().refused("submit", code=" ") == ["field.invalid"]


# the order of steps


@pytest.mark.parametrize("state", STATES)
def test_what_the_table_does_not_allow_is_refused_even_under_an_override(state: str) -> None:
    office = Office()
    office.go(*ROADS[state])
    for command in LIFECYCLE.commands:
        if state not in LIFECYCLE.sources(command):
            reasons = office.desk.why_not("A1", command, override=BY_CHIEF, **FIELDS[command])
            assert any(reason.code.startswith("state") for reason in reasons), command


@pytest.mark.parametrize("command", ["complete", "reject", "withdraw", "close"])
def test_a_paused_dossier_is_told_to_resume_first(command: str) -> None:
    office = Office()
    office.go(*ROADS["paused"])
    assert "state.paused" in office.refused(command)
    office.go("resume")
    assert office.refused(command) == []


@pytest.mark.parametrize("command", sorted(set(LIFECYCLE.commands) - {"submit", "receive"}))
def test_a_dossier_that_does_not_exist_is_told_to_begin(command: str) -> None:
    assert "state.none" in Office().refused(command)


def test_a_refusal_names_the_state_and_the_states_that_would_do() -> None:
    office = Office()
    office.go("receive", "complete")
    (reason,) = office.desk.why_not("A1", "forward", office="Phòng Đất đai")
    assert reason.code == "state"
    assert "the dossier is completed; it is possible in: received, processing, late" in reason.message_en
    assert "đã xử lý xong" in reason.message_vi


def test_a_second_submission_follows_guidance_only() -> None:
    office = Office()
    office.go("submit")
    assert office.refused("submit") == ["submit.unanswered"]
    assert office.go("guide", "submit").state == "submitted"
    assert office.refused("submit") == ["submit.unanswered"]


def test_an_answer_follows_a_question_to_the_same_office() -> None:
    office = Office()
    office.go("receive")
    assert office.refused("answer") == ["answer.unasked"]
    office.go("consult")
    assert office.refused("answer", office="Sở Tài chính") == ["answer.unasked"]
    office.go("answer")
    assert office.refused("answer") == ["answer.unasked"]


def test_an_answer_that_nobody_asked_for_answers_no_later_question() -> None:
    office = Office()
    office.go("receive")
    office.desk.do("A1", "answer", override=BY_CHIEF, **FIELDS["answer"])
    office.go("consult")
    assert office.refused("answer") == []


def test_no_answer_closes_only_a_dossier_that_waits_for_one() -> None:
    office = Office()
    office.go("receive")
    assert office.refused("close", ground="no_answer") == ["close.unasked"]
    office.go("request_supplement")
    assert office.refused("close", ground="no_answer") == []


# time


def test_a_late_entry_is_recorded_with_both_moments() -> None:
    office = Office()
    office.go("receive")
    office.now = at("05 16:00")
    record = office.desk.do("A1", "forward", office="Phòng Đất đai", at=at("01 14:00")).history[-1]
    assert (record.at, record.row["recorded_at"]) == (at("01 14:00"), at("05 16:00"))


def test_a_step_may_share_the_moment_of_the_step_before_but_not_precede_it() -> None:
    office = Office()
    office.go("receive")
    assert office.refused("forward", at=at("01 09:00")) == []
    assert office.refused("forward", at=at("01 08:59")) == ["at.before_previous"]


def test_a_step_in_the_future_is_refused() -> None:
    office = Office()
    assert office.refused("receive", at=office.now) == []
    assert office.refused("receive", at=office.now + timedelta(microseconds=1)) == ["at.future"]


def test_time_cannot_be_overridden() -> None:
    office = Office()
    office.go("receive")
    for moment in (at("01 08:00"), at("29 08:00")):
        assert not office.desk.may("A1", "forward", office="Phòng Đất đai", at=moment, override=BY_CHIEF)


def test_moments_are_kept_in_the_zone_of_the_calendar() -> None:
    office = Office()
    record = office.desk.do("A1", "receive", **FIELDS["receive"], at=datetime(2026, 6, 1, 2, tzinfo=UTC)).history[0]
    assert record.at.isoformat() == "2026-06-01T09:00:00+07:00"


def test_a_naive_moment_is_refused_at_the_door() -> None:
    naive = datetime(2026, 6, 1, 9)  # noqa: DTZ001  # the naive moment is the point
    office = Office()
    with pytest.raises(NaiveMoment):
        office.desk.do("A1", "receive", **FIELDS["receive"], at=naive)
    with pytest.raises(NaiveMoment):
        office.desk.do("A1", "receive", **FIELDS["receive"], promised=naive)
