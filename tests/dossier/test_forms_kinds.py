from datetime import date, timedelta

import pytest

from dossier.errors import MalformedFile
from dossier.events import EVENT_CLASSES
from dossier.forms import Forms, Version
from dossier.forms.sheet import names, template
from dossier.lifecycle import LIFECYCLE
from dossier.strict import shipped

SHIPPED = shipped("forms.toml")
LAST_OF_2018 = date(2025, 9, 14)
VERSIONS = [version for versions in Forms.shipped().kinds.values() for version in versions]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("receipt", "01", "01"),
        ("supplement_request", "02", "02"),
        ("rejection", "03", "03"),
        ("apology", "04", "04"),
        ("control_sheet", "05", "06"),
        ("register", "06", "07"),
    ],
)
def test_numbers_shift_with_the_circular_of_2025(kind: str, old: str, new: str) -> None:
    forms = Forms.shipped()
    before, after = forms.on(kind, LAST_OF_2018), forms.on(kind, LAST_OF_2018 + timedelta(days=1))
    assert (before.number, before.circular) == (old, "Thông tư số 01/2018/TT-VPCP")
    assert (after.number, after.circular) == (new, "Thông tư số 03/2025/TT-VPCP")
    assert forms.on(kind, date(2019, 1, 6)) == before


def test_the_stop_notice_is_form_05_of_2025_and_the_pause_notice_no_form_of_any_circular() -> None:
    forms = Forms.shipped()
    assert forms.on("stop_notice", date(2025, 9, 15)).number == "05"
    assert forms.on("pause_notice", date(2026, 1, 1)).number is None
    assert "no circular has a form" in forms.on("pause_notice", date(2026, 1, 1)).note


def test_the_apology_has_a_new_title_since_2025() -> None:
    titles = [version.title for version in Forms.shipped().kinds["apology"]]
    assert titles == [
        "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
    ]


def test_every_act_whose_event_needs_a_slip_issues_a_form() -> None:
    needs = {
        command
        for command, kind in LIFECYCLE.commands.items()
        if any(EVENT_CLASSES[kind].model_fields[name].is_required() for name in ("slip", "notice"))
    } - {"notify"}
    assert {command for command in LIFECYCLE.commands if Forms.shipped().issued_by(command)} == needs


def test_each_act_issues_the_form_the_law_names_for_it() -> None:
    issued = {
        "receive": "receipt",
        "guide": "supplement_request",
        "request_supplement": "supplement_request",
        "reject": "rejection",
        "apologise": "apology",
        "pause": "pause_notice",
        "withdraw": "stop_notice",
        "close": "stop_notice",
    }
    assert {command: Forms.shipped().issued_by(command) for command in issued} == issued


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.kind}-{version.number}")
def test_the_wording_prints_every_field_of_its_form_and_names_no_other(version: Version) -> None:
    printed = {name for name in names(template(version.template)) if not name.startswith("office.")}
    columns = {f"{name}.{column}" for name, spec in version.fields.items() for column in spec.columns}
    headed = {"number", "date"} & version.fields.keys()  # the layout prints these in the head
    assert {name for name in printed if not name.endswith(".no")} | headed == version.fields.keys() | columns


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.kind}-{version.number}")
def test_what_was_not_verified_is_said(version: Version) -> None:
    assert any(word in version.note for word in ("not verified", "not read", "our own"))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "schema = 1\nschema = 1", "the file"),
        ('sets = { vi = "Số lượng hồ sơ", type = "count" }', 'sets = { vi = "", type = "count" }', "field.sets.vi"),
        ('type = "count" }\nlimit', 'type = "number" }\nlimit', "field.sets.type"),
        ('type = "count" }\nlimit', 'type = "rows" }\nlimit', "field.sets"),
        ('commands = ["pause"]', 'commands = ["stop"]', "form.pause_notice.commands: stop"),
        ('commands = ["pause"]', 'commands = ["close"]', "form.stop_notice.commands: close"),
        ("in_force_to = 2025-09-14\n", "", "form.receipt.version.0"),
        ("in_force_to = 2025-09-14\n", "in_force_to = 2025-09-15\n", "form.receipt.version.0"),
        ("in_force_to = 2025-09-14\n", "in_force_to = 2018-09-15\n", "form.receipt.version.0"),
        ("in_force_to = 2025-09-14\n", 'in_force_to = "2025-09-14"\n', "form.receipt.version.0.in_force_to"),
        ('number = "01"', "", "form.receipt.version.0"),
        ('number = "01"', 'number = "1"', "form.receipt.version.0.number"),
        ('title = "Giấy tiếp', 'titel = "Giấy tiếp', "form.receipt.version.0.title"),
        ('template = "receipt@1"', 'template = "../x@1"', "form.receipt.version.0.template"),
        ('mandatory = ["number", "date", ', 'mandatory = ["date", "date", "number", ', "form.receipt.version.0: date"),
        ('mandatory = ["number", "date", "dossier"', 'mandatory = ["number", "day"', "form.receipt.version.0: day"),
        ('mandatory = ["number", "date", ', 'mandatory = ["number", ', "form.receipt.version.0.mandatory"),
        ('office = ["phone", "feedback"]', 'office = ["telephone"]', "form.receipt.version.0.office: telephone"),
    ],
)  # fmt: skip
def test_a_malformed_file_of_forms_is_refused_with_file_key_and_example(old: str, new: str, key: str) -> None:
    assert old in SHIPPED
    with pytest.raises(MalformedFile) as refused:
        Forms.loads(SHIPPED.replace(old, new, 1), "mau.toml")
    assert (refused.value.file, refused.value.key) == ("mau.toml", key)
    assert refused.value.example
