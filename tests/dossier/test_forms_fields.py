from datetime import UTC, date, datetime
from typing import Any

import pytest

from dossier.errors import FormRefused, MalformedFile, NoFormInForce, UnknownForm
from dossier.forms import Form, Forms, OfficeProfile, fill, render
from dossier.forms.values import in_words
from tests.dossier.paper import OFFICE, STORIES, filled

MANDATORY = [
    (story, field)
    for story, told in STORIES.items()
    for field in Forms.shipped().on(told["kind"], told["on"]).mandatory
]


def faults(story: str, **fields: Any) -> dict[str, str]:
    """What is wrong, by field."""
    with pytest.raises(FormRefused) as refused:
        filled(story, **fields)
    return {fault.field: fault.why for fault in refused.value.faults}


@pytest.mark.parametrize(("story", "field"), MANDATORY)
def test_a_form_without_a_mandatory_field_is_refused_with_its_name_and_label(story: str, field: str) -> None:
    told = STORIES[story]
    fields = {name: value for name, value in told["fields"].items() if name != field}
    label = Forms.shipped().on(told["kind"], told["on"]).fields[field].vi
    with pytest.raises(FormRefused) as refused:
        fill(told["kind"], fields, on=told["on"])
    assert f"{field} ({label}) is missing" in str(refused.value)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("nothing", [None, "", "  \n", [], ()])
def test_a_blank_mandatory_field_is_missing(nothing: object) -> None:
    assert faults("receipt", components=nothing) == {"components": "is missing"}


def test_all_missing_fields_are_named_at_once() -> None:
    with pytest.raises(FormRefused) as refused:
        fill("supplement_request", {"date": date(2025, 10, 1), "owner": " "}, on=date(2025, 10, 1))
    assert [fault.field for fault in refused.value.faults] == [
        "number",
        "owner",
        "content",
        "parts",
        "reason",
        "officer",
    ]


def test_a_fault_reads_as_a_sentence_with_field_and_label() -> None:
    with pytest.raises(FormRefused) as refused:
        filled("receipt", sets="1", owner=None)
    assert str(refused.value) == (
        "receipt (Giấy tiếp nhận hồ sơ và hẹn trả kết quả) is refused: owner (Chủ hồ sơ) is missing; "
        "sets (Số lượng hồ sơ) is '1', no count; give a whole number from 0"
    )


def test_an_unknown_field_is_refused_and_the_known_ones_are_listed() -> None:
    assert "received_at" in faults("receipt", recieved_at=date(2023, 10, 27))["recieved_at"]


def test_a_blank_optional_field_is_left_out() -> None:
    form = filled("receipt", email=" ", second_return_at=None)
    assert not {"email", "second_return_at"} & form.fields.keys()
    assert b"Email:" not in render(form, OFFICE, "html").content


@pytest.mark.parametrize(
    ("field", "found", "why"),
    [
        ("sets", True, "no count"),
        ("sets", -1, "no count"),
        ("sets", "1", "no count"),
        ("date", datetime(2023, 10, 27, tzinfo=UTC), "no date"),
        ("date", "2023-10-27", "no date"),
        ("received_at", datetime(2023, 10, 27, 9, 32), "no moment"),  # noqa: DTZ001  # a naive moment is the case
        ("received_at", date(2023, 10, 27), "no moment"),
        ("return_at", "03/11/2023", "no date"),
        ("copy", "archive", "none of office, applicant"),
        ("copy", ["office"], "none of office, applicant"),
        ("owner", 7, "no text"),
        ("dossier", "A\nB", "more than one line"),
        ("dossier", "9" * 101, "100 characters"),
        ("owner", "x" * 10_001, "10000 are allowed"),
        ("owner", "Nguyễn\x00", "U+0000"),
        ("owner", "abc\u202egnp", "U+202E"),
        ("owner", "\u2067abc", "U+2067"),
        ("owner", "\u200f12/34", "U+200F"),
        ("owner", "a\ud800", "U+D800"),
        ("components", "Đơn", "no list of rows"),
        ("components", ["Đơn"], "has as row 1 'Đơn'"),
        ("components", [{"name": "Đơn", "copies": 1}], "its columns are name, original"),
        ("components", [{"name": "Đơn"}, {"original": 1}], "in row 2: name (Tên giấy tờ) is missing"),
        ("components", [{"name": "Đơn", "original": 0.5}], "in row 1: original (Bản chính) is 0.5, no count"),
    ],
)
def test_a_value_of_another_kind_is_refused(field: str, found: object, why: str) -> None:
    assert why in faults("receipt", **{field: found})[field]


