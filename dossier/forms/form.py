"""A filled form: it exists only when every mandatory field is there and each field has its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dossier.errors import FormFault, FormRefused
from dossier.forms.kinds import Forms, Version
from dossier.forms.values import Refused, Value, accept, blank


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one kind, filled; blank optional fields are left out.

    Raises:
        FormRefused: with every field that is missing, blank, unknown or of another type.

    """

    version: Version
    fields: Mapping[str, Value]

    def __post_init__(self) -> None:
        """Check and keep the fields."""
        if faults := tuple(_faults(self.version, self.fields)):
            raise FormRefused(self.version.kind, self.version.title, faults)
        kept = {
            name: accept(spec, self.fields[name])
            for name, spec in self.version.fields.items()
            if not blank(self.fields.get(name))
        }
        object.__setattr__(self, "fields", kept)

    @property
    def kind(self) -> str:
        """The kind of form."""
        return self.version.kind

    @property
    def day(self) -> date:
        """The date on the form."""
        day = self.fields["date"]
        assert isinstance(day, date)  # noqa: S101  # the loader lets no version without its date pass
        return day


def fill(kind: str, fields: Mapping[str, object], *, on: date, forms: Forms | None = None) -> Form:
    """Fill the form of a kind that is in force on a day.

    Args:
        kind: key of the form, such as `receipt`.
        fields: the fields of the version by name; docs/forms.md lists them.
        on: the day whose circular counts.
        forms: other forms than those that come with the package.

    Raises:
        UnknownForm: there is no such kind.
        NoFormInForce: no version holds on the day.
        FormRefused: a field is missing, blank, unknown or of another type; it names all of them.

    """
    return Form((forms or Forms.shipped()).on(kind, on), fields)  # type: ignore[arg-type]  # checked as it is built


def _faults(version: Version, given: Mapping[str, object]) -> Iterator[FormFault]:
    for name, spec in version.fields.items():
        if blank(given.get(name)):
            if name in version.mandatory:
                yield FormFault(name, spec.vi, "is missing")
            continue
        try:
            accept(spec, given[name])
        except Refused as refused:
            yield FormFault(name, spec.vi, str(refused))
    for name in sorted(map(str, given.keys() - version.fields.keys())):
        yield FormFault(name, "", f"is no field of this form; its fields are {', '.join(version.fields)}")
