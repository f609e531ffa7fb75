"""The facts of feedback cases, one row per case; docs/feedback.md explains every column."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from dossier.events import UNKNOWN
from dossier.feedback.limits import FeedbackLimits, LimitName
from dossier.feedback.limits import limits as shipped_limits
from dossier.formats.eventlog import MOMENT, EventLog
from rules.feedback.dues import answer_ends, extensions, law_day, limit_ends
from rules.feedback.publicity import publicity
from rules.feedback.steps import DECISIONS, FALSE, MOVES_DUE, PAPERS, TRUE, Steps, impossible


def feedback_facts(log: EventLog, as_of: datetime, limits: FeedbackLimits | None = None) -> pl.DataFrame:
    """One row of facts per feedback case of a log.

    Args:
        log: the events.
        as_of: the moment at which the cases are judged, aware; later events are not read.
        limits: by date; those that ship where none are given.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    moment = log.calendar.local(as_of)
    steps, law = Steps.of(log, moment.astimezone(UTC)), limits or shipped_limits()
    base = _base(steps, moment.date())
    asked = extensions(steps, law)
    parts = [
        base.drop("start_n", "until_n"),
        _late_steps(steps, law, "forwards", "forward", steps.only("forwarded"), start_on=pl.col("held_on")),
        _late_steps(steps, law, "requests", "supplement", _first_requests(steps), start_on=steps.day("anchor_at")),
        _rejection(steps, law, base),
        _extended(steps, asked),
        _answer(steps, law, base, asked),
        publicity(steps, law, base),
        *(_bare(steps, name) for name in PAPERS),
        steps.counted("impossible_steps", steps.table, impossible()),
        _first_impossible(steps),
    ]
    return pl.concat(parts, how="horizontal")


def _base(steps: Steps, today: date) -> pl.DataFrame:
    """Who, when and by which law."""
    handed = pl.col("n").filter(pl.col("event") == "forwarded", ~pl.col("after_decision"))
    decision = pl.col("n").filter(pl.col("event").is_in(DECISIONS))
    outline = steps.table.group_by("dossier", maintain_order=True).agg(
        law_day=law_day(steps).first(),
        begun=pl.col("begun").first(),
        sent_at=pl.col("sent_at").first(),
        start_n=pl.coalesce(handed.last(), pl.col("sent_n").first()),
        until_n=pl.coalesce(decision.first(), pl.lit(steps.table.height)),
        office=_known(steps, "office", "submitted", "received", "forwarded").last(),
        channel=_known(steps, "channel", "submitted", "received").first(),
    )
    found = steps.cases.join(outline, on="dossier", how="left", maintain_order="left").with_columns(
        sent_on=steps.day("sent_at"), as_of=pl.lit(steps.as_of, MOMENT), as_of_on=pl.lit(today)
    )
    parts = [
        found.with_columns(started_at=steps.table["at"].gather(found["start_n"])),
        _firsts(steps, "received", name="received"),
        _firsts(steps, *DECISIONS, name="decided"),
        _firsts(steps, "rejected", name="rejected"),
        _firsts(steps, "answered", name="answered"),
    ]
    return pl.concat(parts, how="horizontal")


def _known(steps: Steps, column: str, *kinds: str) -> pl.Expr:
    if column not in steps.log.columns:
        return pl.lit(None, pl.String)
    cell = pl.col(column)
    return cell.filter(pl.col("event").is_in(kinds), cell.is_not_null(), cell != UNKNOWN)


def _firsts(steps: Steps, *kinds: str, name: str) -> pl.DataFrame:
    """Whether there was a step of some kinds, when the first was, and on which day; NULL where nobody can say."""
    laid = steps.laid_out(steps.first(*kinds).select("dossier", f_at="at", f_on="on"))
    happened = pl.col("f_at").is_not_null()
    known = happened if steps.says(*kinds) else pl.when(happened).then(TRUE)
    return laid.select(known.alias(name), pl.col("f_at").alias(f"{name}_at"), pl.col("f_on").alias(f"{name}_on"))


def _first_requests(steps: Steps) -> pl.DataFrame:
    """The first request for information since each beginning of the limits."""
    asked = steps.only("supplement_requested").filter(~pl.col("after_decision"))
    return asked.unique(["dossier", "anchor_n"], keep="first", maintain_order=True)


def _late_steps(
    steps: Steps, limits: FeedbackLimits, name: str, limit: LimitName, found: pl.DataFrame, *, start_on: pl.Expr
) -> pl.DataFrame:
    """How many steps came after the end of their limit, and when the first of them was and should have been."""
    kind = {"forwards": "forwarded", "requests": "supplement_requested"}[name]
    rows = found.with_columns(start_on=start_on, law_day=law_day(steps))
    rows = rows.with_columns(limit_ends(steps, limits, limit, rows).alias("due_on"))
    late = pl.col("on") > pl.col("due_on")
    sure = late if steps.says("forwarded") else pl.when(~late).then(FALSE)
    first = rows.filter(late).group_by("dossier").agg(pl.col("due_on").first().alias(f"{name}_late_due_on"))
    counts = steps.laid_out(
        steps.table.group_by("dossier").agg((pl.col("event") == kind).sum().cast(pl.Int64).alias(name))
    )
    known = pl.col(name) if steps.says(kind) else pl.when(pl.col(name) > 0).then(name)
    return pl.concat(
        [counts.select(known), steps.counted(f"{name}_late", rows, sure, kind), steps.laid_out(first)], how="horizontal"
    )


