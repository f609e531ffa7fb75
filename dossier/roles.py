"""Who may carry out which command: one table from commands to roles, and policies that say who has which role.

Deny by default: without an actor, without a role, without a row nothing is done. No override lifts it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from calendars import vietnam
from dossier.errors import Reason, UnknownRole
from dossier.events import is_blank
from dossier.lifecycle import LIFECYCLE, START, Lifecycle
from dossier.requirements import Requirements, requirements
from dossier.strict import Strict, Text, read_file_strictly, read_strictly, shipped


class Role(StrEnum):
    """What somebody is to a dossier (vai trò)."""

    APPLICANT = "applicant"
    INTAKE_OFFICER = "intake_officer"
    CASE_OFFICER = "case_officer"
    SIGNATORY = "signatory"
    AUDITOR = "auditor"
    SYSTEM = "system"


RolesOf = Callable[[str | None], Collection[Role]]
"""A policy: the roles of an actor, named by the code that stands in the event log."""

RESERVED: Mapping[str, Role] = MappingProxyType({"applicant": Role.APPLICANT, "system": Role.SYSTEM})
"""The actor codes of the event log that are no officers; each has its role and nobody else has it."""

GRANTED = frozenset(Role) - frozenset(RESERVED.values())
"""The roles that a policy can give."""

BEFORE_RECEIPT = frozenset({START, "submitted"})

_NAME = "roles.toml"
_EXAMPLE = '[command.receive] allowed = ["intake_officer"], because = "…"'
_ROSTER_EXAMPLE = '[[officer]] code = "NV-01", roles = ["case_officer"], offices = ["Phòng Đất đai"], from = 2026-01-01'


class _Unchecked:
    """See `UNCHECKED`."""

    def __call__(self, _actor: str | None) -> frozenset[Role]:
        return GRANTED

    def __repr__(self) -> str:
        return "UNCHECKED"


UNCHECKED: Final[RolesOf] = _Unchecked()
"""No rights are checked: anybody may do anything, nameless, too. For a host that checks them before it acts."""


class RoleLabel(Strict):
    """What a role is called."""

    vi: Text
    en: Text


def _acting(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if Role.AUDITOR in roles:
        raise ValueError("an auditor only reads; leave auditor out")
    return roles


Acting = Annotated[tuple[Annotated[Role, Field(strict=False)], ...], Field(strict=False), AfterValidator(_acting)]


class CommandRule(Strict):
    """Who may carry out a command.

    Attributes:
        allowed: the roles that may.
        before_receipt: the roles that may, too, while the dossier is not received.
        because: why.

    """

    allowed: Annotated[Acting, Field(min_length=1)]
    before_receipt: Acting = ()
    because: Text

    def roles(self, state: str | None) -> tuple[Role, ...]:
        """The roles that may do it in a state; where the state is not known, those that may in every state."""
        return (*self.before_receipt, *self.allowed) if state in BEFORE_RECEIPT else self.allowed


class Permissions(Strict):
    """The table of roles, as `data/roles.toml` holds it."""

    lifecycle: ClassVar[Lifecycle] = LIFECYCLE

    schema_version: Literal[1] = Field(alias="schema")
    role: Mapping[Annotated[Role, Field(strict=False)], RoleLabel]
    command: Mapping[str, CommandRule]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        nameless = [role for role in Role if role not in self.role]
        if nameless:
            raise ValueError(f"role.{nameless[0]} is missing; every role has its label")
        unsaid = [command for command in self.lifecycle.commands if command not in self.command]
        if unsaid:
            raise ValueError(f"command.{unsaid[0]} is missing; every command of the lifecycle says who may do it")
        unknown = [command for command in self.command if command not in self.lifecycle.commands]
        if unknown:
            raise ValueError(f"command.{unknown[0]}: the lifecycle has no such command")
        return self

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> Permissions:
        """Read the text of a table of roles.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_strictly(cls, text, name, _EXAMPLE)

    def allowed(self, command: str, state: str | None = None) -> tuple[Role, ...]:
        """The roles that may carry out a command.

        Raises:
            UnknownCommand: the lifecycle does not have the command.

        """
        self.lifecycle.kind(command)
        return self.command[command].roles(state)

    def labels_vi(self, roles: Iterable[Role]) -> str:
        """The roles in Vietnamese, in the order given; a dash for none."""
        return ", ".join(self.role[role].vi for role in roles) or "–"


@cache
def permissions() -> Permissions:
    """The table that comes with the package, read once."""
    return Permissions.loads(shipped(_NAME))


def roles_for(actor: str | None, roles_of: RolesOf) -> frozenset[Role]:
    """The roles that an actor has: a reserved code its own whatever the policy says, nobody without a code.

    Raises:
        UnknownRole: the policy gives something that is no role.

    """
    code = (actor or "").strip()
    if is_blank(code):
        return frozenset()
    if code in RESERVED:
        return frozenset({RESERVED[code]})
    return frozenset(_role(code, found) for found in roles_of(code) or ()) & GRANTED


