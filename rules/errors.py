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
    """A file of rules, quotas, centres or changes of the law that breaks its format."""

    def __init__(self, file: str, key: str, rule: str, example: str = "") -> None:
        self.file, self.key, self.rule, self.example = file, key, rule, example
        super().__init__(f"{file}: {key}: {rule}" + (f"; for example: {example}" if example else ""))


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


class ReportError(RulesError, ValueError):
    """A report that cannot be made."""


class ReportDoesNotFit(ReportError):  # noqa: N818  # named for what was found
    """A table with more rows than a sheet of a workbook has."""

    def __init__(self, title: str, rows: int, most: int) -> None:
        self.title, self.rows, self.most = title, rows, most
        super().__init__(f"{title}: {rows} rows, a sheet holds {most}; choose a shorter period")


class DoesNotAddUp(ReportError):  # noqa: N818  # named for what was found
    """A statutory form whose columns do not add up; it names the dossiers that are counted nowhere, or twice.

    Attributes:
        identity: the sum that fails, by the numbers of the columns.
        reasons: what is wrong with which dossiers.

    """

    def __init__(self, form: str, identity: str, reasons: dict[str, tuple[str, ...]], remedy: str) -> None:
        self.form, self.identity, self.reasons = form, identity, reasons
        told = "; ".join(f"{why}: {_some(dossiers)}" for why, dossiers in reasons.items())
        super().__init__(f"{form}: {identity} does not hold: {told}; {remedy}")


def _some(dossiers: tuple[str, ...], most: int = 10) -> str:
    """The first few codes, and how many there are."""
    more = f" … ({len(dossiers)} dossiers)" if len(dossiers) > most else ""
    return ", ".join(dossiers[:most]) + more


class MalformedTable(ReportError):  # noqa: N818  # named for what was found
    """A table of an office (assigned tasks, a portal export) with cells that cannot stand; it names every one."""

    def __init__(self, faults: tuple[CellFault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class SeveralDossiers(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A history with the steps of more than one dossier."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(
            f"the history of one dossier (hồ sơ) has steps of {', '.join(map(repr, codes))}; "
            "judge each by itself, or a whole log with rules.checks.check"
        )


class UnknownKind(RulesError, ValueError):  # noqa: N818  # named for what was found
    """An event that is none of the event log's."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"there is no event {kind!r}; docs/event-log.md lists the kinds of event")


class UnreadablePeriod(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A period that cannot be read."""

    def __init__(self, text: str, why: str) -> None:
        self.text, self.why = text, why
        super().__init__(
            f"{text[:60]!r} is no period: {why}; write a year (2026), a quarter (2026-Q3), a month (2026-11) or "
            "two days (2026-01-15..2026-02-14)"
        )


class UnknownIndicator(RulesError, KeyError):  # noqa: N818  # named for what was found
    """An indicator, a variant of one or a grouping that there is not."""

    def __init__(self, what: str, found: str, known: list[str]) -> None:
        self.what, self.found, self.known = what, found, known
        super().__init__(found)

    def __str__(self) -> str:
        """The sentence, without the quotes a KeyError adds."""
        return f"there is no {self.what} {self.found!r}; there are {', '.join(self.known) or 'none'}"


class LostHelper(RulesError, RuntimeError):  # noqa: N818  # named for what was found
    """A process that judged a part of a log ended before its time; nothing was written."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        super().__init__(
            f"one of {workers} processes ended before its time, most often for want of memory; nothing was written; "
            "ask for fewer workers; a script that asks for them does its work under `if __name__ == '__main__'`"
        )


class OtherZone(RulesError, ValueError):  # noqa: N818  # named for what was found
    """Offices of one log whose calendars have different time zones: their dates cannot stand in one table."""

    def __init__(self, office: str, zone: str, allowed: str) -> None:
        self.office, self.zone, self.allowed = office, zone, allowed
        super().__init__(
            f"the calendar of the office {office!r} has the time zone {zone}, the log is judged in {allowed}; "
            "check the offices of each zone in a log of their own"
        )
