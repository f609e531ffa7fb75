"""Whether the signatures inside a PDF are worth what they claim (giá trị pháp lý của chữ ký số)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from calendars import NaiveMoment
from dossier.evidence.bounded import bounded
from dossier.evidence.media import PDF, describe
from dossier.evidence.sentences import SENTENCES, Status

if TYPE_CHECKING:
    from dossier.evidence.validation import Verdict

_WORST_FIRST: tuple[Status, ...] = ("invalid", "not_checked", "valid", "unsigned")
MAX_SIZE = 64 * 1024 * 1024
MAX_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What a file's signatures are worth.

    Attributes:
        status: `valid` where every signature is; `invalid` where one is not; `unsigned`; else `not_checked`.
        signers: common names in the order of signing, as the certificates say, whatever the status.
        signed_at: when the last signature was made, in the zone of the moment of the check; None if nothing says.
        detail_en: the reason, a part for each signature.
        detail_vi: the same in Vietnamese.

    """

    status: Status
    signers: tuple[str, ...]
    signed_at: datetime | None
    detail_en: str
    detail_vi: str


class PdfSignatures:
    """Checks PDF signatures against the certificates an office trusts; nothing is fetched from a network.

    A signature is valid when it is intact, covers the whole document, was followed by nothing but other signatures
    and their validation data (or what the signer's certification allows), and its certificate leads to a trusted
    root, all at the time of signing: that of its time stamp if the stamp leads to a trusted root, else the signer's
    own claim, and the answer says which. A chain that leads elsewhere makes it invalid ("not trusted"); without any
    root an intact signature is not checked, because nobody can say who signed.

    Known limits: signatures beside a file (.p7s) and in XML are not checked; revocation is known only from the lists
    given and from those inside the PDF's security store; a hostile file is stopped after `max_seconds`, by when it may
    have filled about 1 GB of memory, so check few files at once.

    Loggers `pyhanko` and `pyhanko_certvalidator` are cut off from the root logger: what they say is in the answer.
    """

    def __init__(
        self,
        trust_roots: Sequence[Path | bytes] = (),
        *,
        intermediates: Sequence[Path | bytes] = (),
        revocation_lists: Sequence[Path | bytes] = (),
        max_size: int = MAX_SIZE,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        """Read the certificates and lists, each in PEM or DER.

        Args:
            trust_roots: certificates trusted as they are; an issuing authority's may stand here as well as a root's.
            intermediates: certificates between roots and signers, for documents that do not carry them.
            revocation_lists: CRLs; one of today serves for older signatures.
            max_size: bytes above which a file is not checked.
            max_seconds: after which a check is given up.

        Raises:
            UnreadableCertificate: a source holds no certificate or list.

        """
        from dossier.evidence.validation import Trust, read_certificates, read_revocation_lists

        self._trust = Trust(
            read_certificates(trust_roots), read_certificates(intermediates), read_revocation_lists(revocation_lists)
        )
        self._max_size, self._max_seconds = max_size, max_seconds

    def check(self, content: bytes, at: datetime | None = None) -> SignatureCheck:
        """What the signatures of a file are worth; whatever the bytes are, it answers.

        Args:
            content: the file.
            at: when it came to hand, now unless given: no signature may be younger (10 minutes are allowed for
                clocks), and one that claims no time is judged at this moment.

        Raises:
            NaiveMoment: `at` has no offset.

        """
        moment = at or datetime.now(UTC)
        if moment.utcoffset() is None:
            raise NaiveMoment(moment)
        media_type = describe(content)
        if media_type != PDF:
            return _alone("not_pdf", media_type=media_type)
        if len(content) > self._max_size:
            return _alone("too_large", size=len(content), limit=self._max_size)
        return self._examined(content, moment)

    def _examined(self, content: bytes, moment: datetime) -> SignatureCheck:
        from dossier.evidence.validation import broken, examine

        try:
            return _joined(bounded(lambda: asyncio.run(examine(content, self._trust, moment)), self._max_seconds))
        except TimeoutError as error:
            return _joined([broken(content, error)])


def _alone(code: str, **facts: object) -> SignatureCheck:
    sentence = SENTENCES[code]
    return SignatureCheck(sentence.status, (), None, sentence.en.format(**facts), sentence.vi.format(**facts))


def _joined(verdicts: Sequence[Verdict]) -> SignatureCheck:
    return SignatureCheck(
        min((each.status for each in verdicts), key=_WORST_FIRST.index),
        tuple(each.signer for each in verdicts if each.signer),
        next((each.signed_at for each in reversed(verdicts) if each.signer), None),
        "; ".join(each.en for each in verdicts),
        "; ".join(each.vi for each in verdicts),
    )
