"""Evidence at the desk: documents with their content, and the legal value of the e-result."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from dossier import NotAllowed, Override
from dossier.errors import NoStorage
from dossier.evidence import Evidence, MemoryStorage, SignatureCheck
from dossier.procedures import Procedures
from tests.dossier.office import FIELDS, Office, at

AWAITED = "1.005399"  # its decision closes a dossier ten days after an unanswered request


class Judge:
    """Stands for the check of PDF signatures, which has its own tests: says of a content what it was told."""

    def __init__(self, **found: str) -> None:
        self.found = {content.encode(): status for content, status in found.items()}

    def check(self, content: bytes, at: object = None) -> SignatureCheck:  # noqa: ARG002  # the protocol of the check
        status = self.found.get(content, "unsigned")
        return SignatureCheck(status=status, signers=("Ký",), signed_at=None, detail_en="because", detail_vi="vì")


def office(**found: str) -> Office:
    storage = MemoryStorage()
    kept = Office(evidence=Evidence(storage, Judge(**found)))
    kept.storage = storage
    return kept


def test_a_document_is_kept_with_its_content_and_what_is_known_of_it() -> None:
    one = office()
    one.go("receive")
    done = one.desk.attach("A1", "VB-1", "Tờ trình".encode(), actor="CB-1", kind="ground")
    filed = one.store.documents.find("A1", "VB-1")
    assert done.history[-1].kind == "document_attached"
    assert (filed.sha256, filed.size) == (sha256("Tờ trình".encode()).hexdigest(), len("Tờ trình".encode()))
    assert (filed.kind, filed.attached_by, filed.attached_at, filed.signature) == (
        "ground",
        "CB-1",
        one.now,
        "unsigned",
    )
    assert one.storage.read(filed.sha256) == "Tờ trình".encode()


def test_the_same_document_again_changes_nothing_and_another_content_needs_another_id() -> None:
    one = office()
    one.go("receive")
    one.desk.attach("A1", "VB-1", b"one", actor="CB-1", key="k-1")
    assert one.desk.attach("A1", "VB-1", b"one", actor="CB-1", key="k-1").version == 2
    with pytest.raises(NotAllowed) as refusal:
        one.desk.attach("A1", "VB-1", b"two", actor="CB-1")
    assert [reason.code for reason in refusal.value.reasons] == ["attach.content"]
    assert len(one.store.history("A1")) == 2


def test_a_document_of_a_refused_act_is_not_filed() -> None:
    one = office()
    with pytest.raises(NotAllowed):
        one.desk.attach("A1", "VB-1", b"one", actor="CB-1")
    assert one.store.documents.of("A1") == []


def test_content_needs_a_desk_with_a_storage() -> None:
    plain = Office()
    plain.go("receive")
    with pytest.raises(NoStorage, match="hand the desk evidence="):
        plain.desk.attach("A1", "VB-1", b"one", actor="CB-1")


@pytest.mark.parametrize(
    ("status", "code"),
    [("invalid", "complete.signature"), ("unsigned", "complete.signature"), ("not_checked", "complete.signature")],
)
def test_an_e_result_without_a_valid_signature_completes_nothing_whatever_the_act_says(status: str, code: str) -> None:
    one = office(result=status)
    one.go("receive")
    one.desk.attach("A1", "KQ-1", b"result", actor="LD-1", kind="result")
    for given in ({}, {"signed": True}):
        reasons = one.desk.why_not("A1", "complete", document="KQ-1", **given)
        assert [reason.code for reason in reasons] == [code]
        assert status.replace("_", " ") in reasons[0].message_en
        assert one.desk.why_not("A1", "complete", document="KQ-1", override=Override("Gấp", "GĐ"), **given) == reasons


def test_an_e_result_with_a_valid_signature_completes_and_is_recorded_as_signed() -> None:
    one = office(result="valid")
    one.go("receive")
    one.desk.attach("A1", "KQ-1", b"result", actor="LD-1", kind="result")
    done = one.desk.do("A1", "complete", document="KQ-1")
    assert done.history[-1].row["signed"] is True


def test_an_e_result_that_was_never_filed_completes_nothing() -> None:
    one = office(result="valid")
    one.go("receive", "attach")
    assert one.refused("complete", document="VB-1") == ["complete.unfiled"]


def test_who_says_that_a_valid_signature_is_none_is_asked_to_leave_it_out() -> None:
    one = office(result="valid")
    one.go("receive")
    one.desk.attach("A1", "KQ-1", b"result", actor="LD-1", kind="result")
    assert "complete.undeclared" in one.refused("complete", document="KQ-1", signed=False)


# the code of a dossier


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("000.00.06.H56-260601-0361", []),
        ("H32.16.14-260601-0001", []),
        ("A1", ["code.malformed"]),
        ("000.00.06.H56-260602-0361", ["code.day"]),
        ("000.00.06.H56-261301-0361", ["code.malformed"]),
    ],
)
def test_where_the_office_asks_for_it_the_code_follows_a_grammar_and_names_the_day(
    code: str, reasons: list[str]
) -> None:
    assert Office(codes=True).refused("receive", code=code) == reasons
    assert Office().refused("receive", code=code) == []


def test_a_code_keeps_its_day_when_the_dossier_goes_on() -> None:
    one = Office(codes=True)
    one.go("submit", code="H32.16.14-260601-0001")
    one.now += timedelta(days=1)
    assert one.refused("receive", code="H32.16.14-260601-0001") == []


# how long an answer is awaited


def test_nobody_is_closed_out_while_the_procedure_still_awaits_an_answer() -> None:
    one = Office(now=at("01 09:00").replace(month=7), procedures=Procedures.shipped())
    one.desk.do("A1", "receive", **FIELDS["receive"] | {"procedure": AWAITED, "limit": None})
    one.desk.do("A1", "request_supplement", **FIELDS["request_supplement"])
    one.now = at("13 16:00").replace(month=7)  # ten days after 1 July end on Saturday the 11th, so on Monday the 13th
    assert one.refused("close", ground="no_answer") == ["close.too_early"]
    assert one.refused("close", ground="other") == []
    one.now = at("14 08:00").replace(month=7)
    assert one.refused("close", ground="no_answer") == []
