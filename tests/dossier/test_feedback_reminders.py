"""Reminders of feedback, by hand: June 2026 begins on a Monday, has no holiday, and the office opens at seven."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dossier.errors import MalformedFile, UnknownTimer
from dossier.feedback import FEEDBACK
from dossier.feedback.reminders import FEEDBACK_UNITS, FeedbackTimerRules, feedback_timers
from dossier.outbox.host import Host
from dossier.outbox.sinks import Message
from dossier.strict import shipped
from dossier.timers import TimerRules
from tests.dossier.feedback_office import FeedbackOffice
from tests.dossier.office import at

PAGE = (Path(__file__).parents[2] / "docs" / "feedback.md").read_text(encoding="utf-8")
EVERYWHERE = ("national_system", "provincial_system", "web")


@pytest.fixture
def office() -> FeedbackOffice:
    return FeedbackOffice()


class Kept:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        self.messages.append(message)


def armed(office: FeedbackOffice, code: str = "P1") -> dict[str, str]:
    """What a case arms, in Ha Noi time of June 2026 (`07-` before a day of July)."""
    view = office.desk.dossier(code)
    found, _ = FEEDBACK.reminders(view.case, view.setting, view.clock, office.now)
    local = {kind: view.setting.calendar.local(moment) for kind, moment in found.items()}
    return {kind: moment.strftime("%d %H:%M" if moment.month == 6 else "%m-%d %H:%M") for kind, moment in local.items()}


def test_what_is_received_reminds_of_the_forwarding_the_extension_and_the_answer(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    # to be forwarded by Monday the 8th, answered by Monday the 22nd; an extension asked for by Saturday the 20th, on
    # which the office is closed: on Friday the 19th at the latest
    assert armed(office) == {
        "forward_due": "05 07:00",
        "extension_due": "18 07:00",
        "due_soon": "19 07:00",
        "overdue": "23 00:00",
    }


def test_what_is_only_sent_is_not_to_be_forwarded_yet(office: FeedbackOffice) -> None:
    office.do("submit", "01 09:00")
    assert armed(office) == {"extension_due": "18 07:00", "due_soon": "19 07:00", "overdue": "23 00:00"}


def test_a_forwarding_moves_them(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("forward", "08 09:00")
    # fifteen working days after the 8th end on Monday the 29th; two days before that is Saturday the 27th
    assert armed(office) == {"extension_due": "25 07:00", "due_soon": "26 07:00", "overdue": "30 00:00"}


def test_while_information_is_waited_for_nothing_reminds_of_an_end_that_recedes(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("request_supplement", "08 09:00")
    assert armed(office) == {}
    office.do("supplement", "10 09:00")
    # two working days later than without the wait: the 24th; an extension by Monday the 22nd
    assert armed(office) == {"extension_due": "19 07:00", "due_soon": "23 07:00", "overdue": "25 00:00"}


def test_an_extension_moves_them_to_the_day_that_it_names(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("forward", "01 10:00")
    office.do("extend", "18 09:00", promised=date(2026, 7, 10))
    # Friday 10 July; another extension by Wednesday the 8th
    assert armed(office) == {"extension_due": "07-07 07:00", "due_soon": "07-09 07:00", "overdue": "07-11 00:00"}


def test_an_extension_is_reminded_of_before_the_18th_where_the_limit_ends_on_20_september_2024() -> None:
    office = FeedbackOffice(now=at("01 09:00").replace(year=2024, month=8, day=28))
    office.do("receive")
    assert armed(office)["extension_due"] == "09-17 07:00"


def test_an_answer_reminds_of_its_publication_until_it_is_public_in_every_channel(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("answer", "22 10:00")
    for channel in EVERYWHERE:
        assert armed(office) == {"publish_due": "23 07:00"}  # two working days end on Wednesday the 24th
        office.do("publish", channel=channel)
    assert armed(office) == {}


def test_a_reminder_does_not_come_before_what_it_is_about(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("answer", "19 16:00")
    assert armed(office) == {"publish_due": "22 07:00"}  # Friday afternoon, public by Tuesday the 23rd


def test_what_is_rejected_reminds_of_nothing(office: FeedbackOffice) -> None:
    office.go("receive", "reject")
    assert armed(office) == {}


def test_a_limit_that_ends_after_the_last_year_of_the_calendar_reminds_of_nothing() -> None:
    office = FeedbackOffice(now=at("01 09:00").replace(year=2100, month=12, day=28))
    office.do("receive")
    assert armed(office) == {}


# the sweep


def test_a_sweep_puts_each_into_the_outbox_once_and_what_it_says_is_of_feedback(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00", office="Bộ phận Một cửa", actor="NV-01")
    office.now = at("05 06:59")
    assert office.desk.sweep().fired == ()
    office.now = at("05 07:00")
    swept = office.desk.sweep()
    assert ([one.kind for one in swept.fired], swept.moved, swept.failed) == (["forward_due"], (), ())
    assert office.desk.sweep().fired == ()
    sink = Kept()
    assert office.desk.deliver(sink, host=Host(officers=lambda _: {})).sent == 1
    (told,) = sink.messages
    assert (told.topic, told.dossier) == ("reminder", "P1")
    content = {name: told.payload[name] for name in ("kind", "to", "officer", "office", "legal_due", "overdue")}
    assert content == {
        "kind": "forward_due",
        "to": ["officer"],
        "officer": "NV-01",
        "office": "Bộ phận Một cửa",
        "legal_due": "2026-06-22",
        "overdue": False,
    }
    assert str(told.payload["vi"]).startswith("Phản ánh, kiến nghị P1: nếu thuộc thẩm quyền của cơ quan khác")
    assert "1 working day" in str(told.payload["en"])


def test_a_reminder_that_an_act_made_needless_does_not_fire(office: FeedbackOffice) -> None:
    office.do("receive", "01 09:00")
    office.do("answer", "02 09:00")
    for channel in EVERYWHERE:
        office.do("publish", channel=channel)
    office.now = at("30 09:00")
    assert office.desk.sweep() == office.desk.sweep()
    assert not office.store.outbox.waiting(office.now, 10)


def test_the_words_of_the_host_go_before_those_of_the_package(office: FeedbackOffice) -> None:
    own = shipped("feedback-timers.toml").replace("Feedback {dossier}: if another", "PAKN {dossier}: if another")
    office.do("receive", "01 09:00")
    office.now = at("05 07:00")
    office.desk.sweep()
    sink = Kept()
    office.desk.deliver(sink, host=Host(timers=FeedbackTimerRules.loads(own)))
    assert str(sink.messages[0].payload["en"]).startswith("PAKN P1: if another agency")


# the file


@pytest.mark.parametrize("kind", FEEDBACK_UNITS)
def test_every_sentence_can_be_said_of_feedback_and_says_why_where_it_is_not_verified(kind: str) -> None:
    told = feedback_timers().reminder("P1", kind, datetime(2026, 6, 8, tzinfo=UTC))
    assert "{" not in told.sentence_vi + told.sentence_en
    assert "hồ sơ" not in told.sentence_vi.lower()
    assert "dossier" not in told.sentence_en.lower()
    rule = feedback_timers().rule(kind)
    assert rule.status == "read" or rule.note


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[timer.publish_due]", "[timer.lunch]", "timer.lunch"),
        ("[timer.publish_due]", "[timer.step_overdue]", "timer.step_overdue"),
        ('term = "1 ngày làm việc"', 'term = "8 giờ làm việc"', "timer.forward_due: the unit working_hour is not poss"),
        ("Feedback {dossier} is past", "Feedback {office} is past", r"the sentence mentions \{office\}"),
    ],
)
def test_a_malformed_file_is_refused(old: str, new: str, why: str) -> None:
    text = shipped("feedback-timers.toml")
    assert old in text
    with pytest.raises(MalformedFile, match=why):
        FeedbackTimerRules.loads(text.replace(old, new, 1))


def test_a_file_for_dossiers_is_no_file_for_feedback_and_the_other_way_round() -> None:
    with pytest.raises(MalformedFile, match=r"timer\.window_closing"):
        FeedbackTimerRules.loads(shipped("timers.toml"))
    with pytest.raises(MalformedFile, match=r"timer\.forward_due"):
        TimerRules.loads(shipped("feedback-timers.toml"))
    with pytest.raises(UnknownTimer, match="the kinds are forward_due, extension_due"):
        feedback_timers().rule("apology_needed")


def test_the_page_has_the_table_as_the_file_has_it() -> None:
    section = PAGE.split("## Reminders\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+? \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    told: Mapping[str, object] = {kind: feedback_timers().rule(kind) for kind in FEEDBACK_UNITS}
    assert rows == [
        (kind, rule.term.text_vi if rule.term else "–", ", ".join(f"`{to}`" for to in rule.to), rule.status)  # type: ignore[attr-defined]
        for kind, rule in told.items()
    ]
