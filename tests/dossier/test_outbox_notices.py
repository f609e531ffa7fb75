from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import MalformedFile
from dossier.outbox.notices import LANGUAGES, LONGEST_CODE, Notices, notices
from dossier.outbox.segments import segments
from dossier.outbox.topics import NOTICE, TOPICS
from dossier.strict import shipped
from tests.dossier.outbox_cases import CODE, SETTING, case, kinds

FILE = shipped("notices.toml")
TOLD = sorted(kind for kind, found in TOPICS.items() if NOTICE in found)
SLIPS = {
    "guided": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "received": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "rejected": "Phiếu từ chối tiếp nhận, giải quyết hồ sơ",
    "supplement_requested": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "apologised": "văn bản xin lỗi",
    "paused": "văn bản thông báo",
    "withdrawn": "văn bản thông báo",
    "closed": "văn bản thông báo",
}
"""What the law has the applicant get with the act (Thông tư 01/2018 and 03/2025; plan III.6-g)."""


@pytest.mark.parametrize("kind", SLIPS)
def test_a_notice_names_the_paper_that_comes_with_the_act(kind: str) -> None:
    assert SLIPS[kind] in notices().notice(kinds(kind), SETTING, "vi").body


def test_the_receipt_tells_code_office_day_and_promise_in_both_languages() -> None:
    found = case(("received", "01 09:00", {"office": "Trung tâm", "promised": date(2026, 6, 8)}))
    vi, en = (notices().notice(found, SETTING, language) for language in LANGUAGES)
    assert f"Hồ sơ {CODE} đã được Trung tâm tiếp nhận ngày 01/06/2026." in vi.body
    assert "Hẹn trả kết quả: 08/06/2026." in vi.body
    assert vi.sms.startswith(f"Hồ sơ {CODE} đã được tiếp nhận ngày 01/06/2026. Hẹn trả kết quả: 08/06/2026.")
    assert en.body.startswith(f"Dossier {CODE} was received by Trung tâm on 2026-06-01.\nResult promised: 2026-06-08.")


def test_a_promised_moment_is_told_with_its_hour_in_vietnams_time() -> None:
    found = case(("received", "01 09:00", {"promised": datetime.fromisoformat("2026-06-08T02:30:00+00:00")}))
    assert "Hẹn trả kết quả: 09:30 ngày 08/06/2026." in notices().notice(found, SETTING, "vi").body


def test_an_apology_tells_the_new_appointment() -> None:
    found = case(
        ("received", "01 09:00", {"promised": date(2026, 6, 8)}),
        ("apologised", "05 09:00", {"promised": date(2026, 6, 12)}),
    )
    notice = notices().notice(found, SETTING, "vi")
    assert "Hẹn lại ngày trả kết quả: 12/06/2026." in notice.sms
    assert "xin lỗi" in notice.body
    assert "08/06/2026" not in notice.sms + notice.body


def test_without_office_and_promise_there_are_words_instead() -> None:
    body = notices().notice(kinds("received"), SETTING, "vi").body
    assert "đã được Bộ phận Một cửa tiếp nhận" in body
    assert "Hẹn trả kết quả: ngày ghi trên giấy hẹn." in body


def test_an_act_without_office_is_that_of_the_office_that_handles_the_dossier() -> None:
    found = case(
        ("received", "01 09:00", {"office": "Trung tâm"}),
        ("forwarded", "02 09:00", {"office": "Phòng Đất đai"}),
        ("paused", "03 09:00"),
    )
    assert "Phòng Đất đai" in notices().notice(found, SETTING, "vi").body


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [CODE, "H" * LONGEST_CODE])
def test_every_sms_fits_three_segments(kind: str, language: str, code: str) -> None:
    found = case((kind, "01 09:00", {"promised": datetime.fromisoformat("2026-06-08T09:30:00+07:00")}), code=code)
    notice = notices().notice(found, SETTING, language)
    assert code in notice.sms
    assert notice.segments <= 3


