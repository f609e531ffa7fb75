"""Every way floor 2 says no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault of a file of rules: where it stands, what is wrong, what to do."""

    file: str
    key: str
    found: str
    todo: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.file}: {self.key}: {self.found}; {self.todo}"


class RulesError(Exception):
    """The rules cannot be applied."""


class MalformedRules(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A rule or quota file that breaks its format."""

    def __init__(self, file: str, key: str, rule: str) -> None:
        self.file, self.key, self.rule = file, key, rule
        super().__init__(f"{file}: {key}: {rule}")


class UnknownRule(RulesError, KeyError):  # noqa: N818  # named for what was found
    """A rule code that the rulebook does not have."""

    def __init__(self, code: str, known: list[str]) -> None:
        self.code, self.known = code, known
        super().__init__(code)

    def __str__(self) -> str:
        """The sentence, without the quotes a KeyError adds."""
        return f"no rule has the code {self.code!r}; the rulebook has {', '.join(self.known)}"


class FaultyExpression(RulesError, ValueError):  # noqa: N818  # named for what was found
    """An SQL expression that says more than a rule may, or compares what cannot be compared.

    Attributes:
        text: the expression.
        where: the part at fault.
        why: what was found, what is allowed, what to do.

    """

    def __init__(self, text: str, where: str, why: str) -> None:
        self.text, self.where, self.why = text, where, why
        super().__init__(f"at `{where}`: {why}" if where else why)


class MalformedHouse(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A house file (quy định riêng của cơ quan) that breaks its format; it names every fault, not only the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class MalformedWaivers(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A file of waivers that breaks its format or names a rule that cannot be waived; it names every fault."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class UnreadableWish(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A what-if that cannot be read or that nothing in the log answers to."""

    def __init__(self, wish: str, found: str) -> None:
        self.wish = wish
        super().__init__(
            f"--what-if {wish!r}: {found}; write 'limit=12 ngày làm việc', 'limit 1.012784=12 ngày làm việc', "
            "'holiday=2026-09-01' or 'resume H32-1=2026-11-30'"
        )


class AuditError(RulesError, ValueError):
    """A sample that cannot be drawn, or a conclusion that the sample does not carry."""


class MalformedFrame(AuditError):  # noqa: N818  # named for what was found
    """A sampling frame that cannot be drawn from: a unit twice, a text that no shell could repeat, a missing column."""

    def __init__(self, place: str, found: str, todo: str) -> None:
        self.place, self.found, self.todo = place, found, todo
        super().__init__(f"{place}: {found}; {todo}")


class UnusableSeed(AuditError):  # noqa: N818  # named for what was found
    """A seed outside the grammar of the scheme."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        super().__init__(
            f"the seed {seed[:80]!r} is neither decimal digits nor at least 20 of 0-9 a-f in lower case; "
            "roll ten-sided dice 20 times in public and write the digits"
        )


class ImpossibleDesign(AuditError):  # noqa: N818  # named for what was found
    """A design that this frame cannot carry."""


class MalformedManifest(AuditError):  # noqa: N818  # named for what was found
    """A manifest that breaks its format."""

    def __init__(self, file: str, key: str, found: str) -> None:
        self.file, self.key, self.found = file, key, found
        super().__init__(f"{file}: {key}: {found}; a manifest is written by `motcua audit draw` and not edited")


class FrameMismatch(AuditError):  # noqa: N818  # named for what was found
    """The frame is not the one that was frozen before the seed was known."""

    def __init__(self, frozen: str, found: str) -> None:
        self.frozen, self.found = frozen, found
        super().__init__(
            f"the frame has SHA-256 {found}, the draw was made from {frozen}: a dossier was added, taken out or moved "
            "after the draw; evaluate with the frozen frame, and draw new dossiers from a frame of their own"
        )


class NotTheDraw(AuditError):  # noqa: N818  # named for what was found
    """A manifest that says another thing than the draw from this frame gives."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        self.reasons = reasons
        super().__init__(
            f"the manifest is not the draw from this frame: {'; '.join(reasons)}; take it as it was published"
        )


class MissingOutcomes(AuditError):  # noqa: N818  # named for what was found
    """Drawn units that nobody has inspected; no bound holds for the others alone."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004  # the first few are enough
        super().__init__(
            f"{len(missing)} drawn units have no outcome: {', '.join(missing[:5])}{more}; inspect them, and where that "
            "is impossible write 'không xác định được' (undetermined): to leave them out is to choose by the result"
        )


class NotDrawn(AuditError):  # noqa: N818  # named for what was found
    """Outcomes of units that were not drawn; they say nothing about the others."""

    def __init__(self, extra: tuple[str, ...]) -> None:
        self.extra = extra
        super().__init__(
            f"{len(extra)} inspected units were not drawn: {', '.join(extra[:5])}; take them out of the findings: "
            "a dossier that somebody chose is a case, no part of the sample"
        )


class MoreThanPlanned(AuditError):  # noqa: N818  # named for what was found
    """A sample that was extended after the draw; its ordinary bound no longer has its confidence."""

    def __init__(self, parent: str, drawn: int) -> None:
        self.parent, self.drawn = parent, drawn
        super().__init__(
            f"this draw of {drawn} units extends the draw {parent[:12]}…: whoever extends until the result pleases "
            "turns a risk of 5 % into 10 to 21 %; evaluate the first draw, plan the next audit with the purpose "
            "'anytime', or plan anew and draw with a new seed"
        )


class NotPlanned(AuditError):  # noqa: N818  # named for what was found
    """A purpose, method, confidence or tolerable rate that the design did not fix before the draw."""

    def __init__(self, what: str, wanted: object, planned: object) -> None:
        self.what, self.wanted, self.planned = what, wanted, planned
        super().__init__(
            f"{what} {wanted!s} was not planned before the draw; the design says {planned!s}. "
            "What is chosen after the data carries no confidence: evaluate as planned, or plan the next audit so"
        )


@dataclass(frozen=True)
class CellFault:
    """One cell of a worksheet that cannot stand: where, what it says, what is wrong and what to write."""

    file: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.file}, row {self.row}, column {self.column!r}: {self.value[:80]!r}: {self.reason}"


class MalformedFindings(AuditError):  # noqa: N818  # named for what was found
    """A filled worksheet with cells that cannot stand; it names every one."""

    def __init__(self, faults: tuple[CellFault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class InexactRate(RulesError, TypeError):  # noqa: N818  # named for what was found
    """A rate given as a binary float, which may lie beside the number that was meant."""

    def __init__(self, value: object) -> None:
        self.value = value
        super().__init__(
            f"the rate {value!r} is a {type(value).__name__}, which cannot hold most decimal numbers exactly; "
            f"write it as text ({str(value)!r}, '1/30'), as a Fraction or as a Decimal"
        )


class UnreadableRate(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A text that is neither a decimal number nor a ratio."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text[:60]!r} is no rate; write a decimal number ('0.05', not '5 %') or a ratio of whole numbers ('1/30')"
        )


class RateOutOfRange(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A rate or a confidence that does not lie between 0 and 1."""

    def __init__(self, name: str, value: object, *, lowest: bool, highest: bool) -> None:
        self.name, self.value = name, value
        low, high = "from 0" if lowest else "above 0", "up to 1" if highest else "below 1"
        super().__init__(f"the {name} is {value}; it must lie {low} {high} (5 per cent is '0.05')")


class ImpossibleSample(RulesError, ValueError):  # noqa: N818  # named for what was found
    """Counts that contradict each other: more inspected than there are, more violations than inspected."""


class NoPlan(RulesError, ValueError):  # noqa: N818  # named for what was found
    """No sample, however large, gives the assurance that was asked for."""


class ImpossibleAllocation(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A sample that cannot be spread over the strata as asked."""


class UnreadableRequest(AuditError):  # noqa: N818  # named for what was found
    """A request for a plan or a conclusion that cannot be read."""

    def __init__(self, found: str, todo: str) -> None:
        self.found, self.todo = found, todo
        super().__init__(f"{found}; {todo}")
