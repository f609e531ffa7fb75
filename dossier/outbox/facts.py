"""What messages read of a history beside its dates."""

from __future__ import annotations

from dossier.case import Case

_NO_OFFICER = frozenset({None, "applicant", "system"})


def last_text(case: Case, column: str, *kinds: str) -> str | None:
    """The last text of a column, of these kinds of events or of all."""
    found = (r.text(column) for r in reversed(case.records) if not kinds or r.kind in kinds)
    return next((text for text in found if text), None)


def pseudonym(case: Case) -> str | None:
    """The pseudonym of the applicant, as last stated."""
    return last_text(case, "applicant")


def officer(case: Case) -> str | None:
    """The code of the officer who acted last."""
    return next((actor for r in reversed(case.records) if (actor := r.text("actor")) not in _NO_OFFICER), None)


def handling_office(case: Case) -> str | None:
    """The office that last took the dossier over: by a forwarding, else by the receipt."""
    return last_text(case, "office", "forwarded", "received")
