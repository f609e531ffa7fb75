"""One PDF against certificates, through pyHanko; it loads heavy libraries, so it is imported when a check is made."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, crl, pem, x509
from pyhanko.pdf_utils.crypt.api import AuthStatus
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate, AdESSubIndic
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from dossier.errors import UnreadableCertificate
from dossier.evidence.sentences import CLAIMED, IGNORED, SENTENCES, STAMPED, UNREVOKED, UNTIMED, Status

for _name in ("pyhanko", "pyhanko_certvalidator"):  # what they would log is in the answer
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False

CLOCK_SKEW = timedelta(minutes=10)
"""By how much a signer's clock may run ahead of the office's; a choice of this house."""

_BLANK = b"\0\t\n\f\r "
_LONGEST_NAME = 200
_MARKS = (b"/ByteRange", b"/SubFilter")
_KINDS = frozenset(kind.value for kind in SigSeedSubFilter)
_TRUST_FAULTS: dict[AdESSubIndic | None, str] = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: "untrusted",
    AdESIndeterminate.REVOKED_NO_POE: "revoked",
    AdESIndeterminate.REVOKED_CA_NO_POE: "revoked",
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "purpose",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "weak",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "weak",
}


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates an office trusts, those between them and the signers, and lists of revoked ones."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    revocation_lists: tuple[crl.CertificateList, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one signature is worth; `signer` is None for what is no person's signature."""

    status: Status
    en: str
    vi: str
    signer: str | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Time:
    """When a signature was made, and whose time stamp says so; None: the signer's own claim.

    `ignored` is the clock of a time stamp that leads to no trusted root.
    """

    at: datetime | None
    clock: str | None = None
    ignored: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One signature with everything that is asked about it."""

    content: bytes
    reader: PdfFileReader
    trust: Trust
    signature: EmbeddedPdfSignature
    status: PdfSignatureStatus
    revocation_checked: bool
    time: _Time
    handed_in: datetime

    @property
    def moment(self) -> datetime:
        """At which moment the certificate must have been in force."""
        return self.time.at or self.handed_in


def verdict(code: str, signer: str | None = None, signed_at: datetime | None = None, **facts: object) -> Verdict:
    """The finding of that code, said with these facts."""
    sentence = SENTENCES[code]
    said = {"signer": signer, **facts}
    return Verdict(sentence.status, sentence.en.format(**said), sentence.vi.format(**said), signer, signed_at)


def read_certificates(sources: Iterable[Path | bytes]) -> tuple[x509.Certificate, ...]:
    """Certificates from PEM or DER; a PEM may hold several.

    Raises:
        UnreadableCertificate: a source holds none.

    """
    return tuple(x509.Certificate.load(der) for der in _ders(sources, x509.Certificate, "certificate"))


def read_revocation_lists(sources: Iterable[Path | bytes]) -> tuple[crl.CertificateList, ...]:
    """Lists of revoked certificates (CRL) from PEM or DER.

    Raises:
        UnreadableCertificate: a source holds none.

    """
    return tuple(crl.CertificateList.load(der) for der in _ders(sources, crl.CertificateList, "revocation list"))


def _ders(sources: Iterable[Path | bytes], kind: type[core.Sequence], wanted: str) -> Iterator[bytes]:
    for source in sources:
        name = "the certificate given as bytes" if isinstance(source, bytes) else str(source)
        try:
            content = source if isinstance(source, bytes) else source.read_bytes()
            blocks = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
            for der in blocks:
                kind.load(der, strict=True).native  # noqa: B018  # parsing is lazy: look at everything once
            yield from blocks
        except (OSError, ValueError, TypeError) as error:
            raise UnreadableCertificate(name, wanted, str(error).splitlines()[0]) from error


async def examine(content: bytes, trust: Trust, handed_in: datetime) -> list[Verdict]:
    """A verdict on each signature of a PDF, in the order in which they were made, or one on the whole."""
    try:
        reader = _open(content)
        fields = list(enumerate_sig_fields(reader, filled_status=True))
        signatures = [_read(reader, *field) for field in fields]
    except Exception as error:  # noqa: BLE001  # hostile bytes make a PDF library fail in any way
        return [broken(content, error)]
    signatures.sort(key=lambda each: -1 if isinstance(each, Verdict) else each.signed_revision)
    found = [await _judge(content, reader, trust, each, handed_in) for each in signatures]
    return found or [verdict("traces" if _claims(content) else "unsigned")]


def broken(content: bytes, error: Exception) -> Verdict:
    """What is said of a PDF that cannot be read to its end."""
    return verdict("broken_signed" if _claims(content) else "broken", why=_said(error))


def _claims(content: bytes) -> bool:
    """Whether the bytes look like those of a signed PDF; neither word of a signature may be compressed."""
    return all(mark in content for mark in _MARKS)


def _open(content: bytes) -> PdfFileReader:
    reader = PdfFileReader(io.BytesIO(content))
    if reader.xrefs.hybrid_xrefs_present:  # word processors write them; the strict reader checks no signature in them
        reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted and reader.decrypt("").status == AuthStatus.FAILED:
        raise ValueError("it asks for a password")
    return reader


def _read(reader: PdfFileReader, name: str, value: object, field: DictionaryObject) -> EmbeddedPdfSignature | Verdict:
    try:
        kind = value.get_object().get("/SubFilter")  # type: ignore[attr-defined]  # untyped in pyHanko
        if kind not in _KINDS:
            return verdict("kind", field=_plain(name), kind=_plain(str(kind)))
        return EmbeddedPdfSignature(reader, field, name)
    except Exception as error:  # noqa: BLE001  # as above
        return verdict("unreadable", field=_plain(name), why=_said(error))


async def _judge(
    content: bytes, reader: PdfFileReader, trust: Trust, signature: EmbeddedPdfSignature | Verdict, handed_in: datetime
) -> Verdict:
    if isinstance(signature, Verdict):
        return signature
    signer = None
    try:
        signer = _name_of(signature.signer_cert.subject)
        if signature.sig_object_type == "/DocTimeStamp":
            return await _judge_stamp(reader, trust, signature, signer)
        time = await _time_of(reader, trust, signature)
        status, complete = await _validated(reader, trust, signature, time.at or handed_in)
        return _worded(_Case(content, reader, trust, signature, status, complete, time, handed_in), signer)
    except Exception as error:  # noqa: BLE001  # as above
        return verdict("unreadable", signer, field=_plain(signature.field_name), why=_said(error))


async def _judge_stamp(reader: PdfFileReader, trust: Trust, stamp: EmbeddedPdfSignature, clock: str) -> Verdict:
    """A time stamp over the document is no person's signature, but it must not be broken."""
    status = await async_validate_pdf_timestamp(stamp, _context(reader, trust, None), skip_diff=True)
    return verdict("stamped" if status.intact and status.valid else "stamp", clock=clock)


