import asyncio
import io
import logging
import random
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.sign.fields import MDPPerm

from calendars import NaiveMoment
from dossier.errors import UnreadableCertificate
from dossier.evidence import PdfSignatures, SignatureCheck
from dossier.evidence.sentences import CLAIMED, IGNORED, SENTENCES, STAMPED, UNREVOKED, UNTIMED
from tests.dossier.authority import (
    SHORT,
    SIGNED,
    archive,
    authorities,
    decision,
    fill_in,
    hybrid,
    issue,
    locked,
    revoked_by,
    rewrite,
    sign,
    sign_leaving_out,
    stamp_document,
    strip_fields,
)

OFFICER, SEAL, RETIRED = "Nguyễn Thị Ánh Tuyết", "UBND phường Bến Thành", "Trần Văn Đức"
IN_OFFICE = datetime(2023, 5, 5, 2, 0, tzinfo=UTC)
"""When the retired officer's certificate was in force."""


@pytest.fixture(scope="module")
def trusting() -> PdfSignatures:
    return PdfSignatures([authorities().root.pem])


@pytest.fixture(scope="module")
def signed() -> bytes:
    return sign(decision(), authorities().officer)


def _is(check: SignatureCheck, status: str, english: str, vietnamese: str = "") -> None:
    assert (check.status, english in check.detail_en, vietnamese in check.detail_vi) == (status, True, True), check


def test_an_intact_signature_that_leads_to_a_trusted_root_is_valid(trusting: PdfSignatures, signed: bytes) -> None:
    check = trusting.check(signed)
    _is(check, "valid", f"{OFFICER}: valid; issued by CA thử nghiệm cấp 2", "hợp lệ")
    assert check.signers == (OFFICER,)
    assert check.signed_at == SIGNED


def test_a_certificate_expired_today_is_valid_for_what_it_signed_in_time(trusting: PdfSignatures) -> None:
    assert datetime.now(UTC) > authorities().retired.certificate.not_valid_after_utc
    check = trusting.check(sign(decision(), authorities().retired, when=IN_OFFICE))
    _is(check, "valid", "signed at 2023-05-05T02:00+00:00 as the signer claims", "theo người ký tự khai")
    assert check.signed_at == IN_OFFICE


def test_a_signature_made_after_the_certificate_expired_is_invalid(trusting: PdfSignatures) -> None:
    check = trusting.check(sign(decision(), authorities().retired))
    _is(check, "invalid", "not in force (2022-01-01T00:00+00:00 to 2024-01-01T00:00+00:00)", "hiệu lực")
    assert check.signers == (RETIRED,)


def test_a_trusted_time_stamp_says_when_a_document_was_signed(trusting: PdfSignatures) -> None:
    stamped = sign(decision(), authorities().officer, when=IN_OFFICE, stamper=authorities().clock.stamping(SIGNED))
    check = trusting.check(stamped)
    _is(check, "valid", "by the time stamp of Dấu thời gian thử nghiệm", "theo dấu thời gian")
    assert check.signed_at == SIGNED


def test_a_time_stamp_unmasks_a_back_dated_signature(trusting: PdfSignatures) -> None:
    stamper = authorities().clock.stamping(SIGNED)
    check = trusting.check(sign(decision(), authorities().retired, when=IN_OFFICE, stamper=stamper))
    _is(check, "invalid", "at 2026-03-10T02:30+00:00 the certificate was not in force")


def test_a_time_stamp_that_leads_to_no_trusted_root_gives_way_to_the_signer_s_claim(trusting: PdfSignatures) -> None:
    stamper = authorities().foreign_clock.stamping(SIGNED + timedelta(days=2))
    check = trusting.check(sign(decision(), authorities().officer, stamper=stamper))
    _is(check, "valid", "as the signer claims; its time stamp by Another Clock does not count", "không được tính")
    assert check.signed_at == SIGNED


def test_one_changed_byte_makes_it_invalid(trusting: PdfSignatures, signed: bytes) -> None:
    tampered = signed.replace(b"(Quyet dinh so 12/", b"(Quyet dinh so 13/")
    assert len(tampered) == len(signed)
    assert tampered != signed
    _is(trusting.check(tampered), "invalid", "does not fit the document", "không khớp văn bản")


