"""What the rules of feedback lack before they may judge."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rules.errors import Fault
from rules.feedback.facts import feedback_facts
from rules.feedback.rulebook import feedback_rulebook
from rules.known import kinds_of
from rules.lint import lint_rules
from rules.rows import log_of_rows


def lint_feedback(stories: Path | None = None) -> list[Fault]:
    """Faults of the rules of feedback that ship; of their stories, too, where a folder of stories is given."""
    facts = kinds_of(feedback_facts(log_of_rows([]), datetime(1970, 1, 1, tzinfo=UTC)))
    return [*lint_rules(list(feedback_rulebook()), facts, "feedback.toml", stories)]
