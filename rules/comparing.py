"""What another rulebook, or another world, would say: the judgements that change, and why. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl

from calendars import Term, UnreadableTerm, WorkCalendar
from calendars.days import Change
from dossier.formats.eventlog import EventLog
from rules.checks import Checked
from rules.errors import MalformedRules, UnreadableWish
from rules.judging import JUDGEMENT, Judge
from rules.known import expression_faults, kinds_of
from rules.rulebook import Rule, Rulebook

_WISH = re.compile(r"(limit|holiday|resume)(?:\s+(\S+))?\s*=\s*(\S.*)")
_TEXTS = ("citation_before", "status_before", "citation_after", "status_after")
CHANGE: dict[str, pl.DataType | type[pl.DataType]] = {
    "dossier": pl.String,
    "rule": pl.String,
    "before": JUDGEMENT,
    "after": JUDGEMENT,
    **dict.fromkeys(_TEXTS, pl.String),
}
"""Columns of a change; a citation is NULL where no version of the rule is in force."""


@dataclass(frozen=True)
class Differences:
    """The judgements that change.

    Attributes:
        changes: one row per dossier and rule, columns `CHANGE`.
        reasons: what differs in each rule that judges anew, by its code.

    """

    changes: pl.DataFrame
    reasons: Mapping[str, Sequence[str]]

    def to_dict(self) -> dict[str, Any]:
        """The differences as JSON."""
        return {"changes": self.changes.to_dicts(), "reasons": {code: [*why] for code, why in self.reasons.items()}}


def against(checked: Checked, other: Rulebook) -> Differences:
    """The dossiers of a check whose judgement changes under another rulebook; a rule that one lacks does not apply.

    Args:
        checked: the check by the rules in force.
        other: the other rules, over the same facts.

    """
    codes = [*dict.fromkeys(rule.code for book in (checked.book, other) for rule in book)]
    found = _differences(codes, (checked.facts, checked.book), (checked.facts, other))
    mine, theirs = ({rule.code: rule for rule in book} for book in (checked.book, other))
    reasons = {code: [*_why(mine.get(code), theirs.get(code))] for code in found["rule"].unique(maintain_order=True)}
    return Differences(found, reasons)


def _differences(
    codes: Sequence[str], before: tuple[pl.DataFrame, Rulebook], after: tuple[pl.DataFrame, Rulebook]
) -> pl.DataFrame:
    """Dossiers in the same order on both sides, judged by each side's rules."""
    (facts, one), (facts_after, other) = before, after
    judged, judged_after = Judge(one).judge(facts), Judge(other).judge(facts_after)
    nothing = pl.Series([None] * facts.height, dtype=JUDGEMENT).fill_null("not_applicable")
    tables = []
    for code in codes:
        was = judged[code] if code in judged.columns else nothing
        now = judged_after[code] if code in judged_after.columns else nothing
        hits = was != now
        if hits.any():
            columns = {"before": was.filter(hits), "after": now.filter(hits)}
            then, thereafter = facts.filter(hits), facts_after.filter(hits)
            cited = {**_cited(then, one, code, "before"), **_cited(thereafter, other, code, "after")}
            tables.append(pl.DataFrame({"dossier": then["dossier"], "rule": [code] * then.height, **columns, **cited}))
    return pl.concat(
        [
            pl.DataFrame(schema=CHANGE),
            *(table.select(pl.col(name).cast(dtype) for name, dtype in CHANGE.items()) for table in tables),
        ]
    )


def _cited(facts: pl.DataFrame, book: Rulebook, code: str, side: str) -> dict[str, pl.Series]:
    day, eras = pl.col("law_day"), _eras(book, code)
    cited = pl.coalesce(pl.lit(None, pl.String), *(rule.citation(day) for rule in eras))
    status = pl.coalesce(pl.lit(None, pl.String), *(rule.status(day) for rule in eras))
    return facts.select(cited.alias(f"citation_{side}"), status.alias(f"status_{side}")).to_dict()


def _eras(book: Rulebook, code: str) -> list[Rule]:
    now = [rule for rule in book if rule.code == code]
    return [*now, *(earlier for key, earlier in book.earlier.items() if key == code)]


