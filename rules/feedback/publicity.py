"""What became public of an answer, where and when, and who got a copy of it."""

from __future__ import annotations

import polars as pl

from dossier.events import UNKNOWN
from dossier.feedback.limits import FeedbackLimits, PublicChannels
from rules.feedback.dues import limit_ends
from rules.feedback.steps import FALSE, Steps


def publicity(steps: Steps, limits: FeedbackLimits, base: pl.DataFrame) -> pl.DataFrame:
    """Facts about the publication of the answer and its copy; what is missing is late when its time is over.

    Args:
        steps: of the log.
        limits: by date, and the channels that are asked for.
        base: `law_day`, `answered_on` and `as_of_on` of each case.

    """
    rows = base.select("law_day", "as_of_on", start_on="answered_on")
    copied = steps.laid_out(steps.first("copied").select("dossier", copied_at="at", copied_on="on"))
    found = pl.concat([rows, _shown(steps, limits.channels), copied], how="horizontal").with_columns(
        limit_ends(steps, limits, "publish", rows).alias("publish_due_on"),
        limit_ends(steps, limits, "copy", rows).alias("copy_due_on"),
    )
    published, copies = steps.says("published"), steps.says("copied")
    certain = published & ~(pl.col("channels_unclear").fill_null(FALSE) & pl.col("everywhere_on").is_null())
    return found.with_columns(
        publish_late=_late("published_on", "publish_due_on", pl.lit(published)),
        everywhere_late=_late("everywhere_on", "publish_due_on", certain),
        copy_late=_late("copied_on", "copy_due_on", pl.lit(copies)),
    ).drop("law_day", "as_of_on", "start_on")


def _late(done: str, due: str, certain: pl.Expr) -> pl.Expr:
    """Whether something was done too late, or is not done and its time is over; NULL where the source cannot say."""
    late = pl.coalesce(done, "as_of_on") > pl.col(due)
    return pl.when(certain | ~late).then(late)


def _shown(steps: Steps, asked: PublicChannels) -> pl.DataFrame:
    """When an answer was first public, when it was so everywhere, and where it was not."""
    channel = pl.col("channel").fill_null(UNKNOWN) if "channel" in steps.log.columns else pl.lit(UNKNOWN)
    after = steps.only("published").filter("after_answer").with_columns(shown=channel)
    ways = {name: (name,) for name in asked.all_of} | {" / ".join(asked.any_of): asked.any_of}
    places = {way: pl.col("on").filter(pl.col("shown").is_in(names)).first() for way, names in ways.items()}
    found = after.group_by("dossier").agg(
        published_at=pl.col("at").first(),
        published_on=pl.col("on").first(),
        unclear=(pl.col("shown") == UNKNOWN).any(),
        **places,
    )
    missing = [pl.when(pl.col(way).is_null()).then(pl.lit(way)) for way in ways]
    everywhere = pl.all_horizontal(*(pl.col(way).is_not_null() for way in ways))
    return steps.laid_out(found).select(
        "published_at",
        "published_on",
        pl.col("unclear").alias("channels_unclear"),
        pl.when(everywhere).then(pl.max_horizontal(*ways)).alias("everywhere_on"),
        pl.when(~everywhere).then(pl.concat_str(missing, separator=", ", ignore_nulls=True)).alias("channels_missing"),
    )
