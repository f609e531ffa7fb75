"""What each figure of feedback cases counts: which cases belong to it, and which of them are as they should be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from rules.figures.periods import Period

PLAN = "Kế hoạch năm 2024 của Sở Tài nguyên và Môi trường Khánh Hòa, Phụ lục, mục "

Member = Literal["handled", "indicated", "published", "everywhere", "copied"]
"""Which cases belong to a figure.

`handled`: decided in the period, or open and past the end of its limit when the cases are judged; `indicated`: the same
with the limit by the words of indicator 5.2; `published`, `everywhere` and `copied`: answers whose time for it ended in
the period, or ends in it and for which it is done: public, public in every channel, copied.
"""


@dataclass(frozen=True)
class Measure:
    """The definition of a figure.

    Attributes:
        member: which cases belong to it.
        good: SQL over the facts: whether a case is as it should be.
        target: the share to be reached; None: no number is set.
        needs: kinds of event that the source must be able to say.
        limits: what the figure does not see.

    """

    code: str
    title_vi: str
    title_en: str
    member: Member
    good: str
    target: Fraction | None
    citation: str
    status: Literal["read", "unverified"]
    needs: frozenset[str]
    limits: str

    def to_dict(self) -> dict[str, Any]:
        """The definition as JSON."""
        shown = ("code", "title_vi", "title_en", "member", "good", "citation", "status", "limits")
        target = None if self.target is None else float(self.target)
        return {name: getattr(self, name) for name in shown} | {"target": target}


_ALL = Fraction(1)

MEASURES = (
    Measure(
        "5.2",
        "Tỷ lệ phản ánh, kiến nghị được xử lý đúng hạn (Quyết định 766)",
        "Feedback handled on time (Decision 766)",
        "indicated",
        "NOT (rejection_late_here OR requests_late > 0 OR indicator_late OR publish_late_here)",
        None,
        "Quyết định 766/QĐ-TTg, chỉ số 5.2",
        "read",
        frozenset({"answered", "rejected", "published"}),
        "By the words: refused in 2, information requested in 5, answered in 15 working days from the sending or the "
        "last forwarding, published in 2 after the answer; nothing is subtracted and no extension counts. An answer "
        "whose publication is not yet due counts as it stands.",
    ),
    Measure(
        "III.10.a",
        "Tỷ lệ phản ánh, kiến nghị được xử lý đúng thời hạn",
        "Feedback handled within the time limit",
        "handled",
        "NOT (rejection_late_here OR answer_late)",
        _ALL,
        PLAN + "III.10",
        "read",
        frozenset({"answered", "rejected"}),
        "Waits for information are taken out and an extension asked for in time moves the end (not verified).",
    ),
    Measure(
        "III.10.b",
        "Tỷ lệ văn bản trả lời được gửi Văn phòng UBND tỉnh",
        "Replies copied to the office of the provincial People's Committee",
        "copied",
        "copied_on IS NOT NULL",
        _ALL,
        PLAN + "III.10",
        "read",
        frozenset({"answered", "copied"}),
        "Sent by the moment of the figure; the plan names no time.",
    ),
    Measure(
        "III.10.c",
        "Tỷ lệ kết quả trả lời được công khai",
        "Answers made public",
        "published",
        "published_on IS NOT NULL",
        _ALL,
        PLAN + "III.10",
        "read",
        frozenset({"answered", "published"}),
        "In any channel, by the moment of the figure.",
    ),
    Measure(
        "III.11",
        "Tỷ lệ kết quả trả lời được công khai đủ hình thức trong 02 ngày làm việc",
        "Answers public in every channel within 2 working days",
        "everywhere",
        "everywhere_in_time",
        _ALL,
        PLAN + "III.11",
        "read",
        frozenset({"answered", "published"}),
        "The national and the provincial system, and one of the four ways of Decree 20/2008, Article 19.",
    ),
)
"""Every figure, in the order in which it is printed."""


def measured(facts: pl.DataFrame, period: Period, over: date) -> pl.DataFrame:
    """The facts with two columns per figure: `<code>?`, whether a case belongs to it, and `<code>`, whether it is good.

    Args:
        facts: one row per case.
        period: the days, both included.
        over: what was due before this day is over.

    """
    false = pl.lit(value=False)
    everywhere = pl.col("everywhere_on") <= pl.col("publish_due_on")
    doubt = pl.col("channels_unclear").fill_null(false)
    ready = facts.with_columns(
        pl.when(pl.col("rejected").fill_null(false))
        .then("rejection_late")
        .otherwise(false)
        .alias("rejection_late_here"),
        pl.when(pl.col("answered").fill_null(false)).then("publish_late").otherwise(false).alias("publish_late_here"),
        pl.coalesce(everywhere, pl.when(~doubt).then(false)).alias("everywhere_in_time"),
    )
    members = _members(period, over)
    judged = [pl.sql_expr(measure.good).alias(measure.code) for measure in MEASURES]
    belongs = [members[measure.member].fill_null(false).alias(f"{measure.code}?") for measure in MEASURES]
    return ready.with_columns(*judged, *belongs)


def _members(period: Period, over: date) -> dict[Member, pl.Expr]:
    decided = pl.col("decided_on").is_between(period.first, period.last)
    open_still = pl.col("decided_on").is_null() & pl.col("begun")
    return {
        "handled": decided | (open_still & (pl.col("answer_due_on") < pl.col("as_of_on"))),
        "indicated": decided | (open_still & (pl.col("indicator_due_on") < pl.col("as_of_on"))),
        "published": _ended("publish_due_on", "published_on", period, over),
        "everywhere": _ended("publish_due_on", "everywhere_on", period, over),
        "copied": _ended("copy_due_on", "copied_on", period, over),
    }


def _ended(due: str, done: str, period: Period, over: date) -> pl.Expr:
    ended = (pl.col(due) < over) | pl.col(done).is_not_null()
    return pl.col(due).is_between(period.first, period.last) & ended