def _why(one: Rule | None, other: Rule | None) -> Iterator[str]:
    if one is None or other is None:
        yield "only the other rulebook has the rule" if one is None else "the other rulebook has no such rule"
        return
    for key in ("applies", "condition"):
        if getattr(one, key) != getattr(other, key):
            yield f"{key}: {getattr(one, key)} → {getattr(other, key)}"
    spans = [[f"{v.since} – {v.until or '…'}" for v in rule.versions] for rule in (one, other)]
    if spans[0] != spans[1]:
        yield f"in force: {', '.join(spans[0])} → {', '.join(spans[1])}"


@dataclass(frozen=True)
class Wish:
    """One thing that might be otherwise.

    Attributes:
        text: as it was written.
        kind: another limit, one more holiday, or a pause that ends on a day.
        of: the procedure or the dossier; None: of all.
        value: the limit, or the day.

    """

    text: str
    kind: Literal["limit", "holiday", "resume"]
    of: str | None
    value: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a wish.

        Raises:
            UnreadableWish: it is none.

        >>> Wish.read("limit 1.012784=12 ngày làm việc").of
        '1.012784'
        """
        found = _WISH.fullmatch(text.strip())
        if found is None:
            raise UnreadableWish(text, "it cannot be read")
        kind, of, value = found.groups()
        wish = cls(text, kind, of, value.strip())  # type: ignore[arg-type]  # the pattern names the three kinds
        wish.check()
        return wish

    def check(self) -> None:
        """Refuse a value that cannot be read; raises UnreadableWish."""
        if self.kind == "limit":
            self._check_limit()
        elif (self.of is None) != (self.kind == "holiday"):
            raise UnreadableWish(self.text, "a holiday takes only a day, a resumption the dossier and a day")
        else:
            _ = self.day

    def _check_limit(self) -> None:
        try:
            Term.parse(self.value).exact()
        except UnreadableTerm as error:
            raise UnreadableWish(self.text, str(error)) from None

    @property
    def day(self) -> date:
        """The day of a holiday or of a resumption."""
        try:
            return date.fromisoformat(self.value)
        except ValueError:
            raise UnreadableWish(self.text, f"{self.value!r} is no day") from None

    def moment(self, calendar: WorkCalendar) -> datetime:
        """When a resumption takes effect: as the office opens on that day, or next."""
        return calendar.next_opening(datetime.combine(self.day, time(), calendar.zone)).astimezone(UTC)


def supposed(log: EventLog, wishes: Sequence[Wish], as_of: datetime | None = None) -> EventLog:
    """The log as it would be; the log itself stays as it is.

    Args:
        log: the log.
        wishes: what might be otherwise.
        as_of: when it will be judged; None: at the latest moment of the supposed log.

    Raises:
        UnreadableWish: nothing in the log answers to a wish, or a pause would end after `as_of`.

    """
    for wish in wishes:
        if as_of is not None and wish.kind == "resume" and wish.moment(log.calendar) > as_of:
            raise UnreadableWish(wish.text, f"the check is at {as_of.isoformat()}, before that; give a later --as-of")
        log = _WISHES[wish.kind](log, wish)
    return log


def _limit(log: EventLog, wish: Wish) -> EventLog:
    events = log.events if "limit" in log.events.columns else log.events.with_columns(limit=pl.lit(None, pl.String))
    hit = pl.col("event") == "received"
    if wish.of is not None:
        if "procedure" not in events.columns:
            raise UnreadableWish(wish.text, "the log names no procedures")
        named = events.filter(pl.col("procedure") == wish.of)["dossier"].unique()
        hit &= pl.col("dossier").is_in(named.to_list())
    if not events.select(hit.any()).item():
        raise UnreadableWish(wish.text, f"no dossier of {wish.of or 'the log'} was received")
    changed = events.with_columns(limit=pl.when(hit).then(pl.lit(wish.value)).otherwise("limit"))
    return replace(log, events=changed, columns=log.columns | {"limit"})


def _holiday(log: EventLog, wish: Wish) -> EventLog:
    calendars = {office: _closed_on(calendar, wish.day) for office, calendar in log.calendars.items()}
    return replace(log, calendar=_closed_on(log.calendar, wish.day), calendars=calendars)


def _closed_on(calendar: WorkCalendar, day: date) -> WorkCalendar:
    return replace(calendar, changes=(*calendar.changes, Change(day, 0)))


def _resume(log: EventLog, wish: Wish) -> EventLog:
    """The last pause of the dossier ends on the day; a resumption after it that the log has is left out."""
    own = pl.col("dossier") == wish.of
    paused = log.events.filter(own, pl.col("event") == "paused").sort("at", "row").tail(1)
    if paused.is_empty():
        raise UnreadableWish(wish.text, f"the dossier {wish.of!r} has no pause")
    moment = wish.moment(log.calendar)
    if moment < paused["at"][0]:
        raise UnreadableWish(wish.text, f"the pause began only on {log.calendar.local(paused['at'][0]).date()}")
    later = own & (pl.col("event") == "resumed") & (pl.col("at") >= paused["at"][0])
    row = pl.DataFrame({name: [None] for name in log.events.columns}, log.events.schema).with_columns(
        dossier=pl.lit(wish.of),
        event=pl.lit("resumed"),
        at=pl.lit(moment),
        row=pl.lit((log.events["row"].max() or 0) + 1),  # type: ignore[operator]  # the column is whole numbers
    )
    events = log.events.filter(~later.fill_null(value=False)).vstack(row.cast(log.events.schema))
    return replace(log, events=events, latest=max(moment, log.latest or moment))


_WISHES = {"limit": _limit, "holiday": _holiday, "resume": _resume}


@dataclass(frozen=True)
class Supposition:
    """What a what-if changes.

    Attributes:
        late: dossiers whose due date or lateness changes: `dossier`, `due_before`, `due_after` (dates), `late_before`,
            `late_after` (NULL: cannot be said).
        differences: the judgements that change.

    """

    late: pl.DataFrame
    differences: Differences

    @property
    def becomes_late(self) -> list[str]:
        """Dossiers that were in time and are late."""
        return self._turned(late=True)

    @property
    def no_longer_late(self) -> list[str]:
        """Dossiers that were late and are in time."""
        return self._turned(late=False)

    def _turned(self, *, late: bool) -> list[str]:
        turned = self.late.filter(pl.col("late_after") == late, pl.col("late_before") != late)
        return turned["dossier"].to_list()

    def to_dict(self) -> dict[str, Any]:
        """The supposition as JSON."""
        days = pl.col("due_before", "due_after").cast(pl.String)
        return {
            "becomes_late": self.becomes_late,
            "no_longer_late": self.no_longer_late,
            "dossiers": self.late.with_columns(days).to_dicts(),
            **self.differences.to_dict(),
        }


def compared(before: Checked, after: Checked) -> Supposition:
    """What differs between a check and the check of the supposed log, both at the same moment."""
    beside = after.facts.join(before.facts.select("dossier"), on="dossier", how="right", maintain_order="right")
    late = pl.DataFrame(
        {
            "dossier": before.facts["dossier"],
            "due_before": before.facts["legal_due_on"],
            "due_after": beside["legal_due_on"],
            "late_before": before.facts["overdue"],
            "late_after": beside["overdue"],
        }
    )
    moved = late.filter(
        pl.col("due_before").ne_missing(pl.col("due_after")) | pl.col("late_before").ne_missing(pl.col("late_after"))
    )
    codes = [rule.code for rule in before.book]
    changes = _differences(codes, (before.facts, before.book), (beside, after.book))
    return Supposition(moved, Differences(changes, {}))


def read_other(path: Path, checked: Checked) -> Rulebook:
    """Read a rulebook for `against`; its expressions may name what the facts of the check have.

    Raises:
        MalformedRules: it breaks the format, or an expression of it says more than a rule may.
        OSError: it cannot be read.

    """
    other = Rulebook.load(path)
    facts = kinds_of(checked.facts)
    for rule in other:
        for fault in expression_faults(rule, facts, path.name):
            raise MalformedRules(fault.file, fault.key, fault.found)
    return other
