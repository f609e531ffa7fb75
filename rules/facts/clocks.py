"""What the law and the office promised: legal due dates, lateness, and the dates an apology or a promise must keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl

from calendars import WorkCalendar
from calendars.columns import Mask
from dossier.procedures import Procedures
from rules.facts.dates import Receipts, due, undisturbed
from rules.facts.histories import UNKNOWN, Histories, Index
from rules.facts.limits import UNNAMED, UNSAID, Regime, receipts, regimes, source
from rules.facts.lines import Ends, LineCalendar
from rules.facts.waits import waits

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Timed:
    """The limits of a log, for every fact that asks where a limit stood.

    Attributes:
        h: the histories.
        lines: the calendar.
        base: the facts so far, one row per dossier.
        received: the first receipt of each received dossier: `id`, `regime`, limit, promise.
        found: the regimes by number.
        known: the received dossiers whose limit is known.
        dated: those of them whose end can be reckoned: not where nobody knows what a supplement does.
        waits: all waits.
        counted: those that the clock counts.
        doubtful: the dossiers of which nobody knows whether a pause stopped the clock.

    """

    h: Histories
    lines: LineCalendar
    base: pl.DataFrame
    received: pl.DataFrame
    found: list[Regime]
    known: Receipts
    dated: Receipts
    waits: pl.DataFrame
    counted: pl.DataFrame
    doubtful: Mask

    @classmethod
    def of(cls, h: Histories, lines: LineCalendar, base: pl.DataFrame, procedures: Procedures) -> Timed:
        """Read the limits of a log."""
        received, found = _received(h, base, procedures)
        known, spans = receipts(h, lines, received, found), waits(h)
        dated = known.take(~_unclear(h, spans, received, found)[known.ids])
        doubtful = _doubtful(h, spans, received, found)
        return cls(h, lines, base, received, found, known, dated, spans, _counted(spans, received, found), doubtful)

    def due_at(self, moments: pl.Series) -> tuple[Index, Ends]:
        """The legal due dates as they stood at a moment of each dossier; only where both are known."""
        then = moments.gather(self.dated.ids)
        asked = then.is_not_null().to_numpy() & ~self.doubtful[self.dated.ids]
        rows = self.dated.take(asked)
        return rows.ids, due(self.lines, rows, self.counted, then.filter(asked))


def clocks(timed: Timed) -> pl.DataFrame:
    """All facts that need a time limit."""
    h, lines, base, dated, counted = timed.h, timed.lines, timed.base, timed.dated, timed.counted
    ended = _until(h, base).gather(dated.ids)
    legal = due(lines, dated, counted, ended)
    pauseless = _pauseless(h, lines, dated, counted, ended, legal)
    facts = pl.concat(
        [base, _laid(h, dated, "legal_due", legal), _laid(h, dated, "due_without_pauses", pauseless)], how="horizontal"
    )
    parts = [
        facts.select(_OPEN, "legal_due_on", "legal_due_at", "due_without_pauses_on", "due_without_pauses_at"),
        _lateness(timed, facts),
        _apology(timed),
        _promise(h, lines, timed.received, timed.known),
        _result(timed),
        h.per_dossier(source(timed.known, timed.received)),
    ]
    return pl.concat(parts, how="horizontal").with_columns(_only_by_pause(base))


def _lateness(timed: Timed, facts: pl.DataFrame) -> pl.DataFrame:
    """Whether it is late, and whether it would be without pauses; open where it hangs on a pause that may not count."""
    overdue, without = _overdue(timed.h, "legal_due"), _overdue(timed.h, "due_without_pauses")
    doubtful = pl.Series(timed.doubtful) & ~overdue & without
    return facts.select(
        pl.when(~doubtful.fill_null(value=False)).then(overdue).alias("overdue"),
        without.alias("overdue_without_pauses"),
    )


def _only_by_pause(base: pl.DataFrame) -> pl.Expr:
    """Decided in time, but not had no pause been counted."""
    thanks = ~pl.col("overdue") & pl.col("overdue_without_pauses")
    return (pl.lit(base["decided"]) & thanks).alias("on_time_only_by_pause")


def _pauseless(
    h: Histories, lines: LineCalendar, known: Receipts, counted: pl.DataFrame, until: pl.Series, legal: Ends
) -> Ends:
    """When the limits end had no pause been counted: another end only where there was one."""
    paused = np.zeros(len(h), bool)
    paused[counted.filter(pl.col("wait") == "pause")["id"].to_numpy()] = True
    rows = paused[known.ids]
    ends = due(lines, known.take(rows), counted.filter(pl.col("wait") != "pause"), until.filter(rows))
    on, at = legal.on.copy(), legal.at.copy()
    on[rows], at[rows] = ends.on, ends.at
    return Ends(on, at)


def _received(h: Histories, base: pl.DataFrame, procedures: Procedures) -> tuple[pl.DataFrame, list[Regime]]:
    """The first receipt of each received dossier with its limit, its promise and the regime of its day."""
    columns = [h.known("limit").alias("limit"), _unsaid(h, "limit").alias("limit_unsaid"), *_promised(h)]
    asked = {name for column in columns for name in column.meta.root_names()}
    first = h.only("received", also=asked).unique("id", keep="first", maintain_order=True).select("id", *columns)
    day = pl.col("received_at").dt.convert_time_zone(h.zone).dt.date().alias("day")
    received = first.join(
        base.select("id", "received_at", "procedure", day), on="id", how="left", maintain_order="left"
    )
    numbers, found = regimes(received.select("procedure", "day"), procedures)
    if not h.has("procedure"):
        return received.with_columns(numbers.alias("regime")), [UNNAMED]
    unsaid = pl.col("procedure").is_null() & pl.col("id").is_in(_procedure_unsaid(h).implode())
    regime = pl.when(unsaid).then(len(found)).otherwise(numbers).alias("regime")
    return received.with_columns(regime), [*found, UNSAID]


def _procedure_unsaid(h: Histories) -> pl.Series:
    """Dossiers of which a receipt or a submission has the procedure `?`."""
    return h.only("received", "submitted", also=["procedure"]).filter(pl.col("procedure") == UNKNOWN)["id"].unique()


def _unsaid(h: Histories, column: str) -> pl.Expr:
    """Whether a cell is `?`; a column that the log lacks holds none."""
    return (pl.col(column) == UNKNOWN).fill_null(value=False) if h.has(column) else pl.lit(value=False)


def _promised(h: Histories) -> list[pl.Expr]:
    if not h.has("promised"):
        return [pl.lit(None, pl.Date).alias("promised_on"), pl.lit(None, pl.Datetime("us", "UTC")).alias("promised_at")]
    return [pl.col("promised_date").alias("promised_on"), pl.col("promised_at")]


def _counted(found: pl.DataFrame, received: pl.DataFrame, regimes: list[Regime]) -> pl.DataFrame:
    """Waits less the pauses on a ground that the procedure does not exclude: they stop no clock."""
    stops = pl.DataFrame(
        [(number, ground) for number, one in enumerate(regimes) for ground in one.stops or ()],
        schema={"regime": pl.Int64, "ground": pl.String},
        orient="row",
    ).with_columns(stops=True)
    free = [number for number, one in enumerate(regimes) if one.stops is None]
    joined = found.join(received.select("id", "regime"), on="id", how="left", maintain_order="left")
    joined = joined.join(stops, on=["regime", "ground"], how="left", maintain_order="left")
    counts = (pl.col("wait") != "pause") | pl.col("ground").is_null() | pl.col("regime").is_in(free) | pl.col("stops")
    return joined.filter(counts).select(found.columns)


def _doubtful(h: Histories, found: pl.DataFrame, received: pl.DataFrame, regimes: list[Regime]) -> Mask:
    """Dossiers with a pause of which the source cannot say the ground, or the procedure that lists those that count."""
    listed = [number for number, one in enumerate(regimes) if one.stops is not None]
    asked = received.filter(pl.col("regime").is_in(listed))["id"].implode()
    unsaid = pl.col("id").is_in(_unreckoned(received, regimes).implode())
    doubtful = np.zeros(len(h), bool)
    pauses = found.filter(pl.col("wait") == "pause", unsaid | (pl.col("vague") & pl.col("id").is_in(asked)))
    doubtful[pauses["id"].to_numpy()] = True
    return doubtful


def _unclear(h: Histories, found: pl.DataFrame, received: pl.DataFrame, regimes: list[Regime]) -> Mask:
    """Dossiers with a supplement of which nobody knows what it does to the clock."""
    unsaid = pl.col("id").is_in(_unreckoned(received, regimes).implode())
    unclear = np.zeros(len(h), bool)
    unclear[found.filter(pl.col("wait") == "supplement", unsaid)["id"].to_numpy()] = True
    return unclear


def _unreckoned(received: pl.DataFrame, regimes: list[Regime]) -> pl.Series:
    unsaid = [number for number, one in enumerate(regimes) if not one.reckoned]
    return received.filter(pl.col("regime").is_in(unsaid))["id"]


def _until(h: Histories, base: pl.DataFrame) -> pl.Series:
    """When the clock stopped for good: at the decision or the end, else now."""
    return base.select(pl.min_horizontal("decided_at", "closed_at", pl.lit(h.as_of)).alias("until"))["until"]


def _laid(h: Histories, known: Receipts, name: str, ends: Ends) -> pl.DataFrame:
    return laid_out(h, known.ids, name, ends)


def laid_out(h: Histories, ids: Index, name: str, ends: Ends) -> pl.DataFrame:
    """Ends laid out for all dossiers as `<name>_on` (date) and `<name>_at` (moment, only for limits in hours)."""
    at = pl.Series(f"{name}_at", ends.at).dt.replace_time_zone("UTC")
    found = pl.DataFrame([pl.Series("id", ids).cast(h.ids.schema["id"]), pl.Series(f"{name}_on", ends.on), at])
    return h.per_dossier(found)


_OPEN = (
    pl.when(~pl.col("decided").fill_null(value=False) & ~pl.col("closed").fill_null(value=False))
    .then(pl.when(pl.col("decided").is_not_null() | pl.col("closed").is_not_null()).then("received"))
    .otherwise(pl.lit(value=False))
    .alias("open")
)
"""Received, and neither decided nor closed; NULL where the source can say neither end, or the receipt is unknown."""


def _overdue(h: Histories, name: str) -> pl.Expr:
    """Whether the decision, or now while the dossier is open, lies after the due date; a date by date."""
    moment = pl.when("decided").then("decided_at").when(_OPEN).then("as_of")
    passed = after(moment, f"{name}_on", f"{name}_at", h.zone)
    neither = ~pl.col("decided") & ~_OPEN
    return pl.when(neither).then(pl.lit(value=False)).otherwise(passed)


def after(moment: pl.Expr, on: str, at: str, zone: str) -> pl.Expr:
    """Whether a moment lies after an end: after the moment `at` where there is one, else after the date `on`."""
    by_date = moment.dt.convert_time_zone(zone).dt.date() > pl.col(on)
    return pl.when(pl.col(at).is_not_null()).then(moment > pl.col(at)).otherwise(by_date)


def _apology(timed: Timed) -> pl.DataFrame:
    """The last day for an apology: before the legal due date as it stood when the first one was sent."""
    h, base = timed.h, timed.base
    ids, then = timed.due_at(base["apologised_at"])
    before = base["apology_days_before_allowed"].fill_null(1).to_numpy()[ids] * DAY
    laid = laid_out(h, ids, "apology_due", Ends(then.on - before, then.at))
    day = pl.col("apologised_at").dt.convert_time_zone(h.zone).dt.date()
    return pl.concat([base, laid], how="horizontal").select("apology_due_on", day.alias("apologised_on"))


def _promise(h: Histories, lines: LineCalendar, received: pl.DataFrame, known: Receipts) -> pl.DataFrame:
    """What was promised at receipt, and the latest lawful promise by the calendar as known now or then."""
    limited = known.take(np.isnat(known.promised.on))
    lawful = _laid(h, limited, "lawful_promise", undisturbed(lines, limited))
    promised = h.per_dossier(received.select("id", "promised_on", "promised_at", "received_at"))
    facts = pl.concat([promised, lawful], how="horizontal").with_columns(_late_promise().alias("promised_late"))
    facts = _as_known_then(h, facts, limited)
    return facts.select("promised_on", "promised_at", "lawful_promise_on", "lawful_promise_at", "promised_late")


def _late_promise() -> pl.Expr:
    both_moments = pl.col("promised_at").is_not_null() & pl.col("lawful_promise_at").is_not_null()
    by_date = pl.col("promised_on") > pl.col("lawful_promise_on")
    return pl.when(both_moments).then(pl.col("promised_at") > pl.col("lawful_promise_at")).otherwise(by_date)


def _as_known_then(h: Histories, facts: pl.DataFrame, limited: Receipts) -> pl.DataFrame:
    """Acquit promises that were lawful by the calendar as it was known on the day of receipt."""
    late = facts["promised_late"].gather(limited.ids).fill_null(value=False).to_numpy()
    days = limited.received.local.astype("datetime64[D]")
    for since, until, then_known in _editions(h.log.calendar):
        rows = limited.take(late & (days >= since) & (days < until))
        if not len(rows.ids):
            continue
        then = _laid(h, rows, "lawful_promise", undisturbed(then_known, rows))
        lawful_then = pl.concat([facts.select("promised_on", "promised_at"), then], how="horizontal")
        lawful_rows = lawful_then.select((~_late_promise()).fill_null(value=False).alias("lawful"))["lawful"]
        facts = facts.with_columns(
            promised_late=pl.when(lawful_rows).then(pl.lit(value=False)).otherwise("promised_late")
        )
    return facts


@lru_cache(maxsize=8)
def _editions(calendar: WorkCalendar) -> tuple[tuple[np.datetime64, np.datetime64, LineCalendar], ...]:
    """Spans of days, the end left out, in which the calendar was known to be another one than today."""
    issued = sorted({record.issued_on for record in calendar.records.values() if record.issued_on})
    spans = [(since, until, calendar.as_of(since)) for since, until in zip([date.min, *issued], issued, strict=False)]
    return tuple(
        (np.datetime64(since), np.datetime64(until), LineCalendar(then))
        for since, until, then in spans
        if then.table != calendar.table
    )


def _result(timed: Timed) -> pl.DataFrame:
    """Whether the procedure ends with a document; so, too, where nothing was received."""
    documents = pl.lit(pl.Series([one.result_is_document for one in timed.found], dtype=pl.Boolean))
    found = timed.received.select("id", documents.gather(pl.col("regime")).alias("result_is_document"), received=True)
    laid = timed.h.per_dossier(found)
    return laid.select(pl.when("received").then("result_is_document").otherwise(pl.lit(value=True)))