def test_an_incremental_update_after_signing_makes_it_invalid(trusting: PdfSignatures, signed: bytes) -> None:
    edited = rewrite(signed)
    assert edited.startswith(signed)
    _is(trusting.check(edited), "invalid", "changed after this signature", "sửa đổi sau khi ký số")


def test_a_form_filled_in_after_signing_is_a_changed_document(trusting: PdfSignatures, signed: bytes) -> None:
    _is(trusting.check(fill_in(signed, "900000")), "invalid", "changed after this signature")


def test_a_form_may_be_filled_in_where_the_signer_certified_it_for_that(trusting: PdfSignatures) -> None:
    for permission, status in ((MDPPerm.FILL_FORMS, "valid"), (MDPPerm.NO_CHANGES, "invalid")):
        certified = sign(decision(), authorities().officer, certify=permission)
        assert trusting.check(fill_in(certified, "900000")).status == status


@pytest.mark.parametrize("tail", [b"\n% paid in full", b"X", b"\nstartxref\n0\n%%EOF\n"])
def test_bytes_behind_the_signed_document_make_it_invalid(trusting: PdfSignatures, signed: bytes, tail: bytes) -> None:
    assert trusting.check(signed + tail).status == "invalid"


def test_a_repeated_end_that_no_reader_sees_is_still_something_appended(trusting: PdfSignatures, signed: bytes) -> None:
    end = signed[signed.rindex(b"startxref") :]
    _is(trusting.check(signed + b"hidden\n" + end), "invalid", "bytes were added behind", "thêm vào sau")


@pytest.mark.parametrize(("gap", "status"), [(0, "valid"), (1, "invalid"), (200, "invalid")])
def test_a_signature_that_leaves_bytes_out_is_invalid_though_its_range_is_as_long_as_the_file(
    trusting: PdfSignatures, gap: int, status: str
) -> None:
    assert trusting.check(sign_leaving_out(authorities().officer, gap)).status == status


def test_white_space_behind_the_end_is_nothing_added(trusting: PdfSignatures, signed: bytes) -> None:
    assert trusting.check(signed + b"\r\n\0").status == "valid"


@pytest.mark.parametrize("given", ["pem", "der"])
def test_another_root_is_not_trusted_and_the_reason_names_who_issued(signed: bytes, given: str) -> None:
    check = PdfSignatures([getattr(authorities().foreign_root, given)]).check(signed)
    _is(check, "invalid", "not trusted: issued by CA thử nghiệm cấp 2", "không tin cậy")
    assert check.signers == (OFFICER,)


def test_the_same_name_under_another_root_is_not_the_officer(trusting: PdfSignatures) -> None:
    check = trusting.check(sign(decision(), authorities().foreigner))
    _is(check, "invalid", "not trusted: issued by Another Root")


def test_without_any_root_an_intact_signature_is_not_checked_rather_than_invalid(signed: bytes) -> None:
    check = PdfSignatures().check(signed)
    _is(check, "not_checked", "no trust root is configured", "chưa cấu hình chứng thư gốc")
    assert check.signers == (OFFICER,)


def test_a_tampered_document_is_invalid_under_any_root_and_so_without_one(signed: bytes) -> None:
    assert PdfSignatures().check(signed.replace(b"100000", b"900000")).status == "invalid"


def test_an_unsigned_pdf_is_unsigned_with_and_without_roots(trusting: PdfSignatures) -> None:
    for signatures in (trusting, PdfSignatures()):
        check = signatures.check(decision())
        _is(check, "unsigned", "carries no signature", "không có chữ ký số")
        assert (check.signers, check.signed_at) == ((), None)


def test_a_signature_taken_out_of_its_form_leaves_traces(trusting: PdfSignatures, signed: bytes) -> None:
    _is(trusting.check(strip_fields(signed)), "unsigned", "traces of a signature", "dấu vết chữ ký số")


def test_two_signatures_name_both_signers_in_their_order(trusting: PdfSignatures, signed: bytes) -> None:
    sealed = sign(signed, authorities().seal, "Seal", when=SIGNED + timedelta(hours=1))
    check = trusting.check(sealed)
    assert (check.status, check.signers) == ("valid", (OFFICER, SEAL))
    assert check.signed_at == SIGNED + timedelta(hours=1)


