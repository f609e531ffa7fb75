"""The register of forms: the numbers that were given out, and the forms as they were issued."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Protocol

from dossier.errors import AlteredForm, ErasedForm, NoVoidReason, SidesNotPrinted, VoidedForm
from dossier.events import is_blank

CODES = "code "
"""What the series of dossier codes of a day begin with; no form is kept of them."""


class Place(NamedTuple):
    """Where a form stands: numbers count from 1 in each series, which is one kind of form of one office in one year.

    >>> str(Place("H32.08", 2026, "receipt", 12))
    'receipt 12/2026 of H32.08'
    """

    office: str
    year: int
    kind: str
    number: int

    @property
    def series(self) -> tuple[str, int, str]:
        """The series that counts the number."""
        return self[:3]

    def __str__(self) -> str:
        """The form in a sentence."""
        return f"{self.kind} {self.number}/{self.year} of {self.office}"


class Issued(NamedTuple):
    """A form (mẫu) as it was issued, and what became of it.

    Attributes:
        version: the event of the dossier that it belongs to.
        slip: the number as it is printed on the form.
        template: name and version of the wording, such as `apology@2`.
        sides: sides of the paper; a receipt has 2.
        content: the bytes; None where forms are only listed.
        printed_at: when all sides were first printed.
        void_reason: why it does not hold; `?` where that was erased.
        erased_at: when its bytes were erased.

    """

    place: Place
    dossier: str
    version: int
    slip: str
    template: str
    media_type: str
    sha256: str
    sides: int
    issued_at: datetime
    issued_by: str | None = None
    content: bytes | None = None
    printed_at: datetime | None = None
    void_reason: str | None = None
    voided_at: datetime | None = None
    voided_by: str | None = None
    erased_at: datetime | None = None

    @property
    def unprinted(self) -> bool:
        """Whether it holds, has more than one side, and nobody recorded that they were all printed."""
        return self.sides > 1 and self.printed_at is None and self.voided_at is None


class Series(NamedTuple):
    """The numbers of one kind of form of one office in one year, from 1.

    Attributes:
        last: the last number given out.
        issued: how many forms are kept, the void ones among them.
        voided: the numbers of those that are void.
        missing: the numbers up to the last one of which no form is kept, as ranges; a range is a gap.

    """

    office: str
    year: int
    kind: str
    last: int
    issued: int
    voided: tuple[int, ...] = ()
    missing: tuple[range, ...] = ()


class Register(Protocol):
    """Numbers and forms of all offices; what is issued is never changed and never numbered anew."""

    def next(self, office: str, year: int, kind: str) -> int:
        """Take the next number of a series, from 1.

        Others wait for the series until the transaction ends; one that is undone gives its number back.

        Raises:
            SeriesTaken: another transaction was first in a way that ends this one; begin anew.

        """

    def keep(self, issued: Issued) -> None:
        """Keep a form.

        Raises:
            NumberTaken: its number is taken.

        """

    def read(self, place: Place) -> Issued:
        """The form with its bytes, as they were issued.

        Raises:
            UnknownNumber: no form has this number.
            ErasedForm: its bytes were erased.
            AlteredForm: the bytes are not those that were issued.

        """

    def of(self, dossier: str) -> list[Issued]:
        """The forms of a dossier without their bytes, in the order of its events."""

    def printed(self, place: Place, sides: int, now: datetime) -> None:
        """Record that a form was printed on so many sides; the first time stays.

        Raises:
            UnknownNumber: no form has this number.
            SidesNotPrinted: it has more sides; nothing is recorded.

        """

    def unprinted(self, office: str | None = None, year: int | None = None) -> list[Issued]:
        """The forms with two sides that hold and of which nobody recorded that both were printed, by place."""

    def void(self, place: Place, reason: str, actor: str, now: datetime) -> None:
        """Make a form void (hủy mẫu); its number stays taken, its bytes stay kept, its event stays in the history.

        Raises:
            NoVoidReason: no reason is given.
            UnknownNumber: no form has this number.
            VoidedForm: it is void already.
            ErasedForm: its bytes were erased; a reason written now would never be.

        """

    def series(self, office: str | None = None, year: int | None = None) -> list[Series]:
        """Every series, by office, year and kind, with its gaps and its void numbers."""


def checked(issued: Issued) -> Issued:
    """The form, its bytes being those that were issued.

    Raises:
        ErasedForm: there are none any more.
        AlteredForm: they are others.

    """
    if issued.erased_at is not None:
        raise ErasedForm(issued.place, issued.erased_at)
    found = hashlib.sha256(issued.content).hexdigest() if isinstance(issued.content, bytes) else "none"
    if found != issued.sha256:
        raise AlteredForm(issued.place, issued.sha256, found)
    return issued


def print_of(issued: Issued, sides: int, now: datetime) -> Issued:
    """The form once it is printed; raises as `Register.printed` says."""
    if sides < issued.sides:
        raise SidesNotPrinted(issued.place, sides, issued.sides)
    return issued._replace(printed_at=issued.printed_at or now)


def void_of(issued: Issued, reason: str, actor: str, now: datetime) -> Issued:
    """The form once it is void; raises as `Register.void` says."""
    if is_blank(reason):
        raise NoVoidReason(issued.place)
    if issued.voided_at is not None:
        raise VoidedForm(issued.place, issued.voided_at, issued.voided_by)
    if issued.erased_at is not None:
        raise ErasedForm(issued.place, issued.erased_at)
    return issued._replace(void_reason=reason.strip(), voided_at=now, voided_by=actor)


def series_of(last: Mapping[tuple[str, int, str], int], forms: Iterable[tuple[Place, bool]]) -> list[Series]:
    """Every series.

    Args:
        last: the last number given out in each.
        forms: the place of each form kept, in order, and whether it is void.

    """
    kept = {key: _series(key, last.get(key, 0), found) for key, found in groupby(forms, lambda form: form[0].series)}
    of_forms = {key: number for key, number in last.items() if not key[2].startswith(CODES)}
    empty = {key: _series(key, number, ()) for key, number in of_forms.items() if key not in kept}
    return [found for _, found in sorted((kept | empty).items())]


def _series(key: tuple[str, int, str], last: int, forms: Iterable[tuple[Place, bool]]) -> Series:
    found = list(forms)
    numbers, voided = [place.number for place, _ in found], tuple(place.number for place, void in found if void)
    last = max(last, *numbers[-1:], 0)
    return Series(*key, last, len(numbers), voided, tuple(_gaps(numbers, last)))


def _gaps(numbers: list[int], last: int) -> Iterator[range]:
    expected = 1
    for number in (*numbers, last + 1):
        if number > expected:
            yield range(expected, number)
        expected = number + 1