def _context(
    reader: PdfFileReader, trust: Trust, moment: datetime | None, revocation: str = "soft-fail"
) -> ValidationContext:
    settings: dict[str, Any] = {
        "trust_roots": list(trust.roots),  # never None: that would trust the web's authorities
        "other_certs": list(trust.intermediates),
        "crls": list(trust.revocation_lists),
        "moment": moment,
        "revocation_mode": revocation,
        "allow_fetching": False,
        "retroactive_revinfo": True,  # a list of today tells whether a certificate was revoked then
    }
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(settings)
    except NoDSSFoundError:
        return ValidationContext(**settings)


async def _validated(
    reader: PdfFileReader, trust: Trust, signature: EmbeddedPdfSignature, moment: datetime
) -> tuple[PdfSignatureStatus, bool]:
    """The status, and whether lists of revoked certificates covered the whole chain; missing lists condemn nobody."""
    if trust.revocation_lists or "/DSS" in reader.root:
        status = await async_validate_pdf_signature(signature, _context(reader, trust, moment, "require"))
        if status.trusted or status.revoked:
            return status, status.trusted
    return await async_validate_pdf_signature(signature, _context(reader, trust, moment)), False


async def _time_of(reader: PdfFileReader, trust: Trust, signature: EmbeddedPdfSignature) -> _Time:
    ignored = None
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        status = await _stamped(reader, trust, signature, token)
        clock = _name_of(status.signing_cert.subject)
        if status.intact and status.trusted:
            return _Time(status.timestamp, clock)
        ignored = clock
    return _Time(signature.self_reported_timestamp, ignored=ignored)