def test_one_of_two_signatures_broken_makes_the_document_invalid(trusting: PdfSignatures, signed: bytes) -> None:
    check = trusting.check(sign(signed, authorities().retired, "Second"))
    _is(check, "invalid", f"{OFFICER}: valid")
    assert f"{RETIRED}: at 2026-03-10" in check.detail_en
    assert check.signers == (OFFICER, RETIRED)


def test_a_second_signature_does_not_heal_what_was_changed_before_it(trusting: PdfSignatures, signed: bytes) -> None:
    check = trusting.check(sign(rewrite(signed), authorities().seal, "Seal"))
    _is(check, "invalid", f"{OFFICER}: the document was changed after this signature")
    assert f"{SEAL}: valid" in check.detail_en


def test_validation_data_may_be_added_for_the_archive(trusting: PdfSignatures, signed: bytes) -> None:
    assert trusting.check(archive(signed, authorities().officer)).status == "valid"


def test_a_time_stamp_over_the_document_is_nobody_s_signature(trusting: PdfSignatures, signed: bytes) -> None:
    alone = trusting.check(stamp_document(decision(), authorities().clock))
    _is(alone, "unsigned", "it is nobody's signature", "không phải chữ ký của ai")
    beside = trusting.check(stamp_document(signed, authorities().clock))
    assert (beside.status, beside.signers, beside.signed_at) == ("valid", (OFFICER,), SIGNED)


def test_a_certificate_for_web_sites_signs_no_documents(trusting: PdfSignatures) -> None:
    _is(trusting.check(sign(decision(), authorities().website)), "invalid", "not meant for signing documents")


def test_a_signature_over_a_sha_1_digest_proves_nothing(trusting: PdfSignatures) -> None:
    _is(trusting.check(sign(decision(), authorities().officer, digest="sha1")), "invalid", "too weak", "quá yếu")


def test_an_issuing_authority_that_was_not_in_force_vouches_for_nobody(trusting: PdfSignatures) -> None:
    issuing = issue("CA hết hạn", authorities().root, "authority", SHORT)
    check = trusting.check(sign(decision(), issue("Lê Văn Bình", issuing)))
    _is(check, "invalid", "Lê Văn Bình: the certificates above it, from CA hết hạn on, do not hold", "chuỗi chứng thư")


def test_a_broken_time_stamp_over_the_document_makes_it_invalid(trusting: PdfSignatures) -> None:
    stamped = stamp_document(decision(), authorities().clock).replace(b"100000", b"900000")
    _is(trusting.check(stamped), "invalid", "does not fit it", "không khớp văn bản")


def test_what_one_language_says_the_other_says_too() -> None:
    pairs = [(each.en, each.vi) for each in SENTENCES.values()] + [STAMPED, CLAIMED, UNTIMED, IGNORED, UNREVOKED]
    for english, vietnamese in pairs:
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", vietnamese)), english


@pytest.mark.parametrize(
    ("revoked_at", "status"),
    [(None, "valid"), (SIGNED - timedelta(days=1), "invalid"), (SIGNED + timedelta(days=1), "valid")],
)
def test_a_certificate_revoked_before_it_signed_makes_the_signature_invalid(
    signed: bytes, revoked_at: datetime | None, status: str
) -> None:
    cast = authorities()
    revoked = {cast.officer: revoked_at} if revoked_at else {}
    lists = [revoked_by(cast.issuing, revoked), revoked_by(cast.root)]
    check = PdfSignatures([cast.root.pem], revocation_lists=lists).check(signed)
    assert check.status == status
    assert "not fully checked" not in check.detail_en


@pytest.mark.parametrize("lists", [[], ["root"]])
def test_a_missing_list_of_revoked_certificates_is_said_and_condemns_nobody(signed: bytes, lists: list[str]) -> None:
    cast = authorities()
    given = [revoked_by(getattr(cast, each)) for each in lists]
    check = PdfSignatures([cast.root.pem], revocation_lists=given).check(signed)
    _is(check, "valid", "revocation not fully checked", "chưa kiểm tra hết việc thu hồi")


def test_no_document_is_signed_after_it_came_to_hand(trusting: PdfSignatures, signed: bytes) -> None:
    early = trusting.check(signed, SIGNED - timedelta(hours=1))
    _is(early, "invalid", "after the document came to hand", "sau thời điểm nhận")
    assert trusting.check(signed, SIGNED - timedelta(minutes=10)).status == "valid"
    ahead = sign(decision(), authorities().officer, when=datetime.now(UTC) + timedelta(days=1))
    assert trusting.check(ahead).status == "invalid"


