"""Which limit each received dossier has: its own row, else the procedure file, else its first promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from calendars import Term, UnreadableTerm
from calendars.columns import Mask
from dossier.procedures import ANY_DOCUMENTED, Procedures, ProcedureVersion
from rules.facts.dates import After, Receipts
from rules.facts.histories import Histories
from rules.facts.lines import Ends, Instants, Lengths, Line, LineCalendar

NO_RESULT = {"none", "on_the_spot"}


@dataclass(frozen=True)
class Regime:
    """What the procedure file says about the clock and the result of a dossier.

    Attributes:
        limit: of the normal case.
        after: what a supplement does.
        supplement: the new period or the addition.
        supplements: the same for the limits of cases that have their own.
        stops: the grounds on which a pause stops the clock; None: any.
        result_is_document: whether the dossier ends with a document; None: nobody can say.
        closes_after: how long an answer to a supplement request is awaited; None: nobody says.
        named: whether the source can say which procedure it is.
        reckoned: whether the clock runs by it all the same; not where the procedure is a cell `?`.

    """

    limit: Term | None
    after: After
    supplement: Term | None
    supplements: Mapping[Term, Term]
    stops: frozenset[str] | None
    result_is_document: bool | None
    closes_after: Term | None = None
    named: bool = True
    reckoned: bool = True


UNKNOWN = Regime(None, After.RESTART, None, {}, None, result_is_document=True)
"""A procedure nobody describes: the decree's restart, every documented pause counts, it ends with a document."""
UNNAMED = replace(UNKNOWN, result_is_document=None, named=False)
"""A log without procedures: the clock of the general law, and nobody can say what else the procedure asks."""
UNSAID = replace(UNNAMED, reckoned=False)
"""A procedure that is a cell `?`: some file may describe it, so nobody can say what its clock does either."""


def regime(version: ProcedureVersion | None) -> Regime:
    """The regime of a version of a procedure."""
    if version is None:
        return UNKNOWN
    stops = None if version.excluded_waits == ANY_DOCUMENTED else frozenset(version.excluded_waits)
    found = version.after_supplement
    own = {version.limit(case): Term.parse(text) for case, text in found.cases.items()}
    is_document = version.result not in NO_RESULT
    return Regime(
        None if version.normal_limit is None else Term.parse(version.normal_limit),
        After[found.semantics.upper()],
        found.term_for(),
        own,
        stops,
        result_is_document=is_document,
        closes_after=version.closes_after,
    )


def regimes(cases: pl.DataFrame, procedures: Procedures) -> tuple[pl.Series, list[Regime]]:
    """The regime of each case, as a number, and the regimes by number.

    Args:
        cases: `procedure` and `day` (of receipt) per dossier.
        procedures: the procedure file.

    """
    days = cases.unique(maintain_order=True)
    whole = _unchanged(days, procedures)
    versions = [whole.get(code) or _version(procedures, code, day) for code, day in days.iter_rows()]
    # a version is one object however many days it holds on; None stands first
    distinct = {id(version): version for version in (None, *versions)}
    number = {key: place for place, key in enumerate(distinct)}
    numbers = [number[id(version)] for version in versions]
    keyed = days.with_columns(regime=pl.Series(numbers, dtype=pl.Int64))
    joined = cases.join(keyed, on=["procedure", "day"], how="left", nulls_equal=True, maintain_order="left")
    return joined["regime"], [regime(version) for version in distinct.values()]


def _unchanged(days: pl.DataFrame, procedures: Procedures) -> dict[str, ProcedureVersion]:
    """The version of each procedure of which the first and the last day have the same one."""
    spans = (
        days.drop_nulls()
        .group_by("procedure")
        .agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    )
    ends = {code: (procedures.on(code, first), procedures.on(code, last)) for code, first, last in spans.iter_rows()}
    return {code: first for code, (first, last) in ends.items() if first is not None and first is last}


def _version(procedures: Procedures, code: str | None, day: date | None) -> ProcedureVersion | None:
    return procedures.on(code, day) if code is not None and day is not None else None