def _rejection(steps: Steps, limits: FeedbackLimits, base: pl.DataFrame) -> pl.DataFrame:
    """When a rejection was due; one that follows a request for information has no limit of its own."""
    requests = steps.only("supplement_requested").select("dossier", asked_n="n")
    both = steps.first("rejected").join(requests, on="dossier").filter(pl.col("asked_n").is_between("anchor_n", "n"))
    asked = steps.laid_out(both.select("dossier", asked_before_rejection=TRUE).unique())
    start = pl.concat([base.select("started_at", "law_day", "rejected_on"), asked], how="horizontal").with_columns(
        pl.col("asked_before_rejection").fill_null(FALSE), start_on=steps.day("started_at")
    )
    due = limit_ends(steps, limits, "reject", start).alias("rejection_due_on")
    late = pl.col("rejected_on") > pl.col("rejection_due_on")
    judged = pl.when("asked_before_rejection").then(FALSE).otherwise(_certain(steps, late, "forwarded"))
    return start.with_columns(due).select("asked_before_rejection", "rejection_due_on", judged.alias("rejection_late"))


def _certain(steps: Steps, late: pl.Expr, *kinds: str) -> pl.Expr:
    """Lateness is certain only where the source can say everything that might have moved the limit."""
    return late if steps.says(*kinds) else pl.when(~late).then(FALSE)


def _extended(steps: Steps, asked: pl.DataFrame) -> pl.DataFrame:
    """The requests for an extension, those that came too late, and the last day for the first of them."""
    late = steps.counted("extensions_late", asked, _certain(steps, pl.col("late"), *MOVES_DUE), "extension_requested")
    first = asked.filter("late").group_by("dossier").agg(extensions_late_due_on=pl.col("last_on").first())
    number = steps.only("extension_requested").group_by("dossier").agg(extensions=pl.len().cast(pl.Int64))
    counts = steps.laid_out(number).with_columns(pl.col("extensions").fill_null(0))
    known = counts if steps.says("extension_requested") else counts.with_columns(extensions=pl.lit(None, pl.Int64))
    return pl.concat([known, late, steps.laid_out(first)], how="horizontal")


def _answer(steps: Steps, limits: FeedbackLimits, base: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """When the answer is due by law and by the words of indicator 5.2, and whether it is late."""
    reached = asked.filter(pl.col("reached").is_not_null()).group_by("dossier", "start_n").agg(pl.col("reached").last())
    rows = base.select("dossier", "law_day", "start_n", "until_n").with_columns(
        start_on=base.select(steps.day("started_at")).to_series(), until=base["decided_at"].fill_null(steps.as_of)
    )
    rows = rows.join(reached, on=["dossier", "start_n"], how="left", maintain_order="left")
    moved = pl.col("reached") if limits.extension.effect == "moves" else pl.lit(None, pl.Date)
    ends = rows.with_columns(
        answer_ends(steps, limits, rows).alias("unextended"), limit_ends(steps, limits, "answer", rows).alias("plain")
    ).with_columns(extended_to=pl.when(moved > pl.col("unextended")).then(moved))
    due = ends.select(
        "extended_to",
        pl.coalesce("extended_to", "unextended").alias("answer_due_on"),
        pl.col("plain").alias("indicator_due_on"),
    )
    joined = pl.concat([due, base.select("decided", "rejected", "decided_on", "as_of_on")], how="horizontal")
    until = pl.coalesce("decided_on", "as_of_on")

    def late(name: str, *kinds: str) -> pl.Expr:
        """A rejection has a limit of its own; an open case of which nobody knows whether it was decided is in doubt."""
        past = _certain(steps, until > pl.col(name), *kinds)
        doubt = pl.col("decided").is_null() & past
        rejected = pl.col("rejected").fill_null(FALSE)
        return pl.when(rejected).then(FALSE).when(~doubt.fill_null(FALSE)).then(past)

    return joined.with_columns(
        late("answer_due_on", *MOVES_DUE).alias("answer_late"),
        late("indicator_due_on", "forwarded").alias("indicator_late"),
    ).drop("decided", "rejected", "decided_on", "as_of_on")


def _bare(steps: Steps, name: str) -> pl.DataFrame:
    """Steps without the papers that they need."""
    kind, columns = PAPERS[name]
    lacks = pl.any_horizontal(*(pl.col(f"no_{column}") for column in columns))
    return steps.counted(name, steps.only(kind), lacks, kind)


def _first_impossible(steps: Steps) -> pl.DataFrame:
    found = steps.table.filter(impossible()).group_by("dossier").agg(impossible_step=pl.col("event").first())
    return steps.laid_out(found)
