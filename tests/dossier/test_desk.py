from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import NaiveMoment
from dossier import (
    Conflict,
    Desk,
    Due,
    MemoryStore,
    NotAllowed,
    Override,
    Quotas,
    UnknownCommand,
    UnknownDossier,
    UnknownField,
    Unreplayable,
)
from dossier.lifecycle import LIFECYCLE, STATES
from dossier.procedures import Procedures
from tests.dossier.office import FIELDS, HANOI, PROCEDURE, ROADS, Office, at

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
    reasons = ready_for(command).desk.why_not("A1", command, override=BY_CHIEF, **(dict(FIELDS[command]) | {field: value}))
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


# the appointment


def test_the_appointment_is_the_last_day_of_the_limit_when_none_is_given() -> None:
    office = Office()
    done = office.go("receive")
    assert (done.promised, done.legal_due) == (date(2026, 6, 8), Due(date(2026, 6, 8)))


def test_the_appointment_of_a_limit_in_hours_is_a_moment() -> None:
    done = Office().desk.do("A1", "receive", **(dict(FIELDS["receive"]) | {"limit": "8 giờ làm việc"}))
    assert done.promised == at("02 09:00")


@pytest.mark.parametrize(
    ("promised", "codes"),
    [
        (date(2026, 6, 5), []),
        (date(2026, 6, 8), []),
        (at("08 23:59"), []),
        (date(2026, 6, 9), ["promise.late"]),
        (at("09 07:00"), ["promise.late"]),
        (date(2026, 5, 31), ["promise.past"]),
        (at("01 08:59"), ["promise.past"]),
    ],
)
def test_a_promise_lies_between_the_receipt_and_the_legal_due_date(promised: date, codes: list[str]) -> None:
    assert Office().refused("receive", promised=promised) == codes


def test_a_promise_later_than_the_law_can_be_overridden_and_moves_no_legal_due_date() -> None:
    office = Office()
    late = dict(FIELDS["receive"]) | {"promised": date(2026, 6, 30)}
    done = office.desk.do("A1", "receive", override=BY_CHIEF, **late)
    assert (done.promised, done.legal_due.value) == (date(2026, 6, 30), date(2026, 6, 8))
    assert done.history[0].override == Override(BY_CHIEF.reason, BY_CHIEF.approver, ("promise.late",))


def test_a_promise_lawful_by_the_calendar_then_known_is_lawful() -> None:
    # 226 working days from 1 October 2025 end on 25 August 2026, since Saturday 22 August became a working day;
    # that was announced on 16 October 2025, and by what was known on the 1st they ended on the 26th
    office = Office(now=datetime(2025, 10, 1, 9, tzinfo=HANOI))
    limit = {"limit": "226 ngày làm việc"}
    assert office.refused("receive", promised=date(2026, 8, 26), **limit) == []
    assert office.refused("receive", promised=date(2026, 8, 27), **limit) == ["promise.late"]
    assert office.desk.do("A1", "receive", **(dict(FIELDS["receive"]) | limit)).promised == date(2026, 8, 25)


def test_without_limit_or_promise_no_receipt_can_be_given() -> None:
    assert Office().refused("receive", limit=None) == ["receive.promised"]
    assert Office().refused("receive", limit=None, promised=date(2026, 6, 20)) == []


@pytest.mark.parametrize("limit", ["mười ngày", "15", "999999 năm", "1/3 tháng"])
def test_a_limit_that_cannot_be_counted_is_refused(limit: str) -> None:
    assert "receive.limit_unreadable" in Office().refused("receive", limit=limit)


def test_a_supplement_that_restarts_the_clock_gives_a_new_appointment() -> None:
    office = Office()
    office.go("receive", "request_supplement")
    office.now = at("10 09:00")
    done = office.go("supplement")
    assert (done.history[-1].row["promised"], done.legal_due.value) == (date(2026, 6, 17), date(2026, 6, 17))


def test_a_supplement_asked_after_the_term_expired_gives_none() -> None:
    office = Office()
    office.go("receive")
    office.now = at("09 09:00")
    done = office.go("request_supplement", "supplement")
    assert done.history[-1].row["promised"] is None
    assert (done.legal_due.value, done.overdue) == (date(2026, 6, 8), True)


# quotas


def test_a_second_supplement_request_is_refused_with_the_quota_and_its_citation() -> None:
    quotas = Quotas(1, 1, {"supplement_requests": "Quy chế nội bộ, Điều 3"})
    office = Office(quotas=lambda _day: quotas)
    office.go("receive", "request_supplement", "supplement")
    (reason,) = office.desk.why_not("A1", "request_supplement", **FIELDS["request_supplement"])
    assert (reason.code, reason.citation) == ("request_supplement.quota", "Quy chế nội bộ, Điều 3")
    assert "requested 1 time(s), 1 is allowed" in reason.message_en


