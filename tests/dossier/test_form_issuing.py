"""Forms as acts issue them: what the desk knows, what the host adds, and the number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dossier import EventStore, MemoryStore, Store, metadata
from dossier.case import Case
from dossier.errors import FormRefused, MalformedFile, OfficeWithoutCode
from dossier.events import EVENT_CLASSES, row_of
from dossier.forms import Forms, OfficeProfile
from dossier.forms.book import register_book
from dossier.forms.issuing import Draft, Printer, column
from dossier.forms.numbering import Numbering
from dossier.lifecycle import LIFECYCLE
from dossier.procedures import Procedures
from dossier.setting import Setting
from dossier.stores.records import Entry, Overview, Record
from dossier.stores.register import Issued, Place
from tests.dossier.office import FIELDS, PROCEDURE, ROADS, Office, at
from tests.dossier.paper import OFFICE, pages, sections, squeezed

PRINTER = Printer(OFFICE)
HOST: Mapping[str, Any] = {
    "owner": "Nguyễn Thị Hoàng Yến",
    "address": "Thôn Phước Tuy 2, xã Diên Phước",
    "content": "Tách thửa đất số 12",
}
CLERK = {"officer": "Lê Thị Ánh Nguyệt"}
HEAD = {"signer": "Trần Văn Mẫu", "signer_title": "Giám đốc"}
PAPERS = [{"name": "Đơn đề nghị tách thửa", "original": 1}]
EXTRA: Mapping[str, Mapping[str, Any]] = {
    "guide": HOST | CLERK | {"parts": PAPERS, "reason": "Thiếu trích lục"},
    "receive": HOST | CLERK | {"components": PAPERS, "sets": 1},
    "request_supplement": HOST | CLERK | {"parts": PAPERS},
    "reject": HOST | CLERK,
    "pause": HOST | HEAD,
    "apologise": {name: text for name, text in (HOST | HEAD).items() if name != "address"},
    "withdraw": HOST | HEAD,
    "close": HOST | HEAD,
}
"""What the host gives at least for the form of each command."""

ROAD = dict.fromkeys(EXTRA, ROADS["received"]) | {"guide": ROADS["submitted"], "receive": ROADS["submitted"]}
ROAD["pause"] = ("receive", "attach")


def draft(
    command: str,
    extra: Mapping[str, Any] | None = None,
    printer: Printer = PRINTER,
    procedures: Procedures | None = None,
    **cells: Any,
) -> Draft:
    """The form of a command after its usual road, which ends an hour before; the event has no number yet."""
    office = Office(procedures=procedures)
    dossier = office.go(*ROAD[command])
    usual = dict(FIELDS[command]) | ({"promised": date(2026, 6, 8)} if command == "receive" else {})
    common = {"dossier": "A1", "at": office.now, "recorded_at": office.now, column(command): None}
    row = row_of(LIFECYCLE.kind(command), usual | common | cells)
    after = dossier.case.followed_by(Record(dossier.version + 1, row))
    return drafted(command, after, EXTRA[command] if extra is None else extra, printer, dossier.setting)


SETTING = Office().go("receive").setting


def drafted(
    command: str, after: Case, extra: Mapping[str, Any], printer: Printer = PRINTER, setting: Setting = SETTING
) -> Draft:
    found = printer.draft(command, after, setting, extra)
    assert found is not None
    return found


# which form, which column, which number


def test_an_act_issues_the_form_of_its_day() -> None:
    numbers = [PRINTER.kind("withdraw", day) for day in (date(2025, 9, 14), date(2025, 9, 15))]
    assert [version and version.number for version in numbers] == [None, "05"]
    assert PRINTER.kind("forward", date(2026, 1, 5)) is None
    assert PRINTER.kind("receive", date(2018, 12, 31)) is None


def test_an_act_without_a_form_has_no_draft() -> None:
    dossier = Office().go("receive", "forward")
    assert PRINTER.draft("forward", dossier.case, dossier.setting, {}) is None


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("slip", ["guide", "receive", "reject", "request_supplement", "apologise"]),
        ("notice", ["pause", "withdraw", "close"]),
    ],
)
def test_the_number_goes_into_the_column_that_the_event_needs(name: str, commands: list[str]) -> None:
    for command in commands:
        assert column(command) == name
        assert EVENT_CLASSES[LIFECYCLE.kind(command)].model_fields[name].is_required()


def test_every_command_that_issues_a_form_is_tested_here() -> None:
    assert {command for command in LIFECYCLE.commands if Forms.shipped().issued_by(command)} == EXTRA.keys()


def test_a_printed_number_names_number_year_and_kind() -> None:
    assert Numbering.shipped().text(Place("H32.08", 2026, "receipt", 361)) == "361/2026/TNHS"
    padded = Numbering.loads('schema = 1\npattern = "{mark}-{year}.{number:04}"\n[mark]\nreceipt = "TN"')
    assert padded.text(Place("H32.08", 2026, "receipt", 12)) == "TN-2026.0012"


PLACES = st.tuples(st.integers(2000, 2100), st.sampled_from(["a", "b", "c"]), st.integers(1, 10**6))


@given(PLACES, PLACES, st.permutations(["{number}", "{year}", "{mark}"]))
def test_no_two_numbers_of_an_office_read_the_same(
    one: tuple[int, str, int], other: tuple[int, str, int], parts: list[str]
) -> None:
    marks = '[mark]\na = "TN"\nb = "TNHS"\nc = "T"'
    numbering = Numbering.loads(f'schema = 1\npattern = "{"".join(parts)}"\n{marks}')
    texts = [numbering.text(Place("H32.08", *place)) for place in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('pattern = "{number}/{mark}"', "each once"),
        ('pattern = "{number}/{year}/{mark}/{number}"', "each once"),
        ('pattern = "{number.real}/{year}/{mark}"', "each once"),
        ('pattern = "{number}/{year}/{mark}/{"', "no other braces"),
        ('pattern = "{number}/{year:05}/{mark}"', "only {number} takes zeros"),
        ('pattern = "{number}/{year}/{mark}"\n[mark]\nreceipt = "TN"\nrejection = "TN"', "the same mark"),
        ('pattern = "{number}/{year}/{mark}"\n[mark]\nreceipt = "TN1"', "pattern"),
        ('pattern = "{number}/{year}/{mark}"\nmarks = 1', "Extra inputs"),
    ],
)
def test_a_numbering_that_could_be_ambiguous_is_refused(text: str, fault: str) -> None:
    with pytest.raises(MalformedFile, match=fault):
        Numbering.loads(f"schema = 1\n{text}" + ("" if "[mark]" in text else '\n[mark]\nreceipt = "TN"'))


def test_an_office_that_issues_needs_a_code_and_a_mark_for_each_of_its_forms() -> None:
    with pytest.raises(OfficeWithoutCode, match="mã định danh"):
        Printer(OfficeProfile(agency="Sở", unit="Bộ phận Một cửa", place="Khánh Hòa"))
    few = Numbering.loads('schema = 1\npattern = "{number}/{year}/{mark}"\n[mark]\nreceipt = "TN"')
    with pytest.raises(MalformedFile, match=r"mark\.apology: it is missing"):
        Printer(OFFICE, numbering=few)


# the fields


@pytest.mark.parametrize("command", EXTRA)
def test_with_what_the_host_adds_every_form_can_be_issued(command: str) -> None:
    assert draft(command).faults == ()


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("guide", {"dossier": "A1", "date": date(2026, 6, 1)}),
        (
            "receive",
            {"limit": "5 ngày làm việc", "received_at": at("01 10:00"), "return_at": date(2026, 6, 8)},
        ),
        ("request_supplement", {"reason": "Thiếu trích lục"}),
        ("reject", {"reason": "Không thuộc phạm vi"}),
        ("pause", {"received_at": at("01 09:00"), "paused_at": at("01 11:00"), "due_at": date(2026, 6, 8)}),
        (
            "apologise",
            {"due_at": date(2026, 6, 8), "new_due_at": date(2026, 6, 30), "received_at": at("01 09:00")},
        ),
        ("withdraw", {"stopped_at": at("01 10:00"), "document": "DN-1", "reason": "Không còn nhu cầu"}),
        ("close", {"stopped_at": at("01 10:00"), "document": "VB-2", "reason": "Không thể tiếp tục"}),
    ],
)
def test_the_desk_knows_what_the_history_says(command: str, known: Mapping[str, object]) -> None:
    fields = draft(command).fields
    assert {name: fields[name] for name in known} == known


def test_a_rejection_tells_when_the_dossier_was_submitted_online_and_only_then() -> None:
    moment = {"dossier": "A1", "at": at("01 09:00"), "recorded_at": at("01 09:00")}
    found = [
        drafted(
            "reject",
            Case(
                "A1", (Record(1, row_of("submitted", moment | {"channel": one})), Record(2, row_of("rejected", moment)))
            ),
            {},
        ).fields.get("submitted_at")
        for one in ("online", "in_person", "postal")
    ]
    assert found == [at("01 09:00"), None, None]


def test_name_and_components_of_the_procedure_stand_where_the_host_gives_none() -> None:
    book = Procedures.loads(PROCEDURE_FILE)
    fields = draft("receive", {}, procedures=book).fields
    assert fields["content"] == "Tách thửa hoặc hợp thửa đất"
    assert fields["components"] == [{"name": "Đơn đề nghị"}, {"name": "Trích lục bản đồ"}]
    given = draft("receive", procedures=book).fields
    assert (given["content"], given["components"]) == ("Tách thửa đất số 12", PAPERS)


PROCEDURE_FILE = f"""
schema = 1
[[procedure]]
code = "{PROCEDURE}"
name = "Tách thửa hoặc hợp thửa đất"
sector = "Đất đai"
level = "Cấp tỉnh"
[[procedure.version]]
decision = "Quyết định 1/QĐ-UBND"
in_force_from = 2025-01-01
cases = {{ normal = "5 ngày làm việc" }}
after_supplement = {{ semantics = "restart" }}
excluded_waits = "any_documented"
result = "document"
postal = true
components = ["Đơn đề nghị", "Trích lục bản đồ"]
citation = {{ instrument = "Quyết định 1/QĐ-UBND", article = "not verified", source = "a test" }}
status = "unverified"
"""


@pytest.mark.parametrize(
    ("command", "field", "other"),
    [
        ("receive", "return_at", date(2026, 6, 9)),
        ("receive", "received_at", at("01 10:01")),
        ("receive", "limit", "4 ngày làm việc"),
        ("receive", "dossier", "A2"),
        ("receive", "date", date(2026, 5, 31)),
        ("reject", "reason", "Lý do khác"),
        ("apologise", "new_due_at", date(2026, 7, 1)),
        ("apologise", "due_at", "08/06/2026"),
    ],
)
def test_the_host_cannot_say_otherwise_than_the_history(command: str, field: str, other: object) -> None:
    (fault,) = draft(command, EXTRA[command] | {field: other}).faults
    assert fault.field == field
    assert "leave it out" in fault.why


def test_the_host_may_repeat_what_the_history_says() -> None:
    same = {"received_at": at("01 10:00").astimezone(UTC), "limit": " 5 ngày làm việc ", "return_at": date(2026, 6, 8)}
    assert draft("receive", EXTRA["receive"] | same).faults == ()


def test_the_host_numbers_no_form_neither_in_the_form_nor_in_the_act() -> None:
    (given,) = draft("receive", EXTRA["receive"] | {"number": "12/TN"}).faults
    assert (given.field, given.why) == ("number", "is given by the register; leave it out")
    (by_hand,) = draft("pause", notice="TB-1").faults
    assert (by_hand.field, by_hand.why) == ("notice", "is given by the register; leave it out")


def test_every_fault_is_told_at_once_with_field_and_label() -> None:
    found = {fault.field: fault.vi for fault in draft("receive", {"return_at": at("02 09:00"), "tel": "1"}).faults}
    assert found == {
        "return_at": "Thời gian trả kết quả",
        "owner": "Chủ hồ sơ",
        "address": "Địa chỉ",
        "content": "Nội dung yêu cầu giải quyết",
        "components": "Thành phần hồ sơ nộp",
        "sets": "Số lượng hồ sơ",
        "officer": "Người tiếp nhận hoặc hướng dẫn hồ sơ",
        "tel": "",
    }


def test_what_the_office_lacks_is_a_fault_before_anything_is_printed() -> None:
    bare = Printer(OFFICE.model_copy(update={"phone": None, "feedback": None}))
    assert [fault.field for fault in draft("receive", printer=bare).faults] == ["office.phone", "office.feedback"]


# printing


@pytest.mark.parametrize("command", EXTRA)
def test_the_paper_bears_its_number_and_the_dossier(command: str) -> None:
    made = draft(command, printer=Printer(OFFICE, media="html"))
    issued = made.print(12)
    text = "".join(sections(issued.content or b""))
    assert issued.slip.startswith("12/2026/")
    assert squeezed(f"Số: {issued.slip}") in text
    assert HOST["owner"].replace(" ", "") in text


def test_what_is_issued_is_known_by_its_place_its_event_and_its_hash() -> None:
    issued = draft("receive", actor="NV-01").print(12)
    assert issued.place == Place("H32.08", 2026, "receipt", 12)
    assert (issued.dossier, issued.version, issued.slip) == ("A1", 2, "12/2026/TNHS")
    assert (issued.issued_at, issued.issued_by) == (at("01 10:00"), "NV-01")
    assert (issued.media_type, issued.template, issued.sides) == ("application/pdf", "receipt@1", 2)
    assert issued.sha256 == hashlib.sha256(issued.content or b"").hexdigest()
    assert squeezed("Số: 12/2026/TNHS") in pages(issued.content or b"")[0]


def test_a_form_bears_the_day_on_which_it_is_made_though_the_act_took_effect_before() -> None:
    late = draft("reject", at=at("01 10:00"), recorded_at=datetime.fromisoformat("2027-01-04T08:00:00+07:00"))
    assert (late.fields["date"], late.series) == (date(2027, 1, 4), ("H32.08", 2027, "rejection"))


def test_the_year_of_a_number_is_that_of_the_office_and_not_of_greenwich() -> None:
    eve = datetime.fromisoformat("2026-12-31T23:30:00+00:00")
    assert draft("reject", at=eve, recorded_at=eve).series == ("H32.08", 2027, "rejection")


# form and act in one transaction


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[EventStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield Store(connection)
    engine.dispose()


def carry_out(store: EventStore, draft: Draft) -> Issued:
    """A number, the form, the event with the slip, the form kept: in this order, in one savepoint."""
    record = draft.after.records[-1]
    with store.savepoint():
        issued = draft.print(store.register.next(*draft.series))
        event = EVENT_CLASSES[record.kind].model_validate({**given(record), draft.column: issued.slip})
        line = Overview("A1", 1, "received", PROCEDURE, record.at)
        store.append(Entry(event, 1, line))
        store.register.keep(issued)
    return issued


def given(record: Record) -> dict[str, Any]:
    return {name: cell for name, cell in record.row.items() if cell is not None and name != "event"}


def receipt(extra: Mapping[str, Any] | None = None) -> Draft:
    """The receipt of a dossier without any event before it."""
    cells = {"dossier": "A1", "at": at("01 10:00"), "recorded_at": at("01 10:00"), "promised": date(2026, 6, 8)}
    row = row_of("received", cells | {"procedure": PROCEDURE, "limit": "5 ngày làm việc"})
    return drafted("receive", Case("A1", (Record(1, row),)), {**EXTRA["receive"], **(extra or {})})


def test_form_and_act_are_kept_together_under_one_number(store: EventStore) -> None:
    issued = carry_out(store, receipt())
    (record,) = store.history("A1")
    (listed,) = store.register.of("A1")
    assert record.text("slip") == listed.slip == "1/2026/TNHS"
    assert store.register.read(listed.place).content == issued.content


def test_a_form_that_cannot_be_printed_leaves_neither_event_nor_number_nor_form(store: EventStore) -> None:
    with pytest.raises(FormRefused, match="owner"):
        carry_out(store, receipt({"owner": "王小明"}))
    assert (store.history("A1"), store.register.series(), store.register.of("A1")) == ((), [], [])
    assert carry_out(store, receipt()).place.number == 1


# the register of dossiers


def test_the_register_has_one_line_for_each_dossier_received_in_the_period(store: EventStore) -> None:
    office = Office(store)
    office.desk.do("A1", "receive", **FIELDS["receive"], applicant="P-7", actor="NV-01", office="Bộ phận Một cửa")
    office.go("complete", "deliver", code="A1")
    office.now = at("02 08:00")
    office.go("receive", "forward", code="A0")
    office.now = at("03 08:00")
    office.go("receive", code="C3")
    office.go("submit", code="D4")
    rows = book(store, (date(2026, 6, 1), date(2026, 6, 2)))
    assert [row["dossier"] for row in rows] == ["A1", "A0"]
    first, second = rows
    assert (first["owner"], first["manner"], first["due_at"]) == ("Nguyễn Thị Hoàng Yến", "online", date(2026, 6, 8))
    assert (first["received_at"], first["returned_at"]) == (at("01 09:00"), at("01 10:00"))
    assert (first["content"], first["handling_office"]) == ("Tách thửa hoặc hợp thửa đất", "Bộ phận Một cửa")
    assert (second["owner"], second["handling_office"], second["returned_at"], second["note"]) == (
        "(không ghi)",
        "Phòng Đất đai",
        None,
        "đang xử lý",
    )


def book(store: EventStore, period: tuple[date, date]) -> Any:
    owners = {"P-7": "Nguyễn Thị Hoàng Yến"}
    procedures, calendar = Procedures.loads(PROCEDURE_FILE), SETTING.calendar
    return register_book(
        store, period, date(2026, 6, 5), calendar=calendar, procedures=procedures, owners=owners
    ).fields["dossiers"]


def test_a_period_without_a_receipt_has_no_register(store: EventStore) -> None:
    Office(store).go("receive")
    with pytest.raises(FormRefused, match="no dossier was received from 2026-06-02 to 2026-06-03"):
        book(store, (date(2026, 6, 2), date(2026, 6, 3)))
