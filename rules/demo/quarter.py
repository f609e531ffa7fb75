"""The quarter that the demo plays, and chance that falls the same way for the same seed.

The third quarter of 2026: the shipped procedures are known from 1 July 2026, 22 August is a make-up Saturday,
31 August a swapped day off, 1 and 2 September are the National Day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from calendars import vietnam

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN = datetime(2026, 7, 1, tzinfo=ZONE)
END = datetime(2026, 9, 30, 17, tzinfo=ZONE)
"""The closing time of the last day; the logs are judged at this moment."""

MINUTE = timedelta(minutes=1)
WORKED_MINUTES = 480
T = TypeVar("T")


@cache
def days() -> tuple[date, ...]:
    """Every day of the quarter."""
    return tuple(BEGIN.date() + timedelta(n) for n in range((END.date() - BEGIN.date()).days + 1))


@cache
def working_days() -> tuple[date, ...]:
    """The working days of the quarter.

    >>> len(working_days()), date(2026, 8, 22) in working_days(), date(2026, 8, 31) in working_days()
    (64, True, False)
    """
    return tuple(day for day in days() if vietnam().is_working(day))


class Chance:
    """Seeded chance: the same key, the same choices, on every machine.

    >>> Chance(2026, "A1").number(1, 6) == Chance(2026, "A1").number(1, 6)
    True
    """

    def __init__(self, *key: object) -> None:
        self._random = Random(":".join(map(str, key)))  # noqa: S311  # a story, no secret

    def happens(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases."""
        return self._random.random() < share

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def pick(self, items: Sequence[T]) -> T:
        """One of several, all as likely."""
        return self._random.choice(items)

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of several by weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them, in another order."""
        return self._random.sample(items, len(items))

    def towards_end(self, most: int) -> int:
        """A number from 0 to `most`, more often a high one: how long work takes that has so many days."""
        return round(most * self._random.betavariate(3, 2))

    def any_hour(self, day: date) -> datetime:
        """A moment at any hour of a day, more often in the afternoon: when people sit at home at a computer."""
        minute = int(self._random.triangular(0, 24 * 60 - 1, 15 * 60))
        return datetime.combine(day, time(), ZONE) + minute * MINUTE

    def in_office(self, day: date, after: datetime | None = None) -> datetime:
        """A moment in the office hours of a working day, later than `after`, on a later day where no time is left."""
        opening = vietnam().next_opening(datetime.combine(day, time(), ZONE))
        done = 0 if after is None else max(0, vietnam().working_time(opening, after) // MINUTE)
        if done >= WORKED_MINUTES - 1:
            return self.soon(max(opening, after or opening))
        return vietnam().add_working_time(opening, self.number(done + 1, WORKED_MINUTES - 1) * MINUTE)

    def soon(self, after: datetime, least: int = 3, most: int = 40) -> datetime:
        """Some minutes of office time later."""
        return vietnam().add_working_time(after, self.number(least, most) * MINUTE)

    def days_later(self, after: datetime, least: int, most: int) -> datetime:
        """A moment in office hours some working days later."""
        day = vietnam().add_working_days(after.date(), self.number(least, most))
        return self.in_office(max(day, after.date()), after)
