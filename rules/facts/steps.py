"""Steps that have a limit of their own: the opinion of another office, and the work of the office in charge."""

from __future__ import annotations

import polars as pl

from rules.facts.evidence import counted
from rules.facts.histories import MOMENT, Histories, next_in_dossier
from rules.facts.limits import printed_term
from rules.facts.lines import Ends, Instants, Lengths, LineCalendar
from rules.facts.order import CLOSING

STEPS = {
    "opinions_late": ("consulted", ("answered", "completed", *CLOSING)),
    "steps_late": ("forwarded", ("forwarded", "completed", *CLOSING)),
}
"""Fact: the kind of step that has a limit, and the kinds that end it."""


def steps(h: Histories, lines: LineCalendar) -> list[pl.DataFrame]:
    """Facts `opinions_late` and `steps_late`, each with moment, office and due date of the first, and `…_kinds`."""
    return [_late(h, lines, name, begin, ends) for name, (begin, ends) in STEPS.items()]


def _late(h: Histories, lines: LineCalendar, name: str, begin: str, ends: tuple[str, ...]) -> pl.DataFrame:
    if not (h.has("limit") and h.says(begin)):
        return h.unknown(**{name: pl.UInt32(), f"{name}_at": MOMENT, f"{name}_due_on": pl.Date()})
    begun = _begun(h, begin, ends)
    due = limit_ends(lines, begun["at"], begun["limit"], h.zone)
    late = pl.Series("late", due.passed(Instants.of(begun["until"], h.zone)))
    # late is certain only where every step that could have ended it sooner would be seen
    certain = pl.lit(h.says_all(*ends)) | ~pl.col("late")
    lacks = pl.when(pl.col("due_on").is_not_null() & certain).then("late").alias("lacks")
    rows = begun.with_columns(late, pl.Series("due_on", due.on)).with_columns(lacks)
    first = rows.filter("lacks").group_by("id").agg(pl.col("due_on").first().alias(f"{name}_due_on"))
    return pl.concat([counted(h, name, rows, sayable=True), h.per_dossier(first)], how="horizontal")


def _begun(h: Histories, begin: str, ends: tuple[str, ...]) -> pl.DataFrame:
    """Steps of a kind with their limit, and when they ended; now where they did not."""
    kinds = dict.fromkeys([begin, *ends])
    found = h.only(*kinds, also=["limit"]).select("id", "at", "event", h.known("limit").alias("limit"))
    end = next_in_dossier(pl.when(pl.col("event").is_in(ends)).then("at"))
    after = pl.when(pl.col("id").shift(-1) == pl.col("id")).then(end.shift(-1))
    until = after.fill_null(pl.lit(h.as_of))
    return found.with_columns(until.alias("until")).filter(pl.col("event") == begin)


def limit_ends(lines: LineCalendar, moments: pl.Series, texts: pl.Series, zone: str) -> Ends:
    """When a printed limit ends that runs from each moment; nowhere where it cannot be read."""
    distinct = texts.unique().drop_nulls()
    terms = [None, *map(printed_term, distinct)]
    place = texts.replace_strict(distinct, list(range(1, len(terms))), default=0, return_dtype=pl.Int64)
    return ends_of(lines, moments, Lengths.of(terms).take(place.to_numpy()), zone)


def ends_of(lines: LineCalendar, moments: pl.Series, lengths: Lengths, zone: str) -> Ends:
    """When each limit ends that runs from each moment."""
    start = Instants.of(moments, zone)
    return lines.finish(lengths.line, lines.end(lengths, start), start)
