"""Feedback cases (phản ánh, kiến nghị về thủ tục hành chính): a second kind of case on the machinery of dossiers."""

from dossier.feedback.case import FEEDBACK
from dossier.feedback.limits import FeedbackLimits, limits
from dossier.feedback.view import Feedback

__all__ = ["FEEDBACK", "Feedback", "FeedbackLimits", "limits"]
