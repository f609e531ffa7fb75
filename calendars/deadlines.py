"""Deadlines: when a time limit ends, together with the calendar that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calendars.certificates import canonical, certificate
from calendars.counting import Counted, Pause, count_out
from calendars.days import WorkCalendar
from calendars.explanation import Step, explain
from calendars.provisions import CIVIL_CODE, Provision
from calendars.recheck import Recheck, recheck
from calendars.terms import Term
from calendars.wording import Language, render


@dataclass(frozen=True)
class Deadline(Counted):
    """The end of a time limit; it explains itself, can be certified, and rechecked on a newer calendar."""

    calendar: WorkCalendar = field(repr=False, compare=False)

    def explain(self) -> list[Step]:
        """What every day from day zero to the due date did to the count."""
        return explain(self.calendar, self)

    def text(self, language: Language = "vi") -> str:
        """The explanation as text that a citizen understands."""
        return render(self.calendar, self, language)

    def certificate(self) -> str:
        """The certificate, as canonical JSON with a digest over inputs, calendar edition and result.

        Raises:
            UnreadableTerm: a limit that cannot be printed.
            MalformedRequest: a limit under another provision than the Civil Code's.

        """
        return canonical(certificate(self.calendar, self))

    def recheck(self, newer: WorkCalendar) -> Recheck:
        """Whether the date moves on a newer calendar, and which instrument moved it."""
        return recheck(self, newer)


def deadline(
    calendar: WorkCalendar,
    start: datetime,
    term: Term,
    pauses: Sequence[Pause] = (),
    provision: Provision = CIVIL_CODE,
    *,
    strict: bool = False,
) -> Deadline:
    """When `term` ends that began at `start`, with the clock stopped during `pauses`; as `counting.count_out`.

    >>> from calendars import vietnam
    >>> start = datetime(2026, 8, 20, 10, tzinfo=vietnam().zone)
    >>> found = deadline(vietnam(), start, Term.parse("5 ngày làm việc"))
    >>> found.due, found.explain()[2].name_en
    (datetime.date(2026, 8, 26), 'Make-up day, National Day')

    Raises:
        CalendarError: as `counting.count_out`.

    """
    found = count_out(calendar, start, term, pauses, provision, strict=strict)
    return Deadline(**vars(found), calendar=calendar)
