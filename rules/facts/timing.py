"""Steps at a telling moment: just before a due date, on its last day, after hours, before an answer was due."""

from __future__ import annotations

import numpy as np
import polars as pl

from calendars import Term, Unit
from calendars.hours import MINUTE
from rules.facts.clocks import Timed, after, laid_out
from rules.facts.evidence import counted
from rules.facts.histories import MOMENT, UNKNOWN, Histories, Index
from rules.facts.lines import Ends, Instants, Lengths, LineCalendar
from rules.facts.steps import ends_of

OFFICE_ACTS = (
    *("guided", "rejected", "forwarded", "consulted", "supplement_requested", "paused", "resumed"),
    *("payment_requested", "apologised", "completed", "closed"),
)
"""What an officer does inside the office; counters may open, and applicants act, at other hours."""

PROMISING = ("supplemented", "apologised")


def timing(timed: Timed) -> list[pl.DataFrame]:
    """All facts about telling moments."""
    return [
        _time_left(timed, "last_pause", _last(timed.h, "paused")),
        _time_left(timed, "cancelled", _first(timed.h, "closed", "withdrawn")),
        _last_request(timed),
        _closed_early(timed),
        _outside_hours(timed.h, timed.lines),
        _new_promises(timed.h),
    ]


def _last(h: Histories, kind: str) -> pl.Series:
    return h.per_dossier(h.only(kind).group_by("id").agg(pl.col("at").last()))["at"]


def _first(h: Histories, *kinds: str) -> pl.Series:
    return h.per_dossier(h.only(*kinds).group_by("id").agg(pl.col("at").first()))["at"]


