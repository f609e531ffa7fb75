"""The form and the act are one: number, event and bytes stand or fall together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from dossier import UNCHECKED, Conflict, Desk, NotAllowed, Store, metadata
from dossier.errors import MalformedDossierCode
from dossier.events import Cell
from dossier.forms import OfficeProfile
from dossier.forms.issuing import Printer
from tests.dossier.office import FIELDS, Office, at

UNIT = OfficeProfile(
    agency="UBND tỉnh Khánh Hòa",
    unit="Trung tâm Phục vụ hành chính công",
    place="Khánh Hòa",
    phone="0258 3555 666",
    feedback="pakn.khanhhoa.gov.vn",
    code="H32.08",
)
PERSON = {"owner": "Nguyễn Thị Ất", "address": "12 Trần Phú", "content": "Tách thửa đất", "officer": "Lê Văn Bính"}
RECEIPT = PERSON | {"components": [{"name": "Đơn đề nghị", "original": 1}], "sets": 1}
HEAD = {name: PERSON[name] for name in ("owner", "content")} | {"signer": "Phạm Thị Đinh", "signer_title": "Giám đốc"}


def bare(command: str) -> dict[str, Cell]:
    return {name: cell for name, cell in FIELDS[command].items() if name not in {"slip", "notice"}}


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "memory":
        yield Office(forms=Printer(UNIT))
        return
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield Office(Store(connection), forms=Printer(UNIT))
    engine.dispose()


def receive(office: Office, code: str, form: Mapping[str, object] = RECEIPT, **more: Cell) -> str:
    done = office.desk.do(code, "receive", form=form, **bare("receive") | more)
    return str(done.history[-1].row["slip"])


def test_a_receipt_is_numbered_printed_on_two_sides_and_kept_with_its_hash(office: Office) -> None:
    slip = receive(office, "H32.08-260601-0001")
    (listed,) = office.store.register.of("H32.08-260601-0001")
    issued = office.store.register.read(listed.place)
    assert (issued.slip, issued.version, issued.sides) == (slip, 1, 2)
    assert issued.sha256 == sha256(issued.content).hexdigest()
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(issued.content)).pages)
    for printed in ("Nguyễn Thị Ất", "H32.08-260601-0001", "08/06/2026", "0258 3555 666", "pakn.khanhhoa.gov.vn", slip):
        assert printed in text


def test_numbers_of_a_kind_increase_and_an_undone_act_leaves_no_gap(office: Office) -> None:
    slips = [receive(office, "A1")]
    with pytest.raises(NotAllowed):
        receive(office, "A1")
    with pytest.raises(ZeroDivisionError):
        undone(office)
    slips.append(receive(office, "A3"))
    assert [form.place.number for code in ("A1", "A3") for form in office.store.register.of(code)] == [1, 2]
    assert len({*slips}) == 2
    (series,) = office.store.register.series("H32.08", 2026)
    assert (series.kind, series.last, series.issued, series.missing) == ("receipt", 2, 2, ())


def undone(office: Office) -> None:
    with office.store.savepoint():
        receive(office, "A2")
        raise ZeroDivisionError


def test_every_field_that_the_form_lacks_is_named_beside_the_other_reasons(office: Office) -> None:
    receive(office, "A1")
    given = {name: cell for name, cell in bare("apologise").items() if name != "reason"}
    with pytest.raises(NotAllowed) as refusal:
        office.desk.do("A1", "apologise", form={"owner": "Nguyễn Thị Ất"}, **given)
    found = {(reason.code, reason.field) for reason in refusal.value.reasons}
    assert {("apologise.reason", "reason"), ("form.field", "signer"), ("form.field", "content")} <= found
    assert ("form.field", "owner") not in found
    assert len(office.store.register.of("A1")) == 1


def test_who_gives_the_number_of_a_form_that_the_desk_issues_is_asked_to_leave_it_out(office: Office) -> None:
    with pytest.raises(NotAllowed, match="is given by the register; leave it out"):
        receive(office, "A1", slip="TN-7")


def test_what_the_history_knows_the_host_cannot_print_otherwise(office: Office) -> None:
    receive(office, "A1")
    with pytest.raises(NotAllowed, match=r"due_at is .* and in the dossier .*; leave it out"):
        office.desk.do("A1", "apologise", form=HEAD | {"due_at": at("30 00:00").date()}, **bare("apologise"))


def test_each_act_with_a_form_issues_its_own(office: Office) -> None:
    parts = {"parts": [{"name": "Trích lục", "original": 1}]}
    receive(office, "A1")
    office.go("attach")
    office.desk.do("A1", "pause", form=HEAD, **bare("pause"))
    office.go("resume")
    office.desk.do("A1", "request_supplement", form=PERSON | parts, **bare("request_supplement"))
    office.go("supplement")
    office.desk.do("A1", "apologise", form=HEAD, **bare("apologise"))
    office.desk.do("A1", "reject", form=PERSON, **bare("reject"))
    forms = office.store.register.of("A1")
    assert {form.place.kind for form in forms} == {
        *("receipt", "pause_notice", "supplement_request", "apology", "rejection"),
    }
    history = {record.version: record for record in office.store.history("A1")}
    assert all(form.slip in {history[form.version].row["slip"], history[form.version].row["notice"]} for form in forms)


def test_the_same_command_with_the_same_key_issues_one_form(office: Office) -> None:
    first = office.desk.do("A1", "receive", form=RECEIPT, key="k-1", **bare("receive"))
    assert office.desk.do("A1", "receive", form=RECEIPT, key="k-1", **bare("receive")) == first
    assert len(office.store.register.of("A1")) == 1


def test_who_loses_a_race_takes_no_number(office: Office) -> None:
    receive(office, "A1")
    stale = Desk(_Stale(office.store), roles=UNCHECKED, forms=Printer(UNIT), now=lambda: office.now)
    with pytest.raises(Conflict):
        stale.do("A1", "receive", form=RECEIPT, **bare("receive"))
    assert [one.last for one in office.store.register.series("H32.08", 2026)] == [1]


class _Stale:
    """A store seen by somebody who read it before anything was there."""

    def __init__(self, store: object) -> None:
        self.store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def history(self, _code: str) -> tuple[()]:
        return ()


def test_codes_of_dossiers_count_from_one_each_day_and_are_no_gap_among_the_forms(office: Office) -> None:
    codes = [office.desk.new_code("H32.08.01") for _ in range(2)]
    office.now = at("02 09:00")
    codes += [office.desk.new_code("H32.08.01"), office.desk.new_code("000.00.06.H56", "circular-2018")]
    assert codes == [
        "H32.08.01-260601-0001",
        "H32.08.01-260601-0002",
        "H32.08.01-260602-0001",
        "000.00.06.H56-260602-0001",
    ]
    assert office.store.register.series() == []
    with pytest.raises(MalformedDossierCode):
        office.desk.new_code("H32 08")


def test_what_is_given_for_a_form_that_is_not_issued_is_refused_and_not_lost_silently(office: Office) -> None:
    receive(office, "A1")
    assert office.desk.why_not("A1", "forward", form=PERSON, **FIELDS["forward"])[-1].code == "form.none"
    plain = Desk(office.store, roles=UNCHECKED, now=lambda: office.now)
    assert [reason.code for reason in plain.why_not("A2", "receive", form=RECEIPT, **FIELDS["receive"])] == [
        "form.none"
    ]


def test_before_a_form_was_in_force_the_office_numbers_by_hand() -> None:
    office = Office(now=at("01 09:00").replace(year=2025), forms=Printer(UNIT))
    receive(office, "A1")
    assert office.desk.do("A1", "withdraw", **FIELDS["withdraw"]).history[-1].row["notice"] == "TB-2"
