"""Which forms there are, which act issues which, and what each must say on a given day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from dossier.errors import MalformedFile, NoFormInForce, UnknownForm
from dossier.forms.office import LABELS
from dossier.forms.schema import FormsFile, Spec, VersionTable
from dossier.lifecycle import LIFECYCLE
from dossier.strict import read_strictly, shipped

_NAME = "forms.toml"
_EXAMPLE = (
    '[[form.receipt.version]] in_force_from = 2025-09-15, circular = "Thông tư 03/2025/TT-VPCP", number = "01", '
    'title = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", template = "receipt@1", mandatory = ["number", "date"]'
)


@dataclass(frozen=True, slots=True)
class Version:
    """A kind of form as it stands between two days.

    Attributes:
        kind: permanent key, such as `receipt`; numbers and titles change, the kind does not.
        circular: the instrument whose form it is, None where no circular has one.
        number: number of the form in the circular.
        title: Vietnamese title.
        template: name of the wording and its version, such as `apology@2`.
        fields: every field, in order.
        mandatory: the fields without which the form is refused.
        office: the keys of the office without which it is not printed.
        citation: the legal basis.
        note: what of this was not verified.

    """

    kind: str
    in_force_from: date
    in_force_to: date | None
    circular: str | None
    number: str | None
    title: str
    template: str
    fields: Mapping[str, Spec]
    mandatory: tuple[str, ...]
    office: tuple[str, ...]
    citation: str
    note: str

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on the day, both ends included."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


class Forms:
    """Every form, asked by kind and day.

    >>> forms = Forms.shipped()
    >>> [forms.on("control_sheet", day).number for day in (date(2025, 9, 14), date(2025, 9, 15))]
    ['05', '06']
    >>> forms.issued_by("request_supplement"), forms.issued_by("forward")
    ('supplement_request', None)
    """

    def __init__(self, versions: Mapping[str, tuple[Version, ...]], commands: Mapping[str, str]) -> None:
        self._versions, self._commands = versions, commands

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Forms:
        """Read the text of a file of forms.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        found = read_strictly(FormsFile, text, name, _EXAMPLE)
        _check(found, name)
        versions = {
            kind: tuple(_version(kind, version, found) for version in form.versions)
            for kind, form in found.form.items()
        }
        return cls(versions, {command: kind for kind, form in found.form.items() for command in form.commands})

    @classmethod
    def shipped(cls) -> Forms:
        """The forms that come with the package, read once."""
        return _shipped()

    @property
    def kinds(self) -> Mapping[str, tuple[Version, ...]]:
        """Every kind with its versions, oldest first."""
        return self._versions

    def issued_by(self, command: str) -> str | None:
        """The kind of form that a command of the desk issues, None where it issues none."""
        return self._commands.get(command)

    def on(self, kind: str, day: date) -> Version:
        """The version of a kind in force on a day.

        Raises:
            UnknownForm: there is no such kind.
            NoFormInForce: no version holds on this day.

        """
        if kind not in self._versions:
            raise UnknownForm(kind, self._versions)
        versions = self._versions[kind]
        for version in versions:
            if version.holds_on(day):
                return version
        raise NoFormInForce(kind, versions[0].title, day, [(each.in_force_from, each.in_force_to) for each in versions])


@cache
def _shipped() -> Forms:
    return Forms.loads(shipped(_NAME))


def _version(kind: str, table: VersionTable, found: FormsFile) -> Version:
    names = table.mandatory + table.optional
    own = table.model_dump(exclude={"mandatory", "optional", "office"})
    return Version(
        kind=kind,
        fields={name: found.field[name] for name in names},
        mandatory=table.mandatory,
        office=table.office,
        **own,
    )


def _check(found: FormsFile, name: str) -> None:
    commands = [command for form in found.form.values() for command in form.commands]
    for kind, form in found.form.items():
        for command in form.commands:
            if command not in LIFECYCLE.commands or commands.count(command) > 1:
                rule = "it issues two forms" if command in LIFECYCLE.commands else "the desk has no such command"
                raise MalformedFile(name, f"form.{kind}.commands: {command}", rule, 'commands = ["receive"]')
        for place, version in enumerate(form.versions):
            _check_names(found, version, name, f"form.{kind}.version.{place}")
        _check_days(form.versions, name, f"form.{kind}")


def _check_names(found: FormsFile, version: VersionTable, name: str, key: str) -> None:
    names = version.mandatory + version.optional
    for field in names:
        if field not in found.field:
            raise MalformedFile(
                name, f"{key}: {field}", "no field has this name", f'[field.{field}] vi = "…", type = "text"'
            )
        if names.count(field) > 1:
            raise MalformedFile(name, f"{key}: {field}", "the field is named twice", 'mandatory = ["number", "date"]')
    if "date" not in version.mandatory:
        raise MalformedFile(name, f"{key}.mandatory", "a form needs its date", 'mandatory = ["date"]')
    for label in version.office:
        if label not in LABELS:
            raise MalformedFile(
                name, f"{key}.office: {label}", f"an office has {', '.join(LABELS)}", 'office = ["phone"]'
            )


def _check_days(versions: tuple[VersionTable, ...], name: str, key: str) -> None:
    for place, version in enumerate(versions):
        ends, following = version.in_force_to, versions[place + 1 : place + 2]
        if ends is not None and ends < version.in_force_from:
            raise MalformedFile(name, f"{key}.version.{place}", "it ends before it begins", "in_force_to = 2025-09-14")
        if following and (ends is None or following[0].in_force_from <= ends):
            rule = "it overlaps the next version; write the day on which it ends"
            raise MalformedFile(name, f"{key}.version.{place}", rule, "in_force_to = 2025-09-14")