async def _stamped(
    reader: PdfFileReader, trust: Trust, signature: EmbeddedPdfSignature, token: cms.SignedData
) -> TimestampSignatureStatus:
    moment = token["encap_content_info"]["content"].parsed["gen_time"].native
    imprint = message_imprint_checker(signature.signer_info)
    found = await validate_tst_signed_data(token, _context(reader, trust, moment), imprint)
    return TimestampSignatureStatus(**found)


def _worded(case: _Case, signer: str) -> Verdict:
    certificate, zone = case.status.signing_cert, case.handed_in.tzinfo
    found = verdict(
        _code(case),
        signer,
        case.time.at and case.time.at.astimezone(zone),
        issuer=_name_of(certificate.issuer),
        time=_iso(case.moment, case),
        begin=_iso(certificate.not_valid_before, case),
        end=_iso(certificate.not_valid_after, case),
        algorithm=f"{case.status.md_algorithm}, {case.status.pkcs7_signature_mechanism}",
    )
    return found if found.status != "valid" else _with_remarks(found, case)


def _with_remarks(found: Verdict, case: _Case) -> Verdict:
    time = case.time
    remarks = [STAMPED if time.clock else CLAIMED if time.at else UNTIMED]
    remarks += [IGNORED] if time.ignored else []
    remarks += [] if case.revocation_checked else [UNREVOKED]
    facts = {"time": _iso(case.moment, case), "clock": time.clock or time.ignored}
    en, vi = ("; ".join(text.format(**facts) for text in texts) for texts in zip(*remarks, strict=True))
    return Verdict(found.status, f"{found.en}; {en}", f"{found.vi}; {vi}", found.signer, found.signed_at)


def _code(case: _Case) -> str:
    """The first thing wrong with a signature, what the bytes alone tell before what needs trust."""
    status, certificate = case.status, case.status.signing_cert
    faults = (
        ("altered", not (status.intact and status.valid)),
        ("partial", _partial(case)),
        ("appended", _appended(case)),
        ("changed", not status.docmdp_ok or bool(_filled_in(case))),
        ("future", case.moment > case.handed_in + CLOCK_SKEW),
        ("no_roots", not case.trust.roots),
        ("expired", not certificate.not_valid_before <= case.moment <= certificate.not_valid_after),
        (_TRUST_FAULTS.get(status.trust_problem_indic, "chain"), not status.trusted),
        ("terms", not status.seed_value_ok),
    )
    return next((code for code, found in faults if found), "valid")


def _partial(case: _Case) -> bool:
    """Whether anything but the signature itself is left out, which pyHanko does not ask at the end of a file."""
    _, length, resumes, _ = case.signature.byte_range
    hole = 2 * len(case.signature.pkcs7_content) + 2
    whole = (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
    return case.status.coverage not in whole or bool(resumes != length + hole)


def _appended(case: _Case) -> bool:
    """Whether bytes that are no revision follow, which pyHanko does not see."""
    _, _, resumes, length = case.signature.byte_range
    last = case.signature.signed_revision == case.reader.total_revisions - 1
    return last and bool(case.content[resumes + length :].strip(_BLANK))


def _filled_in(case: _Case) -> set[str]:
    """The fields filled in after signing, but for signatures; pyHanko allows them unless the signer forbids it."""
    changes = case.status.diff_result
    if not isinstance(changes, DiffResult) or case.signature.docmdp_level == MDPPerm.FILL_FORMS:
        return set()
    return changes.changed_form_fields - {name for name, _, _ in enumerate_sig_fields(case.reader)}


def _name_of(name: x509.Name) -> str:
    found = name.native.get("common_name") or name.human_friendly
    return _plain(found if isinstance(found, str) else ", ".join(found))


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:_LONGEST_NAME]


def _said(error: Exception) -> str:
    return _plain(str(error) or type(error).__name__)


def _iso(moment: datetime, case: _Case) -> str:
    return moment.astimezone(case.handed_in.tzinfo).isoformat(timespec="minutes")
