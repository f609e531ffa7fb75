"""A certificate authority for tests: roots, an issuing authority, signers, a stamping clock, and what they sign."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from asn1crypto import keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter, copy_into_new_writer
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
LONG = (datetime(2015, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC))
SHORT = (datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
SIGNED = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
"""When the documents of these tests are signed unless a test says otherwise."""

_PURPOSES = {
    "authority": ("key_cert_sign", "crl_sign"),
    "person": ("digital_signature", "content_commitment"),
    "clock": ("digital_signature",),
    "website": ("digital_signature",),
}
_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
_USAGES += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


@dataclass(frozen=True)
class Holder:
    """A certificate with its key and the certificates above it, nearest first."""

    certificate: pyca.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    above: tuple[pyca.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def asn1(self) -> x509.Certificate:
        return x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> keys.PrivateKeyInfo:
        plain = serialization.NoEncryption()
        return keys.PrivateKeyInfo.load(self.key.private_bytes(DER, serialization.PrivateFormat.PKCS8, plain))

    @property
    def others(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()
        store.register_multiple(x509.Certificate.load(each.public_bytes(DER)) for each in self.above)
        return store

    def stamping(self, when: datetime = SIGNED) -> DummyTimeStamper:
        return DummyTimeStamper(self.asn1, self.asn1_key, certs_to_embed=self.others, fixed_dt=when)


def issue(
    name: str, issuer: Holder | None = None, purpose: str = "person", valid: tuple[datetime, datetime] = LONG
) -> Holder:
    """A new certificate of that common name; its own issuer where none is given."""
    key = rsa.generate_private_key(65537, 2048) if purpose == "clock" else ec.generate_private_key(ec.SECP256R1())
    subject = pyca.Name([pyca.NameAttribute(NameOID.COUNTRY_NAME, "VN"), pyca.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = pyca.KeyUsage(**{each: each in _PURPOSES[purpose] for each in _USAGES})
    builder = (
        pyca.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(pyca.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(pyca.BasicConstraints(ca=purpose == "authority", path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(pyca.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        above = pyca.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        lists = pyca.DistributionPoint(
            [pyca.UniformResourceIdentifier("http://crl.example.vn/1.crl")], None, None, None
        )
        builder = builder.add_extension(above, critical=False)
        builder = builder.add_extension(pyca.CRLDistributionPoints([lists]), critical=False)
    if purpose == "clock":
        builder = builder.add_extension(pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Holder(certificate, key, (issuer.certificate, *issuer.above) if issuer else ())


@dataclass(frozen=True)
class Authorities:
    """Everybody these tests know; one of each for the whole session."""

    root: Holder
    issuing: Holder
    officer: Holder
    seal: Holder
    retired: Holder
    website: Holder
    clock: Holder
    foreign_root: Holder
    foreigner: Holder
    foreign_clock: Holder


@cache
def authorities() -> Authorities:
    root = issue("Root CA thử nghiệm", purpose="authority")
    issuing = issue("CA thử nghiệm cấp 2", root, "authority")
    foreign = issue("Another Root", purpose="authority")
    return Authorities(
        root,
        issuing,
        officer=issue("Nguyễn Thị Ánh Tuyết", issuing),
        seal=issue("UBND phường Bến Thành", issuing),
        retired=issue("Trần Văn Đức", issuing, valid=SHORT),
        website=issue("motcua.example.vn", issuing, "website"),
        clock=issue("Dấu thời gian thử nghiệm", issuing, "clock"),
        foreign_root=foreign,
        foreigner=issue("Nguyễn Thị Ánh Tuyết", foreign),
        foreign_clock=issue("Another Clock", foreign, "clock"),
    )


def revoked_by(by: Holder, revoked: dict[Holder, datetime] | None = None) -> bytes:
    """That authority's list of revoked certificates (CRL) of today, with the moments of revocation."""
    now = datetime.now(UTC)
    builder = (
        pyca.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(now - timedelta(days=1))
        .next_update(now + timedelta(days=7))
        .add_extension(pyca.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        .add_extension(pyca.CRLNumber(1), critical=False)
    )
    for holder, when in (revoked or {}).items():
        entry = pyca.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number).revocation_date(when)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by.key, hashes.SHA256()).public_bytes(DER)


@cache
def decision() -> bytes:
    """A PDF of one page with one text field, unsigned."""
    writer = PdfFileWriter()
    text = writer.add_object(StreamObject(stream_data=b"BT /F1 12 Tf (Quyet dinh so 12/QD-UBND) Tj ET"))
    page = writer.insert_page(PageObject(contents=text, media_box=(0, 0, 595, 842)))
    field = DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string("amount"),
            pdf_name("/V"): pdf_string("100000"),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): ArrayObject(),
            pdf_name("/P"): page,
        }
    )
    fields = ArrayObject([writer.add_object(field)])
    writer.root["/AcroForm"] = DictionaryObject({pdf_name("/Fields"): fields})
    return _written(writer)


