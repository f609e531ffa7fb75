from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dossier import (
    Due,
    Override,
    Quotas,
)
from dossier.procedures import Procedures
from tests.dossier.office import FIELDS, HANOI, PROCEDURE, Office, at

BY_CHIEF = Override("Đã hướng dẫn nhưng bổ sung chưa đúng yêu cầu", "Giám đốc Sở")
SHIPPED = Procedures.shipped()


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
    office.go("receive")
    office.now += timedelta(days=3)
    office.go("request_supplement", "supplement")
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
    assert office.refused("complete", document=None) == ["complete.document"]
    assert not office.desk.may("A1", "complete", signed=True, override=BY_CHIEF)
    done = office.desk.do("A1", "complete", override=BY_CHIEF)
    assert done.history[-1].override.lifted == ("complete.result",)


def one_procedure(*bodies: str) -> Procedures:
    head = """
        schema = 1
        [[procedure]]
        code = "9.000001"
        name = "Thủ tục thử"
        sector = "Đất đai"
        level = "Cấp tỉnh"
    """
    common = """
        [[procedure.version]]
        decision = "not verified"
        postal = false
        status = "unverified"
        citation = { instrument = "not verified", article = "not verified", source = "test" }
    """
    return Procedures.loads(head + "".join(f"{common}\n{body}\n" for body in bodies))


def procedure(
    cases: str = '{ normal = "5 ngày làm việc" }',
    after: str = '{ semantics = "restart" }',
    waits: str = '"any_documented"',
    result: str = "document",
) -> Procedures:
    return one_procedure(
        f"in_force_from = 2026-01-01\ncases = {cases}\nafter_supplement = {after}\nexcluded_waits = {waits}\n"
        f'result = "{result}"'
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


def test_a_supplement_does_what_the_procedure_says_for_the_case_of_the_dossier() -> None:
    cases = '{ normal = "5 ngày làm việc", no_trial_run = "4 ngày làm việc" }'
    after = '{ semantics = "fixed", term = "3 ngày làm việc", cases = { no_trial_run = "1 ngày làm việc" } }'
    for limit, due in (("5 ngày làm việc", 15), ("4 ngày làm việc", 11)):
        office = Office(procedures=procedure(cases=cases, after=after))
        office.desk.do("A1", "receive", **receipt(limit=limit))
        office.now = at("03 09:00")
        office.go("request_supplement")
        office.now = at("10 09:00")
        assert office.go("supplement").legal_due.value == date(2026, 6, due)


def test_a_dossier_keeps_the_version_of_the_day_it_was_received() -> None:
    rest = """
        cases = { normal = "5 ngày làm việc" }
        after_supplement = { semantics = "restart" }
        excluded_waits = "any_documented"
    """
    old = f'in_force_from = 2026-01-01\nin_force_to = 2026-06-01\nresult = "none"\n{rest}'
    new = f'in_force_from = 2026-06-02\nresult = "document"\n{rest}'
    office = Office(procedures=one_procedure(old, new))
    office.desk.do("A1", "receive", **receipt())
    office.now = at("02 09:00")
    office.desk.do("A2", "receive", **receipt())
    assert office.desk.may("A1", "complete")
    assert not office.desk.may("A2", "complete")