def receipts(h: Histories, lines: LineCalendar, received: pl.DataFrame, found: list[Regime]) -> Receipts:
    """The received dossiers whose end can be reckoned.

    Args:
        h: the histories.
        lines: the calendar.
        received: `id`, `received_at`, `limit`, `limit_unsaid`, `promised_on`, `promised_at`, `regime`, one row per
            received dossier.
        found: the regimes by number.

    """
    number = received["regime"].to_numpy()
    limits = Lengths.of([one.limit for one in found]).take(number)
    _own_limits(received, limits)
    moments = Instants.of(received["received_at"], h.zone)
    promised = _promises(received, limits, np.array([one.reckoned for one in found])[number])
    _derive(lines, limits, moments, promised, received, h.zone)
    every = Receipts(
        received["id"].to_numpy().astype(np.int64),
        moments,
        limits,
        promised,
        np.array([one.after for one in found], np.int8)[number],
        _supplements(received, found),
    )
    return every.take(limits.line != Line.NONE)


def source(known: Receipts, received: pl.DataFrame) -> pl.DataFrame:
    """From where each limit comes: `limit` (the receipt), `procedure` (the file) or `promise`, by `id`."""
    printed = received.filter(pl.col("limit").is_not_null())["id"]
    rows = pl.DataFrame({"id": known.ids, "promise": ~np.isnat(known.promised.on)}).cast({"id": printed.dtype})
    found = pl.when("promise").then(pl.lit("promise")).when(pl.col("id").is_in(printed.implode())).then(pl.lit("limit"))
    return rows.select("id", found.otherwise(pl.lit("procedure")).alias("due_source"))


def _own_limits(received: pl.DataFrame, limits: Lengths) -> None:
    """Limits printed on the receipt go before those of the procedure file; one that is `?` leaves none."""
    texts = received["limit"].unique().drop_nulls()
    terms = [printed_term(text) for text in texts]
    place = (
        received["limit"].replace_strict(texts, list(range(len(texts))), default=-1, return_dtype=pl.Int64).to_numpy()
    )
    own = place >= 0
    limits.put(own, Lengths.of(terms).take(place[own]))
    limits.line[received["limit_unsaid"].to_numpy()] = Line.NONE


def _supplements(received: pl.DataFrame, found: list[Regime]) -> Lengths:
    """What a supplement begins or adds, for the case that the printed limit names."""
    keys = ["regime", "limit"]
    pairs = received.select(keys).unique(maintain_order=True)
    terms = [
        _supplement(found[number], None if text is None else printed_term(text)) for number, text in pairs.iter_rows()
    ]
    placed = received.join(pairs.with_row_index("place"), on=keys, how="left", nulls_equal=True, maintain_order="left")
    return Lengths.of(terms).take(placed["place"].to_numpy().astype(np.int64))


def _supplement(one: Regime, printed: Term | None) -> Term | None:
    limit = printed or one.limit
    term = one.supplement if limit is None else one.supplements.get(limit, one.supplement)
    if one.after is not After.REMAINING_PLUS or term is None:
        return term
    return None if limit is None or limit.unit is not term.unit else _grown(limit, term)


def _grown(limit: Term, more: Term) -> Term | None:
    """How much longer a limit becomes, in the unit in which it is counted; None where that unit changes."""
    before, after = limit.exact(), (limit + more).exact()
    return Term(after.value - before.value, after.unit) if after.unit is before.unit else None


def printed_term(text: str) -> Term | None:
    """A limit as printed, None where it cannot be read."""
    try:
        return Term.parse(text).exact() and Term.parse(text)
    except UnreadableTerm:
        return None


def _promises(received: pl.DataFrame, limits: Lengths, reckoned: Mask) -> Ends:
    """The first promise of dossiers that have no limit; not where there may be one that the source cannot say."""
    unknown = (limits.line == Line.NONE) & reckoned & ~received["limit_unsaid"].to_numpy()
    on, at = received["promised_on"].to_numpy(), received["promised_at"].dt.replace_time_zone(None).to_numpy()
    return Ends(np.where(unknown, on, np.datetime64("NaT", "D")), np.where(unknown, at, np.datetime64("NaT", "us")))


def _derive(
    lines: LineCalendar, limits: Lengths, start: Instants, promised: Ends, received: pl.DataFrame, zone: str
) -> None:
    """Limits that led to a promise: its working days where it is a date, its working time where it is a moment."""
    by_moment = ~np.isnat(promised.at)
    by_date = ~np.isnat(promised.on) & ~by_moment
    limits.line[by_date], limits.line[by_moment] = Line.WORKING_DAY, Line.WORKING_TIME
    end = Instants.of(received["promised_at"], zone).copy()
    end.local[by_date] = promised.on[by_date]
    derived = by_date | by_moment
    line = limits.line[derived]
    length = lines.position(line, end.take(derived)) - lines.position(line, start.take(derived))
    limits.length[derived] = np.maximum(length, 0)