@pytest.mark.parametrize("kind", TOLD)
def test_every_english_sms_with_a_real_code_fits_one_segment(kind: str) -> None:
    assert notices().notice(kinds(kind), SETTING, "en").segments == 1


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_has_the_code_in_each_part_and_tells_what_to_do(kind: str, language: str) -> None:
    notice = notices().notice(kinds(kind), SETTING, language)
    assert all(CODE in part for part in (notice.sms, notice.subject, notice.body))
    assert "{" not in notice.sms + notice.subject + notice.body
    if kind != "apologised":  # an apology asks nothing of the applicant
        assert {"vi": "Việc cần làm:", "en": "What to do:"}[language] in notice.body


@given(st.text(min_size=1), st.text())
def test_no_code_and_no_office_breaks_a_line_or_adds_a_header(code: str, office: str) -> None:
    found = case(("received", "01 09:00", {"office": office}), code=code)
    notice = notices().notice(found, SETTING, "vi")
    assert notice.subject.isprintable()
    assert notice.sms.isprintable()
    assert notice.body.count("\n") == 2


def test_braces_in_a_code_are_no_sentence() -> None:
    assert "{office}" in notices().notice(case(("received", "01 09:00"), code="{office}"), SETTING, "en").sms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ế" * 70, 1),
        ("ế" * 71, 2),
        ("ế" * 134, 2),
        ("ế" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("", 1),
    ],
)
def test_segments_are_counted_as_3gpp_does(text: str, found: int) -> None:
    """3GPP TS 23.038 and 23.040: 160 or 153 septets, an extended character takes two; 70 or 67 UTF-16 units."""
    assert segments(text) == found


def test_an_office_may_bring_its_own_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FILE.replace("Bộ phận Một cửa", "Trung tâm Phục vụ hành chính công"), encoding="utf-8")
    assert "Trung tâm Phục vụ hành chính công" in Notices.load(own).notice(kinds("received"), SETTING, "vi").body


SMS = 'sms = "Hồ sơ {code} tiếp tục tính thời gian giải quyết từ ngày {day}."'
FAULTS = {
    "a sentence too long": (SMS, f'sms = "{"ế" * 160} {{code}}"', "takes 4 segments"),
    "the office in an SMS": (SMS, 'sms = "{code} {office}"', "mentions {office}"),
    "a reason": (SMS, 'sms = "{code} {reason}"', "mentions {reason}"),
    "an attribute": (SMS, 'sms = "{code.__class__}"', "mentions {code.__class__}"),
    "a place": (SMS, 'sms = "{}"', "mentions {}"),
    "a width": (SMS, 'sms = "{code:>900}"', "mentions {code}"),
    "a conversion": (SMS, 'sms = "{code!r}"', "mentions {code}"),
    "an open brace": (SMS, 'sms = "{code"', "braces do not match"),
    "two lines": (SMS, 'sms = "{code}\\nx"', "notice.resumed.vi.sms"),
    "blank": (SMS, 'sms = " "', "notice.resumed.vi.sms"),
    "no sms": (SMS, "", "notice.resumed.vi.sms"),
    "another key": (SMS, f'{SMS}\nmms = "x"', "notice.resumed.vi.mms"),
    "a number": (SMS, "sms = 1", "notice.resumed.vi.sms"),
    "a language more": ("[notice.resumed.vi]", "[notice.resumed.fr]", "notice.resumed"),
    "a kind without notice": ("[notice.resumed.", "[notice.forwarded.", "forwarded is of a kind that has no notice"),
    "another schema": ("schema = 1", "schema = 2", "schema"),
    "no TOML": ("schema = 1", "schema =", "the file"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_with_file_key_and_example(fault: str) -> None:
    good, bad, says = FAULTS[fault]
    assert good in FILE
    with pytest.raises(MalformedFile, match=re.escape(says)) as refused:
        Notices.loads(FILE.replace(good, bad))
    assert str(refused.value).startswith("notices.toml: ")
    assert "for example: [notice.received.vi]" in str(refused.value)


def test_a_missing_notice_is_named() -> None:
    cut = FILE[: FILE.index("[notice.closed.vi]")]
    with pytest.raises(MalformedFile, match=re.escape("notice.closed is missing")):
        Notices.loads(cut)
