"""Judge a log of feedback cases: the facts of such cases, and the judgements and findings of every rulebook."""

from __future__ import annotations

from datetime import UTC, datetime

from dossier.feedback.limits import FeedbackLimits
from dossier.formats.eventlog import EventLog
from rules.checks import Checked, judged
from rules.feedback.facts import feedback_facts
from rules.feedback.rulebook import feedback_rulebook
from rules.rulebook import Rulebook
from rules.waivers import Waivers


def check_feedback(
    log: EventLog,
    *,
    as_of: datetime | None = None,
    rules: Rulebook | None = None,
    limits: FeedbackLimits | None = None,
    waivers: Waivers | None = None,
) -> Checked:
    """Judge every feedback case of a log by every rule.

    Args:
        log: the events.
        as_of: when it is judged, aware; the latest moment in the log where none is given.
        rules: the rulebook that ships where none is given.
        limits: by date; those that ship where none are given.
        waivers: findings that are let stand; they keep their place in every figure.

    Raises:
        NaiveMoment: `as_of` has no offset.

    """
    moment = log.calendar.local(as_of or log.latest or datetime.now(UTC)).astimezone(UTC)
    facts = feedback_facts(log, moment, limits)
    return judged(log, facts, moment, rules or feedback_rulebook(), waivers=waivers)
