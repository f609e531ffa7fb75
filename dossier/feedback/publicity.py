"""Where an answer was made public, and where it is still to be."""

from __future__ import annotations

from dossier.case import Case
from dossier.feedback.limits import limits


def channels(case: Case) -> tuple[str, ...]:
    """Where the answer was made public, in the order in which it was."""
    found = (record.text("channel") for record in case.records if record.kind == "published")
    return tuple(dict.fromkeys(channel for channel in found if channel))


def channels_missing(case: Case) -> tuple[str, ...]:
    """Where the answer is still to be made public; `any` stands for one of the ways of Decree 20/2008."""
    asked, there = limits().channels, channels(case)
    missing = [channel for channel in asked.all_of if channel not in there]
    return (*missing, *(() if set(asked.any_of) & set(there) else ("any",)))
