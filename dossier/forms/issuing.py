"""Which form an act issues, what the desk knows of its fields, and the form with its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from reprlib import repr as short
from typing import Literal

from dossier.case import Case
from dossier.errors import FormFault, FormRefused, MalformedFile, NoFormInForce, OfficeWithoutCode
from dossier.forms.form import Form
from dossier.forms.kinds import Forms, Version
from dossier.forms.numbering import Numbering
from dossier.forms.office import OfficeProfile
from dossier.forms.rendering import Media, render
from dossier.forms.schema import Spec
from dossier.forms.sheet import compose
from dossier.forms.values import Refused, accept, blank, printed
from dossier.lifecycle import LIFECYCLE
from dossier.procedures import Procedures
from dossier.setting import Setting
from dossier.stores.register import Issued, Place

Given = Mapping[str, object]
Column = Literal["slip", "notice"]

_EXAMPLE = 'mandatory = ["number", "date"]'
_NUMBERED = "is given by the register; leave it out"


class Printer:
    """Fills and prints the forms of an office; it keeps nothing, the desk does.

    Args:
        office: who issues; its code names the series of its numbers.
        forms: other forms than those that come with the package.
        numbering: how numbers are written; that of the package is practice, not verified.
        media: what the kept bytes are.

    Raises:
        OfficeWithoutCode: the office has no code.
        MalformedFile: a form that an act issues has no mark in the numbering, or no number among its mandatory fields.

    """

    def __init__(
        self,
        office: OfficeProfile,
        *,
        forms: Forms | None = None,
        numbering: Numbering | None = None,
        media: Media = "pdf",
    ) -> None:
        if office.code is None:
            raise OfficeWithoutCode(office.agency)
        self.office, self.code, self.media = office, office.code, media
        self.numbering, self._forms = numbering or Numbering.shipped(), forms or Forms.shipped()
        _check(self._forms, self.numbering)

    def kind(self, command: str, day: date) -> Version | None:
        """The form that a command issues on a day; None where there is none, and the office numbers by hand."""
        kind = self._forms.issued_by(command)
        try:
            return None if kind is None else self._forms.on(kind, day)
        except NoFormInForce:
            return None

    def draft(self, command: str, after: Case, setting: Setting, extra: Given) -> Draft | None:
        """The form that an act is about to issue, without its number; None where it issues none.

        A form bears the day on which it is made, whenever the act took effect: of that day is its version, of that
        year its number.

        Args:
            command: a command of the desk.
            after: the case with the event of the act, whose number is still empty.
            setting: the law and the calendar of the desk.
            extra: what only the host knows, by field: names, addresses, who signs.

        """
        day = setting.calendar.local(after.records[-1].recorded_at).date()
        version = self.kind(command, day)
        return None if version is None else Draft(self, version, column(command), day, after, setting, extra)


@dataclass(frozen=True)
class Draft:
    """A form that an act is about to issue.

    Attributes:
        version: the form in force.
        column: where the event has the number of the form.
        day: the date on the form.
        extra: what the host gave.

    """

    printer: Printer
    version: Version
    column: Column
    day: date
    after: Case
    setting: Setting
    extra: Given

    @property
    def series(self) -> tuple[str, int, str]:
        """The series from which the number is to be taken: office, year, kind."""
        return self.printer.code, self.day.year, self.version.kind

    @cached_property
    def known(self) -> Mapping[str, object]:
        """The fields that the history tells; the host cannot say otherwise."""
        told = {"date": self.day} | {name: tell(self.after) for name, tell in _TOLD.items()}
        return {name: value for name, value in told.items() if name in self.version.fields and not blank(value)}

    @property
    def fields(self) -> Mapping[str, object]:
        """Every field but the number: what the history tells, what the host gives, and what stands where it gives none.

        Such are the name and the components of the procedure, and the code of the document on which the act stands.
        """
        offered = {name: offer(self.after, self.setting, self.day) for name, offer in _OFFERED.items()}
        usual = {name: value for name, value in offered.items() if name in self.version.fields and not blank(value)}
        given = {name: value for name, value in self.extra.items() if not blank(value)}
        return {**usual, **given, **self.known}

    @cached_property
    def faults(self) -> tuple[FormFault, ...]:
        """Every reason why the form would be refused; empty when it would not.

        One is left to printing: a letter that the font of the PDF lacks.
        """
        try:
            compose(self._filled("…"), self.printer.office)
        except FormRefused as refused:
            return refused.faults
        return ()

    def print(self, number: int) -> Issued:
        """The form under a number of its series, ready to be kept; its `slip` goes into the event.

        Raises:
            FormRefused: with every reason.

        """
        place, record = Place(*self.series, number), self.after.records[-1]
        slip = self.printer.numbering.text(place)
        made = render(self._filled(slip), self.printer.office, self.printer.media)
        return Issued(
            place=place,
            dossier=self.after.code,
            version=record.version,
            slip=slip,
            template=made.template,
            media_type=made.media_type,
            sha256=made.sha256,
            sides=made.sides,
            issued_at=record.recorded_at,
            issued_by=record.text("actor"),
            content=made.content,
        )

    def _filled(self, number: str) -> Form:
        faults = [*self._conflicts()]
        try:
            form = Form(self.version, {**self.fields, "number": number})  # type: ignore[dict-item]  # checked as built
        except FormRefused as refused:
            faults += refused.faults
        if faults:
            raise FormRefused(self.version.kind, self.version.title, faults)
        return form

    def _conflicts(self) -> Iterator[FormFault]:
        number = self.version.fields["number"]
        if self.after.records[-1].text(self.column) is not None:
            yield FormFault(self.column, number.vi, _NUMBERED)
        if not blank(self.extra.get("number")):
            yield FormFault("number", number.vi, _NUMBERED)
        for name, value in self.known.items():
            spec, given = self.version.fields[name], self.extra.get(name)
            if not blank(given) and _shown(spec, given) != _shown(spec, value):
                why = f"is {_shown(spec, given)!r} and in the dossier {_shown(spec, value)!r}; leave it out"
                yield FormFault(name, spec.vi, why)


def column(command: str) -> Column:
    """The column of the event log in which the number of the form stands."""
    return "slip" if LIFECYCLE.fields[LIFECYCLE.kind(command)]["slip"] else "notice"


def _check(forms: Forms, numbering: Numbering) -> None:
    issued = {kind for command in LIFECYCLE.commands if (kind := forms.issued_by(command))}
    for kind in sorted(issued):
        if kind not in numbering.mark:
            raise MalformedFile("the numbering", f"mark.{kind}", "it is missing", f'[mark] {kind} = "TB"')
        if any("number" not in version.mandatory for version in forms.kinds[kind]):
            raise MalformedFile("the forms", f"form.{kind}", "an act issues it, so it needs a number", _EXAMPLE)


def _shown(spec: Spec, value: object) -> str:
    try:
        return printed(spec, accept(spec, value))
    except Refused:
        return short(value)


def _submitted_online(case: Case) -> object:
    found = next((record for record in reversed(case.records) if record.kind == "submitted"), None)
    return found.at if found and found.text("channel") == "online" else None


def _procedure_name(case: Case, setting: Setting, _: date) -> object:
    book = setting.procedures
    found = book.get(case.procedure) if isinstance(book, Procedures) and case.procedure else None
    return found and found.name


def _components(case: Case, setting: Setting, day: date) -> object:
    version = setting.version(case, day)
    return version and [{"name": name} for name in version.components]


_TOLD: Mapping[str, Callable[[Case], object]] = {
    "dossier": lambda case: case.code,
    "submitted_at": _submitted_online,
    "received_at": lambda case: case.received and case.received.at,
    "limit": lambda case: case.limit,
    "return_at": lambda case: case.promised,
    "due_at": lambda case: Case(case.code, case.records[:-1]).promised,
    "new_due_at": lambda case: case.promised,
    "reason": lambda case: case.records[-1].text("reason"),
    "paused_at": lambda case: case.records[-1].at,
    "stopped_at": lambda case: case.records[-1].at,
}
_OFFERED: Mapping[str, Callable[[Case, Setting, date], object]] = {
    "content": _procedure_name,
    "components": _components,
    "document": lambda case, _setting, _day: case.records[-1].text("document"),
}
