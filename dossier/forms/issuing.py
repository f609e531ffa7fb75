"""Which form an act issues, what the desk knows of its fields, and the form with its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal

from dossier.case import Case
from dossier.errors import FormFault, FormRefused, MalformedFile, NoFormInForce, OfficeWithoutCode
from dossier.filling import FIELDS
from dossier.forms.form import Form
from dossier.forms.kinds import Forms, Version
from dossier.forms.numbering import Numbering
from dossier.forms.office import OfficeProfile
from dossier.forms.rendering import Media, render
from dossier.forms.sheet import compose
from dossier.forms.values import blank
from dossier.lifecycle import LIFECYCLE
from dossier.setting import Setting
from dossier.stores.records import Record
from dossier.stores.register import Issued, Place

Given = Mapping[str, object]
_UNNUMBERED = "…"
_NUMBERED_BY_REGISTER = FormFault("number", "Số", "is given by the register; leave it out")


class Printer:
    """Fills and prints the forms of an office; it keeps nothing, the desk does.

    Args:
        office: who issues; its code names the series of its numbers.
        forms: other forms than those that come with the package.
        numbering: how numbers are written; without one as the package writes them, which is practice, not verified.
        media: what the kept bytes are.

    Raises:
        OfficeWithoutCode: the office has no code.
        MalformedFile: the numbering has no mark for a form that an act issues.

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
        self.office, self.code, self._media = office, office.code, media
        self._forms, self._numbering = forms or Forms.shipped(), numbering or Numbering.shipped()
        _check_marks(self._forms, self._numbering)

    def kind(self, command: str, day: date) -> Version | None:
        """The form that a command issues on a day; None where there is none, and the office numbers by hand."""
        kind = self._forms.issued_by(command)
        try:
            return None if kind is None else self._forms.on(kind, day)
        except NoFormInForce:
            return None

    def column(self, command: str) -> Literal["slip", "notice"]:
        """The column of the event log that holds the number of the form."""
        return "slip" if FIELDS[LIFECYCLE.kind(command)]["slip"] else "notice"

    def fields(self, command: str, after: Case, setting: Setting, extra: Given) -> dict[str, object]:
        """The fields of the form: what the history says, then what the host adds.

        Args:
            command: a command that issues a form on the day on which `after` ends.
            after: the case with the event of the command.
            setting: the law and the calendar of the desk.
            extra: what only the host knows, by field; what it says otherwise than the history stands in `faults`.

        """
        told = {name: value for name, value in extra.items() if not blank(value)}
        return _offered(after, setting) | told | self._known(command, after, setting)

    def faults(self, command: str, after: Case, setting: Setting, extra: Given) -> tuple[FormFault, ...]:
        """Every reason why the form would be refused, its number apart; nothing is printed.

        That a font lacks a letter shows in printing only.
        """
        try:
            compose(self._form(command, after, setting, extra, _UNNUMBERED), self.office)
        except FormRefused as refused:
            return refused.faults
        return ()

    def print(self, command: str, after: Case, setting: Setting, extra: Given, number: int) -> Issued:
        """The form under a number of its series, ready to be kept; its `slip` goes into the event.

        Raises:
            FormRefused: with every reason.

        """
        record = after.records[-1]
        place = Place(*self.series(command, after, setting), number)
        slip = self._numbering.text(place)
        printed = render(self._form(command, after, setting, extra, slip), self.office, self._media)
        return Issued(
            place=place,
            dossier=after.code,
            version=record.version,
            slip=slip,
            template=printed.template,
            media_type=printed.media_type,
            sha256=printed.sha256,
            sides=printed.sides,
            issued_at=record.recorded_at,
            issued_by=record.text("actor"),
            content=printed.content,
        )

    def series(self, command: str, after: Case, setting: Setting) -> tuple[str, int, str]:
        """Office, year and kind of the series that numbers the form: the year in which it is issued."""
        return self.code, _issued_on(after, setting).year, self._version(command, after, setting).kind

    def _version(self, command: str, after: Case, setting: Setting) -> Version:
        kind = self._forms.issued_by(command)
        assert kind is not None  # noqa: S101  # the desk asked `kind`
        return self._forms.on(kind, _issued_on(after, setting))

    def _form(self, command: str, after: Case, setting: Setting, extra: Given, number: str) -> Form:
        version = self._version(command, after, setting)
        faults = [*self._conflicts(command, after, setting, extra)]
        try:
            form = Form(version, self.fields(command, after, setting, extra) | {"number": number})  # type: ignore[arg-type]  # checked as it is built
        except FormRefused as refused:
            faults += refused.faults
        if faults:
            raise FormRefused(version.kind, version.title, faults)
        return form

    def _conflicts(self, command: str, after: Case, setting: Setting, extra: Given) -> Iterator[FormFault]:
        version = self._version(command, after, setting)
        if not blank(extra.get("number")):
            yield _NUMBERED_BY_REGISTER
        for name, value in self._known(command, after, setting).items():
            if not blank(extra.get(name)) and extra[name] != value:
                why = f"is {extra[name]!r}, and the dossier says {value!r}; leave it out"
                yield FormFault(name, version.fields[name].vi, why)

    def _known(self, command: str, after: Case, setting: Setting) -> dict[str, object]:
        version = self._version(command, after, setting)
        found = _COMMON | _OF_KIND.get(version.kind, {})
        said = {name: tell(after, setting) for name, tell in found.items() if name in version.fields}
        return {name: value for name, value in said.items() if value is not None}


def _check_marks(forms: Forms, numbering: Numbering) -> None:
    issued = {kind for command in LIFECYCLE.commands if (kind := forms.issued_by(command))}
    for kind in sorted(issued - numbering.mark.keys()):
        raise MalformedFile("the numbering", f"mark.{kind}", "it is missing", 'receipt = "TNHS"')


def _issued_on(after: Case, setting: Setting) -> date:
    return setting.calendar.local(after.records[-1].recorded_at).date()


def _offered(after: Case, setting: Setting) -> dict[str, object]:
    ...


Tell = Callable[[Case, Setting], object]