def test_fields_of_a_filled_form_are_what_was_checked() -> None:
    rows = [{"name": "Đơn", "original": 1}]
    form = filled("receipt", components=rows)
    rows.clear()
    assert [dict(row)["name"] for row in form.fields["components"]] == ["Đơn"]  # type: ignore[union-attr]


def test_a_form_built_without_fill_is_checked_too() -> None:
    with pytest.raises(FormRefused, match=r"number \(Số\) is missing"):
        Form(Forms.shipped().on("receipt", date(2023, 10, 27)), {})


@pytest.mark.parametrize("story", STORIES)
def test_a_form_is_not_printed_for_an_office_that_lacks_what_it_shows(story: str) -> None:
    form = filled(story)
    bare = OfficeProfile(agency="Sở", unit="Bộ phận Một cửa", place="Huế")
    needed = {f"office.{key}" for key in form.version.office}
    if not needed:
        assert render(form, bare).pages == 1
        return
    with pytest.raises(FormRefused) as refused:
        render(form, bare)
    assert {fault.field for fault in refused.value.faults} == needed


def test_a_receipt_is_not_printed_without_the_phone_and_feedback_address_of_its_back() -> None:
    bare = OFFICE.model_copy(update={"phone": None, "feedback": None})
    with pytest.raises(FormRefused, match=r"Số điện thoại của Bộ phận Một cửa.*tiếp nhận phản ánh, kiến nghị"):
        render(filled("receipt"), bare)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('agency = "Sở"\nunit = "BP"', "place"),
        ('agency = " "\nunit = "BP"\nplace = "Huế"', "agency"),
        ('agency = "Sở"\nunit = "BP"\nplace = "Huế"\nphone = "gọi Sở"', "phone"),
        ('agency = "Sở"\nunit = "BP"\nplace = "Huế"\ncode = "h32"', "code"),
        ('agency = "Sở"\nunit = "BP"\nplace = "Huế"\nfax = "1"', "fax"),
        ('agency = "S\u202eở"\nunit = "BP"\nplace = "Huế"', "agency"),
        ("agency = ", "the file"),
    ],
)
def test_a_malformed_office_is_refused_with_file_key_and_example(text: str, key: str) -> None:
    with pytest.raises(MalformedFile) as refused:
        OfficeProfile.loads(text, "so.toml")
    assert (refused.value.file, refused.value.key) == ("so.toml", key)
    assert "Sở Nông nghiệp và Môi trường" in str(refused.value)


def test_an_unknown_kind_names_the_kinds() -> None:
    with pytest.raises(UnknownForm, match="receipt, supplement_request, rejection, apology, stop_notice"):
        fill("reciept", {}, on=date(2025, 10, 1))


@pytest.mark.parametrize(
    ("kind", "day"),
    [("receipt", date(2019, 1, 5)), ("stop_notice", date(2025, 9, 14)), ("pause_notice", date(2023, 12, 31))],
)
def test_a_form_before_its_first_circular_is_refused_with_the_days_that_are_known(kind: str, day: date) -> None:
    with pytest.raises(NoFormInForce, match=f"{kind} .* has no form in force on {day}"):
        fill(kind, {}, on=day)


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2023, 11, 3), "ngày 03 tháng 11 năm 2023"),
        (date(2023, 2, 1), "ngày 01 tháng 02 năm 2023"),
        (date(2023, 8, 5), "ngày 05 tháng 8 năm 2023"),
    ],
)
def test_days_below_ten_and_the_first_two_months_are_padded(day: date, printed: str) -> None:
    assert in_words(day, "long") == printed