def test_guidance_before_receipt_does_not_spend_the_supplement_request() -> None:
    office = Office()
    office.go("submit", "guide", "submit", "guide", "submit", "receive")
    assert office.refused("request_supplement") == []


def test_the_quotas_are_those_of_the_local_day_of_receipt() -> None:
    asked: list[date] = []

    def quotas(day: date) -> Quotas:
        asked.append(day)
        return Quotas(supplement_requests=2 if day >= date(2026, 6, 2) else 1, reappointments=1)

    office = Office(quotas=quotas, now=datetime(2026, 6, 1, 17, 30, tzinfo=UTC))  # 00:30 on the 2nd in Hanoi
    office.go("receive", "request_supplement", "supplement")
    assert office.refused("request_supplement") == []
    assert set(asked) == {date(2026, 6, 2)}


def test_a_second_new_appointment_is_refused() -> None:
    office = Office()
    office.go("receive", "apologise")
    assert office.refused("apologise") == ["apologise.quota"]


def test_a_new_appointment_lies_ahead() -> None:
    office = Office()
    office.go("receive")
    assert office.refused("apologise", promised=date(2026, 5, 31)) == ["promise.past"]


def test_an_apology_never_moves_the_legal_due_date() -> None:
    office = Office()
    office.go("receive")
    office.now = at("09 09:00")
    done = office.go("apologise")
    assert (done.state, done.promised, done.legal_due.value) == ("late", date(2026, 6, 30), date(2026, 6, 8))
    assert done.overdue


# overrides


def test_an_override_lifts_a_quota_and_is_kept_with_what_it_lifted() -> None:
    office = Office()
    office.go("receive", "request_supplement", "supplement")
    done = office.desk.do("A1", "request_supplement", override=BY_CHIEF, **FIELDS["request_supplement"])
    assert (done.state, done.supplement_requests) == ("supplement_requested", 2)
    assert done.history[-1].override == Override(BY_CHIEF.reason, BY_CHIEF.approver, ("request_supplement.quota",))


def test_an_override_that_lifts_nothing_is_not_kept() -> None:
    office = Office()
    assert office.desk.do("A1", "receive", override=BY_CHIEF, **FIELDS["receive"]).history[0].override is None


@pytest.mark.parametrize(
    ("override", "flaws"),
    [
        (Override("", "Giám đốc"), ["override.reason"]),
        (Override("Cần thiết", " "), ["override.approver"]),
        (Override("", ""), ["override.reason", "override.approver"]),
    ],
)
def test_an_override_needs_reason_and_approver(override: Override, flaws: list[str]) -> None:
    office = Office()
    office.go("receive", "apologise")
    reasons = office.desk.why_not("A1", "apologise", override=override, **FIELDS["apologise"])
    assert [reason.code for reason in reasons] == [*flaws, "apologise.quota"]


def test_every_reason_that_the_table_gives_is_beyond_an_override() -> None:
    office = Office()
    office.go("receive", "attach", "pause")
    (reason,) = office.desk.why_not("A1", "complete", **FIELDS["complete"])
    assert (reason.code, reason.overridable) == ("state.paused", False)


# results and procedures


def test_a_completion_needs_a_signed_result() -> None:
    office = Office()
    office.go("receive")
    assert office.refused("complete", document=None, signed=None) == ["complete.result"]
    assert office.refused("complete", signed=None) == ["complete.signed"]
    assert office.refused("complete", signed=False) == ["complete.signed"]
    assert not office.desk.may("A1", "complete", document="KQ-1", override=BY_CHIEF)


def test_an_override_may_say_that_there_is_no_document_but_not_that_nothing_is_signed() -> None:
    office = Office()
    office.go("receive")
    assert office.desk.why_not("A1", "complete", signed=True, override=BY_CHIEF)[-1].code == "event.invalid"
    done = office.desk.do("A1", "complete", override=BY_CHIEF)
    assert done.history[-1].override.lifted == ("complete.result",)


def one_procedure(body: str) -> Procedures:
    text = f"""
        schema = 1
        [[procedure]]
        code = "9.000001"
        name = "Thủ tục thử"
        sector = "Đất đai"
        level = "Cấp tỉnh"
        [[procedure.version]]
        decision = "not verified"
        in_force_from = 2026-01-01
        postal = false
        status = "unverified"
        citation = {{ instrument = "not verified", article = "not verified", source = "test" }}
        {body}
    """
    return Procedures.loads(text)