def test_the_time_of_signing_is_told_in_the_zone_of_the_question(trusting: PdfSignatures, signed: bytes) -> None:
    check = trusting.check(signed, datetime.fromisoformat("2026-03-11T08:00+07:00"))
    assert check.signed_at is not None
    assert check.signed_at.isoformat() == "2026-03-10T09:30:00+07:00"
    assert "2026-03-10T09:30+07:00" in check.detail_vi


def test_a_moment_without_offset_is_refused(trusting: PdfSignatures, signed: bytes) -> None:
    with pytest.raises(NaiveMoment):
        trusting.check(signed, datetime(2026, 3, 11))  # noqa: DTZ001  # the fault under test


def test_a_file_of_a_word_processor_is_checked_like_any_other(trusting: PdfSignatures) -> None:
    sealed = sign(sign(hybrid(), authorities().officer), authorities().seal, "Seal")
    assert trusting.check(sealed).signers == (OFFICER, SEAL)
    assert trusting.check(sealed).status == "valid"
    assert trusting.check(sealed.replace(b"595 842", b"595 999")).status == "invalid"
    assert trusting.check(hybrid()).status == "unsigned"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"<?xml version='1.0'?>", "application/xml"),
        (b"", "application/octet-stream"),
    ],
)
def test_what_is_no_pdf_is_not_checked_and_is_said_to_be_what_it_is(
    trusting: PdfSignatures, content: bytes, found: str
) -> None:
    _is(trusting.check(content), "not_checked", f"not a PDF but {found}", f"không phải PDF mà là {found}")


def test_a_file_above_the_limit_is_not_checked(signed: bytes) -> None:
    check = PdfSignatures([authorities().root.pem], max_size=len(signed) - 1).check(signed)
    _is(check, "not_checked", f"{len(signed)} bytes, more than the {len(signed) - 1}")


def test_a_truncated_pdf_is_invalid_if_it_claims_a_signature_and_else_not_checked(
    trusting: PdfSignatures, signed: bytes
) -> None:
    _is(trusting.check(signed[:-60]), "invalid", "claims a signature but cannot be read", "không đọc được")
    _is(trusting.check(decision()[:-60]), "not_checked", "the PDF cannot be read", "không đọc được")


def test_a_pdf_that_asks_for_a_password_is_not_checked(trusting: PdfSignatures) -> None:
    _is(trusting.check(locked(decision(), "secret")), "not_checked", "asks for a password")


def test_a_pdf_that_anybody_can_open_is_read_though_it_is_encrypted(trusting: PdfSignatures) -> None:
    assert trusting.check(locked(decision(), "")).status == "unsigned"


def test_a_signature_of_a_kind_that_cannot_be_checked_is_not_taken_for_none(trusting: PdfSignatures) -> None:
    value = b"<</Type/Sig/SubFilter/adbe.x509.rsa_sha1/ByteRange[0 1 2 3]/Contents<00>>>"
    check = trusting.check(_pdf(b"/AcroForm<</Fields[3 0 R]>>", b"<</T(a)/FT/Sig/V%s>>" % value))
    _is(check, "not_checked", "field a: signatures of the kind /adbe.x509.rsa_sha1 are not checked here")


def test_an_issuing_authority_may_be_trusted_without_its_root(signed: bytes) -> None:
    assert PdfSignatures([authorities().issuing.pem]).check(signed).status == "valid"


def test_several_roots_may_stand_in_one_file(tmp_path: Path, signed: bytes) -> None:
    bundle = tmp_path / "roots.pem"
    bundle.write_bytes(authorities().foreign_root.pem + authorities().root.pem)
    assert PdfSignatures([bundle]).check(signed).status == "valid"


@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_root_that_is_no_certificate_is_refused_at_once_by_name(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "root.pem"
    broken.write_bytes(content)
    with pytest.raises(UnreadableCertificate, match=r"root\.pem holds no certificate"):
        PdfSignatures([broken])
    with pytest.raises(UnreadableCertificate, match="given as bytes"):
        PdfSignatures([content])


def test_a_root_that_is_not_there_is_refused_at_once_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCertificate, match=r"missing\.pem"):
        PdfSignatures([tmp_path / "missing.pem"])


