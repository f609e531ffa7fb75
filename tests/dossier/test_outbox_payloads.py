from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dossier.case import Case
from dossier.errors import UnknownTimer, UnknownTopic
from dossier.events import KINDS
from dossier.outbox.feed import public_line
from dossier.outbox.host import Host, TimeFormat
from dossier.outbox.national import national_record
from dossier.outbox.notices import Notices, notices
from dossier.outbox.payloads import message, payload, reminder_detail
from dossier.outbox.topics import REMINDER, topics
from dossier.strict import shipped
from tests.dossier.office import ROADS, Office, at
from tests.dossier.outbox_cases import CODE, SETTING, case, kinds

NOW = at("20 09:00")
ROAD = case(
    ("submitted", "01 09:00", {"applicant": "P-7", "actor": "applicant", "channel": "online"}),
    (
        "received",
        "01 14:00",
        {"promised": date(2026, 6, 8), "limit": "5 ngày làm việc", "office": "Trung tâm", "actor": "cb-1"},
    ),
    ("forwarded", "02 08:00", {"office": "Phòng Đất đai", "actor": "cb-1"}),
    ("completed", "05 16:00", {"document": "KQ-1", "actor": "system"}),
)


def test_a_notice_has_the_kind_and_the_texts_in_both_languages() -> None:
    found = payload("notice", ROAD.records[:2], SETTING, NOW)
    assert list(found) == ["kind", "vi", "en"]
    assert found["kind"] == "received"
    notice = notices().notice(Case(CODE, ROAD.records[:2]), SETTING, "vi")
    assert found["vi"] == {"sms": notice.sms, "subject": notice.subject, "body": notice.body}


def test_progress_is_the_public_line_of_the_history_up_to_the_event_not_beyond() -> None:
    found = payload("progress", ROAD.records[:3], SETTING, NOW)
    assert found == public_line(Case(CODE, ROAD.records[:3]), SETTING)
    assert (found["status"], found["decided"]) == (4, None)


def test_national_is_the_record_as_the_host_wants_it() -> None:
    host = Host(times=TimeFormat.ISO)
    found = payload("national", ROAD.records, SETTING, NOW, host=host)
    assert found == national_record(ROAD, SETTING, host)
    assert found["NgayTiepNhan"] == "2026-06-01T14:00:00+07:00"


def test_a_host_may_tell_in_its_own_words() -> None:
    own = Notices.loads(shipped("notices.toml").replace("đã giải quyết xong ngày", "đã có kết quả ngày"))
    told = payload("notice", ROAD.records, SETTING, NOW, host=Host(notices=own))["vi"]
    assert "đã có kết quả ngày 05/06/2026" in told["sms"]  # type: ignore[index]


def test_a_reminder_tells_whom_what_and_the_dates() -> None:
    detail = reminder_detail("due_soon", at("05 07:00"))
    assert payload(REMINDER, ROAD.records[:3], SETTING, at("05 07:01"), detail=detail) == {
        "kind": "due_soon",
        "at": "2026-06-05T07:00:00+07:00",
        "to": ["officer"],
        "vi": f"Hồ sơ {CODE} sắp đến hạn giải quyết: còn không quá 1 ngày làm việc trước ngày đến hạn.",
        "en": f"Dossier {CODE} is due by law soon: at most 1 working day is left before the due date.",
        "officer": "cb-1",
        "office": "Phòng Đất đai",
        "promised": "2026-06-08",
        "legal_due": "2026-06-08",  # five working days from Monday the 1st
        "overdue": False,
    }


@pytest.mark.parametrize(("now", "overdue"), [("08 23:59", False), ("09 00:00", True)])
def test_a_reminder_says_whether_the_dossier_is_overdue_when_it_is_sent(now: str, overdue: bool) -> None:  # noqa: FBT001  # a case
    found = payload(REMINDER, ROAD.records[:3], SETTING, at(now), detail=reminder_detail("overdue", at("09 00:00")))
    assert found["overdue"] is overdue


def test_a_reminder_of_a_dossier_that_nobody_has_taken_over_names_nobody() -> None:
    found = payload(REMINDER, ROAD.records[:1], SETTING, NOW, detail=reminder_detail("window_over", at("02 09:00")))
    assert [found[name] for name in ("officer", "office", "promised", "legal_due")] == [None] * 4


def test_a_decided_dossier_is_overdue_only_if_it_was_decided_late() -> None:
    found = payload(REMINDER, ROAD.records, SETTING, NOW, detail=reminder_detail("overdue", at("09 00:00")))
    assert found["overdue"] is False


@pytest.mark.parametrize("detail", [None, "", "due_soon", "due_soon yesterday"])
def test_a_reminder_whose_detail_cannot_be_read_is_refused(detail: str | None) -> None:
    with pytest.raises(ValueError, match="reminder"):
        payload(REMINDER, ROAD.records, SETTING, NOW, detail=detail)


def test_a_reminder_of_no_known_kind_is_refused_with_the_kinds() -> None:
    with pytest.raises(UnknownTimer, match="due_soon"):
        payload(REMINDER, ROAD.records, SETTING, NOW, detail=reminder_detail("tea_time", NOW))


def test_a_topic_that_the_last_event_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownTopic, match="forwarded"):
        payload("notice", ROAD.records[:3], SETTING, NOW)


def test_without_an_event_there_is_no_message() -> None:
    with pytest.raises(ValueError, match="there is none"):
        payload("notice", (), SETTING, NOW)


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_every_message_of_every_road_of_the_desk_is_json_and_stays_the_same_later(road: tuple[str, ...]) -> None:
    records = Office().go(*road).history
    for version in range(1, len(records) + 1):
        for topic in topics(records[version - 1]):
            once, later = (payload(topic, records[:version], SETTING, now) for now in (NOW, NOW + timedelta(days=400)))
            assert json.loads(json.dumps(once)) == once == later


@pytest.mark.parametrize("kind", KINDS)
def test_a_history_that_cannot_be_replayed_still_has_its_messages(kind: str) -> None:
    found = kinds("delivered", "submitted", kind)
    for topic in topics(found.records[-1]):
        assert payload(topic, found.records, SETTING, NOW)


def test_the_message_says_for_whom_it_is_and_after_which_event() -> None:
    content = payload("notice", ROAD.records, SETTING, NOW)
    found = message("k", "notice", ROAD.records, content)
    assert (found.key, found.topic, found.dossier, found.version, found.applicant) == ("k", "notice", CODE, 4, "P-7")
    assert found.payload is content


@pytest.mark.parametrize("applicant", [None, "?"])
def test_an_applicant_who_is_erased_or_was_never_said_is_nobody(applicant: str | None) -> None:
    found = case(("received", "01 09:00", {"applicant": applicant}))
    assert message("k", "progress", found.records, {}).applicant is None


def test_only_the_host_is_asked_for_persons_and_only_for_national_records() -> None:
    asked: list[str] = []

    def people(code: str) -> dict[str, object]:
        asked.append(code)
        return {"ChuHoSo": "Nguyễn Thị Mẫu"}

    host = Host(people=people)
    told: Callable[[str], str] = lambda topic: json.dumps(  # noqa: E731  # used thrice
        payload(topic, ROAD.records, SETTING, NOW, host=host), ensure_ascii=False
    )
    assert "Mẫu" not in told("notice") + told("progress")
    assert asked == []
    assert "Nguyễn Thị Mẫu" in told("national")
    assert asked == ["P-7"]