def procedure(
    cases: str = '{ normal = "5 ngày làm việc" }',
    after: str = '{ semantics = "restart" }',
    waits: str = '"any_documented"',
    result: str = "document",
) -> Procedures:
    return one_procedure(
        f'cases = {cases}\nafter_supplement = {after}\nexcluded_waits = {waits}\nresult = "{result}"'
    )


def receipt(**fields: object) -> dict[str, object]:
    return {"slip": "TN-1", "procedure": "9.000001"} | fields


@pytest.mark.parametrize(("result", "codes"), [("none", []), ("on_the_spot", []), ("unknown", ["complete.result"])])
def test_a_procedure_without_a_document_needs_none(result: str, codes: list[str]) -> None:
    office = Office(procedures=procedure(result=result))
    office.desk.do("A1", "receive", **receipt())
    assert [reason.code for reason in office.desk.why_not("A1", "complete")] == codes


def test_the_limit_of_the_procedure_is_printed_on_the_receipt() -> None:
    done = Office(procedures=SHIPPED, now=at("01 09:00")).desk.do("A1", "receive", slip="TN-1", procedure=PROCEDURE)
    assert (done.limit, done.legal_due.value) == ("12 ngày làm việc", date(2026, 6, 17))


def test_the_procedure_is_taken_from_the_submission() -> None:
    office = Office(procedures=SHIPPED)
    office.go("submit")
    done = office.desk.do("A1", "receive", slip="TN-1")
    assert (done.history[-1].row["procedure"], done.limit) == (PROCEDURE, "12 ngày làm việc")


def test_a_limit_within_the_procedures_cases_is_lawful_and_a_longer_one_is_not() -> None:
    office = Office(procedures=SHIPPED)
    for limit, codes in (("22 ngày làm việc", []), ("10 ngày làm việc", []), ("23 ngày làm việc", ["receive.limit"])):
        assert office.refused("receive", limit=limit) == codes


def test_where_no_case_is_normal_the_receipt_must_say_which_it_is() -> None:
    office = Office(procedures=procedure(cases='{ first = "5 ngày làm việc", second = "8 ngày làm việc" }'))
    codes = [reason.code for reason in office.desk.why_not("A1", "receive", **receipt())]
    assert codes == ["receive.promised", "receive.case"]
    assert office.desk.do("A1", "receive", **receipt(limit="8 ngày làm việc")).promised == date(2026, 6, 11)


@pytest.mark.parametrize("code", ["9.999999", "1.01278"])
def test_a_procedure_that_is_not_in_force_is_refused(code: str) -> None:
    office = Office(procedures=SHIPPED)
    assert office.refused("submit", procedure=code) == ["procedure.unknown"]
    assert office.refused("receive", procedure=code) == ["procedure.unknown"]
    assert office.desk.may("A1", "receive", override=BY_CHIEF, **(dict(FIELDS["receive"]) | {"procedure": code}))


def test_a_pause_on_a_ground_that_the_procedure_does_not_exclude_is_refused_and_moves_nothing() -> None:
    office = Office(procedures=procedure(waits='["expertise"]'))
    office.desk.do("A1", "receive", **receipt())
    office.now += timedelta(hours=1)
    office.go("attach")
    assert office.refused("pause") == ["pause.ground_counts"]
    assert office.refused("pause", ground="expertise") == []
    office.desk.do("A1", "pause", override=BY_CHIEF, **FIELDS["pause"])
    office.now = at("04 09:00")
    assert office.desk.dossier("A1").legal_due.value == date(2026, 6, 8)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ('{ semantics = "restart" }', 17),
        ('{ semantics = "suspend" }', 15),
        ('{ semantics = "fixed", term = "3 ngày làm việc" }', 15),
        ('{ semantics = "remaining_plus", term = "2 ngày làm việc" }', 17),
    ],
)
def test_a_supplement_does_what_the_procedure_says(after: str, due: int) -> None:
    office = Office(procedures=procedure(after=after))
    office.desk.do("A1", "receive", **receipt())
    office.now = at("03 09:00")
    office.go("request_supplement")
    office.now = at("10 09:00")
    assert office.go("supplement").legal_due.value == date(2026, 6, due)


# the view


def test_an_unknown_dossier_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UnknownDossier, match="submit or receive it first"):
        Office().desk.dossier("A1")


def test_overdue_is_a_fact_that_blocks_nothing() -> None:
    office = Office()
    office.go("receive", "forward")
    office.now = at("08 23:59")
    assert not office.desk.dossier("A1").overdue
    office.now = at("09 00:00")
    assert office.desk.dossier("A1").overdue
    assert office.desk.dossier("A1").state == "processing"
    assert office.go("complete").overdue


