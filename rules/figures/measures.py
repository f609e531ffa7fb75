"""What figures ask of a dossier beside facts and readings: dates, people, post, ratings, publication, its own unit."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from dossier.outbox.statuses import MAPPING
from dossier.procedures import Procedures
from rules.facts.histories import UNKNOWN
from rules.facts.lines import Instants, Line
from rules.figures.readings import local_day
from rules.figures.record import Record
from rules.offices import Offices

NO_OFFICERS = ("applicant", "system")

DATES = {
    "received_on": "received_at",
    "decided_on": "decided_at",
    "completed_on": "completed_at",
    "closed_on": "closed_at",
}
"""Dates of facts that are moments."""

UNITS = {
    Line.WORKING_DAY: "working_day",
    Line.DAY: "day",
    Line.WORKING_TIME: "working_hour",
    Line.CLOCK: "hour",
}
"""The unit in which a limit is counted; months and years are counted in days."""

MINUTE = 60_000_000


def measures(record: Record, facts: pl.DataFrame, procedures: Procedures, offices: Offices) -> list[pl.DataFrame]:
    """All these columns, one row per dossier."""
    return [
        _dates(record, facts),
        _officer(record, facts),
        _office(facts, offices),
        _procedure(record, facts, procedures),
        _handling(record, facts),
        record.any_step("delivered", "channel", "postal", "returned_by_post"),
        facts.select(received_by_post=pl.col("channel") == "postal"),
        _rating(record),
        _publication(record),
        _reused(record),
    ]


def _dates(record: Record, facts: pl.DataFrame) -> pl.DataFrame:
    days = [local_day(pl.col(moment), record.zone).alias(name) for name, moment in DATES.items()]
    finished = pl.min_horizontal("decided_at", "closed_at")
    return facts.select(*days, local_day(finished, record.zone).alias("finished_on"))


def _officer(record: Record, facts: pl.DataFrame) -> pl.DataFrame:
    """Who acted last until it was decided or ended, applicant and system apart; not who handed the result over."""
    h = record.h
    if not h.has("actor"):
        return h.unknown(officer=pl.String())
    end = facts.select(pl.min_horizontal("decided_at", "closed_at")).to_series().gather(h.steps["id"])
    acted = h.steps.select("id", "actor", until=(h.steps["at"] <= end).fill_null(value=True))
    acted = acted.filter("until", ~pl.col("actor").is_in(NO_OFFICERS))
    last = h.per_dossier(acted.unique("id", keep="last", maintain_order=True))
    return last.select(pl.when(pl.col("actor") != UNKNOWN).then("actor").alias("officer"))


def _office(facts: pl.DataFrame, offices: Offices) -> pl.DataFrame:
    """The office that answers for it on the day of the figures."""
    keys = facts.select("office", "law_day", "as_of_on")
    pairs = keys.unique().drop_nulls("office")
    codes = [offices.answering(code, began, today) for code, began, today in pairs.iter_rows()]
    keyed = pairs.with_columns(pl.Series("answering_office", codes, pl.String))
    joined = keys.join(keyed, on=["office", "law_day", "as_of_on"], how="left", nulls_equal=True, maintain_order="left")
    return joined.select("answering_office")


_PROCEDURE = {"level": pl.String, "file_sector": pl.String, "postal_announced": pl.Boolean}


def _procedure(record: Record, facts: pl.DataFrame, procedures: Procedures) -> pl.DataFrame:
    """What the procedure file says on the day of receipt; the sector that the log names goes before the file's."""
    keys = facts.select("procedure", local_day(pl.col("received_at"), record.zone).alias("day"), "sector")
    pairs = keys.select("procedure", "day").unique().drop_nulls()
    rows = [_described(procedures, code, day) for code, day in pairs.iter_rows()]
    described = pl.concat([pairs, pl.DataFrame(rows, schema=_PROCEDURE, orient="row")], how="horizontal")
    joined = keys.join(described, on=["procedure", "day"], how="left", maintain_order="left")
    return joined.select("level", pl.coalesce("sector", "file_sector").alias("sector_code"), "postal_announced")


