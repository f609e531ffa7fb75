from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.case import Case
from dossier.events import KINDS, LOG_COLUMNS, row_of
from dossier.outbox.feed import public_line
from dossier.outbox.host import Host
from dossier.outbox.national import national_record
from dossier.outbox.notices import LANGUAGES, notices
from dossier.outbox.topics import NOTICE, TOPICS
from dossier.stores.records import Override, Record
from tests.dossier.office import at
from tests.dossier.outbox_cases import CODE, SETTING, case, kinds

SIGN = "Ẅ"
"""A letter that no code, label, date or sentence of ours holds."""

STEPS = ("dossier", "event", "at", "recorded_at", "document_at", "promised", "signed", "digitised")
OPEN_IN_NOTICES = {"office"}
OPEN_IN_RECORDS = {"office", "actor", "document", "procedure", "sector"}


def test_a_line_has_the_code_the_status_and_four_dates() -> None:
    found = case(
        ("submitted", "01 09:00", {"channel": "online"}),
        ("received", "01 14:00", {"promised": date(2026, 6, 8)}),
        ("forwarded", "02 09:00", {"office": "Phòng Đất đai"}),
        ("completed", "05 16:00", {"document": "KQ-1"}),
        ("delivered", "08 08:00", {"channel": "online"}),
    )
    assert public_line(found, SETTING) == {
        "dossier": CODE,
        "status": 10,
        "status_vi": "Đã trả kết quả",
        "received": "2026-06-01",
        "promised": "2026-06-08",
        "decided": "2026-06-05",
        "delivered": "2026-06-08",
    }


def test_dates_are_those_of_vietnam_whatever_the_offset_of_the_event() -> None:
    evening = datetime(2026, 6, 1, 18, tzinfo=UTC)  # 01:00 of the 2nd in Vietnam
    found = case(("received", evening, {"promised": datetime(2026, 6, 8, 17, 30, tzinfo=UTC)}))
    line = public_line(found, SETTING)
    assert (line["received"], line["promised"]) == ("2026-06-02", "2026-06-09")


def test_the_promise_is_the_one_that_stands() -> None:
    found = case(
        ("received", "01 09:00", {"promised": date(2026, 6, 8)}),
        ("apologised", "05 09:00", {"promised": date(2026, 6, 12)}),
    )
    assert public_line(found, SETTING)["promised"] == "2026-06-12"


def test_what_is_not_known_is_empty() -> None:
    line = public_line(kinds("document_attached"), SETTING)
    assert set(line.values()) == {CODE, None}


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_has_the_same_keys_after_every_kind_of_event(kind: str) -> None:
    assert list(public_line(kinds("submitted", kind), SETTING)) == [
        "dossier", "status", "status_vi", "received", "promised", "decided", "delivered",
    ]  # fmt: skip


PERSONAL = st.text(st.characters(codec="utf-8"), max_size=20).map(lambda text: SIGN + text)


@st.composite
def histories(draw: st.DrawFn, spared: set[str]) -> Case:
    """Histories of any kinds whose text cells all bear the sign, but for the columns that a message may show."""
    columns = [column for column in LOG_COLUMNS if column not in {*STEPS, *spared}]
    names = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    records = []
    for version, kind in enumerate(names, start=1):
        cells = {column: draw(PERSONAL) for column in columns} | dict.fromkeys(spared, "A1")
        row = row_of(kind, cells | {"dossier": CODE, "at": at("01 09:00") + timedelta(hours=version)})
        records.append(Record(version, row, override=Override(draw(PERSONAL), draw(PERSONAL))))
    return Case(CODE, tuple(records))


@given(histories(set()))
def test_no_text_of_any_event_appears_in_the_public_line(found: Case) -> None:
    assert SIGN not in json.dumps(public_line(found, SETTING), ensure_ascii=False)


@given(histories(OPEN_IN_NOTICES), st.sampled_from(sorted(kind for kind, found in TOPICS.items() if NOTICE in found)))
def test_no_text_of_any_event_but_the_office_appears_in_a_notice(found: Case, kind: str) -> None:
    last = Record(len(found.records) + 1, {**found.records[-1].row, "event": kind})
    for language in LANGUAGES:
        notice = notices().notice(found.followed_by(last), SETTING, language)
        assert SIGN not in f"{notice.sms}{notice.subject}{notice.body}"


@given(histories(OPEN_IN_RECORDS))
def test_no_reason_note_or_pseudonym_appears_in_a_national_record_to_which_the_host_adds_nothing(found: Case) -> None:
    assert SIGN not in json.dumps(national_record(found, SETTING, Host()), ensure_ascii=False)


def test_the_sign_would_be_found() -> None:
    """The three tests above can fail: where a column is shown, its text is there."""
    shown = case(("received", "01 09:00", {"office": SIGN}))
    assert SIGN in json.dumps(national_record(shown, SETTING, Host()), ensure_ascii=False)
    assert SIGN in notices().notice(shown, SETTING, "vi").body