def test_a_dossier_decided_in_time_does_not_become_overdue() -> None:
    office = Office()
    office.go("receive", "complete")
    office.now = at("30 09:00")
    assert not office.desk.dossier("A1").overdue


def test_two_due_dates_are_always_told() -> None:
    office = Office()
    office.go("receive", "attach", "pause")
    office.now = at("03 09:00")
    office.go("resume")
    found = office.desk.dossier("A1")
    assert (found.legal_due, found.due_without_pauses) == (Due(date(2026, 6, 10)), Due(date(2026, 6, 8)))
    kept = office.store.overview("A1")
    assert (kept.legal_due, kept.due_without_pauses) == (date(2026, 6, 10), date(2026, 6, 8))


def test_options_tell_for_every_command_what_why_not_tells() -> None:
    office = Office()
    office.go("receive", "attach", "pause")
    options = office.desk.options("A1", "cb01")
    assert list(options) == list(LIFECYCLE.commands)
    assert all(reasons == office.desk.why_not("A1", command, actor="cb01") for command, reasons in options.items())
    assert options["resume"] == ()
    assert [reason.field for reason in options["apologise"]] == ["reason", "slip", "promised"]


def test_options_of_a_dossier_that_does_not_exist_offer_its_beginning() -> None:
    options = Office().desk.options("A1")
    offered = [command for command, reasons in options.items() if all(reason.field for reason in reasons)]
    assert offered == ["submit", "receive"]


# mistakes in the call, and histories from elsewhere


def test_an_unknown_command_or_field_is_a_mistake_in_the_call() -> None:
    desk = Office().desk
    with pytest.raises(UnknownCommand, match="there is no command 'finish'"):
        desk.do("A1", "finish")
    with pytest.raises(UnknownField, match="pause has no field 'reasn'; its fields are .*ground"):
        desk.why_not("A1", "pause", reasn="Chờ")
    with pytest.raises(UnknownField, match="document_at"):
        desk.do("A1", "pause", document_at=at("01 09:00"))


def test_two_desks_that_read_the_same_version_cannot_both_write() -> None:
    class Slow(MemoryStore):
        meanwhile: Callable[[], object] = staticmethod(lambda: None)

        def history(self, dossier: str) -> object:
            found = super().history(dossier)
            meanwhile, self.meanwhile = self.meanwhile, lambda: None
            meanwhile()
            return found

    office = Office(Slow())
    office.go("receive")
    office.store.meanwhile = lambda: office.go("complete")
    with pytest.raises(Conflict, match="version 2"):
        office.desk.do("A1", "reject", **FIELDS["reject"])
    assert office.desk.dossier("A1").state == "completed"


def imported(*steps: tuple[str, str], **cells: object) -> Office:
    office = Office(now=at("05 09:00"))
    rows = [{"dossier": "A1", "event": kind, "at": at(moment)} | cells for kind, moment in steps]
    office.store.import_rows(rows)
    return office


def test_an_imported_history_is_run_on() -> None:
    office = imported(("received", "01 09:00"), ("supplement_requested", "02 09:00"), ("supplemented", "03 09:00"))
    assert office.refused("request_supplement") == ["request_supplement.quota"]
    done = office.go("complete")
    assert [record.source for record in done.history] == ["import"] * 3 + ["desk"]


def test_cells_about_which_the_source_cannot_say_are_not_taken_for_facts() -> None:
    office = imported(("received", "01 09:00"), limit="?", promised="?", procedure="?", document="?")
    found = office.desk.dossier("A1")
    assert (found.limit, found.promised, found.procedure, found.legal_due) == (None, None, None, None)
    assert not found.overdue


def test_a_history_that_cannot_be_replayed_is_refused_with_its_row() -> None:
    office = imported(("received", "01 09:00"), ("completed", "02 09:00"), ("paused", "03 09:00"))
    for ask in (office.desk.dossier, lambda code: office.desk.do(code, "publish"), office.desk.options):
        with pytest.raises(Unreplayable, match=r"version 3 \(paused\) cannot follow in the state 'completed'") as refused:
            ask("A1")
        assert (refused.value.dossier, refused.value.version) == ("A1", 3)


def test_a_kind_that_nobody_knows_is_refused_with_its_row() -> None:
    with pytest.raises(Unreplayable, match=r"version 2 \(stamped\) is no kind of event"):
        imported(("received", "01 09:00"), ("stamped", "02 09:00")).desk.dossier("A1")


def test_the_default_desk_reads_the_clock_on_the_wall() -> None:
    before = datetime.now(UTC)
    done = Desk(MemoryStore()).do("A1", "receive", **FIELDS["receive"])
    assert before <= done.received_at <= datetime.now(UTC)
