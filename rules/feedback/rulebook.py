"""The rules of feedback cases, in the format of those of dossiers."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rules.rulebook import Rulebook


@cache
def feedback_rulebook() -> Rulebook:
    """The rules that ship, read once.

    >>> feedback_rulebook()["F04"].title_en
    'Feedback answered late'
    """
    text = (files("rules") / "data" / "feedback.toml").read_text(encoding="utf-8")
    return Rulebook.loads(text, "feedback.toml")