def test_a_certificate_is_no_list_of_revoked_ones() -> None:
    with pytest.raises(UnreadableCertificate, match="revocation list"):
        PdfSignatures(revocation_lists=[authorities().root.pem])


def test_a_check_may_be_made_inside_a_running_event_loop(trusting: PdfSignatures, signed: bytes) -> None:
    async def view() -> SignatureCheck:
        return trusting.check(signed)

    assert asyncio.run(view()).status == "valid"


def test_what_the_pdf_library_would_log_does_not_reach_the_host(trusting: PdfSignatures) -> None:
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    logging.getLogger().addHandler(handler)
    try:
        assert trusting.check(sign(decision(), authorities().foreigner)).status == "invalid"
    finally:
        logging.getLogger().removeHandler(handler)
    assert output.getvalue() == ""


def _pdf(catalogue: bytes, third: bytes = b"null") -> bytes:
    bodies = [b"<</Type/Catalog/Pages 2 0 R %s>>" % catalogue, b"<</Type/Pages/Kids[]/Count 0>>", third]
    out, rows = b"%PDF-1.7\n", b""
    for number, body in enumerate(bodies, 1):
        rows += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 4\n0000000000 65535 f \n%strailer\n<</Size 4/Root 1 0 R>>\n" % rows
    return out + table + b"startxref\n%d\n%%%%EOF\n" % len(out)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-",
        b"%PDF-1.7" + b"\n" * 50_000,
        _pdf(b"/AcroForm " + b"[" * 100_000 + b"]" * 100_000),
        _pdf(b"/AcroForm<</Fields[3 0 R]>>", b"<</T(a)/FT/Sig/Kids[3 0 R]>>"),
        _pdf(b"/AcroForm<</Fields[3 0 R]>>", b"<</T(a)/FT/Sig/V 3 0 R>>"),
        _pdf(b"/AcroForm 7"),
        _pdf(b"").replace(b"/Size 4", b"/Size 4/Prev %d" % _pdf(b"").index(b"xref")),
        b"%PDF-1.7\nxref\n0 9999999999\n0000000000 65535 f \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
    ],
    ids=["header", "blank", "nesting", "kids-cycle", "value-cycle", "number-for-form", "previous-cycle", "huge-table"],
)
def test_a_hostile_pdf_gets_an_answer(trusting: PdfSignatures, content: bytes) -> None:
    assert trusting.check(content).status in {"not_checked", "invalid"}


def test_a_pdf_made_to_be_read_for_ever_is_given_up_in_time() -> None:
    entries = b"/W[0 0 0]/Index[0 999999999]/Size 999999999/Root 1 0 R/Length 0"
    content = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef%s>>\nstream\n\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n" % entries
    begin = time.monotonic()
    check = PdfSignatures([authorities().root.pem], max_seconds=0.3).check(content)
    assert time.monotonic() - begin < 5
    _is(check, "not_checked", "it takes longer than 0.3 seconds")


def _last_hole(content: bytes) -> range:
    """Where the signature itself stands, which no signature can cover."""
    numbers = content[content.rindex(b"/ByteRange") :].split(b"[")[1].split(b"]")[0].split()
    return range(int(numbers[1]), int(numbers[2]))


def test_no_change_of_a_bit_outside_the_signature_passes(trusting: PdfSignatures, signed: bytes) -> None:
    chance, hole = random.Random(20260310), _last_hole(signed)
    outside = [place for place in range(len(signed)) if place not in hole]
    for place in chance.sample(outside, 150):
        changed = bytearray(signed)
        changed[place] ^= 1 << chance.randrange(8)
        assert trusting.check(bytes(changed)).status != "valid", place


def test_no_cut_repeated_or_mixed_up_document_passes_or_fails_to_get_an_answer(
    trusting: PdfSignatures, signed: bytes
) -> None:
    chance, hole = random.Random(4), _last_hole(signed)
    for _ in range(150):
        begin, end = sorted(chance.sample([*range(hole.start), *range(hole.stop, len(signed))], 2))
        middle = chance.choice([b"", signed[begin:end] * 2, signed[begin:end][::-1], bytes(end - begin)])
        assert trusting.check(signed[:begin] + middle + signed[end:]).status != "valid"
