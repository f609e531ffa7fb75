from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from dossier import Desk, MemoryStore, NotAllowed, Override, UnknownField
from dossier.codes import GRAMMARS
from dossier.errors import MalformedFile, NotForThisKind
from dossier.events import LOG_COLUMNS
from dossier.feedback import FEEDBACK, FeedbackLimits, limits
from dossier.feedback.case import FeedbackPermissions, feedback_permissions, feedback_requirements
from dossier.feedback.lifecycle import FEEDBACK_LIFECYCLE, FEEDBACK_STATES
from dossier.lifecycle import LIFECYCLE, OWN, START, Position
from dossier.roles import Roster
from dossier.stores.sql import Store
from dossier.stores.tables import TABLES, Tables
from dossier.strict import shipped
from tests.dossier.feedback_office import FIELDS, ROADS, FeedbackOffice
from tests.dossier.office import at


@pytest.fixture
def office() -> FeedbackOffice:
    return FeedbackOffice()


# the lifecycle


@pytest.mark.parametrize("state", [START, *FEEDBACK_STATES])
@pytest.mark.parametrize("command", FEEDBACK_LIFECYCLE.commands)
def test_the_machine_and_the_fold_agree_on_every_state_and_command(state: str, command: str) -> None:
    position = Position(state)
    there = FEEDBACK_LIFECYCLE.step(position, FEEDBACK_LIFECYCLE.kind(command))
    if state in FEEDBACK_LIFECYCLE.sources(command):
        assert FEEDBACK_LIFECYCLE.move(position, command) == there
    else:
        assert there is None


@pytest.mark.parametrize("state", ROADS)
def test_every_state_is_reached_at_the_desk(office: FeedbackOffice, state: str) -> None:
    assert office.go(*ROADS[state]).state == state


def test_the_lifecycle_of_dossiers_has_no_step_of_feedback() -> None:
    assert not {"extension_requested", "copied"} & set(LIFECYCLE.classes)
    assert LIFECYCLE.codes("channel") == ("online", "in_person", "postal")
    assert {"online", "phone", "national_system", "letter"} <= set(FEEDBACK_LIFECYCLE.codes("channel"))


# when it is due: June 2026 begins on a Monday and has no holiday


def test_the_limits_run_from_the_sending_and_anew_from_the_last_forwarding(office: FeedbackOffice) -> None:
    office.do("submit", "01 09:00")
    received = office.do("receive", "03 09:00")
    assert (received.reject_due, received.supplement_due) == (date(2026, 6, 3), date(2026, 6, 8))
    assert received.legal_due is not None
    assert received.legal_due.day == date(2026, 6, 22)
    assert received.forward_due == date(2026, 6, 10)  # five working days from the receipt on the 3rd
    forwarded = office.do("forward", "08 09:00")
    assert forwarded.legal_due is not None
    assert forwarded.legal_due.day == date(2026, 6, 29)
    assert forwarded.started_at == at("08 09:00")


