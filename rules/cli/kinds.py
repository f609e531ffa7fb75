"""`--kind`: which kind of case a command works on, and which tables such cases have."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dossier.kind import CaseKind
    from dossier.stores.tables import Tables


class Kind(StrEnum):
    """A kind of case; each has its own lifecycle, tables and rules."""

    DOSSIER = "dossier"
    FEEDBACK = "feedback"


OfKind = Annotated[Kind, typer.Option("--kind", help="The kind of case; feedback: phản ánh, kiến nghị.")]
KindPrefix = Annotated[
    str | None,
    typer.Option(
        "--prefix",
        help="What the names of the tables begin with; default: motcua_, with --kind feedback motcua_feedback_.",
    ),
]


def kind_of(kind: Kind) -> CaseKind:
    """The kind of case of this name."""
    from dossier.feedback import FEEDBACK
    from dossier.kind import DOSSIER

    return {Kind.DOSSIER: DOSSIER, Kind.FEEDBACK: FEEDBACK}[kind]


def tables_of(kind: Kind, prefix: str | None, schema: str | None) -> Tables:
    """The tables of a kind of case, under another prefix where one is given; raises as `Tables` does."""
    from dossier.stores.tables import Tables

    return Tables(kind_of(kind).prefix if prefix is None else prefix, schema)