def _time_left(timed: Timed, name: str, moments: pl.Series) -> pl.DataFrame:
    """Working minutes, begun ones whole, from a step to the due date as it stood then; none or less: after it."""
    ids, ends = timed.due_at(moments)
    begun = Instants.of(moments.gather(ids), timed.h.zone).local
    left = _closing_work(timed, ends) - timed.lines.columns.work_through(begun)
    minutes = pl.Series(f"{name}_minutes_left", -(-left // MINUTE)).set(pl.Series(np.isnat(ends.on)), None)
    found = pl.DataFrame([pl.Series("id", ids).cast(timed.h.ids.schema["id"]), minutes])
    return timed.h.per_dossier(found).with_columns(moments.alias(f"{name}_at"))


def _closing_work(timed: Timed, ends: Ends) -> Index:
    """Where each end stands on the line of working time: a date at its last closing time."""
    by_moment = Instants.of(pl.Series(ends.at).dt.replace_time_zone("UTC"), timed.h.zone).local
    midnight = (ends.on + np.timedelta64(1, "D")).astype("datetime64[us]")
    return timed.lines.columns.work_through(np.where(np.isnat(ends.at), midnight, by_moment))


def _last_request(timed: Timed) -> pl.DataFrame:
    """The last supplement request after the receipt, and the due date as it stood just before."""
    h = timed.h
    steps = h.only("supplement_requested")
    steps = steps.filter(pl.Series(steps["position"].to_numpy() > h.first("received")[steps["id"].to_numpy()]))
    moments = h.per_dossier(steps.group_by("id").agg(pl.col("at").last().alias("last_request_at")))
    ids, ends = timed.due_at(moments["last_request_at"].dt.offset_by("-1us"))
    day = pl.col("last_request_at").dt.convert_time_zone(h.zone).dt.date()
    laid = laid_out(h, ids, "last_request_due", ends).select("last_request_due_on")
    return pl.concat([moments.with_columns(day.alias("last_request_on")), laid], how="horizontal")


def _closed_early(timed: Timed) -> pl.DataFrame:
    """Whether a dossier was closed for want of an answer, and whether the answer could still have come."""
    h = timed.h
    if not h.says("closed"):
        dates = {"closed_unanswered_at": MOMENT, "answer_until_on": pl.Date()}
        return h.unknown(closed_unanswered=pl.Boolean(), **dates, closed_too_early=pl.Boolean())
    cell = pl.col("ground") if h.has("ground") else pl.lit(UNKNOWN)
    unanswered = h.only("closed", also=cell.meta.root_names()).unique("id", keep="first", maintain_order=True)
    no_answer = (cell == "no_answer").fill_null(value=False)
    ground = pl.when((cell != UNKNOWN).fill_null(value=True)).then(no_answer)
    closed = h.per_dossier(unanswered.select("id", "at", no_answer=ground))
    none = pl.when(pl.col("at").is_null()).then(pl.lit(value=False)).otherwise("no_answer")
    at = pl.when("no_answer").then("at")
    facts = closed.select(none.alias("closed_unanswered"), at.alias("closed_unanswered_at"))
    facts = pl.concat([facts, _answer_until(timed, facts["closed_unanswered_at"])], how="horizontal")
    early = ~after(pl.col("closed_unanswered_at"), "answer_until_on", "answer_until_at", h.zone)
    return facts.with_columns(early.alias("closed_too_early")).drop("answer_until_at")


def _answer_until(timed: Timed, closed_at: pl.Series) -> pl.DataFrame:
    """The end of the period for an answer to the last request before the closing."""
    h = timed.h
    moments = h.ids.with_columns(closed_at.alias("closed_at"))
    asked = h.only("supplement_requested").join(moments, on="id", maintain_order="left")
    asked = asked.filter(pl.col("at") <= pl.col("closed_at"))
    asked = asked.group_by("id", maintain_order=True).agg(pl.col("at").last())
    asked = asked.join(timed.received.select("id", "regime"), on="id", how="left", maintain_order="left")
    unnamed = [number for number, one in enumerate(timed.found) if not one.named]
    asked = asked.filter(~pl.col("regime").is_in(unnamed).fill_null(value=False))
    days = timed.base["answer_days_allowed"].fill_null(0).gather(asked["id"])
    ends = ends_of(timed.lines, asked["at"], _periods(timed, asked["regime"], days), h.zone)
    return laid_out(h, asked["id"].to_numpy().astype(np.int64), "answer_until", ends)


def _periods(timed: Timed, regime: pl.Series, days: pl.Series) -> Lengths:
    """The period of the procedure where it names one, else the days of the law."""
    default = [Term(count, Unit.DAY) for count in days.unique()]
    own = [one.closes_after for one in timed.found]
    place = days.replace_strict(days.unique(), list(range(len(default))), return_dtype=pl.Int64) + len(own)
    named = regime.is_in([number for number, term in enumerate(own) if term is not None])
    rows = pl.select(pl.when(named).then(regime).otherwise(place)).to_series()
    return Lengths.of([*own, *default]).take(rows.to_numpy().astype(np.int64))


def _outside_hours(h: Histories, lines: LineCalendar) -> pl.DataFrame:
    """Acts of officers outside office hours; midnight sharp is a date without an hour."""
    steps = h.only(*OFFICE_ACTS)
    local = Instants.of(steps["at"], h.zone).local
    hour = pl.Series(local != local.astype("datetime64[D]"))
    outside = steps.select("id", "at", lacks=pl.when(hour).then(pl.Series(~lines.columns.in_hours(local))))
    return counted(h, "steps_outside_hours", outside, sayable=h.says(*OFFICE_ACTS))


def _new_promises(h: Histories) -> pl.DataFrame:
    """Promises after the receipt's: a count, NULL where a step of these kinds cannot say."""
    name, at = "new_promises", "last_new_promise_at"
    if not h.says(*PROMISING):
        return h.unknown(**{name: pl.UInt32(), at: MOMENT})
    unknown, given = pl.lit(value=True), pl.lit(value=False)
    if h.has("promised"):
        unknown, given = pl.col("promised_unknown").fill_null(value=False), pl.col("promised_date").is_not_null()
    steps = h.only(*PROMISING, also={*unknown.meta.root_names(), *given.meta.root_names()})
    steps = steps.with_columns(given=given, unknown=unknown)
    found = steps.group_by("id").agg(
        pl.col("given").sum(), pl.col("unknown").any(), pl.col("at").filter("given").last().alias(at)
    )
    count = pl.when(~pl.col("unknown").fill_null(value=False)).then(pl.col("given").fill_null(0))
    return h.per_dossier(found).select(count.cast(pl.UInt32).alias(name), at)