def test_the_wait_for_information_is_taken_out_of_the_limit(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    assert office.do("request_supplement", "08 09:00").waiting == ("supplement_requested",)
    back = office.do("supplement", "10 09:00")
    assert back.legal_due is not None
    assert back.legal_due.day == date(2026, 6, 24)


def test_an_extension_asked_for_two_days_before_the_end_moves_it(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    extended = office.do("extend", "20 09:00")
    assert extended.legal_due is not None
    assert extended.legal_due.day == date(2026, 7, 10)
    assert not office.do("answer", "30 09:00").overdue


def test_an_extension_asked_for_later_is_refused_and_let_through_it_moves_nothing(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    assert office.refused("extend", "21 09:00") == ["extend.late"]
    chief = Override("Theo chỉ đạo", "Giám đốc Sở")
    let = office.desk.do("P1", "extend", override=chief, **FIELDS["extend"])
    assert let.legal_due is not None
    assert let.legal_due.day == date(2026, 6, 22)
    assert let.history[-1].override is not None
    assert let.history[-1].override.lifted == ("extend.late",)


def test_an_extension_names_a_later_day(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    assert office.refused("extend", "10 09:00", promised=date(2026, 6, 22)) == ["extend.shorter"]


def test_the_deadline_of_20_september_2024_asks_for_an_extension_by_the_18th() -> None:
    office = FeedbackOffice(now=at("01 09:00").replace(year=2024, month=8, day=28))
    received = office.do("receive")
    assert received.legal_due is not None
    assert received.legal_due.day == date(2024, 9, 20)
    office.now = office.now.replace(month=9, day=18)
    assert office.refused("extend", promised=date(2024, 9, 30)) == []
    office.now = office.now.replace(day=19)
    assert office.refused("extend", promised=date(2024, 9, 30)) == ["extend.late"]


def test_a_reply_of_30_august_2024_is_public_by_5_september() -> None:
    office = FeedbackOffice(now=at("01 09:00").replace(year=2024, month=8, day=26))
    office.do("receive")
    office.now = office.now.replace(day=30)
    assert office.do("answer").publish_due == date(2024, 9, 5)


def test_lateness_blocks_nothing(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.now = at("30 09:00")
    assert office.desk.may("P1", "reject", **FIELDS["reject"])
    assert office.desk.may("P1", "forward", **FIELDS["forward"])
    assert office.do("answer").overdue
    office.now = at("30 09:00").replace(month=8)
    assert office.do("publish").state == "published"


def test_the_view_says_where_the_answer_is_still_to_be_public_and_whether_it_was_copied(office: FeedbackOffice) -> None:
    answered = office.go("receive", "answer")
    assert (answered.copied, answered.channels_missing) == (False, ("national_system", "provincial_system", "any"))
    office.do("publish", channel="national_system")
    office.do("publish", channel="letter")
    copied = office.do("copy")
    assert (copied.copied, copied.channels) == (True, ("national_system", "letter"))
    assert copied.channels_missing == ("provincial_system",)


# reasons


def test_every_reason_is_given_with_its_law_in_both_languages(office: FeedbackOffice) -> None:
    office.do("receive")
    reasons = office.desk.why_not("P1", "extend")
    assert [reason.code for reason in reasons] == ["extend.reason", "extend.document", "extend.promised"]
    assert {reason.citation.rpartition(" ")[2] for reason in reasons} == {"III.10"}
    with pytest.raises(NotAllowed, match="the reply is a document"):
        office.desk.do("P1", "answer")


def test_a_refusal_speaks_of_feedback_and_not_of_a_dossier(office: FeedbackOffice) -> None:
    office.go("receive", "reject")
    for command in FEEDBACK_LIFECYCLE.commands:
        for reason in office.desk.why_not("P1", command):
            assert "dossier" not in reason.message_en
            assert "hồ sơ" not in reason.message_vi.lower()


def test_every_field_that_a_step_needs_has_its_sentence() -> None:
    needed = {
        f"{command}.{field}"
        for command, kind in FEEDBACK_LIFECYCLE.commands.items()
        for field, required in FEEDBACK_LIFECYCLE.fields[kind].items()
        if required
    }
    rules = {"extend.late", "extend.shorter"}
    found = {code for code in feedback_requirements().codes if code.split(".")[0] in FEEDBACK_LIFECYCLE.commands}
    assert found == needed | rules
    assert not OWN & {code.rpartition(".")[2] for code in needed}


def test_who_may_do_what_has_a_table_of_its_own() -> None:
    roster = Roster.of({"NV-01": ["case_officer"], "GD": ["signatory"]})
    office = FeedbackOffice(roles=roster)
    assert office.refused("answer", actor="NV-01") == ["role.denied", "state.none"]
    assert office.refused("answer", actor="GD") == ["state.none"]
    assert set(feedback_permissions().command) == set(FEEDBACK_LIFECYCLE.commands)


def test_a_table_of_roles_of_another_kind_of_case_is_refused() -> None:
    with pytest.raises(MalformedFile, match="is missing"):
        FeedbackPermissions.loads(shipped("roles.toml"))


def test_what_feedback_does_not_have_is_refused_at_the_door(office: FeedbackOffice) -> None:
    with pytest.raises(NotForThisKind, match="codes"):
        FeedbackOffice(codes=True)
    with pytest.raises(NotForThisKind, match="codes"):
        office.desk.new_code("H32.08", next(iter(GRAMMARS)))
    with pytest.raises(UnknownField):
        office.desk.do("P1", "receive", signed=True)
    office.go("receive", "answer", "publish")
    assert not office.store.outbox.waiting(office.now, 10)


# stores


def test_feedback_has_its_tables_beside_those_of_dossiers() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for tables in (TABLES, Tables(FEEDBACK.prefix)):
            tables.metadata.create_all(connection)
        done = FeedbackOffice(connection).go("receive", "answer", "publish")
        assert Store(connection, Tables(FEEDBACK.prefix)).history("P1") == done.history
        assert Store(connection).history("P1") == ()
        assert [line.state for line in Store(connection, Tables(FEEDBACK.prefix)).overviews()] == ["published"]


def test_an_imported_history_of_feedback_is_replayed_by_its_own_lifecycle(office: FeedbackOffice) -> None:
    office.go("receive", "request_supplement", "supplement", "extend")
    other = MemoryStore(FEEDBACK.lifecycle)
    other.import_rows(office.store.export_rows(), LOG_COLUMNS)
    found = other.overview("P1")
    assert found is not None
    assert found.state == "processing"


def test_running_feedback_is_taken_over_and_goes_on(office: FeedbackOffice) -> None:
    office.go("receive", "forward")
    other = FeedbackOffice(now=office.now)
    (taken,) = other.desk.adopt(office.store.export_rows())
    assert (taken.state, taken.doubt) == ("processing", None)
    assert other.do("answer").state == "answered"


def test_the_worklist_shows_open_feedback_by_the_end_of_its_limit(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00", code="P2")
    office.do("receive", "02 09:00", code="P1")
    office.do("reject", code="P1")
    (line,) = office.desk.worklist()
    assert (line.dossier, line.state_vi, line.legal_due) == ("P2", "đã tiếp nhận", date(2026, 6, 22))


def test_a_desk_for_dossiers_knows_nothing_of_feedback() -> None:
    assert "extend" not in Desk(MemoryStore(), roles=lambda _: ()).options("A1")


# the file of limits


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('term = "2 ngày"', 'term = "2 giờ"', "whole number of days"),
        ("[[limit.copy]]", "[[limit.copies]]", "copies"),
        ("from = 2008-03-03", "from = 2008-03-03\nuntil = 2009-01-01", "until"),
        ('effect = "moves"', 'effect = "extends"', "moves"),
        ('"letter", "other"]', '"letter", "radio"]', "national_system"),
    ],
)
def test_a_file_of_limits_that_breaks_its_format_is_refused(before: str, after: str, why: str) -> None:
    text = shipped("feedback.toml")
    assert before in text
    with pytest.raises(MalformedFile, match=why):
        FeedbackLimits.loads(text.replace(before, after))


def test_a_limit_is_the_one_of_its_day_and_before_the_first_the_first() -> None:
    longer = '[[limit.answer]]\nfrom = 2026-07-01\nterm = "20 ngày làm việc"\ncitation = "x"\nstatus = "read"\n\n'
    found = FeedbackLimits.loads(shipped("feedback.toml").replace("# before the end of the limit", longer + "# before"))
    days = (date(2000, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [int(found.on("answer", day).term.value) for day in days] == [15, 15, 20]
    assert limits().on("forward", days[1]).citation == "Nghị định 20/2008/NĐ-CP, Điều 9"
