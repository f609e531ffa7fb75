"""Feedback as a kind of case: what a desk is handed to run it."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from dossier.feedback.clock import feedback_clock
from dossier.feedback.guards import FEEDBACK_GUARDS
from dossier.feedback.lifecycle import FEEDBACK_LIFECYCLE
from dossier.feedback.reminders import feedback_reminders, feedback_timers
from dossier.feedback.view import Feedback
from dossier.filling import dated
from dossier.kind import CaseKind
from dossier.lifecycle import Lifecycle
from dossier.requirements import Requirements
from dossier.roles import Permissions
from dossier.strict import shipped


class FeedbackPermissions(Permissions):
    """The table of roles, as `data/feedback-roles.toml` holds it."""

    lifecycle: ClassVar[Lifecycle] = FEEDBACK_LIFECYCLE


@cache
def feedback_permissions() -> Permissions:
    """The table of roles that comes with the package, read once."""
    return FeedbackPermissions.loads(shipped("feedback-roles.toml"))


@cache
def feedback_requirements() -> Requirements:
    """The sentences of refusals that come with the package, read once."""
    name = "feedback-requirements.toml"
    return Requirements.loads(shipped(name), name)


FEEDBACK = CaseKind(
    name="feedback",
    lifecycle=FEEDBACK_LIFECYCLE,
    guards=FEEDBACK_GUARDS,
    fill=dated,
    clock=feedback_clock,
    reminders=feedback_reminders,
    timers=feedback_timers,
    topics=lambda _record: (),
    permissions=feedback_permissions,
    requirements=feedback_requirements,
    view=Feedback,
    prefix="motcua_feedback_",
    lacks=frozenset({"forms", "codes", "procedures"}),
)
"""Feedback on administrative procedures (phản ánh, kiến nghị); it has no forms, no codes, and sends only reminders."""
