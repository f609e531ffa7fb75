"""The procedures (thủ tục hành chính) of an office: one strict, versioned file that everybody reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from dossier.errors import DossierError
from dossier.procedure_lint import Problem, Reading, read_file, read_text
from dossier.procedure_schema import (
    ANY_DOCUMENTED,
    GROUNDS,
    Citation,
    Procedure,
    ProcedureVersion,
    Supplement,
    UnknownCase,
    WorkStep,
)

__all__ = [
    "ANY_DOCUMENTED",
    "GROUNDS",
    "Citation",
    "MalformedProcedures",
    "Problem",
    "Procedure",
    "ProcedureVersion",
    "Procedures",
    "Supplement",
    "UnknownCase",
    "WorkStep",
    "lint",
]


class MalformedProcedures(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A procedure file that breaks a rule of its format; it names every error, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class Procedures:
    """A set of procedures, asked by code and day.

    >>> split = Procedures.shipped().on("1.012784", date(2026, 8, 20))
    >>> split.limit().text_vi, split.limit("difficult_area").text_vi
    ('12 ngày làm việc', '22 ngày làm việc')
    >>> split.excludes("financial_obligation")
    True
    """

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._by_code = {procedure.code: procedure for procedure in procedures}

    @classmethod
    def load(cls, path: Path) -> Procedures:
        """Read a procedure file.

        Raises:
            MalformedProcedures: with every error of the file; `lint` lists the warnings, too.

        """
        return cls._standing(read_file(path))

    @classmethod
    def loads(cls, text: str, name: str = "<text>") -> Procedures:
        """Read the text of a procedure file; raises as `load` does."""
        return cls._standing(read_text(text, name))

    @classmethod
    def shipped(cls) -> Procedures:
        """The environment and land procedures that come with the package, read once."""
        return _shipped()

    @classmethod
    def _standing(cls, reading: Reading) -> Procedures:
        if reading.errors:
            raise MalformedProcedures(reading.errors)
        return cls(reading.procedures)

    def on(self, code: str, day: date) -> ProcedureVersion | None:
        """The version in force on the day a dossier was received; None where the file knows none."""
        procedure = self._by_code.get(code)
        return procedure.on(day) if procedure else None

    def get(self, code: str) -> Procedure | None:
        """The procedure with all its versions, None where the file does not hold the code."""
        return self._by_code.get(code)

    def __iter__(self) -> Iterator[Procedure]:
        """The procedures in the order of the file."""
        return iter(self._by_code.values())

    def __len__(self) -> int:
        """How many procedures there are."""
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        """Whether the file holds a code (mã thủ tục)."""
        return code in self._by_code


def lint(path: Path) -> list[Problem]:
    """Every problem of a procedure file, errors and warnings, in the order of the file."""
    return list(read_file(path).problems)


@cache
def _shipped() -> Procedures:
    source = files("dossier") / "data" / "procedures.toml"
    return Procedures.loads(source.read_text(encoding="utf-8"), "procedures.toml")