def _described(procedures: Procedures, code: str, day: date) -> tuple[str | None, str | None, bool | None]:
    found = procedures.get(code)
    if found is None:
        return None, None, None
    version = found.on(day)
    return found.level or None, found.sector or None, None if version is None else version.postal


def _handling(record: Record, facts: pl.DataFrame) -> pl.DataFrame:
    """From receipt to completion, else delivery, in the unit of the limit, hours in minutes; nothing without limit."""
    known = record.timed.known
    known = known.take(np.isnat(known.promised.on))
    done = facts["completed_at"].zip_with(facts["completed_at"].is_not_null(), record.first("at", "delivered")["at"])
    done = done.gather(known.ids)
    known = known.take(done.is_not_null().to_numpy())
    end = Instants.of(done.drop_nulls(), record.zone)
    lines = record.timed.lines
    length = lines.position(known.limits.line, end) - lines.position(known.limits.line, known.received)
    timed = np.isin(known.limits.line, (Line.WORKING_TIME, Line.CLOCK))
    rows = pl.DataFrame(
        {
            "id": pl.Series(known.ids).cast(pl.UInt32),
            "handling_time": np.where(timed, length // MINUTE, length),
        }
    )
    return pl.concat([record.h.per_dossier(rows), _unit(record)], how="horizontal")


def _unit(record: Record) -> pl.DataFrame:
    known = record.timed.known
    known = known.take(np.isnat(known.promised.on))
    unit = pl.Series("limit_unit", known.limits.line).replace_strict(UNITS, default=None, return_dtype=pl.String)
    return record.h.per_dossier(pl.DataFrame([pl.Series("id", known.ids).cast(pl.UInt32), unit]))


def _rating(record: Record) -> pl.DataFrame:
    """The last rating, and its day; whether there was one at all."""
    if not record.h.says("rated"):
        return record.h.unknown(rated=pl.Boolean(), rating=pl.String(), rated_on=pl.Date())
    last = record.last("rated", "rating", "rating")
    return last.select(
        pl.col("rating_at").is_not_null().alias("rated"),
        "rating",
        local_day(pl.col("rating_at"), record.zone).alias("rated_on"),
    )


def _publication(record: Record) -> pl.DataFrame:
    """The status that was published last, when, and the status of the system at the moment of the figures."""
    last = record.last("published", "status", "published_status").rename({"published_status_at": "last_published_at"})
    return pl.concat([last, _status(record)], how="horizontal").with_columns(
        (local_day(pl.lit(record.h.as_of), record.zone) - local_day(pl.col("last_published_at"), record.zone))
        .dt.total_days()
        .alias("publication_age_days")
    )


def _status(record: Record) -> pl.DataFrame:
    """The national status: of the last step that has one; a passing step shows a received dossier to be at work."""
    h = record.h
    codes = pl.DataFrame(
        [(kind, str(one.before), str(one.after), one.passing) for kind, one in MAPPING.items()],
        schema={"event": pl.String, "before": pl.String, "after": pl.String, "passing": pl.Boolean},
        orient="row",
    )
    receipt = h.first("received")[h.steps["id"].to_numpy()]
    steps = h.steps.select(
        "id", pl.col("event").cast(pl.String), pl.Series("begun", h.steps["position"].to_numpy() >= receipt)
    )
    steps = steps.join(codes, on="event", maintain_order="left")
    status = pl.when("begun").then("after").otherwise("before")
    found = steps.group_by("id", maintain_order=True).agg(
        status.filter(~pl.col("passing")).last().alias("stays"), pl.col("passing").last().alias("passes")
    )
    waits = pl.col("passes") & (pl.col("stays").is_null() | (pl.col("stays") == "2"))
    return h.per_dossier(found.select("id", pl.when(waits).then(pl.lit("4")).otherwise("stays").alias("system_status")))


def _reused(record: Record) -> pl.DataFrame:
    """Whether a paper of some step came from data that the state had; NULL where one cannot say and none did."""
    h = record.h
    if not h.has("reused"):
        return h.unknown(reused=pl.Boolean())
    return h.per_dossier(h.steps.group_by("id").agg(pl.col("reused").any(ignore_nulls=False)))