def refusal(  # the law in its parts
    command: str,
    actor: str | None,
    roles_of: RolesOf,
    *,
    state: str | None = None,
    table: Permissions | None = None,
    book: Requirements | None = None,
) -> Reason | None:
    """Why an actor may not carry out a command, None where the actor may; no override lifts it.

    >>> refusal("receive", "applicant", Roster.of({})).code
    'role.denied'

    Args:
        command: a command of the lifecycle.
        actor: the code that would stand in the event log.
        roles_of: the policy.
        state: the state of the dossier; where it is not known the stricter row holds.
        table: who may do what; that of dossiers where none is given.
        book: the sentences of refusals; those of dossiers where none are given.

    Raises:
        UnknownCommand: the lifecycle does not have the command.
        UnknownRole: the policy gives something that is no role.

    """
    table, book = table or permissions(), book or requirements()
    allowed = table.allowed(command, state)
    if isinstance(roles_of, _Unchecked):
        return None
    if is_blank((actor or "").strip()):
        return _reason(table, book, "role.missing", command, (), allowed)
    found = roles_for(actor, roles_of)
    return None if found & set(allowed) else _reason(table, book, "role.denied", command, sorted(found), allowed)


def may_read(actor: str | None, roles_of: RolesOf) -> bool:
    """Whether an actor may look things up: everybody who has a role; whose dossier it is the host must check."""
    return isinstance(roles_of, _Unchecked) or bool(roles_for(actor, roles_of))


def is_auditor(actor: str | None, roles_of: RolesOf) -> bool:
    """Whether an actor's look-ups are to be logged; with `UNCHECKED` nobody is known to be an auditor."""
    return not isinstance(roles_of, _Unchecked) and Role.AUDITOR in roles_for(actor, roles_of)


def _role(actor: str, found: object) -> Role:
    try:
        return Role(found)  # type: ignore[arg-type]  # what a policy really gives is not known
    except ValueError:
        raise UnknownRole(actor, found, sorted(GRANTED)) from None


def _reason(
    table: Permissions, book: Requirements, code: str, command: str, found: Collection[Role], allowed: Collection[Role]
) -> Reason:
    vi = {"found": table.labels_vi(found), "allowed": table.labels_vi(allowed)}
    names = {"found": ", ".join(found) or "none", "allowed": ", ".join(allowed)}
    return book.reason(code, vi, command=command, **names)


# the roster of an office


def _officer_code(code: str) -> str:
    if code != code.strip() or is_blank(code):
        raise ValueError("the code is blank or begins or ends with a space")
    if code.casefold() in RESERVED:
        raise ValueError(f"{code!r} is reserved for no officer; the desk knows who {code.lower()} is")
    return code


def _grantable(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    for role in roles:
        if role not in GRANTED:
            raise ValueError(f"{role} is given to no officer; give {', '.join(sorted(GRANTED))}")
    return roles


class Spell(Strict):
    """The roles that an officer has from one day to another, both included.

    Attributes:
        code: the code of the officer, as it stands in the event log.
        offices: where; empty for every office.
        starts: the first day, None from the beginning.
        ends: the last day, None without end.

    """

    code: Annotated[str, AfterValidator(_officer_code)]
    roles: Annotated[
        tuple[Annotated[Role, Field(strict=False)], ...],
        Field(strict=False, min_length=1),
        AfterValidator(_grantable),
    ]
    offices: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    starts: date | None = Field(default=None, alias="from")
    ends: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts and self.ends and self.ends < self.starts:
            raise ValueError(f"it ends on {self.ends}, before it begins on {self.starts}; swap from and to")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the officer has the roles on a day."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


class _RosterFile(Strict):
    schema_version: Literal[1] = Field(alias="schema")
    officer: Annotated[tuple[Spell, ...], Field(strict=False, min_length=1)]


def _today() -> date:
    return datetime.now(vietnam().zone).date()


class Roster:
    """A policy from a list of officers, for an office that has no other register of rights.

    >>> roster = Roster.of({"NV-01": ["case_officer"]})
    >>> refusal("pause", "NV-01", roster) is None, refusal("pause", "NV-02", roster).code
    (True, 'role.denied')

    Args:
        spells: who has which roles, where and when; several of one officer add up.
        today: the day for which rights are asked.

    """

    def __init__(self, spells: Iterable[Spell], today: Callable[[], date] = _today) -> None:
        self._today = today
        self._spells: dict[str, list[Spell]] = defaultdict(list)
        for spell in spells:
            self._spells[spell.code].append(spell)

    @classmethod
    def of(cls, roles: Mapping[str, Iterable[str]], today: Callable[[], date] = _today) -> Roster:
        """A roster from a mapping: officer code to roles, everywhere and always.

        Raises:
            ValueError: a reserved code, a role that is given to nobody, or none at all.

        """
        return cls([Spell(code=code, roles=tuple(map(Role, found))) for code, found in roles.items()], today)

    @classmethod
    def load(cls, path: Path, today: Callable[[], date] = _today) -> Roster:
        """Read a roster: `[[officer]]` tables in TOML with code, roles and, where they matter, offices, from, to.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return cls(read_file_strictly(_RosterFile, path, _ROSTER_EXAMPLE).officer, today)

    @classmethod
    def loads(cls, text: str, name: str = "<text>", today: Callable[[], date] = _today) -> Roster:
        """Read the text of a roster; raises as `load` does."""
        return cls(read_strictly(_RosterFile, text, name, _ROSTER_EXAMPLE).officer, today)

    def __call__(self, actor: str | None) -> frozenset[Role]:
        """The roles of an officer today, none for everybody else."""
        return frozenset(role for spell in self._of(actor) for role in spell.roles)

    def offices(self, actor: str | None) -> frozenset[str] | None:
        """The offices in which an officer has roles today, None for every office."""
        spells = self._of(actor)
        if any(not spell.offices for spell in spells):
            return None
        return frozenset(office for spell in spells for office in spell.offices)

    def _of(self, actor: str | None) -> list[Spell]:
        today = self._today()
        return [spell for spell in self._spells.get(actor or "", ()) if spell.holds_on(today)]
