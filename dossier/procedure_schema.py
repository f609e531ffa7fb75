"""What a procedure file may say: one class per table, one description and one good example per key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from calendars import Term
from dossier.errors import DossierError

SCHEMA = 1
"""The version of the file format."""

Ground = Literal[
    "financial_obligation",
    "public_posting",
    "expertise",
    "verification",
    "agency_opinion",
    "force_majeure",
    "other",
]
"""Grounds (căn cứ dừng tính) that a pause may name."""
GROUNDS: tuple[str, ...] = get_args(Ground)

Semantics = Literal["restart", "suspend", "fixed", "remaining_plus"]
Result = Literal["document", "none", "on_the_spot", "unknown"]
Status = Literal["read", "unverified"]

ANY_DOCUMENTED = "any_documented"
"""Nobody says which waits are excluded: every pause that is documented stops the clock."""

_read = lru_cache(maxsize=4096)(Term.parse)


class UnknownCase(DossierError, KeyError):  # noqa: N818  # named for what was found
    """A case (trường hợp) for which the procedure names no time limit."""

    def __init__(self, case: str, known: tuple[str, ...]) -> None:
        self.case, self.known = case, known
        offer = f"choose one of {', '.join(known)}" if known else "the source gives no limit for any case"
        super().__init__(f"no time limit (thời hạn giải quyết) for the case {case!r}; {offer}")

    def __str__(self) -> str:
        """The sentence, without the quotes a KeyError adds."""
        return str(self.args[0])


def _countable(text: str) -> str:
    _read(text).exact()
    return text


def _waits(found: object) -> object:
    if found == ANY_DOCUMENTED:
        return found
    if not isinstance(found, list | tuple):
        raise ValueError("it is neither a list of grounds nor 'any_documented'")  # noqa: TRY004  # what pydantic reports
    unknown = [ground for ground in found if ground not in GROUNDS]
    if unknown:
        raise ValueError(f"no such ground: {', '.join(map(repr, unknown))}")
    return tuple(found)


def _tristate(found: object) -> object:
    return None if found == "unknown" else found


def _as_tuple(found: object) -> object:
    return tuple(found) if isinstance(found, list) else found


def _some(found: object) -> object:
    if isinstance(found, list | tuple) and not found:
        raise ValueError("the list is empty")
    return _as_tuple(found)


LimitText = Annotated[str, AfterValidator(_countable)]
CaseName = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Citation(_Table):
    """Where a version was read (căn cứ)."""

    instrument: Text = Field(
        description="the legal act that fixes the limit, or 'not verified'", examples=["Nghị định 151/2025/NĐ-CP"]
    )
    article: Text = Field(
        description="article, clause, point or annex, or 'not verified'", examples=["Phụ lục I, phần V, mục A.II"]
    )
    source: Text = Field(description="where the text was seen", examples=["dichvucong.gov.vn, July 2026"])


class WorkStep(_Table):
    """One step of the internal process (bước của quy trình nội bộ); the last, handing over, has no limit."""

    name: Text = Field(description="what is done in the step", examples=["Thẩm định hồ sơ"])
    office: str = Field(default="", description="who does it; empty: not said", examples=["Phòng chuyên môn"])
    limit: LimitText | None = Field(
        default=None, description="a number and a unit; no key: the step is not counted", examples=["0,5 ngày làm việc"]
    )

    @property
    def term(self) -> Term | None:
        """The limit of the step, None where it is not counted."""
        return None if self.limit is None else _read(self.limit)


class Supplement(_Table):
    """What becomes of the clock when a full supplement (bổ sung hồ sơ) has come in."""

    semantics: Semantics = Field(
        description="restart | suspend | fixed | remaining_plus; the last two need a term", examples=["restart"]
    )
    term: LimitText | None = Field(
        default=None,
        description="a number and a unit: the new period (fixed) or what is added (remaining_plus)",
        examples=["10 ngày"],
    )
    cases: Mapping[CaseName, LimitText] = Field(
        default={}, description="case = term, where a case has another term", examples=['{ no_trial_run = "5 ngày" }']
    )
    status: Status = Field(
        default="unverified",
        description="read in the procedure's own text, or unverified (the default of the one-stop decree)",
        examples=["read"],
    )

    @model_validator(mode="after")
    def _term_where_needed(self) -> Self:
        needs = self.semantics in {"fixed", "remaining_plus"}
        if needs and self.term is None:
            raise ValueError(f"semantics {self.semantics!r} needs a term and has none")
        if not needs and (self.term is not None or self.cases):
            raise ValueError(f"semantics {self.semantics!r} takes no term: leave out term and cases")
        return self

    def term_for(self, case: str = "normal") -> Term | None:
        """The new period or the addition for one case; None for restart and suspend."""
        text = self.cases.get(case, self.term)
        return None if text is None else _read(text)


class ProcedureVersion(_Table):
    """A procedure as it stands between two dates; a dossier keeps the version of the day it was received."""

    decision: Text = Field(
        description="number of the decision that published it, or 'not verified'", examples=["2304/QĐ-BNNMT"]
    )
    in_force_from: date = Field(description="first day, a TOML date without quotes", examples=["2025-07-01"])
    in_force_to: date | None = Field(
        default=None,
        description="last day, a TOML date; only the last version may leave it out",
        examples=["2026-06-30"],
    )
    cases: Mapping[CaseName, LimitText] = Field(
        description="case = time limit as printed; empty where the source gives none",
        examples=['{ normal = "12 ngày làm việc" }'],
    )
    steps: Annotated[tuple[WorkStep, ...], BeforeValidator(_as_tuple)] = Field(
        default=(),
        description="list of tables with name, office and limit",
        examples=['[{ name = "Tiếp nhận hồ sơ", limit = "0,5 ngày làm việc" }]'],
    )
    after_supplement: Supplement = Field(
        description="table with semantics; with term, and cases that the version has, for fixed and remaining_plus",
        examples=['{ semantics = "restart" }'],
    )
    excluded_waits: Annotated[tuple[Ground, ...] | Literal["any_documented"], BeforeValidator(_waits)] = Field(
        description=f"list of grounds ({', '.join(GROUNDS)}), or the text 'any_documented'",
        examples=['["financial_obligation", "public_posting"]'],
    )
    close_after: LimitText | None = Field(
        default=None,
        description="a number and a unit: the dossier is closed if the applicant does not answer",
        examples=["15 ngày"],
    )
    result: Result = Field(description="document | none | on_the_spot | unknown", examples=["document"])
    postal: Annotated[bool | None, BeforeValidator(_tristate)] = Field(
        description="true | false | 'unknown': announced for the public postal service", examples=["true"]
    )
    components: Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), description="list of the papers of a dossier; empty: not listed here", examples=['["Đơn đề nghị"]']
    )
    fees: str = Field(default="", description="text; empty: not read", examples=["theo nghị quyết của HĐND tỉnh"])
    citation: Citation = Field(
        description="table with instrument, article, source",
        examples=['{ instrument = "Nghị định 151/2025/NĐ-CP", article = "not verified", source = "Công báo" }'],
    )
    status: Status = Field(
        description="read: the limit was read in the legal text; unverified: crawl, memory or derivation",
        examples=["unverified"],
    )
    note: str = Field(default="", description="text for the reviewer", examples=["start of force not verified"])

    @model_validator(mode="after")
    def _cases_agree(self) -> Self:
        unknown = [case for case in self.after_supplement.cases if case not in self.cases]
        if unknown:
            raise ValueError(f"after_supplement names the case {unknown[0]!r}, which `cases` does not have")
        return self

    def limit(self, case: str = "normal") -> Term:
        """The time limit (thời hạn giải quyết) of one case.

        Raises:
            UnknownCase: the version names no limit for the case; it lists those it names.

        """
        if case not in self.cases:
            raise UnknownCase(case, tuple(self.cases))
        return _read(self.cases[case])

    @property
    def normal_limit(self) -> str | None:
        """The printed limit of the normal case, or of the only case; None where the case must be chosen."""
        if len(self.cases) == 1:
            return next(iter(self.cases.values()))
        return self.cases.get("normal")

    def excludes(self, ground: str) -> bool:
        """Whether a pause on this ground stops the clock."""
        return self.excluded_waits == ANY_DOCUMENTED or ground in self.excluded_waits

    @property
    def closes_after(self) -> Term | None:
        """How long an unanswered supplement request stays open, None where nobody says."""
        return None if self.close_after is None else _read(self.close_after)

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on the day, both ends included."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


class Procedure(_Table):
    """An administrative procedure (thủ tục hành chính) with its versions, oldest first."""

    code: str = Field(
        pattern=r"^[0-9]\.[0-9]{6}$", description="one digit, a dot, six digits, in quotes", examples=["1.012784"]
    )
    name: Text = Field(description="name in Vietnamese", examples=["Tách thửa hoặc hợp thửa đất"])
    name_en: str = Field(default="", description="name in English; empty: none", examples=["Split or merge parcels"])
    sector: str = Field(description="field (lĩnh vực); empty: not said", examples=["Đất đai"])
    level: str = Field(description="level of government (cấp); empty: not said", examples=["Cấp tỉnh"])
    authority: str = Field(
        default="", description="who decides; empty: the source does not say", examples=["Văn phòng đăng ký đất đai"]
    )
    versions: Annotated[tuple[ProcedureVersion, ...], BeforeValidator(_some)] = Field(
        alias="version",
        description="tables [[procedure.version]], at least one, oldest first",
        examples=["[[procedure.version]]"],
    )

    def on(self, day: date) -> ProcedureVersion | None:
        """The version in force on a day, None where the file knows none."""
        return next((version for version in self.versions if version.holds_on(day)), None)


class ProcedureFile(_Table):
    """The whole file."""

    schema_version: int = Field(
        alias="schema", ge=SCHEMA, le=SCHEMA, description=f"{SCHEMA}, the format of this file", examples=[str(SCHEMA)]
    )
    procedure: Annotated[tuple[Procedure, ...], BeforeValidator(_as_tuple)] = Field(
        description="list of [[procedure]] tables", examples=["[[procedure]]"]
    )