class _Dated(PdfSigner):
    """Signs as if it were that moment."""

    moment = SIGNED

    def init_signing_session(self, *args: object, **options: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.moment
        return session


def sign(
    content: bytes,
    holder: Holder,
    field: str = "Signature1",
    *,
    when: datetime = SIGNED,
    stamper: DummyTimeStamper | None = None,
    certify: MDPPerm | None = None,
    digest: str = "sha256",
) -> bytes:
    """The PDF with one more signature, stamped with the time where a stamper is given."""
    certified = {"certify": True, "docmdp_permissions": certify} if certify else {}
    signer = _Dated(
        PdfSignatureMetadata(field_name=field, md_algorithm=digest, **certified),
        signer=SimpleSigner(holder.asn1, holder.asn1_key, holder.others),
        timestamper=stamper,
    )
    signer.moment = when
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content), strict=False)).getvalue()


def sign_leaving_out(holder: Holder, gap: int) -> bytes:
    """The decision signed but for that many bytes behind the signature; its byte range runs past the end instead."""
    content = sign(decision(), holder)
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", content)
    assert found
    begin, resume, length = (int(each) for each in found.groups())
    content = content[: found.start(2)] + b"%d" % (resume + gap) + content[found.end(2) :]
    digest = hashlib.sha256(content[:begin] + content[resume + gap : resume + gap + length]).digest()
    signer = SimpleSigner(holder.asn1, holder.asn1_key, holder.others)
    attributes = PdfCMSSignedAttributes(signing_time=SIGNED)
    signature = asyncio.run(signer.async_sign(digest, "sha256", signed_attr_settings=attributes)).dump()
    return content[: begin + 1] + signature.hex().encode().ljust(resume - begin - 2, b"0") + content[resume - 1 :]


def stamp_document(content: bytes, clock: Holder) -> bytes:
    """The PDF with a time stamp over the whole of it, which is no person's signature."""
    stamper = PdfTimeStamper(clock.stamping(), field_name="Stamp1")
    return stamper.timestamp_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), "sha256").getvalue()


def archive(content: bytes, *certificates: Holder) -> bytes:
    """The PDF with validation data added, as long-term archives do."""
    output = io.BytesIO(content)
    DocumentSecurityStore.add_dss(output, sig_contents=None, certs=[each.asn1 for each in certificates])
    return output.getvalue()


def rewrite(content: bytes) -> bytes:
    """The PDF with its page's text replaced by an incremental update, as an editor would."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    text = writer.root["/Pages"]["/Kids"][0].raw_get("/Contents")
    stream = text.get_object()
    stream._data = b"BT /F1 12 Tf (Quyet dinh so 99/QD-UBND) Tj ET"
    stream._encoded_data = None
    writer.update_container(stream)
    return _written(writer)


def fill_in(content: bytes, value: str) -> bytes:
    """The PDF with its text field filled in anew."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = pdf_string(value)
    writer.update_container(field)
    return _written(writer)


def strip_fields(content: bytes) -> bytes:
    """The PDF with every form field taken out by an incremental update; the signature's bytes stay."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/AcroForm"]["/Fields"] = ArrayObject()
    writer.update_root()
    return _written(writer)


def locked(content: bytes, password: str) -> bytes:
    """The PDF encrypted; an empty password opens for everybody."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(content)))
    writer.encrypt(owner_pass=f"owner-{password}", user_pass=password)
    return _written(writer)


def _written(writer: PdfFileWriter | IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def hybrid() -> bytes:
    """A PDF as word processors write it: a table of objects, and beside it a stream for readers of PDF 1.5."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Type/ObjStm/N 1/First 4/Length 9>>\nstream\n6 0 (hid)\nendstream",
    ]
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    stream_at, entry = len(out), b"\x02\x00\x04\x00"
    out += (
        b"5 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Index[6 1]/Root 1 0 R/Length 4>>\nstream\n%s\nendstream\nendobj\n"
        % entry
    )
    table_at = len(out)
    rows = b"".join(b"%010d 00000 n \n" % place for place in [*places, stream_at])
    out += b"xref\n0 7\n0000000006 65535 f \n%s0000000000 00000 f \n" % rows
    return out + b"trailer\n<</Size 7/Root 1 0 R/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (stream_at, table_at)
