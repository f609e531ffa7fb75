"""Every way floor 1 says no; the docstring tells when, the facts are attributes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why an act is refused.

    Attributes:
        code: permanent code, a key of `data/requirements.toml`.
        message_en: the sentence in English: what was found, what is allowed, what to do next.
        message_vi: the sentence in Vietnamese.
        citation: the instrument and its clause; says so where the clause is not verified.
        overridable: whether an `Override` lifts it; what cannot be is never lifted.
        field: the field of the act that is missing or wrong, None where the reason is not about one field.

    """

    code: str
    message_en: str
    message_vi: str
    citation: str
    overridable: bool = False
    field: str | None = None


class DossierError(Exception):
    """Floor 1 cannot do what was asked."""


class NotAllowed(DossierError):  # noqa: N818  # named for what was found
    """The desk refuses an act; `reasons` holds every reason, not only the first."""

    def __init__(self, dossier: str, command: str, reasons: Sequence[Reason]) -> None:
        self.dossier, self.command, self.reasons = dossier, command, tuple(reasons)
        sentences = "; ".join(f"[{reason.code}] {reason.message_en}" for reason in self.reasons)
        super().__init__(f"dossier {dossier!r}: {command} is refused: {sentences}")


class Conflict(DossierError):  # noqa: N818  # named for what was found
    """Somebody else wrote this version first; read the dossier again, decide again, and repeat the command."""

    def __init__(self, dossier: str, version: int) -> None:
        self.dossier, self.version = dossier, version
        super().__init__(
            f"dossier {dossier!r} already has version {version}; "
            "read it again and repeat the command if it still applies"
        )


class UnknownDossier(DossierError, LookupError):  # noqa: N818  # named for what was found
    """No event of this dossier (hồ sơ) is stored."""

    def __init__(self, dossier: str) -> None:
        self.dossier = dossier
        super().__init__(f"no event of dossier {dossier!r} is stored; check the code, or submit or receive it first")


class UnknownCommand(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A command that the lifecycle table does not have."""

    def __init__(self, command: str, known: Iterable[str]) -> None:
        self.command, self.known = command, tuple(known)
        super().__init__(f"there is no command {command!r}; the commands are {', '.join(self.known)}")


class UnknownField(DossierError, TypeError):  # noqa: N818  # named for what was found
    """A field that the event of this command does not have."""

    def __init__(self, command: str, field: str, known: Iterable[str]) -> None:
        self.command, self.field, self.known = command, field, tuple(known)
        super().__init__(f"{command} has no field {field!r}; its fields are {', '.join(self.known)}")


class Unreplayable(DossierError):  # noqa: N818  # named for what was found
    """A history whose steps cannot follow each other; the desk does not act on it, the checks still read it."""

    def __init__(self, dossier: str, version: int, kind: str, why: str) -> None:
        self.dossier, self.version, self.kind, self.why = dossier, version, kind, why
        super().__init__(
            f"dossier {dossier!r} cannot be run on: version {version} ({kind}) {why}; "
            "handle it outside the desk or import a corrected history under a new code"
        )


class ImpossibleStep(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An event that cannot follow in this state; `index` is its place in the history, from 0."""

    def __init__(self, index: int, kind: str, state: str) -> None:
        self.index, self.kind, self.state = index, kind, state
        super().__init__(f"event {index + 1} ({kind}) cannot follow in the state {state!r}")


class IncompatibleTerm(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An extension after a supplement that cannot be added to the time limit (thời hạn giải quyết)."""

    def __init__(self, extension: str, limit: str | None) -> None:
        self.extension, self.limit = extension, limit
        beside = "no limit is known" if limit is None else f"the limit is {limit}"
        super().__init__(f"{extension} cannot be added: {beside}; give a limit and an extension in one unit")


class MalformedTable(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A lifecycle table that breaks a rule of its own."""


class MalformedRequirements(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A file of requirements that breaks a rule of its format."""

    def __init__(self, file: str, key: str, rule: str, example: str) -> None:
        self.file, self.key, self.rule, self.example = file, key, rule, example
        super().__init__(f"{file}: {key}: {rule}; for example: {example}")


class UnreadableCell(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A cell of an imported row that is no value of its column."""

    def __init__(self, dossier: str, column: str, found: object, allowed: str) -> None:
        self.dossier, self.column, self.found, self.allowed = dossier, column, found, allowed
        super().__init__(f"dossier {dossier!r}: column {column!r} holds {found!r}; allowed is {allowed}")


class UnsupportedDatabase(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A database whose way to refuse a taken key is not known here."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"the store does not know the database {name!r}; use one of {', '.join(self.known)}")
